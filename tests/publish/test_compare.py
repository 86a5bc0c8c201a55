"""What changed between two reports: worked by hand on small stored reports."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.publish.stored import MONTHS, NODES, report, sales, table
from workbench.errors import ParameterError
from workbench.publish import compare
from workbench.publish.compare import noise
from workbench.settings import LANGUAGES
from workbench.views import changes, words
from workbench.views.changes import Comparison
from workbench.views.words import Words

NEXT = pd.date_range("2023-01-01", "2026-09-01", freq="MS")
SEPTEMBER = pd.Timestamp("2026-09-01")


def compared(out: Path, then: str = "2026-08-31", now: str = "2026-09-30") -> Comparison:
    return compare.of_reports(out, compare.chosen(out, then), compare.chosen(out, now))


def told(found: Comparison, key: str) -> list[dict[str, Any]]:
    return [dict(c.said.values) for c in found.changes if c.said.key == f"changes.{key}"]


def test_sales_since_are_told_with_what_growth_is_usual(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31", history=sales())
    later = sales(NEXT)
    at = (later["period"] == SEPTEMBER) & (later["node"] == "north")
    later.loc[at, "amount"] *= 2
    later.loc[(later["period"] == SEPTEMBER) & (later["level"] == ""), "amount"] += (
        float(later.loc[at, "amount"].iloc[0]) / 2
    )
    report(tmp_path, "2026-09-30", history=later)

    found = compared(tmp_path)

    assert told(found, "sales_since")[0]["judged"] == "beyond"
    assert [row["node"] for row in told(found, "node_since")] == ["north"]
    parts = told(found, "nodes_since")[0]
    assert (parts["n"], parts["of"], parts["beyond"]) == (1, 2, 1)
    assert [(row["node"], row["judged"]) for row in parts["rows"]] == [("north", "beyond"), ("south", "within")]
    assert told(found, "restated") == []


def test_a_month_told_differently_is_found_with_its_node_and_size(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31", history=sales())
    later = sales(NEXT)
    june = later["period"] == "2026-06-01"
    later.loc[june & later["node"].isin(["", "south"]), "amount"] += 7.0
    report(tmp_path, "2026-09-30", history=later)

    found = compared(tmp_path)
    one = told(found, "restated")[0]

    assert (one["n"], one["most"], one["parts"]) == (1, pd.Timestamp("2026-06-01"), [("region", "south")])
    assert one["change"] == pytest.approx(7.0)
    assert {(r.level, r.node) for r in found.restated} == {("", ""), ("region", "south")}


def test_sales_dealt_out_anew_leave_the_whole_and_are_told(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31", history=sales())
    later = sales()
    june = later["period"] == "2026-06-01"
    later.loc[june & (later["node"] == "south"), "amount"] += 7.0
    later.loc[june & (later["node"] == "north"), "amount"] -= 7.0
    report(tmp_path, "2026-09-30", history=later)

    moved = told(compared(tmp_path), "reassigned")

    assert [(m["level"], sorted(m["names"])) for m in moved] == [("region", ["north", "south"])]
    assert moved[0]["amount"] == pytest.approx(7.0)


def test_a_month_that_had_not_ended_then_is_no_restatement(tmp_path: Path) -> None:
    before = sales()
    before.loc[before["period"] == MONTHS[-1], ["amount", "whole"]] = [1.0, False]
    report(tmp_path, "2026-08-15", history=before)
    report(tmp_path, "2026-09-30", history=sales(NEXT))

    assert told(compared(tmp_path, "2026-08-15"), "restated") == []


def test_nodes_that_are_new_gone_or_suddenly_have_a_past_are_told_apart(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31", history=sales(nodes=NODES | {"old": 5.0}))
    later = sales(NEXT, NODES | {"renamed": 5.0, "fresh": 3.0})
    later = later[(later["node"] != "fresh") | (later["period"] == SEPTEMBER)]
    report(tmp_path, "2026-09-30", history=later)

    found = compared(tmp_path)

    assert told(found, "nodes_new")[0]["names"] == ["fresh"]
    assert told(found, "nodes_appeared")[0]["names"] == ["renamed"]
    assert told(found, "nodes_gone")[0]["names"] == ["old"]


def test_tables_that_divide_a_whole_tell_new_and_vanished_rows(tmp_path: Path) -> None:
    for day, names in {"2026-08-31": ["a", "b"], "2026-09-30": ["b", "c"]}.items():
        folder = report(tmp_path, day)
        table(folder, "plan.parts", pd.DataFrame({"node": names, "share": [0.4, 0.6]}), node="text", share="ratio")
        table(folder, "plan.top", pd.DataFrame({"node": [day], "share": [0.4]}), node="text", share="ratio")

    found = compared(tmp_path)

    assert [row["names"] for row in told(found, "rows_new")] == [["c"]]
    assert [row["names"] for row in told(found, "rows_gone")] == [["a"]]


def test_counts_of_past_months_are_compared_from_any_table_by_month(tmp_path: Path) -> None:
    for day, orders in {"2026-08-31": 5, "2026-09-30": 6}.items():
        frame = pd.DataFrame({"period": MONTHS, "orders": [orders, *[4] * (len(MONTHS) - 1)], "trend": float(orders)})
        table(report(tmp_path, day), "history.by-month", frame, period="date", orders="count")

    found = told(compared(tmp_path), "restated")

    # a trend is an estimate, which moves with each new month
    assert [(row["measure"], row["then"], row["now"], row["most"]) for row in found] == [("orders", 5, 6, MONTHS[0])]


def forecast(first: str, mean: float) -> pd.DataFrame:
    months = pd.date_range(first, periods=4, freq="MS")
    step = range(1, 5)
    frame = pd.DataFrame({"level": "", "node": "", "period": months, "step": step, "mean": mean})
    sums = [mean * n for n in step]
    return frame.assign(sum=sums, sum_lo_80=[s - 10.0 for s in sums], sum_hi_80=[s + 10.0 for s in sums])


def test_a_forecast_is_held_against_what_came(tmp_path: Path) -> None:
    september = float(sales(NEXT).query("period == @SEPTEMBER and level == ''")["amount"].iloc[0])
    report(tmp_path, "2026-08-31", history=sales(), forecast=forecast("2026-09-01", september - 11.0))
    report(tmp_path, "2026-09-30", history=sales(NEXT), forecast=forecast("2026-10-01", september))

    found = compared(tmp_path)
    came = told(found, "forecast_came")[0]

    assert (came["where"], came["amount"]) == ("above", pytest.approx(september))
    assert came["mean"] == pytest.approx(september - 11.0)
    moved = told(found, "forecast_moved")[0]  # three months that both forecast, 11 more in each
    assert (moved["change"], moved["judged"]) == (pytest.approx(33.0), "beyond")


def test_targets_of_the_same_period_are_compared_node_by_node(tmp_path: Path) -> None:
    plan = pd.DataFrame({
        "level": ["", "region", "region"], "region": [None, "north", "south"], "every": "year",
        "period": pd.Timestamp("2027-01-01"), "target": [100.0, 60.0, 40.0],
    })  # fmt: skip
    report(tmp_path, "2026-08-31", plan=plan)
    report(tmp_path, "2026-09-30", plan=plan.assign(target=[110.0, 70.0, 40.0]))

    found = compared(tmp_path)

    assert [(t["then"], t["now"]) for t in told(found, "target")] == [(100.0, 110.0)]
    assert [(t["node"], t["change"]) for t in told(found, "target_part")] == [("north", 10.0)]


def test_a_confirmed_version_is_told_with_who_and_why(tmp_path: Path) -> None:
    first = {"version": 1, "written": "2026-08-01", "author": "Li", "reason": "", "amount": 90.0,
             "period": "2027-01-01", "every": "year"}  # fmt: skip
    report(tmp_path, "2026-08-31", confirmed=first)
    report(
        tmp_path, "2026-09-30", confirmed=first | {"version": 2, "author": "Wang", "amount": 95.0, "reason": "won X"}
    )

    one = told(compared(tmp_path), "confirmed")[0]

    assert (one["author"], one["then"], one["amount"], one["reason"]) == ("Wang", 90.0, 95.0, "won X")


def test_settings_parameters_rows_and_code_that_differ_are_named(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31", settings={"plan.strategy.growth": 0.1, "same": 1})
    report(
        tmp_path, "2026-09-30", settings={"plan.strategy.growth": 0.12, "same": 1}, code="new",
        books={"plan": {"parameters": {"target": 5.0}}}, data={"rows": {"orders": 9, "deals": 3}},
        versions={"workbench": "1.0", "pandas": "3.1"},
    )  # fmt: skip
    earlier = tmp_path / "2026-08-31/Acme/r1/manifest.json"
    kept = json.loads(earlier.read_text("utf-8"))
    kept["notebooks"][2]["defaults"] = {"target": 0.0}
    earlier.write_text(json.dumps(kept), "utf-8")

    found = compared(tmp_path)

    assert told(found, "setting") == [{"name": "plan.strategy.growth", "then": "0.1", "now": "0.12"}]
    assert told(found, "parameter") == [{"name": "target", "then": "0.0", "now": "5.0"}]
    assert told(found, "rows_fewer") == [{"table": "orders", "then": 10, "now": 9}]
    assert told(found, "table_new") == [{"table": "deals"}]
    assert told(found, "libraries") == [{"names": ["pandas 3.0 → 3.1"]}]
    assert told(found, "code")[0]["marked"]


def measure(now: float, lo: float | None = None, hi: float | None = None, **more: Any) -> dict[str, Any]:
    usual = {"unit": "ratio", "better": "higher", "summed": False, "change": None}
    return {"win_rate": usual | {"now": now, "lo": lo, "hi": hi} | more}


@pytest.mark.parametrize(
    ("then", "now", "judged"),
    [
        ((0.20, 0.17, 0.23), (0.30, 0.27, 0.33), "beyond"),  # neither holds the other
        ((0.20, 0.10, 0.31), (0.30, 0.27, 0.33), "within"),
        ((0.20, None, None), (0.30, None, None), "unknown"),
    ],
)
def test_a_number_is_judged_by_its_intervals(tmp_path: Path, then: Any, now: Any, judged: str) -> None:
    report(tmp_path, "2026-08-31", measures=measure(*then))
    report(tmp_path, "2026-09-30", measures=measure(*now))

    assert [(f.name, f.judged) for f in compared(tmp_path).figures] == [("win_rate", judged)]


@pytest.mark.parametrize(("last", "judged"), [(0.53, "within"), (0.80, "beyond")])
def test_a_number_without_interval_is_judged_by_its_own_moves(tmp_path: Path, last: float, judged: str) -> None:
    for month, value in enumerate((0.50, 0.52, 0.49, 0.51, 0.50, 0.52), 3):
        report(tmp_path, f"2026-{month:02d}-28", facts={"share_top_10": value})
    report(tmp_path, "2026-09-30", facts={"share_top_10": last})

    assert [f.judged for f in compared(tmp_path, "2026-08-28").figures] == [judged]


def test_sums_over_unlike_stretches_are_compared_by_their_growth(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31", measures=measure(80.0, unit="money", summed=True, change=0.05))
    report(tmp_path, "2026-09-30", measures=measure(95.0, unit="money", summed=True, change=0.07))

    one = compared(tmp_path).figures[0]

    assert (one.then, one.now, one.rates) == (0.05, 0.07, True)
    assert one.difference == pytest.approx(0.02)


def test_the_noise_of_a_mean_shrinks_with_its_months() -> None:
    # two means of months 1-6 and 1-9 share six months: Var = s²(1/6 - 1/9) = s²/18
    assert noise.shrunk(["2026-01-01", "2026-06-30"], ["2026-01-01", "2026-09-30"]) == pytest.approx(18**-0.5, rel=0.02)
    # apart: s²(1/6 + 1/6)
    assert noise.shrunk(["2026-01-01", "2026-06-30"], ["2026-07-01", "2026-12-31"]) == pytest.approx(3**-0.5, rel=0.02)


def test_the_report_before_is_the_newest_good_one_of_an_earlier_day(tmp_path: Path) -> None:
    report(tmp_path, "2026-06-30")
    report(tmp_path, "2026-07-31", revision=1)
    report(tmp_path, "2026-07-31", revision=2)
    report(tmp_path, "2026-08-31", status="failed")
    report(tmp_path, "2026-08-30", name="Other")
    report(tmp_path, "2026-09-30")

    found = compare.earlier(tmp_path, "Acme", date(2026, 9, 30))

    assert found is not None
    assert found.folder == tmp_path / "2026-07-31/Acme/r2"
    assert compare.earlier(tmp_path, "Acme", date(2026, 6, 30)) is None


def test_a_day_with_several_reports_asks_which(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30")
    report(tmp_path, "2026-09-30", name="Other")

    with pytest.raises(ParameterError, match="name one of them"):
        compare.chosen(tmp_path, "2026-09-30")
    with pytest.raises(ParameterError, match="there is no report"):
        compare.chosen(tmp_path, "2026-01-01")
    assert compare.chosen(tmp_path, str(tmp_path / "2026-09-30/Other/r1")).manifest["company"] == "Other"


def test_each_change_has_words_for_the_values_it_carries() -> None:
    """Every key that the comparison can give, as it is written in its code."""
    code = "".join(f.read_text("utf-8") for f in (Path(compare.__file__).parent).glob("*.py"))
    keys = set(re.findall(r'"changes\.(\w+)"', code)) | {"rows_new", "rows_gone"}

    assert {f"changes.{key}" for key in keys} <= set(words.phrases())
    assert len(keys) >= 18


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_of_it_can_be_said_in_each_language_and_hostile_names_stay_text(tmp_path: Path, lang: str) -> None:
    bad = "<b>=1+1</b>"
    report(tmp_path, "2026-08-31", history=sales(nodes=NODES | {"old": 5.0}), forecast=forecast("2026-09-01", 50.0),
           measures=measure(0.2, 0.17, 0.23), facts={"own_number": 3.5}, settings={bad: bad})  # fmt: skip
    later = sales(NEXT, NODES | {bad: 5.0})
    later.loc[later["period"] == "2026-06-01", "amount"] += 1.0
    report(tmp_path, "2026-09-30", history=later, forecast=forecast("2026-10-01", 90.0),
           measures=measure(0.3, 0.27, 0.33), facts={"own_number": 4.5})  # fmt: skip

    found = compared(tmp_path)
    html = changes.section(found.of("history"), Words(lang, "CNY"))

    assert "&lt;b&gt;=1+1&lt;/b&gt;" in html
    assert "<b>" not in html
    assert changes.text(found, Words(lang, "CNY"))
    assert changes.summary(found, Words(lang, "CNY")).count("<li>") == changes.MOST_OVERVIEW


def test_tiles_show_their_change_since_then(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31", measures=measure(0.2, 0.17, 0.23))
    report(tmp_path, "2026-09-30", measures=measure(0.3, 0.27, 0.33))
    kept = [{"key": "win_rate", "label": "Win rate", "value": "30.0%", "facts": []},
            {"key": "sales", "label": "Sales", "value": "¥1", "facts": []}]  # fmt: skip

    html = changes.tiles(kept, compared(tmp_path), "history", Words("en"))

    assert html.count("since 31 Aug: +10.0 points") == 1

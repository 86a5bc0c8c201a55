"""What changed between two reports: worked by hand on small stored reports."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.publish.stored import MONTHS, NODES, report, sales, table
from workbench import cli
from workbench.errors import ParameterError
from workbench.publish import compare
from workbench.publish.compare import noise
from workbench.settings import LANGUAGES
from workbench.views import changes, words
from workbench.views.changes import Comparison, Figure
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


def test_a_copy_of_a_notebook_under_another_name_tells_its_facts_in_their_units(tmp_path: Path) -> None:
    for day, share in (("2026-08-31", 0.4), ("2026-09-30", 0.5)):
        report(tmp_path, day, notebooks=[{"name": "ours", "step": "history", "facts": {"share_top_10": share}}])

    found = compared(tmp_path)

    assert [(f.page, f.unit) for f in found.figures] == [("ours", "ratio")]
    assert changes.name_of(found.figures[0], Words("en")) == changes.name_of(
        Figure("history", "share_top_10", "ratio", 0, 0, 0, "", kpi=False), Words("en")
    )


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


def places(found: dict[str, list[compare.Told]], out: Path) -> dict[str, list[str]]:
    return {name: [r.folder.relative_to(out).as_posix() for r in some] for name, some in found.items()}


def only(*names: str, **facts: float) -> dict[str, Any]:
    """A manifest's notebooks, of these names alone."""
    return {"notebooks": [{"name": n, "status": "ok", "facts": facts} for n in names]}


def test_the_report_before_is_the_newest_good_one_of_an_earlier_day(tmp_path: Path) -> None:
    report(tmp_path, "2026-06-30")
    report(tmp_path, "2026-07-31", revision=1)
    report(tmp_path, "2026-07-31", revision=2)
    report(tmp_path, "2026-08-31", status="failed")
    report(tmp_path, "2026-08-30", name="Other")
    report(tmp_path, "2026-09-30")

    found = compare.earlier(tmp_path, "Acme", date(2026, 9, 30), ["plan"], 5)

    assert places(found, tmp_path) == {"plan": ["2026-07-31/Acme/r2", "2026-06-30/Acme/r1"]}
    assert compare.earlier(tmp_path, "Acme", date(2026, 6, 30), ["plan"]) == {}


def test_the_report_before_a_page_is_the_last_good_one_that_has_the_page(tmp_path: Path) -> None:
    report(tmp_path, "2026-06-30", **only("history", "market", "plan"))
    report(tmp_path, "2026-09-30", **only("history", "plan"))
    report(tmp_path, "2026-09-30", revision=2, **only("history"))

    found = compare.earlier(tmp_path, "Acme", date(2026, 10, 31), ["history", "plan", "market", "own"])

    assert places(found, tmp_path) == {
        "history": ["2026-09-30/Acme/r2"], "plan": ["2026-09-30/Acme/r1"], "market": ["2026-06-30/Acme/r1"],
    }  # fmt: skip


def since(out: Path, *names: str, as_of: str = "2026-10-31", **facts: float) -> tuple[Comparison, ...]:
    folder = report(out, as_of, **only(*names, **facts))
    return compare.since(out, "Acme", folder, json.loads((folder / "manifest.json").read_text("utf-8")))


def test_a_report_whose_data_changed_meanwhile_is_compared_with_only_where_a_page_has_no_other(tmp_path: Path) -> None:
    report(tmp_path, "2026-06-30", notebooks=[{"name": "history"}])
    report(tmp_path, "2026-06-30", revision=2, notebooks=[{"name": "history"}], inputs_changed=True)
    report(tmp_path, "2026-07-31", notebooks=[{"name": "history"}, {"name": "plan"}], inputs_changed=True)

    found = compare.earlier(tmp_path, "Acme", date(2026, 9, 30), ["history", "plan"], 5)

    assert [r.folder for r in found["history"]] == [tmp_path / "2026-06-30/Acme/r1"]
    assert [r.folder for r in found["plan"]] == [tmp_path / "2026-07-31/Acme/r1"]
    assert compare.pair(tmp_path, "2026-06-30", "2026-07-31")[0].folder.name == "r1"


def test_a_run_of_one_notebook_leaves_the_other_pages_their_comparison(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30", **only("history", "plan", level=1.0))
    report(tmp_path, "2026-09-30", revision=2, **only("history", level=2.0))

    found = since(tmp_path, "history", "plan", level=4.0)

    assert [(c.then, c.revision, c.pages) for c in found] == [
        (date(2026, 9, 30), 2, ("history",)), (date(2026, 9, 30), 1, ("plan",)),
    ]  # fmt: skip
    assert [(f.page, f.then, f.now) for c in found for f in c.figures] == [("history", 2.0, 4.0), ("plan", 1.0, 4.0)]


def test_pages_with_one_earlier_report_are_told_together_and_a_new_page_has_none(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30", **only("history", "plan"))

    assert [c.pages for c in since(tmp_path, "history", "plan")] == [()]
    assert [c.pages for c in since(tmp_path, "history", "own", as_of="2026-11-30")] == [("history",)]
    assert since(tmp_path, "never", as_of="2026-12-31") == ()


def test_how_far_a_number_usually_moves_is_told_by_the_reports_that_have_it(tmp_path: Path) -> None:
    for month, value in enumerate((0.50, 0.52, 0.49, 0.51, 0.50, 0.52), 3):
        report(tmp_path, f"2026-{month:02d}-28", **only("plan", share=value))
        report(tmp_path, f"2026-{month:02d}-28", revision=2, **only("history"))

    assert [f.judged for f in since(tmp_path, "plan", share=0.53)[0].figures] == ["within"]


def test_what_concerns_all_pages_is_told_once_to_who_reads_them_all(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31", **only("plan"), code="old")
    report(tmp_path, "2026-09-30", **only("history"), code="old")

    found = since(tmp_path, "history", "plan")

    assert [len(told(one, "code")) for one in found] == [1, 1]
    assert [len(told(one, "code")) for one in compare.apart(found)] == [1, 0]
    whole = compare.together(found)
    assert whole is not None
    assert (whole.then, whole.pages, len(told(whole, "code"))) == (date(2026, 9, 30), (), 1)
    assert compare.together(()) is None


def test_a_table_that_a_report_of_fewer_notebooks_did_not_read_is_not_new(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30", **only("history"), data={"rows": {"orders": 9}})
    now = report(tmp_path, "2026-10-31", **only("history", "plan"), data={"rows": {"orders": 9, "deals": 3}})
    report(tmp_path, "2026-11-30", **only("plan"), data={"rows": {"deals": 3}})

    assert told(compared(tmp_path, "2026-09-30", "2026-10-31"), "table_new") == []
    assert told(compared(tmp_path, "2026-10-31", "2026-11-30"), "table_gone") == []
    assert told(compared(tmp_path, str(now), "2026-09-30"), "table_gone") == []


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "History, Plan: compared with the report as of 30 Sep 2026 (revision 2)."),
        ("zh-CN", "历史、计划：对比截至2026年9月30日的报告（第2版）。"),
        ("zh-TW", "歷史、計畫：對照截至2026年9月30日的報告（第2版）。"),
    ],
)
def test_where_pages_have_different_earlier_reports_it_is_said_which_has_which(lang: str, said: str) -> None:
    one = Comparison(date(2026, 9, 30), 2, date(2026, 10, 31), (), pages=("history", "plan"))
    w = Words(lang)

    assert said in changes.summary(one, w)
    assert w.page("history") not in changes.section(one.of("plan"), w)


def test_a_day_with_several_reports_asks_which(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30", company={"en": "Acme", "zh-CN": "甲"})
    report(tmp_path, "2026-09-30", name="Other")

    with pytest.raises(ParameterError, match=r"name the folder of one\. It has Acme, all of it in"):
        compare.chosen(tmp_path, "2026-09-30")
    with pytest.raises(ParameterError, match="there is no report"):
        compare.chosen(tmp_path, "2026-01-01")
    assert compare.chosen(tmp_path, str(tmp_path / "2026-09-30/Other/r1")).manifest["company"] == "Other"


def part(out: Path, as_of: str, scope: str) -> Path:
    return report(out, as_of, name=f"Acme, {scope}", scope=scope, company="Acme")


def test_a_day_names_the_report_of_a_scope_or_of_the_whole_company(tmp_path: Path) -> None:
    whole = report(tmp_path, "2026-09-30")
    north = part(tmp_path, "2026-09-30", "region=north,channel=web")
    part(tmp_path, "2026-09-30", "region=south")

    assert compare.chosen(tmp_path, "2026-09-30").folder == whole
    assert compare.chosen(tmp_path, "2026-09-30", "channel=web, region=north").folder == north
    json_scope = '{"region": "north", "channel": "web"}'
    assert compare.chosen(tmp_path, "2026-09-30", json_scope).folder == north
    with pytest.raises(ParameterError, match="not one report of the scope 'region=west'"):
        compare.chosen(tmp_path, "2026-09-30", "region=west")


def test_a_day_that_has_only_parts_asks_for_the_scope(tmp_path: Path) -> None:
    part(tmp_path, "2026-09-30", "region=north")
    assert compare.chosen(tmp_path, "2026-09-30").manifest["scope"] == "region=north"  # the day's only one
    part(tmp_path, "2026-09-30", "region=south")

    with pytest.raises(ParameterError, match="name one with --scope"):
        compare.chosen(tmp_path, "2026-09-30")


def test_two_days_are_never_of_two_scopes(tmp_path: Path) -> None:
    north, _ = part(tmp_path, "2026-06-30", "region=north"), report(tmp_path, "2026-09-30")
    then = part(tmp_path, "2026-09-30", "region=north")

    with pytest.raises(ParameterError, match="2026-06-30 has Acme, region=north, 2026-09-30 has Acme, all of it; name"):
        compare.pair(tmp_path, "2026-06-30", "2026-09-30")
    assert [r.folder for r in compare.pair(tmp_path, "2026-06-30", "2026-09-30", "region=north")] == [north, then]


def test_a_day_means_its_fullest_report(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30", **only("history", "plan"))
    report(tmp_path, "2026-09-30", revision=2, **only("history", "plan"))
    report(tmp_path, "2026-09-30", revision=3, **only("history"))

    assert compare.chosen(tmp_path, "2026-09-30").folder.name == "r2"
    assert compare.chosen(tmp_path, str(tmp_path / "2026-09-30/Acme/r3")).folder.name == "r3"


def test_the_command_takes_a_scope_and_its_refusal_names_it(tmp_path: Path) -> None:
    for day in ("2026-06-30", "2026-09-30"):
        part(tmp_path, day, "region=north")
        part(tmp_path, day, "region=south")
    asked = ["compare", "2026-06-30", "2026-09-30", "--out", str(tmp_path)]

    assert "as of 30 Jun 2026" in CliRunner().invoke(cli.app, [*asked, "--scope", "region=north"]).output
    assert "--scope" in str(CliRunner().invoke(cli.app, asked).exception)


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


def test_a_landing_of_a_year_is_not_compared_with_that_of_a_quarter(tmp_path: Path) -> None:
    spans = {"2026-08-31": "2026-01-01/2026-12-31", "2026-09-30": "2026-07-01/2026-09-30"}
    for day, span in spans.items():
        facts = {"period": span, "landing": 100.0, "alerts": 2}
        report(tmp_path, day, notebooks=[{"name": "tracking", "status": "ok", "facts": facts}])

    assert [f.name for f in compared(tmp_path).figures] == ["alerts"]

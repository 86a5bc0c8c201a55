"""What changed as data: restated months are counted once, parts told once; tables and JSON hold all that is shown."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.publish.stored import NODES, report, sales
from tests.publish.test_compare import NEXT, compared, forecast, told
from workbench.cli import app
from workbench.publish import workbook
from workbench.settings import LANGUAGES
from workbench.views import changes
from workbench.views.changes import Comparison
from workbench.views.words import Words

SPEAK: dict[str, Words] = {lang: Words(lang, "CNY") for lang in LANGUAGES}


def twice(frame: pd.DataFrame) -> pd.DataFrame:
    """Sales whose regions are teams too, by another name."""
    teams = frame[frame["level"] == "region"].assign(level="team")
    return pd.concat([frame, teams.assign(node=teams["node"] + " team")], ignore_index=True)


def moved(frame: pd.DataFrame, month: str, node: str, amount: float, *, whole: bool = True) -> None:
    at = (frame["period"] == month) & frame["node"].isin(["", node] if whole else [node])
    frame.loc[at, "amount"] += amount


@pytest.fixture
def restated(tmp_path: Path) -> Comparison:
    """Two months in which the whole has other sales, and one in which parts only have."""
    report(tmp_path, "2026-08-31", history=twice(sales()))
    later = sales(NEXT)
    moved(later, "2026-05-01", "south", 3.0)
    moved(later, "2026-06-01", "south", 7.0)
    moved(later, "2026-02-01", "south", -2.0, whole=False)
    moved(later, "2026-02-01", "north", 2.0, whole=False)
    report(tmp_path, "2026-09-30", history=twice(later))
    return compared(tmp_path)


def test_months_told_differently_are_counted_once_whatever_the_parts(restated: Comparison) -> None:
    one = told(restated, "restated")[0]

    assert restated.months == one["n"] == 3
    assert one["whole"] == 2
    assert told(restated, "reassigned")[0]["n"] == 1
    said = Words("en", "CNY").phrase("changes.restated", one)
    assert said.startswith("Sales restated for 3 earlier months: the total changed in 2 of them, ¥")
    assert "most in Jun 2026" in said


def test_a_region_that_is_a_team_too_is_told_once(restated: Comparison) -> None:
    assert {r.level for r in restated.restated} == {"", "region"}
    assert told(restated, "restated")[0]["parts"] == [("region", "south"), ("region", "north")]
    assert [m["level"] for m in told(restated, "reassigned")] == ["region"]
    assert {row["level"] for row in told(restated, "nodes_since")[0]["rows"]} == {"region"}


def test_parts_that_differ_in_any_month_are_two(tmp_path: Path) -> None:
    before = twice(sales())
    before.loc[(before["node"] == "north team") & (before["period"] == "2024-01-01"), "amount"] += 1.0
    report(tmp_path, "2026-08-31", history=before)
    later = twice(sales(NEXT))
    moved(later, "2026-06-01", "north", 7.0)
    moved(later, "2026-06-01", "north team", 7.0, whole=False)
    report(tmp_path, "2026-09-30", history=later)

    assert {r.level for r in compared(tmp_path).restated} == {"", "region", "team"}


def test_a_part_that_is_the_whole_company_leaves_the_whole_in_place(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31", history=sales(nodes={"all": 5.0}).iloc[::-1])
    later = sales(NEXT, {"all": 5.0})
    moved(later, "2026-06-01", "all", 7.0)
    report(tmp_path, "2026-09-30", history=later.iloc[::-1])

    assert {r.level for r in compared(tmp_path).restated} == {""}


def test_the_tables_hold_every_row_that_the_section_shows_or_leaves_out(tmp_path: Path) -> None:
    names = {f"new {n:02d}": 1.0 for n in range(15)}
    report(tmp_path, "2026-08-31", history=sales(), facts={"share_top_10": 0.5, "own_number": 3.0})
    report(tmp_path, "2026-09-30", history=sales(NEXT, NODES | names), facts={"share_top_10": 0.4, "own_number": 4.0})
    found = compared(tmp_path)

    changes.save([found], tmp_path / "tables", SPEAK)
    kept = {f.stem.removeprefix("overview.since-"): pd.read_parquet(f) for f in (tmp_path / "tables").glob("*.parquet")}

    assert set(kept) == {"figures", "months", "parts", "sales"}
    assert kept["figures"].set_index("since_key")[["since_now", "unit"]].to_numpy().tolist() == [
        [0.4, "ratio"], [4.0, "number"],
    ]  # fmt: skip
    assert set(kept["parts"]["since_part"]) == set(names)
    assert len(kept["months"]) == len(found.restated)
    assert set(kept["sales"]["since_part"]) == {*NODES, *names}


def test_each_table_has_titles_in_three_languages_and_a_sheet(restated: Comparison, tmp_path: Path) -> None:
    changes.save([restated], tmp_path / "tables", SPEAK)
    about = json.loads((tmp_path / "tables" / "overview.since-months.json").read_text("utf-8"))

    assert about["title"]["zh-CN"] == "销售额有改动的月份与部分：共3个月，改动最大的在前"
    assert all(set(c["title"]) == set(LANGUAGES) for c in about["columns"].values())
    assert workbook.write(tmp_path / "tables", tmp_path / "tables.xlsx", "en")


def test_the_tables_of_one_report_change_nothing_in_the_comparison_with_the_next(tmp_path: Path) -> None:
    for day in ("2026-07-31", "2026-08-31", "2026-09-30"):
        months = pd.date_range(NEXT[0], day, freq="MS")
        folder = report(tmp_path, day, history=sales(months, NODES | {day: 5.0}), facts={"orders": 5.0})
        if day != "2026-07-31":
            before = "2026-07-31" if day == "2026-08-31" else "2026-08-31"
            plain = changes.plain(compared(tmp_path, before, day), SPEAK["en"])
            changes.save([compared(tmp_path, before, day)], folder / "tables", SPEAK)
            assert changes.plain(compared(tmp_path, before, day), SPEAK["en"]) == plain


def test_nothing_is_left_where_nothing_differs(tmp_path: Path) -> None:
    for day in ("2026-08-31", "2026-09-30"):
        report(tmp_path, day)
    changes.save([compared(tmp_path)], tmp_path / "tables", SPEAK)

    assert not list(tmp_path.glob("tables/*"))


def test_compare_prints_json_with_what_is_unknown_as_null(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31", history=sales(), forecast=forecast("2026-09-01", 50.0), facts={"own": 0.0})
    report(tmp_path, "2026-09-30", history=sales(NEXT), forecast=forecast("2026-10-01", 90.0), facts={"own": 1.0},
           settings={"company.currency": "CNY", "new": 1})  # fmt: skip

    done = CliRunner().invoke(app, ["compare", "2026-08-31", "2026-09-30", "--out", str(tmp_path), "--json"])
    got: dict[str, Any] = json.loads(done.stdout, parse_constant=pytest.fail)

    assert (got["then"], got["now"]) == ({"as_of": "2026-08-31", "revision": 1}, {"as_of": "2026-09-30"})
    since = next(c for c in got["changes"] if c["key"] == "sales_since")
    assert since["values"]["span"] == ["2026-09-01", "2026-09-30"]
    assert since["said"].startswith("Sales since then, Sep 2026: ¥")
    setting = next(c for c in got["changes"] if c["key"] == "setting")
    assert setting["values"] == {"name": "new", "then": None, "now": "1"}
    assert [(f["called"], f["unit"], f["change"]) for f in got["figures"]] == [("own", "plain", 1.0)]


def test_numbers_of_one_name_on_several_pages_say_which_page_is_meant(tmp_path: Path) -> None:
    for day, value in {"2026-08-31": 3.0, "2026-09-30": 4.0}.items():
        books = {name: {"facts": {"target": value, "rate": value}} for name in ("plan", "forecast")}
        report(tmp_path, day, books=books)

    text = changes.text(compared(tmp_path), SPEAK["en"])

    assert "Target of the plan | Plan | ¥4.00 | ¥3.00 |" in text
    assert "target | Forecast | 4 | 3 | +1 |" in text  # the forecast leaves no such number: an analyst's own
    assert "rate (Plan)" in text
    assert "rate (Forecast)" in text
    assert "(Plan)" not in changes.section(compared(tmp_path).of("plan"), SPEAK["en"])

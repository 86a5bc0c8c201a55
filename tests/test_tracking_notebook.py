"""The tracking notebook on the demo company, real companies and made-up ones, as `workbench run` runs it."""

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import shared_data
from tests.reports import CASES, DEMO, Report, company, orders, report
from workbench.analytics import tracking
from workbench.run import Run
from workbench.sources import load


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The demo in the middle of a quarter."""
    return report("tracking", DEMO, "2026-08-15", tmp_path_factory.mktemp("running"))


def test_the_landing_lies_between_what_is_sold_and_its_range(running: Report) -> None:
    facts = running.facts

    assert facts["booked"] < facts["landing_lo_80"] < facts["landing"] < facts["landing_hi_80"]
    assert facts["milestone_attainment"] == pytest.approx(facts["booked"] / facts["target"], rel=0.01)


def test_parts_of_the_landing_add_up_to_the_whole(running: Report) -> None:
    table = running.table("course")
    regions = table[table["level"] == "region"]

    assert len(regions) == 4
    for measure in ("booked", "expected", "target"):
        assert regions[measure].sum() == pytest.approx(table[measure].iloc[0], rel=1e-9), measure


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("of the target", "What needs a decision", "chance")),
        ("zh-CN", ("完成目标", "达标概率")),
        ("zh-TW", ("達成目標", "達標機率")),
    ],
)
def test_the_page_answers_in_three_languages(running: Report, lang: str, said: tuple[str, ...]) -> None:
    page = running.text(lang)

    assert [one for one in said if one not in page] == []
    assert "Traceback" not in page
    assert "nan" not in page.split()


def test_nothing_is_asked_of_a_period_that_is_over(tmp_path: Path) -> None:
    over = report("tracking", DEMO, "2022-12-31", tmp_path, lang="en")
    page = over.text()

    assert over.facts["booked"] == over.facts["landing"]
    assert "The period is over" in page
    assert "its target can become no other" in page
    assert "below the 30% that was set" not in page
    assert "proposed" not in over.facts


def test_resellers_are_measured_against_the_targets_of_their_representatives(tmp_path: Path) -> None:
    shared_data("adventureworks_reseller")
    made = report("tracking", CASES / "adventureworks_reseller" / "workbench.toml", "2020-05-31", tmp_path, lang="en")

    assert made.facts["target"] == 20_500_000  # April to June 2020, without the managers' and the director's
    assert made.facts["booked"] == 5_540_000
    assert made.facts["chance"] == 0
    assert made.facts["proposed"] == made.facts["target"]  # April and May ask for more than the quarter will bring
    assert "none is proposed" in made.text()
    assert 6.5e6 < made.facts["landing_lo_80"] < made.facts["landing_hi_80"] < 10e6


def test_deals_without_targets_get_a_landing_and_no_attainment(tmp_path: Path) -> None:
    shared_data("crm_opportunities")
    made = report("tracking", CASES / "crm" / "workbench.toml", "2017-11-15", tmp_path, lang="en")
    page = made.text()

    assert made.facts["target"] is None
    assert made.facts["chance"] is None
    assert made.facts["booked"] == 1_250_000
    assert made.facts["landing_lo_80"] < 2_802_496 < made.facts["landing_hi_80"]  # what the quarter came to
    assert "2,388 of the 2,388 open opportunities name no amount" in page  # as of then: no close value before the close
    assert "attainment cannot be told" in page
    assert "0.0%" not in page.split("What needs a decision")[1]  # between the list of contents and the decisions


def test_sales_that_end_before_the_period_are_not_told_as_nothing_sold(tmp_path: Path) -> None:
    settings = company(tmp_path, orders(last="2024-06-30"))
    made = report("tracking", settings, "2024-08-15", tmp_path / "out", lang="en")
    page = made.text()

    assert made.facts["booked"] is None
    assert "No sales of Jul–Sep 2024 are known yet: the data end on 30 Jun 2024" in page
    assert "stand at" not in page
    assert "missed it by 0.0%" not in page
    assert made.table("course-record").query("cases == 0")["error"].isna().all()


def test_nothing_after_the_report_s_day_matters(tmp_path: Path) -> None:
    lines = orders()
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    whole, cut = (company(tmp_path / name, own)
                  for name, own in (("whole", lines), ("cut", lines[lines["date"] <= "2024-08-15"])))  # fmt: skip
    found = [report("tracking", s, "2024-08-15", tmp_path / f"out{n}", lang="en") for n, s in enumerate((whole, cut))]

    assert found[0].facts == found[1].facts
    pd.testing.assert_frame_equal(found[0].table("course"), found[1].table("course"))
    assert found[0].facts["booked"] > 0


def test_before_and_long_after_the_data_the_page_says_so(tmp_path: Path) -> None:
    settings = company(tmp_path, orders(last="2023-12-31")[["date", "amount"]])
    early = report("tracking", settings, "2022-01-03", tmp_path / "early", lang="en")
    late = report("tracking", settings, "2026-06-30", tmp_path / "late", lang="en")

    assert early.facts.get("landing") is None
    assert "Not told" in early.text()
    assert late.facts.get("booked") is None


def test_the_month_that_runs_gets_a_landing_and_a_proposal() -> None:
    run = Run.start(DEMO, as_of="2026-02-17")
    data = load(run)
    month = tracking.watched(run.calendar, run.as_of, "this month")
    goals = tracking.goals(month, run.calendar, levels=data.levels, table=data.targets(), past=data.sales("month"))
    found = tracking.course(data.sales("day", by="region"), ("region",), month, every="day", calendar=run.calendar,
                            goals=goals, as_of=run.as_of, covers=data.covers)  # fmt: skip
    triggered = tracking.triggers(tracking.evidence_of(data, run.as_of, None), run.settings.tracking.triggers,
                                  pd.Timestamp("2026-01-01"), found)  # fmt: skip
    proposal = tracking.adjust(found, run.settings.tracking, triggered)

    assert isinstance(goals, tracking.Goals)
    assert isinstance(proposal, tracking.Adjustment)
    table = proposal.table
    assert table.loc[table["level"] == "region", "proposed"].sum() == pytest.approx(table["proposed"].iloc[0])
    assert table["target"].iloc[0] == pytest.approx(goals.whole)

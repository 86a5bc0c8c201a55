"""The plan notebook on the demo company, its parts and real companies, as `workbench run` runs it."""

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import shared_data
from tests.reports import CASES, DEMO, Report, commanded, report


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return report("plan", DEMO, "2026-09-30", tmp_path_factory.mktemp("demo"))


def test_the_first_decision_is_the_target_and_the_others_are_of_other_kinds(demo: Report) -> None:
    page = (demo.folder / "plan.en.html").read_text("utf-8")
    decided = page[page.index("What needs a decision</h2>") :]
    said = re.findall(r"Set the strategy|Even out|Leads must rise|Which of the two|new products", decided)

    assert said[0] == "Set the strategy"
    assert "Even out" in said
    assert "Leads must rise" in said


def test_what_is_handed_out_adds_up_in_the_workbook_s_tables(demo: Report) -> None:
    names = ["plan-split", *(f"plan-split-{every}" for every in ("month", "week", "day", "months")), "quotas"]
    tables = {name: demo.table(name) for name in names}
    whole = tables["plan-split"]["target"].sum()

    assert whole == pytest.approx(demo.facts["handed_out"], rel=0.005)  # facts have three digits
    for name in names[1:-1]:
        assert tables[name]["target"].sum() == pytest.approx(whole, abs=0.005), name
    assert tables["quotas"]["quota"].sum() == pytest.approx(whole, abs=0.005)


@pytest.mark.parametrize("lang", ["en", "zh-CN", "zh-TW"])
def test_the_page_is_light_without_its_figures(demo: Report, lang: str) -> None:
    page = (demo.folder / f"plan.{lang}.html").read_text("utf-8")

    assert len(re.sub(r"<svg.*?</svg>", "", page, flags=re.S).encode()) < 160_000
    assert "Traceback" not in page


def test_the_issued_plan_names_who_answers_for_every_part(demo: Report) -> None:
    kept = pd.read_parquet(demo.folder / "vintages" / "plan.parquet")
    parts = kept[(kept["level"] != "") & (kept["every"] == "year")]

    assert parts["owner"].notna().all()
    assert set(parts.loc[parts["node"] == "华东", "owner"]) == {"张知行"}


def test_a_part_of_the_company_has_a_plan_of_its_own(tmp_path: Path) -> None:
    made = commanded("plan", DEMO, "2026-09-30", tmp_path, "--scope", "rep=朱安文", "--lang", "en")

    assert 0 < made.facts["target"] < 50e6
    assert "asked for the most" in made.text()


def test_without_history_enough_the_page_says_what_is_missing_once(tmp_path: Path) -> None:
    made = report("plan", DEMO, "2023-09-30", tmp_path, lang="en")
    page = made.text()

    assert made.facts == {}
    assert page.count("Not told: the forecast") <= 2  # the section, and its line in the list of sections
    assert "are known and 13 are needed" in page
    assert "Who sells in" in page


@pytest.mark.parametrize(
    ("name", "data", "as_of"),
    [
        ("adventureworks_reseller", "adventureworks_reseller", "2020-05-31"),
        ("crm", "crm_opportunities", "2017-12-31"),
        ("tourism", "tourism_au", "2017-12-31"),
        ("online_retail", "online_retail_ii", "2011-12-09"),
    ],
)
def test_real_companies_get_a_plan_or_are_told_what_it_would_need(
    name: str, data: str, as_of: str, tmp_path: Path
) -> None:
    shared_data(data)
    made = report("plan", CASES / name / "workbench.toml", as_of, tmp_path, lang="en")
    facts, page = made.facts, made.text()

    if facts:
        assert 0.5 < facts["chance"] < 0.7
        assert facts["handed_out"] == pytest.approx(facts["target"], rel=0.01)
        assert "as the target for" in page
    else:
        assert "Not told" in page

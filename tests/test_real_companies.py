"""Three real companies, each by settings that `workbench init` made and a person edited: the figures are known.

Figures come from the data sets' own descriptions and from pandas on the raw files, not from this package.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import shared_data
from workbench.run import Run
from workbench.sources.check import check
from workbench.sources.data import Data
from workbench.sources.loading import load
from workbench.sources.quality import Step

CASES = Path(__file__).parent / "cases"
HISTORY = Path(__file__).parents[1] / "notebooks" / "history.ipynb"


@dataclass(frozen=True)
class Case:
    """A company, the data set that its settings name, and the day after which it has nothing."""

    name: str
    data: str
    as_of: str

    @property
    def settings(self) -> Path:
        return CASES / self.name / "workbench.toml"


ONLINE = Case("online_retail", "online_retail_ii", "2011-12-09")
CRM = Case("crm", "crm_opportunities", "2017-12-31")
RESELLERS = Case("adventureworks_reseller", "adventureworks_reseller", "2020-05-31")


def loaded(case: Case) -> Data:
    shared_data(case.data)
    return load(Run.start(case.settings, as_of=case.as_of))


@pytest.fixture(scope="module")
def online() -> Data:
    return loaded(ONLINE)


@pytest.fixture(scope="module")
def crm() -> Data:
    return loaded(CRM)


@pytest.fixture(scope="module")
def resellers() -> Data:
    return loaded(RESELLERS)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Case], dict[str, Any]]:
    """What `workbench run history` says of a case, as its JSON; each case is run once for all tests here."""
    done: dict[str, dict[str, Any]] = {}

    def run(case: Case) -> dict[str, Any]:
        shared_data(case.data)
        if not HISTORY.is_file():
            pytest.skip("there is no notebooks/history.ipynb yet")
        if case.name not in done:
            out = str(tmp_path_factory.mktemp(case.name))
            asked = ["run", "history", "--settings", str(case.settings), "--as-of", case.as_of, "--out", out, "--json"]
            command = [sys.executable, "-m", "workbench.cli", *asked]
            told = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
            assert told.returncode == 0, told.stdout + told.stderr
            done[case.name] = json.loads(told.stdout)
        return done[case.name]

    return run


def one(data: Data, kind: str, table: str) -> Step:
    """The only step of a kind on a table."""
    (step,) = data.quality.of(kind, table=table)
    return step


@pytest.mark.parametrize("case", [ONLINE, CRM, RESELLERS], ids=lambda c: c.name)
def test_nothing_is_wrong_with_the_settings_and_the_data(case):
    shared_data(case.data)
    assert check(case.settings).problems == {}


@pytest.mark.parametrize("case", [ONLINE, CRM, RESELLERS], ids=lambda c: c.name)
def test_settings_say_how_they_were_made_and_name_files_from_where_they_stand(case):
    text = case.settings.read_text("utf-8")
    assert text.startswith("# Made with `workbench init`, then edited: ")
    assert '"../../../../shared/data/' in text


# Online Retail II


def test_december_2010_stands_in_both_sheets_and_counts_once(online):
    months = online.sales("month").set_index("period")["amount"]
    assert months["2010-12-01"] == pytest.approx(748_957.02)
    assert months.sum() == pytest.approx(18_909_744.12, abs=0.01)


def test_the_overlap_is_named_with_its_files_days_and_money(online):
    overlap = one(online, "overlap", "orders")
    assert (overlap.rows, overlap.amount) == (22_523, pytest.approx(377_488.45))
    assert overlap.detail["files"] == ["online_retail_2009_2010.parquet", "online_retail_2010_2011.parquet"]
    assert [f"{overlap.detail[k]:%Y-%m-%d}" for k in ("first", "last")] == ["2010-12-01", "2010-12-09"]


def test_both_sheets_are_read_whole(online):
    assert [(s.rows, round(s.amount or 0, 2)) for s in online.quality.of("read")] == [
        (525_461, 9_539_484.63),
        (541_909, 9_747_747.93),
    ]


def test_the_last_month_is_partial_and_is_compared_with_the_same_days(online):
    assert one(online, "partial", "orders").detail["period"].strftime("%Y-%m") == "2011-12"
    assert online.spans is not None
    assert [f"{d:%Y-%m-%d}" for d in (*online.spans.before, *online.spans.now)] == [
        "2010-01-01", "2010-12-09", "2011-01-01", "2011-12-09",
    ]  # fmt: skip


def test_lines_without_a_customer_are_counted_and_said(online):
    # 243,007 rows lack one in both sheets together; 7,720 of them stand in both
    assert one(online, "no_customer", "orders").rows == 235_287


# CRM opportunities


def test_orders_are_the_won_opportunities(crm):
    total = crm.sales("month")[["lines", "amount"]].sum()
    assert (total["lines"], total["amount"]) == (4_238, 10_005_534)
    assert [f"{d:%Y-%m-%d}" for d in crm.covers] == ["2017-03-01", "2017-12-31"]


def test_the_win_rate_is_won_of_won_and_lost(crm):
    stages = crm.table("opportunities")["stage"].value_counts()
    assert (stages["Won"], stages["Lost"]) == (4_238, 2_473)
    assert round(stages["Won"] / (stages["Won"] + stages["Lost"]), 4) == 0.6315


def test_a_product_that_does_not_join_is_named_with_the_one_that_was_probably_meant(crm):
    orders, deals = one(crm, "unmatched", "orders"), one(crm, "unmatched", "opportunities")
    assert (orders.rows, orders.amount, deals.rows) == (729, 3_510_578, 1_480)
    assert orders.detail["column"] == "product"
    assert list(orders.detail["values"]) == ["GTXPro"]
    assert orders.detail["nearest"] == ("GTX Pro",)


def test_the_repair_is_shown_in_the_settings_as_a_comment_and_works(tmp_path):
    shared_data(CRM.data)
    text = CRM.settings.read_text("utf-8")
    repair = '# rename = { product = { "GTXPro" = "GTX Pro" } }'
    assert repair in text
    place = tmp_path / "workbench.toml"
    folder = shared_data(CRM.data).resolve().as_posix()
    text = text.replace(repair, repair[2:]).replace("../../../../shared/data/crm_opportunities", folder)
    place.write_text(text, "utf-8")
    assert load(Run.start(place, as_of=CRM.as_of)).quality.of("unmatched") == ()


def test_sales_can_be_split_by_what_the_reps_and_products_tables_say(crm):
    assert crm.dimensions == ("team", "product_line", "industry")
    by_team = crm.sales("year", by="team").groupby("team")["amount"].sum()
    assert set(by_team.index) == {"Central", "East", "West"}
    assert by_team.sum() == 10_005_534


# AdventureWorks resellers


def test_the_sales_of_the_resellers_add_up(resellers):
    assert resellers.sales("month")["amount"].sum() == pytest.approx(77_548_570.20, abs=0.005)
    assert len(resellers.sales("month")) == 35


def test_only_the_representatives_targets_count(resellers):
    targets = resellers.table("targets")
    assert targets["amount"].sum() == 321_860_000  # of 676,210,000 with the managers' and the director's
    assert targets.loc[targets["period"] <= RESELLERS.as_of, "amount"].sum() == 174_235_000
    left_out = one(resellers, "excluded", "targets")
    assert (left_out.rows, left_out.amount) == (168, 676_210_000 - 321_860_000)


def test_targets_are_looked_up_from_the_employees_other_number(resellers):
    assert set(resellers.table("targets")["rep"]) < set(resellers.table("reps")["rep"])
    assert resellers.quality.of("unmatched") == ()


def test_attainment_of_fiscal_2020_to_date_is_43_7_percent(resellers):
    now = resellers.components().loc["now"]
    assert [f"{d:%Y-%m-%d}" for d in resellers.spans.now] == ["2019-07-01", "2020-05-31"]
    assert (now["target"], now["targets_amount"]) == (75_860_000, pytest.approx(33_139_748.07))
    assert round(now["targets_amount"] / now["target"], 4) == 0.4369


def test_territories_come_from_the_companys_own_reference_table(resellers):
    assert resellers.dimensions == ("group", "product_line", "industry", "role")
    by_group = resellers.sales("year", by="group").groupby("group")["amount"].sum()
    assert set(by_group.index) == {"North America", "Europe", "Pacific"}
    assert by_group.sum() == pytest.approx(77_548_570.20, abs=0.005)

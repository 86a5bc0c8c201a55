"""Owners of parts, key accounts and their sellers, veterans' goals, training."""

import pandas as pd
import pytest

from tests.analytics.made import said
from tests.analytics.plan.staff import sellers, staff
from workbench import Run, load, plan
from workbench.analytics.plan.staff.accounts import Accounts, accounts
from workbench.analytics.plan.staff.owners import owners
from workbench.analytics.plan.staff.training import Training, training
from workbench.analytics.results import Unknown
from workbench.settings import Stages
from workbench.settings.plan import People

NAMES = ["Old1", "Old2", "New", "South1", "South2"]
REPS = staff(
    NAMES,
    team=["North", "North", "North", "South", "South"],
    manager=["Ann", "Ann", "Ann", "Bob", "Bob"],
    joined=[pd.Timestamp("2015-01-01")] * 2 + [pd.Timestamp("2026-08-01")] + [pd.Timestamp("2015-01-01")] * 2,
)
FOUND = sellers(dict.fromkeys(NAMES, 100.0), REPS)
BOUGHT = pd.DataFrame({
    "rep": ["Old1", "New", "Gone", "South1", "Old2", "Old2"],
    "customer": ["Big", "Large", "Lost", "Mid", "S1", "S2"],
    "amount": [500.0, 300.0, 200.0, 100.0, 50.0, 50.0],
    "orders": [5.0, 3.0, 2.0, 10.0, 10.0, 10.0],
})  # fmt: skip


def found_accounts(**more: object) -> Accounts:
    result = accounts(FOUND, BOUGHT, settings=People(key_accounts=0.8), **more)  # type: ignore[arg-type]
    assert isinstance(result, Accounts)
    return result


def test_key_accounts_are_the_largest_that_bring_the_share() -> None:
    table = found_accounts().table

    assert table.index.tolist() == ["Big", "Large", "Lost"]  # 500 + 300 of 1200 are under 80 %, with 200 above
    assert table["share"].sum() == pytest.approx(1000 / 1200)


def test_key_accounts_of_new_people_and_of_nobody_go_to_experienced_ones() -> None:
    result = found_accounts()

    assert result.table["hand_to"]["Large"] == "Old2"  # of the same team, with fewer key accounts than Old1
    assert result.table["hand_to"]["Lost"] in {"Old1", "Old2", "South1", "South2"}
    assert pd.isna(result.table["hand_to"]["Big"])
    assert {d.values["kind"] for d in result.decisions} == {"left", "new"}


def test_veterans_are_asked_for_a_better_order_value_but_at_most_a_fifth_more() -> None:
    extra = found_accounts().extra

    assert (extra["order_value_goal"].dropna() >= extra["order_value"].dropna()).all()
    assert (extra["order_value_goal"] <= 1.2 * extra["order_value"] + 1e-9).loc[["Old2", "South1"]].all()


def test_new_people_are_shared_out_to_the_veterans_of_their_team() -> None:
    assert found_accounts().extra["mentees"].dropna().to_dict() == {"Old1": "New"}


def test_large_customers_without_a_purchase_are_shared_out_evenly() -> None:
    customers = pd.DataFrame({
        "customer": ["Big", "Large", "P1", "P2", "P3", "P4", "P5"],
        "size": ["large"] * 7,
        "since": [pd.Timestamp("2020-01-01")] * 2 + [pd.NaT] * 5,
    })  # fmt: skip

    extra = found_accounts(customers=customers).extra

    assert extra["new_logos"].sum() == 5
    assert extra["new_logos"].max() - extra["new_logos"].min() <= 1


def test_an_account_s_potential_is_never_below_what_it_buys() -> None:
    potential = found_accounts().potential

    bought = BOUGHT.groupby("rep")["amount"].sum()
    scale = FOUND.table["last_year"].sum() / bought.drop("Gone").sum()
    assert (potential / scale >= bought[potential.index] - 1e-9).all()


def test_accounts_need_customer_and_rep_together() -> None:
    assert isinstance(accounts(FOUND, BOUGHT.drop(columns="customer")), Unknown)


def test_a_part_belongs_to_whoever_leads_those_who_sell_it() -> None:
    sales = pd.DataFrame({
        "region": ["N", "N", "N", "S", "S", "X", "X"],
        "rep": ["Old1", "Old2", "South1", "South1", "South2", "Old1", "South1"],
        "amount": [50.0, 45.0, 5.0, 60.0, 40.0, 50.0, 50.0],
    })  # fmt: skip

    table = owners(FOUND, {"region": sales}).table.xs("region")

    assert table["owner"].iloc[:2].tolist() == ["Ann", "Bob"]
    assert table["share"]["N"] == pytest.approx(0.95)
    assert pd.isna(table["owner"]["X"])
    assert table["how"]["X"] == "shared"


def test_owners_that_the_settings_name_are_told_apart_from_those_that_sales_tell() -> None:
    sales = pd.DataFrame({"region": ["N", "S"], "rep": ["Old1", "South1"], "amount": [50.0, 45.0]})

    mixed = said(owners(FOUND, {"region": sales}, named={"region": {"S": "Cy"}}), "plan.people.owners")
    named = said(owners(FOUND, {"region": sales}, named={"region": {"N": "Cy", "S": "Cy"}}), "plan.people.owners")

    assert (mixed["owned"], mixed["named"], mixed["all_named"]) == (2, 1, False)
    assert (named["owned"], named["named"], named["all_named"]) == (2, 2, True)


def test_a_part_of_one_seller_without_a_leader_is_the_seller_s() -> None:
    alone = sellers(dict.fromkeys(NAMES, 100.0), staff(NAMES))
    sales = pd.DataFrame({"region": ["N", "N"], "rep": ["Old1", "Old2"], "amount": [90.0, 10.0]})

    table = owners(alone, {"region": sales}).table

    assert table["owner"].tolist() == ["Old1"]
    assert table["how"].tolist() == ["sells"]


STAGES = Stages(won=("won",), lost=("lost",), order=("lead", "proposal", "talks"))


def deals(passed: dict[str, int], of: int = 200) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Deals that all reach the proposal; so many of each rep's are won, the rest lost there."""
    rows, steps = [], []
    for rep, wins in passed.items():
        for n in range(of):
            key = f"{rep}-{n}"
            day = pd.Timestamp("2025-01-01") + pd.Timedelta(days=n)
            rows.append({"opportunity": key, "created": day, "closed": day, "rep": rep, "amount": 100.0,
                         "stage": "won" if n < wins else "lost"})  # fmt: skip
            steps += [{"opportunity": key, "stage": s, "entered": day} for s in ("lead", "proposal")]
    return pd.DataFrame(rows), pd.DataFrame(steps)


def test_who_loses_more_proposals_than_the_others_needs_training_in_them() -> None:
    opportunities, history = deals({"A": 100, "B": 102, "C": 98, "D": 101, "E": 40})

    found = training(opportunities, history, STAGES)

    assert isinstance(found, Training)
    need = found.table[found.table["need"]]
    assert need.index.tolist() == [("E", "proposal")]
    assert need["topic"].tolist() in (["needs"], ["proposal"])
    assert found.decisions[0].values["node"] == "E"
    assert found.decisions[0].weight > 0


def test_people_who_are_alike_need_none() -> None:
    opportunities, history = deals(dict.fromkeys("ABCDEF", 100))

    found = training(opportunities, history, STAGES)

    assert isinstance(found, Training)
    assert not found.table["need"].any()


def test_who_has_left_is_compared_with_but_not_named() -> None:
    opportunities, history = deals({"A": 100, "B": 102, "C": 98, "D": 101, "E": 40})

    found = training(opportunities, history, STAGES, pd.Index(["A", "B"]))

    assert isinstance(found, Training)
    assert set(found.table.index.get_level_values("rep")) == {"A", "B"}


def test_training_needs_opportunities() -> None:
    assert isinstance(training(None, None, STAGES), Unknown)


def test_the_demo_company_s_regions_have_owners_and_its_channels_do_not() -> None:
    run = Run.start("data/demo/workbench.toml", as_of="2026-09-30")
    data = load(run)
    found = plan.people(data.table("reps"), data.sales("month", by="rep"), plan.period(run.calendar, run.as_of))
    assert not isinstance(found, Unknown)

    sales = {level: data.compare(by=(level, "rep")).query("span == 'now'") for level in ("region", "channel")}
    table = owners(found, sales).table

    assert table.xs("region")["owner"].to_dict() == {
        "华东": "张知行",
        "华南": "钱文知",
        "华北": "孙欣思",
        "西南": "李晓行",
    }
    assert table.xs("channel")["owner"].isna().all()

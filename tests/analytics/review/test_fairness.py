"""Fairness of evaluation: attainment beside what could be expected, and what luck makes of it."""

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from tests.analytics.made import keys_of, said
from tests.conftest import shared_data
from workbench.analytics.plan.period import period as period_of
from workbench.analytics.results import Unknown
from workbench.analytics.review.fairness import Evaluation, attained, evaluation
from workbench.analytics.review.verdict import known_before
from workbench.periods import Calendar

CALENDAR = Calendar()
PERIOD = period_of(CALENDAR, pd.Timestamp("2026-01-01"), "last quarter")
STARTS = pd.date_range("2023-01-01", "2025-10-01", freq="QS")


def people(skill: float, noise: float, seed: int = 1, count: int = 12) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Quarterly sales and quotas (100 each) of people whose level differs by `skill` and whose quarters by `noise`."""
    rng = np.random.default_rng(seed)
    level = 90 * np.exp(rng.normal(0, skill, count))
    rows = [(day, f"R{n}", level[n] * np.exp(rng.normal(0, noise))) for day in STARTS for n in range(count)]
    sold = pd.DataFrame(rows, columns=["period", "rep", "amount"]).assign(whole=True)
    return sold, sold[["period", "rep"]].assign(amount=100.0)


def found(sold: pd.DataFrame, quotas: pd.DataFrame, **known: object) -> Evaluation:
    made = evaluation(sold, quotas, PERIOD, CALENDAR, **known)  # type: ignore[arg-type]
    assert isinstance(made, Evaluation)
    return made


def test_attainment_is_sales_over_quota_of_the_same_period_and_a_leader_s_sum_counts_for_nobody() -> None:
    # 24,000 of 30,000 is 80 % (V35)
    sold = pd.DataFrame({"period": [PERIOD.first], "rep": ["A"], "amount": [24_000.0], "whole": [True]})
    months = pd.date_range(PERIOD.first, periods=3, freq="MS")
    quotas = pd.DataFrame(
        {"period": [*months, months[0]], "rep": ["A", "A", "A", "B"], "amount": [1e4, 1e4, 1e4, 3e4],
         "rolls_up": [False, False, False, True]}
    )  # fmt: skip

    assert attained(sold, quotas, PERIOD, CALENDAR)["attainment"].to_dict() == {("A", PERIOD.first): 0.8}


def test_who_sold_nothing_against_a_quota_has_attained_nothing() -> None:
    sold, quotas = people(0, 0.1)
    made = found(sold[~((sold["rep"] == "R1") & (sold["period"] == PERIOD.first))], quotas)

    assert made.table.loc["R1", "attainment"] == 0


@pytest.mark.parametrize(("skill", "noise", "low", "high"), [(0.3, 0.02, 0, 0.1), (0.0, 0.3, 0.9, 1.0)])
def test_how_much_of_attainment_is_chance_is_told(skill: float, noise: float, low: float, high: float) -> None:
    made = found(*people(skill, noise))

    assert low <= made.chance_part <= high


def test_people_without_a_record_are_only_listed() -> None:
    made = found(*people(0.2, 0.1))

    assert "review.process.no_record" in keys_of(made)
    assert "verdict" not in made.table


def test_without_quotas_by_person_it_is_unknown() -> None:
    sold, quotas = people(0.2, 0.1)

    assert isinstance(evaluation(sold, None, PERIOD, CALENDAR), Unknown)
    assert isinstance(evaluation(sold, quotas.drop(columns="rep"), PERIOD, CALENDAR), Unknown)
    assert keys_of(evaluation(sold, quotas[quotas["period"] < PERIOD.first], PERIOD, CALENDAR)) == [
        "review.process.no_quotas"
    ]


def test_a_quota_beyond_the_record_is_the_quota_s_fault_and_a_fall_below_it_the_person_s() -> None:
    rng, names = np.random.default_rng(2), [f"R{n}" for n in range(10)]
    months = pd.date_range("2023-01-01", "2025-12-01", freq="MS")
    rows = [(day, name, 30.0 * np.exp(rng.normal(0, 0.1))) for day in months for name in names]
    monthly = pd.DataFrame(rows, columns=["period", "rep", "amount"]).assign(whole=True)
    sold = monthly.assign(period=CALENDAR.start(monthly["period"], "quarter"))
    sold = sold.groupby(["period", "rep"], as_index=False)["amount"].sum().assign(whole=True)
    sold.loc[(sold["rep"] == "R1") & (sold["period"] == PERIOD.first), "amount"] = 40.0
    quotas = sold[["period", "rep"]].assign(amount=85.0)
    quotas.loc[quotas["rep"] == "R2", "amount"] = 150.0
    sellers = wb.plan.people(None, known_before(monthly, PERIOD, CALENDAR, "month"), PERIOD)
    made = found(sold, quotas, sellers=sellers)

    assert made.table.loc["R1", "verdict"] == "work"
    assert made.table.loc["R2", "verdict"] == "target"
    assert said(made, "review.process.not_judged")["names"] == ("R2",)


def test_the_adventureworks_quotas_of_163_rep_quarters_were_met_at_84_of_100_on_average() -> None:
    """Quarter for quarter, quotas of the data warehouse against the resellers' order lines (whose years are moved)."""
    quotas = pd.read_csv(shared_data("adventureworks") / "FactSalesQuota.csv", sep="|", header=None)
    quotas = quotas.set_axis(["key", "rep", "day", "year", "quarter", "amount", "date"], axis=1)
    order = {day: at for at, day in enumerate(sorted(quotas["day"].unique()))}
    starts = pd.date_range("2017-07-01", periods=12, freq="QS")
    quotas = quotas.assign(period=[starts[order[day]] for day in quotas["day"]], rep=quotas["rep"].astype(str))
    lines = pd.read_csv(shared_data("adventureworks_reseller") / "Sales.csv", sep="|", dtype=str)
    amount = lines["Sales"].str.replace(r"[$,]", "", regex=True).astype(float)
    day = CALENDAR.start(pd.to_datetime(lines["OrderDate"]), "quarter").rename("period")
    sold = amount.groupby([day, lines["EmployeeKey"].rename("rep")]).sum().rename("amount").reset_index()
    last = period_of(CALENDAR, pd.Timestamp("2020-07-01"), "last quarter")
    made = evaluation(sold.assign(whole=True), quotas, last, CALENDAR)
    assert isinstance(made, Evaluation)

    assert len(made.quarters) == 163
    assert made.mean == pytest.approx(0.84, abs=0.005)
    assert made.reached == pytest.approx(0.055, abs=0.0005)


def test_the_resellers_targets_say_more_of_themselves_than_of_the_people() -> None:
    shared_data("adventureworks_reseller")
    run = wb.Run.start("tests/cases/adventureworks_reseller/workbench.toml", as_of="2020-05-31")
    data, period = wb.load(run), wb.review.finished(run.calendar, run.as_of)
    monthly = known_before(data.sales("month", by="rep"), period, run.calendar, "month")
    sellers = wb.plan.people(data.table("reps"), monthly, period, settings=run.settings.plan.people)
    made = evaluation(data.sales("quarter", by="rep"), data.targets(), period, run.calendar, sellers=sellers)
    assert isinstance(made, Evaluation)

    assert not made.table.index.str.contains("Manager").any()
    assert (made.table["verdict"] == "target").sum() >= 10
    assert made.repeats > 0.8  # the same people miss again and again: their targets stay as they are

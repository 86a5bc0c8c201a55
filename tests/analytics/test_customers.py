"""Repurchase, new and repeat, cohorts, churn, value and risk: facts by hand, published curves, made-up companies."""

import numpy as np
import pandas as pd
import pytest

from tests.analytics.made import YEAR, keys_of, said
from tests.conftest import shared_data
from workbench.analytics import customers
from workbench.analytics.customers.leaving import survival
from workbench.analytics.results import Unknown

END = pd.Timestamp("2025-12-31")


def made(n: int = 3000, weeks: float = 104, seed: int = 7, later: int = 0) -> pd.DataFrame:
    """A customer table from BG/NBD and Gamma-Gamma with known parameters; `later` weeks are kept apart."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        age = rng.uniform(1, weeks)
        rate, leaves, mean = rng.gamma(0.8, 1 / 6), rng.beta(1.0, 4.0), 1 / rng.gamma(4, 1 / 300)
        t, times = 0.0, [0.0]
        while (t := t + rng.exponential(1 / rate)) < age + later:
            times.append(t)
            if rng.random() < leaves:
                break
        known = [t for t in times if t <= age]
        paid = rng.gamma(6, mean / 6, len(times))
        rows.append(
            {
                "customer": f"c{i}",
                "first": END - pd.Timedelta(weeks=age),
                "last": END - pd.Timedelta(weeks=age - known[-1]),
                "days": len(known),
                "orders": len(known),
                "amount": paid[: len(known)].sum(),
                "returned": 0.0,
                "frequency": len(known) - 1.0,
                "recency": known[-1],
                "age": age,
                "monetary": paid[1 : len(known)].mean() if len(known) > 1 else np.nan,
                "later": len(times) - len(known),
                "later_amount": paid[len(known) :].sum(),
                "later_weeks": later,
            }
        )
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def held() -> pd.DataFrame:
    return made(later=52)


@pytest.fixture(scope="module")
def value(held: pd.DataFrame) -> customers.LifetimeValue:
    result = customers.lifetime_value(held, held)
    assert isinstance(result, customers.LifetimeValue)
    return result


# -- repurchase --------------------------------------------------------------------------------------------------------


def bought(*days: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"customer": [str(i) for i in range(len(days))], "days": days, "amount": [10.0 * d for d in days]}
    )


def test_the_repurchase_rate_counts_customers_with_two_purchase_days() -> None:
    # TV13: from 60 % to 75 % is 15 points, and a quarter more
    result = customers.repurchase(
        {"now": bought(*[1] * 25, *[2] * 60, *[7] * 15), "before": bought(*[1] * 40, *[3] * 60)}, YEAR
    )
    told = said(result, "customers.repurchase")

    assert (told["rate"], told["rate_before"]) == (0.75, 0.6)
    assert told["change"] == pytest.approx(0.15)
    assert told["rate"] / told["rate_before"] - 1 == pytest.approx(0.25)
    assert told["beyond_noise"] is True


def test_few_customers_make_the_same_change_a_matter_of_chance() -> None:
    result = customers.repurchase({"now": bought(*[1] * 10, *[2] * 30), "before": bought(*[1] * 16, *[2] * 24)}, YEAR)

    assert said(result, "customers.repurchase")["beyond_noise"] is False


def test_purchase_days_add_up_to_all_customers_and_money() -> None:
    result = customers.repurchase({"now": bought(*[1] * 20, *[4] * 5, *[9] * 8)}, YEAR)

    assert isinstance(result, customers.Repurchase)
    assert result.times["customers"].tolist() == [20, 0, 0, 5, 8]
    assert result.times["amount"].sum() == 20 * 10 + 5 * 40 + 8 * 90


# -- new and repeat ----------------------------------------------------------------------------------------------------


def by_month(new: list[int], unnamed: float = 0.0) -> pd.DataFrame:
    period = pd.date_range("2023-01-01", periods=len(new), freq="MS")
    return pd.DataFrame(
        {
            "period": period,
            "amount_new": [100.0 * n for n in new],
            "amount_repeat": 1000.0,
            "amount_unnamed": unnamed,
            "customers_new": new,
            "customers_repeat": 10,
            "whole": True,
            "settled": period >= pd.Timestamp("2024-01-01"),
        }
    )


def test_the_first_year_of_data_tells_no_new_customers() -> None:
    result = customers.new_and_repeat(by_month([50] * 12 + [5] * 12))
    told = said(result, "customers.new_and_repeat")

    assert isinstance(result, customers.NewAndRepeat)
    assert result.table["share_new"].isna().sum() == 12
    assert (told["customers_new"], told["customers_new_before"]) == (60, None)
    assert told["share_new"] == pytest.approx(6000 / 18000)
    assert isinstance(customers.new_and_repeat(by_month([50] * 12)), Unknown)


def test_fewer_new_customers_than_chance_explains_need_a_decision() -> None:
    fewer = customers.new_and_repeat(by_month([50] * 12 + [20] * 12 + [10] * 12))
    chance = customers.new_and_repeat(by_month([50] * 12 + [2] * 12 + [1] * 12))

    assert said(fewer, "customers.new_falling")["amount_new_before"] == 24_000
    assert fewer.decisions[0].weight == 12_000
    assert customers.new_and_repeat(by_month([50] * 12 + [10] * 24)).decisions == ()
    assert "customers.new_falling" in keys_of(chance)  # 24 after 12 is still beyond 1.96 standard errors
    assert customers.new_and_repeat(by_month([50] * 12 + [1] * 12 + [1] * 9 + [0] * 3)).decisions == ()


def test_sales_without_a_customer_are_told() -> None:
    result = customers.new_and_repeat(by_month([50] * 12 + [5] * 12, unnamed=500.0))

    assert said(result, "customers.unnamed")["share"] == pytest.approx(6000 / 24000)


# -- cohorts -----------------------------------------------------------------------------------------------------------


def activity(rows: list[tuple[int, int, int]], whole: int = 99) -> pd.DataFrame:
    quarters = pd.date_range("2024-01-01", periods=8, freq="QS")
    return pd.DataFrame(
        [(quarters[c], quarters[p], n, p < whole) for c, p, n in rows],
        columns=["cohort", "period", "customers", "whole"],
    )


COHORTS = [
    (0, 0, 100),
    (0, 1, 90),
    (0, 2, 80),
    (0, 3, 70),
    (1, 1, 40),
    (1, 2, 10),
    (1, 3, 8),
    (2, 2, 60),
    (2, 3, 30),
    (3, 3, 9),
]


def test_retention_is_summed_over_cohorts_before_it_is_divided() -> None:
    result = customers.cohorts(activity(COHORTS))

    assert isinstance(result, customers.Cohorts)
    assert result.curve["retention"].tolist() == pytest.approx([1.0, 40 / 100, 8 / 40])  # the first cohort is left out
    assert result.retention.loc["2024-01-01"].tolist() == pytest.approx([1.0, 0.9, 0.8, 0.7])


def test_a_period_that_is_not_over_is_unknown_not_zero() -> None:
    result = customers.cohorts(activity(COHORTS, whole=3))

    assert isinstance(result, customers.Cohorts)
    assert np.isnan(result.customers.at[pd.Timestamp("2024-07-01"), 1])
    assert pd.Timestamp("2024-10-01") not in result.customers.index


def test_a_cohort_that_nobody_of_came_back_is_zero() -> None:
    result = customers.cohorts(activity([r for r in COHORTS if r[:2] != (1, 3)]))

    assert isinstance(result, customers.Cohorts)
    assert result.customers.at[pd.Timestamp("2024-04-01"), 2] == 0


# -- churn -------------------------------------------------------------------------------------------------------------


def test_kaplan_meier_gives_the_published_curve() -> None:
    # Freireich et al. (1963), 6-MP: .857 .807 .753 .690 .627 .538 .448
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    left = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    curve = survival(pd.Series(weeks), pd.Series(left))

    assert curve.loc[0, "still"] == 1
    assert curve["still"].drop_duplicates().round(3).tolist() == [1.0, 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert (curve["lo"] <= curve["still"]).all()
    assert (curve["hi"] >= curve["still"]).all()


def rhythm(frequency: float, gap_days: float, silent_days: float) -> dict[str, float]:
    recency = frequency * gap_days / 7
    return {"frequency": frequency, "recency": recency, "age": recency + silent_days / 7}


def test_a_customer_has_left_when_silent_for_three_of_their_usual_gaps() -> None:
    rows = [
        rhythm(10, 20, 61),
        rhythm(10, 20, 59),
        rhythm(10, 2, 29),
        rhythm(10, 2, 31),
        rhythm(0, 0, 59),
        rhythm(0, 0, 61),
    ]
    frame = pd.DataFrame(rows + [rhythm(10, 20, 100)] * 50).assign(customer=lambda t: t.index.astype(str))
    result = customers.churn(frame)

    assert isinstance(result, customers.Churn)
    assert result.members["left"].head(6).tolist() == [True, False, False, True, False, True]
    assert said(result, "customers.churn")["left"] == 53


def test_nobody_is_said_to_leave_before_their_silence_was_too_long() -> None:
    frame = pd.DataFrame([rhythm(10, 20, 100)] * 40 + [rhythm(10, 20, 0)] * 40).assign(
        customer=lambda t: t.index.astype(str)
    )
    result = customers.churn(frame)

    assert isinstance(result, customers.Churn)
    gone = result.curve.index[result.curve["still"] < 1]
    assert gone[0] * 7 == pytest.approx(10 * 20 + 3 * 20)  # last purchase and three gaps


# -- lifetime value ----------------------------------------------------------------------------------------------------


def test_the_forecast_of_a_year_that_came_holds(value: customers.LifetimeValue, held: pd.DataFrame) -> None:
    assert value.holdout is not None
    assert value.holdout.actual == pytest.approx(held["later_amount"].sum())
    assert value.holdout.ratio == pytest.approx(1.0, abs=0.12)
    assert value.lo < value.total < value.hi
    assert value.total == pytest.approx(value.members["expected_value"].sum())
    assert value.table["customers"].sum() == len(held)


def test_the_interval_covers_about_eight_of_ten_years_that_came() -> None:
    frames = [made(n=400, seed=s, later=26) for s in range(20)]
    found = [customers.lifetime_value(f, f, weeks=26) for f in frames]
    covered = sum(r.holdout.held for r in found if isinstance(r, customers.LifetimeValue) and r.holdout)

    assert 12 <= covered <= 20  # binomial(20, .8): 1 in 100 is below 12


def test_a_forecast_that_missed_widens_the_interval_and_comes_first(held: pd.DataFrame) -> None:
    result = customers.lifetime_value(held, held.assign(later_amount=held["later_amount"] / 2))
    right = customers.lifetime_value(held)

    assert isinstance(result, customers.LifetimeValue)
    assert isinstance(right, customers.LifetimeValue)
    assert result.findings[0].key == "customers.holdout"
    assert said(result, "customers.holdout")["held"] is False
    assert result.lo < right.lo < right.hi < result.hi
    assert "customers.no_holdout" in keys_of(right)


def test_returns_are_taken_off_the_value_at_their_share(held: pd.DataFrame) -> None:
    less = held.assign(returned=held["amount"] * 0.25, amount=held["amount"] * 0.75)
    whole, net = customers.lifetime_value(held), customers.lifetime_value(less)

    assert isinstance(whole, customers.LifetimeValue)
    assert isinstance(net, customers.LifetimeValue)
    assert net.total / whole.total == pytest.approx(0.75)


def test_many_customers_are_drawn_in_part_without_a_wider_interval(
    value: customers.LifetimeValue, held: pd.DataFrame
) -> None:
    many = pd.concat([held] * 5, ignore_index=True)
    result = customers.lifetime_value(many)

    assert isinstance(result, customers.LifetimeValue)
    assert result.total == pytest.approx(5 * value.total, rel=0.001)
    alone = customers.lifetime_value(held)
    assert isinstance(alone, customers.LifetimeValue)
    relative = [(r.hi - r.lo) / r.total for r in (result, alone)]
    assert relative[0] / relative[1] == pytest.approx(5**-0.5, rel=0.25)


def test_the_same_seed_gives_the_same_interval(held: pd.DataFrame) -> None:
    one, other = (customers.lifetime_value(held) for _ in range(2))

    assert (one.lo, one.hi) == (other.lo, other.hi)  # type: ignore[union-attr]


def test_cdnow_s_customers_get_their_published_models() -> None:
    # Fader, Hardie & Lee (2005); Hardie, note 025
    names = {"ID": "customer", "x": "frequency", "t_x": "recency", "T": "age", "zbar": "monetary"}
    table = pd.read_csv(shared_data("published/cdnow_customers_summary_with_transactions.csv")).rename(columns=names)
    table = table.assign(last=END, returned=0.0, amount=table["monetary"] * (table["frequency"] + 1) + 1)
    result = customers.lifetime_value(table)

    assert isinstance(result, customers.LifetimeValue)
    assert (result.buying.r, result.buying.a, result.spending.q) == pytest.approx((0.243, 0.793, 3.744), abs=0.01)


# -- at risk -----------------------------------------------------------------------------------------------------------


def test_at_stake_is_what_they_would_bring_besides_were_they_surely_there(value: customers.LifetimeValue) -> None:
    result = customers.at_risk(value)

    assert isinstance(result, customers.AtRisk)
    first = result.table.iloc[0]
    assert first["at_stake"] == pytest.approx(first["expected_value"] / first["p_alive"] - first["expected_value"])
    assert result.members["p_alive"].between(0.2, 0.8).all()
    assert result.table["at_stake"].is_monotonic_decreasing
    assert result.classes["customers"].sum() == value.customers
    assert [d.subject for d in result.decisions] == result.table.index[:3].tolist()


def test_who_never_came_back_cannot_be_late(value: customers.LifetimeValue, held: pd.DataFrame) -> None:
    result = customers.at_risk(value)

    assert isinstance(result, customers.AtRisk)
    assert not set(result.members.index) & set(held.loc[held["frequency"] == 0, "customer"])


# -- thin data ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1, 20])
def test_thin_data_give_a_sentence_not_a_number(n: int) -> None:
    few = made(n=40, later=26).head(n)
    value = customers.lifetime_value(few, few)
    results = (customers.churn(few), value, customers.at_risk(value), customers.repurchase({"now": few}, YEAR))

    assert all(isinstance(r, Unknown) for r in results)


def test_a_short_history_gives_no_value() -> None:
    result = customers.lifetime_value(made(n=800, weeks=20))

    assert keys_of(result) == ["customers.unknown_weeks"]


def test_spend_without_a_mean_gives_no_value(held: pd.DataFrame) -> None:
    rng = np.random.default_rng(1)
    wild = held.assign(monetary=held["monetary"] * rng.pareto(0.35, len(held)) ** 1.2)

    assert keys_of(customers.lifetime_value(wild)) == ["customers.unknown_spend"]

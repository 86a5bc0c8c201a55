"""Sprint and slack: against working days, with the quarters' own scatter."""

import numpy as np
import pandas as pd

from workbench.analytics.results import Unknown
from workbench.analytics.tracking.pushes import Pushes, pushes
from workbench.periods import Calendar

COVERS = (pd.Timestamp("2024-01-01"), pd.Timestamp("2026-03-31"))


def daily(push: float = 1.0, slack: float = 1.0, seed: int = 1) -> pd.DataFrame:
    """Working days' sales, the last and first fortnight of each quarter so many times the others."""
    days = pd.bdate_range(*COVERS)
    starts = days.to_period("Q").start_time
    ends = days.to_period("Q").end_time.normalize()
    factor = np.where((ends - days).days < 14, push, np.where((days - starts).days < 14, slack, 1.0))
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.3, len(days)))
    return pd.DataFrame({"period": days, "amount": 1000 * factor * noise})


def found(sales: pd.DataFrame, parts: pd.DataFrame | None = None) -> Pushes:
    made = pushes(sales, Calendar(), COVERS, parts)
    assert isinstance(made, Pushes)
    return made


def test_a_sprint_of_half_as_much_again_is_found_with_its_size() -> None:
    row = found(daily(push=1.5)).table.iloc[0]
    assert row["beyond"]
    assert row["push_lo"] < 1.5 < row["push_hi"]
    assert 0 < row["amount"] < 10_000


def test_an_even_quarter_has_neither_sprint_nor_slack() -> None:
    row = found(daily()).table.iloc[0]
    assert not row["beyond"]
    assert row["slack_lo"] < 1 < row["slack_hi"]


def test_a_slack_start_is_told() -> None:
    told = {f.key: f for f in found(daily(slack=0.5)).findings}
    assert told["tracking.diagnosis.slack"].values["beyond"]


def test_a_rep_who_sprints_harder_than_the_others_is_named_and_the_others_are_not() -> None:
    parts = pd.concat([daily(push=3.0 if n == 0 else 1.4, seed=n).assign(rep=f"R{n}") for n in range(6)])
    whole = parts.groupby("period")[["amount"]].sum().reset_index()
    table = found(whole, parts).table
    assert table.index[1] == "R0"
    assert table["beyond"]["R0"]
    assert table["beyond"].iloc[2:].sum() <= 1


def test_money_in_another_unit_changes_nothing_but_the_amount() -> None:
    sales = daily(push=1.3)
    one, other = (found(s).table.iloc[0] for s in (sales, sales.assign(amount=sales["amount"] * 7)))
    assert np.isclose(one["push"], other["push"])
    assert np.isclose(one["amount"] * 7, other["amount"])


def test_monthly_data_and_short_histories_are_unknown() -> None:
    monthly = daily().set_index("period")["amount"].resample("MS").sum().reset_index()
    assert isinstance(pushes(monthly, Calendar(), COVERS), Unknown)
    assert isinstance(pushes(daily(), Calendar(), (pd.Timestamp("2025-07-01"), COVERS[1])), Unknown)

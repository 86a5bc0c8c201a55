"""Quarters of real and demo companies: the money that came, within what the back-solve gave for it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import shared_data
from workbench import Run, load, plan
from workbench.analytics.plan.work.backsolve import BackSolve
from workbench.analytics.plan.work.rates import Rates
from workbench.sources.data import Data

ROOT = Path(__file__).parents[3]
_DAY = pd.Timedelta(days=1)


def seen(data: Data, as_of: pd.Timestamp) -> plan.Records:
    """The deals as they were: what ended later is open, its amount is not looked at."""
    deals = pd.DataFrame(data.deals())
    deals = deals[deals["created"] <= as_of]
    later = deals["closed"] > as_of
    deals = deals.assign(stage=deals["stage"].mask(later, "open"), closed=deals["closed"].mask(later))
    return plan.Records(deals, data.stages, as_of)


def chance_of_what_came(data: Data, as_of: pd.Timestamp) -> tuple[float, float, float]:
    """Money of the next three months; expected of it by the deals that were then created; the chance of less."""
    last = as_of + _DAY + pd.DateOffset(months=3) - _DAY
    deals = pd.DataFrame(data.deals())
    won = deals["stage"].isin(data.stages.won) & deals["closed"].between(as_of + _DAY, last)
    came = float(deals.loc[won, "amount"].sum())
    created = deals["created"].between(as_of + _DAY, last).sum() / (last - as_of).days * 30.4375
    one = seen(data, as_of)
    rates = plan.funnel_rates(one)
    assert isinstance(rates, Rates)
    months = pd.date_range(as_of + _DAY, periods=3, freq="MS")
    found = plan.back_solve(pd.Series(came / 3, index=months), replace(rates, created=float(created)), one)
    assert isinstance(found, BackSolve)
    return came, found.expected, 1 - found.reach


def test_the_quarters_of_a_crm_lie_within_what_was_given_for_them() -> None:
    shared_data("crm_opportunities")
    data = load(Run.start(ROOT / "tests" / "cases" / "crm", as_of="2017-12-31"))
    ends = [pd.Timestamp(d) for d in ("2017-05-31", "2017-06-30", "2017-07-31", "2017-08-31", "2017-09-30")]
    told = [chance_of_what_came(data, end) for end in ends]

    print([(f"{came:,.0f}", f"{expected:,.0f}", f"{below:.2f}") for came, expected, below in told])
    assert all(0.05 < below < 0.95 for _, _, below in told)
    assert np.median([expected / came for came, expected, _ in told]) == pytest.approx(1, abs=0.15)


def test_the_quarters_of_the_demo_company_are_met_as_often_as_their_chance() -> None:
    data = load(Run.start(ROOT / "data" / "demo", as_of="2026-09-30"))
    ends = pd.date_range("2023-12-31", "2026-06-30", freq="QE")
    told = pd.DataFrame([chance_of_what_came(data, end) for end in ends], columns=["came", "expected", "below"])

    print(told.round(2).to_string())
    assert told["expected"].sum() == pytest.approx(told["came"].sum(), rel=0.1)
    assert 0.3 < told["below"].mean() < 0.7  # of an even spread over 11 quarters, 99 % of samples lie within
    assert (told["below"].between(0.1, 0.9)).sum() >= 7  # nine of eleven expected

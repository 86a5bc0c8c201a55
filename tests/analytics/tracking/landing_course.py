"""A course made by hand: a year of two regions, ten months over, with draws of how it may end."""

import numpy as np
import pandas as pd

from workbench.analytics.plan.aims.odds import chances_of
from workbench.analytics.plan.period import period
from workbench.analytics.tracking.course import Course
from workbench.analytics.tracking.goals import Goals, goals
from workbench.periods import Calendar

AS_OF = pd.Timestamp("2026-10-31")
YEAR = period(Calendar(), AS_OF, "this year")


def targets(east: float = 1200.0, north: float = 600.0, ledger: pd.DataFrame | None = None) -> Goals:
    """Monthly targets of two regions, even over the year."""
    rows = [(m, r, a / 12) for m in YEAR.months for r, a in (("East", east), ("North", north))]
    table = pd.DataFrame(rows, columns=["period", "region", "amount"])
    found = goals(YEAR, Calendar(), table=None if ledger is not None else table, ledger=ledger, levels=("region",))
    assert isinstance(found, Goals)
    return found


def course(
    rest: tuple[float, float] = (200.0, 100.0), booked: tuple[float, float] = (900.0, 500.0), spread: float = 0.1,
    aims: Goals | None = None,
) -> Course:  # fmt: skip
    """What each region has booked by the end of October, and what it should still bring."""
    aims = aims or targets()
    nodes = pd.DataFrame({"level": ["", "region", "region"], "region": [None, "East", "North"]},
                         index=pd.Index(["", "East", "North"], name="node"))  # fmt: skip
    rng = np.random.default_rng(7)
    parts = np.column_stack([b + r * np.exp(rng.normal(0, spread, 2000)) for b, r in zip(booked, rest, strict=True)])
    draws = np.column_stack([parts.sum(axis=1), parts])
    table = pd.DataFrame({"level": nodes["level"], "target": aims.amount.reindex(nodes.index)}, index=nodes.index)
    table["booked"] = [sum(booked), *booked]
    table["remaining"] = table["target"] - table["booked"]
    table["expected"] = draws.mean(axis=0)
    for name, q in (("lo_95", 0.025), ("lo_80", 0.1), ("hi_80", 0.9), ("hi_95", 0.975)):
        table[name] = np.quantile(draws, q, axis=0)
    table["chance"] = chances_of(draws, table["target"].to_numpy(float))
    table["needed"], table["usual"] = table["remaining"].clip(lower=0) / 40, (table["expected"] - table["booked"]) / 40
    none = pd.DataFrame()
    return Course(period=YEAR, goals=aims, as_of=AS_OF, known_until=AS_OF, done=10 / 12, days_left=40, nodes=nodes,
                  table=table, draws=draws, path=none, pipeline=none, tested=none, ways=none)  # fmt: skip

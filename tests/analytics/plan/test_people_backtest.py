"""What people were expected to sell, and what they sold: quarters of the demo company, looked at from before each."""

import numpy as np
import pandas as pd

from workbench import Run, load, plan
from workbench.analytics.plan.staff.people import Sellers

ORIGINS = [
    "2024-03-31",
    "2024-06-30",
    "2024-09-30",
    "2024-12-31",
    "2025-03-31",
    "2025-06-30",
    "2025-09-30",
    "2025-12-31",
]


def test_people_reach_the_level_that_is_told_as_80_percent_about_as_often(record_property) -> None:  # type: ignore[no-untyped-def]
    run = Run.start("data/demo/workbench.toml", as_of="2026-09-30")
    data = load(run)
    reps, sales = data.table("reps"), data.sales("month", by="rep")
    assert reps is not None
    surprises = np.concatenate([off(reps, sales, run, pd.Timestamp(day)) for day in ORIGINS])

    reached = {level: float((surprises >= -z).mean()) for level, z in ((0.8, 0.8416), (0.6, 0.2533), (0.5, 0.0))}
    inside = float((np.abs(surprises) < 1.2816).mean())
    record_property("reached", str(reached))
    print(f"{len(surprises)} people and quarters: reached {reached}, inside the 80 % interval {inside:.2f}")

    assert len(surprises) > 150
    # 167 people and quarters; two standard errors of 80 % are 6 points, and one person's quarters hang together
    assert 0.70 < inside < 0.90
    assert abs(reached[0.8] - 0.8) < 0.1
    assert abs(reached[0.6] - 0.6) < 0.1


def off(reps: pd.DataFrame, sales: pd.DataFrame, run: Run, day: pd.Timestamp) -> np.ndarray:
    """How many standard deviations each sold beyond what was expected, the company's own growth taken out."""
    period = plan.period(run.calendar, day, "next quarter")
    then = reps[~(reps["joined"] > day)].assign(left=lambda r: r["left"].where(r["left"] <= day))
    found = plan.people(then, sales[sales["period"] <= day], period)
    assert isinstance(found, Sellers)
    sold = sales[sales["period"].between(period.first, period.last)].groupby("rep")["amount"].sum()
    gone = reps.loc[reps["left"] <= period.last, "name"]
    table = found.table.drop(gone, errors="ignore").join(sold.rename("sold")).fillna({"sold": 0.0})
    growth = table["sold"].sum() / table["expected"].sum()
    return ((table["sold"] / growth - table["expected"]) / table["sd"]).to_numpy()

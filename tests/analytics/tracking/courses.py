"""A company for tests of the course: two regions, four years of days, more at weekdays and at each quarter's end."""

from functools import cache

import numpy as np
import pandas as pd

from workbench.analytics.plan.period import PlanPeriod, period
from workbench.analytics.tracking import Course, Goals, course, goals
from workbench.periods import Calendar
from workbench.settings import CalendarSettings, Stages

CALENDAR = Calendar(CalendarSettings(country="US"))
AS_OF = pd.Timestamp("2026-08-15")
STAGES = Stages(won=["won"], lost=["lost"])


def quarter(as_of: pd.Timestamp = AS_OF) -> PlanPeriod:
    return period(CALENDAR, as_of, "this quarter")


@cache
def sales(seed: int = 1, last: str = "2026-09-30") -> pd.DataFrame:
    """period (days), region, amount: north sells twice as much as south; the last five weekdays of a quarter half as
    much again."""
    rng = np.random.default_rng(seed)
    days = pd.bdate_range("2022-10-01", last)
    closing = days >= days.to_period("Q").end_time.normalize() - pd.offsets.BDay(5)
    push = np.where(closing, 1.5, 1.0)
    frames = [
        pd.DataFrame({"period": days, "region": name, "amount": size * push * rng.gamma(20, 1 / 20, len(days))})
        for name, size in (("north", 2000.0), ("south", 1000.0))
    ]
    return pd.concat(frames, ignore_index=True).sort_values(["period", "region"], ignore_index=True)


def table(north: float = 45_000.0, south: float = 25_000.0) -> pd.DataFrame:
    """Monthly targets by region for 2026."""
    months = pd.date_range("2026-01-01", periods=12, freq="MS")
    rows = [(m, r, a) for m in months for r, a in (("north", north), ("south", south))]
    return pd.DataFrame(rows, columns=["period", "region", "amount"])


def aims(as_of: pd.Timestamp = AS_OF, **amounts: float) -> Goals:
    found = goals(quarter(as_of), CALENDAR, table=table(**amounts), levels=("region",))
    assert isinstance(found, Goals)
    return found


def made(as_of: pd.Timestamp = AS_OF, frame: pd.DataFrame | None = None, *, aimed: bool = True, **more) -> Course:  # type: ignore[no-untyped-def]
    known = sales() if frame is None else frame
    covers = (known["period"].min(), as_of)
    wanted = more.pop("goals", aims(as_of) if aimed else None)
    found = course(known, ("region",), quarter(as_of), every="day", calendar=CALENDAR, as_of=as_of, covers=covers,
                   goals=wanted, **more)  # fmt: skip
    assert isinstance(found, Course)
    return found


@cache
def usual() -> Course:
    return made(opportunities=deals(), stages=STAGES)


@cache
def bare_aimed() -> Course:
    """With targets, without opportunities."""
    return made()


@cache
def bare() -> Course:
    return made(aimed=False)


def deals(seed: int = 3) -> pd.DataFrame:
    """Opportunities: three a weekday, a third won, closed after 10 to 60 days, 1,000 each."""
    rng = np.random.default_rng(seed)
    created = np.repeat(pd.bdate_range("2023-01-02", AS_OF), 3)
    closed = created + pd.to_timedelta(rng.integers(10, 60, len(created)), unit="D")
    over = closed <= AS_OF
    won = rng.random(len(created)) < 1 / 3
    return pd.DataFrame({
        "opportunity": [f"O{k}" for k in range(len(created))],
        "created": created,
        "closed": pd.Series(closed).where(over),
        "stage": np.where(~over, "open", np.where(won, "won", "lost")),
        "amount": 1000.0,
        "region": np.where(rng.random(len(created)) < 2 / 3, "north", "south"),
    })  # fmt: skip

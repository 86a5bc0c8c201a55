"""What moves sales besides their own past: the calendar, and variables such as spend, as far as these data show it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast.result import Forecast
from workbench.analytics.forecast.variables import EVENT
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.periods import Calendar

_USUAL_DAYS = {"week": 5, "month": 21, "quarter": 63}  # working days
STEP = 0.1  # a variable's change that its effect is told for; an event's is its whole period
Z_80 = 1.2816


@dataclass(frozen=True, kw_only=True, repr=False)
class CalendarEffects(Result):
    """`table`: index regressor (working_days, festival_before, festival, festival_after); column effect: ratio, of one
    more working day, or of the whole window falling in the month."""

    table: pd.DataFrame


@dataclass(frozen=True, kw_only=True, repr=False)
class Variables(Result):
    """What was tried besides the season: spend, reps, price, market, and kinds of events.

    `table`: index variable; columns verdict (influences.VERDICTS), effect, lo_80, hi_80 (change of sales for 10 % more,
    or of a period that is an event throughout; NaN where it is not used), without_it, with_it (mean error in the tests,
    ratios), tests, lag.
    """

    table: pd.DataFrame


def calendar_effects(found: Forecast | Unknown, calendar: Calendar) -> CalendarEffects | None:
    """What working days and Spring Festival do to sales, as far as these data show it."""
    if isinstance(found, Unknown):
        return None
    slopes = found.calendar_effects
    effect = np.exp(slopes.to_numpy(float)) - 1 if len(slopes) else np.zeros(0)
    table = pd.DataFrame({"effect": effect}, index=pd.Index(slopes.index, name="regressor"))
    findings = [f for f in found.findings if f.key == "forecast.festival"]
    if "working_days" in table.index:
        one_more = (1 + 1 / _USUAL_DAYS[found.every]) ** float(slopes["working_days"]) - 1
        table.loc["working_days", "effect"] = one_more
        findings.append(fact("forecast.working_day", rate=one_more, every=found.every))
    findings = findings or [fact("forecast.no_calendar", country=calendar.settings.country or None)]
    return CalendarEffects(table=table, findings=tuple(findings))


def variable_effects(found: Forecast | Unknown) -> Variables | None:
    """Which variables the forecast uses, with their effects, and which it does not; None where there were none."""
    if isinstance(found, Unknown) or found.influences is None:
        return None
    tried = found.influences.table
    event = tried.index.str.startswith(EVENT)
    step = np.where(event, 1.0, np.log1p(STEP))
    effect, error = tried["effect"].to_numpy(float), tried["error"].to_numpy(float)
    rates = {n: np.expm1((effect + z * error) * step) for n, z in (("effect", 0), ("lo_80", -Z_80), ("hi_80", Z_80))}
    table = tried[["verdict", "lag", "without_it", "with_it", "tests"]].assign(**rates)
    table[["without_it", "with_it"]] = np.expm1(table[["without_it", "with_it"]].astype(float))
    table[list(rates)] = table[list(rates)].where(tried["verdict"] == "used")
    return Variables(table=table, findings=tuple(_told(table, found.every)))


def _told(table: pd.DataFrame, every: str) -> Iterator[Finding]:
    for name, row in table[table["verdict"] == "used"].iterrows():
        yield _used(str(name), row, every)
    left = table[table["verdict"] == "no_gain"].sort_values("with_it")
    if len(left):
        best = left.iloc[0]
        tests = {"with_it": best["with_it"], "without_it": best["without_it"], "tests": int(best["tests"])}
        yield fact("forecast.variable_left", names=tuple(map(short, left.index)), **tests)
    for verdict in ("rare", "short"):
        names = tuple(map(short, table.index[table["verdict"] == verdict]))
        if names:
            yield fact("forecast.variable_untested", names=names, why=verdict)


def _used(name: str, row: Any, every: str) -> Finding:
    tests = {"with_it": row["with_it"], "without_it": row["without_it"], "tests": int(row["tests"])}
    effect = {n: row[n] for n in ("effect", "lo_80", "hi_80")}
    called: dict[str, Any] = {"variable": variable(name), "name": short(name)}
    return fact("forecast.variable_used", weight=1.0, **called, **effect, **tests, lag=int(row["lag"]), every=every)


def variable(name: str) -> str:
    """spend, reps, price, market or event."""
    return "event" if name.startswith(EVENT) else name


def short(name: str) -> str:
    """A variable's name, or what the company calls the kind of event."""
    return name.removeprefix(EVENT)

"""The forecast under named assumptions, and what one step of a driver is worth with everything else as it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast.effects import Z_80
from workbench.analytics.forecast.result import Forecast, interval_of_sum
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Scorecard, Unknown
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Calendar
from workbench.settings import Assumptions

DRIVERS = ("price", "win_rate", "reps", "spend", "market")
Span = tuple[pd.Timestamp, pd.Timestamp]
STEPS = {"price": 0.01, "win_rate": 0.01, "reps": 1.0, "spend": 0.1, "market": 0.1}  # points, people, else ratios


@dataclass(frozen=True, kw_only=True, repr=False)
class Scenarios(Result):
    """The whole over the forecast's span under each set of assumptions.

    `table`: index scenario: pessimistic, base, optimistic, then the company's own by their key; columns amount, lo_80,
    hi_80 (NaN for the first and third, which are ends of the base's interval), change (money, to the base), rate
    `what_if`: index driver (DRIVERS); columns now, step, amount (money for one step), lo_80, hi_80 (NaN where sales are
    taken to follow in proportion), rate, measured
    `named`: the company's own assumptions by key
    """

    table: pd.DataFrame
    what_if: pd.DataFrame
    named: Mapping[str, Assumptions]
    span: Span


def scenarios(
    found: Forecast | Unknown, named: Mapping[str, Assumptions], drivers: Mapping[str, float], calendar: Calendar
) -> Scenarios | None:
    """Base, the ends of its 80 % interval, the company's own scenarios, and single steps of the drivers that are known.

    Assumptions multiply the paths, by what the forecast measured of a driver's effect, else in proportion; nothing else
    is taken to react, and they take effect in full at once unless `after_months` says when. `drivers`: what a driver is
    now; see `drivers`.
    """
    if isinstance(found, Unknown):
        return None
    mean, paths = found.whole["mean"].to_numpy(float), found.paths[:, 0]
    base = interval_of_sum(float(mean.sum()), paths)
    rows = {
        name: {
            "amount": min(base["lo_80"], base["mean"]) if name == "pessimistic" else max(base["hi_80"], base["mean"])
        }
        for name in ("pessimistic", "optimistic")
    }
    rows = {
        "pessimistic": rows["pessimistic"],
        "base": _row(mean, paths, np.ones(len(mean))),
        "optimistic": rows["optimistic"],
    }
    rows |= {key: _row(mean, paths, factors(one, found), _doubt(one, found)) for key, one in named.items()}
    table = (
        pd.DataFrame.from_dict(rows, orient="index")
        .rename_axis("scenario")
        .reindex(columns=["amount", "lo_80", "hi_80"])
    )
    table["change"] = table["amount"] - base["mean"]
    table["rate"] = table["change"] / base["mean"] if base["mean"] > 0 else np.nan
    span = found.periods[0], calendar.end_of(found.periods[-1], found.every)  # type: ignore[arg-type]
    what_if = _what_if(float(base["mean"]), drivers, found)
    return Scenarios(
        table=table,
        what_if=what_if,
        named=dict(named),
        span=span,
        findings=tuple(_findings(table, what_if, named, found, span)),
    )


def factors(one: Assumptions, found: Forecast) -> np.ndarray:
    """What each period's sales are multiplied by under these assumptions."""
    per_year, step = PER_YEAR[found.every], np.arange(1, len(found.periods) + 1)
    level = (1 + one.shift) * np.prod([_follows(name, getattr(one, name), found) for name in DRIVERS])
    begins = step > one.after_months * per_year / 12
    grown = (1 + one.growth) ** ((step - one.after_months * per_year / 12) / per_year)
    return np.asarray(np.where(begins, level * grown, 1.0))


def _follows(driver: str, ratio: float, found: Forecast) -> float:
    """What sales are multiplied by when a driver moves by a ratio: as measured, else in proportion; spend by nothing,
    because money that is spent need not win any."""
    measured = _measured(driver, found)
    power = measured[0] if measured else float(driver != "spend")
    return float((1 + ratio) ** power) if ratio > -1 or power >= 0 else 0.0


def _measured(driver: str, found: Forecast) -> tuple[float, float] | None:
    """The driver's effect (elasticity) and its standard error, where the forecast uses it."""
    return found.influences.of(driver) if found.influences else None


def _doubt(one: Assumptions, found: Forecast) -> np.ndarray:
    """Logarithm of how far sales may follow otherwise than measured: (paths, horizon), 0 where nothing is measured."""
    rng, per_year = np.random.default_rng(0), PER_YEAR[found.every]
    apart = np.zeros(len(found.paths))
    for name in DRIVERS:
        if (measured := _measured(name, found)) and getattr(one, name) > -1:
            apart += rng.standard_normal(len(apart)) * measured[1] * np.log1p(getattr(one, name))
    begins = np.arange(1, len(found.periods) + 1) > one.after_months * per_year / 12
    return apart[:, None] * begins


def _row(mean: np.ndarray, paths: np.ndarray, factor: np.ndarray, doubt: np.ndarray | float = 0.0) -> dict[str, float]:
    total = interval_of_sum(float((mean * factor).sum()), paths * factor * np.exp(doubt))
    return {
        "amount": total["mean"],
        "lo_80": min(total["lo_80"], total["mean"]),
        "hi_80": max(total["hi_80"], total["mean"]),
    }


def drivers(scorecard: Result, reps: pd.DataFrame | None, as_of: pd.Timestamp) -> dict[str, float]:
    """What the drivers are now, as far as the data tell: win_rate (ratio), reps (people who sell on `as_of`), price
    (1 where quantities are known, so that prices have a meaning)."""
    now = scorecard.table["now"] if isinstance(scorecard, Scorecard) else pd.Series(dtype=float)
    known = {
        "price": float("quantity" in now.index),
        "win_rate": float(now.get("win_rate", np.nan)),
        "reps": _selling(reps, as_of),
    }
    return {name: value for name, value in known.items() if value > 0}


def _selling(reps: pd.DataFrame | None, as_of: pd.Timestamp) -> float:
    """People of the reps table who are there on the day, without those whom others call their manager."""
    if reps is None or "rep" not in reps:
        return float("nan")
    there = pd.Series(True, index=reps.index)
    if "joined" in reps:
        there &= ~(reps["joined"] > as_of)
    if "left" in reps:
        there &= ~(reps["left"] <= as_of)
    if "manager" in reps:
        there &= ~reps["rep"].isin(reps["manager"].dropna())
    return float(there.sum()) or float("nan")


def _what_if(base: float, known: Mapping[str, float], found: Forecast) -> pd.DataFrame:
    """One step: price 1 %, win rate 1 point, one person more; spend and market 10 %, only where measured."""
    now = {d: known.get(d, np.nan) for d in ("win_rate", "reps")} | {"spend": _a_year_of("spend", found)}
    rows = {}
    for driver in DRIVERS:
        measured = _measured(driver, found)
        if driver in known or measured:
            ratio = STEPS[driver] / (now[driver] if driver in ("win_rate", "reps") else 1.0)
            low, middle, high = _rates(ratio, measured)
            rows[driver] = {
                "now": now.get(driver, np.nan),
                "step": STEPS[driver],
                "amount": middle * base,
                "lo_80": low * base,
                "hi_80": high * base,
                "rate": middle,
                "measured": measured is not None,
            }
    columns = ["now", "step", "amount", "lo_80", "hi_80", "rate", "measured"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("driver")


def _rates(ratio: float, measured: tuple[float, float] | None) -> tuple[float, float, float]:
    """Change of sales for a driver's: the low and high end of what was measured around it, NaN where nothing was."""
    if measured is None:
        return float("nan"), ratio, float("nan")
    effect, error = measured
    low, high = sorted((effect - Z_80 * error, effect + Z_80 * error))
    return tuple(float((1 + ratio) ** power - 1) for power in (low, effect, high))  # type: ignore[return-value]


def _a_year_of(variable: str, found: Forecast) -> float:
    """The sum of its last year's periods; NaN where it is not known."""
    raw = found.influences.raw if found.influences else pd.DataFrame()
    return float(raw[variable].tail(PER_YEAR[found.every]).sum(min_count=1)) if variable in raw else float("nan")


def _findings(
    table: pd.DataFrame, what_if: pd.DataFrame, named: Mapping[str, Assumptions], found: Forecast, span: Span
) -> Iterator[Finding]:
    amounts = table["amount"]
    ends = {name: amounts[name] for name in ("pessimistic", "optimistic")}
    yield fact("forecast.range", weight=amounts["base"], amount=amounts["base"], **ends, span=span)
    for key, one in named.items():
        made = tuple((n, getattr(one, n)) for n in ("growth", "shift", *DRIVERS) if getattr(one, n))
        row: Any = table.loc[key]
        told = {n: row[n] for n in ("amount", "change", "rate")}
        basis = _basis([n for n, _ in made if n in DRIVERS], found)
        yield fact(
            "forecast.scenario", weight=row["change"], name=one.name or key, **told, assumptions=made, basis=basis
        )
    for driver, row in what_if.iterrows():
        told = {n: row[n] for n in ("now", "amount", "lo_80", "hi_80", "rate")}
        yield fact("forecast.what_if", weight=row["amount"], driver=str(driver), measured=bool(row["measured"]), **told)


def _basis(moved: list[str], found: Forecast) -> str | None:
    """How sales follow what a scenario moves: measured, assumed, both, or uncounted where that of spend is unknown."""
    measured = [_measured(name, found) is not None for name in moved]
    if "spend" in moved and not measured[moved.index("spend")]:
        return "uncounted"
    if not moved:
        return None
    return "measured" if all(measured) else "both" if any(measured) else "assumed"

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
    taken to follow in proportion), rate, measured, slow (money that a new person's ramp took off; NaN elsewhere)
    `named`: the company's own assumptions by key
    `through`: share of sales that deals bring, which is all that a win rate moves; None unknown, then all are
    """

    table: pd.DataFrame
    what_if: pd.DataFrame
    named: Mapping[str, Assumptions]
    span: Span
    through: float | None = None


def scenarios(
    found: Forecast | Unknown,
    named: Mapping[str, Assumptions],
    drivers: Mapping[str, float],
    calendar: Calendar,
    *,
    through: float | None = None,
    ramp: tuple[float, ...] = (),
) -> Scenarios | None:
    """Base, the ends of its 80 % interval, the company's own scenarios, and single steps of the drivers that are known.

    Assumptions multiply the paths, by what the forecast measured of a driver's effect, else in proportion; nothing else
    is taken to react, and they take effect in full at once unless `after_months` says when. `drivers`: what a driver is
    now; see `drivers`. A win rate moves only the share of sales that comes `through` deals. One seller more joins on
    the first day and brings the shares in `ramp` by quarter since then; without one, all of it from that day on.
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
    rows |= {key: _row(mean, paths, factors(one, found, through), _doubt(one, found)) for key, one in named.items()}
    table = (
        pd.DataFrame.from_dict(rows, orient="index")
        .rename_axis("scenario")
        .reindex(columns=["amount", "lo_80", "hi_80"])
    )
    table["change"] = table["amount"] - base["mean"]
    table["rate"] = table["change"] / base["mean"] if base["mean"] > 0 else np.nan
    span = found.periods[0], calendar.end_of(found.periods[-1], found.every)  # type: ignore[arg-type]
    what_if = _what_if(mean, drivers, found, through, ramp)
    return Scenarios(
        table=table,
        what_if=what_if,
        named=dict(named),
        span=span,
        through=through,
        findings=tuple(_findings(table, what_if, named, found, span, through)),
    )


def factors(one: Assumptions, found: Forecast, through: float | None = None) -> np.ndarray:
    """What each period's sales are multiplied by under these assumptions; a win rate moves what comes `through`
    deals."""
    per_year, step = PER_YEAR[found.every], np.arange(1, len(found.periods) + 1)
    level = (1 + one.shift) * np.prod([_follows(name, getattr(one, name), found, through) for name in DRIVERS])
    begins = step > one.after_months * per_year / 12
    grown = (1 + one.growth) ** ((step - one.after_months * per_year / 12) / per_year)
    return np.asarray(np.where(begins, level * grown, 1.0))


def _follows(driver: str, ratio: float, found: Forecast, through: float | None) -> float:
    """What sales are multiplied by when a driver moves by a ratio: as measured, else in proportion; spend by nothing,
    because money that is spent need not win any."""
    measured = _measured(driver, found)
    if driver == "win_rate" and not measured:
        return 1 + ratio * _moved(through)
    power = measured[0] if measured else float(driver != "spend")
    return float((1 + ratio) ** power) if ratio > -1 or power >= 0 else 0.0


def _moved(through: float | None) -> float:
    """The share of sales that a win rate moves."""
    return 1.0 if through is None else through


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


def supposed(scenarios: Mapping[str, Assumptions], scope: Mapping[str, str]) -> dict[str, Assumptions]:
    """The company's own scenarios that mean something for a part: of one person none in which some people leave or
    join."""
    return {name: one for name, one in scenarios.items() if not (one.reps and "rep" in scope)}


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
    return float(there.sum()) if there.sum() > 1 else float("nan")  # one more than one person is a doubling, no step


def _what_if(
    mean: np.ndarray, known: Mapping[str, float], found: Forecast, through: float | None, ramp: tuple[float, ...]
) -> pd.DataFrame:
    """One step: price 1 %, win rate 1 point, one person more; spend and market 10 %, only where measured."""
    now = {d: known.get(d, np.nan) for d in ("win_rate", "reps")} | {"spend": _a_year_of("spend", found)}
    rows = {}
    for driver in DRIVERS:
        measured = _measured(driver, found)
        if driver in known or measured:
            ratio = STEPS[driver] / (now[driver] if driver in ("win_rate", "reps") else 1.0)
            ratio *= _moved(through) if driver == "win_rate" and not measured else 1.0
            slow = _slow(mean, ratio, found, ramp) if driver == "reps" and not measured else np.nan
            worth = np.array(_rates(ratio, measured)) * mean.sum() - np.nan_to_num(slow)
            rows[driver] = {
                "now": now.get(driver, np.nan),
                "step": STEPS[driver],
                **dict(zip(("lo_80", "amount", "hi_80"), worth, strict=True)),
                "rate": worth[1] / mean.sum() if mean.sum() > 0 else np.nan,
                "measured": measured is not None,
                "slow": slow,
            }
    columns = ["now", "step", "amount", "lo_80", "hi_80", "rate", "measured", "slow"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("driver")


def _slow(mean: np.ndarray, ratio: float, found: Forecast, ramp: tuple[float, ...]) -> float:
    """Money that one who joins on the first day does not bring yet; NaN without a ramp."""
    if not ramp:
        return float("nan")
    tenure = (np.arange(len(mean)) + 0.5) * 12 / PER_YEAR[found.every]  # months, at the middle of each period
    share = np.array(ramp)[np.minimum(tenure // 3, len(ramp) - 1).astype(int)]
    return float((mean * ratio * (1 - share)).sum())


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
    table: pd.DataFrame,
    what_if: pd.DataFrame,
    named: Mapping[str, Assumptions],
    found: Forecast,
    span: Span,
    through: float | None,
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
            "forecast.scenario",
            weight=row["change"],
            name=one.name or key,
            **told,
            assumptions=made,
            basis=basis,
            through=through if one.win_rate else None,
        )
    for driver, row in what_if.iterrows():
        told = {n: row[n] for n in ("now", "amount", "lo_80", "hi_80", "rate", "slow")}
        told |= {"measured": bool(row["measured"]), "through": through if driver == "win_rate" else None, "span": span}
        yield fact("forecast.what_if", weight=row["amount"], driver=str(driver), **told)


def _basis(moved: list[str], found: Forecast) -> str | None:
    """How sales follow what a scenario moves: measured, assumed, both, or uncounted where that of spend is unknown."""
    measured = [_measured(name, found) is not None for name in moved]
    if "spend" in moved and not measured[moved.index("spend")]:
        return "uncounted"
    if not moved:
        return None
    return "measured" if all(measured) else "both" if any(measured) else "assumed"

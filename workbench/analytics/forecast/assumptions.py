"""The forecast under named assumptions, and what one step of a driver is worth with everything else as it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast.result import Forecast, interval_of_sum
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Scorecard, Unknown
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Calendar
from workbench.settings import Assumptions

DRIVERS = ("price", "win_rate", "reps")


@dataclass(frozen=True, kw_only=True, repr=False)
class Scenarios(Result):
    """The whole over the forecast's span under each set of assumptions.

    `table`: index scenario: pessimistic, base, optimistic, then the company's own by their key; columns amount, lo_80,
    hi_80 (NaN for the first and third, which are ends of the base's interval), change (money, to the base), rate
    `what_if`: index driver (price, win_rate, reps); columns now, step, amount (money for one step), rate
    `named`: the company's own assumptions by key
    """

    table: pd.DataFrame
    what_if: pd.DataFrame
    named: Mapping[str, Assumptions]
    span: tuple[pd.Timestamp, pd.Timestamp]


def scenarios(
    found: Forecast | Unknown, named: Mapping[str, Assumptions], drivers: Mapping[str, float], calendar: Calendar
) -> Scenarios | None:
    """Base, the ends of its 80 % interval, the company's own scenarios, and single steps of the drivers that are known.

    Assumptions multiply the paths; nothing else is taken to react to them, and they take effect in full at once unless
    `after_months` says when. `drivers`: what a driver is now; see `drivers`.
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
    rows |= {key: _row(mean, paths, factors(one, found)) for key, one in named.items()}
    table = (
        pd.DataFrame.from_dict(rows, orient="index")
        .rename_axis("scenario")
        .reindex(columns=["amount", "lo_80", "hi_80"])
    )
    table["change"] = table["amount"] - base["mean"]
    table["rate"] = table["change"] / base["mean"] if base["mean"] > 0 else np.nan
    span = found.periods[0], calendar.end_of(found.periods[-1], found.every)  # type: ignore[arg-type]
    what_if = _what_if(float(base["mean"]), drivers)
    return Scenarios(
        table=table,
        what_if=what_if,
        named=dict(named),
        span=span,
        findings=tuple(_findings(table, what_if, named, span)),
    )


def factors(one: Assumptions, found: Forecast) -> np.ndarray:
    """What each period's sales are multiplied by under these assumptions."""
    per_year, step = PER_YEAR[found.every], np.arange(1, len(found.periods) + 1)
    level = (1 + one.shift) * (1 + one.price) * (1 + one.win_rate) * (1 + one.reps)
    begins = step > one.after_months * per_year / 12
    grown = (1 + one.growth) ** ((step - one.after_months * per_year / 12) / per_year)
    return np.asarray(np.where(begins, level * grown, 1.0))


def _row(mean: np.ndarray, paths: np.ndarray, factor: np.ndarray) -> dict[str, float]:
    total = interval_of_sum(float((mean * factor).sum()), paths * factor)
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


def _what_if(base: float, known: Mapping[str, float]) -> pd.DataFrame:
    """One step: price 1 %, win rate 1 point, one person more; sales follow in proportion."""
    step = {"price": 0.01, "win_rate": 0.01, "reps": 1.0}
    rows = {
        d: {"now": np.nan if d == "price" else known[d], "step": step[d], "rate": step[d] / known[d]}
        for d in DRIVERS
        if d in known
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("driver").reindex(columns=["now", "step", "rate"])
    return table.assign(amount=table["rate"] * base)[["now", "step", "amount", "rate"]]


def _findings(
    table: pd.DataFrame,
    what_if: pd.DataFrame,
    named: Mapping[str, Assumptions],
    span: tuple[pd.Timestamp, pd.Timestamp],
) -> Iterator[Finding]:
    amounts = table["amount"]
    yield fact(
        "forecast.range",
        weight=amounts["base"],
        amount=amounts["base"],
        pessimistic=amounts["pessimistic"],
        optimistic=amounts["optimistic"],
        span=span,
    )
    for key, one in named.items():
        made = tuple((n, getattr(one, n)) for n in ("growth", "shift", *DRIVERS) if getattr(one, n))
        row: Any = table.loc[key]
        yield fact(
            "forecast.scenario",
            weight=row["change"],
            name=one.name or key,
            amount=row["amount"],
            change=row["change"],
            rate=row["rate"],
            assumptions=made,
        )
    for driver, row in what_if.iterrows():
        yield fact(
            "forecast.what_if",
            weight=row["amount"],
            driver=str(driver),
            now=row["now"],
            amount=row["amount"],
            rate=row["rate"],
        )

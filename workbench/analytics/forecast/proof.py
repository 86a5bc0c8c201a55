"""What speaks for a forecast: its backtest, error by horizon, and how earlier ones came out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast.evidence import NAIVE, OURS
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.periods import Calendar, Every

_TOLD = ("forecast.naive_wins", "forecast.accuracy", "forecast.own_model", "forecast.own_failed")
_NEAR = 0.05  # how far coverage may be from 80 % before the sentence says that intervals are too narrow or too wide


@dataclass(frozen=True, kw_only=True, repr=False)
class Accuracy(Result):
    """The backtest. `table`: index model; columns mase, rmsse, wape, bias, quantile_loss, coverage_80, coverage_95, …
    `by_horizon`: index step; columns combination, seasonal_naive (MASE). See evidence.Evidence."""

    every: str
    table: pd.DataFrame
    by_horizon: pd.DataFrame


@dataclass(frozen=True, kw_only=True, repr=False)
class TrackRecord(Result):
    """Earlier forecasts of the whole against what came of them.

    `table`: index as_of, newest first; columns first, last (days), periods, amount, lo_80, hi_80 (of the sum, as
    issued),
    actual, error (amount / actual − 1), inside. `by_step`: index step; columns periods, wape, coverage_80, coverage_95.
    """

    table: pd.DataFrame
    by_step: pd.DataFrame


def accuracy(found: Forecast | Unknown) -> Accuracy | Unknown | None:
    """How well the method did on this history when it did not know the end of it."""
    if isinstance(found, Unknown):
        return None
    told = sorted((f for f in found.findings if f.key in _TOLD), key=lambda f: _TOLD.index(f.key))
    if found.backtest.empty:
        return Unknown(section="accuracy", findings=tuple(f for f in found.findings if f.key == "forecast.untested"))
    return Accuracy(
        every=found.every,
        table=found.backtest,
        by_horizon=found.by_horizon,
        findings=(*_worse(found), *told, *_calibration(found), *_horizon(found)),
    )


def _worse(found: Forecast) -> list[Finding]:
    """By money, which MASE does not look at, repeating last year may still be better."""
    ours: Any = found.backtest.loc[OURS]
    naive: Any = found.backtest.loc[NAIVE]
    if not ours["wape"] > naive["wape"] or any(f.key == "forecast.naive_wins" for f in found.findings):
        return []
    return [fact("forecast.naive_money", wape=ours["wape"], wape_naive=naive["wape"], folds=int(ours["folds"]))]


def _calibration(found: Forecast) -> list[Finding]:
    ours: Any = found.backtest.loc[OURS]
    held = float(ours["coverage_80"])
    if np.isnan(held):
        return []
    verdict = "narrow" if held < 0.8 - _NEAR else "wide" if held > 0.8 + _NEAR else "fits"
    return [
        fact(
            "forecast.calibration",
            coverage_80=held,
            coverage_95=ours["coverage_95"],
            folds=int(ours["folds"]),
            verdict=verdict,
        )
    ]


def _horizon(found: Forecast) -> list[Finding]:
    table = found.by_horizon.dropna()
    if len(table) < 2:
        return []
    first, last = table.iloc[0], table.iloc[-1]
    return [
        fact(
            "forecast.by_horizon",
            every=found.every,
            steps=int(table.index[-1]),
            first=first[OURS],
            last=last[OURS],
            first_naive=first[NAIVE],
            last_naive=last[NAIVE],
        )
    ]


def track_record(
    issued: pd.DataFrame, sales: pd.DataFrame, *, every: Every, calendar: Calendar
) -> TrackRecord | Unknown:
    """Earlier forecasts (as vintages.earlier gives them) against `sales` by period; only whole periods count."""
    whole = sales[sales["whole"].astype(bool)].groupby("period")["amount"].sum()
    came = issued[issued["period"].isin(whole.index)] if len(issued) else issued
    if came.empty:
        return Unknown(section="track_record", findings=(fact("forecast.record_empty", section="track_record"),))
    came = came.assign(actual=came["period"].map(whole).astype(float)).sort_values(["as_of", "step"])
    rows = {as_of: _vintage(part, every, calendar) for as_of, part in came.groupby("as_of")}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("as_of").sort_index(ascending=False)
    by_step = _by_step(came)
    size = float(came["actual"].abs().sum())
    every_one = fact(
        "forecast.record_all",
        vintages=len(table),
        periods=len(came),
        wape=(came["mean"] - came["actual"]).abs().sum() / size if size else None,
        coverage_80=_inside(came, 80).mean(),
    )
    return TrackRecord(
        table=table, by_step=by_step, findings=(*(_said(table, at) for at in range(min(2, len(table)))), every_one)
    )


def _vintage(rows: pd.DataFrame, every: Every, calendar: Calendar) -> dict[str, object]:
    """One forecast up to its last period that has come due, from its first on without a gap."""
    rows = rows[rows["step"].to_numpy() == np.arange(len(rows)) + rows["step"].iloc[0]]
    last, actual = rows.iloc[-1], float(rows["actual"].sum())
    amount = float(last["sum"])
    return {
        "first": rows["period"].iloc[0],
        "last": calendar.end_of(last["period"], every),
        "periods": len(rows),
        "amount": amount,
        "lo_80": last["sum_lo_80"],
        "hi_80": last["sum_hi_80"],
        "actual": actual,
        "error": amount / actual - 1 if actual > 0 else np.nan,
        "inside": bool(last["sum_lo_80"] <= actual <= last["sum_hi_80"]),
    }


def _by_step(came: pd.DataFrame) -> pd.DataFrame:
    scored = came.assign(
        off=(came["mean"] - came["actual"]).abs(),
        size=came["actual"].abs(),
        in_80=_inside(came, 80),
        in_95=_inside(came, 95),
    )
    groups = scored.groupby("step")
    sums = groups[["off", "size"]].sum()
    return pd.DataFrame(
        {
            "periods": groups.size(),
            "wape": sums["off"] / sums["size"].where(sums["size"] > 0),
            "coverage_80": groups["in_80"].mean(),
            "coverage_95": groups["in_95"].mean(),
        }
    )


def _inside(came: pd.DataFrame, level: int) -> pd.Series:
    return came["actual"].between(came[f"lo_{level}"], came[f"hi_{level}"])


def _said(table: pd.DataFrame, at: int) -> Finding:
    row = table.iloc[at]
    return fact(
        "forecast.record",
        weight=abs(row["amount"] - row["actual"]),
        as_of=table.index[at],
        span=(row["first"], row["last"]),
        **{c: row[c] for c in ("amount", "lo_80", "hi_80", "actual", "error", "inside")},
    )

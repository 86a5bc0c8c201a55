"""Trend, season and remainder of sales by period."""

import math

import numpy as np
import pandas as pd

from workbench.analytics.frames import require, unknown
from workbench.analytics.history.frames import festival_moves
from workbench.analytics.keys import direction, fact
from workbench.analytics.results import Season, Unknown
from workbench.findings import Finding
from workbench.periods import Calendar

WINDOW = 11  # of the season, in years: the default of feasts::STL, which FPP3 uses
CYCLES = 2  # below this STL has nothing to tell a season from
ROBUST_CYCLES = 3
SPREAD_YEARS = 5  # from here on the range leaves out the outer tenths
UNUSUAL = 3.5  # robust standard deviations (median absolute deviation) from which a period stands out
UNUSUAL_SHARE = 0.05  # and at least this far from what trend and season give


def season(sales: pd.DataFrame, per_year: int = 12, *, calendar: Calendar | None = None) -> Season | Unknown:
    """Trend, season and remainder of the whole periods by STL (Cleveland et al. 1990).

    From three cycles on it is robust to single odd periods and names them; with two, each month has two values, of
    which none can be called the odd one. On logarithms where all amounts are above 0, else on amounts.

    Strengths as in Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 4.3. `by_chance` is the
    strength of season that one in twenty series of pure noise reaches, by simulation; a season that is not stronger is
    said to be weak.
    """
    require(sales, ("period", "amount", "whole"), "season")
    amounts = sales[sales["whole"].astype(bool)].set_index("period")["amount"].sort_index().astype("float64").dropna()
    if len(amounts) < CYCLES * per_year:
        return unknown("season", "history.unknown_months", have=len(amounts), need=CYCLES * per_year)
    if not amounts.mean() > 0:
        return unknown("season", "history.unknown_negative")
    kind = "multiplicative" if (amounts > 0).all() else "additive"
    robust = len(amounts) >= ROBUST_CYCLES * per_year
    parts = stl(amounts.map(math.log) if kind == "multiplicative" else amounts, per_year, robust=robust)
    table = _table(amounts, parts, kind)
    strength_trend, strength_season = strengths(parts)
    result = Season(
        table=table,
        profile=_profile(table, kind, _numbers(table.index, per_year)),
        strength_trend=strength_trend,
        strength_season=strength_season,
        kind=kind,
        cycles=len(table) / per_year,
        per_year=per_year,
    )
    festival = per_year == 12 and festival_moves(calendar)
    findings = [*_season(result), *_trend(result), *([fact("history.season_festival")] if festival else [])]
    findings += _unusual(result, parts, festival) if robust else []
    return Season(**{**vars(result), "findings": tuple(findings)})


def stl(values: pd.Series, per_year: int, *, robust: bool = True) -> pd.DataFrame:
    """Columns trend, season, remainder, summing to `values`; windows and jumps as R's stl and feasts choose them."""
    from statsmodels.tsa.seasonal import STL

    trend, low_pass = _odd(1.5 * per_year / (1 - 1.5 / WINDOW)), _odd(per_year + 1)
    jumps = {name: math.ceil(window / 10) for name, window in
             (("seasonal_jump", WINDOW), ("trend_jump", trend), ("low_pass_jump", low_pass))}  # fmt: skip
    model = STL(values.to_numpy(), period=per_year, seasonal=WINDOW, trend=trend, low_pass=low_pass, seasonal_deg=0,
                robust=robust, **jumps)  # fmt: skip
    fit = model.fit(inner_iter=1 if robust else 2, outer_iter=15 if robust else 0)
    return pd.DataFrame({"trend": fit.trend, "season": fit.seasonal, "remainder": fit.resid}, index=values.index)


def strengths(parts: pd.DataFrame) -> tuple[float, float]:
    """Strength of trend and of season, 0 to 1: max(0, 1 - Var(R) / Var(T + R)), and the same with S."""
    noise, rounding = parts["remainder"].var(), 1e-24 * parts["trend"].abs().max() ** 2
    around = (parts[name].add(parts["remainder"]).var() for name in ("trend", "season"))
    trend, season = (max(0.0, 1 - noise / v) if v > rounding else 0.0 for v in around)
    return float(trend), float(season)


def by_chance(cycles: float, per_year: int = 12) -> float:
    """The strength of season that 5 % of pure noise reaches: fitted to 200 simulated series of each length."""
    few, many = (1.6, 1.2) if per_year > 4 else (2.25, 1.8)
    return min(0.95, few / cycles) if cycles < ROBUST_CYCLES else 0.1 + many / cycles


def _odd(window: float) -> int:
    return math.ceil(window) | 1


def _table(amounts: pd.Series, parts: pd.DataFrame, kind: str) -> pd.DataFrame:
    return parts.apply(np.exp if kind == "multiplicative" else lambda part: part).assign(amount=amounts)[
        ["amount", "trend", "season", "remainder"]
    ]


def _numbers(periods: pd.Index, per_year: int) -> pd.Index:
    """Number of each period in the calendar year, by its middle: a 4-4-5 month counts as the month it covers."""
    days = {12: 14, 4: 45}.get(per_year)
    if days is None:
        return pd.Index(np.arange(len(periods)) % per_year + 1)
    middle = pd.DatetimeIndex(periods) + pd.Timedelta(days=days)
    return pd.Index(middle.month if per_year == 12 else middle.quarter)


def _profile(table: pd.DataFrame, kind: str, numbers: pd.Index) -> pd.DataFrame:
    """What each month is to the average one, with the range that single years showed around the trend."""
    if kind == "multiplicative":
        index, seen = table["season"], table["amount"] / table["trend"]
    else:
        level = table["trend"].mean()
        index, seen = 1 + table["season"] / level, 1 + (table["amount"] - table["trend"]) / level
    number = numbers.rename("number")
    low, high = (0.1, 0.9) if len(table) >= SPREAD_YEARS * number.nunique() else (0.0, 1.0)
    mean, by_number = index.groupby(number).mean(), seen.groupby(number)
    return pd.DataFrame({"index": mean, "lo": by_number.quantile(low), "hi": by_number.quantile(high)}) / mean.mean()


def _season(result: Season) -> list[Finding]:
    shared = {"strength_season": result.strength_season, "by_chance": _limit(result), "cycles": result.cycles}
    index, found = result.profile["index"], []
    if result.strength_season <= _limit(result):
        found.append(fact("history.season_weak", **shared))
    else:
        at = {"peak": index.idxmax(), "peak_index": index.max(), "low": index.idxmin(), "low_index": index.min()}
        found.append(fact("history.season", **at, **shared, strength_trend=result.strength_trend, kind=result.kind,
                          per_year=result.per_year))  # fmt: skip
    if result.cycles < ROBUST_CYCLES:
        found.append(fact("history.season_two_cycles", periods=len(result.table), cycles=int(result.cycles)))
    return found


def _limit(result: Season) -> float:
    return by_chance(result.cycles, result.per_year)


def _trend(result: Season) -> list[Finding]:
    now, before = result.table["trend"].iloc[-1], result.table["trend"].iloc[-1 - result.per_year]
    if not before > 0:
        return []
    rate = now / before - 1
    return [fact("history.trend", weight=(now - before) * result.per_year, rate=rate, direction=direction(rate),
                 amount=now, amount_before=before, per_year=result.per_year)]  # fmt: skip


def _unusual(result: Season, parts: pd.DataFrame, festival: bool) -> list[Finding]:
    """The three periods that trend and season explain least, in money, among those that stand out.

    January and February are no surprise where the festival moves between them.
    """
    table, rest = result.table, parts["remainder"]
    expected = table["trend"] * table["season"] if result.kind == "multiplicative" else table["trend"] + table["season"]
    gap, ratio = table["amount"] - expected, table["amount"] / expected.where(expected > 0)
    spread = 1.4826 * (rest - rest.median()).abs().median()
    odd = gap[(rest.abs() > UNUSUAL * spread) & (gap.abs() > UNUSUAL_SHARE * expected.abs())]
    if festival:
        odd = odd[pd.DatetimeIndex(odd.index).month > 2]
    return [
        fact("history.unusual", weight=gap[at], period=at, amount=table["amount"][at], expected=expected[at],
             ratio=ratio[at], direction=direction(gap[at]))
        for at in odd.abs().nlargest(3).index
    ]  # fmt: skip

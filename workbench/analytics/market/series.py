"""The market as it is published made a regular series: units, frequencies, January and February, growth without levels.

Statistics come as they come: in 亿元 or millions, by year or quarter, sums since January, January and February as one
figure, growth rates beside (or instead of) levels, and later corrected. What is done to them is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analytics.keys import fact
from workbench.analytics.kpis import growth
from workbench.analytics.market.published import Segments, latest, scaled, segments
from workbench.analytics.results import Result, Unknown
from workbench.errors import DataError
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Calendar, Every

Array = NDArray[np.float64]
TOLERANCE = 0.0051  # of published growth: it is rounded to a tenth or a whole percent at worst
_SLACK = 0.02  # a sum since January may be corrected a little from month to month


@dataclass(frozen=True, kw_only=True, repr=False)
class MarketSeries(Result):
    """The market's size by regular period.

    `table`: index period (first days, without gaps), columns segments: money of that period in the company's currency
    `every`: month, quarter or year; `published`: the rows as they came, with `size_money` in the company's money
    `steps`: what was done, in order: "scaled", "latest", "differenced", "split_festival", "chained"
    `revised`: figures that were published more than once: period, segment, first, last (money), change (ratio)
    `disagreeing`: rows whose published growth is not what the levels give: period, segment, growth, implied
    """

    table: pd.DataFrame
    every: Every
    published: pd.DataFrame
    steps: tuple[str, ...]
    revised: pd.DataFrame
    disagreeing: pd.DataFrame


def market_series(
    published: pd.DataFrame | None,
    calendar: Calendar,
    currency: str,
    *,
    unit: str = "",
    only: Sequence[str] = (),
    as_of: pd.Timestamp | None = None,
) -> MarketSeries | Unknown:
    """The market table (period, size [, segment, growth, unit, published]) as a regular series.

    `unit` is what the figures are in where no column says it. An unknown unit, another currency and a size without any
    unit are errors that name the rows; negative sizes are refused where the table is read. Of figures for one period
    that were `published` on several days the latest up to `as_of` counts, and the series says how much it changed.
    `only`: segments that count; empty: all, without a total that the others sum to.
    """
    if published is None or not (published["size"].notna().any() if "size" in published else False):
        return _unknown(("market",))
    if "unit" not in published and not unit:
        return _unknown(("market_unit",))
    rows, revised = latest(scaled(published, unit, currency), as_of)
    chosen = segments(rows, only)
    if chosen is None:
        return _unknown(("market_only",))
    rows = rows[rows["segment"].isin(chosen.kept)].reset_index(drop=True)
    every = _every(rows, calendar)
    if every is None:
        return _unknown(("market_period",))
    table = _regular(rows, calendar, every)
    steps = ["scaled", *(["latest"] if len(revised) else [])]
    for name, tell, change in _REPAIRS:
        hit = [s for s in table.columns if tell(table[s], every)]
        if hit:
            steps.append(name)
            table[hit] = table[hit].apply(change, calendar=calendar)
    chained = _chained(table, rows, calendar, every)
    if not chained.equals(table):
        steps.append("chained")
    wrong = _disagreeing(chained, rows, calendar, every)
    found = (*_findings(chained, calendar, every, steps, wrong, rows), *_totals(chosen), *_revisions(revised, every))
    return MarketSeries(
        table=chained,
        every=every,
        published=rows,
        steps=tuple(steps),
        revised=revised,
        disagreeing=wrong,
        findings=found,
    )


def disaggregate(totals: Array, parts: int, indicator: Array | None = None) -> Array:
    """Quarters of years, months of quarters: values whose sums are `totals` and that follow `indicator` most smoothly.

    Proportional first differences without the starting transient: Denton (1971, JASA 66, 99-102) as corrected by
    Cholette (1984); flat `indicator` where none is known. Returns len(totals) × parts values; their sums are exact.
    """
    n = len(totals) * parts
    follow = np.ones(n) if indicator is None else np.asarray(indicator, float)
    if len(follow) != n or not (follow > 0).all():
        raise DataError("disaggregation", [f"the indicator needs {n} values above 0"])
    difference = np.diff(np.eye(n), axis=0) / follow[None, :]
    sums = np.kron(np.eye(len(totals)), np.ones(parts))
    system = np.block([[difference.T @ difference, sums.T], [sums, np.zeros((len(totals), len(totals)))]])
    solved = np.linalg.solve(system, np.concatenate([np.zeros(n), totals]))
    return np.asarray(solved[:n])


def _unknown(needs: tuple[str, ...]) -> Unknown:
    return Unknown(section="market", findings=(fact("market.series.unknown", section="market", needs=needs),))


def _every(rows: pd.DataFrame, calendar: Calendar) -> Every | None:
    """The finest period in which no segment has two rows and most have one; None where rows repeat within a month."""
    for every in ("year", "quarter", "month"):
        start = calendar.start(rows["period"], every)
        if not pd.DataFrame({"s": rows["segment"], "p": start}).duplicated().any():
            return every
    return None


def _regular(rows: pd.DataFrame, calendar: Calendar, every: Every) -> pd.DataFrame:
    start = calendar.start(rows["period"], every)
    wide = rows.assign(period=start).pivot(index="period", columns="segment", values="size_money")
    return wide.reindex(calendar.range(wide.index.min(), wide.index.max(), every)).rename_axis("period")


def _is_cumulative(values: pd.Series, every: Every) -> bool:
    """Sums since January: within every year they never fall, and over a turn of the year they always do."""
    if every == "year":
        return False
    known = values.dropna()
    year = pd.Series(pd.DatetimeIndex(known.index).year, known.index)
    within, turn = (known.diff()[m] for m in (year.diff() == 0, year.diff() == 1))
    inner, middle = known.groupby(year), PER_YEAR[every] // 2
    long = inner.size().max() > middle and len(turn) >= 1
    grown = inner.last() / inner.first() > middle * 0.7  # a mere rising trend within a year is no sum
    level = known.shift()[within.index]
    return bool(long and (within > -_SLACK * level).all() and (turn < 0).all() and grown[inner.size() > middle].all())


def _differenced(values: pd.Series, calendar: Calendar) -> pd.Series:
    """Single periods of sums since January; where January is not published, February holds both."""
    year = pd.DatetimeIndex(values.index).year
    filled = values.groupby(year).transform(lambda v: v.diff().where(v.shift().notna(), np.nan))
    known = values.groupby(year).transform(lambda v: v.notna().cumsum())
    first = (known == 1) & values.notna() & (pd.DatetimeIndex(values.index).month <= 3)
    return filled.where(~first, values)


def _festival_together(values: pd.Series, every: Every) -> bool:
    """January is never published and February is about twice its neighbours: the two stand as one figure."""
    month = pd.DatetimeIndex(values.index).month
    if every != "month" or values[month == 2].notna().sum() < 1 or values[month == 1].notna().any():
        return False
    around = values[(month == 3) | (month == 12)].median()
    return bool(values[month == 2].median() > 1.3 * around)


def _festival_split(values: pd.Series, calendar: Calendar) -> pd.Series:
    """January and February by their working days, so that the sum stays what was published."""
    parts: dict[pd.Timestamp, float] = {}
    for year in sorted({p.year for p in values.index if p.month == 2}):
        months = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 2, 1)
        together = float(values.get(months[1], np.nan))
        if months[0] in values.index and not np.isnan(together):
            days = [calendar.working_days(m, calendar.end_of(m, "month")) for m in months]
            parts |= {m: together * d / sum(days) for m, d in zip(months, days, strict=True)}
    return values.mask(values.index.isin(list(parts)), pd.Series(parts, dtype=float).reindex(values.index))


_REPAIRS = (
    ("differenced", _is_cumulative, _differenced),
    ("split_festival", _festival_together, _festival_split),
)


def _growth(rows: pd.DataFrame, calendar: Calendar, every: Every, like: pd.DataFrame) -> pd.DataFrame:
    """Published growth on the year before, in the shape of the table; NaN where none is published."""
    if "growth" not in rows or not rows["growth"].notna().any():
        return pd.DataFrame(np.nan, like.index, like.columns)
    start = calendar.start(rows["period"], every)
    wide = rows.assign(period=start).pivot(index="period", columns="segment", values="growth")
    return wide.reindex(index=like.index, columns=like.columns).astype(float)


def _chained(table: pd.DataFrame, rows: pd.DataFrame, calendar: Calendar, every: Every) -> pd.DataFrame:
    """Levels that are missing, from the year before and the published growth."""
    growth, season, made = _growth(rows, calendar, every, table), PER_YEAR[every], table.copy()
    for at in range(season, len(made)):
        told = made.iloc[at - season] * (1 + growth.iloc[at])
        made.iloc[at] = made.iloc[at].where(made.iloc[at].notna(), told)
    return made


def _disagreeing(table: pd.DataFrame, rows: pd.DataFrame, calendar: Calendar, every: Every) -> pd.DataFrame:
    growth, implied = _growth(rows, calendar, every, table), table / table.shift(PER_YEAR[every]) - 1
    off = ((growth - implied).abs() > TOLERANCE) & growth.notna() & implied.notna()
    told = pd.DataFrame({"growth": growth.T.stack(), "implied": implied.T.stack()})
    told = told[off.T.stack().reindex(told.index).fillna(False).astype(bool)]
    return told.rename_axis(["segment", "period"]).reset_index()


def _revisions(revised: pd.DataFrame, every: Every) -> Iterator[Finding]:
    if len(revised):
        most: Any = revised.iloc[int(revised["change"].abs().to_numpy(float).argmax())]
        yield fact("market.series.revised", count=len(revised), period=most["period"],
                   segment=most["segment"] or None, first=most["first"], last=most["last"], change=most["change"],
                   mean=float(revised["change"].abs().mean()), every=every)  # fmt: skip


def _totals(chosen: Segments) -> Iterator[Finding]:
    if chosen.total:
        kept = len(chosen.kept) if chosen.total not in chosen.kept else None
        yield fact("market.series.total", total=chosen.total, parts=kept, covered=chosen.covered)


def _findings(
    table: pd.DataFrame,
    calendar: Calendar,
    every: Every,
    steps: list[str],
    wrong: pd.DataFrame,
    published: pd.DataFrame,
) -> Iterator[Finding]:
    whole, season = table.sum(axis=1, min_count=len(table.columns)).dropna(), PER_YEAR[every]
    if len(whole) >= 2 * season:
        now, before = float(whole.iloc[-season:].sum()), float(whole.iloc[-2 * season : -season].sum())
        year = whole.index[-season], calendar.end_of(whole.index[-1], every)
        yield fact("market.series.size", weight=now, amount=now, amount_before=before, rate=growth(now, before),
                   year=year, every=every, segments=len(table.columns))  # fmt: skip
    for step in ("differenced", "split_festival", "chained"):
        if step in steps:
            yield fact("market.series.step", step=step, every=every)
    if len(wrong):
        by_far = wrong.assign(off=(wrong["growth"] - wrong["implied"]).abs()).sort_values("off")
        worst: Any = by_far.iloc[-1]
        yield fact("market.series.disagree", count=len(wrong), of=int(published["growth"].notna().sum()),
                   period=worst["period"], segment=worst["segment"] or None, growth=worst["growth"],
                   implied=worst["implied"], every=every)  # fmt: skip
    gaps = int(table.loc[:, table.notna().any()].isna().sum().sum())
    if gaps:
        yield fact("market.series.gaps", count=gaps, every=every)

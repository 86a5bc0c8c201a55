"""Series from the sales frame: gaps, partial periods, new and discontinued nodes, named rather than hidden."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast.hierarchy import Hierarchy, grouped, single
from workbench.analytics.forecast.panel import Array, Panel, fill
from workbench.errors import DataError, NotEnoughHistoryError
from workbench.periods import PER_YEAR, Calendar, Every

LEAST = 1  # whole periods
RARE = 0.1  # share of periods without any sale beyond which they are no holes in the data


@dataclass(frozen=True)
class Series:
    """`values`: (nodes, time) in the structure's order, NaN before a node begins; `unknown`: periods without a number
    that were filled, per node; `partial`: what the running period holds so far, per node, NaN where none runs."""

    structure: Hierarchy
    periods: pd.DatetimeIndex
    future: pd.DatetimeIndex
    season_length: int
    values: Array
    unknown: np.ndarray
    partial: Array
    learnt: Array  # the values with single unusual amounts brought to the edge of the usual; sums of parts add up
    unusual: tuple[tuple[int, int], ...]  # (node, time) of those, largest first

    @property
    def panel(self) -> Panel:
        return Panel(self.values, self.season_length)


def series(sales: pd.DataFrame, by: tuple[str, ...], *, horizon: int, every: Every, calendar: Calendar) -> Series:
    """The series of every node of the sales frame (period, *by, amount, whole).

    A period without a row is one without sales, but a rare period in which no node has a row (see _lost), or an amount
    that is missing, is unknown: it is filled from the node's neighbours and season, and counted in `unknown`.
    """
    _check(sales, by)
    whole = sales[sales["whole"].astype(bool)] if "whole" in sales else sales
    known = whole.dropna(subset=["amount"])
    if known["period"].nunique() < LEAST:
        raise NotEnoughHistoryError(
            f"A forecast needs {LEAST} whole periods, got {known['period'].nunique()}. Widen the date range."
        )
    periods = calendar.range(whole["period"].min(), whole["period"].max(), every)
    _check_periods(whole, periods, every)
    nodes, table = _table(whole, by, periods, PER_YEAR.get(every, 7))
    filled, unknown = _filled(table, PER_YEAR.get(every, 7))
    structure = grouped(nodes) if by else single()
    values = _sum_up(structure, filled)
    future = [calendar.next(periods[-1], every)]
    while len(future) < horizon:
        future.append(calendar.next(future[-1], every))
    partial = _partial(sales, whole, by, nodes, structure, future[0])
    counts = np.concatenate([structure.sums @ unknown, unknown]).astype(int)
    season = PER_YEAR.get(every, 7)
    calm = usual(filled, season)
    learnt = _sum_up(structure, calm)
    at = np.argwhere(~np.isnan(filled) & (calm != filled))
    order: Any = np.argsort([-abs(filled[i, t] - calm[i, t]) for i, t in at], kind="stable") if len(at) else []
    odd = tuple((structure.aggregates + int(at[k][0]), int(at[k][1])) for k in order)
    return Series(
        structure, periods, pd.DatetimeIndex(future, name="period"), season, values, counts, partial, learnt, odd
    )


def _check(sales: pd.DataFrame, by: tuple[str, ...]) -> None:
    missing = [name for name in ("period", *by, "amount") if name not in sales]
    if missing:
        raise DataError("sales", [f"column '{name}' is missing" for name in missing])
    if not len(sales):
        raise NotEnoughHistoryError(
            f"A forecast needs {LEAST} whole periods, got 0. Widen the date range or the scope."
        )
    twice = sales[sales.duplicated(["period", *by], keep="first")]
    if len(twice):
        named = [
            " / ".join(map(str, row[1:])) + f" in {row[0]:%Y-%m-%d}"
            for row in twice[["period", *by]].head(5).itertuples(index=False)
        ]
        raise DataError(
            "sales",
            [f"there is more than one row for {name.removeprefix(' in ')}: add them up first" for name in named],
        )
    endless = ~np.isfinite(sales["amount"].to_numpy(float, na_value=np.nan)) & sales["amount"].notna().to_numpy()
    if endless.any():
        raise DataError("sales", [f"the amount in row {row} is not a number" for row in sales.index[endless][:5]])


def _check_periods(whole: pd.DataFrame, periods: pd.DatetimeIndex, every: Every) -> None:
    odd = sorted(set(whole["period"]) - set(periods))
    if odd:
        named = ", ".join(f"{day:%Y-%m-%d}" for day in odd[:5])
        raise DataError("sales", [f"{named}: no {every} of the company's calendar starts then"])


def _table(
    whole: pd.DataFrame, by: tuple[str, ...], periods: pd.DatetimeIndex, season_length: int
) -> tuple[pd.DataFrame, Array]:
    """Bottom nodes and their amounts: (nodes, time), 0 where there is no row, NaN where the amount is not known."""
    keys = whole[list(by)] if by else pd.DataFrame({"": np.zeros(len(whole))}, index=whole.index)
    code = keys.groupby(list(keys), dropna=False, sort=True).ngroup().to_numpy()
    first = np.unique(code, return_index=True)[1]
    table = np.zeros((len(first), len(periods)))
    table[:, _lost(~periods.isin(whole["period"]), season_length)] = np.nan
    table[code, periods.get_indexer(pd.DatetimeIndex(whole["period"]))] = whole["amount"].to_numpy(
        float, na_value=np.nan
    )
    return keys.iloc[first].reset_index(drop=True), table


def _lost(silent: np.ndarray, season_length: int) -> np.ndarray:
    """Which periods without any sale are a hole in the data. Where they are many, or the same period a season before or
    after had none either, that is how the company sells: nothing came then, and to fill it in would invent sales."""
    if silent.mean() > RARE:
        return np.zeros_like(silent)
    again = np.zeros_like(silent)
    again[season_length:] |= silent[:-season_length]
    again[:-season_length] |= silent[season_length:]
    return silent & ~again


def _filled(table: Array, season_length: int) -> tuple[Array, np.ndarray]:
    """Bottom series from their first sale on, gaps filled, and how many were; a node that never sold is 0
    throughout."""
    sold = np.nan_to_num(table) != 0
    begins = np.where(sold.any(axis=1), sold.argmax(axis=1), 0)
    before = np.arange(table.shape[1])[None] < begins[:, None]
    unknown = (np.isnan(table) & ~before).sum(axis=1)
    never = ~sold.any(axis=1)
    table = np.where(before, np.nan, np.where(never[:, None], np.nan_to_num(table), table))
    return fill(table, season_length), unknown


def usual(table: Array, season_length: int) -> Array:
    """The series with single amounts of many times their neighbours, or a fraction of them, brought to the edge of
    usual.

    Far is beyond 6 robust deviations (from a running median) and a factor of 3; what also happened a season before or
    after, or in the last two periods, is no accident and stays, and so do series with zeros or less.
    """
    calm = table.copy()
    for row in range(len(table)):
        begins = int(np.isnan(table[row]).sum())
        values = table[row, begins:]
        if len(values) >= 12 and values.min() > 0:
            calm[row, begins:] = _usual(values, season_length)
    return calm


def _usual(values: Array, season_length: int) -> Array:
    padded = np.pad(np.log(values), 3, mode="reflect")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, 7), axis=1)
    apart = np.log(values) - middle
    limit = max(6 * 1.4826 * float(np.median(np.abs(apart - np.median(apart)))), np.log(3))
    far = np.abs(apart) > limit
    for lag in (season_length - 1, season_length, season_length + 1):
        if 0 < lag < len(values):
            again = np.abs(apart) > limit / 2
            far[lag:] &= ~again[:-lag]
            far[:-lag] &= ~again[lag:]
    far[-2:] = False
    return np.where(far, np.exp(middle + np.sign(apart) * limit), values)


def _sum_up(structure: Hierarchy, bottom: Array) -> Array:
    """Histories of all nodes: a parent begins with the first of its parts."""
    there = structure.add_up((~np.isnan(bottom)).astype(float))
    return np.where(there > 0, structure.add_up(np.nan_to_num(bottom)), np.nan)


def _partial(
    sales: pd.DataFrame,
    whole: pd.DataFrame,
    by: tuple[str, ...],
    nodes: pd.DataFrame,
    structure: Hierarchy,
    running: pd.Timestamp,
) -> Array:
    so_far = sales.loc[(sales["period"] == running) & ~sales.index.isin(whole.index)]
    if so_far.empty:
        return np.full(len(structure.nodes), np.nan)
    if not by:
        return np.array([so_far["amount"].sum()])
    held = nodes.merge(so_far, on=list(by), how="left")["amount"].fillna(0.0).to_numpy(float)
    return np.asarray(structure.add_up(held[:, None])[:, 0])

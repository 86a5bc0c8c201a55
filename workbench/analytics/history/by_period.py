"""Sales by period, with changes only where both sides are whole."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics import kpis
from workbench.analytics.frames import require, unknown
from workbench.analytics.history.frames import MEASURES, festival_moves
from workbench.analytics.keys import direction, fact
from workbench.analytics.results import Totals, Unknown
from workbench.errors import DataError
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Calendar, Every, spring_festival

RATIOS = ("average_order_value", "return_rate", "gross_margin")
LONGEST_DAYS = {"day": 1, "week": 7, "month": 42, "quarter": 105, "year": 378}
STREAK = 3  # periods in a row from which a direction is worth a sentence


def totals(sales: pd.DataFrame, every: Every = "month", *, calendar: Calendar | None = None) -> Totals | Unknown:
    """Sales of each period, with the change on the previous period and on the same one a year before.

    Both are NaN unless both periods are whole and the earlier one is above 0. Days and weeks are set against the same
    weekday 52 weeks before. `calendar` tells whether January and February are sensitive to Spring Festival: then they
    are also compared together, because the festival moves between them and each alone would read as growth or decline.
    """
    require(sales, ("period", "amount", "whole"), "totals")
    if sales.empty or not sales["amount"].notna().any():
        return unknown("totals", "history.unknown_empty")
    table = _table(sales, every)
    moves = every == "month" and festival_moves(calendar)
    if moves:
        table["festival"] = _months(table) <= 2
    festival = _festival(table) if moves else pd.DataFrame(columns=["amount", "amount_before", "yoy"])
    findings = [*_latest(table, every), *_festival_finding(festival), *_extremes(table, every),
                *_streak(table, festival, every), *_partial(table, every)]  # fmt: skip
    return Totals(every=every, table=table, festival=festival, findings=tuple(findings))


def _table(sales: pd.DataFrame, every: Every) -> pd.DataFrame:
    ordered = sales.set_index("period").sort_index()
    _require_every_period(ordered.index, every)
    table = ordered[[m for m in MEASURES if m in ordered]].astype("float64")
    table = table.join(kpis.evaluate(ordered, "period", RATIOS))
    comparable = table["amount"].where(ordered["whole"].astype(bool))
    table["change"] = _rate(comparable, comparable.shift(1))
    table["yoy"] = _rate(comparable, comparable.shift(PER_YEAR.get(every, 364)))
    return table.assign(whole=ordered["whole"].astype(bool))


def _require_every_period(periods: pd.Index, every: Every) -> None:
    """A gap or a repeat would shift every later comparison by a period, silently."""
    gaps = periods.to_series().diff().dt.days.dropna()
    wrong = gaps[(gaps > LONGEST_DAYS[every]) | (gaps <= 0)]
    if len(wrong):
        told = "is there twice; sum over nodes" if (wrong <= 0).any() else "follows a gap; silent ones are 0"
        raise DataError("totals", [f"each {every} must be one row: {wrong.index[0].date()} {told}"])


def _rate(now: pd.Series, before: pd.Series) -> pd.Series:
    return now / before.where(before > 0) - 1


def _months(table: pd.DataFrame | pd.Series) -> pd.Index:
    return pd.DatetimeIndex(table.index).month


def _festival(table: pd.DataFrame) -> pd.DataFrame:
    """January and February together, by year, where both are whole."""
    both = table["amount"].where(table["whole"])[_months(table) <= 2]
    years = pd.DatetimeIndex(both.index).year.rename("year")
    amount = both.groupby(years).agg(lambda two: two.sum() if two.count() == 2 else np.nan)
    amount = amount.dropna()
    before = amount.reindex(amount.index - 1).set_axis(amount.index)
    return pd.DataFrame({"amount": amount, "amount_before": before, "yoy": _rate(amount, before)})


def _latest(table: pd.DataFrame, every: Every) -> list[Finding]:
    whole = table[table["whole"]]
    if whole.empty:
        return []
    last = whole.iloc[-1]
    turn = direction(last["yoy"] if pd.notna(last["yoy"]) else last["change"])
    values: dict[str, Any] = {name: last[name] for name in ("amount", "change", "yoy")}
    moves = bool(last.get("festival", False))
    return [fact("history.latest", weight=last["amount"], every=every, period=whole.index[-1], **values,
                 direction=turn, festival=moves)]  # fmt: skip


def _partial(table: pd.DataFrame, every: Every) -> list[Finding]:
    if table["whole"].iloc[-1]:
        return []
    return [fact("history.partial", every=every, period=table.index[-1], amount=table["amount"].iloc[-1])]


def _extremes(table: pd.DataFrame, every: Every) -> list[Finding]:
    amounts = table["amount"][table["whole"]]
    if len(amounts) < 3 or amounts.nunique() < 2:
        return []
    found = {"history.best": int(amounts.argmax()), "history.worst": int(amounts.argmin())}
    return [
        fact(key, every=every, period=amounts.index[at], amount=amounts.iloc[at], periods=len(amounts))
        for key, at in found.items()
    ]


def _festival_finding(festival: pd.DataFrame) -> list[Finding]:
    known = festival.dropna(subset=["yoy"])
    if known.empty:
        return []
    year, last = int(known.index[-1]), known.iloc[-1]
    return [fact("history.festival", weight=last["amount"], year=year, amount=last["amount"],
                 amount_before=last["amount_before"], rate=last["yoy"], direction=direction(last["yoy"]),
                 festival_day=spring_festival(year), festival_day_before=spring_festival(year - 1))]  # fmt: skip


def _streak(table: pd.DataFrame, festival: pd.DataFrame, every: Every) -> list[Finding]:
    """The latest whole periods that all moved the same way; year on year where that is known."""
    whole = table[table["whole"]]
    measure = "yoy" if whole["yoy"].notna().any() else "change"
    moves = whole[measure].copy()
    if measure == "yoy" and len(festival):
        sensitive = _months(moves) <= 2
        years = pd.DatetimeIndex(moves.index[sensitive]).year
        moves[sensitive] = festival["yoy"].reindex(years).to_numpy()
    signs = np.sign(moves.to_numpy())[::-1]
    same = signs == signs[0] if len(signs) and signs[0] in (-1, 1) else np.zeros(0, bool)
    length = int(len(same) if same.all() else same.argmin())
    if length < STREAK:
        return []
    return [fact("history.streak", every=every, measure=measure, direction=direction(signs[0]), periods=length)]

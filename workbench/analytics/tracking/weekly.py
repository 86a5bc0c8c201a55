"""Each week's leads, win rate and deal size against what weeks usually bring: which of them was off beyond chance."""

import numpy as np
import pandas as pd

from workbench.periods import Calendar, Spans

FACTORS = ("leads", "conversion", "size")
SURE = 0.01  # p from which on a week's factor is called off: of 13 weeks and 3 factors, 0.4 are so by chance
_MOST = 13
_SEVEN = pd.Timedelta(days=6)
_COLUMNS = ("leads", "leads_usual", "decided", "won", "conversion", "conversion_usual", "size", "size_usual", "money")


def weeks(deals: pd.DataFrame | None, spans: Spans, calendar: Calendar, grown: float = 1.0) -> pd.DataFrame:
    """Index week (first day), the last 13 whole ones up to the day; columns

    leads, decided, won (counts), conversion (won ÷ decided), size, money (of won deals), and of leads, conversion and
    size what is usual in the days compared (`leads_usual` × `grown`, as the plan asks for so many times the leads);
    p_leads (negative binomial), p_conversion (binomial), p_size (t of the logs), each two-sided; cause (the factor off
    beyond chance with the smallest p; "" for none), lower (whether it was below). Empty where no deals are known.
    """
    if deals is None or deals.empty:
        return pd.DataFrame(columns=[*_COLUMNS, "cause", "lower"])
    counted = _counted(deals, calendar)
    usual = counted[(counted.index >= spans.before[0]) & (counted.index <= spans.before[1] - _SEVEN)]
    shown = counted[counted.index <= spans.now[1] - _SEVEN].tail(_MOST)
    if usual["leads"].sum() == 0 or shown.empty:
        return pd.DataFrame(columns=[*_COLUMNS, "cause", "lower"])
    rate = usual["won"].sum() / max(usual["decided"].sum(), 1.0)
    size = usual["logs"].sum() / max(usual["known"].sum(), 1.0)
    spread = np.sqrt(max(usual["squares"].sum() / max(usual["known"].sum(), 1.0) - size**2, 0.0))
    table = shown.assign(
        leads_usual=usual["leads"].mean() * grown, conversion_usual=rate,
        size_usual=usual["money"].sum() / max(usual["known"].sum(), 1.0),
    )  # fmt: skip
    table = table.assign(
        p_leads=_of_counts(table["leads"], table["leads_usual"], _dispersion(usual["leads"])),
        p_conversion=_of_shares(table["won"], table["decided"], rate),
        p_size=_of_sizes(table["logs"] / table["known"].where(table["known"] > 0), table["known"], size, spread),
    )
    return _named(table.drop(columns=["logs", "squares", "known"]))


def _counted(deals: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    created = deals["created"].dropna()
    ended = deals[~deals["open"] & deals["closed"].notna()]
    won = ended[ended["won"]]
    amount = won["amount"].where(won["amount"] > 0) if "amount" in won else pd.Series(np.nan, won.index)
    logs, week = np.log(amount), calendar.start(won["closed"], "week")
    parts = {
        "leads": created.groupby(calendar.start(created, "week")).size(),
        "decided": ended.groupby(calendar.start(ended["closed"], "week")).size(),
        "won": won.groupby(week).size(), "money": amount.groupby(week).sum(), "known": amount.groupby(week).count(),
        "logs": logs.groupby(week).sum(), "squares": (logs**2).groupby(week).sum(),
    }  # fmt: skip
    found = pd.DataFrame(parts).astype(float)
    every = calendar.range(found.index.min(), found.index.max(), "week")
    found = found.reindex(every).fillna(0.0).rename_axis("week")
    conversion = found["won"] / found["decided"].where(found["decided"] > 0)
    return found.assign(conversion=conversion, size=found["money"] / found["known"].where(found["known"] > 0))


def _dispersion(counts: pd.Series) -> float:
    return max(float(counts.var() / counts.mean()), 1.0) if len(counts) > 2 and counts.mean() > 0 else 1.0


def _of_counts(counts: pd.Series, mean: pd.Series, dispersion: float) -> pd.Series:
    from scipy.stats import nbinom, poisson

    law = poisson(mean) if dispersion <= 1.001 else nbinom(mean / (dispersion - 1), 1 / dispersion)
    return _two_sided(law.cdf(counts), law.sf(counts - 1), counts.index)


def _of_shares(won: pd.Series, decided: pd.Series, rate: float) -> pd.Series:
    from scipy.stats import binom

    law = binom(decided.astype(int), min(max(rate, 1e-6), 1 - 1e-6))
    return _two_sided(law.cdf(won), law.sf(won - 1), won.index).where(decided > 0)


def _of_sizes(mean: pd.Series, count: pd.Series, usual: float, spread: float) -> pd.Series:
    from scipy.stats import norm

    if not spread > 0:
        return pd.Series(np.nan, mean.index)
    return pd.Series(2 * norm.sf((mean - usual).abs() / (spread / np.sqrt(count.where(count > 0)))), mean.index)


def _two_sided(low: np.ndarray, high: np.ndarray, index: pd.Index) -> pd.Series:
    return pd.Series(np.minimum(2 * np.minimum(low, high), 1.0), index)


def _named(table: pd.DataFrame) -> pd.DataFrame:
    chances = table[[f"p_{name}" for name in FACTORS]].set_axis(list(FACTORS), axis=1).fillna(1.0)
    cause = chances.idxmin(axis=1).where(chances.min(axis=1) < SURE, "")
    lower = [
        bool(name) and row[name] < row[f"{name}_usual"] for name, (_, row) in zip(cause, table.iterrows(), strict=True)
    ]
    return table.assign(cause=cause, lower=lower)

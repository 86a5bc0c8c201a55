"""Where there is more to win: each part's share against the best comparable one, shrunk by what it is known from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding

Array = NDArray[np.float64]
DRAWS = 4000
BEST = 0.75  # the best comparable is this quantile of the others' shares: the very best is luck in part
SURE = 0.95
_LEAST = 3  # parts to compare with


@dataclass(frozen=True, kw_only=True, repr=False)
class Potential(Result):
    """Opportunities by part, the most money first.

    `table`: index node; columns market, own (money a year), share, shrunk (share after shrinkage), best (share of the
        best comparable), headroom, lo_80, hi_80 (money a year: (best - shrunk) × market, at least 0), chance (that it
        is behind at all), index (multiple factors, 1 is the average part), group, [accounts, customers, penetration,
        white_space (accounts without a purchase)]
    `entries`: index node of the market where nothing is sold; columns market, low, usual (money at the lowest and the
        middle share of the comparable parts)
    `weights`: of the factors in `index`, as given or equal
    `level`: what the parts are; `per`: "market", or "accounts" where no market is known: share and best are then money
        for one account
    """

    table: pd.DataFrame
    entries: pd.DataFrame
    weights: pd.Series
    level: str
    per: Literal["market", "accounts"] = "market"


def potential(
    parts: pd.DataFrame,
    *,
    level: str,
    scatter: pd.Series,
    groups: Mapping[str, Sequence[str]] | None = None,
    weights: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Potential | Unknown:
    """Headroom of each part against the best comparable one.

    `parts`: index node; market and own (money a year), and any of accounts, customers, spend, … as factors; without a
    market the accounts stand for it. `scatter`:
    standard error of the logarithm of each part's share, from how its periods scatter (NaN: the typical one of the
    others). Shares are shrunk to their group's mean by how exactly each is known (normal-normal empirical Bayes on
    logs; Efron & Morris 1975, JASA 70, 311-319), so that a small part with a lucky year is not the model for all.
    """
    per: Literal["market", "accounts"] = "market" if "market" in parts else "accounts"
    sold = parts[(parts[per] > 0) & (parts["own"] > 0)]
    if len(sold) < _LEAST:
        found = fact("market.potential.unknown", section="potential", have=len(sold), need=_LEAST)
        return Unknown(section="potential", findings=(found,))
    group = _groups(sold.index, groups)
    table = sold.assign(share=sold["own"] / sold[per], group=group)
    error = scatter.reindex(table.index)
    error = error.fillna(error.median()).fillna(0.0)
    drawn = _drawn(table, error, seed)
    table["shrunk"] = np.exp(np.median(drawn, axis=0))
    room = _headroom(drawn, table, per)
    table["best"] = np.exp(np.median(_best(drawn, group.to_numpy()), axis=0))
    table["headroom"] = (table["best"] - table["shrunk"]).clip(lower=0) * table[per]
    table["lo_80"], table["hi_80"] = np.quantile(room, (0.1, 0.9), axis=0)
    table["chance"] = (room > 0).mean(axis=0)
    table, used = _with_index(_with_accounts(table), weights)
    table = table.sort_values("headroom", ascending=False)
    entries = _entries(parts, table, per)
    return Potential(
        table=table,
        entries=entries,
        weights=used,
        level=level,
        per=per,
        findings=tuple(_findings(table, entries, level, per)),
        decisions=tuple(_decisions(table, level, per)),
    )


def _groups(nodes: pd.Index, groups: Mapping[str, Sequence[str]] | None) -> pd.Series:
    of = {node: name for name, some in (groups or {}).items() for node in some}
    return pd.Series([of.get(str(n), "") for n in nodes], index=nodes)


def _drawn(table: pd.DataFrame, error: pd.Series, seed: int) -> Array:
    """(draws, parts) of the log share, after shrinkage to the group's mean."""
    rng, logs = np.random.default_rng(seed), np.log(table["share"].to_numpy(float))
    drawn = np.empty((DRAWS, len(table)))
    for name in table["group"].unique():
        at = np.flatnonzero(table["group"] == name)
        noise = error.to_numpy(float)[at] ** 2
        between = max(float(np.var(logs[at], ddof=1)) - float(noise.mean()), 0.0) if len(at) > 1 else 0.0
        keep = np.where(noise + between > 0, between / np.maximum(noise + between, 1e-300), 1.0)
        centre = float(np.average(logs[at], weights=1 / np.maximum(noise + between, 1e-12)))
        mean, spread = keep * logs[at] + (1 - keep) * centre, np.sqrt(keep * noise)
        drawn[:, at] = mean + spread * rng.standard_normal((DRAWS, len(at)))
    return drawn


def _best(drawn: Array, group: NDArray[Any]) -> Array:
    """For each draw and part, the share of the best comparable other part of its group; its own where it is alone."""
    best = drawn.copy()
    for i in range(drawn.shape[1]):
        others = np.flatnonzero((group == group[i]) & (np.arange(drawn.shape[1]) != i))
        if len(others):
            best[:, i] = np.quantile(drawn[:, others], BEST, axis=1)
    return best


def _headroom(drawn: Array, table: pd.DataFrame, per: str) -> Array:
    gap = np.exp(_best(drawn, table["group"].to_numpy())) - np.exp(drawn)
    return np.asarray(np.maximum(gap, 0) * table[per].to_numpy(float))


def _with_accounts(table: pd.DataFrame) -> pd.DataFrame:
    if not {"accounts", "customers"} <= set(table.columns):
        return table
    known = table["accounts"].where(table["accounts"] > 0)
    return table.assign(penetration=table["customers"] / known, white_space=(known - table["customers"]).clip(lower=0))


def _with_index(table: pd.DataFrame, weights: Mapping[str, float] | None) -> tuple[pd.DataFrame, pd.Series]:
    """The multiple-factor index: the weighted mean of each part's share of every factor, over the average part's."""
    factors = [c for c in table.columns if c in (weights or ("market", "accounts")) and table[c].notna().all()]
    used = pd.Series({c: float((weights or {}).get(c, 1.0)) for c in factors}, dtype=float)
    used = used / used.sum()
    index = sum((used[c] * table[c] / table[c].sum() for c in factors), start=pd.Series(0.0, table.index))
    return table.assign(index=index * len(table)), used


def _entries(parts: pd.DataFrame, table: pd.DataFrame, per: str) -> pd.DataFrame:
    """What entering a part of the market would bring at the shares that others have; not a forecast."""
    empty = parts[(parts[per] > 0) & ~(parts["own"] > 0)]
    made = empty[[per]].assign(low=empty[per] * table["shrunk"].min(), usual=empty[per] * table["shrunk"].median())
    return made.sort_values("usual", ascending=False)


def _findings(table: pd.DataFrame, entries: pd.DataFrame, level: str, per: str) -> Iterator[Finding]:
    top: Any = table.iloc[0]
    if top["headroom"] > 0:
        yield fact(
            "market.potential.largest" if per == "market" else "market.potential.largest_by_account",
            weight=top["headroom"],
            about=table.index[0],
            level=level,
            node=table.index[0],
            headroom=top["headroom"],
            lo_80=top["lo_80"],
            hi_80=top["hi_80"],
            share=top["shrunk"],
            best=top["best"],
            **{per: top[per]},
        )
    yield fact("market.potential.total", weight=table["headroom"].sum(), level=level, nodes=len(table),
               headroom=table["headroom"].sum(), own=table["own"].sum())  # fmt: skip
    if "white_space" in table:
        row: Any = table.sort_values("white_space", ascending=False).iloc[0]
        known = {name: row[name] for name in ("accounts", "customers", "white_space", "penetration")}
        yield fact("market.potential.white_space", level=level, node=row.name, **known)
    if len(entries) and per == "market":
        row = entries.iloc[0]
        yield fact("market.potential.entry", weight=row["usual"], level=level, node=entries.index[0],
                   market=row["market"], low=row["low"], usual=row["usual"], nodes=len(entries))  # fmt: skip


def _decisions(table: pd.DataFrame, level: str, per: str) -> list[Finding]:
    """Parts whose share is below the best comparable one's beyond its scatter, by 1 % of all sales or more.

    That they are comparable is taken as given: nothing here tests it.
    """
    worth = table[(table["chance"] >= SURE) & (table["headroom"] >= 0.01 * table["own"].sum())].head(5)
    return [
        fact(
            "market.potential.decide" if per == "market" else "market.potential.decide_by_account",
            weight=row["headroom"],
            about=node,
            level=level,
            node=node,
            headroom=row["headroom"],
            share=row["shrunk"],
            best=row["best"],
            others=int((table["group"] == row["group"]).sum()) - 1,
            judged="compared",
        )
        for node, row in worth.iterrows()
    ]

"""What each part's share starts from: history, forecast, potential and capacity mixed; new parts, margins, tilts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.errors import DataError, ParameterError
from workbench.settings.plan import Keys

KINDS = ("history", "forecast", "potential", "capacity")
_NONE = "\ue000"  # the missing value of a level, which joins like any other


@dataclass(frozen=True)
class Sources:
    """What a split goes by; each frame has columns of levels and `amount` (0 is none, an absent row is unknown).

    `history` the same period a year before, `forecast` what is expected, `potential` the market's size, `capacity` what
    people can carry: any of them by any of the levels. `monthly` has a column `period` too (a month's first day): sales
    of past months, or what the planned months should bring. `owners`: level → node → who answers for it.
    """

    history: pd.DataFrame | None = None
    forecast: pd.DataFrame | None = None
    potential: pd.DataFrame | None = None
    capacity: pd.DataFrame | None = None
    monthly: pd.DataFrame | None = None
    owners: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))

    def owner_of(self, level: str) -> dict[str, str]:
        """Who answers for the nodes of a level, as far as known."""
        known = cast("dict[tuple[str, str], str]", self.owners.dropna().to_dict())
        return {str(node): str(who) for (of, node), who in known.items() if of == level}

    def total(self, kind: str, by: tuple[str, ...]) -> "pd.Series | None":
        """Amounts of a source by some levels, NaN where unknown; None where it is not there or lacks a level."""
        frame = getattr(self, kind)
        return None if frame is None or not set(by) <= set(frame) else summed(frame, by)


def sources_of(
    baseline: Baseline,
    levels: Iterable[str] = (),
    *,
    sales: pd.DataFrame | None = None,
    market: pd.DataFrame | None = None,
) -> Sources:
    """What a baseline tells of the parts at its bottom, by `levels` (all of them): history, forecast, expected months.

    `sales`: past months by any of the levels (`data.sales("month", by)`), shown beside the planned ones. `market`: the
    market table; its last year's size is the potential of the level whose nodes its segments name.
    """
    nodes = baseline.nodes
    bottom = nodes["level"] == nodes["level"].iloc[-1]
    by = [c for c in nodes.columns if c != "level" and (not tuple(levels) or c in tuple(levels))]
    frame = nodes.loc[bottom, by].reset_index(drop=True)
    wide = pd.concat([frame, baseline.by_month[bottom].reset_index(drop=True).clip(lower=0)], axis=1)
    monthly = wide.melt(id_vars=by, var_name="period", value_name="amount").astype({"period": "datetime64[us]"})
    return Sources(
        history=frame.assign(amount=baseline.before[bottom].to_numpy()),
        forecast=frame.assign(amount=baseline.expected[bottom].to_numpy()),
        potential=None if market is None else _potential(market, frame),
        monthly=monthly if sales is None else pd.concat([_past(sales, monthly), monthly], ignore_index=True),
    )


def _past(sales: pd.DataFrame, ahead: pd.DataFrame) -> pd.DataFrame:
    """Whole months before those that are planned, with the same columns."""
    whole = sales[sales["whole"].astype(bool)] if "whole" in sales else sales
    kept = whole[whole["period"] < ahead["period"].min()]
    return kept[[c for c in ahead if c in kept]].astype({"period": "datetime64[us]"})


def _potential(market: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame | None:
    """The market's size over its last year by the level whose nodes are its segments; None where no level's are."""
    if not {"segment", "size", "period"} <= set(market):
        return None
    names = set(market["segment"].dropna())
    level = max(parts.columns, key=lambda c: len(names & set(parts[c])), default=None)
    if level is None or not names & set(parts[level]):
        return None
    last = market[market["period"] > market["period"].max() - pd.DateOffset(years=1)]
    size = last[last["segment"].isin(set(parts[level]))].groupby("segment")["size"].sum(min_count=1)
    return size.rename("amount").rename_axis(level).reset_index()


def summed(frame: pd.DataFrame, by: tuple[str, ...]) -> pd.Series:
    """Amounts by some levels; a sum of unknown amounts is unknown."""
    if not by:
        return pd.Series([frame["amount"].sum(min_count=1)], index=pd.Index([""]))
    keyed = keyed_by(frame, by).assign(amount=frame["amount"].to_numpy(float))
    return keyed.groupby(list(by), sort=False)["amount"].sum(min_count=1)


def keyed_by(frame: pd.DataFrame, by: Iterable[str]) -> pd.DataFrame:
    """The levels of a frame as text, the missing value by its own mark."""
    return pd.DataFrame({name: frame[name].astype(object).where(frame[name].notna(), _NONE).map(str) for name in by})


def unmarked(values: pd.Series) -> pd.Series:
    """The same with the missing value missing again."""
    return values.astype(object).where(values != _NONE, None)


@dataclass(frozen=True)
class Base:
    """Every part with its share before any rule.

    `cells`: one row a part, columns levels. `key`: shares that sum to 1. `how`: known, filled (no source knew it), zero
    (0 in every source), new (no source lists it). `weights`: of the sources that were there.
    """

    cells: pd.DataFrame
    key: Array
    how: np.ndarray
    weights: Mapping[str, float]

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels and margins that the parts are crossings of."""
        return tuple(map(str, self.cells.columns))

    def inside(self, at: Mapping[str, str]) -> Array:
        """Which parts lie within a node or crossing."""
        found = np.ones(len(self.cells), dtype=bool)
        for level, node in at.items():
            found &= (self.cells[level] == str(node)).to_numpy()
        return found


def base(levels: tuple[str, ...], sources: Sources, keys: Keys) -> Base:
    """Shares of all parts that any source lists, of those that are to come, times the margins, by independence.

    A source by fewer levels is spread within each of its nodes as the finer ones say. What one source does not know is
    taken by `keys.unknown`; 0 stays 0. Margins of a table whose inside is unknown are crossed by independence, which is
    what iterative proportional fitting gives from a flat start (Deming & Stephan 1940).
    """
    _check(levels, sources, keys)
    cells = _cells(levels, sources, keys)
    weights = {k: getattr(keys, k) for k in KINDS if getattr(keys, k) > 0 and _usable(getattr(sources, k), levels)}
    shares = {kind: _shares(sources, kind, levels, cells) for kind in weights}
    whole = {k: s for k, s in shares.items() if _by(getattr(sources, k), levels) == levels}
    reference = _mixed(whole, weights, keys)[0] if whole else np.full(len(cells), 1 / len(cells))
    shares |= {k: _spread(sources, k, levels, cells, reference) for k in weights if k not in whole}
    key, how = _mixed(shares, weights, keys) if shares else (reference, np.full(len(cells), "filled"))
    how = how if levels else np.full(len(cells), "known")  # the whole is known even where no part is
    key = key * _tilts(cells, keys.tilt)
    if key.sum() <= 0:
        raise DataError("plan", ["no part has sales, potential or capacity above 0 to split by"])
    cells, key, how = _crossed(cells, key, how, keys.margins)
    total = sum(weights.values())
    return Base(cells, key / key.sum(), how, {k: w / total for k, w in weights.items()})


def _check(levels: tuple[str, ...], sources: Sources, keys: Keys) -> None:
    known = {c for k in (*KINDS, "monthly") for c in _by(getattr(sources, k), None)}
    problems = [f"nothing that is split by knows the level '{n}'" for n in levels if n not in known | set(keys.new)]
    problems += [f"keys.new names '{n}', by which nothing is split" for n in keys.new if n not in levels]
    problems += [f"keys.tilt names '{n}', by which nothing is split" for n in keys.tilt if n not in levels]
    problems += [f"'{n}' is a level and a margin; keep one of them" for n in keys.margins if n in levels]
    if problems:
        raise ParameterError("plan", problems)


def _by(frame: pd.DataFrame | None, levels: tuple[str, ...] | None) -> tuple[str, ...]:
    """Those of `levels` that a frame has; all of its own for None."""
    if frame is None:
        return ()
    own = tuple(c for c in frame.columns if c not in ("amount", "period"))
    return own if levels is None else tuple(n for n in levels if n in own)


def _usable(frame: pd.DataFrame | None, levels: tuple[str, ...]) -> bool:
    return frame is not None and bool(_by(frame, levels) or not levels) and frame["amount"].clip(lower=0).sum() > 0


def _cells(levels: tuple[str, ...], sources: Sources, keys: Keys) -> pd.DataFrame:
    """Every crossing that a source lists; levels that no source crosses are crossed with each other."""
    if not levels:
        return pd.DataFrame(index=range(1))
    frames = [getattr(sources, k) for k in KINDS]
    own = {by: [f for f in frames if f is not None and _by(f, levels) == by] for by in {_by(f, levels) for f in frames}}
    cells: pd.DataFrame | None = None
    for by in sorted((b for b in own if b), key=lambda b: (-len(b), levels.index(b[0]))):
        if cells is not None and set(by) <= set(cells):
            continue
        listed = pd.concat([keyed_by(f, by) for f in own[by]]).drop_duplicates(ignore_index=True)
        shared = [n for n in by if cells is not None and n in cells]
        cells = listed if cells is None else cells.merge(listed, how="outer" if shared else "cross", on=shared or None)
    missing = [n for n in levels if cells is None or n not in cells]
    found = pd.DataFrame(index=range(1)) if cells is None else cells
    found = found.assign(**dict.fromkeys(missing, _NONE))[list(levels)].fillna(_NONE)
    return _with_new(found, keys.new).drop_duplicates(ignore_index=True)


def _with_new(cells: pd.DataFrame, new: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Parts that are to come, crossed with what there is of the other levels; a finer level takes the same name."""
    for level, names in new.items():
        others = [str(c) for c in cells if c != level]
        finer = [c for c in others if _within(cells, c, level)]
        rest = cells[others].assign(**dict.fromkeys(finer, "")).drop_duplicates()
        for name in (n for n in names if n not in set(cells[level])):
            added = rest.assign(**{level: name} | dict.fromkeys(finer, name))
            cells = pd.concat([cells[cells[level] != _NONE], added[cells.columns]], ignore_index=True)
    return cells


def _within(cells: pd.DataFrame, finer: str, level: str) -> bool:
    """Whether each node of `finer` lies in one node of `level`, and there are more of them."""
    each = cells.drop_duplicates([finer, level])
    return each[finer].is_unique and cells[finer].nunique() > cells[level].nunique()


def _shares(sources: Sources, kind: str, levels: tuple[str, ...], cells: pd.DataFrame) -> Array:
    """The share of each cell in a source by all levels or fewer, of the whole source; NaN where unknown."""
    by = _by(getattr(sources, kind), levels)
    amounts = summed(getattr(sources, kind), by).clip(lower=0)
    return _at(amounts / amounts.sum(), by, cells)


def _at(values: pd.Series, by: tuple[str, ...], cells: pd.DataFrame) -> Array:
    if not by:
        return np.full(len(cells), values.iloc[0])
    index = pd.Index(cells[by[0]]) if len(by) == 1 else pd.MultiIndex.from_frame(cells[list(by)])
    return np.asarray(values.reindex(index).to_numpy(float))


def _spread(sources: Sources, kind: str, levels: tuple[str, ...], cells: pd.DataFrame, reference: Array) -> Array:
    """A coarser source's shares, within each of its nodes in proportion to `reference` (evenly where that is 0)."""
    by = _by(getattr(sources, kind), levels)
    share = _shares(sources, kind, levels, cells)
    if not by:
        return reference
    groups = cells.groupby(list(by), sort=False).ngroup().to_numpy()
    inside = np.bincount(groups, reference)[groups]
    even = 1 / np.bincount(groups)[groups]
    return share * np.where(inside > 0, reference / np.where(inside > 0, inside, 1), even)


def _mixed(shares: Mapping[str, Array], weights: Mapping[str, float], keys: Keys) -> tuple[Array, np.ndarray]:
    """The mixture of the sources, and how each cell's share was found."""
    table = np.stack(list(shares.values()))
    weight = np.array([weights[k] for k in shares])[:, None]
    known = ~np.isnan(table)
    if keys.unknown == "others":
        told = (known * weight).sum(axis=0)
        key = np.nansum(table * weight, axis=0) / np.where(told > 0, told, 1)
        key = np.where(told > 0, key, _filling(key[told > 0], "average"))
    else:
        filled = np.stack([np.where(np.isnan(row), _filling(row, keys.unknown), row) for row in table])
        key = (filled * weight).sum(axis=0)
    seen = known.any(axis=0)
    return key / (key.sum() or 1), np.where(~seen, "filled", np.where(key > 0, "known", "zero"))


def _filling(row: Array, rule: str) -> float:
    """The share that a part takes which a source does not know: of those that are above 0."""
    above = row[row > 0]
    if rule == "none" or not len(above):
        return 0.0 if rule == "none" else 1.0
    return float(above.mean() if rule == "average" else above.min())


def _tilts(cells: pd.DataFrame, tilt: Mapping[str, Mapping[str, float]]) -> Array:
    factor = np.ones(len(cells))
    for level, factors in tilt.items():
        if unknown := [n for n in factors if n not in set(cells[level])]:
            raise ParameterError("plan", [f"keys.tilt names {level} '{n}', which there is not" for n in unknown])
        factor *= cells[level].map(factors).fillna(1.0).to_numpy(float)
    return factor


def _crossed(
    cells: pd.DataFrame, key: Array, how: np.ndarray, margins: Mapping[str, Mapping[str, float]]
) -> tuple[pd.DataFrame, Array, np.ndarray]:
    for name, shares in margins.items():
        times = len(shares)
        cells = cells.loc[cells.index.repeat(times)].reset_index(drop=True)
        cells[name] = np.tile(np.array([str(n) for n in shares], dtype=object), len(key))
        key, how = np.outer(key, list(shares.values())).ravel(), np.repeat(how, times)
    return cells, key, how

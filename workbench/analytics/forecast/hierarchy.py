"""Forecasts of a whole and its parts that add up: grouped structures and their reconciliation, for points and paths."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from workbench import crossings
from workbench.analytics.forecast.engine import standardized
from workbench.analytics.forecast.panel import Array
from workbench.errors import DataError, ParameterError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Method = Literal["mint_level", "mint_shrink", "wls_struct", "ols", "bottom_up", "top_down"]
METHODS: tuple[str, ...] = get_args(Method)
STEPS = 0.1, 3.0  # by how much a node's parts may be scaled at once
MOST_WIDER = 1.5  # how much wider reconciling may make a node's paths
TOP_TRUST = 0.35  # power of the share of nodes that a level has: how little its forecasts are moved; see `reconcile`


@dataclass(frozen=True)
class Hierarchy:
    """`nodes`: one row per node, aggregates first, the bottom last; columns level (names joined by " × ", "" is the
    whole) and one per dimension (missing where a node is a sum over it). `sums`: (aggregates, bottom) sparse 0/1."""

    nodes: pd.DataFrame
    sums: "csr_array"

    @property
    def aggregates(self) -> int:
        return int(self.sums.shape[0])

    @property
    def labels(self) -> pd.Index:
        """One text per node: its values joined by " / ", "" for the whole."""
        dimensions = [c for c in self.nodes if c != "level"]
        values = self.nodes[dimensions].astype(object)
        return pd.Index([_label(row) for row in values.itertuples(index=False)], name="node")

    def add_up(self, bottom: Array) -> Array:
        """All nodes from the bottom ones, (…, nodes, horizon) from (…, bottom, horizon): coherent by construction."""
        shape = bottom.shape
        flat = np.moveaxis(bottom, -2, 0).reshape(shape[-2], -1)
        whole = np.concatenate([self.sums @ flat, flat])
        return np.moveaxis(whole.reshape(len(whole), *shape[:-2], shape[-1]), 0, -2)


def grouped(bottom: pd.DataFrame) -> Hierarchy:
    """The structure of bottom nodes given by their dimensions' values: every combination of dimensions is a level.

    Nested dimensions (region within state) are found from the data: a level that says the same as another is dropped.
    With four dimensions or more, levels are the whole, single dimensions, pairs and the bottom.
    """
    if bottom.duplicated().any():
        rows = ", ".join(str(r) for r in np.flatnonzero(bottom.duplicated())[:5])
        raise DataError("hierarchy", [f"rows {rows} repeat a bottom node; each must be there once"])
    names, sizes = list(bottom.columns), list(range(len(bottom.columns)))
    sizes = [size for size in sizes if size <= 2 or len(names) <= 3]
    codes: dict[tuple[int, ...], tuple[tuple[str, ...], np.ndarray, pd.DataFrame]] = {}
    for size in sizes:
        for level in combinations(names, size):
            code, first = _groups(bottom, level)
            if len(first) == len(bottom):
                continue  # says no more than the bottom
            codes[tuple(code)] = (
                level,
                code,
                bottom.iloc[first],
            )  # the same partition: the longer name is the fuller one
    return _stack(bottom, list(codes.values()))


def single() -> Hierarchy:
    """The structure of one series: the whole."""
    from scipy.sparse import csr_array

    return Hierarchy(pd.DataFrame({"level": [""]}), csr_array((0, 1)))


def _groups(bottom: pd.DataFrame, level: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    if not level:
        return np.zeros(len(bottom), int), np.array([0])
    code = bottom.groupby(list(level), dropna=False, sort=False).ngroup().to_numpy()
    return code, np.unique(code, return_index=True)[1]


def _stack(bottom: pd.DataFrame, levels: list[tuple[tuple[str, ...], np.ndarray, pd.DataFrame]]) -> Hierarchy:
    from scipy.sparse import csr_array, vstack

    frames, sums = [], []
    for level, code, first in levels:
        frames.append(first[list(level)].reindex(columns=bottom.columns).assign(level=crossings.joined(level)))
        at = (code, np.arange(len(bottom)))
        sums.append(csr_array((np.ones(len(bottom)), at), shape=(len(first), len(bottom))))
    frames.append(bottom.assign(level=crossings.joined(bottom.columns)))
    nodes = pd.concat([f.astype(object) for f in frames], ignore_index=True)
    nodes = nodes[["level", *bottom.columns]]
    return Hierarchy(nodes, csr_array(vstack(sums)) if sums else csr_array((0, len(bottom))))


def _label(row: Sequence[Any]) -> str:
    return " / ".join(str(value) for value in row if not pd.isna(value))


def check_sums(values: pd.DataFrame, structure: Hierarchy, *, tolerance: float = 0.005) -> None:
    """Nothing, or an error that names each parent whose history is not the sum of its parts, beyond `tolerance` of
    money."""
    if values.shape[1] != len(structure.nodes):
        raise DataError("hierarchy", [f"{len(structure.nodes)} nodes are expected, {values.shape[1]} are given"])
    table = np.nan_to_num(values.to_numpy(float).T)
    apart = np.abs(table[: structure.aggregates] - structure.sums @ table[structure.aggregates :])
    size = tolerance + 1e-9 * np.abs(table[: structure.aggregates])
    bad = np.flatnonzero((apart > size).any(axis=1))
    if len(bad):
        labels = structure.labels
        raise DataError(
            "hierarchy",
            [
                f"'{labels[int(i)] or 'the whole'}' is not the sum of its parts (by up to {apart[i].max():,.2f})"
                for i in bad
            ],
        )


def reconcile(
    forecasts: Array,
    structure: Hierarchy,
    method: Method = "mint_level",
    *,
    deviation: Array | None = None,
    residual: Array | None = None,
) -> Array:
    """Forecasts that add up, same shape: (nodes, horizon) or (paths, nodes, horizon), nodes in the structure's order.

    mint_shrink: minimum trace with shrunk error correlations (Wickramasuriya, Athanasopoulos & Hyndman 2019; shrinkage
    of Schäfer & Strimmer 2005). `deviation` is each node's expected error (nodes or nodes × horizon), `residual` its
    in-sample errors (nodes, time). mint_level: the same, but levels of few nodes are moved less, because their
    correlations
    with the many below are the least known and their own forecasts the best; it keeps every level about as good as it
    was. wls_struct and ols: Athanasopoulos and others (2017), Hyndman and others (2011). top_down: by the
    proportions of
    the bottom forecasts (Athanasopoulos, Ahmed & Hyndman 2009).
    """
    if method not in METHODS:
        raise ParameterError("reconcile", [f"method '{method}' is not known; choose one of {', '.join(METHODS)}"])
    if forecasts.shape[-2] != len(structure.nodes):
        raise DataError("reconcile", [f"{len(structure.nodes)} nodes are expected, {forecasts.shape[-2]} are given"])
    bottom = forecasts[..., structure.aggregates :, :]
    if method == "bottom_up" or not structure.aggregates:
        return structure.add_up(bottom)
    if method == "top_down":
        total = bottom.sum(axis=-2, keepdims=True)
        share = np.where(total != 0, bottom / np.where(total != 0, total, 1), 1 / bottom.shape[-2])
        return structure.add_up(share * forecasts[..., :1, :])
    flat = np.moveaxis(forecasts, -2, 0).reshape(len(structure.nodes), -1)
    moved = _project(flat, structure, *_weights(structure, method, deviation, residual))
    new = moved.reshape(-1, *forecasts.shape[:-2], forecasts.shape[-1])
    return structure.add_up(np.moveaxis(new, 0, -2))


def _weights(
    structure: Hierarchy, method: str, deviation: Array | None, residual: Array | None
) -> tuple[Array, Array | None]:
    """Error variances of the nodes, and factors whose products are their covariances (None: no covariances)."""
    nodes = len(structure.nodes)
    if method == "ols":
        return np.ones(nodes), None
    if method == "wls_struct":
        return np.concatenate([np.asarray(structure.sums.sum(axis=1)).ravel(), np.ones(structure.sums.shape[1])]), None
    if deviation is None or residual is None:
        raise ParameterError("reconcile", [f"{method} needs `deviation` and `residual` of every node"])
    size = np.maximum(deviation.reshape(nodes, -1).mean(axis=1), 1e-9 * max(float(np.max(deviation)), 1e-9))
    factors = standardized(residual)
    shrink = shrinkage(factors)
    if method == "mint_level":
        size = size * _restraint(structure)
    common = np.sqrt(1 - shrink) * size[:, None] * factors
    return size**2 - (common**2).sum(axis=1), common


def _restraint(structure: Hierarchy) -> Array:
    """Below 1 for nodes of small levels: 1 at the bottom, falling with the share of nodes that a level has."""
    count = structure.nodes.groupby("level", sort=False)["level"].transform("size").to_numpy()
    return (count / count.max()) ** TOP_TRUST


def shrinkage(factors: Array, *, most: int = 500) -> float:
    """How far correlations are shrunk to none, 0 to 1. Schäfer & Strimmer (2005), on at most 500 nodes."""
    known = factors[(factors != 0).any(axis=1)]
    if len(known) > most:
        known = known[np.random.default_rng(0).choice(len(known), most, replace=False)]
    if len(known) < 2:
        return 1.0
    time = max(int((known != 0).sum(axis=1).mean()), 3)
    x = known * np.sqrt(time)  # mean square 1
    correlation = x @ x.T / time
    variance = ((x**2) @ (x**2).T / time - correlation**2) / (time - 1)
    off = ~np.eye(len(known), dtype=bool)
    return float(np.clip(variance[off].sum() / max((correlation[off] ** 2).sum(), 1e-12), 0, 1))


def _project(flat: Array, structure: Hierarchy, own: Array, common: Array | None) -> Array:
    """Bottom rows of the nearest coherent forecasts: y − W C' (C W C')⁻¹ C y with C = [I, −sums].

    Solves in the number of aggregates, so thousands of bottom nodes cost little. Di Fonzo & Girolimetto (2023).
    """
    count, sums = structure.aggregates, structure.sums
    gap = flat[:count] - sums @ flat[count:]
    inner = (sums * own[count:]) @ sums.T
    inner = np.asarray(inner.todense()) + np.diag(own[:count])
    cross = -(sums * own[count:]).T.tocsr()  # bottom rows of W C', own part
    if common is None:
        return flat[count:] - cross @ np.linalg.solve(inner, gap)
    apart = common[:count] - sums @ common[count:]
    inner = inner + apart @ apart.T
    step = np.linalg.solve(inner + 1e-12 * np.trace(inner) / count * np.eye(count), gap)
    return flat[count:] - cross @ step - common[count:] @ (apart.T @ step)


def no_narrower(moved: Array, paths: Array) -> Array:
    """Reconciled paths (paths, nodes, horizon), each node's at least as wide as before (up to half as wide again).

    That parts support each other is known from their correlations alone, and backtests did not bear it out. The sums
    fit again after `non_negative`.
    """
    middle = np.median(moved, axis=0)
    after = np.abs(moved - middle).mean(axis=(0, 2))
    before = np.abs(paths - np.median(paths, axis=0)).mean(axis=(0, 2))
    wider = np.clip(np.where(after > 0, before / np.where(after > 0, after, 1), 1.0), 1.0, MOST_WIDER)
    return middle + (moved - middle) * wider[:, None]


def non_negative(forecasts: Array, structure: Hierarchy, may_be_negative: np.ndarray) -> Array:
    """Forecasts that add up, without bottom nodes below 0 but for those marked; sums stay about where they were.

    Negatives are set to 0 (Di Fonzo & Girolimetto 2023), which would lift every sum of many sparse nodes; so parts are
    then brought to what their sums should be, level by level, the whole last: iterative proportional fitting (Deming &
    Stephan 1940).
    """
    whole = np.moveaxis(forecasts, -2, 0)
    shape, count = whole.shape, structure.aggregates
    flat = whole.reshape(shape[0], -1)
    wanted = np.where(may_be_negative[:, None], flat, np.maximum(flat, 0))
    bottom, level = wanted[count:], structure.nodes["level"].to_numpy()[:count]
    for name in reversed(list(dict.fromkeys(level))):
        sums = structure.sums[level == name]
        now, aim = sums @ bottom, wanted[:count][level == name]
        step = np.where(now * aim > 0, aim / np.where(now != 0, now, 1), 1)
        bottom = bottom * (sums.T @ np.clip(step, *STEPS))
    return structure.add_up(np.moveaxis(bottom.reshape(-1, *shape[1:]), 0, -2))

"""A change of a product shared out exactly among its factors: sales = market × share, wins = leads × rates × size."""

from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.errors import DataError

Array = NDArray[np.float64]
_MOST_FACTORS = 12


def log_mean(one: Array, other: Array) -> Array:
    """The logarithmic mean (a − b) / (ln a − ln b), elementwise: a where both are equal, 0 where either is 0."""
    one, other = np.broadcast_arrays(np.asarray(one, float), np.asarray(other, float))
    made = np.zeros(one.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((one > 0) & (other > 0), one / other, np.nan)
        near = np.abs(ratio - 1) < 1e-9  # there the quotient is all rounding
        made = np.where(near, (one + other) / 2, (one - other) / np.log(ratio))
    return np.where(np.isnan(ratio), 0.0, made)


def lmdi(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What each factor contributed to the change of each row's product; a row's effects sum to its change exactly.

    Rows are parts, columns the factors, in both frames the same, all at least 0. The effect of a factor is
    L(after, before) × ln(x after / x before) with L the logarithmic mean: LMDI-I, additive (Ang 2005, Energy Policy
    33, 867-871). Where a product starts or ends at 0 its whole change belongs to the factors that did (in equal parts),
    which is the limit of the formula (Ang & Liu 2007). It adds up over rows, so totals may be read off at any level.
    """
    _check(before, after)
    x0, x1 = before.to_numpy(float), after.to_numpy(float)
    y0, y1 = x0.prod(axis=1), x1.prod(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        effects = log_mean(y1, y0)[:, None] * np.log(x1 / x0)
    edge = (y0 == 0) | (y1 == 0)
    turned = (x0 == 0) != (x1 == 0)
    shares = turned / np.maximum(turned.sum(axis=1), 1)[:, None]
    effects = np.where(edge[:, None], (y1 - y0)[:, None] * shares, effects)
    return pd.DataFrame(effects, before.index, before.columns)


def shapley(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What each factor contributed to the change of each row's product, as the mean over all orders of change.

    The same frames as `lmdi`, but factors may be of any sign (returns, losses). A row's effects sum to its change
    exactly and no term is left for all of them together (Shapley 1953; for products of two it halves the joint term).
    At most 12 factors: every subset of them is looked at.
    """
    _check(before, after, signed=True)
    x0, x1 = before.to_numpy(float), after.to_numpy(float)
    many = x0.shape[1]
    if many > _MOST_FACTORS:
        raise DataError("factors of a product", [f"{many} factors; Shapley's values take at most {_MOST_FACTORS}"])
    moved = [np.where([s >> j & 1 for j in range(many)], x1, x0).prod(axis=1) for s in range(1 << many)]
    effects = np.zeros(x0.shape)
    for j, s in ((j, s) for j in range(many) for s in range(1 << many) if not s >> j & 1):
        weight = 1 / (many * comb(many - 1, s.bit_count()))
        effects[:, j] += weight * (moved[s | 1 << j] - moved[s])
    return pd.DataFrame(effects, before.index, before.columns)


def _check(before: pd.DataFrame, after: pd.DataFrame, *, signed: bool = False) -> None:
    problems = []
    if not before.columns.equals(after.columns) or not before.index.equals(after.index):
        problems.append("before and after do not have the same rows and columns")
    for name, frame in (("before", before), ("after", after)):
        values = frame.to_numpy(float)
        if np.isnan(values).any():
            problems.append(f"{name}: {int(np.isnan(values).sum())} factors are not known")
        if not signed and (values < 0).any():
            problems.append(f"{name}: {int((values < 0).sum())} factors are below 0")
    if problems:
        raise DataError("factors of a product", problems)

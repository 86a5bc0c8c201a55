"""How far a node's sales move by themselves: what of a gap is within its own usual ups and downs.

The changes on the same period a year before are taken for every earlier period; a change counts as noise as far as it
lies within a 95 % prediction interval (Student's t) around the mean of the earlier ones. A node that grows steadily
has little noise however fast it grows. Nodes with few changes lean on the others: Smyth (2004), "Linear models and
empirical Bayes methods", Statistical Applications in Genetics and Molecular Biology 3(1).
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
FEWEST = 3  # earlier changes, below which nothing is said of noise
LEVEL = 0.95  # as everywhere on the page of the review: one meaning of chance
TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
PRIOR = 3  # changes that the other nodes count for: the spread of three changes alone is mostly luck


def noise(past: pd.DataFrame, lag: int, size: pd.Series) -> pd.Series:
    """Half width of the 95 % interval of each node's change, in money; NaN where fewer than three changes are known.

    `past`: index period without gaps, columns nodes, money, before the period that is judged. `size`: index node, the
    money whose share the changes are: the mean of before and now. Changes are shares of the mean of both amounts, which
    holds for zeros and returns too: 2 (a - b) / (|a| + |b|).
    """
    if len(past) < lag + FEWEST:
        return pd.Series(np.nan, size.index)
    known = past.reindex(columns=size.index)
    return pd.Series(_half_width(_changes(known.to_numpy(float), lag)), size.index) * size.abs()


def noise_of_logs(past: pd.DataFrame, lag: int) -> pd.Series:
    """Half width of the 95 % interval of the change of each column's logarithm; NaN with fewer than three changes."""
    if len(past) < lag + FEWEST:
        return pd.Series(np.nan, past.columns)
    values = past.to_numpy(float)
    logs = np.log(np.where(values > 0, values, np.nan))
    return pd.Series(_half_width(logs[lag:] - logs[:-lag]), past.columns)


def beyond(effect: pd.Series, noise: pd.Series) -> pd.Series:
    """True, False, or NA where the noise is not known."""
    told = (effect.abs() > noise).astype("boolean")
    return told.mask(noise.isna() | effect.isna())


def _changes(values: Array, lag: int) -> Array:
    now, before = values[lag:], values[:-lag]
    middle = (np.abs(now) + np.abs(before)) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(middle > 0, (now - before) / middle, np.nan))  # nothing to nothing tells nothing


def _half_width(changes: Array) -> Array:
    """Of each column, its variance pulled toward the columns' middle one as by three more changes (Smyth 2004).

    The middle of the logarithms: of two nodes, one of which is wild, the calm one should not be drowned.
    """
    from scipy.stats import t

    count = (~np.isnan(changes)).sum(axis=0)
    variance, told = pd.DataFrame(changes).var(ddof=1).to_numpy(float), count >= FEWEST
    free, prior = np.maximum(count - 1, 1), PRIOR if told.sum() > 1 else 0
    usual = float(np.exp(np.median(np.log(np.maximum(variance[told], 1e-12))))) if told.any() else 0.0
    spread = np.sqrt((free * variance + prior * usual) / (free + prior) * (1 + 1 / np.maximum(count, 1)))
    return np.asarray(np.where(told, t.ppf(0.5 + LEVEL / 2, free + prior) * spread, np.nan))

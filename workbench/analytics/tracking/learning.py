"""How ways to reckon a stretch are weighed and how far the result errs, learnt from hindcasts of earlier stretches.

Ways are weighed by inverse mean squared error (Bates & Granger 1969), a node's own errors pulled toward its level's.
The spread is that of the combination's errors, in each of which the weights came from the others only. Sales are Gamma
with Student's t for how few hindcasts there are.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array

POWER = 2.0  # of inverse squared errors: how far better ways count more
OWN = 8.0  # hindcasts of its level that a node's own errors are worth
FLOOR = 0.02  # of a stretch's usual money, below which relative errors are not made larger
PRIOR = 4.0  # hindcasts that a level's spread counts for a node's
NOTHING = 0.02  # of a node's best hindcast: below that it hardly sold
SMALLEST = 50.0  # how many times smaller than its level's mean a node counts at most
WIDEST = 2.0  # relative standard deviation
UNTESTED = 0.2  # relative standard deviation where no hindcast could be made
MOST_FREE = 30.0
FAR = 6.0  # standard deviations that draws are cut at


@dataclass(frozen=True)
class Learnt:
    """How the ways are weighed and how far the result errs: `weights` (members, nodes), `spread` (nodes) relative
    standard deviation, `freedom` (nodes) of Student's t; `errors` (hindcasts, nodes) of the combination, relative to
    `size`."""

    names: tuple[str, ...]
    weights: Array
    spread: Array
    freedom: Array
    errors: Array
    size: Array


def learn(tried: list[dict[str, Array]], came: Array, now: dict[str, Array], levels: Array, overlap: float) -> Learnt:
    """Weights and spread from hindcasts: `tried` a member's forecasts each, `came` (hindcasts, nodes) what came.

    `levels`: (nodes) number of each node's level, within which errors are pooled. `overlap`: hindcasts that share days.
    """
    names = tuple(n for n in now if np.isfinite(now[n]).any())
    if not len(tried):
        nodes = len(levels)
        return Learnt(
            names,
            np.ones((len(names), nodes)),
            np.full(nodes, UNTESTED),
            np.full(nodes, PRIOR),
            *2 * (np.zeros((0, nodes)),),
        )
    table = np.array(
        [[one.get(n, np.full(len(levels), np.nan)) for n in names] for one in tried]
    )  # (k, members, nodes)
    middle = np.nanmedian(table, axis=1)
    size = np.maximum(np.maximum(middle, FLOOR * np.nanmax(np.abs(middle), axis=0)), 1e-9)
    off = np.clip((came[:, None] - table) / size[:, None], -3, 3) ** 2
    errors = np.array([_left_out(table, off, size, came, levels, k) for k in range(len(came))])
    weights = _weights(off, size, levels)
    count = len(came) / max(overlap, 1.0)
    return Learnt(names, weights, _spread(errors, size, levels, count), _freedom(levels, count), errors, size)


def _freedom(levels: Array, count: float) -> Array:
    """(nodes) degrees of freedom of the spread: more where many nodes of a level tell it together."""
    alike = pd.Series(levels).groupby(levels).transform("size").to_numpy(float)
    return np.asarray(PRIOR + np.minimum(count * np.sqrt(alike), MOST_FREE))


def _left_out(table: Array, off: Array, size: Array, came: Array, levels: Array, k: int) -> Array:
    """The combination's relative error in hindcast k, with weights from the others."""
    others = np.arange(len(came)) != k
    if not others.any():
        others[:] = True
    return (came[k] - combined(table[k], _weights(off[others], size[others], levels))) / size[k]


def combined(members: Array, weights: Array) -> Array:
    """(nodes) the weighted mean of (members, nodes), without the members that have no ground."""
    there = np.isfinite(members)
    used = np.where(there, weights, 0.0)
    total = used.sum(axis=0)
    return np.asarray((np.where(there, members, 0.0) * used).sum(axis=0) / np.where(total > 0, total, 1.0))


def _weights(off: Array, size: Array, levels: Array) -> Array:
    """(members, nodes) inverse mean squared errors, a node's own pulled toward its level's by money."""
    known = np.isfinite(off)
    squares, count = np.where(known, off, 0.0).sum(axis=0), known.sum(axis=0)
    money = size.mean(axis=0)
    pooled = np.zeros_like(squares)
    for level in np.unique(levels):
        at = levels == level
        total = (count[:, at] * money[at]).sum(axis=1)
        mean = (squares[:, at] * money[at]).sum(axis=1) / np.where(total > 0, total, np.nan)
        pooled[:, at] = np.where(np.isnan(mean), np.nanmax(mean, initial=1.0), mean)[:, None]
    mean = (squares + OWN * pooled) / (count + OWN)
    return np.asarray(np.maximum(mean, 1e-6) ** -POWER / (np.maximum(mean, 1e-6) ** -POWER).sum(axis=0))


def _spread(errors: Array, size: Array, levels: Array, count: float) -> Array:
    """(nodes) relative standard deviation: a node's own errors pulled toward what nodes of its size at its level have.

    Hindcasts count by the money at stake; those in which a node had hardly any sales tell nothing of it. Within a level
    the squared error is a part that all share and one that falls with size, fitted by least squares.
    """
    told = size > np.maximum(NOTHING * size.max(axis=0), NOTHING**2 * size.max())
    seen, money = told.sum(axis=0), np.where(told, size, 0.0).sum(axis=0)
    own = np.where(told, errors**2 * size, 0.0).sum(axis=0) / np.where(money > 0, money, 1.0)
    money = np.where(seen > 0, money / np.maximum(seen, 1), 0.0)
    usual = np.zeros(len(levels))
    for level in np.unique(levels):
        at = np.flatnonzero(levels == level)
        usual[at] = _by_size(own[at], money[at], seen[at] > 1)
    own_count = count * seen / max(len(errors), 1)
    found = np.sqrt((own_count * own + PRIOR * usual) / (own_count + PRIOR))
    return np.asarray(np.minimum(found, WIDEST))


def spread_of(said: Array, came: Array, levels: Array) -> Array:
    """(nodes) the same for any forecasts (hindcasts, nodes), NaN where they told nothing."""
    known = np.isfinite(said)
    if not known.any():
        return np.full(said.shape[1], UNTESTED)
    size = np.where(known, np.maximum(said, FLOOR * np.nanmax(np.where(known, said, 0.0), axis=0)), 1.0)
    errors = np.where(known, np.clip((came - np.where(known, said, 0)) / np.maximum(size, 1e-9), -3, 3), 0.0)
    return _spread(errors, np.maximum(size, 1e-9), levels, float(len(said)))


def _by_size(squared: Array, money: Array, told: Array) -> Array:
    if not told.any():
        return np.full(len(squared), UNTESTED**2)
    if told.sum() < 4:
        return np.full(len(squared), float(np.average(squared[told], weights=money[told])))
    from scipy.optimize import nnls

    middle = float(money[told].mean())
    table = np.column_stack([np.ones(len(money)), middle / np.maximum(money, middle / SMALLEST)])
    weight = np.sqrt(money[told] / middle)
    found, _ = nnls(table[told] * weight[:, None], squared[told] * weight)
    return np.maximum(table @ found, 1e-6)


def quantiles(mean: Array, spread: Array, noise: Array, freedom: Array) -> Array:
    """Money for standard normal `noise` (draws, nodes): Gamma with that mean and relative standard deviation, tails of
    Student's t with `freedom`."""
    return at_shares(mean, spread, shares(noise, freedom))


def shares(noise: Array, freedom: Array) -> Array:
    """(draws, nodes) the shares of a distribution at which `noise` lies once its tails are Student's t."""
    from scipy.special import ndtr, stdtrit

    return np.asarray(ndtr(np.clip(stdtrit(freedom, ndtr(noise)), -FAR, FAR)))


def at_shares(mean: Array, spread: Array, share: Array) -> Array:
    """Money of a Gamma with that mean and relative standard deviation below which these shares lie."""
    from scipy.special import gammaincinv

    shape = 1 / np.maximum(spread, 1e-4) ** 2
    return np.asarray(np.maximum(mean, 0) * gammaincinv(shape, share) / shape)

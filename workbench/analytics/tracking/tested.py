"""How well landings like this one came out before: against a straight line and plain seasonal pacing."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.tracking.landing import Landed, Records
from workbench.analytics.tracking.learning import at_shares, shares, spread_of
from workbench.analytics.tracking.rest import Sales, Stretch

GRID = (np.arange(199) + 1) / 200
_ABOUT = 7  # days by which the same period of another year may begin earlier
_YEARS = 3  # of the same period that plain seasonal pacing looks at


def straight(records: Records, sales: Sales, at: Stretch) -> Array:
    """(nodes) the rest if each working day brings what those so far did."""
    worked = np.concatenate([[0.0], np.cumsum(records.known.working)])
    gone = worked[at.cut] - worked[at.first]
    return sales.of(at.first, at.cut) * (worked[at.end] - worked[at.cut]) / gone if gone else _none(sales)


def seasonal(records: Records, sales: Sales, at: Stretch) -> Array:
    """(nodes) the rest if as much was sold by now as in the same periods of up to three years before, by working days
    gone; NaN where history holds none."""
    length = at.end - at.first
    worked = np.concatenate([[0.0], np.cumsum(records.known.working)])
    share = (worked[at.cut] - worked[at.first]) / max(worked[at.end] - worked[at.first], 1)
    back = [at.first - 365.25 * y for y in range(1, _YEARS + 1)]
    starts = [sales.snap(day) for day in back if day >= sales.start - _ABOUT]
    if not starts or at.cut == at.first:
        return _none(sales)
    ends = [sales.snap(s + length) for s in starts]
    cuts = [
        int(np.searchsorted(worked, worked[s] + share * (worked[e] - worked[s]) - 1e-9))
        for s, e in zip(starts, ends, strict=True)
    ]
    by_now = sum(sales.of(s, sales.snap(c)) for s, c in zip(starts, cuts, strict=True))
    total = sum(sales.of(s, e) for s, e in zip(starts, ends, strict=True))
    part = np.where(total > 0, by_now / np.where(total > 0, total, 1.0), share)
    part = np.clip(np.where(part > 0, part, share), 0.02, 1.0)
    return sales.of(at.first, at.cut) * (1 / part - 1)


def _none(sales: Sales) -> Array:
    return np.full(sales.sums.shape[1], np.nan)


METHODS = {"straight": straight, "seasonal": seasonal}


def crps(draws: Array, actual: Array) -> Array:
    """(nodes) continuous ranked probability score of (draws, nodes) against what came, in money: smaller is better.

    Gneiting & Raftery (2007), equation 21, by sorted draws.
    """
    count = len(draws)
    ordered = np.sort(draws, axis=0)
    rank = 2 * np.arange(1, count + 1) - count - 1
    return np.asarray(np.abs(draws - actual).mean(axis=0) - (rank[:, None] * ordered).sum(axis=0) / count**2)


def tested(records: Records, landed: Landed, sales: Sales) -> pd.DataFrame:
    """Hindcasts: index part ("whole", "parts") and method; columns crps and error (shares of what the period came to),
    coverage_80, coverage_95, cases. In each the weights and the spread come from the other hindcasts."""
    if len(landed.tried) < 2:
        return pd.DataFrame(columns=["crps", "error", "coverage_80", "coverage_95", "cases"])
    came = np.array([sales.of(t.cut, t.end) for t in landed.tried])
    total = np.array([sales.of(t.first, t.end) for t in landed.tried])
    size = landed.learnt.size
    said = {"ours": came - landed.learnt.errors * size}
    said |= {name: np.array([way(records, sales, t) for t in landed.tried]) for name, way in METHODS.items()}
    levels = pd.factorize(records.nodes["level"])[0]
    rows = {}
    for name, rest in said.items():
        scores = judged(rest, came, levels, landed.learnt.freedom)
        for part, at in (("whole", np.arange(len(levels)) == 0), ("parts", np.arange(len(levels)) > 0)):
            if at.any():
                rows[part, name] = _row({k: v[:, at] for k, v in scores.items()}, total[:, at])
    return pd.DataFrame.from_dict(rows, orient="index").set_axis(
        pd.MultiIndex.from_tuples(rows, names=["part", "method"])
    )


def judged(rest: Array, came: Array, levels: Array, freedom: Array) -> dict[str, Array]:
    """crps, in_80, in_95, off: (hindcasts, nodes), each with the spread of the other hindcasts' errors."""
    found: dict[str, list[Array]] = {"crps": [], "in_80": [], "in_95": [], "off": []}
    share = grid(freedom)
    for k in range(len(rest)):
        others = np.arange(len(rest)) != k
        draws = at_shares(rest[k], spread_of(rest[others], came[others], levels), share)
        lo_95, lo_80, hi_80, hi_95 = (draws[i] for i in (4, 19, 179, 194))
        one = {"crps": crps(draws, came[k]), "off": np.abs(came[k] - rest[k])}
        one |= {"in_80": (came[k] >= lo_80) & (came[k] <= hi_80), "in_95": (came[k] >= lo_95) & (came[k] <= hi_95)}
        for name, value in one.items():
            found[name].append(np.where(np.isnan(rest[k]), np.nan, value))
    return {name: np.array(values) for name, values in found.items()}


def grid(freedom: Array) -> Array:
    """(199, nodes) the shares of a distribution that evenly spaced quantiles stand for; see learning.shares."""
    from scipy.special import ndtri

    return shares(np.repeat(ndtri(GRID)[:, None], len(freedom), axis=1), freedom)


def _row(scores: dict[str, Array], total: Array) -> dict[str, float]:
    known = ~np.isnan(scores["crps"])
    money = max(float(total[known].sum()), 1e-9)
    if not known.any():  # as on a period's first day, which tells no pace
        return dict.fromkeys(("crps", "error", "coverage_80", "coverage_95"), np.nan) | {"cases": 0}
    return {"crps": float(scores["crps"][known].sum()) / money, "error": float(scores["off"][known].sum()) / money,
            "coverage_80": float(scores["in_80"][known].mean()), "coverage_95": float(scores["in_95"][known].mean()),
            "cases": int(known.sum())}  # fmt: skip


def plain(records: Records, sales: Sales, at: Stretch, tried: Sequence[Stretch], name: str, freedom: Array) -> Array:
    """(199, nodes) quantiles of the period's end by a plain method, spread by its own earlier errors."""
    way = METHODS[name]
    came = np.array([sales.of(t.cut, t.end) for t in tried]).reshape(len(tried), len(records.nodes))
    rest = np.array([way(records, sales, t) for t in tried]).reshape(came.shape)
    spread = spread_of(rest, came, pd.factorize(records.nodes["level"])[0])
    return sales.of(at.first, at.cut) + at_shares(way(records, sales, at), spread, grid(freedom))

"""Rates and sizes of parts with few deals: pulled toward their parent by as much as chance explains."""

import numpy as np
import pandas as pd

_MOST = 1e6  # deals that the parent counts for where all parts are alike
HALF = 0.5  # weight of a part's own deals from which the rate is called its own


def shrunk_rates(won: pd.Series, closed: pd.Series, prior: pd.Series) -> pd.DataFrame:
    """Index as `won`; columns shrunk, lo, hi (95 %), own (weight of the part's own deals) and source.

    Beta-binomial: each part's rate is drawn around its parent's (`prior`; NaN: all parts together), and how closely is
    fitted to all of them by maximum likelihood (empirical Bayes, Casella 1985). The parent then counts for so many
    deals, but for no more than it has itself: its own rate is in doubt, too.
    """
    from scipy.stats import beta

    mean = prior.fillna(won.sum() / max(closed.sum(), 1)).clip(1e-4, 1 - 1e-4)
    strength = _strength(won.to_numpy(float), closed.to_numpy(float), mean.to_numpy(float))
    own = beta(mean * strength + won, (1 - mean) * strength + closed - won)
    weight = closed / (closed + strength)
    table = {"shrunk": own.mean(), "lo": own.ppf(0.025), "hi": own.ppf(0.975), "own": weight}
    source = np.where(weight >= HALF, "own", "parent")
    return pd.DataFrame(table, index=won.index).assign(source=source)


def shrunk_sizes(groups, every: pd.Series) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    """Index part; columns size (mean money of a won deal) and size_own: the weight of the part's own mean.

    The parts' true means vary around the mean of all by what their differences show beyond the deals' own spread
    (normal-normal empirical Bayes, moments as in DerSimonian & Laird 1986).
    """
    counts, means = groups.size(), groups.mean()
    error = every.var() / counts if len(every) > 1 else counts * 0.0
    weights = 1 / error.where(error > 0, 1.0)
    centre = float((weights * means).sum() / weights.sum())
    between = _between(means, weights, centre)
    own = between / (between + error) if between > 0 else error * 0.0
    return pd.DataFrame({"size": own * means + (1 - own) * float(every.mean()), "size_own": own})


def shrunk_leanings(brings: pd.Series, sold: pd.Series, cases: float) -> pd.Series:
    """How much more of each part's sales comes through deals than of all together: 1 is as much.

    Index as `sold` (a part's sales of a year, money; NaN or nothing: not known, 1); `brings`: money that its deals
    bring. The ratios vary around 1 by what they show beyond the chance of which parts so many `cases` fall to (Poisson;
    empirical Bayes, moments as in DerSimonian & Laird 1986).
    """
    known = sold[sold > 0]
    came = brings.reindex(known.index).fillna(0.0)
    if not cases > 0 or not came.sum() > 0:
        return pd.Series(1.0, sold.index)
    share = known / known.sum()
    ratio, weights = came / came.sum() / share, cases * share
    between = _between(ratio, weights, 1.0)
    found = 1 + between / (between + 1 / weights) * (ratio - 1)
    return found.reindex(sold.index).fillna(1.0)


def _between(values: pd.Series, weights: pd.Series, centre: float) -> float:
    """The variance of parts around a centre beyond what their own errors, 1 / `weights`, show."""
    excess = float((weights * (values - centre) ** 2).sum()) - (len(values) - 1)
    spread = weights.sum() - (weights**2).sum() / weights.sum()
    return max(excess / spread, 0.0) if spread > 0 else 0.0


def _strength(won: np.ndarray, closed: np.ndarray, mean: np.ndarray) -> float:
    """Deals that the parent counts for, by maximum likelihood."""
    from scipy.optimize import minimize_scalar
    from scipy.special import betaln

    def unlikely(log: float) -> float:
        a, b = mean * np.exp(log), (1 - mean) * np.exp(log)
        return float(-(betaln(won + a, closed - won + b) - betaln(a, b)).sum())

    if len(won) < 2:
        return float(closed.sum())
    fitted = float(np.exp(minimize_scalar(unlikely, bounds=(0.0, np.log(_MOST)), method="bounded").x))
    return min(fitted, float(closed.sum()))

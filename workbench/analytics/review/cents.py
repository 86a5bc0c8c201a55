"""Steps of a bridge as whole cents that add up."""

import numpy as np
import pandas as pd

CENTS = 100
_NEAR = 1e-6  # of a cent


def in_cents(parts: pd.Series, total: float) -> pd.Series:
    """`parts` rounded to cents so that they sum to `total`, rounded; of any sign, each at most a cent from its value.

    The cents that are left go to the parts that were cut off most (largest remainders, Hamilton 1792); 0 stays 0 while
    others can take them. A difference beyond rounding is a mistake of the caller and raises ValueError.
    """
    values = parts.to_numpy(float) * CENTS
    goal, low = round(total * CENTS), np.floor(values + _NEAR)
    left = int(goal - low.sum())
    if not -1e-6 * np.abs(values).sum() - 1 <= left <= len(values) + 1 + 1e-6 * np.abs(values).sum():
        raise ValueError(f"the steps sum to {values.sum() / CENTS:,.2f}, not to {total:,.2f}")
    order = np.argsort(-np.where(values == 0, -1.0, values - low), kind="stable")
    each, rest = divmod(left, max(len(values), 1))
    low += each
    low[order[:rest]] += 1
    return pd.Series(low / CENTS, parts.index, name=parts.name)


def residual(parts: pd.Series, total: float) -> float:
    """`total` less the sum of `parts`, counted in whole cents."""
    return (round(total * CENTS) - sum(round(float(v) * CENTS) for v in parts)) / CENTS

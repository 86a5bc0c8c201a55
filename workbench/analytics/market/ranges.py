"""Numbers that are not known exactly: draws from a low, a likely and a high value.

The three are the 10 %, 50 % and 90 % points of a metalog distribution with three terms (Keelin 2016, The metalog
distributions, Decision Analysis 13, 243-277): sizes stay above 0 (on logarithms), shares between 0 and 1 (on logits).
"""

import numpy as np
from numpy.typing import NDArray

from workbench.errors import ParameterError
from workbench.settings.market import Range, Share

Array = NDArray[np.float64]
_LOPSIDED = 1.66711  # |a3 / a2| from which three terms are no distribution any more (Keelin 2016, table 5)
_NINE = np.log(9.0)


def draw(wanted: Range, uniform: Array, name: str = "") -> Array:
    """The value of `wanted` at each of the `uniform` numbers (0 to 1), any shape; all the same where it is certain."""
    if wanted.certain:
        return np.full(uniform.shape, wanted.likely)
    there, back = (_logit, _share) if isinstance(wanted, Share) else (np.log, np.exp)
    low, likely, high = (there(np.clip(v, 1e-9, None)) for v in (wanted.low, wanted.likely, wanted.high))
    width, lean = (high - low) / (2 * _NINE), (high + low - 2 * likely) / (0.8 * _NINE)
    if abs(lean) >= _LOPSIDED * width:
        told = f"low {wanted.low:g}, likely {wanted.likely:g}, high {wanted.high:g}"
        raise ParameterError(f"range {name}".strip(), [f"{told} are too lopsided; move likely inward"])
    odds = np.log(uniform / (1 - uniform))
    return np.asarray(back(likely + width * odds + lean * (uniform - 0.5) * odds))


def uniforms(names: list[str], count: int, seed: int = 0) -> dict[str, Array]:
    """`count` uniform numbers for each name, none 0 or 1; Latin hypercube, so that few draws cover each range evenly.

    McKay, Beckman & Conover (1979), Technometrics 21, 239-245.
    """
    rng = np.random.default_rng(seed)
    strata = (np.arange(count) + rng.uniform(1e-6, 1 - 1e-6, (len(names), count))) / count
    return {name: rng.permutation(row) for name, row in zip(names, strata, strict=True)}


def normals(names: list[str], count: int, seed: int = 0) -> dict[str, Array]:
    """The same as normal scores, each the middle of its stratum (Patterson 1954): one inverse for all names."""
    from scipy.special import ndtri

    rng, scores = np.random.default_rng(seed), ndtri((np.arange(count) + 0.5) / count)
    return {name: rng.permutation(scores) for name in names}


def _logit(share: Array) -> Array:
    kept = np.clip(share, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(kept / (1 - kept)))


def _share(logit: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-logit)))

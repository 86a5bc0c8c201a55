"""What a part would have sold without what happened to it: its share of untouched sales, carried on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

BLOCK = 28  # days of a block: four whole weeks, so that each holds the same weekdays
FEWEST, MOST = 6, 26  # blocks before; two years
_MOST_PLACEBOS = 12
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Impact:
    """`actual`, `expected` and `effect` (actual - expected) of the days asked, in money; `lo`, `hi`: its 95 % interval.

    `sd` of the effect, with `free` degrees of freedom. `z`: effect ÷ sd. `placebos`: the same z of stretches of the
    same length before it, when nothing happened. `widened`: the factor by which they widened `sd`; 1: they did not
    `path`: index first day of a block or of the days asked; columns actual, expected, lo, hi (95 %): money a day
    """

    actual: float
    expected: float
    sd: float
    free: int
    placebos: tuple[float, ...]
    widened: float
    path: pd.DataFrame

    @property
    def effect(self) -> float:
        return self.actual - self.expected

    @property
    def z(self) -> float:
        return self.effect / self.sd if self.sd > 0 else 0.0

    @property
    def reach(self) -> float:
        """Half of the 95 % interval."""
        from scipy.stats import t

        return float(t.ppf(0.975, self.free)) * self.sd

    @property
    def lo(self) -> float:
        return self.effect - self.reach

    @property
    def hi(self) -> float:
        return self.effect + self.reach

    @property
    def p(self) -> float:
        """How often chance alone would show an effect as large, either way."""
        from scipy.stats import t

        return float(2 * t.sf(abs(self.z), self.free))


def impact(
    touched: pd.Series,
    control: pd.Series,
    began: pd.Timestamp,
    days: tuple[pd.Timestamp, pd.Timestamp],
    *,
    block: int = BLOCK,
) -> Impact | None:
    """What happened to `touched` from `began` on, within `days`; None where fewer than six blocks lie before.

    `touched`, `control`: money by day (every day), of the part and of comparable sales that were left alone. The share
    touched ÷ control of each block before is a local level (statsmodels' UnobservedComponents, estimated by maximum
    likelihood; a counterfactual from a control and a state space model as in Brodersen et al. 2015, Annals of Applied
    Statistics 9). The share carried on × the control's sales of `days` is what was to be expected. Its standard
    deviation is that of the level, of its drift until then, and of a stretch of that length; where stretches before,
    taken the same way (placebos in time), scatter more than it says, it is widened to their scatter (empirical
    calibration, Schuemie et al. 2014, Statistics in Medicine 33).
    """
    own, base = _blocks(touched, began, block), _blocks(control, began, block)
    usable = (base > 0) & base.notna() & own.notna()
    own, base = own[usable].tail(MOST), base[usable].tail(MOST)
    if len(own) < FEWEST or not own.sum() > 0:
        return None
    share, weight = (own / base).to_numpy(float), float(base.mean())
    length = ((days[1] - days[0]).days + 1) / block
    gap = (days[0] - began).days / block
    level, noise, drift = _local_level(share)
    z = [_miss(share[:n], share[n : n + max(1, round(length))], noise, drift) for n in _earlier(len(share), length)]
    widened = max(1.0, float(np.sqrt(np.mean(np.square(z))))) if len(z) >= 3 else 1.0
    sold, against = float(touched[days[0] : days[1]].sum()), float(control[days[0] : days[1]].sum())
    steps = gap + (length + 1) / 2
    small = weight * length / against if against > 0 else 1.0  # a quiet stretch of the control says less of the share
    spread = np.sqrt(level[1] + drift * steps + noise / length * small) * widened
    path = _path(own, base, level[0], np.sqrt(noise + drift) * widened, sold, days, against)
    return Impact(sold, level[0] * against, spread * against, max(3, len(share) - 2), tuple(z), widened, path / block)


def _blocks(sales: pd.Series, began: pd.Timestamp, block: int) -> pd.Series:
    """Sums of whole blocks of days that end on the day before `began`, oldest first, by their first days."""
    before = sales[: began - _DAY]
    whole = len(before) // block
    if not whole:
        return pd.Series(dtype=float)
    sums = before.to_numpy(float)[len(before) - whole * block :].reshape(whole, block).sum(axis=1)
    return pd.Series(sums, index=before.index[len(before) - whole * block :: block])


def _local_level(share: np.ndarray) -> tuple[tuple[float, float], float, float]:
    """The last level and its variance, the variance of one block around it, and the level's drift a block."""
    import warnings

    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    size = float(np.std(share)) or float(abs(share.mean())) * 1e-6
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = UnobservedComponents(share / size, "llevel").fit(disp=False, maxiter=200)
    noise, drift = (max(float(v), 0.0) for v in found.params)
    level = float(found.filtered_state[0, -1]), float(found.filtered_state_cov[0, 0, -1])
    return (level[0] * size, level[1] * size**2), max(noise, 1e-9) * size**2, drift * size**2


def _filtered(share: np.ndarray, noise: float, drift: float) -> tuple[float, float]:
    """The last level and its variance with both variances known (Kalman filter from a diffuse start)."""
    level, variance = float(share[0]), noise
    for value in share[1:]:
        variance += drift
        gain = variance / (variance + noise)
        level, variance = level + gain * (float(value) - level), variance * (1 - gain)
    return level, variance


def _earlier(blocks: int, length: float) -> list[int]:
    """After how many blocks the placebo stretches begin, as far apart as they may be."""
    last = blocks - max(1, round(length))
    places = np.arange(FEWEST, last + 1)
    if len(places) <= _MOST_PLACEBOS:
        return [int(n) for n in places]
    return [int(n) for n in np.unique(np.linspace(FEWEST, last, _MOST_PLACEBOS).round())]


def _miss(before: np.ndarray, after: np.ndarray, noise: float, drift: float) -> float:
    level, variance = _filtered(before, noise, drift)
    n = len(after)
    return float((after.mean() - level) / np.sqrt(variance + drift * (n + 1) / 2 + noise / n))


def _path(own: pd.Series, base: pd.Series, level: float, spread: float, sold: float,
          days: tuple[pd.Timestamp, pd.Timestamp], against: float) -> pd.DataFrame:  # fmt: skip
    """Blocks before, and the days asked as one more, all as money a block."""
    length = ((days[1] - days[0]).days + 1) / 1.0
    block = (own.index[1] - own.index[0]).days if len(own) > 1 else BLOCK
    actual = np.append(own.to_numpy(float), sold / length * block)
    control = np.append(base.to_numpy(float), against / length * block)
    expected, reach = level * control, 1.96 * spread * control
    bounds = {"actual": actual, "expected": expected, "lo": expected - reach, "hi": expected + reach}
    return pd.DataFrame(bounds, index=own.index.append(pd.DatetimeIndex([days[0]])))

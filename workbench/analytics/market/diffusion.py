"""How a new product spreads: the Bass model, fitted to sales by period, with priors where the data are short.

Of a market of `m` units a share F(t) has been taken up `t` years after launch:
F(t) = (1 − e^{−(p+q)t}) / (1 + (q/p) e^{−(p+q)t}), with p the pull of the offer itself and q that of earlier buyers,
both per year. Sales of a period are m (F(end) − F(start)): Srinivasan & Mason (1986), Marketing Science 5, 169-178.
The older reading, m f(t) at the period's number, is kept as `density` to reproduce published fits; Bass (1969).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.errors import DataError, NotEnoughHistoryError

Array = NDArray[np.float64]
Reading = Literal["cdf", "density"]
LEAST = 3  # parameters: with fewer positive periods nothing can be fitted, whatever the priors
NAMES = ("m", "p", "q")


@dataclass(frozen=True)
class Prior:
    """What is believed before the data speak: medians, and how far off they may be (standard deviation of the log).

    The defaults for p and q are what consumer durables and services showed: medians about 0.01 and 0.4 a year, with
    examples from 0.0017 and 0.27 (compact-disc player, cable television) to 0.02 and 0.64 (cable, colour television).
    `m`: the market in units, None where nothing is known of it.
    """

    p: float = 0.01
    q: float = 0.4
    m: float | None = None
    spread_p: float = 0.9
    spread_q: float = 0.35
    spread_m: float = 0.5


@dataclass(frozen=True)
class Bass:
    """A fitted Bass model. `m` is in units of sales, p and q per year, `se` their standard errors (index m, p, q).

    `residual` is the standard deviation of a period's sales around the curve with n - 3 degrees of freedom, in units;
    NaN where n is 3. `per_year`: periods a year. `covariance` is that of log m, log p, log q.
    """

    m: float
    p: float
    q: float
    se: pd.Series
    residual: float
    covariance: Array
    per_year: float
    reading: Reading
    periods: int

    @property
    def peak(self) -> float:
        """Years from launch to the highest rate of sales; 0 where it falls from the start (q not above p)."""
        return float(peak_time(np.array([self.p]), np.array([self.q]))[0])

    def sales(self, periods: int) -> Array:
        """Expected sales of the first `periods` periods, in units."""
        return _curve(np.log([self.m, self.p, self.q]), periods, self.per_year, self.reading)

    def draws(self, count: int, seed: int = 0) -> Array:
        """(count, 3) draws of m, p, q that the fit leaves possible: Student t in the logarithms."""
        rng = np.random.default_rng(seed)
        freedom = max(self.periods - len(NAMES), 0) + 1
        stretch = np.sqrt(freedom / rng.chisquare(freedom, count))[:, None] if freedom < 30 else 1.0
        normal = rng.multivariate_normal(np.zeros(3), self.covariance, count, method="eigh")
        return np.exp(np.log([self.m, self.p, self.q]) + normal * np.minimum(stretch, 4.0))


def taken_up(years: Array, p: Array | float, q: Array | float) -> Array:
    """F(t): the share of the market taken up `years` after launch, 0 to 1."""
    fade = np.exp(-(p + q) * years)
    return np.asarray((1 - fade) / (1 + q / p * fade))


def peak_time(p: Array, q: Array) -> Array:
    """ln(q / p) / (p + q), in years; 0 where q is not above p."""
    return np.maximum(np.log(q / p) / (p + q), 0.0)


def fit(sales: pd.Series, *, per_year: float = 1.0, prior: Prior | None = None, reading: Reading = "cdf") -> Bass:
    """The Bass model of a product's sales by period since launch, oldest first, in units.

    Non-linear least squares (Srinivasan & Mason 1986); with `prior` the most probable values under it (the residuals
    weighted by their own size, the priors by their spreads). Without priors the sales must have passed their peak or
    come near it, or m runs away: such a fit is refused with NotEnoughHistoryError.
    """
    observed = _checked(sales)
    starts = _starts(observed, per_year, prior)
    if prior is None:
        best = _least_squares(lambda x: _curve(x, len(observed), per_year, reading) - observed, starts)
        _settled(best, observed)
        scale = 1.0
    else:
        best, scale = _with_prior(observed, per_year, prior, reading, starts)
    return _told(best, observed, per_year, reading, scale)


def _checked(sales: pd.Series) -> Array:
    observed = sales.to_numpy(float)
    problems = []
    if np.isnan(observed).any():
        problems.append(f"{int(np.isnan(observed).sum())} of {len(observed)} periods have no number; fill or cut them")
    if (observed < 0).any():
        problems.append(f"{int((observed < 0).sum())} periods are below zero; use sales before returns")
    if problems:
        raise DataError("sales of a new product", problems)
    if int((observed > 0).sum()) < LEAST:
        raise NotEnoughHistoryError("sales of a new product", [f"at least {LEAST} periods with sales are needed"])
    return observed


def _curve(logs: Array, periods: int, per_year: float, reading: Reading) -> Array:
    m, p, q = np.exp(logs)
    if reading == "cdf":
        share = taken_up(np.arange(periods + 1) / per_year, p, q)
        return np.asarray(m * np.diff(share))
    fade = np.exp(-(p + q) * np.arange(1, periods + 1) / per_year)
    return np.asarray(m * (p + q) ** 2 / p * fade / (1 + q / p * fade) ** 2 / per_year)


def _starts(observed: Array, per_year: float, prior: Prior | None) -> list[Array]:
    """Several places to start from: least squares here has more than one valley."""
    known = float(observed.sum())
    sizes = [prior.m] if prior and prior.m else [known * k for k in (1.2, 2.0, 5.0)]
    rates = [(prior.p, prior.q)] if prior else []
    rates += [(p, q) for p in (0.003, 0.02) for q in (0.2, 0.5)]
    quick = [(p * per_year / 3, q * per_year / 3) for p, q in rates] if per_year > 1 else []
    return [np.log([m, p, q]) for m in sizes for p, q in (*rates, *quick)]


def _least_squares(residuals: Callable[[Array], Array], starts: list[Array]) -> "_Fit":
    from scipy.optimize import least_squares

    tried = [least_squares(residuals, start, method="trf", x_scale="jac", max_nfev=400) for start in starts]
    best = min(tried, key=lambda r: r.cost)
    return _Fit(best.x, best.jac, best.cost)


@dataclass(frozen=True)
class _Fit:
    x: Array
    jac: Array
    cost: float


def _settled(best: _Fit, observed: Array) -> None:
    """An error where the data do not tell the market's size: sales that only rise fit any m."""
    m = float(np.exp(best.x[0]))
    if not np.isfinite(m) or m > 50 * observed.sum():
        raise NotEnoughHistoryError(
            "sales of a new product",
            ["sales have not come near their peak, so the market's size cannot be told; give a prior (Prior(m=...))"],
        )


def _with_prior(
    observed: Array, per_year: float, prior: Prior, reading: Reading, starts: list[Array]
) -> tuple[_Fit, float]:
    """The most probable values, and the residuals' size that weighs data against prior (found in a few rounds)."""
    centre = np.log([prior.m or observed.sum() * 3, prior.p, prior.q])
    spread = np.array([prior.spread_m if prior.m else 1.5, prior.spread_p, prior.spread_q])
    weights = np.ones(len(observed))
    scale = max(float(observed.std()), float(observed.mean()) * 0.3, 1e-12)
    for _ in range(6):

        def residuals(x: Array, size: Array = scale * weights) -> Array:
            return np.concatenate(
                [(_curve(x, len(observed), per_year, reading) - observed) / size, (x - centre) / spread]
            )

        best = _least_squares(residuals, starts)
        expected = _curve(best.x, len(observed), per_year, reading)
        weights = np.maximum(expected / expected.mean(), 0.05)  # a busy period is off by more units than a quiet one
        left = (expected - observed) / weights
        freedom = max(len(observed) - len(NAMES), 0)
        guess = 0.1 * expected.mean()  # counts as one period: with three periods nothing is left to learn noise from
        scale = float(np.sqrt((left @ left + guess**2) / (freedom + 1)))
        starts = [best.x]
    return best, scale


def _told(best: _Fit, observed: Array, per_year: float, reading: Reading, scale: float) -> Bass:
    values = np.exp(best.x)
    left = _curve(best.x, len(observed), per_year, reading) - observed
    freedom = len(observed) - 3
    residual = float(np.sqrt(left @ left / freedom)) if freedom > 0 else float("nan")
    noise = residual**2 if scale == 1.0 else 1.0  # with a prior the residuals were divided by their size already
    covariance = np.asarray(np.linalg.pinv(best.jac.T @ best.jac) * (noise if np.isfinite(noise) else 1.0), float)
    se = pd.Series(values * np.sqrt(np.diag(covariance)), index=list(NAMES))
    m, p, q = (float(v) for v in values)
    return Bass(m, p, q, se, residual, covariance, per_year, reading, len(observed))

"""How often customers will buy again, and for how much: BG/NBD, Pareto/NBD, Gamma-Gamma and sBG.

A customer table has one row a customer: `frequency` (repeat purchase days), `recency` (first to last purchase), `age`
(first purchase to the end of the data), `monetary` (mean amount of a repeat purchase day). Times are in one unit, weeks
unless said otherwise. This `recency` is the lifetime models' own; RFM counts days since the last order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.errors import NotEnoughHistoryError

Array = np.ndarray
Histories = pd.DataFrame | Mapping[str, Array]  # a customer table, or only its columns of numbers: see `numbers`
_BOUND = 1e4  # and its inverse: where customers are all alike the likelihood rises without end, and formulas overflow
_START = {"bg_nbd": (1.0, 5.0, 1.0, 3.0), "pareto_nbd": (1.0, 5.0, 1.0, 5.0), "gamma_gamma": (2.0, 3.0, 10.0)}


@dataclass(frozen=True)
class BgNbd:
    """Buying while alive is Poisson with gamma rates (r, alpha); after each purchase a customer may leave (a, b).

    Fader, Hardie & Lee (2005), "Counting your customers" the easy way. Marketing Science 24(2).
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = np.nan

    def p_alive(self, customers: Histories) -> Array:
        """Probability that each customer will ever buy again; 1 for those without a repeat purchase."""
        from scipy.special import expit

        x, tx, age = _columns(customers)
        return np.where(x > 0, expit(-self._log_odds_left(x, tx, age)), 1.0)

    def expected(self, customers: Histories, horizon: float) -> Array:
        """Expected purchase days of each customer in the next `horizon`, given their past. Equation 10."""
        from scipy.special import hyp2f1

        x, _, age = _columns(customers)
        a, b, r, alpha = self.a, self.b, self.r, self.alpha
        z = horizon / (alpha + age + horizon)
        ever = 1 - ((alpha + age) / (alpha + age + horizon)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, z)
        return (a + b + x - 1) / (a - 1) * ever * self.p_alive(customers)

    def expected_new(self, horizon: float) -> float:
        """Expected repeat purchase days of a new customer in `horizon`. Equation 9."""
        none = pd.DataFrame({"frequency": [0.0], "recency": [0.0], "age": [0.0]})
        return float(self.expected(none, horizon)[0])

    def simulate(self, customers: Histories, horizon: float, rng: np.random.Generator) -> Array:
        """One draw of each customer's purchase days in the next `horizon`."""
        x, _, age = _columns(customers)
        alive = rng.random(len(x)) < self.p_alive(customers)
        rate = rng.gamma(self.r + x, 1 / (self.alpha + age))
        leaves = np.clip(rng.beta(self.a, self.b + x), 1e-12, 1)
        until_left = rng.geometric(leaves)  # the purchase after which the customer is gone
        return np.where(alive, np.minimum(rng.poisson(rate * horizon), until_left), 0)

    def simulate_spend(
        self, customers: Histories, horizon: float, spending: "GammaGamma", rng: np.random.Generator
    ) -> float:
        """One draw of what all customers together spend in the next `horizon`."""
        return float(spending.simulate(customers, self.simulate(customers, horizon, rng), rng).sum())

    def _log_odds_left(self, x: Array, tx: Array, age: Array) -> Array:
        left = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1)
        return left + (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + tx))


@dataclass(frozen=True)
class ParetoNbd:
    """Buying while alive is Poisson with gamma rates (r, alpha); lifetimes are exponential with gamma rates (s, beta).

    Schmittlein, Morrison & Colombo (1987), Management Science 33(1); likelihood as in Fader & Hardie (2005), A note on
    deriving the Pareto/NBD model.
    """

    r: float
    alpha: float
    s: float
    beta: float
    log_likelihood: float = np.nan

    def expected_new(self, horizon: float) -> float:
        """Expected repeat purchase days of a new customer in `horizon`."""
        lived = 1 - (self.beta / (self.beta + horizon)) ** (self.s - 1)
        return self.r * self.beta / (self.alpha * (self.s - 1)) * lived


@dataclass(frozen=True)
class GammaGamma:
    """Spend on a purchase day varies around a customer's own mean (p), means vary between customers (q, gamma).

    Fader & Hardie (2013), The Gamma-Gamma model of monetary value (note 025). Assumes that spend does not go with
    frequency: `correlation` in the fitted table says whether it does.
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float = np.nan

    @property
    def mean(self) -> float:
        """Expected spend of a purchase day of a customer not yet known."""
        return self.p * self.gamma / (self.q - 1)

    def expected(self, customers: Histories) -> Array:
        """Expected spend of a purchase day of each customer: their own mean, shrunk toward all customers'."""
        x, paid = self._paid(customers)
        return (self.gamma + x * paid) * self.p / (self.p * x + self.q - 1)

    def simulate(self, customers: Histories, purchases: Array, rng: np.random.Generator) -> Array:
        """One draw of what each customer spends on so many purchase days."""
        x, paid = self._paid(customers)
        rate = rng.gamma(self.p * x + self.q, 1 / (self.gamma + x * paid))
        return rng.gamma(np.maximum(self.p * purchases, 1e-12)) / rate * (purchases > 0)

    def _paid(self, customers: Histories) -> tuple[Array, Array]:
        """Repeat purchase days of each customer and their mean amount; 0 where there was none."""
        x, paid = (np.asarray(customers[c], float) for c in ("frequency", "monetary"))
        return x, np.where(x > 0, np.nan_to_num(paid), 0.0)


@dataclass(frozen=True)
class ShiftedBetaGeometric:
    """Contracts renewed with a probability that differs between customers: beta(alpha, beta).

    Fader & Hardie (2007), How to project customer retention. Journal of Interactive Marketing 21(1).
    """

    alpha: float
    beta: float

    def survival(self, periods: int) -> Array:
        """Share of customers still there after 0, 1, …, `periods` renewals."""
        step = np.arange(1, periods + 1)
        return np.cumprod([1.0, *((self.beta + step - 1) / (self.alpha + self.beta + step - 1))])


def fit_bg_nbd(customers: pd.DataFrame) -> BgNbd:
    """BG/NBD by maximum likelihood. Equal histories are counted, not repeated, so a million customers take seconds.

    Where all customers buy at one rate, or none leaves, the likelihood rises for ever with r or b: both end at 10,000.
    """
    negative, scale, purchases = _bg_nbd_negative(customers)
    (r, alpha, a, b), best = _maximize(negative, _START["bg_nbd"], jac=True)
    return BgNbd(r, alpha * scale, a, b, best - purchases * np.log(scale))


def draw_bg_nbd(model: BgNbd, customers: pd.DataFrame, n: int, rng: np.random.Generator) -> list[BgNbd]:
    """Models whose parameters are drawn from the uncertainty of a fit to `customers`."""
    negative, scale, _ = _bg_nbd_negative(customers)
    best = np.array([model.r, model.alpha / scale, model.a, model.b])
    r, alpha, a, b = _around(lambda p: negative(p)[0], best, n, rng).T
    too_alike = np.maximum(r / _BOUND, 1)  # the mean rate r / alpha stays
    a, b = (np.clip(shape, 1 / _BOUND, _BOUND) for shape in (a, b))
    return [BgNbd(*drawn) for drawn in zip(r / too_alike, alpha * scale / too_alike, a, b, strict=True)]


def fit_pareto_nbd(customers: pd.DataFrame) -> ParetoNbd:
    """Pareto/NBD by maximum likelihood."""
    x, tx, age, n = _counted(customers)

    def negative(log_parameters: Array) -> float:
        return -float((n * _pareto_nbd(np.exp(log_parameters), x, tx, age)).sum())

    (r, alpha, s, beta), best = _maximize(negative, _START["pareto_nbd"])
    return ParetoNbd(r, alpha, s, beta, best)


def fit_gamma_gamma(customers: pd.DataFrame) -> GammaGamma:
    """Gamma-Gamma by maximum likelihood, on customers with a repeat purchase and a positive mean amount."""
    negative, scale, usable = _gamma_gamma_negative(customers)
    (p, q, g), best = _maximize(negative, _START["gamma_gamma"], jac=True)
    return GammaGamma(p, q, g * scale, best - usable * np.log(scale))


def draw_gamma_gamma(model: GammaGamma, customers: pd.DataFrame, n: int, rng: np.random.Generator) -> list[GammaGamma]:
    """Models whose parameters are drawn from the uncertainty of a fit to `customers`."""
    negative, scale, _ = _gamma_gamma_negative(customers)
    drawn = _around(lambda p: negative(p)[0], np.array([model.p, model.q, model.gamma / scale]), n, rng)
    return [GammaGamma(p, max(q, 1.05), g * scale) for p, q, g in drawn]


def _bg_nbd_negative(customers: pd.DataFrame) -> tuple[Callable[[Array], tuple[float, Array]], float, float]:
    """Minus the log-likelihood and its slope by the logs of the parameters; the unit of time; all repeat purchases."""
    x, tx, age, n = _counted(customers)
    scale = _scale(age)

    def negative(log_parameters: Array) -> tuple[float, Array]:
        value, slope = _bg_nbd(np.exp(log_parameters), x, tx / scale, age / scale, n)
        return -value, -slope * np.exp(log_parameters)

    return negative, scale, float((n * x).sum())


def _gamma_gamma_negative(customers: pd.DataFrame) -> tuple[Callable[[Array], tuple[float, Array]], float, int]:
    """Minus the log-likelihood and its slope by the logs of the parameters; the unit of money; customers it is of."""
    from scipy.special import gammaln, psi

    usable = customers[(customers["frequency"] > 0) & (customers["monetary"] > 0)]
    if len(usable) < 30:
        raise NotEnoughHistoryError(f"Spend needs 30 customers with a repeat purchase, got {len(usable)}.")
    x, z = usable["frequency"].to_numpy(float), usable["monetary"].to_numpy(float)
    scale = float(np.median(z)) / 30  # the start values suit amounts of this size
    z = z / scale

    def negative(log_parameters: Array) -> tuple[float, Array]:
        p, q, g = parameters = np.exp(log_parameters)
        shape, known = p * x + q, np.log(g + x * z)
        each = gammaln(shape) - gammaln(p * x) - gammaln(q) + q * np.log(g)
        value = (each + (p * x - 1) * np.log(z) + p * x * np.log(x) - shape * known).sum()
        by_p = (x * (psi(shape) - psi(p * x) + np.log(x * z) - known)).sum()
        by_q = (psi(shape) - psi(q) + np.log(g) - known).sum()
        by_g = (q / g - shape / (g + x * z)).sum()
        return -float(value), -np.array([by_p, by_q, by_g]) * parameters

    return negative, scale, len(z)


def fit_shifted_beta_geometric(still_there: Array) -> ShiftedBetaGeometric:
    """sBG by maximum likelihood from the share of customers still there after 0, 1, 2, … renewals (the first is 1)."""
    share = np.asarray(still_there, float)
    lost, last = share[:-1] - share[1:], share[-1]

    def negative(log_parameters: Array) -> float:
        model = ShiftedBetaGeometric(*np.exp(log_parameters))
        curve = model.survival(len(lost))
        return -float((lost * np.log(curve[:-1] - curve[1:])).sum() + last * np.log(curve[-1]))

    (alpha, beta), _ = _maximize(negative, (1.0, 1.0))
    return ShiftedBetaGeometric(alpha, beta)


def numbers(customers: pd.DataFrame) -> dict[str, Array]:
    """What the models read of a customer table, as arrays: quicker where hundreds of draws read it."""
    return {c: customers[c].to_numpy(float) for c in ("frequency", "recency", "age", "monetary")}


def _columns(customers: Histories) -> tuple[Array, Array, Array]:
    x, tx, age = (np.asarray(customers[c], float) for c in ("frequency", "recency", "age"))
    return x, tx, age


def _counted(customers: pd.DataFrame) -> tuple[Array, Array, Array, Array]:
    """Distinct histories and how many customers share each."""
    if len(customers) < 30 or not (customers["frequency"] > 0).any():
        raise NotEnoughHistoryError(
            f"Purchase rates need 30 customers and some who came back, got {len(customers)} "
            f"with {int((customers['frequency'] > 0).sum())} who did."
        )
    counted = customers.groupby(["frequency", "recency", "age"], sort=True).size()
    x, tx, age = (counted.index.get_level_values(i).to_numpy(float) for i in range(3))
    return x, tx, age, counted.to_numpy(float)


def _scale(age: Array) -> float:
    """Weeks or days or months: times are brought to about 40 units, where the start values suit."""
    return float(np.max(age)) / 40 or 1.0


def _bg_nbd(parameters: Array, x: Array, tx: Array, age: Array, n: Array) -> tuple[float, Array]:
    """Log-likelihood (equation 6 in logs) and its slope by r, alpha, a, b."""
    from scipy.special import gammaln, psi

    r, alpha, a, b = parameters
    here, gone = -(r + x) * np.log(alpha + age), np.log(a / (b + np.maximum(x, 1) - 1)) - (r + x) * np.log(alpha + tx)
    gone = np.where(x > 0, gone, -np.inf)
    either = np.logaddexp(here, gone)
    w = np.exp(gone - either)  # how likely each history is one of a customer who left
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + either
    value += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    by_r = psi(r + x) - psi(r) + np.log(alpha) - (1 - w) * np.log(alpha + age) - w * np.log(alpha + tx)
    by_alpha = r / alpha - (r + x) * ((1 - w) / (alpha + age) + w / (alpha + tx))
    both = psi(a + b) - psi(a + b + x)
    by_a, by_b = both + w / a, both + psi(b + x) - psi(b) - w / (b + np.maximum(x, 1) - 1)
    return float(n @ value), np.array([n @ by_r, n @ by_alpha, n @ by_a, n @ by_b])


def _pareto_nbd(parameters: Array, x: Array, tx: Array, age: Array) -> Array:
    from scipy.special import gammaln

    r, alpha, s, beta = parameters
    here = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    first, last = _pareto_tail(r, alpha, s, beta, x, tx), _pareto_tail(r, alpha, s, beta, x, age)
    gone = np.log(s / (r + s + x)) + first + np.log(-np.expm1(np.minimum(last - first, -1e-300)))
    return r * np.log(alpha) + s * np.log(beta) + gammaln(r + x) - gammaln(r) + np.logaddexp(here, gone)


def _pareto_tail(r: float, alpha: float, s: float, beta: float, x: Array, t: Array) -> Array:
    from scipy.special import hyp2f1

    larger, second = max(alpha, beta), (s + 1 if alpha >= beta else r + x)
    f = hyp2f1(r + s + x, second, r + s + x + 1, abs(alpha - beta) / (larger + t))
    return np.log(f) - (r + s + x) * np.log(larger + t)


def _around(negative: Callable[[Array], float], best: Array, n: int, rng: np.random.Generator) -> Array:
    """Parameters drawn around the best ones: normal on their logs, by the curvature there.

    A direction in which the likelihood is flat is drawn with a standard deviation of 0.7 at most: it hardly matters.
    """
    middle, size, step = np.log(best), len(best), 5e-3
    shift = np.eye(size) * step

    def second(i: int, j: int) -> float:
        signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
        return sum(a * b * negative(middle + a * shift[i] + b * shift[j]) for a, b in signs) / (4 * step**2)

    curvature = np.array([[second(min(i, j), max(i, j)) if i <= j else 0.0 for j in range(size)] for i in range(size)])
    values, directions = np.linalg.eigh(curvature + np.triu(curvature, 1).T)
    spread = directions / np.sqrt(np.maximum(values, 2.0))
    return np.exp(middle + rng.standard_normal((n, size)) @ spread.T)


def _maximize(negative: Callable, start: tuple[float, ...], *, jac: bool = False) -> tuple[tuple[float, ...], float]:
    """Parameters from 1 / `_BOUND` to `_BOUND`, found on their logs. BTYD's walk-through has the same upper bound."""
    from scipy.optimize import minimize

    method = "L-BFGS-B" if jac else "Nelder-Mead"
    options = {"maxiter": 500, "ftol": 1e-13} if jac else {"maxiter": 6000, "xatol": 1e-7, "fatol": 1e-9}
    bounds = [(-np.log(_BOUND), np.log(_BOUND))] * len(start)
    found = minimize(negative, np.log(start), jac=jac or None, method=method, bounds=bounds, options=options)
    return tuple(float(v) for v in np.exp(found.x)), -float(found.fun)

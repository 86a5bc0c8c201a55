"""How many wins, opportunities and leads bring an amount with a given chance: first passage of a random sum."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.work.rates import LEADS, OPPORTUNITIES, WON, Rates, Records
from workbench.settings.plan import Funnel

DRAWS = 4000
SEED = 20260930
_SUMMED = 300  # wins up to which single deals are drawn; beyond, their sum is as good as normal
_QUARTER = 91.3  # days


@dataclass(frozen=True)
class Solved:
    """`ratio` and `chance`: counts by step. `pace` and `pace_chance`: opportunities a month.

    `months`: how many months' inflow closes within the window, in whole lives of deals. `reach`: the chance at today's
    inflow, which should bring `expected` money. `rate_doubt`: coefficient of variation of the share that is won.
    `sizes`: of won deals ÷ their mean
    """

    ratio: dict[str, float]
    chance: dict[str, float]
    pace: float
    pace_chance: float
    months: float
    reach: float
    expected: float
    rate_doubt: float
    sizes: Array

    def count(self, wins: float, rate: float, chance: float) -> float:
        """Opportunities for the money of so many mean deals with this chance, where the rate is in as much doubt as the
        whole's and deals differ in size as the whole's do."""
        rng = np.random.default_rng(SEED)
        if not wins > 0:
            return 0.0
        p = _betas(rate, (self.rate_doubt * rate) ** 2, rng)
        need = passage(np.full(DRAWS, wins), self.sizes, _means(self.sizes, rng), rng)
        return float(np.ceil(np.quantile(trials(need, p, rng), chance)))


def solve(
    rates: Rates,
    need: float,
    window: tuple[pd.Timestamp, pd.Timestamp],
    reach: Array,
    days: list[tuple[pd.Timestamp, pd.Timestamp]],
    records: Records,
    settings: Funnel,
) -> Solved:
    """The counts for `need`, money that deals closed in `window` must bring.

    For each of 4,000 draws of what the rate, the mean size and the luck of today's open deals may be, won deals are
    drawn until they bring the money; how many opportunities such a number of wins takes is negative binomial, and how
    large an even inflow brings them in time is a gamma (the wins of an even inflow are a Poisson process). The money is
    reached with n opportunities in as many draws as need at most n: so the count for a chance is a quantile.
    """
    rng = np.random.default_rng(SEED)
    sizes = _means(rates.sizes, rng)
    share = _betas(rates.yields, _rate_variance(rates, window), rng)
    brought, likely = _open_money(rates, window, records, rng, share / rates.yields)
    wins = passage(need - brought, rates.sizes, sizes, rng)
    each = sum(r * ((d[1] - d[0]).days + 1) / 30.4375 for r, d in zip(reach.sum(axis=1), days, strict=True))
    each = max(each, 1e-9)  # where nothing created from now on closes in time, no inflow is enough
    short = max(need - likely, 0.0) / rates.size
    needed = np.where(wins > 0, rng.gamma(np.maximum(wins, 1)), 0.0) / (each * share / rates.yields)
    ratio, chance = _counts(rates, short, wins, share, rng, settings.chance)
    return Solved(
        ratio=ratio,
        chance=chance,
        pace=short / each,
        pace_chance=float(np.quantile(needed, settings.chance)),
        months=each / rates.yields,
        reach=float((needed <= rates.created).mean()),
        expected=likely + rates.created * each * rates.size,
        rate_doubt=float(share.std() / share.mean()),
        sizes=rates.sizes / rates.size,
    )


def passage(money: Array, sizes: Array, scale: Array, rng: np.random.Generator) -> Array:
    """How many deals drawn from `sizes` (times each draw's `scale`) it takes to bring each amount of `money`.

    Beyond some hundred deals by the central limit theorem of renewal counts: mean m / μ + (cv² + 1) / 2, variance
    m σ² / μ³ (Feller 1971, chapter XI).
    """
    money, mean = np.clip(money, 0, None) / scale, float(sizes.mean())
    cv2 = float(sizes.var()) / mean**2
    typical = money / mean
    if float(np.median(typical)) > _SUMMED:
        drawn = rng.normal(typical + (cv2 + 1) / 2, np.sqrt(typical * cv2))
        return np.where(money > 0, np.maximum(np.rint(drawn), 1), 0).astype(int)
    most = int(typical.max() + 6 * np.sqrt((typical.max() + 1) * (cv2 + 1)) + 10)
    summed = rng.choice(sizes, (len(money), most)).cumsum(axis=1)
    return np.where(money > 0, np.minimum((summed < money[:, None]).sum(axis=1) + 1, most), 0).astype(int)


def trials(wins: Array, share: Array, rng: np.random.Generator) -> Array:
    """How many cases it takes for so many wins, each case won with probability `share`."""
    failed = rng.negative_binomial(np.maximum(wins, 1), np.clip(share, 1e-9, 1 - 1e-12))
    return np.where(wins > 0, wins + failed, 0)


def _counts(
    rates: Rates, short: float, wins: Array, share: Array, rng: np.random.Generator, sure: float
) -> tuple[dict[str, float], dict[str, float]]:
    """By step: what the expected rates ask for, and the quantile of the draws."""
    ratio, draws = {WON: float(np.ceil(short - 1e-9))}, {WON: wins}
    for stage, row in rates.steps.iloc[::-1].iterrows():
        p = np.clip(share * float(row["won"]) / rates.yields, 1e-9, 1 - 1e-12)
        ratio[str(stage)] = short / float(row["won"])
        draws[str(stage)] = trials(wins, p, rng)
    if rates.lead_rate is not None:
        from_leads = rng.binomial(draws[OPPORTUNITIES], rates.lead_share)
        p = rng.beta(rates.lead_rate * rates.lead_cases + 0.5, (1 - rates.lead_rate) * rates.lead_cases + 0.5, DRAWS)
        draws[LEADS] = trials(from_leads, p, rng)
        ratio[LEADS] = ratio[OPPORTUNITIES] * rates.lead_share / rates.lead_rate
    counted = {step: float(np.ceil(np.quantile(d, sure))) for step, d in draws.items()}
    return {step: float(np.ceil(round(n, 6))) for step, n in ratio.items()}, counted


def _rate_variance(rates: Rates, window: tuple[pd.Timestamp, pd.Timestamp]) -> float:
    """Of the share won in the window: of its estimate, and of the quarters around their mean."""
    quarters = max(((window[1] - window[0]).days + 1) / _QUARTER, 1.0)
    estimate = rates.yields * (1 - rates.yields) / (rates.lags.events + 1)
    return estimate + (rates.swing * rates.yields / rates.win_rate) ** 2 / quarters


def _betas(mean: float, variance: float, rng: np.random.Generator) -> Array:
    """Draws between 0 and 1 with this mean and variance."""
    size = max(mean * (1 - mean) / max(variance, 1e-12) - 1, 1e-3)
    return np.clip(rng.beta(mean * size, max((1 - mean) * size, 1e-6), DRAWS), 1e-9, 1.0)


def _means(sizes: Array, rng: np.random.Generator) -> Array:
    """What the mean size of coming deals may be, relative to that of the past ones."""
    cv2 = float(sizes.var()) / float(sizes.mean()) ** 2
    return rng.gamma(len(sizes) / cv2, cv2 / len(sizes), DRAWS) if cv2 > 0 else np.ones(DRAWS)


def _open_money(
    rates: Rates, window: tuple[pd.Timestamp, pd.Timestamp], records: Records, rng: np.random.Generator, times: Array
) -> tuple[Array, float]:
    """What today's open deals bring within the window: draws, and the expectation."""
    if not len(rates.open):
        return np.zeros(DRAWS), 0.0
    age, amount = rates.open["age"].to_numpy(int), rates.open["amount"].to_numpy(float)
    first, last = ((day - pd.Timestamp(records.as_of)).days for day in window)
    p = rates.lags.later(age, age + first, age + last)
    mean, variance = float((p * amount).sum()), float((p * (1 - p) * amount**2).sum())
    if mean <= 0:
        return np.zeros(DRAWS), 0.0
    return rng.gamma(mean**2 / variance, variance / mean, DRAWS) * times if variance > 0 else mean * times, mean

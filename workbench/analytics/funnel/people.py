"""Win rates of reps without letting small numbers shout."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.frames import unknown
from workbench.analytics.funnel.deals import judged, p_same, too_few
from workbench.analytics.funnel.results import Reps
from workbench.analytics.keys import fact
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.settings import Stages

DRAWS = 4000
SEED = 20260930
LIKELY = 0.9  # probability from which a rep is said to be among the best or the last quarter
FEWEST_REPS = 4
_WIDEST = 1e6  # alpha + beta from which all reps are taken to be alike


def reps(
    opportunities: pd.DataFrame | None, stages: Stages, people: pd.DataFrame | None = None, *, by: str = "rep"
) -> Reps | Unknown:
    """Each rep's win rate by empirical Bayes: a beta-binomial model whose two parameters are fitted to all reps.

    The reps' own rates follow a beta distribution, fitted by maximum likelihood (Skellam 1948; Casella 1985, "An
    introduction to empirical Bayes data analysis"); a rep with few deals is then close to the team. Ranks are drawn
    from what each rate may be, as in Goldstein & Spiegelhalter (1996): most are wide, and the probability of being in
    the best or the last quarter says more than a place. `people` is the table of reps, for who has left.
    """
    deals = judged("reps", opportunities, stages)
    if isinstance(deals, Unknown):
        return deals
    have = deals[by].nunique() if by in deals else 0
    if have < FEWEST_REPS:
        return unknown("reps", "funnel.unknown_reps", have=have, need=FEWEST_REPS)
    if problem := too_few("reps", int((~deals["open"]).sum())):
        return problem
    table = _counted(deals[deals[by].notna()], by)
    alpha, beta = beta_binomial(table["won"].to_numpy(), table["closed"].to_numpy())
    table = _ranked(_shrunk(table, alpha, beta), alpha, beta)
    if people is not None and "left" in people and "rep" in people:
        gone = people[people["left"].notna()]
        table["left"] = table.index.isin({*gone["rep"], *gone.get("name", [])})
    result = Reps(
        table=table,
        team=alpha / (alpha + beta),
        spread=_spread(alpha, beta),
        p_same=p_same(table["won"], table["closed"]),
    )
    return Reps(**{**vars(result), "findings": tuple(_findings(result))})


def beta_binomial(won: np.ndarray, closed: np.ndarray) -> tuple[float, float]:
    """Alpha and beta of the distribution under the counts, by maximum likelihood; at a sum of 1e6 all are alike."""
    from scipy.optimize import minimize
    from scipy.special import betaln, expit, logit

    won, closed = won[closed > 0], closed[closed > 0]

    def unlikely(theta: np.ndarray) -> float:
        mean, size = expit(theta[0]), np.exp(theta[1])
        alpha, beta = mean * size, (1 - mean) * size
        return float(-(betaln(won + alpha, closed - won + beta) - betaln(alpha, beta)).sum())

    start = logit(np.clip(won.sum() / closed.sum(), 0.01, 0.99))
    bounds = [(-12, 12), (0, np.log(_WIDEST))]
    fits = [minimize(unlikely, [start, size], method="L-BFGS-B", bounds=bounds) for size in (2.0, 5.0, 9.0)]
    best = min(fits, key=lambda fit: fit.fun)
    mean, size = float(expit(best.x[0])), float(np.exp(best.x[1]))
    return mean * size, (1 - mean) * size


def _counted(deals: pd.DataFrame, by: str) -> pd.DataFrame:
    groups = deals.assign(ended=~deals["open"]).groupby(by)
    table = groups.agg(opportunities=("won", "size"), won=("won", "sum"), closed=("ended", "sum"))
    if "amount" in deals:
        table["won_amount"] = deals["amount"].where(deals["won"]).groupby(deals[by]).sum()
    return table.assign(rate=table["won"] / table["closed"].where(table["closed"] > 0))


def _shrunk(table: pd.DataFrame, alpha: float, beta: float) -> pd.DataFrame:
    from scipy.stats import beta as beta_distribution

    own = beta_distribution(alpha + table["won"], beta + table["closed"] - table["won"])
    return table.assign(shrunk=own.mean(), lo=own.ppf(0.025), hi=own.ppf(0.975))


def _ranked(table: pd.DataFrame, alpha: float, beta: float) -> pd.DataFrame:
    table = table.sort_values("shrunk", ascending=False, kind="stable")
    won, closed = table["won"].to_numpy(), table["closed"].to_numpy()
    drawn = np.random.default_rng(SEED).beta(alpha + won, beta + closed - won, size=(DRAWS, len(table)))
    ranks = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    quarter = max(1, round(len(table) / 4))
    lo, middle, hi = np.quantile(ranks, (0.025, 0.5, 0.975), axis=0)
    return table.assign(
        rank=middle,
        rank_lo=np.floor(lo),
        rank_hi=np.ceil(hi),
        top=(ranks <= quarter).mean(axis=0),
        bottom=(ranks > len(table) - quarter).mean(axis=0),
    )


def _spread(alpha: float, beta: float) -> float:
    size = alpha + beta
    return 0.0 if size >= _WIDEST * 0.99 else float(np.sqrt(alpha * beta / (size**2 * (size + 1))))


def _findings(result: Reps) -> list[Finding]:
    table = result.table
    best, last = table[table["top"] >= LIKELY], table[table["bottom"] >= LIKELY]
    counted = table[table["closed"] > 0]
    high: Any = counted["rate"].idxmax()
    low: Any = counted["rate"].idxmin()
    shared = {"reps": len(table), "team": result.team, "spread": result.spread, "best": len(best), "last": len(last)}
    found = [
        fact("funnel.reps", **shared, told=bool(len(best) or len(last)), p_same=result.p_same),
        fact(
            "funnel.reps_raw",
            high=high,
            high_rate=counted["rate"][high],
            high_closed=counted["closed"][high],
            high_shrunk=counted["shrunk"][high],
            low=low,
            low_rate=counted["rate"][low],
            low_closed=counted["closed"][low],
            low_shrunk=counted["shrunk"][low],
        ),
    ]
    named = (("funnel.rep_best", best["top"]), ("funnel.rep_last", last["bottom"]))
    for key, chance in named:
        for rep in chance.sort_values(ascending=False).index[:1]:
            row = table.loc[rep]
            found.append(
                fact(
                    key,
                    about=rep,
                    rep=rep,
                    rate=row["rate"],
                    shrunk=row["shrunk"],
                    lo=row["lo"],
                    hi=row["hi"],
                    closed=row["closed"],
                    chance=chance[rep],
                )
            )
    return found

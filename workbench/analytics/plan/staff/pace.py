"""What a person sells in a month at full productivity, with chance taken off, and how people differ."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.plan.staff.ramp import presence, ramped
from workbench.analytics.plan.staff.roster import WINDOW, Roster, month_numbers
from workbench.analytics.results import Unknown
from workbench.settings.plan import People

_FEWEST = 3  # people with sales
_QUARTER = 3  # months that today's staff is counted in
_ENOUGH = 6.0  # full months in a window from which it is compared with the one before
_FEWEST_PAIRS = 6
_STEADIEST = 0.01  # nobody's months are taken to be steadier than within 1 %


@dataclass(frozen=True)
class Pace:
    """Money a month of one full seller.

    `people`: index name; columns raw, pace (shrunk), var (of what the true pace may be), months (full-seller months)
    `mean`, `mean_sd`: of all people. `between`: standard deviation between people ÷ mean. `monthly`: of one person's
    months ÷ pace. `drift`: of a person's true pace over a year ÷ mean; `drift_known` False: too few people to tell
    `chance_part`: share of the differences between the raw paces that chance explains. `season`: index month number,
    mean about 1. `var_new`: of somebody without a record
    """

    people: pd.DataFrame
    mean: float
    mean_sd: float
    between: float
    monthly: float
    drift: float
    drift_known: bool
    chance_part: float
    season: pd.Series
    middle: pd.Timestamp

    @property
    def var_new(self) -> float:
        return (self.between * self.mean) ** 2 + self.mean_sd**2

    def months_to(self, period: PlanPeriod) -> float:
        """From the middle of the record to the middle of the period."""
        return max(0.0, (period.first + (period.last - period.first) / 2 - self.middle).days / 30.4375)


def pace(known: Roster, wanted: People) -> Pace | Unknown:
    """Normal-normal empirical Bayes over the last 12 whole months, with the months' noise pooled over people.

    The variance of a record is the pooled one for its length, not its own, so that a lucky record does not look sure.
    """
    staff = (known.people["seller"] | known.people["left"].notna()) & ~known.people["leads"]
    people, sales = known.people[staff], known.by_label[staff]
    there, tenure = presence(people, known.months)
    full = there * ramped(tenure, wanted.ramp)
    season = _season(sales.to_numpy(), full, known.months)
    weight = full * season.reindex(month_numbers(known.months)).to_numpy()
    now = slice(-len(known.window), None)
    raw, months = _raw(sales.to_numpy()[:, now], weight[:, now])
    seen = months >= 0.5
    if seen.sum() < _FEWEST or not np.nansum(raw[seen]) > 0:
        few = fact("plan.people.unknown_people", have=int(seen.sum()), need=_FEWEST)
        return Unknown(section="people", findings=(few,))
    monthly = _monthly(sales.to_numpy()[:, now], weight[:, now], raw)
    mean, mean_sd, between_var, noise = _between(raw[seen], months[seen], monthly)
    table = pd.DataFrame({"raw": raw, "months": months}, index=people.index)
    pull = between_var / (between_var + noise)
    table.loc[seen, "pace"] = mean + pull * (raw[seen] - mean)
    table.loc[seen, "var"] = pull * noise + (1 - pull) ** 2 * mean_sd**2
    drift = _drift(sales.to_numpy(), weight, monthly)
    return Pace(
        people=table,
        mean=mean,
        mean_sd=mean_sd,
        between=float(np.sqrt(between_var)) / mean,
        monthly=monthly,
        drift=0.0 if np.isnan(drift) else drift,
        drift_known=not np.isnan(drift),
        chance_part=float(min(1.0, noise.mean() / max(np.var(raw[seen]), 1e-12))),
        season=season,
        middle=known.window[0] + (known.last + pd.offsets.MonthEnd(0) - known.window[0]) / 2,
    )


def staffed(known: Roster, wanted: People) -> float:
    """Sales of the last 12 months had today's staff been there throughout: sellers' part × full sellers of the last
    quarter ÷ those of the 12 months on average. Who joined or left within them moves sales, not what each one sells."""
    staff = (known.people["seller"] | known.people["left"].notna()) & ~known.people["leads"]
    there, tenure = presence(known.people[staff], known.months)
    full = (there * ramped(tenure, wanted.ramp)).sum(axis=0)[-len(known.window) :]
    sold = float(known.by_label.loc[known.people.index[staff], known.window].to_numpy().sum())
    change = float(full[-_QUARTER:].mean() / full.mean()) if full.mean() > 0 else 1.0
    return known.total_last_year + sold * (change - 1)


def _season(sales: np.ndarray, full: np.ndarray, months: pd.DatetimeIndex) -> pd.Series:
    """Sales a full seller by month of the year ÷ their mean over whole years; 1 with less than a year."""
    flat = pd.Series(1.0, index=range(1, 13))
    years = len(months) // 12
    if not years:
        return flat
    each = sales.sum(axis=0) / np.maximum(full.sum(axis=0), 1e-9)
    block = each[-12 * years :].reshape(years, 12)
    shape = (block / block.mean(axis=1, keepdims=True)).mean(axis=0)
    return flat if not np.all(shape > 0) else pd.Series(shape, index=month_numbers(months[-12:])).sort_index()


def _raw(sales: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sales a full month of each person, and how many of those there were; NaN without any."""
    months = weight.sum(axis=1)
    return (sales * (weight > 0)).sum(axis=1) / np.where(months > 0, months, np.nan), months


def _monthly(sales: np.ndarray, weight: np.ndarray, raw: np.ndarray) -> float:
    """Standard deviation of a person's months around their pace ÷ pace, pooled over people with six months or more."""
    use = (weight > 0.5) & (raw > 0)[:, None]
    use &= (use.sum(axis=1) >= min(_ENOUGH, sales.shape[1]))[:, None]
    off = np.where(use, sales / np.maximum(weight, 0.5) / np.where(raw > 0, raw, 1.0)[:, None] - 1, 0.0)
    free = use.sum() - (use.any(axis=1)).sum()
    return max(_STEADIEST, float(np.sqrt((off**2).sum() / free))) if free > 0 else 1.0


def _between(raw: np.ndarray, months: np.ndarray, monthly: float) -> tuple[float, float, float, np.ndarray]:
    """Mean of all, its standard deviation, the variance between people, and the noise of each (DerSimonian-Laird)."""
    centre = float((raw * months).sum() / months.sum())
    noise = (monthly * centre) ** 2 / months
    weight = 1 / noise
    middle = (weight * raw).sum() / weight.sum()
    excess = (weight * (raw - middle) ** 2).sum() - (len(raw) - 1)
    between = max(0.0, float(excess / (weight.sum() - (weight**2).sum() / weight.sum())))
    weight = 1 / (between + noise)
    return float((weight * raw).sum() / weight.sum()), float(weight.sum() ** -0.5), between, noise


def _drift(sales: np.ndarray, weight: np.ndarray, monthly: float) -> float:
    """How far a person's place among all moves in a year, without the months' noise; NaN with too few people."""
    if sales.shape[1] < 2 * WINDOW:
        return float("nan")
    spans = (slice(-2 * WINDOW, -WINDOW), slice(-WINDOW, None))
    (first, had), (then, have) = (_raw(sales[:, s], weight[:, s]) for s in spans)
    both = (had >= _ENOUGH) & (have >= _ENOUGH)
    if both.sum() < _FEWEST_PAIRS:
        return float("nan")
    moved = then[both] / then[both].mean() - first[both] / first[both].mean()
    noise = monthly**2 * (1 / had[both] + 1 / have[both]).mean()
    return float(np.sqrt(max(0.0, moved.var(ddof=1) - noise)))

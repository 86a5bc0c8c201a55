"""How far new people are: the share of full productivity by quarter since joining, as set and as history shows it."""

import numpy as np
import pandas as pd

from workbench.analytics.plan.staff.roster import Roster, month_days

FEWEST_JOINERS = 4
_MONTH = 30.4375
_MATURE = 12  # months since joining from which others are compared with


def ramp_year(ramp: tuple[float, ...]) -> tuple[float, float]:
    """What share of a full year a person brings who joins on its first day: at least and at most.

    They differ where the ramp stops below 1 before the fourth quarter: its last value may go on, or 1 may follow. With
    30 %, 60 %, 100 %, 100 % both are 72.5 %.
    """
    low, high = ([*ramp, *[later] * 4][:4] for later in (ramp[-1], max(ramp[-1], 1.0)))
    return sum(low) / 4, sum(high) / 4


def ramped(tenure: np.ndarray, ramp: tuple[float, ...], later: float | None = None) -> np.ndarray:
    """The ramp at each tenure in months (NaN: longer than any ramp); 0 before joining; `later` follows the last."""
    steps = np.array([0.0, *ramp, ramp[-1] if later is None else later])
    place = np.where(np.isnan(tenure), len(ramp), np.floor(tenure / 3))
    return np.asarray(steps[np.clip(place + 1, 0, len(steps) - 1).astype(int)])


def since_joining(joined: pd.DatetimeIndex, months: pd.DatetimeIndex) -> np.ndarray:
    """(people, months): calendar months from joining to each month's middle; below 0 before it."""
    years = months.year.to_numpy() - joined.year.to_numpy()[:, None]
    return np.asarray(years * 12 + months.month.to_numpy() - joined.month.to_numpy()[:, None] + 0.5, dtype=float)


def presence(people: pd.DataFrame, months: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """(people, months): the share of each month in which each is there, and the tenure in months at its middle."""
    first, days = months.to_numpy(), month_days(months)
    start = _days_from(people["joined"], first, -np.inf)
    end = _days_from(people["left"], first, np.inf) + 1
    there = np.clip((np.minimum(end, days) - np.maximum(start, 0)) / days, 0, 1)
    tenure = ((days + np.maximum(start, 0)) / 2 - start) / _MONTH  # at the middle of the days that they are there
    return there, np.where(np.isinf(start), np.nan, tenure)


def ramp_found(known: Roster, ramp: tuple[float, ...]) -> pd.DataFrame:
    """Sales of joiners in each quarter since joining ÷ those of people a year and more in the same months.

    Index quarter; columns setting, found (mean over joiners), lo, hi (95 %, t distribution), joiners; NaN under four.
    Those who left while new count too, so that the ramp is not that of the survivors only.
    """
    there, tenure = presence(known.people, known.months)
    sells = (known.people["seller"] | known.people["left"].notna()) & ~known.people["leads"]
    there = there * sells.to_numpy()[:, None]
    old = there * ((tenure >= _MATURE) | np.isnan(tenure))
    sales = known.by_label.to_numpy()
    usual = (sales * (old > 0)).sum(axis=0) / np.maximum(old.sum(axis=0), 1e-9) * (old.sum(axis=0) >= 1)
    rows = []
    for quarter in range(1, max(4, len(ramp)) + 1):
        ratios = _ratios(sales, there, tenure, usual, quarter)
        rows.append({"setting": ramp[min(quarter, len(ramp)) - 1], **_mean(ratios)})
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="quarter"))


def _ratios(sales: np.ndarray, there: np.ndarray, tenure: np.ndarray, usual: np.ndarray, quarter: int) -> np.ndarray:
    """One ratio a joiner whose quarter lies wholly within the data."""
    inside = (tenure >= 3 * (quarter - 1)) & (tenure < 3 * quarter) & (there > 0) & (usual > 0)
    weight = there * inside
    against = (weight * usual).sum(axis=1)
    joiners = weight.sum(axis=1) >= 2.0  # months of the quarter that are seen
    return np.asarray((sales * inside).sum(axis=1)[joiners] / against[joiners])


def _mean(ratios: np.ndarray) -> dict[str, float]:
    from scipy.stats import t

    n = len(ratios)
    if n < FEWEST_JOINERS:
        return {"found": np.nan, "lo": np.nan, "hi": np.nan, "joiners": n}
    mean, reach = float(ratios.mean()), float(t.ppf(0.975, n - 1) * ratios.std(ddof=1) / np.sqrt(n))
    return {"found": mean, "lo": max(0.0, mean - reach), "hi": mean + reach, "joiners": n}


def _days_from(dates: pd.Series, first: np.ndarray, unknown: float) -> np.ndarray:
    days = (dates.to_numpy(dtype="datetime64[D]")[:, None] - first.astype("datetime64[D]")) / np.timedelta64(1, "D")
    return np.where(np.isnan(days), unknown, days)

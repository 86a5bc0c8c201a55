"""A lesson on the year's course: quarters that got another share of the target than of the sales, year after year."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.keys import fact
from workbench.analytics.plan.period import period
from workbench.analytics.review.candidates import Candidate, rounded
from workbench.lessons import Lesson

if TYPE_CHECKING:
    from workbench.analytics.review.lessons import Evidence

LONGEST = 5  # years looked at
_DAY = pd.Timedelta(days=1)
_QUARTERS = 4


def season(given: "Evidence") -> Iterator[Candidate]:
    """Quarters' shares of the sales against those of the target: settings' own, else those of the company's targets.

    By quarter, so that Spring Festival, which moves between January and February, plays no part. One way analysis of
    variance of log(share that came ÷ share planned) with years as repetitions (Fisher 1925); what is found is shrunk by
    1 − 1 / F (James & Stein 1961). For plans of a year.
    """
    came, planned, source = _shares(given)
    if len(came) < 2 or not given.plan.period.endswith("year"):
        return
    off = np.log(came.to_numpy() / planned.to_numpy())
    mean, years = off.mean(axis=0), len(off)
    freedom = (years - 1) * (_QUARTERS - 1)
    noise = float(((off - mean) ** 2).sum() / freedom)
    if not noise > 0:
        return
    yield _candidate(given, (mean, noise, years), planned.iloc[-1], came, source)


def _candidate(
    given: "Evidence", found: tuple[Array, float, int], planned: pd.Series, came: pd.DataFrame, source: str
) -> Candidate:
    from scipy.stats import f, t

    mean, noise, years = found
    freedom = (years - 1) * (_QUARTERS - 1)
    ratio = years * float((mean**2).sum()) / (_QUARTERS - 1) / noise
    kept = max(0.0, 1 - 1 / ratio) if ratio > 0 else 0.0
    moved = planned.to_numpy() * np.exp(kept * mean)
    after = [rounded(float(x), 1e-4) for x in moved / moved.sum()]
    worst = int(np.abs(mean).argmax())
    reach = float(t.ppf(0.975, freedom)) * np.sqrt(noise / years)
    share = float(planned.iloc[worst])
    lo, hi = (share * float(np.exp(mean[worst] + side * reach)) for side in (-1, 1))
    value = share * float(np.exp(mean[worst]))
    money = float(np.abs(np.array(after) - planned.to_numpy()).sum()) / 2 * given.yearly
    same = bool(np.allclose(after, planned.to_numpy(), atol=0.002))
    lesson = Lesson("season", "keys.season", list(given.plan.keys.season), None if same else after,
                    evidence={"quarter": worst + 1, "planned": share, "came": value, "lo": lo, "hi": hi, "years": years,
                              "source": source}, money=money)  # fmt: skip
    told = fact("review.lessons.season", weight=money, quarter=worst + 1, planned=share, came=value, lo=lo, hi=hi,
                years=years, source=source, first=came.index[0], last=came.index[-1])  # fmt: skip
    return Candidate(lesson, told, value, lo, hi, years, float(f.sf(ratio, _QUARTERS - 1, freedom)))


def _shares(given: "Evidence") -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Of each whole fiscal year (index) the quarters' shares of sales and of the target, and whose target that is."""
    came = _by_quarter(given, given.sales[given.sales["whole"].astype(bool)])
    weights = given.plan.keys.season
    if len(weights) in (_QUARTERS, 12):
        each = np.array(weights).reshape(_QUARTERS, -1).sum(axis=1)
        planned = pd.DataFrame([each / each.sum()] * len(came), came.index, came.columns)
        return came, planned, "settings"
    table = given.targets
    if table is None or not {"period", "amount"} <= set(table):
        return came.iloc[:0], came.iloc[:0], "targets"
    own = table[~table["rolls_up"].astype(bool)] if "rolls_up" in table else table
    planned = _by_quarter(given, own)
    both = came.index.intersection(planned.index)
    return came.loc[both], planned.loc[both], "targets"


def _by_quarter(given: "Evidence", frame: pd.DataFrame) -> pd.DataFrame:
    """Shares of the four quarters in each fiscal year of which every month is there."""
    calendar, rows = given.calendar, dict[int, Array]()
    sums = frame.dropna(subset=["amount"]).groupby("period")["amount"].sum()
    if sums.empty:
        return pd.DataFrame(columns=range(1, _QUARTERS + 1), dtype=float)
    starts = calendar.range(sums.index.min(), sums.index.max(), "year")[-LONGEST - 1 :]
    for start in starts:
        months = period(calendar, start, "this year").months
        held = sums.reindex(months)
        if held.notna().all() and (held > 0).all() and len(months) == 12:
            each = held.to_numpy(float).reshape(_QUARTERS, -1).sum(axis=1)
            rows[calendar.fiscal_year(start)] = each / each.sum()
    return pd.DataFrame.from_dict(rows, orient="index", columns=range(1, _QUARTERS + 1)).tail(LONGEST)

"""What the calendar does to daily sales: working days, and the weeks around Spring Festival."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.frames import require, unknown
from workbench.analytics.history.frames import festival_moves
from workbench.analytics.history.results import CalendarEffects
from workbench.analytics.keys import fact
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.periods import Calendar, spring_festival

FIRST, LAST = -42, 34  # days from the festival among which spans are looked for
USUAL = (-28, 20)  # days that are no ordinary ones, until the spans are found
_ROUNDS = 6
_RETURNED = 0.1  # of the money of days above zero, taken back on days below: with more the regression tells too much
_NO_SPREAD = 1e-12  # where every day sells what the fit says: a spread of zero divides by zero
SHORTEST, MOST = 3, 6  # days that a span lasts; spans looked for
FEWEST_DAYS, FEWEST_FESTIVALS = 730, 2
_MONTH = 30.4  # days
_AT_MOST = 3.0  # events that none seen leaves possible, 95 % (Hanley & Lippman-Hand 1983, JAMA 249)
_SAID = {
    "before": "history.festival_before",
    "during": "history.festival_during",
    "after": "history.festival_after",
}


def calendar_effects(
    sales: pd.DataFrame, calendar: Calendar, *, spans: tuple[tuple[int, int], ...] = ()
) -> CalendarEffects | Unknown:
    """Sales on days off against working days, and around Spring Festival against ordinary days of the same season.

    Ordinary days are fitted by Poisson regression with a log link on day off, weekday, month, the end of quarters and
    growth; its prediction is what the festival's days would have brought. `spans` names the days before, during and
    after, as ((-7, -1), (0, 6), (7, 20)); else they are found where the ratio to the prediction changes, by dynamic
    programming with BIC, and the fit is repeated without them. Intervals come from the differences between the
    festivals, so two festivals give wide ones.
    """
    require(sales, ("period", "amount", "whole"), "calendar effects")
    days = sales[sales["whole"].astype(bool)][["period", "amount"]].sort_values("period", ignore_index=True)
    if len(days) < FEWEST_DAYS:
        return unknown("calendar_effects", "history.unknown_days", have=len(days), need=FEWEST_DAYS)
    days = _described(days, calendar)
    if not _sells(days):
        return unknown("calendar_effects", "history.unknown_not_positive", count=int((days["amount"] <= 0).sum()))
    count = days["festival"].value_counts().eq(LAST - FIRST + 1).sum()
    around = count >= FEWEST_FESTIVALS and festival_moves(calendar)
    chosen, days, fit = _settled(days, spans, around)
    near = days[days["festival"].map(days["festival"].value_counts()) == LAST - FIRST + 1]  # whole festivals only
    profile = near.groupby("away")[["amount", "expected"]].sum() if around else pd.DataFrame()
    table = _spans(near, chosen) if around else pd.DataFrame()
    off, lo, hi = fit.off
    result = CalendarEffects(
        spans=table,
        profile=profile,
        off_day=off,
        lo=lo,
        hi=hi,
        day_worth=_worth(days, off),
        festivals=int(count),
    )
    return CalendarEffects(**{**vars(result), "findings": tuple(_findings(result, days))})


def _described(days: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """Each day with off (nobody works), the festival it is near and how many days away."""
    dates = pd.DatetimeIndex(days["period"])
    working = calendar.worked(dates[0], dates[-1])[(dates - dates[0]).days].astype(int)
    festival = pd.Series(pd.NaT, index=days.index, dtype=dates.dtype)
    if festival_moves(calendar):
        for year in range(dates[0].year, dates[-1].year + 2):
            day = spring_festival(year)
            away = (dates - day).days
            festival[(away >= FIRST) & (away <= LAST)] = day
    return days.assign(off=1 - working, festival=festival, away=(days["period"] - festival).dt.days)


def _columns(days: pd.DataFrame, near: pd.Series | None = None) -> pd.DataFrame:
    """What ordinary days depend on; days `near` a festival as if no day but the weekend were off."""
    dates = pd.DatetimeIndex(days["period"])
    off = days["off"].to_numpy(dtype=float)
    if near is not None:
        off = np.where(near, (dates.day_of_week >= 5).astype(float), off)
    to_end = (dates + pd.offsets.QuarterEnd(0) - dates).days
    known: dict[str, Any] = {
        "const": 1.0,
        "off": off,
        "quarter_end": (to_end < 14).astype(float),
        "years": (dates - pd.Timestamp("2020-01-01")).days / 365.25,
    }
    known |= {f"weekday_{n}": (dates.day_of_week == n) & (off == 0) for n in (0, 1, 2, 3)}
    known |= {f"month_{n}": dates.month == n for n in range(3, 13)}  # January and February are one: the rest of them
    return pd.DataFrame(known, index=days.index).astype("float64")


@dataclass(frozen=True)
class _Fit:
    """Quasi-Poisson of ordinary days in units of their mean, `size`. Where nobody ever sold on a day off, `closed`
    holds the most that such a day may sell, as a ratio; the regression is then of working days."""

    model: Any
    size: float
    closed: float | None

    @property
    def off(self) -> tuple[float, float, float]:
        """A day off against a working day, and its 95 % interval."""
        if self.closed is not None:
            return 0.0, 0.0, self.closed
        lo, hi = np.exp(self.model.conf_int().loc["off"])
        return float(np.exp(self.model.params["off"])), float(lo), float(hi)

    @property
    def spread(self) -> float:
        """Variance over mean, in money."""
        return float(self.model.scale * self.size)

    def expected(self, days: pd.DataFrame) -> pd.Series:
        """What days would bring if none of them were near a festival."""
        known = _columns(days, near=days["away"].notna())
        open_ = 1.0 if self.closed is None else 1 - known["off"]
        return self.model.predict(known[self.model.model.exog_names]) * self.size * open_


def _sells(days: pd.DataFrame) -> bool:
    """Whether working days sell, and little of it comes back."""
    sold = days["amount"].clip(lower=0)
    return bool(sold[days["off"] == 0].any()) and sold.sum() - days["amount"].sum() < _RETURNED * sold.sum()


def _settled(
    days: pd.DataFrame, given: tuple[tuple[int, int], ...], around: bool
) -> tuple[tuple[tuple[int, int], ...], pd.DataFrame, _Fit]:
    """The spans, the days with what is expected of them, and the fit: spans from the fit, the fit without the spans."""
    chosen, seen = given or (USUAL,), list[tuple[tuple[int, int], ...]]()
    while True:
        apart = _inside(days["away"], chosen)
        fit = _fit(days[~apart])
        days = days.assign(expected=fit.expected(days))
        if given or not around or chosen in seen or len(seen) == _ROUNDS:
            return chosen, days, fit
        seen.append(chosen)
        near = days[days["away"].notna()]
        chosen = _found(near.groupby("away")[["amount", "expected"]].sum(), fit.spread)


def _inside(away: pd.Series, spans: tuple[tuple[int, int], ...]) -> pd.Series:
    inside = pd.Series(False, index=away.index)
    for first, last in spans:
        inside |= away.between(first, last)
    return inside


def _fit(ordinary: pd.DataFrame) -> _Fit:
    sold = ordinary["amount"].clip(lower=0)
    size, off = ordinary["amount"].mean(), ordinary["off"] == 1
    if not off.any() or sold[off].any():
        return _Fit(_regression(sold / size, _columns(ordinary)), size, None)
    found = _regression(sold[~off] / size, _columns(ordinary[~off]).drop(columns="off"))
    worked = found.predict(_columns(ordinary[off].assign(off=0)).drop(columns="off")).sum()
    return _Fit(found, size, float(_AT_MOST * found.scale / worked))


def _regression(sold: pd.Series, known: pd.DataFrame) -> Any:
    """Poisson with the spread there is instead of that of counts; it may be none."""
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    model = GLM(sold, known, family=families.Poisson())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)  # days may all sell what is said of them
        counts = model.fit()
        spread = max(counts.pearson_chi2 / counts.df_resid, _NO_SPREAD)
        return model.fit(start_params=counts.params, scale=spread)


def _found(profile: pd.DataFrame, spread: float) -> tuple[tuple[int, int], ...]:
    """Spans of days with one ratio each, by Poisson likelihood and BIC, but the ordinary first and last."""
    amount, expected = (np.concatenate([[0.0], profile[c].cumsum()]) for c in ("amount", "expected"))
    days = len(profile)
    cost = np.full((MOST + 1, days + 1), np.inf)
    came = np.zeros((MOST + 1, days + 1), dtype=int)
    cost[0, 0] = 0.0
    for m in range(1, MOST + 1):
        for end in range(SHORTEST * m, days + 1):
            starts = np.arange(SHORTEST * (m - 1), end - SHORTEST + 1)
            a, e = amount[end] - amount[starts], expected[end] - expected[starts]
            with np.errstate(divide="ignore", invalid="ignore"):
                total = cost[m - 1, starts] - np.where(a > 0, a * np.log(a / e), 0.0) / spread
            cost[m, end], came[m, end] = total.min(), starts[total.argmin()]
    many = min(range(1, MOST + 1), key=lambda m: 2 * cost[m, days] + np.log(days) * (2 * m - 1))
    edges, end = [], days
    for m in range(many, 0, -1):
        edges.append((int(came[m, end]), end))
        end = int(came[m, end])
    firsts = profile.index[0]
    inner = [(firsts + a, firsts + b - 1) for a, b in edges[::-1]]
    return tuple((int(a), int(b)) for a, b in inner if a > FIRST and b < LAST)


def _spans(near: pd.DataFrame, chosen: tuple[tuple[int, int], ...]) -> pd.DataFrame:
    from scipy.stats import t

    rows: dict[str, dict[str, float]] = {}
    for first, last in chosen:
        inside = near[near["away"].between(first, last)].groupby("festival")[["amount", "expected"]].sum()
        n, ratio = len(inside), inside["amount"].sum() / inside["expected"].sum()
        error = (inside["amount"] - ratio * inside["expected"]).std(ddof=1) / np.sqrt(n) / inside["expected"].mean()
        half = t.ppf(0.975, n - 1) * error
        role = "before" if last < 0 else "after" if first > 0 else "during"
        least = inside["amount"].min()  # below 0 where returns outweighed what was sold
        name = role if role not in rows else f"{role} {sum(r.startswith(role) for r in rows) + 1}"
        effect = (inside["amount"] - inside["expected"]).mean()
        rows[name] = {
            "first": first,
            "last": last,
            "ratio": ratio,
            "lo": ratio - half if least < 0 else max(0.0, ratio - half),
            "hi": ratio + half,
            "effect": effect,
        }
    columns = ["first", "last", "ratio", "lo", "hi", "effect"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("role")


def _worth(days: pd.DataFrame, off: float) -> float:
    """One day off, which sells `off` of a working day, turned into one: as a share of an average month."""
    share = float(days["off"].mean())
    return (1 - off) / (_MONTH * (1 - share + share * off))


def _findings(result: CalendarEffects, days: pd.DataFrame) -> list[Finding]:
    month = float(days["amount"].mean() * _MONTH)
    found = [
        fact(
            "history.working_day",
            weight=result.day_worth * month,
            off_day=result.off_day,
            lo=result.lo,
            hi=result.hi,
            worth=result.day_worth,
            amount=result.day_worth * month,
        )
    ]
    if result.spans.empty:
        return found
    told = []
    for role, row in result.spans.iterrows():
        told.append(
            fact(
                _SAID[str(role).split(" ")[0]],
                weight=row["effect"],
                first=abs(row["first"]),
                last=abs(row["last"]),
                ratio=row["ratio"],
                lo=row["lo"],
                hi=row["hi"],
                effect=row["effect"],
                festivals=result.festivals,
            )
        )
    net = float(result.spans["effect"].sum())
    return [*told, fact("history.festival_net", weight=net, effect=net, festivals=result.festivals), *found]

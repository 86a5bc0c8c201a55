"""Where the fiscal year and the next twelve months should end, from the joint paths, and the notebook's way to ask."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from workbench.analytics.forecast.coarser import coarser
from workbench.analytics.forecast.outlook import Options, forecast
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.keys import direction, fact
from workbench.analytics.kpis import growth
from workbench.analytics.results import Result, Unknown
from workbench.errors import NotEnoughHistoryError
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Calendar, Every

YEARS = 3  # of whole periods, below which a season rests on one or two years: said as a doubt
_ANSWER = ("forecast.rest_of_year", "forecast.next_year", "forecast.doubt")
# Smaller parts than that many are mostly noise. With 400 (11 origins of five companies) a forecast takes hardly a
# second more, but the whole's year was off by more in 6 and by less in 4, the levels' errors grew in 8 (up to 17 %
# where people sell, 1-8 % in tourism), and a wholesaler's range for the year grew by 60-160 %.
MOST_PARTS = 100


@dataclass(frozen=True, kw_only=True, repr=False)
class Landing(Result):
    """What the whole should come to.

    `table`: index span ("rest_of_year", "fiscal_year", "next_year"); columns first, last (days), amount (so far +
    forecast), so_far, lo_80, hi_80, lo_95, hi_95, amount_before (the same stretch a year before), yoy
    `issued`: the forecast of about a year ago as it was issued, index period; empty where there is none
    """

    forecast: Forecast
    table: pd.DataFrame
    issued: pd.DataFrame

    @property
    def leads(self) -> int:
        """How many of the findings belong in a page's answer."""
        return sum(f.key in _ANSWER for f in self.findings)


def ahead(
    sales: pd.DataFrame,
    by: tuple[str, ...] = (),
    *,
    months: int = 1,
    until: pd.Timestamp | None = None,
    every: Every,
    calendar: Calendar,
    options: Options | None = None,
) -> Forecast | Unknown:
    """The forecast that pages rest on, at least `months` ahead and to the day `until`.

    `Unknown` where history is too short for one, holds nothing but zeros, or sums of longer periods than asked for.
    """
    whole = sales[sales["whole"].astype(bool) & sales["amount"].notna()]
    if longer := coarser(whole, every, calendar):
        return _unknown(fact("forecast.unknown_coarser", section="forecast", every=every, data=longer))
    have, need = _whole(whole["period"], every, calendar), PER_YEAR[every] + 1  # a season, and one period of it again
    if have and not whole["amount"].any():
        return _unknown(fact("forecast.unknown_nothing", section="forecast", have=have, every=every))
    if have >= need:
        try:
            horizon = max(steps(months, every), _steps_until(until, whole["period"].max(), every, calendar))
            return forecast(sales, by, horizon=horizon, every=every, calendar=calendar, options=options)
        except NotEnoughHistoryError:
            pass
    return _unknown(fact("forecast.unknown_periods", section="forecast", have=have, need=need, every=every))


def _unknown(why: Finding) -> Unknown:
    return Unknown(section="forecast", findings=(why,))


def _whole(periods: pd.Series, every: Every, calendar: Calendar) -> int:
    """Periods from the first to the last that is known whole; those between without any sale brought nothing."""
    return len(calendar.range(periods.min(), periods.max(), every)) if len(periods) else 0


def _steps_until(until: pd.Timestamp | None, last: pd.Timestamp, every: Every, calendar: Calendar) -> int:
    """How many periods after the one that starts on `last` reach the day `until`."""
    first = calendar.next(last, every)
    return len(calendar.range(first, until, every)) if until is not None and until >= first else 0


def steps(months: int, every: Every) -> int:
    """How many periods cover `months`: 12 months are 52 weeks or 4 quarters."""
    return max(-(-months * PER_YEAR[every] // 12), 1)


def levels(sales: pd.DataFrame, wanted: tuple[str, ...], *, fixed: tuple[str, ...] = ()) -> tuple[str, ...]:
    """As many of the `wanted` levels, in their order, as leave no more than MOST_PARTS when crossed.

    A level that only renames an earlier one (each region has one team) adds nothing and is left out. `fixed` ones stay
    in any case.
    """
    kept: tuple[str, ...] = ()
    for level in wanted:
        renames = any(_parts(sales, one) == _parts(sales, level) == _parts(sales, one, level) for one in kept)
        if level in fixed or (not renames and _parts(sales, *kept, level) <= MOST_PARTS):
            kept = (*kept, level)
    return kept


def _parts(sales: pd.DataFrame, *by: str) -> int:
    return len(sales[list(by)].drop_duplicates())


def landing(found: Forecast | Unknown, calendar: Calendar, issued: pd.DataFrame | None = None) -> Landing | Unknown:
    """Where the fiscal year and the next year should land.

    `issued` are earlier forecasts, as vintages.earlier gives them.
    """
    if isinstance(found, Unknown):
        return found
    rows = {**_fiscal_year(found, calendar), "next_year": _stretch(found, calendar, 0, _year(found))}
    table = pd.DataFrame.from_dict({k: v for k, v in rows.items() if v}, orient="index").rename_axis("span")
    findings = [*_rest(table, calendar), *_next(table), *_doubt(found), *_shape(found)]
    kept = ("forecast.partial", "forecast.untested", "forecast.unusual", "forecast.filled")
    findings += [f for f in found.findings if f.key in kept and f.subject == ""]
    return Landing(
        forecast=found,
        table=table,
        issued=_a_year_ago(found, issued),
        findings=tuple(findings),
        decisions=found.decisions,
    )


def _year(found: Forecast) -> int:
    return min(PER_YEAR[found.every], len(found.periods))


def _fiscal_year(found: Forecast, calendar: Calendar) -> dict[str, dict[str, Any]]:
    """The rest of the fiscal year that the first forecast period is in, and the year with what it holds so far."""
    start = calendar.start_of(found.periods[0], "year")
    last = int((found.periods < calendar.next(start, "year")).sum())
    end = calendar.end_of(found.periods[-1], cast("Every", found.every))
    if last == len(found.periods) and end < calendar.end_of(start, "year"):
        return {}
    rest = _stretch(found, calendar, 0, last)
    past = found.history.iloc[:, 0]
    sold = past[past.index >= start]
    known = len(sold) == 0 or past.index[0] <= start
    if not known or len(sold) == 0:
        return {"rest_of_year": rest}
    so_far = float(sold.sum())
    bounds = {name: rest[name] + so_far for name in ("amount", "lo_80", "hi_80", "lo_95", "hi_95")}
    before = _before(found, -len(sold), last)
    year = rest | {"first": start, "so_far": so_far, **bounds, "amount_before": before}
    return {"rest_of_year": rest, "fiscal_year": year | {"yoy": growth(year["amount"], before)}}


def _stretch(found: Forecast, calendar: Calendar, first: int, last: int) -> dict[str, Any]:
    total, before = found.total(first=first, last=last), _before(found, first, last)
    mean = float(total["mean"])
    bounds = {n: min(float(total[n]), mean) if n[:2] == "lo" else max(float(total[n]), mean) for n in total.index[1:]}
    end = calendar.end_of(found.periods[last - 1], cast("Every", found.every))
    return {
        "first": found.periods[first],
        "last": end,
        "so_far": 0.0,
        "amount": mean,
        **bounds,
        "amount_before": before,
        "yoy": growth(mean, before),
    }


def _before(found: Forecast, first: int, last: int) -> float:
    """What was sold a year before steps `first` to `last`, counted from the first forecast period; NaN if not known."""
    past, season = found.history.iloc[:, 0].to_numpy(float), PER_YEAR[found.every]
    begin, end = len(past) - season + first, len(past) - season + last
    return float(past[begin:end].sum()) if begin >= 0 and end <= len(past) else float("nan")


def _rest(table: pd.DataFrame, calendar: Calendar) -> list[Finding]:
    if "rest_of_year" not in table.index:
        return []
    rest: Any = table.loc["rest_of_year"]
    if rest["first"] == calendar.start_of(rest["first"], "year"):
        return []  # nothing of the year is over: the next twelve months are the same stretch
    year: Any = table.loc["fiscal_year"] if "fiscal_year" in table.index else pd.Series(dtype=object)
    whole = {
        "landing": "amount",
        "landing_lo": "lo_80",
        "landing_hi": "hi_80",
        "landing_before": "amount_before",
        "landing_rate": "yoy",
    }
    return [
        fact(
            "forecast.rest_of_year",
            weight=rest["amount"],
            year=calendar.start_of(rest["first"], "year"),
            **_said(rest),
            **{name: year.get(column) for name, column in whole.items()},
        )
    ]


def _next(table: pd.DataFrame) -> list[Finding]:
    row: Any = table.loc["next_year"]
    ends: dict[str, Any] = {f"{end}_rate": growth(row[f"{end}_80"], row["amount_before"]) for end in ("lo", "hi")}
    return [fact("forecast.next_year", weight=row["amount"], **_said(row), **ends)]


def _doubt(found: Forecast) -> list[Finding]:
    """Why the forecast of the whole is to be used with care: its own reasons, or fewer than three years of
    history."""
    why = tuple(found.nodes["reasons"].iloc[0])
    have, need = int(found.history.iloc[:, 0].notna().sum()), YEARS * PER_YEAR[found.every]
    if not why and have >= need:
        return []
    return [fact("forecast.doubt", reasons=why or None, short=have < need, have=have, need=need, every=found.every)]


def _shape(found: Forecast) -> list[Finding]:
    whole: Any = found.whole
    if len(whole) < 2:
        return []
    high, low = whole["mean"].idxmax(), whole["mean"].idxmin()
    top = whole.loc[high]
    return [
        fact(
            "forecast.shape",
            every=found.every,
            high=high,
            amount=top["mean"],
            lo_80=top["lo_80"],
            hi_80=top["hi_80"],
            low=low,
            low_amount=whole.loc[low, "mean"],
            periods=len(whole),
        )
    ]


def _said(row: Any) -> dict[str, Any]:
    return {
        "span": (row["first"], row["last"]),
        "amount": row["amount"],
        "lo_80": row["lo_80"],
        "hi_80": row["hi_80"],
        "amount_before": row["amount_before"],
        "rate": row["yoy"],
        "direction": direction(row["yoy"]),
    }


def _a_year_ago(found: Forecast, issued: pd.DataFrame | None) -> pd.DataFrame:
    """The earlier forecast whose first period is nearest to a year before ours, if it is at least half a year old."""
    none = pd.DataFrame(columns=["mean", "lo_80", "hi_80"], index=pd.DatetimeIndex([], name="period"))
    if issued is None or issued.empty:
        return none
    firsts = issued.groupby("as_of")["period"].min()
    age = (found.periods[0] - firsts).dt.days
    old = age[age >= 180]
    if old.empty:
        return none
    as_of = (old - 365).abs().idxmin()
    rows = issued[(issued["as_of"] == as_of) & (issued["period"] < found.periods[0] + pd.Timedelta(days=1))]
    return rows.set_index("period").sort_index() if len(rows) else none


def issued(found: Forecast | Unknown) -> pd.DataFrame:
    """The forecast as it is kept: one row a node and period, with the interval of the sum up to that period too.

    Columns node, level, period, step, mean, lo_80, hi_80, lo_95, hi_95, sum, sum_lo_80, sum_hi_80; no rows for
    `Unknown`.
    """
    if isinstance(found, Unknown):
        return pd.DataFrame()
    sums = found.paths.cumsum(axis=2)
    lo, hi = np.quantile(sums, (0.1, 0.9), axis=0)
    table = found.table.reset_index()
    total = found.table["mean"].groupby(level="node", sort=False).cumsum().to_numpy()
    size, horizon = len(found.nodes), len(found.periods)
    return table.assign(
        level=np.repeat(found.nodes["level"].astype(str).to_numpy(), horizon),
        step=np.tile(np.arange(1, horizon + 1), size),
        sum=total,
        sum_lo_80=np.minimum(lo.ravel(), total),
        sum_hi_80=np.maximum(hi.ravel(), total),
    )

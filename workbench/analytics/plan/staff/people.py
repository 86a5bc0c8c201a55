"""Who sells in the planned period, how far each is, and what each should bring by their own record."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.plan.staff.pace import Pace, pace, staffed
from workbench.analytics.plan.staff.people_findings import decisions, findings
from workbench.analytics.plan.staff.ramp import presence, ramp_found, ramp_year, ramped
from workbench.analytics.plan.staff.roster import Roster, month_numbers, roster
from workbench.analytics.results import Result, Unknown
from workbench.settings.plan import People

Z80 = 1.2815515655446004  # standard normal quantile of 90 %
SURE = (0.001, 0.999)  # no chance is told beyond these: so far out the normal curve is not known to hold
_MONTH = 30.4375


@dataclass(frozen=True, kw_only=True, repr=False)
class Sellers(Result):
    """Everyone who sells in the period, and what each should bring in it if the company goes on as forecast.

    `table`: index rep, those who are to join last; columns
        team, manager, role   NA where unknown
        joined, left          days; NaT unknown or none. `inferred`: joined is the month of the first sale
        tenure                months from joining to the period's first day, negative for who is yet to join
        tenure_class          "new", "established", "veteran" or "hire"
        present               share of the period in which the person is there
        ramped                the same, each quarter since joining weighted by the ramp: full sellers; `ramped_hi` where
                              the ramp ends below 1 and goes on to 1 right after
        last_year             sales of the 12 whole months before, NaN without any. `months`: full-seller months of them
        pace, pace_lo, pace_hi  money of a full year at full productivity: own record with chance taken off, 80 %
        raw_pace              the record as it is
        expected, sd          money of the period; `booked`: what it holds already, part of `expected`
    `ramp`: index quarter since joining; columns setting, found, lo, hi (95 %), joiners; empty found: too few joined
    `spread`: what lies between people of the mean: share (standard deviation ÷ mean) `between` people, `monthly` of one
    `growth`: mean and standard deviation of sales of the period against the 12 months before with today's staff, of the
    whole company
    `other`: sales of the 12 months before that no present seller made, by whom: leaders, left, unnamed
    `leaving`: who left ÷ people-years, last three years, with 95 % interval; NaN where no day of leaving is known
    """

    period: PlanPeriod
    table: pd.DataFrame
    ramp: pd.DataFrame
    pace: Pace
    growth: tuple[float, float]
    other: pd.Series
    leaving: tuple[float, float, float]
    silent: tuple[str, ...]
    ramp_year: tuple[float, float]

    @property
    def teams(self) -> list[str]:
        return sorted(self.table["team"].dropna().unique())


def people(
    reps: pd.DataFrame | None,
    sales: pd.DataFrame,
    period: PlanPeriod,
    *,
    settings: People | None = None,
    baseline: Baseline | Unknown | None = None,
) -> Sellers | Unknown:
    """Who sells in `period` and what each should bring; `sales` are monthly sales by rep (`data.sales(by="rep")`).

    Without a table of reps everyone who sold in the last six months is a seller. A person's own pace is pulled towards
    the mean of all by as much as chance explains (normal-normal empirical Bayes: Efron & Morris 1975; the variance
    between people by DerSimonian & Laird 1986). What the period brings grows with the baseline of the whole company.
    """
    wanted = settings or People()
    known = roster(reps, sales, wanted)
    if isinstance(known, Unknown):
        return known
    own = pace(known, wanted)
    if isinstance(own, Unknown):
        return own
    growth = _growth(known, own, period, baseline, wanted)
    table = _expected(_planned(known, period, wanted), known, own, period, growth, wanted)
    table = _as_forecast(table, baseline, growth)
    result = Sellers(
        period=period,
        table=table,
        ramp=ramp_found(known, wanted.ramp),
        pace=own,
        growth=growth,
        other=_other(known, table),
        leaving=_leaving(known),
        silent=known.silent,
        ramp_year=ramp_year(wanted.ramp),
    )
    return replace(result, findings=tuple(findings(result, known)), decisions=tuple(decisions(result)))


def _planned(known: Roster, period: PlanPeriod, wanted: People) -> pd.DataFrame:
    """Sellers who are there on some day of the period, and those who are to join, with tenure and ramp."""
    staff = known.people[known.people["seller"]].drop(columns=["seller", "leads"])
    staff = staff[~(staff["left"] < period.first) & ~(staff["joined"] > period.last)]
    hires = [
        {"name": f"+{n} {h.joins}{f' {h.team}' if h.team else ''}", "team": h.team or None, "joined": h.joins}
        for h in wanted.hires
        for n in range(1, h.count + 1)
    ]
    extra = pd.DataFrame(hires, columns=["name", "team", "joined"])
    extra["name"] = extra["name"].where(~extra["name"].duplicated(), extra["name"] + "/" + extra.index.astype(str))
    extra = extra.set_index("name").assign(joined=lambda f: pd.to_datetime(f["joined"]), hire=True)
    extra = extra[(extra["joined"] > known.last) & (extra["joined"] <= period.last)]  # else in the records already
    table = pd.concat([staff.assign(hire=False), extra]) if len(extra) else staff.assign(hire=False)
    table.index.name = "rep"
    tenure = (period.first - table["joined"]).dt.days / _MONTH
    names = np.select(
        [table["hire"].astype(bool), tenure < wanted.new_until, tenure >= wanted.veteran_from],
        ["hire", "new", "veteran"],
        "established",
    )
    return table.drop(columns="hire").assign(tenure=tenure, tenure_class=names)


def _expected(
    table: pd.DataFrame, known: Roster, own: Pace, period: PlanPeriod, growth: tuple[float, float], wanted: People
) -> pd.DataFrame:
    """Presence, ramp and expected sales of the period: pace × months left × season × growth, and what it holds."""
    there, tenure = presence(table, period.months)
    later = 1.0 if wanted.ramp[-1] < 1 else None
    full = there * ramped(tenure, wanted.ramp)
    season = own.season.reindex(month_numbers(period.months)).fillna(1.0).to_numpy()
    ahead = (period.months > known.last).astype(float)
    weight = full * season * ahead
    mine = own.people.reindex(table.index)
    level = mine["pace"].fillna(own.mean).to_numpy(dtype=float)
    between = mine["var"].fillna(own.var_new).to_numpy(dtype=float)
    if wanted.quota is not None:
        level = level * 0 + wanted.quota / 12 / growth[0]
    months = weight.sum(axis=1)
    drifted = own.drift**2 * own.mean**2 * own.months_to(period) / 12
    var = months**2 * (between + drifted) + own.monthly**2 * level**2 * (weight**2 / np.maximum(full, 1e-9)).sum(axis=1)
    record = pd.DataFrame({"level": level, "between": between, "months": months, "var": var}, index=table.index)
    table = table.assign(
        present=there.mean(axis=1),
        ramped=full.mean(axis=1),
        ramped_hi=(there * ramped(tenure, wanted.ramp, later)).mean(axis=1),
        months=mine["months"],
        raw_pace=12 * mine["raw"],
    )
    return _money(table, record, known, period, growth)


def _money(
    table: pd.DataFrame, record: pd.DataFrame, known: Roster, period: PlanPeriod, growth: tuple[float, float]
) -> pd.DataFrame:
    """Pace with its interval, what is booked, and what the period should bring with its standard deviation."""
    (rate, doubt), level, wide = growth, record["level"], np.sqrt(record["between"])
    mean = level * record["months"]
    booked = known.booked(period).reindex(table.index).fillna(0.0)
    return table.assign(
        last_year=known.last_year.reindex(table.index),
        pace=12 * level,
        pace_lo=12 * (level - Z80 * wide).clip(lower=0),
        pace_hi=12 * (level + Z80 * wide),
        booked=booked,
        expected=booked + rate * mean,
        sd=np.sqrt(rate**2 * record["var"] + doubt**2 * mean**2),
        own_sd=rate * np.sqrt(record["var"]),
    )


def _as_forecast(table: pd.DataFrame, baseline: Baseline | Unknown | None, growth: tuple[float, float]) -> pd.DataFrame:
    """What the forecast expects of people whom it has as nodes and who are there in full, with its own spread."""
    if not isinstance(baseline, Baseline) or "rep" not in baseline.nodes:
        return table
    at = (baseline.nodes["level"] == "rep").to_numpy()
    told = {"expected": baseline.expected.to_numpy()[at], "sd": baseline.draws[:, at].std(axis=0)}
    mean, sd = (pd.Series(x, baseline.nodes["rep"][at].to_numpy()).reindex(table.index) for x in told.values())
    use = mean.notna() & (table["ramped"] >= 1)
    common = growth[1] / growth[0] * (mean - table["booked"]) if growth[0] > 0 else mean * 0
    own = (sd**2 - common**2).clip(lower=0) ** 0.5
    values: dict[str, pd.Series] = {"expected": mean, "sd": sd, "own_sd": own}
    return table.assign(**{name: value.where(use, table[name]) for name, value in values.items()})


def _growth(
    known: Roster, own: Pace, period: PlanPeriod, baseline: Baseline | Unknown | None, wanted: People
) -> tuple[float, float]:
    """The period's rest against the same months of the last 12 with today's staff, by the baseline; (1, 0) without one.
    So what today's staff should bring is what the forecast expects, however many joined or left within the 12 months.

    Its mean is what the forecast's own page shows, its spread that of the draws.
    """
    if not isinstance(baseline, Baseline):
        return 1.0, 0.0
    ahead = period.months[period.months > known.last]
    share = own.season.reindex(month_numbers(ahead)).fillna(1.0).sum() / 12
    reference = staffed(known, wanted) * share
    if not reference > 0:
        return 1.0, 0.0
    expected = float(baseline.expected[baseline.whole]) - float(baseline.booked[baseline.whole])
    return expected / reference, float(baseline.of(None).std()) / reference


def _other(known: Roster, table: pd.DataFrame) -> pd.Series:
    """Sales of the last 12 months by those who do not sell in the period."""
    sold = known.by_label.loc[:, known.window].sum(axis=1)
    leader = sold.index.isin(known.people.index[~known.people["seller"] & known.people["leads"]])
    gone = ~sold.index.isin(table.index) & ~leader
    parts = {"leaders": sold[leader].sum(), "left": sold[gone].sum(), "unnamed": known.unnamed[known.window].sum()}
    return pd.Series(parts)


def _leaving(known: Roster) -> tuple[float, float, float]:
    """Leavers a person-year over the last three years, with the exact Poisson interval (Garwood 1936)."""
    from scipy.stats import chi2

    staff = known.people[known.people["seller"] | known.people["left"].notna()]
    staff = staff[~staff["leads"]]
    if not staff["left"].notna().any():
        return (np.nan, np.nan, np.nan)
    end = known.last + pd.offsets.MonthEnd(0)
    start = end - pd.DateOffset(years=3)
    began = staff["joined"].where(staff["joined"] > start, start)
    ended = staff["left"].where(staff["left"] < end, end)
    years = float((ended - began).dt.days.clip(lower=0).sum() / 365.25)
    gone = int(((staff["left"] > start) & (staff["left"] <= end)).sum())
    low = chi2.ppf(0.025, 2 * gone) / 2 if gone else 0.0
    return gone / years, float(low / years), float(chi2.ppf(0.975, 2 * gone + 2) / 2 / years)

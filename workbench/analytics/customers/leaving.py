"""Which customers have left, how long customers stay, and who is about to leave."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.customers.repeat import few
from workbench.analytics.customers.value import LifetimeValue
from workbench.analytics.frames import require
from workbench.analytics.history.frames import most
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding

TIMES = 3.0  # silent longer than so many of their usual gaps: left
SHORTEST = 30.0  # days of silence that nobody is said to have left for
FEWEST, FEWEST_LEFT = 30, 10
MONTHS = (3, 6, 12, 24, 36)
WEEKS_A_MONTH = 365.25 / 12 / 7
ACTIVE, GONE = 0.8, 0.2  # chance to be still there, from which on and below which


@dataclass(frozen=True, kw_only=True, repr=False)
class Churn(Result):
    """How long customers stay.

    `curve`: index weeks since the first purchase; columns still (share of customers not yet gone, Kaplan–Meier), lo, hi
    (95 %, log-log), at_risk (customers followed that long)
    `table`: the curve at 3, 6, 12, 24 and 36 months, as far as at least 10 customers were followed; index months
    `members`: index customer; columns usual_gap_days, limit_days, silent_days, left
    `median_months`: half are gone by then; NaN where more than half are still there
    """

    curve: pd.DataFrame
    table: pd.DataFrame
    members: pd.DataFrame
    median_months: float


@dataclass(frozen=True, kw_only=True, repr=False)
class AtRisk(Result):
    """Who is about to leave, in money.

    `table`: the ten with most at stake; index customer; columns last, silent_days, usual_gap_days, p_alive, amount (so
    far), expected_value (of the horizon), at_stake (what they would have brought besides, were they surely still
    there)
    `members`: all of them, the same columns
    `classes`: index active, at_risk, gone (chance to be still there from 80 %, between, below 20 %); columns customers,
    expected_value, at_stake
    """

    table: pd.DataFrame
    members: pd.DataFrame
    classes: pd.DataFrame
    weeks: int


def churn(customers: pd.DataFrame, *, times: float = TIMES) -> Churn | Unknown:
    """Survival of customers without a contract, by Kaplan–Meier.

    Without a contract nobody says that they leave. Here a customer has left when they have been silent for longer than
    `times` their usual gap between purchase days, and at least 30 days; they count as gone from the day on which that
    was so. Until they have come back twice, the gap is the median one of all who have.
    """
    require(customers, ("customer", "frequency", "recency", "age"), "churn")
    if len(customers) < FEWEST:
        return few("churn", customers, "customers.unknown_few", FEWEST)
    again = int((customers["frequency"] >= 2).sum())
    if again < FEWEST:
        return few("churn", customers, "customers.unknown_repeaters", FEWEST, again)
    members = _members(customers, times)
    left = int(members["left"].sum())
    if left < FEWEST_LEFT:
        return few("churn", customers, "customers.unknown_left", FEWEST_LEFT, left)
    until = np.where(members["left"], customers["recency"] * 7 + members["limit_days"].to_numpy(), customers["age"] * 7)
    curve = survival(pd.Series(until / 7), members["left"].reset_index(drop=True))
    table = _at_months(curve, float(customers["age"].max()))
    gone = curve.index[curve["still"] <= 0.5]
    median = float(gone[0] / WEEKS_A_MONTH) if len(gone) else np.nan
    return Churn(
        curve=curve,
        table=table,
        members=members,
        median_months=median,
        findings=tuple(_left(members, table, median, times)),
    )


def at_risk(value: LifetimeValue | Unknown) -> AtRisk | Unknown:
    """Customers whose silence has become doubtful: a chance between 20 % and 80 % to be still there, by money at stake.

    At stake is what they would bring if they were surely still there, less what is expected. A customer who never came
    back cannot be told to be late, so is not here. Decisions: the three with most at stake.
    """
    if isinstance(value, Unknown):
        return Unknown(section="at_risk", findings=value.findings)
    members = value.members.assign(
        at_stake=value.members["expected_value"] * (1 / value.members["p_alive"].clip(lower=1e-9) - 1)
    )
    kinds = np.select([members["p_alive"] >= ACTIVE, members["p_alive"] >= GONE], ["active", "at_risk"], "gone")
    classes = (
        members.groupby(kinds)[["expected_value", "at_stake"]]
        .sum()
        .reindex(["active", "at_risk", "gone"], fill_value=0.0)
    )
    classes.insert(0, "customers", pd.Series(kinds).value_counts().reindex(classes.index, fill_value=0))
    columns = ["last", "silent_days", "usual_gap_days", "p_alive", "amount", "expected_value", "at_stake"]
    doubtful = members.loc[kinds == "at_risk", columns].sort_values("at_stake", ascending=False, kind="stable")
    return AtRisk(
        table=doubtful.head(10),
        members=doubtful,
        classes=classes.rename_axis("class"),
        weeks=value.weeks,
        findings=tuple(_doubtful(doubtful, classes, value)),
        decisions=_asked(doubtful, value.weeks),
    )


def survival(duration: pd.Series, ended: pd.Series) -> pd.DataFrame:
    """The Kaplan–Meier curve from 0 on: index duration; columns still, lo, hi (95 %, log-log), at_risk."""
    from statsmodels.duration.survfunc import SurvfuncRight

    found = SurvfuncRight(duration.to_numpy(float), ended.to_numpy(int))
    still = np.asarray(found.surv_prob)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = 1.96 * np.asarray(found.surv_prob_se) / (still * np.log(still))
        lo, hi = still ** np.exp(-error), still ** np.exp(error)
    bounds = {"lo": np.where(still > 0, lo, 0.0), "hi": np.where(still > 0, hi, np.nan)}
    times = pd.Index(found.surv_times, name="duration", dtype=float)
    curve = pd.DataFrame({"still": still, **bounds, "at_risk": found.n_risk}, index=times)
    start = pd.DataFrame(
        {"still": 1.0, "lo": 1.0, "hi": 1.0, "at_risk": len(duration)}, index=pd.Index([0.0], name="duration")
    )
    return curve if 0.0 in curve.index else pd.concat([start, curve])


def usual_gaps(customers: pd.DataFrame) -> pd.Series:
    """Days between purchase days as a customer usually has them; the median of all where they have less than two."""
    own = (customers["recency"] / customers["frequency"].where(customers["frequency"] > 0)) * 7
    own = own.where(customers["frequency"] >= 2)
    return own.fillna(own.median())


def _members(customers: pd.DataFrame, times: float) -> pd.DataFrame:
    gap = usual_gaps(customers)
    limit = (gap * times).clip(lower=SHORTEST)
    silent = (customers["age"] - customers["recency"]) * 7
    found = {"usual_gap_days": gap, "limit_days": limit, "silent_days": silent, "left": silent > limit}
    return pd.DataFrame(found).set_index(pd.Index(customers["customer"], name="customer"))


def _at_months(curve: pd.DataFrame, longest: float) -> pd.DataFrame:
    """The curve as it stands after some months, where 10 customers were still followed."""
    rows = {}
    for months in MONTHS:
        weeks = months * WEEKS_A_MONTH
        later, reached = curve[curve.index > weeks], curve[curve.index <= weeks]
        followed = int(later["at_risk"].iloc[0]) if len(later) else 0
        if followed >= 10 and weeks <= longest and len(reached):
            rows[months] = {**reached.iloc[-1][["still", "lo", "hi"]], "customers": followed}
    return (
        pd.DataFrame(rows).T.rename_axis("months") if rows else pd.DataFrame(columns=["still", "lo", "hi", "customers"])
    )


def _left(members: pd.DataFrame, table: pd.DataFrame, median: float, times: float) -> list[Finding]:
    left = int(members["left"].sum())
    found = [
        fact(
            "customers.churn",
            customers=len(members),
            left=left,
            share=left / len(members),
            times=times,
            shortest=SHORTEST,
            usual=float(members["usual_gap_days"].median()),
        )
    ]
    if len(table):
        months = 12 if 12 in table.index else table.index[-1]
        row = table.loc[months]
        found.insert(0, fact("customers.survival", months=int(months), still=row["still"], lo=row["lo"], hi=row["hi"]))
    if not np.isnan(median):
        found.append(fact("customers.median_stay", months=median))
    return found


def _doubtful(doubtful: pd.DataFrame, classes: pd.DataFrame, value: LifetimeValue) -> list[Finding]:
    lost = doubtful["at_stake"].sum()
    found = [
        fact(
            "customers.at_risk",
            weight=lost,
            customers=len(doubtful),
            at_stake=lost,
            top=doubtful["at_stake"].head(10).sum(),
            weeks=value.weeks,
            of=value.customers,
        )
    ]
    gone = int(classes["customers"]["gone"])
    return [*found, fact("customers.gone", customers=gone, share=gone / value.customers)] if gone else found


def _asked(doubtful: pd.DataFrame, weeks: int) -> tuple[Finding, ...]:
    return most(
        [
            fact(
                "customers.about_to_leave",
                weight=row["at_stake"],
                about=name,
                by="customer",
                node=name,
                at_stake=row["at_stake"],
                p_alive=row["p_alive"],
                silent_days=row["silent_days"],
                usual_gap_days=row["usual_gap_days"],
                amount=row["amount"],
                weeks=weeks,
            )
            for name, row in doubtful.head(3).iterrows()
        ]
    )

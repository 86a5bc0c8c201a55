"""What is worth saying of who sells in the period."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.staff.roster import Roster
from workbench.findings import Finding

if TYPE_CHECKING:
    from workbench.analytics.plan.staff.people import Sellers


def findings(result: "Sellers", known: Roster) -> Iterator[Finding]:
    table = result.table
    counts = table["tenure_class"].value_counts()
    yield fact(
        "plan.people.sellers",
        sellers=len(table),
        ramped=table["ramped"].sum(),
        new=int(counts.get("new", 0)),
        veterans=int(counts.get("veteran", 0)),
        hires=int(counts.get("hire", 0)),
        leaders=int(known.people["leads"].sum()),
        span=result.period.span,
    )
    yield _pace_fact(result)
    yield from _ramp_findings(result)
    if result.silent:
        yield fact("plan.people.silent", people=len(result.silent), names=result.silent)
    if not known.leaders_known:
        yield fact("plan.people.no_leaders", people=len(known.people))
    if result.leaving[0] == result.leaving[0]:
        rate, lo, hi = result.leaving
        share = len(result.period.months) / 12
        yield fact("plan.people.leaving", rate=rate, lo=lo, hi=hi, people=rate * share * len(table) / 2)
    if (total := known.total_last_year) > 0 and result.other.sum() / total >= 0.02:
        parts = {name: result.other[name] / total for name in ("leaders", "left", "unnamed")}
        yield fact("plan.people.other", weight=result.other.sum(), amount=result.other.sum(), **parts)


def _pace_fact(result: "Sellers") -> Finding:
    own = result.pace
    return fact(
        "plan.people.pace",
        mean=12 * own.mean,
        lo=12 * (own.mean - 1.96 * own.mean_sd),
        hi=12 * (own.mean + 1.96 * own.mean_sd),
        between=own.between,
        monthly=own.monthly,
        chance_part=own.chance_part,
        people=len(own.people),
        drift=own.drift if own.drift_known else None,
    )


def _ramp_findings(result: "Sellers") -> Iterator[Finding]:
    low, high = result.ramp_year
    if low != high:
        yield fact("plan.people.ramp_open", lo=low, hi=high)
    off = result.ramp[(result.ramp["setting"] < result.ramp["lo"]) | (result.ramp["setting"] > result.ramp["hi"])]
    for quarter, row in off.head(1).iterrows():
        yield fact("plan.people.ramp_off", quarter=quarter, **_ramp_values(row))
    if not len(off):
        for quarter, row in result.ramp[result.ramp["found"].notna()].head(1).iterrows():
            yield fact("plan.people.ramp_fits", quarter=quarter, **_ramp_values(row))


def _ramp_values(row: pd.Series) -> dict[str, Any]:
    return {name: row[name] for name in ("setting", "found", "lo", "hi", "joiners")}


def decisions(result: "Sellers") -> Iterator[Finding]:
    """A ramp that history speaks against, by the money that it moves for those who are new."""
    off = result.ramp[(result.ramp["setting"] < result.ramp["lo"]) | (result.ramp["setting"] > result.ramp["hi"])]
    new = result.table["tenure"] < 3 * len(result.ramp)
    for quarter, row in off.head(1).iterrows():
        touched = abs(row["found"] - row["setting"]) * float(result.table.loc[new, "pace"].sum()) / 4
        yield fact(
            "plan.people.change_ramp", weight=touched, quarter=quarter, people=int(new.sum()), **_ramp_values(row)
        )

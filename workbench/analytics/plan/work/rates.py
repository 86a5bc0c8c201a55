"""What the history says of the funnel: how many opportunities are won, when, of what size, and what they came from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.frames import unknown
from workbench.analytics.funnel import conversion
from workbench.analytics.funnel.deals import FEWEST, judged, too_few
from workbench.analytics.funnel.people import beta_binomial
from workbench.analytics.keys import fact
from workbench.analytics.kpis import wilson
from workbench.analytics.plan.work.lags import Lags, lags
from workbench.analytics.plan.work.shrinking import shrunk_rates, shrunk_sizes
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.periods import Calendar, Every
from workbench.settings import Stages
from workbench.settings.plan import Funnel

LEADS, OPPORTUNITIES, WON = "leads", "opportunities", "won"
_YEAR = pd.DateOffset(months=12)
_FEWEST_PERIODS = 3  # whose win rates can be compared
_ALIKE = 9e5  # deals that the whole counts for, from which all periods are taken to be alike
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Records:
    """The tables that the funnel's rates come from: `data.deals()`, `data.stages`, and those of the same names.

    `sales` is `data.sales("month")`, for the share of sales that came through opportunities.
    """

    deals: pd.DataFrame | None
    stages: Stages
    as_of: pd.Timestamp
    stage_history: pd.DataFrame | None = None
    spend: pd.DataFrame | None = None
    sales: pd.DataFrame | None = None
    calendar: Calendar = field(default_factory=Calendar)


@dataclass(frozen=True, kw_only=True, repr=False)
class Rates(Result):
    """The funnel's own rates.

    `steps`: index the stages from leads (where known) or opportunities to the last before won; columns
        rate        of the cases that reached it, those that reach the next one of the table, ratio
        won         of the cases that reached it, those that are won in the end
        lo, hi      95 % interval of rate (Wilson), cases: behind it
    `segments`: by level a frame, index node; columns
        won, closed, rate (won / closed), shrunk, lo, hi (95 %), own (weight of the node's own deals, 0 to 1),
        source ("own" where that is a half or more, else "parent"), size, size_own (weight), money (won in the span),
        created (opportunities a month)
    `lags`: wins by age. `since`: from that day on. `win_rate`: won / (won + lost). `swing`: standard deviation of the
    quarters' own win rates beyond chance
    `sizes`: money of the won deals. `open`: open deals with age in days and amount (mean size where there is none),
    `undated` are left out there
    `created`: opportunities a month in the last 12 months (fewer where the data are younger); `lead_inflow`: leads,
    likewise, None unknown; `lead_rate`: opportunities per lead, of the sources that have leads; `lead_share`: of
    opportunities, those of such sources; `lead_unsourced`: of them, those that name no source
    `through`: share of sales that came through opportunities; None unknown, then all are taken to
    """

    steps: pd.DataFrame
    segments: dict[str, pd.DataFrame]
    lags: Lags
    since: pd.Timestamp
    win_rate: float
    swing: float
    sizes: Array
    open: pd.DataFrame
    undated: int
    created: float
    lead_inflow: float | None
    lead_rate: float | None
    lead_cases: int
    lead_share: float
    lead_unsourced: float
    through: float | None

    @property
    def size(self) -> float:
        """Mean money of a won deal."""
        return float(self.sizes.mean())

    @property
    def yields(self) -> float:
        """Of created opportunities, the share that is won in the end; below the win rate where some never end."""
        return self.lags.share


def funnel_rates(
    records: Records, by: Sequence[str | Sequence[str]] = (), settings: Funnel | None = None
) -> Rates | Unknown:
    """Rates, lags and deal sizes of the last `settings.months`, also by the levels in `by`.

    A level's nodes are pulled toward their parent by as much as chance explains; a sequence of levels in `by`, as
    ("team", "rep"), makes each one the parent of the next.
    """
    settings = settings or Funnel()
    known = judged("plan_funnel", records.deals, records.stages, ("created", "closed", "amount"))
    if isinstance(known, Unknown):
        return known
    recent = _recent(known, records, settings)
    if problem := too_few("plan_funnel", int((~recent["open"]).sum())) or _no_sizes(recent):
        return problem
    since = max(recent.loc[~recent["open"], "closed"].min(), _since(records, settings))
    sizes = recent.loc[recent["won"] & (recent["amount"] > 0), "amount"].to_numpy(float)
    found = Rates(
        steps=_steps(recent, records, curve := lags(recent, records.as_of, since)),
        segments=_segments(recent, by, records),
        lags=curve,
        since=since,
        win_rate=float(recent["won"].sum() / (~recent["open"]).sum()),
        swing=_swing(recent, since, records),
        sizes=sizes,
        open=_open(recent, records.as_of, float(sizes.mean())),
        undated=int((recent["open"] & recent["created"].isna()).sum()),
        created=_a_month(recent["created"], records.as_of, since),
        **_lead_rates(recent, records),
        through=settings.through or _through(known, records),
    )
    return Rates(**{**vars(found), "findings": tuple(_findings(found))})


def deals_share(records: Records, settings: Funnel | None = None) -> float | None:
    """Share of sales that came through opportunities (Rates.through), also where their rates cannot be told.

    None where it is not known.
    """
    settings = settings or Funnel()
    known = judged("plan_funnel", records.deals, records.stages, ("closed", "amount"))
    return settings.through or (None if isinstance(known, Unknown) else _through(known, records))


def _since(records: Records, settings: Funnel) -> pd.Timestamp:
    return pd.Timestamp(records.as_of) + _DAY - pd.DateOffset(months=settings.months)


def _recent(deals: pd.DataFrame, records: Records, settings: Funnel) -> pd.DataFrame:
    """Deals that were closed in the span, or are open."""
    closed = ~deals["open"] & deals["closed"].between(_since(records, settings), records.as_of)
    return deals[closed | deals["open"]]


def _no_sizes(deals: pd.DataFrame) -> Unknown | None:
    valued = int((deals["won"] & (deals["amount"] > 0)).sum())
    return unknown("plan_funnel", "plan.funnel.unknown_sizes", have=valued, need=FEWEST) if valued < FEWEST else None


def _steps(deals: pd.DataFrame, records: Records, curve: Lags) -> pd.DataFrame:
    """Each stage's rate to the next; the first one's takes in the deals that never end."""
    stages, closed = [OPPORTUNITIES], int((~deals["open"]).sum())
    won = {OPPORTUNITIES: (curve.share, closed)}
    found = conversion(deals.drop(columns=["won", "lost", "open"]), records.stage_history, records.stages)
    if not isinstance(found, Unknown):
        later = found.table.iloc[1:].rename(index=lambda s: str(s).title() if s in (LEADS, OPPORTUNITIES, WON) else s)
        stages += [str(s) for s in later.index]
        won |= {str(s): (float(r["win_rate"]), int(r["passed"] + r["lost"])) for s, r in later.iterrows()}
    share = pd.Series({s: won[s][0] for s in stages})
    cases = pd.Series({s: won[s][1] for s in stages}).astype(float)
    rate = (share / share.shift(-1, fill_value=1.0)).clip(upper=1.0)
    lo, hi = wilson(rate * cases, cases)
    return pd.DataFrame({"rate": rate, "won": share, "lo": lo, "hi": hi, "cases": cases}).rename_axis("stage")


def _segments(deals: pd.DataFrame, by: Sequence[str | Sequence[str]], records: Records) -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = {}
    for chain in ((b,) if isinstance(b, str) else tuple(b) for b in by):
        parent = ""
        for level in (one for one in chain if one in deals and deals[one].notna().any()):
            found[level] = _segment(deals, level, parent, found.get(parent), records.as_of)
            parent = level
    return found


def _segment(
    deals: pd.DataFrame, level: str, parent: str, above: pd.DataFrame | None, as_of: pd.Timestamp
) -> pd.DataFrame:
    closed, groups = ~deals["open"], deals.groupby(level)
    table = pd.DataFrame({"won": groups["won"].sum(), "closed": closed.groupby(deals[level]).sum()})
    table["rate"] = table["won"] / table["closed"].where(table["closed"] > 0)
    if parent and above is not None:
        home = deals.dropna(subset=[level, parent]).groupby(level)[parent].agg(lambda p: p.mode().iloc[0])
        prior = home.map(above["shrunk"]).reindex(table.index)
    else:
        prior = pd.Series(np.nan, table.index)
    table = table.join(shrunk_rates(table["won"], table["closed"], prior))
    valued = deals[deals["won"] & (deals["amount"] > 0)]
    table = table.join(shrunk_sizes(valued["amount"].groupby(valued[level]), valued["amount"]))
    table[["size", "size_own"]] = table[["size", "size_own"]].fillna({"size": valued["amount"].mean(), "size_own": 0.0})
    table["money"] = valued["amount"].groupby(valued[level]).sum()
    last = deals[deals["created"] > pd.Timestamp(as_of) - _YEAR]
    months = max(_months(last["created"], as_of), 1.0)
    created = (last.groupby(level).size() / months).reindex(table.index)
    return table.assign(created=created).fillna({"money": 0.0, "created": 0.0})


def _swing(deals: pd.DataFrame, since: pd.Timestamp, records: Records) -> float:
    """How far the win rates of whole quarters lie apart beyond chance: beta-binomial.

    With fewer than three of them the months stand in, which errs on the side of doubt; with fewer than three of these
    it cannot be told and is 0.
    """
    closed, calendar = deals[~deals["open"]], records.calendar
    lengths: tuple[Every, ...] = ("quarter", "month")
    for every in lengths:
        counts = closed.groupby(calendar.start(closed["closed"], every))["won"].agg(["sum", "size"])
        whole = [p >= since and calendar.end_of(p, every) <= records.as_of for p in counts.index]
        counts = counts[np.array(whole, dtype=bool) & (counts["size"] >= FEWEST).to_numpy()]
        if len(counts) >= _FEWEST_PERIODS:
            alpha, beta = beta_binomial(counts["sum"].to_numpy(float), counts["size"].to_numpy(float))
            size = alpha + beta
            return 0.0 if size > _ALIKE else float(np.sqrt(alpha * beta / (size**2 * (size + 1))))
    return 0.0


def _open(deals: pd.DataFrame, as_of: pd.Timestamp, mean: float) -> pd.DataFrame:
    """Open deals with a day of creation: their age, and their amount or the mean one."""
    found = deals[deals["open"] & deals["created"].notna()]
    age = (pd.Timestamp(as_of) - found["created"]).dt.days
    amount = found["amount"].where(found["amount"] > 0, mean)
    levels = [c for c in found if c not in ("created", "closed", "amount", "won", "lost", "open")]
    return found[levels].assign(age=age, amount=amount)[age >= 0]


def _months(created: pd.Series, as_of: pd.Timestamp) -> float:
    """Months that the youngest twelve of a history cover."""
    first = max(created.min(), pd.Timestamp(as_of) + _DAY - _YEAR) if len(created) else pd.Timestamp(as_of)
    return ((pd.Timestamp(as_of) - first).days + 1) / 30.4375


def _a_month(created: pd.Series, as_of: pd.Timestamp, since: pd.Timestamp) -> float:
    """Cases a month in the last 12 months, or since the data know all of them."""
    first = max(pd.Timestamp(as_of) + _DAY - _YEAR, since)
    days = (pd.Timestamp(as_of) - first).days + 1
    return float(created.between(first, as_of).sum() / days * 30.4375)


def _lead_rates(deals: pd.DataFrame, records: Records) -> dict[str, Any]:
    """Leads a month, opportunities per lead of the sources that have leads, and these sources' share."""
    none = {"lead_inflow": None, "lead_rate": None, "lead_cases": 0, "lead_share": 1.0, "lead_unsourced": 0.0}
    spend = records.spend
    if spend is None or "leads" not in spend or "source" not in deals or "channel" not in spend:
        return none
    first = pd.Timestamp(records.as_of) + _DAY - _YEAR
    paid = spend[spend["date"].between(first, records.as_of) & spend["leads"].notna() & spend["channel"].notna()]
    new = deals[deals["created"].between(first, records.as_of)]
    known = new[new["source"].notna()]
    leads, came = float(paid["leads"].sum()), int(known["source"].isin(paid["channel"]).sum())
    if leads < FEWEST or not 0 < came <= leads:  # more opportunities than leads: these leads are not all of them
        return none
    months = max(paid["date"].dt.to_period("M").nunique(), 1)
    share = came / len(known)
    rate = came / leads * len(new) / len(known)  # those without a source come from the sources as the others do
    return {
        "lead_inflow": leads / months,
        "lead_rate": min(rate, 1.0),
        "lead_cases": int(leads),
        "lead_share": share,
        "lead_unsourced": 1 - len(known) / len(new),
    }


def _through(deals: pd.DataFrame, records: Records) -> float | None:
    """Money of the deals won in the last 12 months / sales of the same months."""
    if records.sales is None:
        return None
    first = records.calendar.start_of(pd.Timestamp(records.as_of) + _DAY - _YEAR, "month")
    sales = records.sales[records.sales["period"].between(first, records.as_of)]
    first = sales["period"].min()
    won = deals[deals["won"] & deals["closed"].between(first, records.as_of)]
    sold = float(sales["amount"].sum())
    return min(float(won["amount"].sum()) / sold, 1.0) if sold > 0 else None


def _findings(found: Rates) -> list[Finding]:
    cases = pd.Series([found.steps.at[OPPORTUNITIES, "cases"]])
    lo, hi = (float(x.iloc[0]) for x in wilson(cases * found.yields, cases))
    told = [
        fact(
            "plan.funnel.rates",
            yields=found.yields,
            lo=lo,
            hi=hi,
            win_rate=found.win_rate,
            closed=found.lags.events,
            never=float(found.lags.open[-1]),
            size=found.size,
            days=found.lags.days(0.5),
            late=found.lags.days(0.9),
            since=found.since,
        )
    ]
    if found.undated:
        told.append(fact("plan.funnel.undated", count=found.undated))
    return told

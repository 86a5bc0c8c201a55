"""The life of a customer as targets: reach, interest, decision, loyalty; and which channel works in which phase."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.funnel import Channels
from workbench.analytics.funnel.deals import FEWEST, apart, with_outcome
from workbench.analytics.keys import fact
from workbench.analytics.kpis import wilson
from workbench.analytics.plan.work.backsolve import BackSolve
from workbench.analytics.plan.work.rates import LEADS, Records
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.settings.plan import Funnel

PHASES = ("awareness", "interest", "decision", "loyalty", "referral")
WORKS = {"cost_per_lead": "awareness", "lead_rate": "interest", "win_rate": "decision"}  # what judges a channel
_DAY = pd.Timedelta(days=1)
_YEAR = pd.DateOffset(months=12)


@dataclass(frozen=True, kw_only=True, repr=False)
class LifeCycle(Result):
    """`table`: index phase (PHASES); columns measure (its key), now, lo, hi (95 %), target, gap (target - now), source

    source of the target: "settings", "plan" (what the back-solve asks for) or "unknown"; now is NaN where no table
    tells it. `channels`: index phase; columns planned (of the settings), works (best by the history), basis (by which
    measure), value, told (bool: better than the next one beyond chance)
    `by_channel`: index channel; columns leads, cost_per_lead, opportunities, lead_rate, won, closed, win_rate, lo, hi,
    returned (value won for each unit spent), as far as known
    """

    table: pd.DataFrame
    channels: pd.DataFrame
    by_channel: pd.DataFrame


def life_cycle(
    found: BackSolve | Unknown,
    records: Records,
    channels: Channels | Unknown | None = None,
    settings: Funnel | None = None,
    *,
    repeat: pd.DataFrame | None = None,
) -> LifeCycle | Unknown:
    """Each phase with what it is today and what it is to be: by the settings, else by what the target needs.

    Awareness is leads a month, interest opportunities per lead, decision the share of opportunities that is won,
    loyalty the share of the year before's customers who bought again (`repeat`: `data.customers_each()["before"]` and
    `["now"]` as columns before, now of customers), referral the share of opportunities that customers sent. Channels
    are set beside the phases by `channels` (of `funnel.channels`) and by the deals' sources.
    """
    if isinstance(found, Unknown):
        return found
    settings = settings or Funnel()
    by_channel = _by_channel(records, channels)
    table = _phases(found, records, settings, repeat)
    mapped = _mapped(by_channel, settings)
    result = LifeCycle(table=table, channels=mapped, by_channel=by_channel)
    return LifeCycle(**{**vars(result), "findings": tuple(_findings(result))})


def _phases(found: BackSolve, records: Records, settings: Funnel, repeat: pd.DataFrame | None) -> pd.DataFrame:
    rates, leads = found.rates, LEADS in found.pace.index
    now = {
        "awareness": (rates.lead_inflow if leads else None, None),
        "interest": (rates.lead_rate, float(rates.lead_cases)),
        "decision": (rates.yields, float(rates.lags.events)),
        "loyalty": _again(repeat),
        "referral": _referred(records, settings),
    }
    table = pd.DataFrame({p: {"now": v, "of": n} for p, (v, n) in now.items()}).T.astype(float)
    shares = table.loc[table.index != "awareness"]
    lo, hi = wilson(shares["now"] * shares["of"], shares["of"])
    table["lo"], table["hi"] = lo.reindex(table.index), hi.reindex(table.index)
    asked = {p: getattr(settings.phases, p).target for p in PHASES}
    table["target"] = pd.Series({p: np.nan if v is None else v for p, v in asked.items()}, dtype=float)
    table["source"] = np.where(table["target"].notna(), "settings", "unknown")
    if leads and settings.phases.awareness.target is None:  # the one phase that the back-solve asks more of
        pace: Any = found.pace.loc[LEADS]
        table.at["awareness", "target"], table.at["awareness", "source"] = pace["chance"], "plan"
    table["gap"] = table["target"] - table["now"]
    measures = ("leads", "lead_rate", "yields", "again", "referred")
    table["measure"] = pd.Series(dict(zip(PHASES, measures, strict=True)))
    return table[["measure", "now", "lo", "hi", "target", "gap", "source"]].rename_axis("phase")


def _again(repeat: pd.DataFrame | None) -> tuple[float | None, float | None]:
    """The share of the customers before who bought again now."""
    if repeat is None or not len(repeat):
        return None, None
    before = repeat[repeat["before"].astype(bool)]
    return (float(before["now"].astype(bool).mean()), float(len(before))) if len(before) else (None, None)


def _referred(records: Records, settings: Funnel) -> tuple[float | None, float | None]:
    """The share of the last 12 months' opportunities, of those with a source, that customers sent."""
    deals = pd.DataFrame(records.deals)
    if "source" not in deals or "created" not in deals:
        return None, None
    known = deals[(deals["created"] > pd.Timestamp(records.as_of) - _YEAR) & deals["source"].notna()]
    if len(known) < FEWEST:
        return None, None
    words = "|".join(w.casefold() for w in settings.referrals)
    return float(known["source"].str.casefold().str.contains(words, regex=True).mean()), float(len(known))


def _by_channel(records: Records, channels: Channels | Unknown | None) -> pd.DataFrame:
    """What each source of deals, and each channel that money goes to, brought in the last 12 months."""
    deals = pd.DataFrame(records.deals)
    if "source" not in deals:
        return pd.DataFrame()
    known = with_outcome(deals, records.stages)
    first = pd.Timestamp(records.as_of) + _DAY - _YEAR
    new = known[known["created"] >= first]
    closed = known[~known["open"] & (known["closed"] >= first)]
    table = pd.DataFrame({
        "opportunities": new.groupby("source").size(),
        "won": closed.groupby("source")["won"].sum(),
        "closed": closed.groupby("source").size(),
    }).fillna(0)  # fmt: skip
    table["win_rate"] = table["won"] / table["closed"].where(table["closed"] >= FEWEST)
    table["lo"], table["hi"] = wilson(table["won"].astype(float), table["closed"].astype(float))
    table = _with_leads(table, records, first)
    if isinstance(channels, Channels):
        table = table.join(channels.table["returned"], how="left")
    return table.rename_axis("channel").sort_values("opportunities", ascending=False, kind="stable")


def _with_leads(table: pd.DataFrame, records: Records, first: pd.Timestamp) -> pd.DataFrame:
    spend = records.spend
    if spend is None or not {"channel", "leads"} <= set(spend):
        return table
    paid = spend[spend["date"].between(first, records.as_of)].groupby("channel")
    leads = paid["leads"].sum(min_count=1).reindex(table.index)
    cost = paid["amount"].sum(min_count=1).reindex(table.index) / leads.where(leads > 0)
    rate = (table["opportunities"] / leads.where(leads >= FEWEST)).where(lambda r: r <= 1)
    return table.assign(leads=leads, cost_per_lead=cost, lead_rate=rate)


def _mapped(by_channel: pd.DataFrame, settings: Funnel) -> pd.DataFrame:
    """For each phase the channels meant for it, and the one that history names."""
    rows = {p: {"planned": getattr(settings.phases, p).channels, "works": None, "basis": None, "value": np.nan,
                "told": None} for p in PHASES}  # fmt: skip
    for basis, phase in WORKS.items():
        if basis in by_channel and by_channel[basis].notna().sum() > 1:
            ranked = by_channel[by_channel[basis].notna()].sort_values(basis, ascending=basis == "cost_per_lead")
            best, second = ranked.iloc[0], ranked.iloc[1]
            rows[phase] |= {"works": str(ranked.index[0]), "basis": basis, "value": float(best[basis]),
                            "told": _better(basis, best, second)}  # fmt: skip
    return pd.DataFrame(rows).T.rename_axis("phase")


def _better(basis: str, best: pd.Series, second: pd.Series) -> bool | None:
    """Whether the best is better than the next one beyond chance; None where that cannot be judged."""
    if basis == "cost_per_lead":
        return None
    cases, of = ("won", "closed") if basis == "win_rate" else ("opportunities", "leads")
    return apart(best[cases], best[of], second[cases], second[of])


def _findings(found: LifeCycle) -> list[Finding]:
    known = found.table["now"].notna()
    unknown = tuple(str(p) for p in found.table.index[~known])
    open_ = tuple(str(p) for p in found.table.index[known & found.table["target"].isna()])
    told = [
        fact("plan.funnel.phases", known=int(known.sum()), phases=len(found.table), unknown=len(unknown),
             without=len(open_))
    ]  # fmt: skip
    for phase, row in found.channels.iterrows():
        if row["works"] is not None:
            told.append(
                fact("plan.funnel.phase_channel", about=row["works"], phase=str(phase), channel=row["works"],
                     basis=row["basis"], value=row["value"], told=row["told"])
            )  # fmt: skip
    return told

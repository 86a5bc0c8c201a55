"""The sums that KPIs divide, period by period and node by node: what control charts watch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.periods import Every, Spans
from workbench.sources import small
from workbench.sources.components import PARTS, Facts
from workbench.sources.covers import Days

if TYPE_CHECKING:
    from workbench.sources.data import Data

_ORDER = ("day", "week", "month", "quarter", "year")
_JOINED = {"stage_history"}  # found through the opportunities that it names
_SALES = ("amount", "returns", "quantity", "cost", "orders", "customers", "lines")


def sums(data: "Data", every: Every, by: str = "") -> pd.DataFrame:
    """One row for each node of `by` ("" without) and period: node, period, whole, and each sum known; see kpis.toml.

    Missing where the rows of a table do not reach over a period, or name periods longer than `every`. A level that a
    table does not lead to leaves its sums out.
    """
    sold = data.sales(every, by) if by else data.sales(every)
    sold = sold.rename(columns={by: "node"}) if by else sold.assign(node="")
    sold = sold.dropna(subset="node")
    periods = data.run.calendar.range(data.covers[0], data.run.as_of, every)
    days = {p.isoformat(): (p, data.run.calendar.end_of(p, every)) for p in periods}
    found = [_node(data, every, days, tables, str(node), sold) for node, tables in _parts(data, by, sold).items()]
    whole = pd.Series({p: days[p.isoformat()][1] <= data.run.as_of for p in periods})
    frame = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["node", "period"])
    return frame.assign(whole=frame["period"].map(whole))


@dataclass(frozen=True)
class _ByPeriod(Facts):
    """Facts whose sums are by period: the names of "spans" are the periods' first days."""

    every: Every
    held: dict[str, Days]

    @property
    def days(self) -> dict[str, Days]:
        return self.held

    def added(
        self, dates: pd.Series, values: Mapping[str, pd.Series], more: pd.Series | None = None
    ) -> dict[str, dict[str, float]]:
        known = dates.notna()
        if not known.any():
            return {}
        named = small.grain(dates, self.calendar)
        if named and _ORDER.index(named) > _ORDER.index(self.every):
            return {}
        first, last = self.reach(dates, more)
        starts = pd.DatetimeIndex([start for start, _ in self.held.values()])
        at = starts.get_indexer(pd.DatetimeIndex(self.calendar.start(dates[known], self.every)))
        whole = np.array([first <= start and end <= last for start, end in self.held.values()])
        found = {}
        for name, each in values.items():
            money = each[known].astype("float64").fillna(0.0).to_numpy()
            sums = np.bincount(at[at >= 0], money[at >= 0], len(starts))
            found[name] = dict(zip(self.held, np.where(whole, sums, np.nan).tolist(), strict=True))
        return found


def _parts(data: "Data", by: str, sold: pd.DataFrame) -> dict[str, dict[str, pd.DataFrame]]:
    """The small tables of each node; of the whole for no level."""
    tables = {k: v for k, v in data.tables.items() if k not in data.refs.frames or k == "customers"}
    reps = {"reps": data.tables["reps"]} if "reps" in data.tables else {}
    if not by:
        return {"": {**tables, **reps}}
    split: dict[str, dict[str, pd.DataFrame]] = {str(node): {} for node in sold["node"].unique()}
    for name, frame in {**tables, **reps}.items():
        if name in _JOINED:
            for own in split.values():
                own[name] = frame
        values = data.refs.values(frame, name, by)
        if values is None or name in _JOINED:
            continue
        labels = data.refs.labels(by, name, [str(c) for c in frame.columns])
        for node, rows in frame.groupby(values.map(lambda v, labels=labels: labels.get(v, v))):
            if str(node) in split:
                split[str(node)][name] = rows
    return split


def _node(data: "Data", every: Every, days: dict[str, Days], tables: dict[str, pd.DataFrame], node: str,
          sold: pd.DataFrame) -> pd.DataFrame:  # fmt: skip
    nowhere = Spans("", data.covers, data.covers)
    facts = _ByPeriod(tables, nowhere, data.run.calendar, data.run.as_of, data.stages, every, days)
    index = pd.DatetimeIndex([first for first, _ in days.values()], name="period")
    own = sold[sold["node"] == node].set_index("period").reindex(columns=_SALES)
    own = own.dropna(axis="columns", how="all").astype("float64").reindex(index)
    first, last = data.covers
    held = [first <= a and b <= last for a, b in days.values()]
    own = own.fillna(0.0).where(pd.Series(held, index))
    found: dict[str, dict[str, float]] = {}
    for part in PARTS:
        found |= {name: told for name, told in part(facts).items() if told}
    rest = pd.DataFrame({name: [told.get(p) for p in days] for name, told in found.items()}, index, dtype="float64")
    rest = rest.dropna(axis="columns", how="all")
    if "paid" in rest:
        rest["billed"] = own["amount"]
    return own.join(rest).reset_index().assign(node=node)

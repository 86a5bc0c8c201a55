"""What is known to have happened, with its days and its place: the table of events, and reps who left."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.analytics.plan.period import PlanPeriod

YEAR = pd.Timedelta(days=365)  # what lasts is looked at for a year; later it is what is usual
_SAME = pd.Timedelta(days=3)  # an event and a departure this close are one
FAMILIES: dict[str, tuple[str, ...]] = {  # by what the company calls the kind; the first that fits
    "people": ("离职", "離職", "招聘", "人员", "人員", "left", "leave", "resign", "hire", "staff"),
    "market": ("价格战", "價格戰", "竞", "競", "政策", "法规", "法規", "price war", "compet", "policy", "regulat"),
    "campaign": ("活动", "活動", "促销", "促銷", "推广", "推廣", "campaign", "promot", "fair", "advert"),
    "product": ("新品", "上市", "调价", "調價", "停产", "停產", "缺货", "缺貨", "launch", "price", "product", "stock"),
}

TOWARD: dict[str, tuple[str, ...]] = {  # the way that such a thing moves sales, where its name says so
    "down": (
        "离职",
        "離職",
        "价格战",
        "價格戰",
        "缺货",
        "缺貨",
        "停产",
        "停產",
        "left",
        "resign",
        "price war",
        "out of stock",
    ),
    "up": ("市场活动", "市場活動", "行销活动", "行銷活動", "促销", "促銷", "推广", "推廣", "campaign", "promot"),
}


def happenings(
    tables: Mapping[str, pd.DataFrame], levels: tuple[str, ...], period: PlanPeriod, until: pd.Timestamp
) -> pd.DataFrame:
    """What touched the period: its events and the reps who had left within a year of its last day.

    Columns kind, name, family (a key of FAMILIES, or "other"), first, last (NaT: it lasts), rep (name as reports show
    it, None for an event), manager, and one per level in `levels` that events name. Nothing after `until` is looked at,
    and an event that ended before the period is not in.
    """
    found = [*_events(tables.get("events"), levels), *_leavers(tables.get("reps"))]
    columns = ["kind", "name", "family", "first", "last", "rep", "manager", *placed(tables.get("events"), levels)]
    made = pd.DataFrame(found, columns=columns)
    if made.empty:
        return made
    made["last"] = pd.to_datetime(made["last"])
    end = min(period.last, until)
    over = made["last"] < period.first
    old = made["last"].isna() & (made["first"] <= end - YEAR)
    return made[(made["first"] <= end) & ~over & ~old].sort_values("first", kind="stable", ignore_index=True)


def placed(events: pd.DataFrame | None, levels: tuple[str, ...]) -> tuple[str, ...]:
    """The levels that events name a place by."""
    return () if events is None else tuple(c for c in levels if c in events and events[c].notna().any())


def family(kind: str) -> str:
    """The family of a kind of event, by the words in it; "other" where none fits."""
    low = str(kind).lower()
    return next((name for name, words in FAMILIES.items() if any(word in low for word in words)), "other")


def toward(kind: str) -> str:
    """Which way a kind of event moves sales, "up" or "down", by the words in it; "" where it may be either."""
    low = str(kind).lower()
    return next((way for way, words in TOWARD.items() if any(word in low for word in words)), "")


def _events(events: pd.DataFrame | None, levels: tuple[str, ...]) -> list[dict[str, Any]]:
    if events is None or not {"date", "kind"} <= set(events):
        return []
    known = events.dropna(subset=["date", "kind"])
    places = placed(events, levels)
    rows = []
    for row in known.to_dict("records"):
        name = row.get("name")
        where = {c: None if pd.isna(row[c]) else str(row[c]) for c in places}
        told = str(row["kind"] if name is None or pd.isna(name) else name)
        rows.append({"kind": str(row["kind"]), "name": told, "family": family(str(row["kind"])), "first": row["date"],
                     "last": row.get("end", pd.NaT), "rep": None, "manager": None, **where})  # fmt: skip
    return rows


def _leavers(reps: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Reps with a day of leaving, under the names that reports use."""
    if reps is None or "left" not in reps:
        return []
    keys = reps["rep"].astype("str")
    names = reps["name"].astype("str").where(reps["name"].notna(), keys) if "name" in reps else keys
    labels = names.where(~names.duplicated(keep=False), names + " (" + keys + ")")
    of_key = dict(zip(keys, labels, strict=True))
    boss = reps["manager"] if "manager" in reps else pd.Series(None, reps.index, dtype=object)
    gone = reps.assign(label=labels, boss=boss)[reps["left"].notna()]
    return [
        {"kind": "left", "name": row["label"], "family": "people", "first": row["left"], "last": pd.NaT,
         "rep": row["label"], "manager": None if pd.isna(row["boss"]) else of_key.get(str(row["boss"]))}
        for row in gone.to_dict("records")
    ]  # fmt: skip


def joined(found: pd.DataFrame, home: Mapping[str, Mapping[str, str]], places: tuple[str, ...]) -> pd.DataFrame:
    """The same with an event that tells of a rep's departure taken into the rep's row: within three days, in the
    rep's own place (`home`: level → value, by rep)."""
    drop = []
    made = found.copy()
    for at, row in found[found["rep"].notna()].iterrows():
        own = home.get(str(row["rep"]), {})
        near = found[found["rep"].isna() & ((found["first"] - row["first"]).abs() <= _SAME)]
        near = near[(near["family"] == "people") & near["last"].isna()]
        for other, event in near.iterrows():
            if all(pd.isna(event[c]) or own.get(c) == event[c] for c in places):
                made.loc[at, "kind"] = event["kind"]
                drop.append(other)
    return made.drop(index=drop).reset_index(drop=True)

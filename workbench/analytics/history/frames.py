"""What the history functions share: checking a frame, and setting two spans side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.analytics.frames import unknown
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.periods import Calendar, Spans

MEASURES = ("amount", "returns", "quantity", "cost", "orders", "customers", "lines")
SPRING_FESTIVAL = ("CN", "HK", "MO", "TW", "SG", "VN")  # where it closes business for days


def unknown_spans(section: str, compare: pd.DataFrame, spans: Spans | None) -> Unknown | None:
    """Why two spans cannot be compared; None when they can."""
    if spans is None:
        return unknown(section, "history.unknown_spans")
    return unknown(section, "history.unknown_empty") if compare.empty else None


def side_by_side(compare: pd.DataFrame, node: str, measures: Sequence[str] = ("amount",)) -> pd.DataFrame:
    """One row a node (NA for the missing one), columns measure and measure_before, largest amount now first.

    A node without rows in a span sold nothing in it: its amount is 0. Other measures are NaN there.
    """
    codes, names = pd.factorize(compare[node])  # the missing node gets -1, so it is a group like any other
    sums = compare[list(measures)].astype("float64").groupby([compare["span"].astype(object), codes]).sum(min_count=1)
    spans = {"now": "", "before": "_before"}
    parts = [sums.xs(span).add_suffix(end) for span, end in spans.items() if span in sums.index]
    columns = [f"{m}{end}" for m in measures for end in spans.values()]
    wide = pd.concat(parts, axis=1).reindex(columns=columns)
    wide.index = _index(names, wide.index, node)
    wide[["amount", "amount_before"]] = wide[["amount", "amount_before"]].fillna(0.0)
    return ordered(wide, wide["amount"])


def ordered(table: pd.DataFrame, size: pd.Series) -> pd.DataFrame:
    """Largest first; equal ones by name, so that the order of the rows in the data does not matter."""
    by_name = table.index.astype(str).argsort(kind="stable")
    by_size = (-size.iloc[by_name]).argsort(kind="stable")
    return table.iloc[by_name].iloc[by_size]


def most(decisions: Sequence[Finding], limit: int = 5) -> tuple[Finding, ...]:
    """The ones that touch most money, at most `limit`, so that no report drowns in alarms."""
    return tuple(sorted(decisions, key=lambda d: -d.weight)[:limit])


def festival_moves(calendar: Calendar | None) -> bool:
    """Whether January and February trade sales because Spring Festival moves between them."""
    if calendar is None or calendar.settings.pattern != "months":
        return False
    return calendar.settings.country.upper() in SPRING_FESTIVAL


def days(spans: Spans) -> dict[str, Any]:
    """The spans as values of a finding."""
    return {"span": spans.name, "now_first": spans.now[0], "now_last": spans.now[1],
            "before_first": spans.before[0], "before_last": spans.before[1]}  # fmt: skip


def _index(names: pd.Index, codes: pd.Index, node: str) -> pd.Index:
    return pd.Index([names[c] if c >= 0 else pd.NA for c in codes], dtype=object, name=node)


def issued(months: pd.DataFrame, by_month: Mapping[str, pd.DataFrame], *, most: int = 500) -> pd.DataFrame:
    """Sales by month as a report keeps them, so that a later one can tell what was told differently.

    Columns level ("" for the whole), node, period, amount, whole. A level of more than `most` nodes is left out.
    """
    parts = [months.assign(level="", node="")]
    for level, frame in by_month.items():
        if frame[level].nunique() <= most:
            parts.append(frame.assign(level=level, node=frame[level].astype("string").fillna("")))
    return pd.concat([p[["level", "node", "period", "amount", "whole"]] for p in parts], ignore_index=True)

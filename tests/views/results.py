"""Invented results for the tests of views: small, whole, with any name as a node."""

import numpy as np
import pandas as pd

from workbench.analytics.results import (
    Breakdown,
    Bridge,
    Concentration,
    Growth,
    Result,
    Scorecard,
    Season,
    Totals,
    Unknown,
)
from workbench.findings import Finding
from workbench.periods import Spans

SPANS = Spans("year_to_date", (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-09-30")),
              (pd.Timestamp("2025-01-01"), pd.Timestamp("2025-09-30")))  # fmt: skip
DAYS = {"span": "year_to_date", "now_first": SPANS.now[0], "now_last": SPANS.now[1],
        "before_first": SPANS.before[0], "before_last": SPANS.before[1]}  # fmt: skip


def totals(size: float = 1.0, months: int = 30) -> Totals:
    index = pd.date_range("2024-04-01", periods=months, freq="MS", name="period")
    amount = size * (20e6 + 5e6 * np.sin(np.arange(months)))
    table = pd.DataFrame({"amount": amount, "orders": 200.0, "average_order_value": amount / 200}, index=index)
    table["change"] = table["amount"].pct_change()
    table["yoy"] = table["amount"].pct_change(12)
    table["whole"] = [True] * (months - 1) + [False]
    table.loc[index[-1], ["change", "yoy"]] = np.nan
    last = {
        "every": "month",
        "period": index[-2:][0],
        "amount": amount[-2:][0],
        "change": 0.01,
        "yoy": -0.05,
        "direction": "down",
        "festival": False,
    }
    return Totals(every="month", table=table, festival=pd.DataFrame(), findings=(Finding("history.latest", last),))


def breakdown(names: list[str | None], level: str = "customer", size: float = 1.0) -> Breakdown:
    now = size * np.array([1000.0 / (n + 1) for n in range(len(names))])
    before = now[::-1].copy() if len(names) > 1 else now * 0.9
    change, whole = now - before, before.sum()
    table = pd.DataFrame(
        {
            "amount": now,
            "amount_before": before,
            "share": now / now.sum(),
            "share_before": before / whole,
            "change": change,
            "yoy": change / before,
            "contribution": change / whole,
        },
        index=pd.Index(names, name=level, dtype=object),
    )
    row = table.iloc[0]
    values = {
        "level": level,
        "node": names[0],
        **{k: row[k] for k in ("amount", "amount_before", "change", "yoy", "contribution")},
    }
    more = {"expected": row["amount"], "shortfall": 5.0, "noise": 1.0, "times_noise": 2.4, "judged": "noise"}
    largest = {
        "level": level,
        "node": names[0],
        "amount": row["amount"],
        "share": row["share"],
        "share_before": 0.1,
        "nodes": 3,
    }
    return Breakdown(
        level=level,
        table=table,
        spans=SPANS,
        findings=(Finding("history.breakdown_largest", largest), Finding("history.breakdown_rise", values)),
        decisions=(Finding("history.node_falling", values | more, weight=500.0, subject=str(names[0])),),
    )


def bridge(names: list[str | None]) -> Bridge:
    parts = {
        "before": 1000.0,
        "price": 50.0,
        "volume": -80.0,
        "mix": 20.0,
        "new": 30.0,
        "lost": -10.0,
        "other": 0.0,
        "after": 1010.0,
    }
    n = len(names)
    table = pd.DataFrame(
        {
            "kind": "both",
            "quantity": 2.0,
            "quantity_before": 3.0,
            "unit_price": 5.0,
            "unit_price_before": 4.0,
            "amount": 10.0,
            "amount_before": 12.0,
            "change": -2.0,
            "price": 2.0,
            "volume": -4.0,
            "mix": 0.0,
        },
        index=pd.Index(names, name="product", dtype=object),
    )
    values = {
        "by": "product",
        **parts,
        "change": 10.0,
        "largest": "volume",
        "largest_effect": -80.0,
        "convention": "total_quantity",
    }
    assert len(table) == n
    return Bridge(by="product", steps=pd.Series(parts), table=table, convention="total_quantity", spans=SPANS,
                  findings=(Finding("history.bridge", values),))  # fmt: skip


def concentration(names: list[str]) -> Concentration:
    top = pd.DataFrame({"amount": 100.0, "share": 0.05, "cumulative_share": 0.1, "amount_before": 90.0, "change": 10.0},
                       index=pd.Index(names[:10], name="customer", dtype=object))  # fmt: skip
    x = np.linspace(0, 1, 101)
    values = {"by": "customer", "nodes": 200, "share_top_10": 0.4, "nodes_for_80": 60, "share_of_nodes_for_80": 0.3,
              "largest": names[0], "largest_share": 0.05, "hhi": 0.02, "gini": 0.6}  # fmt: skip
    return Concentration(
        by="customer",
        curve=pd.DataFrame({"share_of_nodes": x, "share_of_amount": x**0.2}),
        top=top,
        nodes=200,
        share_top_10=0.4,
        nodes_for_80=60,
        hhi=0.02,
        gini=0.6,
        negative_nodes=0,
        negative_amount=0.0,
        missing_amount=0.0,
        missing_share=0.0,
        findings=(Finding("history.concentration", values),),
    )


def season() -> Season:
    index = pd.date_range("2022-10-01", periods=48, freq="MS", name="period")
    table = pd.DataFrame(
        {"amount": 100.0 + np.arange(48), "trend": 100.0 + np.arange(48), "season": 1.0, "remainder": 1.0}, index=index
    )
    profile = pd.DataFrame({"index": np.linspace(0.7, 1.3, 12)}, index=pd.RangeIndex(1, 13))
    profile = profile.assign(lo=profile["index"] - 0.1, hi=profile["index"] + 0.1)
    values = {"peak": 12, "peak_index": 1.3, "low": 1, "low_index": 0.7, "strength_season": 0.8, "strength_trend": 0.9,
              "by_chance": 0.25, "cycles": 4.0, "kind": "multiplicative", "per_year": 12}  # fmt: skip
    return Season(
        table=table,
        profile=profile,
        strength_trend=0.9,
        strength_season=0.8,
        kind="multiplicative",
        cycles=4.0,
        per_year=12,
        findings=(Finding("history.season", values),),
    )


def growth() -> Growth:
    table = pd.DataFrame(
        {"now": [31.2e6, 1200.0], "before": [28.5e6, 1100.0], "change": [2.7e6, 100.0], "rate": [0.0947, 0.0909]},
        index=pd.Index(["amount", "orders"]),
    )
    values = {"amount": 31.2e6, "amount_before": 28.5e6, "change": 2.7e6, "rate": 0.0947, "direction": "up", **DAYS}
    return Growth(table=table, spans=SPANS, findings=(Finding("history.growth", values),))


def scorecard() -> Scorecard:
    table = pd.DataFrame(
        {
            "now": [31.2e6, 0.31],
            "before": [28.5e6, np.nan],
            "change": [0.0947, np.nan],
            "lo": [np.nan, 0.28],
            "hi": [np.nan, 0.34],
            "unit": ["money", "ratio"],
            "better": "higher",
            "tile": True,
        },
        index=pd.Index(["sales", "win_rate"], name="kpi"),
    )
    values = {"kpi": "win_rate", "unit": "ratio", "now": 0.31}
    return Scorecard(table=table, findings=(Finding("kpis.now", values),))


def unknown() -> Unknown:
    return Unknown(
        section="season", findings=(Finding("history.unknown_months", {"section": "season", "have": 9, "need": 24}),)
    )


def each(names: list[str]) -> tuple[Result, ...]:
    """One result of each type, with `names` wherever nodes have names."""
    return (
        totals(),
        growth(),
        breakdown([*names, None]),
        bridge([*names, None]),
        concentration(names),
        season(),
        scorecard(),
        unknown(),
    )

"""Every finding that analytics may return, by key, with the names of its values: the phrases are written from this.

Values are in base units: money in the company's currency, ratios as 0.05, points as a difference of two ratios, periods
and days as pd.Timestamp. A value is None where it is unknown. Words that recur:

`direction`  "up", "down" or "same"
`span`       periods.Spans.name: "year_to_date", "last_12_months" or "quarter"
`every`      length of a period: "day", "week", "month", "quarter" or "year"
`node`       a value of `level` or `by` (a region, a customer); None is the missing one
`section`    the function that could not answer: "totals", "growth", "breakdown", "bridge", "concentration", "season",
             "scorecard"
`judged`     how a decision was judged: "noise" (against the node's own months), "interval" (95 % interval) or "size"
"""

from typing import Any

import pandas as pd

from workbench.findings import Finding

_SPANS = ("span", "now_first", "now_last", "before_first", "before_last")
_NODE = ("level", "node", "amount", "amount_before", "change", "yoy", "contribution")

KEYS: dict[str, tuple[str, ...]] = {
    # growth: now against before. `rate` = change / before
    "history.growth": ("amount", "amount_before", "change", "rate", "direction", *_SPANS),
    "history.growth_no_rate": ("amount", "amount_before", "change", "direction", *_SPANS),  # before was 0 or less
    "history.growth_orders": (
        "orders", "orders_before", "orders_rate",
        "average_order_value", "average_order_value_before", "average_order_value_rate",
    ),
    "history.growth_customers": (
        "customers", "customers_before", "customers_rate",
        "per_customer", "per_customer_before", "per_customer_rate",  # sales by customer
    ),
    "history.growth_quantity": ("quantity", "quantity_before", "quantity_rate"),
    "history.season_not_removed": _SPANS,  # the spans are neighbouring quarters: season is still in the growth
    # totals: by period. `change` on the period before, `yoy` on the same one a year before, ratios
    "history.latest": ("every", "period", "amount", "change", "yoy", "direction", "festival"),  # last whole period
    "history.partial": ("every", "period", "amount"),  # last period, not whole: not compared
    "history.best": ("every", "period", "amount", "periods"),  # highest of `periods` whole ones
    "history.worst": ("every", "period", "amount", "periods"),
    "history.streak": ("every", "measure", "direction", "periods"),  # measure: "yoy" or "change"; at least 3 in a row
    "history.festival": (  # January and February together, because Spring Festival moves between them
        "year", "amount", "amount_before", "rate", "direction", "festival_day", "festival_day_before",
    ),
    # breakdown: by node. `contribution` = the node's change / the whole's before, ratio; they sum to the growth rate
    "history.breakdown_largest": ("level", "node", "amount", "share", "share_before", "nodes"),
    "history.breakdown_rise": _NODE,  # the largest rise in money
    "history.breakdown_fall": _NODE,  # the largest fall in money
    "history.breakdown_new": ("level", "count", "amount"),  # nodes with sales now and none before
    "history.breakdown_lost": ("level", "count", "amount"),  # the other way round; `amount` is what they sold before
    "history.breakdown_missing": ("level", "amount", "share"),  # sales whose node is not given
    "history.breakdown_single": ("level", "node"),  # only one node: the whole and the part are the same
    # bridge: before + price + volume + mix + new + lost + other = after
    "history.bridge": (  # largest: "price", "volume", "mix", "new", "lost" or "other"; mix None: it is in volume
        "by", "before", "after", "change", "price", "volume", "mix", "new", "lost", "other",
        "largest", "largest_effect", "convention",
    ),
    "history.bridge_new": ("by", "count", "amount"),
    "history.bridge_lost": ("by", "count", "amount"),  # amount: what they sold before, positive
    "history.bridge_other": ("by", "count", "amount", "amount_before", "change"),  # no usable quantity or price
    "history.bridge_coverage": ("by", "share"),  # under half of the sales are in items that both spans have
    "history.bridge_unlike": ("by", "times", "volume_and_mix"),  # unit prices lie `times` apart: read the two together
    # concentration: of what was sold now, among named nodes with positive sales
    "history.concentration": (
        "by", "nodes", "share_top_10", "nodes_for_80", "share_of_nodes_for_80",
        "largest", "largest_share", "hhi", "gini",
    ),
    "history.concentration_few": ("by", "nodes", "largest", "largest_share"),  # 10 nodes or fewer
    "history.concentration_shift": ("by", "share_top_10", "share_top_10_before", "change", "direction"),  # points
    "history.concentration_negative": ("by", "count", "amount"),  # nodes that returned more than they bought
    "history.concentration_missing": ("by", "amount", "share"),  # sales without a named node
    # season: peak and low are period numbers of the year (months 1 to 12), index 1.2 is 20 % above the average month;
    # by_chance: the strength of season that one in twenty series of pure noise reaches
    "history.season": (
        "peak", "peak_index", "low", "low_index",
        "strength_season", "strength_trend", "by_chance", "cycles", "kind", "per_year",
    ),
    "history.season_weak": ("strength_season", "by_chance", "cycles"),  # no stronger than chance gives
    "history.season_two_cycles": ("periods", "cycles"),  # two cycles cannot tell season from chance
    "history.season_festival": (),  # Spring Festival moves between January and February: their indices carry both
    "history.trend": ("rate", "direction", "amount", "amount_before"),  # level of the trend against a year before
    "history.unusual": ("period", "amount", "expected", "ratio", "direction"),  # far from trend and season
    # cannot be told
    "history.unknown_empty": ("section",),  # no sales in the scope
    "history.unknown_spans": ("section",),  # no two comparable spans: two whole quarters are needed
    "history.unknown_quantity": ("section",),  # orders hold no quantity
    "history.unknown_compared": ("section", "by"),  # no item has quantity and price in both spans
    "history.unknown_months": ("section", "have", "need"),  # whole periods
    "history.unknown_named": ("section", "by"),  # no sale has a named node, or none a positive amount
    "history.unknown_negative": ("section",),  # the average of the periods is 0 or less
    # decisions: what needs one. The subject is the node, the weight is the money
    "history.node_falling": (  # expected: had it moved as the whole; noise: one standard deviation of such a change
        *_NODE, "expected", "shortfall", "noise", "times_noise", "judged",
    ),
    "history.price_falling": ("by", "effect", "rate", "item", "item_effect", "judged"),
    "history.items_lost": ("by", "count", "amount", "item", "item_amount", "judged"),
    "history.concentration_high": ("by", "node", "amount", "share", "limit", "judged"),
    "history.large_node_falling": ("by", "node", "amount", "amount_before", "change", "yoy", "judged"),
    # kpis: `change` is a ratio for amounts and counts, points for ratios, a difference for scores
    "kpis.change": ("kpi", "unit", "now", "before", "change", "better", "verdict"),  # verdict: better, worse, same, ""
    "kpis.now": ("kpi", "unit", "now"),  # no earlier value
    "kpis.interval": ("kpi", "now", "lo", "hi", "cases", "before", "change", "beyond_noise"),  # 95 %, of now
    "kpis.unknown": ("section",),  # none of the declared KPIs has its components
    "kpis.worse": ("kpi", "unit", "now", "before", "change", "effect", "judged"),  # decision; effect is money
}  # fmt: skip


def fact(key: str, *, weight: float = 0.0, about: Any = None, **values: Any) -> Finding:
    """A finding with plain Python values, None where unknown; `about` is the node it is about."""
    if set(values) != set(KEYS[key]):  # a phrase would miss a value, or a value would never be said
        raise TypeError(f"{key} has values {sorted(KEYS[key])}, not {sorted(values)}")
    subject = "" if _plain(about) is None else str(about)
    weight = float(abs(weight)) if pd.notna(weight) else 0.0
    return Finding(key, {name: _plain(value) for name, value in values.items()}, weight, subject)


def direction(change: float | None) -> str:
    """The sign as a word: up, down or same."""
    if change is None or pd.isna(change) or change == 0:
        return "same"
    return "up" if change > 0 else "down"


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list | str):
        return value
    return None if pd.isna(value) else getattr(value, "item", lambda: value)()

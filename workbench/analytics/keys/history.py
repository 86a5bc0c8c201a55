"""What the findings of history hold, by key."""

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
    # level of the trend against a year before
    "history.trend": ("rate", "direction", "amount", "amount_before", "per_year"),
    "history.unusual": ("period", "amount", "expected", "ratio", "direction"),  # far from trend and season
    # breaks: dated changes of level; measure "amount", "price_index", "quantity" or "orders"; value units follow it
    "history.break": (
        "measure", "every", "period", "lo", "hi", "before", "after", "ratio", "direction", "p",
    ),
    "history.no_break": ("measure", "every", "periods", "p", "slope", "direction"),  # slope: growth a year
    "history.out_of_line": ("measure", "every", "period", "value", "expected", "ratio", "direction"),
    # calendar effects: first and last are days from the festival's first day, without sign; effect is money a festival
    "history.festival_before": ("first", "last", "ratio", "lo", "hi", "effect", "festivals"),
    "history.festival_during": ("first", "last", "ratio", "lo", "hi", "effect", "festivals"),
    "history.festival_after": ("first", "last", "ratio", "lo", "hi", "effect", "festivals"),
    "history.festival_net": ("effect", "festivals"),
    "history.working_day": ("off_day", "lo", "hi", "worth", "amount"),
    # product life and mix
    "history.product_life": (
        "by", "items", "new", "new_share", "mature", "mature_share", "fading", "fading_share",
    ),
    "history.product_fading": ("by", "item", "amount", "peak", "of_peak"),
    "history.product_new": ("by", "item", "amount", "first"),
    "history.mix": ("by", "shifted", "up", "up_share", "up_change", "down", "down_share", "down_change"),
    "history.mix_hhi": ("by", "hhi", "hhi_before", "nodes", "direction"),
    "history.unknown_not_positive": ("section", "count"),  # periods at zero or less
    "history.unknown_days": ("section", "have", "need"),
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
}  # fmt: skip

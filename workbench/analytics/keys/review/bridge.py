"""What the findings of review.bridge hold, by key. `against`: "target", "expected" or "before": what an effect is
measured from; `noise`: half width of what chance brings (95 %), None unknown."""

_PERIOD = ("period", "every")
_GAP = ("amount", "gap", "size", "direction", "beyond")

KEYS: dict[str, tuple[str, ...]] = {
    # target: from the target to the sales; before: from the sales of the period before (against: "year", "previous")
    "review.bridge.target": ("target", "attainment", "chance", *_PERIOD, *_GAP),  # chance: at the start; None unknown
    "review.bridge.before": ("before", "rate", "against", *_PERIOD, *_GAP),
    "review.bridge.start": ("target", "expected", "asked", "direction", "lo_95", "hi_95", "rest", "within"),
    "review.bridge.fall": ("level", "node", "effect", "amount", "against", "noise"),
    "review.bridge.rise": ("level", "node", "effect", "amount", "against", "noise"),
    "review.bridge.within": ("level", "count", "nodes", "every", "effect", "judged"),
    "review.bridge.no_noise": ("level", "need"),
    "review.bridge.no_target": ("level", "count", "amount"),
    "review.bridge.unassigned": ("level", "amount", "direction", "target"),
    "review.bridge.decide": ("level", "node", "owner", "effect", "amount", "against", "noise", "times_noise", "judged"),
    "review.bridge.unknown_sales": (*_PERIOD, "first", "last"),
    "review.bridge.unknown_before": (*_PERIOD, "first", "last"),
    # mix: before + price + volume + mix + new + lost + other = after; a part that cannot be told is None
    "review.bridge.mix": (
        "by",
        "change",
        "largest",
        "largest_effect",
        "price",
        "volume",
        "mix",
        "convention",
        "base",
        "against",
        "beyond",
        *_PERIOD,
    ),
    "review.bridge.mix_comers": ("by", "new", "lost", "new_count", "lost_count"),
    "review.bridge.mix_placed": ("by", "level", "change"),  # begun or stopped in some nodes, sold in others in both
    "review.bridge.mix_other": ("by", "count", "change"),
    "review.bridge.mix_within": ("steps", "convention"),  # those within noise: "price", "price_volume", "volume_mix" …
    "review.bridge.mix_node": ("level", "node", "change", "largest", "largest_effect", "convention"),
    "review.bridge.mix_price": ("places", "effect", "rate"),  # pairs of level and node; rate of what was sold there
    "review.bridge.mix_published": ("price", "volume", "joint"),  # what some publish as mix is the joint term
    "review.bridge.unknown_quantity": (),
    "review.bridge.unknown_both": ("by",),
    # chains: a change of a product by its factors
    "review.bridge.chain": (
        "kind",
        "change",
        "largest",
        "largest_effect",
        "largest_rate",
        "second",
        "second_effect",
        "beyond",
        "against",
        *_PERIOD,
    ),
    "review.bridge.chain_within": ("kind", "count", "factors", "every"),  # how many of the factors are within noise
    "review.bridge.chain_apart": ("kind", "largest", "lmdi", "shapley"),
    "review.bridge.chain_other": ("kind", "change"),
    "review.bridge.chain_node": ("kind", "level", "node", "factor", "effect"),
    "review.bridge.unvalued": ("count", "won"),
    "review.bridge.quadrant": (
        "verdict",
        "sales",
        "leads",
        "flow",
        "against",
    ),  # ratios to what was wanted; flow: "leads" or "created"
    "review.bridge.unknown_deals": ("have", "need"),
    "review.bridge.unknown_market": ("why",),  # "none", "short", "level"
    "review.bridge.unknown_buyers": ("why",),  # "none", "unsettled"
}

"""What the findings of market hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {
    # sizing: how much there is to win. method: "top_down", "bottom_up" or "proxy"; year: a pair of days
    # answer: by all ways that tell it, each counting the same; more: beyond what is sold already
    "market.sizing.answer": ("som", "som_lo", "som_hi", "own", "more", "ways", "tam", "sam", "year", "within"),
    "market.sizing.size": ("method", "tam", "tam_lo", "tam_hi", "sam", "som", "som_lo", "som_hi", "year"),
    "market.sizing.apart": (
        "what",
        "times",
        "largest",
        "smallest",
        "most",
        "least",
        "overlap",
    ),  # what: a size
    "market.sizing.matters": ("assumption", "method", "swing", "share"),  # share of that way's SOM
    "market.sizing.certain": ("count", "names"),  # assumptions given as one number, without a range
    "market.sizing.not_told": ("method", "needs"),  # needs: settings or tables that would tell
    "market.sizing.beyond_own": ("own", "som", "method"),  # more is sold already than is said to be obtainable
    "market.sizing.above_published": ("what", "size", "published", "method"),  # larger than the market as published
    "market.sizing.unknown": ("section", "needs"),
    "market.sizing.unknown_part": (),  # the part is no segment of the market
    "market.sizing.part": ("top_down",),  # what is taken over from the whole company, and what is not
    # share: own sales against the market, the same `periods` of two years
    "market.share.whole": (
        "share",
        "share_before",
        "lo_80",
        "hi_80",
        "points",
        "direction",
        "own_growth",
        "market_growth",
        "now",
        "every",
        "periods",
    ),
    "market.share.part": (),  # of a part in a market that is published for all
    "market.share.effects": ("change", "market", "structure", "share"),  # money
    "market.share.lost": ("level", "node", "share", "share_before", "points", "money", "own_growth", "market_growth"),
    "market.share.won": ("level", "node", "share", "share_before", "points", "money", "own_growth", "market_growth"),
    "market.share.left_out": ("ours", "theirs", "amount"),  # segments that only one side has
    "market.share.rivals": ("count", "largest", "share", "together"),
    "market.share.decide": ("level", "node", "share", "share_before", "money", "judged"),  # decision
    "market.share.unknown": ("section", "have", "needs"),
    # potential: where there is more to win; money a year at the best comparable part's share
    "market.potential.largest": ("level", "node", "headroom", "lo_80", "hi_80", "share", "best", "market"),
    # by account: share and best are money for one account
    "market.potential.largest_by_account": ("level", "node", "headroom", "lo_80", "hi_80", "share", "best", "accounts"),
    "market.potential.decide_by_account": (  # decision; others: how many it is compared with
        "level",
        "node",
        "headroom",
        "share",
        "best",
        "others",
        "judged",
    ),
    "market.potential.total": ("level", "nodes", "headroom", "own"),
    "market.potential.white_space": ("level", "node", "accounts", "customers", "white_space", "penetration"),
    "market.potential.entry": ("level", "node", "market", "low", "usual", "nodes"),  # nothing is sold there yet
    "market.potential.decide": ("level", "node", "headroom", "share", "best", "others", "judged"),  # decision
    "market.potential.unknown": ("section", "have", "need"),
    # launches: new products; market, units and next_year in units, money and net (after what others lose) in money
    "market.launches.product": (
        "product",
        "launched",
        "units",
        "market",
        "market_lo",
        "market_hi",
        "peak",
        "peak_lo",
        "peak_hi",
        "next_year",
        "money",
        "money_lo",
        "money_hi",
        "net",
        "from_prior",
    ),
    # of the same months: money here, amount with lo_80 and hi_80 by the forecast of sales, gap: money less amount
    "market.launches.beside": ("product", "span", "money", "amount", "lo_80", "hi_80", "gap", "inside"),
    "market.launches.replaces_unknown": ("products",),
    "market.launches.unknown": ("section", "needs"),
    # target: what the market alone would let us aim for; held: at today's share, reach: with the headroom won
    "market.target.held": (
        "period",
        "held",
        "lo_80",
        "hi_80",
        "growth",
        "market",
        "market_growth",
        "share",
        "reach",
        "before",
    ),
    "market.target.unknown": ("section",),
    # demand: percent of quantity for one percent of price. lost, revenue: for 1 % more on the price, ratios
    "market.demand.elasticity": ("value", "lo_80", "hi_80", "lost", "revenue", "items", "periods"),
    "market.demand.unknown": (  # reason: "few", "still", "anticipated", "far" or "wide"
        "section",
        "reason",
        "items",
        "periods",
        "moves",
        "lo_80",
        "hi_80",
        "least_items",
        "least_periods",
    ),
    # series: the market as published, made regular; step: "differenced", "split_festival" or "chained"
    "market.series.size": ("amount", "amount_before", "rate", "year", "every", "segments"),
    "market.series.step": ("step", "every"),
    "market.series.disagree": ("count", "of", "period", "segment", "growth", "implied", "every"),
    # revised: figures published again with another value; first, last: money of the one that changed most
    "market.series.revised": ("count", "period", "segment", "first", "last", "change", "mean", "every"),
    # total: a segment that stands for all; parts: how many others count in its place (None: it counts alone)
    "market.series.total": ("total", "parts", "covered"),
    "market.series.gaps": ("count", "every"),
    "market.series.unknown": ("section", "needs"),
    # watch: what competitors and the industry did; beyond: change of sales less the same months' a year before, ratio
    "market.watch.latest": ("day", "who", "kind", "note", "moves", "moves_before"),
    "market.watch.followed": ("day", "who", "kind", "change", "usual", "beyond", "months", "moves"),
    "market.watch.unknown": ("section", "needs"),
}

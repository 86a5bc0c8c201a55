"""What the findings of funnel hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {
    # funnel: rates as ratios, times in days; `cases` are the deals that passed or were lost
    "funnel.bottleneck": ("stage", "next", "rate", "lo", "hi", "cases", "sure", "second", "second_rate"),
    "funnel.whole": ("stage", "win_rate", "closed", "open", "deals_for_one"),
    "funnel.unplaced": ("count",),  # lost deals whose stages nobody noted, left out
    "funnel.nodes_alike": ("by", "nodes"),
    "funnel.node_apart": (  # against all other nodes; others: how many more node-steps differ beyond chance
        "by", "node", "stage", "next", "rate", "lo", "hi", "rest", "direction", "others",
    ),
    "funnel.cohorts": ("every", "stage", "period", "rate", "before", "period_before", "change", "beyond_noise"),
    "funnel.win_rate": ("rate", "lo", "hi", "won", "closed", "p_same", "changed"),  # changed: periods differ
    "funnel.win_rate_latest": (  # against all whole periods before it
        "every", "period", "rate", "lo", "hi", "closed", "before", "change", "beyond_noise",
    ),
    "funnel.win_rate_value": ("rate_value", "rate", "won_amount", "closed_amount", "change"),
    "funnel.win_rate_no_value": ("share", "need"),  # share of lost deals that carry an amount
    "funnel.cycle": ("median", "lo", "hi", "deals", "open", "won_median", "lost_median"),
    "funnel.cycle_groups": ("by", "slow", "slow_median", "fast", "fast_median", "p_same", "beyond_noise"),
    "funnel.stuck": ("limit", "open", "amount", "stuck", "stuck_amount", "share"),
    "funnel.stuck_odds": ("win_rate_older", "lo", "hi", "older", "whole", "limit"),
    "funnel.none_open": (),
    "funnel.unvalued": ("count",),  # open deals without an amount
    # decision; `verdict`: deals that got as old were won "less" or "more" often than all, or "alike"
    "funnel.stuck_money": ("count", "amount", "limit", "deal", "deal_amount", "odds", "whole", "verdict", "judged"),
    "funnel.reps": ("reps", "team", "spread", "best", "last", "told", "p_same"),  # spread: of the reps' own rates
    "funnel.reps_raw": (  # the highest and the lowest as counted, and what they are taken to be
        "high", "high_rate", "high_closed", "high_shrunk", "low", "low_rate", "low_closed", "low_shrunk",
    ),
    "funnel.rep_best": ("rep", "rate", "shrunk", "lo", "hi", "closed", "chance"),
    "funnel.rep_last": ("rep", "rate", "shrunk", "lo", "hi", "closed", "chance"),
    "funnel.replay": (
        "steps", "changed", "years", "first_year", "last_year", "pooled", "last", "whole_changed", "use",
    ),
    "funnel.replay_change": ("stage", "first", "last", "change", "first_year", "last_year", "p_adjusted"),
    "funnel.replay_open": ("year", "settled"),
    # channels: returned is value won for each unit of money spent lag_months before
    "funnel.channels": ("returned", "spend", "won_amount", "channels", "lag_months", "first", "last"),
    "funnel.channels_apart": (  # told: the best one's interval lies above the last one's
        "best", "best_returned", "best_lo", "best_hi", "last", "last_returned", "last_lo", "last_hi", "told",
    ),
    "funnel.unknown_spend": ("section",),
    "funnel.unknown_spend_months": ("section", "have", "need"),
    "funnel.unknown_opportunities": ("section",),
    "funnel.unknown_stages": ("section",),  # the settings do not say which stages are won and lost
    "funnel.unknown_order": ("section",),  # nor in which order the open ones follow
    "funnel.unknown_history": ("section",),
    "funnel.unknown_dates": ("section", "column"),
    "funnel.unknown_few": ("section", "have", "need"),  # closed deals
    "funnel.unknown_reps": ("section", "have", "need"),
    "funnel.unknown_years": ("section", "have", "need"),
}  # fmt: skip

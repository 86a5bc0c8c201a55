"""What the findings of plan hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {
    # targets: strategy, baseline and market side by side, and what is recommended
    "plan.targets.unknown_horizon": ("until", "need"),
    # split: one target to parts and periods
    # people: capacity, quotas, fairness
    # funnel: deals, opportunities and leads that the target needs
    # weights: KPIs by role
    # pay: what attainment pays
    # audit: targets as somebody wrote them
    # ledger: draft, answers, confirmed
}

"""What the findings of kpis hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {
    # kpis: `change` is a ratio for amounts and counts, points for ratios, a difference for scores
    "kpis.change": ("kpi", "unit", "now", "before", "change", "better", "verdict"),  # verdict: better, worse, same, ""
    "kpis.now": ("kpi", "unit", "now"),  # no earlier value
    "kpis.interval": ("kpi", "now", "lo", "hi", "cases", "before", "change", "beyond_noise"),  # 95 %, of now
    "kpis.unknown": ("section",),  # none of the declared KPIs has its components
    "kpis.worse": ("kpi", "unit", "now", "before", "change", "effect", "judged"),  # decision; effect is money
}  # fmt: skip

"""What the findings of forecast hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {
    # the values are told in forecast/result.py
    "forecast.total": ("amount", "lo_80", "hi_80", "lo_95", "hi_95", "every", "periods", "first", "last"),
    "forecast.growth": ("amount", "amount_before", "rate", "direction", "periods"),
    "forecast.best": ("period", "amount"),
    "forecast.accuracy": (
        "mase", "wape", "mase_naive", "wape_naive", "whole_wape", "whole_wape_naive", "gain", "folds", "series",
    ),
    "forecast.naive_wins": ("mase", "mase_naive", "folds"),
    "forecast.coverage": ("coverage_80", "coverage_95", "folds"),
    "forecast.untested": ("have", "need"),
    "forecast.partial": ("period", "amount"),
    "forecast.festival": ("before", "during", "after"),
    "forecast.working_days": ("effect",),
    "forecast.filled": ("nodes", "periods"),
    "forecast.unusual": ("node", "period", "amount", "used"),
    "forecast.new": ("nodes", "amount"),
    "forecast.discontinued": ("nodes", "node"),
    "forecast.untrusted": (
        "level", "node", "places", "reasons", "reason", "amount", "lo_80", "hi_80", "amount_before", "share", "judged",
        "span",
    ),
    "forecast.rest_of_year": (
        "year", "span", "amount", "lo_80", "hi_80", "amount_before", "rate", "direction",
        "landing", "landing_lo", "landing_hi", "landing_before", "landing_rate",
    ),
    "forecast.next_year": (
        "span", "amount", "lo_80", "hi_80", "amount_before", "rate", "direction", "lo_rate", "hi_rate",
    ),
    "forecast.part_largest": ("level", "node", "amount", "lo_80", "hi_80", "share", "nodes"),
    "forecast.part_rise": ("level", "node", "amount", "lo_80", "hi_80", "amount_before", "change", "yoy"),
    "forecast.part_fall": ("level", "node", "amount", "lo_80", "hi_80", "amount_before", "change", "yoy"),
    "forecast.parts_untrusted": ("level", "count", "names"),
    "forecast.shape": (
        "every", "high", "amount", "lo_80", "hi_80", "low", "low_amount", "periods",
    ),
    "forecast.habits": (
        "amount", "today", "customers", "gap", "growth", "below", "new", "weeks", "error",
    ),
    "forecast.doubt": ("reasons", "short", "have", "need", "every"),
    "forecast.naive_money": ("wape", "wape_naive", "folds"),
    "forecast.left_out": ("levels", "most"),
    "forecast.by_horizon": ("every", "steps", "first", "last", "first_naive", "last_naive"),
    "forecast.calibration": ("coverage_80", "coverage_95", "folds", "verdict"),
    "forecast.working_day": ("rate", "every"),
    "forecast.no_calendar": ("country",),
    "forecast.variable_used": (
        "variable", "name", "effect", "lo_80", "hi_80", "with_it", "without_it", "tests", "lag", "every",
    ),
    "forecast.variable_left": ("names", "with_it", "without_it", "tests"),
    "forecast.variable_untested": ("names", "why"),
    "forecast.own_model": ("name", "weight_won", "mase", "mase_ours"),
    "forecast.own_failed": ("name", "failed", "series"),
    "forecast.range": ("amount", "pessimistic", "optimistic", "span"),
    "forecast.scenario": ("name", "assumptions", "basis", "amount", "change", "rate", "through"),
    "forecast.what_if": (
        "driver", "now", "amount", "lo_80", "hi_80", "rate", "measured", "slow", "through", "span",
    ),
    "forecast.record": ("as_of", "span", "amount", "lo_80", "hi_80", "actual", "error", "inside"),
    "forecast.record_all": ("vintages", "periods", "wape", "coverage_80"),
    "forecast.record_empty": ("section",),
    # `data`: how far apart the dates of the sales lie, longer than `every`
    "forecast.unknown_coarser": ("section", "every", "data"),
    "forecast.unknown_periods": ("section", "have", "need", "every"),
    "forecast.unknown_nothing": ("section", "have", "every"),
}  # fmt: skip

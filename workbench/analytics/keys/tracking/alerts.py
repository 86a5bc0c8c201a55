"""What the findings of tracking.alerts hold, by key.

`on` is a KPI's key, "pace" or "landing"; `once`: one false alarm of the rule in so many periods (`every`), `a_year` how
many false alarms all rules together raise in a year; `node` is None for the whole.
"""

KEYS: dict[str, tuple[str, ...]] = {
    "tracking.alerts.off": ("count", "watched", "rules", "a_year"),
    "tracking.alerts.clear": ("watched", "rules", "a_year"),
    "tracking.alerts.worst": ("on", "node", "unit", "value", "expected", "periods", "since", "every", "once", "each"),
    "tracking.alerts.below": ("on", "node", "unit", "value", "threshold", "over", "since", "every", "once"),
    "tracking.alerts.course": ("on", "node", "value", "threshold", "chance"),
    "tracking.alerts.over": ("count", "every", "periods"),
    "tracking.alerts.lacking": ("on",),
    "tracking.alerts.without": ("count",),  # rules with an amount or a count of the whole company
    "tracking.alerts.short": ("count", "of"),
    "tracking.alerts.capped": ("level", "kept", "nodes"),
    "tracking.alerts.act": ("on", "node", "unit", "value", "expected", "periods", "since", "every", "once", "owner",
                            "action", "money", "each", "level"),
    "tracking.alerts.act_course": ("on", "node", "value", "threshold", "chance", "owner", "action", "money",
                                   "level"),
    "tracking.alerts.unknown": ("section",),
    "tracking.alerts.rates": ("rules", "charts", "a_year", "simulated"),
    "tracking.alerts.found": ("on", "level", "change", "delay", "every", "once", "kind"),
    "tracking.alerts.apart": ("on", "once", "simulated", "every"),
    "tracking.alerts.together": ("spread", "tied", "charts"),
    "tracking.alerts.changed": ("on", "charts"),
    "tracking.alerts.reached": ("node", "milestone", "day", "attainment"),
    "tracking.alerts.board": ("milestone", "count", "of", "done"),
    "tracking.alerts.no_board": ("section",),
}  # fmt: skip

"""What the findings of review.lessons hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {
    "review.lessons.unknown": (),
    "review.lessons.none": ("tried",),
    "review.lessons.found": ("count", "tried", "money"),  # money: of the largest
    "review.lessons.decide": ("count",),  # decision
    # one for each kind; lo and hi: 95 %
    "review.lessons.season": (  # `source`: whose plan it was, "settings" or "targets"
        "quarter", "planned", "came", "lo", "hi", "years", "source", "first", "last",
    ),
    "review.lessons.weights": ("before", "after", "found", "lo", "hi", "quarters"),  # of the forecast, 0 to 1
    "review.lessons.tilt": (
        "level", "node", "rate", "lo", "hi", "quarters", "share", "came", "direction", "after",
    ),
    "review.lessons.rates": (
        "rate", "lo", "hi", "before", "closed", "closed_before", "direction", "months",
    ),
    "review.lessons.by_hand": ("name", "written", "found", "lo", "hi", "cases"),
    "review.lessons.ramp": ("quarter", "setting", "found", "lo", "hi", "joiners"),
    "review.lessons.incentive": (
        "role", "now", "before", "rate", "lo", "hi", "weight_before", "weight_after",
    ),
    "review.lessons.training": (
        "level", "node", "stage", "topic", "shrunk", "lo", "hi", "others", "settled",
    ),
    "review.lessons.reserve": (  # `span`: "quarter" or "year"
        "span", "before", "after", "usual", "lo", "hi", "missed", "periods",
    ),
    # `verdict`: "easy" or "hard"
    "review.lessons.chances": (
        "span", "reached", "periods", "rate", "lo", "hi", "stated", "aim", "before", "after", "verdict",
    ),
}

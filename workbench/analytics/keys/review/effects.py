"""What the findings of review.effects hold, by key."""

_EFFECT = (
    "name", "rep", "kind", "first", "last", "from", "until", "amount", "expected", "effect", "lo", "hi", "rate",
    "total", "total_lo", "total_hi", "p", "others", "like", "where", "direction", "earlier",
)  # fmt: skip

KEYS: dict[str, tuple[str, ...]] = {
    # `missing`: tables or columns without which nothing is known to have happened: "events", "reps"
    "review.effects.unknown": ("missing",),
    # `first` to `last` (None: it lasts) is when it happened, `from` to `until` what of it lies in the period; the first
    # amounts are those of these days, `total` with its bounds from the first day on. `earlier`: it began before the
    # period. `where`: pairs of level and value. `p`: how often chance does as much. `like` of `others`: untouched parts
    # that moved as far
    "review.effects.rep": _EFFECT,
    "review.effects.event": _EFFECT,
    "review.effects.within": ("count", "names", "left"),  # events, people who left: measured, not told from chance
    "review.effects.placebos": ("tests", "false", "rate", "nominal"),
    "review.effects.unmeasured": ("count", "names", "reason"),
    "review.effects.book": ("rep", "name", "effect", "lo", "hi", "amount", "expected", "owner"),
}

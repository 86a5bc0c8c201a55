"""What the findings of review.process hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {}

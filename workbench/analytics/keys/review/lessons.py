"""What the findings of review.lessons hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {}

"""What the findings of review.replay hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {}

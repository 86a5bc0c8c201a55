"""What the findings of review.effects hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {}

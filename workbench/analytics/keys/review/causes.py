"""What the findings of review.causes hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {}

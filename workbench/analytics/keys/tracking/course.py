"""What the findings of tracking.course hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {}

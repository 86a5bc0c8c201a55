"""What the findings of tracking.adjust hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {}

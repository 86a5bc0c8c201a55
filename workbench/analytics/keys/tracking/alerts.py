"""What the findings of tracking.alerts hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {}

"""What the findings of tracking.diagnosis hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {}

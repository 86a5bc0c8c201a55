"""What the findings of review hold, by key: a file a slice."""

from workbench.analytics.keys.review import bridge, causes, effects, lessons, process, replay

KEYS: dict[str, tuple[str, ...]] = {
    **bridge.KEYS,
    **causes.KEYS,
    **effects.KEYS,
    **process.KEYS,
    **lessons.KEYS,
    **replay.KEYS,
}

"""What the findings of tracking hold, by key: a file a slice."""

from workbench.analytics.keys.tracking import adjust, alerts, course, diagnosis

KEYS: dict[str, tuple[str, ...]] = {
    **course.KEYS,
    **alerts.KEYS,
    **diagnosis.KEYS,
    **adjust.KEYS,
}

"""What the findings of tracking.goals and tracking.course hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {
    "tracking.course.goals": ("amount", "span", "source", "version", "nodes", "levels"),
    "tracking.course.goals_spread": ("every",),
    "tracking.course.goals_differ": ("level", "amount", "whole", "difference"),
    "tracking.course.no_goals": ("span", "every"),
}

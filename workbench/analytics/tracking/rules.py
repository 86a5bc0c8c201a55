"""Which rules give warning: those of the settings, checked, else rules that suit most companies."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.analytics.kpis import Kpi, declared, holds_anywhere
from workbench.errors import SettingsError
from workbench.periods import Every
from workbench.settings.tracking import COURSE, AlertRule, TrackingSettings

Sums = Callable[[Every, str], pd.DataFrame]
TWO_YEARS: Mapping[Every, int] = {"day": 500, "week": 104, "month": 24}  # a rule errs once in as many periods
WINDOW: Mapping[Every, int] = {"day": 500, "week": 130, "month": 48}
WATCHED: Mapping[Every, int] = {
    "day": 65,
    "week": 26,
    "month": 6,
}  # the latest periods, which tell nothing of the usual
LEAST: Mapping[Every, int] = {"day": 60, "week": 40, "month": 24}  # periods that tell what is usual
PER_YEAR: Mapping[Every, float] = {"day": 250.0, "week": 52.18, "month": 12.0}
_FILLED = 0.8  # weeks are watched where so many of them hold anything
_WHOLE = ("sales", "leads", "visits", "qualification", "win_rate", "average_deal_size")
_PARTS = ("sales", "win_rate")


@dataclass(frozen=True)
class Watch:
    """One rule as it is watched: `kpi` is None for pace and landing; `sums` has no rows where the data lack the KPI."""

    rule: AlertRule
    own: bool  # written in the settings
    kpi: Kpi | None
    every: Every
    once: int  # one false alarm in so many periods
    sums: pd.DataFrame


def defaults(tops: Sequence[str]) -> tuple[AlertRule, ...]:
    """Rules that suit most companies: the chain from leads to money for the whole, sales and win rate by the first of
    the levels `tops`, and where the period will end."""
    by = tops[0] if tops else ""
    parts = [AlertRule(on=on, by=by) for on in _PARTS if by]
    course = [AlertRule(on="landing", by=by, threshold=0.3), AlertRule(on="pace", by=by, threshold=-0.1)]
    return (*(AlertRule(on=on) for on in _WHOLE), *parts, *course)


def within(settings: TrackingSettings, scope: Mapping[str, str]) -> TrackingSettings:
    """The settings for a part: without rules whose threshold is an amount or a count of the whole company, or of parts
    that the scope cuts. Thresholds of ratios hold anywhere, those for each value of the scope's own level here too."""
    if not scope:
        return settings
    return settings.model_copy(update={"rules": tuple(r for r in settings.rules if r.by in scope or _anywhere(r))})


def _anywhere(rule: AlertRule) -> bool:
    return rule.threshold is None or rule.on in COURSE or holds_anywhere(rule.on)


def watched_by(settings: TrackingSettings, sums: Sums, tops: Sequence[str]) -> list[Watch]:
    """Each rule with its period and its series; SettingsError names every KPI that there is none of."""
    rules, known = settings.rules or defaults(tops), declared()
    problems = [_unknown(n, rule.on, [*known, *COURSE]) for n, rule in enumerate(rules, 1)
                if rule.on not in known and rule.on not in COURSE]  # fmt: skip
    if problems:
        raise SettingsError("tracking.rules", problems)
    return [_watch(rule, bool(settings.rules), known.get(rule.on), sums) for rule in rules]


def _unknown(n: int, on: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(on.lower(), known, n=1)
    meant = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}."
    return f"rule {n}: there is no KPI '{on}'; {meant}"


def _watch(rule: AlertRule, own: bool, kpi: Kpi | None, sums: Sums) -> Watch:
    if kpi is None:
        return Watch(rule, own, None, "day", 0, pd.DataFrame())
    every, frame = _series(rule, kpi, sums)
    return Watch(rule, own, kpi, every, rule.false_alarms or TWO_YEARS[every], frame)


def _series(rule: AlertRule, kpi: Kpi, sums: Sums) -> tuple[Every, pd.DataFrame]:
    """The KPI's sums by week where most weeks hold some, else by month; or as the rule says."""
    tries: tuple[Every, ...] = (rule.every,) if rule.every else ("week", "month")
    for every in tries:
        frame = sums(every, rule.by)
        if kpi.components <= set(frame.columns) and (every == tries[-1] or _filled(frame, kpi)):
            return every, frame
    return tries[-1], pd.DataFrame()


def _filled(frame: pd.DataFrame, kpi: Kpi) -> bool:
    size = frame[next(iter(kpi.denominator or kpi.numerator))].dropna()
    return len(size) > 0 and float(size.ne(0).mean()) >= _FILLED

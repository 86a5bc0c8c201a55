"""What the findings of tracking.goals and tracking.course hold, by key.

| key | values |
|---|---|
| tracking.course.goals | amount (of the whole), span, source ("ledger", "table", "given"), version (of the ledger), |
| | nodes (parts with a target), levels |
| tracking.course.goals_spread | every: the longest period whose target was spread over months by season |
| tracking.course.goals_differ | level, amount (sum of its parts), whole, difference |
| tracking.course.no_goals | span, every: no target is known |
| tracking.course.no_sales | have, need: days of sales |
| tracking.course.stands | booked, target, attainment, span, every, done (share of working days), until, ahead (of the |
| | seasonal pace, money), due_rate (share of the target that is usually booked by now) |
| tracking.course.stands_alone | the same without a target |
| tracking.course.not_begun | span, until, days (working ones, to come), target (None unknown): the sales end before |
| | the period |
| tracking.course.lands | expected, lo_rate, hi_rate (80 %, shares of the target), chance, gap (expected − target) |
| tracking.course.lands_alone | expected, lo_80, hi_80 |
| tracking.course.needs | needed, usual (money a working day of the rest), days, more (needed ÷ usual − 1) |
| tracking.course.reached | over (beyond the target), days, usual |
| tracking.course.ended | booked, target, attainment, gap: nothing is left to come |
| tracking.course.parts | level, parts, likely (with a chance of half or more), node, chance, lo_rate, hi_rate: |
| | the weakest |
| tracking.course.beside_forecast | amount (of the forecast's page for the same period), gap (amount − expected), |
| | every and until (its periods, and the last day of those it knows), within (the 80 % range), share (weight of |
| | such a forecast in the landing; None: none), deals (open opportunities are among what is weighed) |
| tracking.course.late | until, days: sales are known only until then |
| tracking.course.pipeline | open, deals, expected (from them by the end), remaining, coverage, needed (coverage), |
| | share (of the expected rest) |
| tracking.course.pipeline_alone | open, deals, expected, share: no remaining target to hold it against |
| tracking.course.pipeline_sized | sized (open opportunities without an amount of their own), deals |
| tracking.course.no_pipeline | until: too few deals had closed by then |
| tracking.course.tested | error, straight, seasonal (mean absolute, shares of the period), coverage_80, cases |
| tracking.course.untested | until: no earlier period to try it on |
| tracking.course.at_risk | a decision (weight: money short): level, node (None: the whole), owner, chance, target, |
| | expected, short, lo_rate, hi_rate, needed, usual, days |
"""

_STANDS = ("booked", "span", "every", "done", "until")
KEYS: dict[str, tuple[str, ...]] = {
    "tracking.course.goals": ("amount", "span", "source", "version", "nodes", "levels"),
    "tracking.course.goals_spread": ("every",),
    "tracking.course.goals_differ": ("level", "amount", "whole", "difference"),
    "tracking.course.no_goals": ("span", "every"),
    "tracking.course.no_sales": ("have", "need"),
    "tracking.course.stands": (*_STANDS, "target", "attainment", "ahead", "due_rate"),
    "tracking.course.stands_alone": _STANDS,
    "tracking.course.not_begun": ("span", "until", "days", "target"),
    "tracking.course.lands": ("expected", "lo_rate", "hi_rate", "chance", "gap", "error", "straight",
                              "coverage_80", "cases"),  # of earlier landings; None untested
    "tracking.course.lands_alone": ("expected", "lo_80", "hi_80"),
    "tracking.course.needs": ("needed", "usual", "days", "more"),
    "tracking.course.reached": ("over", "days", "usual"),
    "tracking.course.ended": ("booked", "target", "attainment", "gap"),
    "tracking.course.parts": ("level", "parts", "likely", "node", "chance", "lo_rate", "hi_rate"),
    "tracking.course.beside_forecast": ("amount", "gap", "every", "until", "within", "share", "deals"),
    "tracking.course.late": ("until", "days"),
    "tracking.course.pipeline": ("open", "deals", "expected", "remaining", "coverage", "needed", "share"),
    "tracking.course.pipeline_alone": ("open", "deals", "expected", "share"),
    "tracking.course.pipeline_sized": ("sized", "deals"),
    "tracking.course.no_pipeline": ("until",),
    "tracking.course.tested": ("error", "straight", "seasonal", "coverage_80", "cases"),
    "tracking.course.untested": ("until",),
    "tracking.course.at_risk": (
        "level", "node", "owner", "chance", "target", "expected", "short", "lo_rate", "hi_rate", "needed", "usual",
        "days",
    ),
}  # fmt: skip

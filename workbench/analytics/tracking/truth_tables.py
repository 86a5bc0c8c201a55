"""Rules of thumb on whether a result and what led to it are on course, as truth tables; nothing is measured here."""

from collections.abc import Mapping

import pandas as pd

from workbench.analytics.kpis import wilson


def quadrant(on_revenue: bool, on_leads: bool) -> str:
    """Where to look, by sales and leads against plan: on_course, mid_funnel, few_leads or better_yield.

    Sales short although leads are ahead: what happens between lead and deal is the problem. Both short: too few leads.
    Sales on plan with few leads: more comes of each, which may not last.
    """
    return {
        (True, True): "on_course",
        (False, True): "mid_funnel",
        (False, False): "few_leads",
        (True, False): "better_yield",
    }[on_revenue, on_leads]


def coach(won: int, decided: int, mean: float, on_opportunities: bool) -> str:
    """What a rep needs: "closing" where deals suffice but the win rate is below the mean beyond chance, else "".

    Chance is judged by the upper end of Wilson's 95 % interval of won out of decided; none decided tells nothing.
    """
    if not decided or not on_opportunities:
        return ""
    highest = wilson(pd.Series([won]), pd.Series([decided]))[1].iloc[0]
    return "closing" if highest < mean else ""


TRIGGERS = ("market", "resources", "difficulty")


def triggered(changes: Mapping[str, float], limit: float) -> dict[str, str]:
    """Which of the declared causes calls for another look at the target, and which way: "up" or "down".

    `changes`: the change of what the target can bear by cause, as a ratio; each cause is judged by itself.
    """
    unknown = set(changes) - set(TRIGGERS)
    if unknown:
        raise KeyError(f"No cause {sorted(unknown)}. Causes: {', '.join(TRIGGERS)}.")
    return {cause: "up" if by > 0 else "down" for cause, by in changes.items() if abs(by) >= limit}


def milestone(attained: float, at: float = 0.5) -> bool:
    """Whether a milestone is reached: attainment of the period so far against the share it is set at."""
    return attained >= at

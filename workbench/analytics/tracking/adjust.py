"""A new target while the period runs: whether the rest can be done, what would be realistic, and what each part gets.

Nothing is confirmed here. The proposal is a plan like any other (ledger.plans): a report keeps it, and `workbench plan
draft --adjusted` sends it out; a person confirms it with a reason and with who was told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.odds import amounts_at
from workbench.analytics.plan.parts.rounding import largest_remainder
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking.adjusted_plan import attained, moved_plan
from workbench.analytics.tracking.course import Course
from workbench.analytics.tracking.diagnosis import Diagnosis
from workbench.analytics.tracking.goals import WHOLE, Goals
from workbench.analytics.tracking.triggers import Triggered
from workbench.analytics.tracking.truth_tables import TRIGGERS
from workbench.errors import ParameterError
from workbench.findings import Finding
from workbench.settings.tracking import TrackingSettings

Direction = Literal["up", "down", "same"]
_SURE = 0.9  # share of draws in which a part's weight must have moved before it is moved
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, kw_only=True, repr=False)
class Adjustment(Result):
    """What the target could become, and what it would mean for every part.

    `direction`: "up", "down" or "same" (the target stays, weights may move). `families`: how many triggers of each fire
    `rest`: of the whole: remaining, expected, lo_80, hi_80 (money to come), needed, usual (a working day), times
        (needed ÷ usual), chance, days, and of deals size, win_rate, through (their share of sales), deals (to win for
        that share of the rest), open_deals; NaN unknown
    `table`: index node, the whole ("") first, then parts by level; columns level, owner, target, booked, expected,
        lo_80, hi_80, chance (of the target), proposed, change, rate, chance_new, share, share_new (of the whole), sure
        (the weight moves beyond chance; parts of `by` only)
    `plan`: rows as ledger.plans.checked gives them, with the targets before as `draft`; empty where nothing changes
    `by`: level whose parts share the change; "" where only the whole has a target
    """

    period: PlanPeriod
    direction: Direction
    families: dict[str, int]
    rest: pd.Series
    table: pd.DataFrame
    plan: pd.DataFrame
    by: str

    @property
    def moved(self) -> bool:
        """Whether anything would change."""
        return bool(len(self.plan))


def adjust(
    course: Course | Unknown,
    settings: TrackingSettings,
    triggers: Triggered | Unknown | None = None,
    *,
    ledger: pd.DataFrame | None = None,
    found: Diagnosis | Unknown | None = None,
) -> Adjustment | Unknown:
    """The proposal: where a trigger fires, the amount reached with `adjust.chance`; else the target stays.

    Parts of one level share the change: the new weights lie between the old ones and those of where parts will land
    (`adjust.shift`), and only parts whose weight differs in nine of ten draws move beyond the whole's own change.
    Months that are over keep their targets; the rest takes it all, with exact sums (plan.handover.settling). `ledger`:
    wb.ledger.targets(run), so that every row confirmed for the period moves along. `found`: for the deals that the rest
    would take.
    """
    if isinstance(course, Unknown) or course.goals is None or not course.goals.whole > 0:
        return Unknown(section="adjust", findings=(fact("tracking.adjust.unknown_adjust", section="adjust"),))
    if course.over:
        return Unknown(section="adjust", findings=(fact("tracking.adjust.ended", span=course.period.span),))
    families = triggers.count if isinstance(triggers, Triggered) else dict.fromkeys(TRIGGERS, 0)
    by = _level(course.goals, settings.adjust.by)
    amount, direction = _amount(course, settings, families, by)
    wanted, sure = _wanted(course, by, amount, settings.adjust.shift)
    plan = moved_plan(course, ledger, by, wanted)
    result = Adjustment(
        period=course.period, direction=direction, families=families, rest=_rest(course, found),
        table=_table(course, plan, by, sure), plan=plan if _changes(plan) else plan.iloc[:0], by=by,
    )  # fmt: skip
    return replace(result, findings=tuple(_findings(result, settings)), decisions=tuple(_decisions(result)))


def _amount(course: Course, settings: TrackingSettings, families: dict[str, int], by: str) -> tuple[float, Direction]:
    """The whole's new target in money, no less than `_least` of it or its parts; and which way."""
    goals = cast("Goals", course.goals)
    parts = goals.nodes.index[goals.nodes["level"] == by]
    old, least = goals.whole, max(float(_least(course, nodes).sum()) for nodes in (pd.Index([WHOLE]), parts))
    if not any(families.values()) or course.days_left == 0:
        return old, "same"
    aimed = float(amounts_at(course.draws[:, :1], settings.adjust.chance)[0])
    unit = _unit(old)
    new = max(round(aimed / unit) * unit, np.ceil(least / unit) * unit)
    if abs(new - old) < unit or _beyond(course, new, settings):
        return old, "same"
    return new, "up" if new > old else "down"


def _beyond(course: Course, amount: float, settings: TrackingSettings) -> bool:
    """Whether months that are over ask for so much by themselves that even this lower amount is not likely reached."""
    return bool(attained(course, [WHOLE], np.array([amount]))[0] <= settings.triggers.unlikely)


def _unit(amount: float) -> float:
    """Three digits of the whole's target; parts are rounded to a hundredth of it."""
    return float(10.0 ** max(np.floor(np.log10(amount)) - 2, -2))


def _level(goals: Goals, wanted: str) -> str:
    if wanted and wanted not in goals.levels:
        raise ParameterError(
            "tracking.adjust", [f"by = '{wanted}': no target is known by it; {goals.levels or 'none'}"]
        )
    return wanted or next((level for level in goals.levels if _adds_up(goals, level)), "")


def _adds_up(goals: Goals, level: str) -> bool:
    """Whether the targets of a level are those of the whole."""
    parts = goals.amount[goals.nodes["level"] == level]
    return abs(float(parts.sum()) - goals.whole) < 0.01 * len(parts)


def _wanted(course: Course, by: str, amount: float, shift: float) -> tuple[pd.Series, pd.Series]:
    """What each part of the level should get (the whole by itself without a level), and which weights moved for sure.

    A part gets no less than `_least`, as far as the whole's amount allows.
    """
    goals = cast("Goals", course.goals)
    if amount == goals.whole and not shift:
        return pd.Series(dtype=float), pd.Series(dtype=bool)
    nodes = goals.nodes.index[goals.nodes["level"] == by] if by else pd.Index([WHOLE])
    old = goals.amount[nodes].astype(float)
    places = course.nodes.index.get_indexer(nodes)
    if not by or (places < 0).any() or not old.sum() > 0:
        return old * (amount / old.sum()), pd.Series(False, nodes)
    draws = np.clip(course.draws[:, places], 0, None)
    landing = draws / np.maximum(draws.sum(axis=1, keepdims=True), 1e-9)
    share = old / old.sum()
    above = (landing > share.to_numpy()).mean(axis=0)
    sure = pd.Series((above >= _SURE) | (above <= 1 - _SURE), nodes)
    moved = (1 - shift) * share + shift * pd.Series(landing.mean(axis=0), nodes)
    free = share[~sure] * (1 - moved[sure].sum()) / share[~sure].sum() if (~sure).any() else share[~sure]
    weights = moved.where(sure, free.reindex(nodes))
    new = weights / weights.sum() * amount
    if not sure.any() and amount == goals.whole:
        return old, sure
    return _rounded(_at_least(new, _least(course, nodes), amount), amount), sure


def _least(course: Course, nodes: pd.Index) -> pd.Series:
    """What each node's target cannot go below: what is booked, and the targets of months that are over."""
    goals = cast("Goals", course.goals)
    ends = [*goals.period.months[1:], goals.period.last + _DAY]
    over = [month for month, after in zip(goals.period.months, ends, strict=True) if after <= course.as_of + _DAY]
    past = goals.months.loc[nodes, over].sum(axis=1)
    booked = course.table["booked"].reindex(nodes).fillna(0.0)
    return past.where(past > booked, booked).clip(lower=0.0)


def _rounded(parts: pd.Series, amount: float) -> pd.Series:
    """The parts with the same sum, in whole units where the sum is."""
    unit = max(_unit(amount) / 100, 0.01)
    unit = unit if abs(amount / unit - round(amount / unit)) < 1e-6 else 0.01
    return pd.Series(largest_remainder(parts.to_numpy(float) / unit, round(amount / unit)) * unit, parts.index)


def _at_least(new: pd.Series, floor: pd.Series, amount: float) -> pd.Series:
    """`new` with the same sum and no part below its floor, where the floors leave room."""
    if floor.sum() >= amount:
        return new
    for _ in range(len(new)):
        low = new < floor
        if not low.any():
            break
        rest = amount - floor[low].sum()
        new = floor.where(low, new * rest / new[~low].sum())
    return new


def _changes(plan: pd.DataFrame) -> bool:
    return bool((plan["target"] - plan["draft"]).abs().max() >= 0.005)


def _rest(course: Course, found: Diagnosis | Unknown | None) -> pd.Series:
    """The rest of the period: money, days, and the deals that it would take."""
    row = course.table.iloc[0]
    size, rate, through = found.deal if isinstance(found, Diagnosis) else (np.nan, np.nan, np.nan)
    open_deals = course.pipeline["deals"].get(WHOLE, np.nan) if "deals" in course.pipeline else np.nan
    remaining = max(float(row["remaining"]), 0.0)
    usual = float(row["usual"])
    booked = float(row["booked"]) if course.begun else 0.0
    return pd.Series({
        "remaining": remaining, "expected": row["expected"] - booked, "lo_80": row["lo_80"] - booked,
        "hi_80": row["hi_80"] - booked, "needed": row["needed"], "usual": usual,
        "times": row["needed"] / usual if usual > 0 else np.nan, "chance": row["chance"],
        "days": float(course.days_left), "size": size, "win_rate": rate,
        "through": through, "deals": remaining * through / size if size > 0 else np.nan, "open_deals": open_deals,
    })  # fmt: skip


def _table(course: Course, plan: pd.DataFrame, by: str, sure: pd.Series) -> pd.DataFrame:
    """Old and new side by side; the period's own rows, or the sums of its months where a longer one was confirmed."""
    goals = cast("Goals", course.goals)
    inside = plan[plan["period"].between(goals.period.first, goals.period.last)]
    rows = inside[inside["every"] == "month"] if (inside["every"] == "month").any() else inside
    node = rows["node"].where(rows["level"].ne(""), WHOLE)
    new = rows.groupby(node)["target"].sum()
    nodes = goals.nodes.index.intersection(new.index, sort=False)
    shown = course.table.reindex(nodes)[["booked", "expected", "lo_80", "hi_80", "chance"]]
    table = goals.nodes.loc[nodes, ["level", "owner"]].assign(target=goals.amount[nodes]).join(shown)
    table = table.assign(proposed=new[nodes], change=new[nodes] - table["target"])
    table["rate"] = table["change"] / table["target"].where(table["target"] > 0)
    table["chance_new"] = attained(course, list(nodes), table["proposed"].to_numpy(float))
    first = table.iloc[0]
    table = table.assign(share=table["target"] / first["target"], share_new=table["proposed"] / first["proposed"])
    return table.assign(sure=sure.reindex(nodes).fillna(False).astype(bool))


def _findings(result: Adjustment, settings: TrackingSettings) -> Iterator[Finding]:
    whole, rest = result.table.iloc[0], result.rest
    yield _headline(result, settings)
    if not rest["remaining"] > 0:
        yield fact("tracking.adjust.met", target=whole["target"], booked=whole["booked"],
                   over=whole["booked"] - whole["target"])  # fmt: skip
    else:
        yield _of_rest(rest)
    yield from _of_parts(result)


def _headline(result: Adjustment, settings: TrackingSettings) -> Finding:
    """What is proposed, or why nothing is."""
    whole, limits, span = result.table.iloc[0], settings.triggers, result.period.span
    if result.direction != "same":
        return fact("tracking.adjust.proposal", weight=whole["change"], odds=settings.adjust.chance, span=span,
                    **_told(result))  # fmt: skip
    if any(result.families.values()) and whole["chance"] <= limits.unlikely:
        return fact("tracking.adjust.beyond", weight=whole["target"] - whole["expected"], target=whole["target"],
                    expected=whole["expected"], chance=whole["chance"], span=span)  # fmt: skip
    return fact("tracking.adjust.keep", target=whole["target"], chance=whole["chance"], unlikely=limits.unlikely,
                likely=limits.likely, span=span)  # fmt: skip


def _of_rest(rest: pd.Series) -> Finding:
    return fact(
        "tracking.adjust.rest", weight=rest["remaining"], remaining=rest["remaining"], expected=rest["expected"],
        lo=rest["lo_80"], hi=rest["hi_80"], needed=rest["needed"], usual=rest["usual"], times=rest["times"],
        chance=rest["chance"], days=rest["days"], deals=rest["deals"], open_deals=rest["open_deals"], size=rest["size"],
        win_rate=rest["win_rate"], through=rest["through"],
    )  # fmt: skip


def _told(result: Adjustment) -> dict[str, Any]:
    whole = result.table.iloc[0]
    named = ("target", "proposed", "change", "rate", "chance", "chance_new")
    return {"direction": result.direction, **result.families, **{name: whole[name] for name in named}}


def _of_parts(result: Adjustment) -> Iterator[Finding]:
    parts = result.table[result.table["level"] == result.by].iloc[0 if result.by else 1 :]
    moved = parts[parts["change"].abs() >= 0.005]
    if not result.by or moved.empty:
        return
    node: Any = moved["change"].abs().idxmax()
    row = moved.loc[node]
    yield fact("tracking.adjust.parts", weight=row["change"], about=node, level=result.by, nodes=len(parts), node=node,
               moved=len(moved), target=row["target"], proposed=row["proposed"], rate=row["rate"],
               chance_new=row["chance_new"])  # fmt: skip
    if shifted := _shifted(parts):
        up, down = shifted
        yield fact(
            "tracking.adjust.shift", level=result.by, up=up, down=down, from_share=parts["share"][up],
            to_share=parts["share_new"][up], down_from=parts["share"][down], down_to=parts["share_new"][down],
            points=parts["share_new"][up] - parts["share"][up],
        )  # fmt: skip


def _shifted(parts: pd.DataFrame) -> tuple[Any, Any] | None:
    """The parts that gain and lose most weight, beyond chance; None where none does."""
    apart = (parts["share_new"] - parts["share"])[parts["sure"]]
    if apart.empty or not (apart.max() > 0 and apart.min() < 0):
        return None
    return apart.idxmax(), apart.idxmin()


def _decisions(result: Adjustment) -> Iterator[Finding]:
    if result.direction != "same":
        yield fact("tracking.adjust.decide", weight=result.table["change"].iloc[0], span=result.period.span,
                   **_told(result))  # fmt: skip
    parts = result.table[result.table["level"] == result.by]
    if result.by and (shifted := _shifted(parts)):
        up, down = shifted
        points = float(parts["share_new"][up] - parts["share"][up])
        yield fact(
            "tracking.adjust.decide_shift", weight=points * result.table["proposed"].iloc[0], about=up, level=result.by,
            up=up, down=down, points=points, amount=points * result.table["proposed"].iloc[0],
            from_share=parts["share"][up], to_share=parts["share_new"][up],
        )  # fmt: skip

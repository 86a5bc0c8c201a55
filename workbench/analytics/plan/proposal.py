"""The plan in few sentences and at most five decisions: what is proposed, to whom it goes, what it takes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.baseline import chance
from workbench.analytics.plan.aims.targets import Triangulation
from workbench.analytics.plan.handover.feedback import LedgerStatus
from workbench.analytics.plan.left_out import left_out
from workbench.analytics.plan.parts.split_result import Conflict, Split
from workbench.analytics.plan.staff.capacity import WHOLE, Capacity
from workbench.analytics.plan.staff.people import Sellers
from workbench.analytics.plan.steps import NOBODY, Crew
from workbench.analytics.plan.work.backsolve import BackSolve, odds
from workbench.analytics.plan.work.rates import WON
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding

MOST = 5
_SAME = "plan.targets.outside"  # what the decision on the target says already


@dataclass(frozen=True, kw_only=True, repr=False)
class Proposal(Result):
    """`findings`: the target with its chance, its split, what it takes, as far as they can be told; `decisions`: at
    most five of different kinds, that on the target first. `numbers`: those of the plan, by name; None unknown."""

    numbers: dict[str, float | None]

    @property
    def leads(self) -> int:
        """How many findings answer the page's question."""
        return len(self.findings)


def propose(
    aims: Triangulation | Unknown,
    handed: Split | Conflict | None = None,
    needs: BackSolve | Unknown | None = None,
    crew: Crew = NOBODY,
    others: Iterable[Result | None] = (),
) -> Proposal:
    """What a director is asked to sign. `others`: results with decisions of their own, the heaviest of each kind.

    A target that is confirmed for the period is not asked about again, unless the ledger's own decision says so.
    """
    capacity, others = crew.capacity, tuple(others)
    sellers = next((r for r in others if isinstance(r, Sellers)), None)
    known = list(left_out(aims, handed, sellers))
    said = [*aims.findings[:1], *known, *_handed(aims, handed), *_takes(needs, capacity)]
    results = (aims, handed, needs, *crew.results, *others)
    confirmed = any(isinstance(r, LedgerStatus) and len(r.table) for r in others)
    asked = [] if confirmed else list(_set_target(aims, known))
    asked += [d for r in results if isinstance(r, Result) for d in r.decisions]
    return Proposal(
        findings=tuple(said), decisions=tuple(_mixed(asked)), numbers=_numbers(aims, handed, needs, capacity)
    )


def _handed(aims: Triangulation | Unknown, handed: Split | Conflict | None) -> Iterator[Finding]:
    """How the target is split, and the part that is asked for the most."""
    if isinstance(handed, Conflict):
        yield from handed.findings[:1]
    if not isinstance(handed, Split) or isinstance(aims, Unknown):
        return
    levels = [level for level in handed.levels if len(handed.by[level]) > 1]
    top: Any = handed.by[levels[0]].iloc[0] if levels else {}
    reserve = aims.reserve / aims.target if aims.reserve > 0 else None
    yield fact("plan.proposal.parts", weight=handed.amount, amount=handed.amount, levels=tuple(levels) or None,
               months=len(handed.months.columns), reserve=aims.reserve if reserve else None, rate=reserve,
               level=levels[0] if levels else None, node=handed.by[levels[0]].index[0] if levels else None,
               **{name: top.get(name) for name in ("target", "share", "growth")})  # fmt: skip


def _takes(needs: BackSolve | Unknown | None, capacity: Capacity | None) -> Iterator[Finding]:
    """The deals and leads, and the people, that the target needs, each with the chance of what there is today."""
    whole: Any = capacity.table.loc[WHOLE] if capacity is not None and WHOLE in capacity.table.index else {}
    names = ("need", "deals", "step", "count", "wanted", "today", "sure", "reach", "odds", "gap")
    told: dict[str, Any] = dict.fromkeys(names)
    if isinstance(needs, BackSolve):
        step = str(needs.pace.index[-1])
        told = {
            "need": needs.need, "deals": needs.chain["ratio"][WON], "step": step, "count": needs.chain["ratio"][step],
            "wanted": needs.pace["chance"][step], "today": needs.pace["today"][step], "sure": needs.sure,
            "reach": needs.reach, "odds": odds(needs.reach),
            "gap": needs.need - needs.expected if needs.expected < needs.need else None,
        }  # fmt: skip
    people = {name: whole.get(name) for name in ("needed", "ramped", "chance")}
    if told["need"] is not None or people["needed"] is not None:
        yield fact("plan.proposal.takes", weight=told["need"] or 0.0, **told, **people)


def _set_target(aims: Triangulation | Unknown, known: list[Finding]) -> Iterator[Finding]:
    """The target itself is the first decision: it and not what could be committed to, nor the stretch. `known`: what
    its chance leaves out."""
    if isinstance(aims, Unknown):
        return
    levels: Any = aims.levels
    beside = aims.strategy if aims.source != "strategy" else None
    yield fact("plan.proposal.set_target", weight=aims.target, period=aims.period.first, every=aims.period.name,
               amount=aims.target, chance=aims.chance, source=aims.source, strategy=beside,
               bound_chance=known[0].values["bound_chance"] if known else None,
               strategy_chance=_strategy_odds(aims, beside), commit=levels["amount"]["commit"],
               commit_chance=levels["chance"]["commit"], stretch=levels["amount"]["stretch"],
               stretch_chance=levels["chance"]["stretch"])  # fmt: skip


def odds_of(aims: Triangulation | Unknown, handed: Split | Conflict | None) -> float | None:
    """The chance of reaching what is handed out: the target without its reserve."""
    if isinstance(aims, Triangulation) and isinstance(handed, Split):
        return chance(aims.planned, None, handed.amount)
    return None


def _strategy_odds(aims: Triangulation, beside: float | None) -> float | None:
    """The chance of the strategy's number; None where there is none beside the target."""
    return None if beside is None else float(aims.table["chance"]["strategy"])


def _mixed(found: Iterable[Finding]) -> list[Finding]:
    """The heaviest of each kind, at most five, the target's first."""
    kinds: dict[str, Finding] = {}
    for finding in sorted(found, key=lambda f: -f.weight):
        kinds.setdefault(finding.key, finding)
    if "plan.proposal.set_target" in kinds:
        kinds.pop(_SAME, None)
    first = kinds.pop("plan.proposal.set_target", None)
    return [*([first] if first else []), *kinds.values()][:MOST]


def _numbers(
    aims: Triangulation | Unknown,
    handed: Split | Conflict | None,
    needs: BackSolve | Unknown | None,
    capacity: Capacity | None,
) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    if isinstance(aims, Triangulation):
        found |= {"target": aims.target, "chance": aims.chance, "growth": aims.growth, "strategy": aims.strategy,
                  "expected": float(aims.table["amount"]["baseline"])}  # fmt: skip
    if isinstance(handed, Split):
        found |= {"handed_out": handed.amount, "parts": float(len(handed.table))}
        found["handed_out_chance"] = odds_of(aims, handed)
    if isinstance(needs, BackSolve):
        found |= {"deals": float(needs.chain["ratio"][WON]), "reach": needs.reach}
    if capacity is not None and WHOLE in capacity.table.index:
        found |= {name: float(capacity.table[name][WHOLE]) for name in ("needed", "ramped")}
    return found

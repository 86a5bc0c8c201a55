"""What a split, or rules that cannot hold, are worth saying."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.analytics.keys import fact
from workbench.findings import Finding

if TYPE_CHECKING:
    from workbench.analytics.plan.parts.rules import Limit
    from workbench.analytics.plan.parts.split_result import Split

_NAMED = 6  # names in one sentence
_SMALL = 0.01  # of the target: parts below it, which may grow tenfold or vanish, are not named as the extremes
_FAR = 0.1  # growth beyond the whole's from which a part is asked for far more
_MOST_DECISIONS = 5


def split_findings(split: "Split", asked: float) -> tuple[Finding, ...]:
    """The whole, its months, what binds, what was unknown, most telling first."""
    first = (level_findings(split, level)[0] for level in split.levels)
    return (*_whole(split, asked), *_binding(split), *_unknown_parts(split), *month_findings(split), *first)


def _whole(split: "Split", asked: float) -> Iterator[Finding]:
    known = split.before == split.before
    yield fact("plan.split.whole", weight=split.amount, amount=split.amount,
               amount_before=split.before if known else None, growth=split.growth if known else None,
               parts=len(split.table), levels=split.levels or None, months=len(split.months.columns), unit=split.unit,
               period=split.period.span)  # fmt: skip
    if abs(asked - split.amount) > 1e-6 * split.unit:
        yield fact("plan.split.rounded_total", asked=asked, amount=split.amount, unit=split.unit)


def rule_findings(split: "Split") -> tuple[Finding, ...]:
    """What the rules do: those that bind, the most money first; how many do not; those that rounding misses."""
    return tuple(_binding(split))


def _binding(split: "Split") -> Iterator[Finding]:
    rules: Any = split.rules
    moving = rules[rules["binds"] & rules["moved"].notna()]
    moving = moving.sort_values("moved", key=lambda moved: -moved.abs(), kind="stable")
    for rule in moving.head(_NAMED).itertuples():
        node = " × ".join(rule.at.values())
        yield fact("plan.split.rule_binds", weight=rule.moved, about=node, rule=rule.Index, node=node,
                   amount=rule.target, without=rule.without, moved=rule.moved, share=rule.target / split.amount,
                   chance=_chance(split, rule.at), why=rule.why or None)  # fmt: skip
    if len(rules):
        free = rules.index[~rules["binds"]]
        yield fact("plan.split.rules", rules=len(rules), binding=int(rules["binds"].sum()), free=tuple(free) or None)
    for rule in rules[rules["broken"].abs() > 0].head(_NAMED).itertuples():
        limit = rule.lo if rule.broken < 0 else rule.hi
        yield fact("plan.split.rule_rounded", weight=rule.broken, rule=rule.Index, amount=rule.target, limit=limit,
                   off=abs(rule.broken), unit=split.unit)  # fmt: skip


def _chance(split: "Split", at: dict[str, str]) -> float | None:
    """How likely the part that a rule is for reaches its target; None where that is not known."""
    if len(at) > 1:
        return None
    level, node = next(iter(at.items()))
    return _value(split.by[level].loc[node, "chance"])


def _unknown_parts(split: "Split") -> Iterator[Finding]:
    how, target = split.table["how"], split.table["target"]
    names = pd.Series([_name(i) for i in split.table.index], index=split.table.index)
    if (how == "filled").any():
        at = how == "filled"
        yield fact("plan.split.unknown_parts", weight=target[at].sum(), count=int(at.sum()),
                   names=tuple(names[at])[:30], amount=target[at].sum())  # fmt: skip
    if (how == "asked").any():
        at = how == "asked"
        yield fact("plan.split.zero_asked", weight=target[at].sum(), count=int(at.sum()), names=tuple(names[at])[:30],
                   amount=target[at].sum())  # fmt: skip
    if (how == "zero").any():
        at = how == "zero"
        yield fact("plan.split.zero_parts", count=int(at.sum()), names=tuple(names[at])[:30])


def _name(index: Any) -> str:
    parts = index if isinstance(index, tuple) else (index,)
    return " × ".join("–" if p is None or p != p else str(p) for p in parts)


def level_findings(split: "Split", level: str) -> tuple[Finding, ...]:
    """The largest node, the one asked for the most growth, the likeliest and the least likely."""
    table: Any = split.by[level]
    top = table.iloc[0]
    told: dict[str, Any] = {c: _value(top[c]) for c in ("growth", "chance")}
    found = [fact("plan.split.part", weight=top["target"], about=table.index[0], level=level, node=table.index[0],
                  amount=top["target"], share=top["share"], nodes=len(table), **told)]  # fmt: skip
    counts = table[["target", "before"]].max(axis=1) >= _SMALL * split.amount
    compared: dict[str, Any] = {"level": level, "compared": None if counts.all() else int(counts.sum())}
    grown = table[counts & table["growth"].notna()]
    if len(grown) > 1 and grown["growth"].max() - grown["growth"].min() > 1e-3:
        most, least = grown["growth"].idxmax(), grown["growth"].idxmin()
        found.append(fact("plan.split.growth", weight=grown["target"][most] - grown["before"][most], **compared,
                          node=most, growth=grown["growth"][most], amount=grown["target"][most],
                          amount_before=grown["before"][most], other=least, least=grown["growth"][least]))  # fmt: skip
    known = table[counts & table["chance"].notna()]
    if len(known) > 1:
        high, low = known["chance"].idxmax(), known["chance"].idxmin()
        found.append(fact("plan.split.chances", **compared, high=high, most=known["chance"][high], low=low,
                          least=known["chance"][low], amount=known["target"][low],
                          expected=_value(known["expected"][low]), means=split.means))  # fmt: skip
    new = table[table["how"].isin(["filled", "asked"])]
    if len(new):
        found.append(fact("plan.split.new_nodes", weight=new["target"].sum(), level=level, count=len(new),
                          names=tuple(map(_name, new.index))[:30], amount=new["target"].sum()))  # fmt: skip
    return tuple(found)


def month_findings(split: "Split") -> tuple[Finding, ...]:
    """The highest and the lowest month, the festival's, and weeks without selling."""
    table: Any = split.year_months
    share = table["target"] / split.amount
    found = []
    if len(table) > 1:
        high, low = share.idxmax(), share.idxmin()
        found.append(fact("plan.split.months", weight=table["target"][high], high=high, amount=table["target"][high],
                          share=share[high], low=low, low_amount=table["target"][low], low_share=share[low],
                          months=len(table)))  # fmt: skip
    if table["festival"].any():
        at = table.index[table["festival"]][0]
        before, expected = (_value(table[c][at]) for c in ("before", "expected"))
        found.append(fact("plan.split.festival", month=at, amount=table["target"][at], share=share[at],
                          amount_before=before, expected=expected))  # fmt: skip
    off = split.selling.off
    if len(off):
        found.append(fact("plan.split.selling_weeks", weeks=split.selling.weeks, off=len(off),
                          days=tuple(str(day.date()) for day in off),
                          average=split.amount / split.selling.weeks))  # fmt: skip
    return tuple(found)


def split_decisions(split: "Split") -> tuple[Finding, ...]:
    """Rules that move money, and nodes asked for far more growth than the whole; the most money first."""
    found, ruled = [], [at for at, binds in zip(split.rules["at"], split.rules["binds"], strict=True) if binds]
    for level in split.levels:
        table: Any = split.by[level]
        excess = table["target"] - table["before"] * (1 + split.growth)
        far = table[(table["growth"] > split.growth + _FAR) & (excess > 0.01 * split.amount)]
        for node, row in far.iterrows():
            if {level: node} in ruled:  # then the rule is what there is to decide on
                continue
            chance = _value(row["chance"])
            found.append(fact("plan.split.far_more", weight=excess[node], about=node, level=level, node=node,
                              amount=row["target"], amount_before=row["before"], growth=row["growth"],
                              whole=split.growth, excess=excess[node], chance=chance))  # fmt: skip
    rules = [f for f in _binding(split) if f.key == "plan.split.rule_binds" and f.weight > 0.01 * split.amount]
    return tuple(sorted([*found, *rules], key=lambda f: -f.weight)[:_MOST_DECISIONS])


def conflict_findings(table: pd.DataFrame, parts: Sequence[Sequence["Limit"]], total: float) -> tuple[Finding, ...]:
    """One sentence a set of rules that cannot hold: which, by how much, and what would be enough."""
    found = []
    for number, limits in enumerate(parts, start=1):
        rows = table[table["conflict"] == number]
        gap = float(rows["change"].abs().min())
        enough = tuple(rows["enough"][rows["relaxed"].notna()])
        found.append(fact("plan.split.conflict", weight=gap, rules=tuple(rows.index), count=len(rows), gap=gap,
                          share=gap / total, left=_left(limits, total), enough=enough or None))  # fmt: skip
    return tuple(found)


def _left(limits: Sequence["Limit"], total: float) -> float | None:
    """What floors of separate parts leave of the whole, as a share; None where the rules are of another kind."""
    cells = [c for limit in limits for c in limit.cells.tolist()]
    floors = all(limit.lo > 0 for limit in limits)
    left = 1 - sum(limit.lo for limit in limits) / total
    return left if floors and len(set(cells)) == len(cells) and left < 0 else None


def _value(number: Any) -> float | None:
    return None if pd.isna(number) else float(number)

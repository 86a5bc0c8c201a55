"""Rules as limits: which parts each one binds, how much money at least and at most, and how it is written."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.parts.keys_mix import Base, Sources
from workbench.errors import ParameterError
from workbench.settings.plan import LIMITS, Rule

_SHARES, _GROWTHS = ("share", "min_share", "max_share"), ("min_growth", "max_growth")
_SIGNS = {
    **dict.fromkeys(("share", "amount"), "="),
    **dict.fromkeys(("min_share", "at_least", "min_growth"), "≥"),
    **dict.fromkeys(("max_share", "at_most", "max_growth"), "≤"),
}


@dataclass(frozen=True)
class Limit:
    """One limit that a rule sets. `cells`: positions of the parts within; `lo`, `hi`: money (0 and inf: none)."""

    at: Mapping[str, str]
    kind: str  # one of settings.plan.LIMITS
    value: float
    cells: Array
    lo: float
    hi: float
    why: str = ""
    of_margin: bool = False

    @property
    def node(self) -> str:
        """The part that it is for; a margin's nodes (new, mature) are told with the margin's name."""
        return " × ".join(f"{level} {node}" if self.of_margin else node for level, node in self.at.items())

    @property
    def text(self) -> str:
        """As it was written, in signs that all readers know: 海外 ≥ 30%, 华东 ≤ +10%, 华北 = 5,000,000."""
        return limit_text(self.node, self.kind, self.value)


def limit_text(node: str, kind: str, value: float) -> str:
    """A limit in signs."""
    return f"{node} {_SIGNS[kind]} {_said(kind, value)}"


def _said(kind: str, value: float) -> str:
    if kind in _SHARES:
        return f"{value * 100:.6g}%"
    return f"{value * 100:+.6g}%" if kind in _GROWTHS else f"{value:,.10g}"


def limits(rules: Sequence[Rule], amount: float, base: Base, sources: Sources, margins: Sequence[str]) -> list[Limit]:
    """Every limit that the rules and the margins set on a target of `amount`; all that is wrong with them at once."""
    known, problems, found = _Known(base, sources), list[str](), list[Limit]()
    for name in margins:
        for node, inside in known.parts((name,)).items():
            share = float(base.key[inside].sum())
            found.append(Limit({name: node}, "share", share, inside, share * amount, share * amount, of_margin=True))
    for rule in rules:
        if told := _unknown(rule, known):
            problems += told
            continue
        inside = known.parts(tuple(rule.at))[_key(rule)]
        for kind in (k for k in LIMITS if getattr(rule, k) is not None):
            before = known.before(tuple(rule.at)).get(_key(rule), np.nan) if kind in _GROWTHS else 0.0
            if np.isnan(before):
                problems.append(f"{kind} of {' × '.join(rule.at.values())}: its sales a year before are not known")
            found.append(_limit(rule, kind, inside, amount, before))
    if problems:
        raise ParameterError("plan.rules", problems)
    return list({limit.text: limit for limit in found[::-1]}.values())[::-1]  # a rule written twice is one


@dataclass(frozen=True)
class _Known:
    """Parts and last year's sales by node, looked up once for each set of levels: rules may be thousands."""

    base: Base
    sources: Sources
    _found: dict[tuple[str, ...], dict[Any, Any]] = field(default_factory=dict)

    def parts(self, levels: tuple[str, ...]) -> dict[Any, Array]:
        """Positions of the parts in each node or crossing."""
        if levels not in self._found:
            by = list(levels) if len(levels) > 1 else levels[0]
            self._found[levels] = self.base.cells.groupby(by, sort=False).indices
        return self._found[levels]

    def before(self, levels: tuple[str, ...]) -> dict[Any, float]:
        """What each node or crossing sold a year before; empty where history does not tell it by these levels."""
        if ("", *levels) not in self._found:
            totals = self.sources.total("history", levels)
            self._found["", *levels] = {} if totals is None else totals.to_dict()
        return self._found["", *levels]


def _key(rule: Rule) -> Any:
    """A rule's node as an index names it: one name, or several."""
    return tuple(rule.at.values()) if len(rule.at) > 1 else next(iter(rule.at.values()))


def _limit(rule: Rule, kind: str, inside: Array, amount: float, before: float) -> Limit:
    """One limit of a rule, in money."""
    value = float(getattr(rule, kind))
    money = value * amount if kind in _SHARES else (1 + value) * before if kind in _GROWTHS else value
    lo = 0.0 if _SIGNS[kind] == "≤" else money
    hi = np.inf if _SIGNS[kind] == "≥" else money
    return Limit(dict(rule.at), kind, value, inside, lo, hi, rule.why)


def _unknown(rule: Rule, known: _Known) -> list[str]:
    """What is wrong with the names of a rule."""
    problems = []
    for level, node in rule.at.items():
        if level not in known.base.cells:
            problems.append(f"a rule names the level '{level}', by which nothing is split; add it to plan.by")
        elif node not in known.parts((level,)):
            near = difflib.get_close_matches(node, list(known.parts((level,))), n=1)
            meant = f"did you mean '{near[0]}'?" if near else f"add it to plan.keys.new.{level} if it is to come"
            problems.append(f"a rule names {level} '{node}', which there is not; {meant}")
    if not problems and _key(rule) not in known.parts(tuple(rule.at)):
        problems.append(f"nothing is split to {' × '.join(rule.at.values())}: no source lists this crossing")
    return problems


def kept(amounts: pd.DataFrame, rules: Sequence[Rule], *, before: pd.DataFrame | None = None) -> pd.DataFrame:
    """Whether a split made by anyone keeps the rules: index rule as written; columns actual, lo, hi (money), ok.

    `amounts`: levels and amount; `before` the same a year before, where rules speak of growth. A cent is forgiven.
    """
    from workbench.analytics.plan.parts.keys_mix import keyed_by

    levels = tuple(str(c) for c in amounts if c != "amount")
    money = amounts["amount"].to_numpy(float)
    whole = Base(keyed_by(amounts, levels), money / money.sum(), np.full(len(money), "known"), {})
    found = limits(rules, float(money.sum()), whole, Sources(history=before), ())
    actual = [float(money[limit.cells].sum()) for limit in found]
    table = pd.DataFrame(
        {"actual": actual, "lo": [x.lo for x in found], "hi": [x.hi for x in found]},
        index=pd.Index([x.text for x in found], name="rule"),
    )
    return table.assign(ok=(table["actual"] >= table["lo"] - 0.01) & (table["actual"] <= table["hi"] + 0.01))

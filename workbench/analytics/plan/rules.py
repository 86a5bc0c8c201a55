"""Rules as limits: which parts each one binds, how much money at least and at most, and how it is written."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.keys_mix import Base, Sources
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
    problems, found = [], list[Limit]()
    for name in margins:
        for node, share in base.cells.assign(key=base.key).groupby(name, sort=False)["key"].sum().items():
            inside = np.flatnonzero(base.inside({name: str(node)}))
            found.append(Limit({name: str(node)}, "share", float(share), inside, share * amount, share * amount,
                               of_margin=True))  # fmt: skip
    for rule in rules:
        if told := _unknown(rule, base):
            problems += told
            continue
        inside = np.flatnonzero(base.inside(rule.at))
        for kind in (k for k in LIMITS if getattr(rule, k) is not None):
            before = _before(rule, sources) if kind in _GROWTHS else 0.0
            if np.isnan(before):
                problems.append(f"{kind} of {' × '.join(rule.at.values())}: its sales a year before are not known")
            found.append(_limit(rule, kind, inside, amount, before))
    if problems:
        raise ParameterError("plan.rules", problems)
    return list({limit.text: limit for limit in found[::-1]}.values())[::-1]  # a rule written twice is one


def _limit(rule: Rule, kind: str, inside: Array, amount: float, before: float) -> Limit:
    """One limit of a rule, in money."""
    value = float(getattr(rule, kind))
    money = value * amount if kind in _SHARES else (1 + value) * before if kind in _GROWTHS else value
    lo = 0.0 if _SIGNS[kind] == "≤" else money
    hi = np.inf if _SIGNS[kind] == "≥" else money
    return Limit(dict(rule.at), kind, value, inside, lo, hi, rule.why)


def _unknown(rule: Rule, base: Base) -> list[str]:
    problems = []
    for level, node in rule.at.items():
        if level not in base.cells:
            problems.append(f"a rule names the level '{level}', by which nothing is split; add it to plan.by")
        elif node not in set(base.cells[level]):
            near = difflib.get_close_matches(node, base.cells[level].unique().tolist(), n=1)
            meant = f"did you mean '{near[0]}'?" if near else f"add it to plan.keys.new.{level} if it is to come"
            problems.append(f"a rule names {level} '{node}', which there is not; {meant}")
    if not problems and not base.inside(rule.at).any():
        problems.append(f"nothing is split to {' × '.join(rule.at.values())}: no source lists this crossing")
    return problems


def _before(rule: Rule, sources: Sources) -> float:
    """What the rule's part sold a year before; NaN where history does not tell."""
    known = sources.total("history", tuple(rule.at))
    key = tuple(rule.at.values()) if len(rule.at) > 1 else next(iter(rule.at.values()))
    return float("nan") if known is None or key not in known.index else float(known.to_dict()[key])


def kept(amounts: pd.DataFrame, rules: Sequence[Rule], *, before: pd.DataFrame | None = None) -> pd.DataFrame:
    """Whether a split made by anyone keeps the rules: index rule as written; columns actual, lo, hi (money), ok.

    `amounts`: levels and amount; `before` the same a year before, where rules speak of growth. A cent is forgiven.
    """
    from workbench.analytics.plan.keys_mix import keyed_by

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

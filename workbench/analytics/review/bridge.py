"""From the period's target to what was sold: the lead figure of the review, exact to the cent."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.history.frames import most, ordered
from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.analytics.review import noise as noises
from workbench.analytics.review.bridge_told import decisions, findings
from workbench.analytics.review.cents import in_cents
from workbench.analytics.review.sides import Pair, cells, lag, pair, wide
from workbench.analytics.tracking.goals import WHOLE, Goals
from workbench.errors import ParameterError

MOST_NODES = 6  # steps of their own; the others are one
TRIFLE = 0.001  # of the whole: a part that moved less is not called beyond chance, however little was expected of it


@dataclass(frozen=True, kw_only=True, repr=False)
class Bridge(Result):
    """From a target (or, without one, from the sales before) to the period's sales: begin + steps = amount, in cents.

    `kind`: "target" or "before". `pair`: the periods compared; None where nothing before is known
    `against`: what the nodes' effects are measured from: "expected" (by the forecast as it stood when the period
        began), else "target", else (no node of this level has one) "before"
    `steps`: one row a step, in order, the first the target (or sales before), the last the sales; columns
        step     "target" or "before"; "expected" or "asked" (what the forecast, or the sales before, lay below the
                 target from the start: negative where the target asked for more), "node", "rest" (the smaller nodes),
                 "no_target" (sold by nodes without a target: nothing was asked of them, which is not a target of 0),
                 "unassigned" (target that no node has), "amount"
        node     of the level; NA for other steps
        effect   money
        noise    half width of what chance brings (95 %), money; NaN unknown
        beyond   whether the effect is beyond it; NA unknown
    `table`: index node, NA for sales without one, largest effect first; columns
        target, before, expected (by the forecast at the period's start), amount     NaN where unknown
        gap      amount - target          start    expected - target
        effect   amount - what it is measured `against`; where that is unknown, the amount
        noise, beyond    as above
        owner    of the target; None unknown
    `beyond`: whether the gap of the whole is beyond its own usual ups and downs; None unknown
    `judged`: what noise rests on: "interval" (the forecast's), "noise" (the node's own past), "" where unknown
    """

    kind: str
    against: str
    level: str
    period: PlanPeriod
    pair: Pair | None
    steps: pd.DataFrame
    table: pd.DataFrame
    beyond: bool | None
    judged: str

    @property
    def leads(self) -> int:
        """How many findings open the answer: none where the verdict, which knows target and forecast too, opens it."""
        return 0 if self.kind == "target" and self.against == "expected" else 1

    @property
    def begin(self) -> float:
        """The target, or the sales before."""
        return float(self.steps["effect"].iloc[0])

    @property
    def amount(self) -> float:
        return float(self.steps["effect"].iloc[-1])

    @property
    def gap(self) -> float:
        """Sales less the target, or less the sales before."""
        return round(self.amount - self.begin, 2)

    @property
    def attainment(self) -> float:
        """Sales ÷ target; NaN without one."""
        return self.amount / self.begin if self.kind == "target" and self.begin > 0 else float("nan")


def bridge(
    sales: pd.DataFrame,
    level: str,
    period: PlanPeriod,
    *,
    goals: Goals | Unknown | None = None,
    start: Baseline | Unknown | None = None,
) -> Bridge | Unknown:
    """The way from the target to the sales by the nodes of `level`, each beyond its noise or within.

    `sales`: data.sales(period.name, by=level); without a level the whole is the one node. `goals`: tracking.goals of
    the period; without them the way starts at the sales of the period before. `start`: the forecast as it stood before
    the period began; with it the first step is what the target asked beyond it (target quality), and each node's step
    is how far it came from its own forecast.
    """
    sides = pair(sales, period)
    held = (sales["period"].eq(period.first) & sales["whole"].astype(bool)).any()
    asked = None if goals is None or isinstance(goals, Unknown) else goals
    if not held or (asked is None and sides is None):
        return _unknown(period, asked is not None)
    base = _base(start, period)
    table = _table(sales, level, period, sides, asked, base)
    kind, against = "before" if asked is None else "target", _against(table, sides)
    base = base if against == "expected" else None
    noise = _of_draws(table, level, base) if base else _of_past(table, sales, level, period, sides)
    table, begin = _told(table, against, noise), _begin(table, kind, asked)
    whole, gap = _of_whole(table, sales, period, sides), abs(float(table["amount"].sum()) - begin)
    made = Bridge(kind=kind, against=against, level=level, period=period, pair=sides, table=table,
                  steps=_steps(table, begin, kind, against, base), beyond=None if np.isnan(whole) else gap > whole,
                  judged="" if noise.isna().all() else "interval" if base else "noise")  # fmt: skip
    found = tuple(findings(made, base))
    return Bridge(**{**vars(made), "findings": found, "decisions": most(list(decisions(made)))})


def _unknown(period: PlanPeriod, targets: bool) -> Unknown:
    key = "review.bridge.unknown_sales" if targets else "review.bridge.unknown_before"
    found = fact(key, period=period.first, every=period.name, first=period.first, last=period.last)
    return Unknown(section="target_bridge", findings=(found,))


def _base(start: Baseline | Unknown | None, period: PlanPeriod) -> Baseline | None:
    if start is None or isinstance(start, Unknown):
        return None
    if start.known_until >= period.first:
        raise ParameterError(
            "review",
            [f"the forecast knows sales until {start.known_until.date()}; make it from data before the period"],
        )
    return start


def _table(
    sales: pd.DataFrame, level: str, period: PlanPeriod, sides: Pair | None, goals: Goals | None, base: Baseline | None
) -> pd.DataFrame:
    """target, before, expected and amount of every node that has any of them."""
    sales = sales if level else sales.assign(**{level: WHOLE})
    both = (
        cells(sales, [level], sides or Pair(period.first, period.first, "previous"))
        .astype({level: object})
        .set_index(level)
    )
    table = both[["amount", "amount_before"]].rename(columns={"amount_before": "before"})
    table["before"] = table["before"] if sides else np.nan
    targets = _of_level(goals.nodes, goals.amount, level) if goals else pd.Series(dtype=float)
    expected = _of_level(base.nodes, base.expected, level) if base else pd.Series(dtype=float)
    silent = [n for n in {**targets, **expected} if n not in set(table.index.dropna())]
    table = table.reindex([*table.index, *sorted(map(str, silent))]) if silent else table
    table.loc[silent, ["amount", "before"]] = [0.0, 0.0 if sides else np.nan]
    owners = _of_level(goals.nodes, goals.nodes["owner"], level) if goals else pd.Series(dtype=object)
    named = table.index.to_series().fillna("\0")  # no node of the data is called so
    found = table.assign(target=named.map(targets.to_dict()).astype(float).to_numpy(),
                         expected=named.map(expected.to_dict()).astype(float).to_numpy(),
                         owner=named.map(owners.to_dict()).astype(object).to_numpy())  # fmt: skip
    found[["amount", "before", "target", "expected"]] = found[["amount", "before", "target", "expected"]].round(2)
    return found.assign(gap=found["amount"] - found["target"], start=found["expected"] - found["target"])


def _of_level(nodes: pd.DataFrame, values: pd.Series, level: str) -> pd.Series:
    """Values by the names of one level's nodes; the whole as "" is no node of it."""
    rows = nodes.index[nodes["level"] == level]
    names = nodes.loc[rows, level].astype(str) if level in nodes else pd.Index(rows).astype(str)
    return pd.Series(values.reindex(rows).to_numpy(), list(names))


def _against(table: pd.DataFrame, sides: Pair | None) -> str:
    """What the effects of this level's nodes can be measured from."""
    known = (name for name in ("expected", "target") if table[name].notna().any())
    return next(known, "before" if sides else "target")


def _of_draws(table: pd.DataFrame, level: str, base: Baseline) -> pd.Series:
    """Half of the forecast's 95 % interval of each node."""
    names = base.nodes[level].astype(str) if level else pd.Series(base.nodes.index, base.nodes.index)
    at = np.flatnonzero(base.nodes["level"] == level)
    low, high = np.quantile(base.draws[:, at], noises.TAILS, axis=0)
    halves = dict(zip(names.iloc[at], (high - low) / 2, strict=True))
    return pd.Series([halves.get(str(n), np.nan) for n in table.index], table.index, dtype=float)


def _of_past(table: pd.DataFrame, sales: pd.DataFrame, level: str, period: PlanPeriod, sides: Pair | None) -> pd.Series:
    """What each node's own past says of how far it moves by itself."""
    past = wide(sales, [level], period.first) if sides else pd.DataFrame()
    if sides is None or past.empty:
        return pd.Series(np.nan, table.index)
    named = table[table.index.notna()]
    spread = noises.noise(past, lag(sides, period), (named["amount"].abs() + named["before"].abs()) / 2)
    return pd.Series([spread.get(n, np.nan) if pd.notna(n) else np.nan for n in table.index], table.index)


def _of_whole(table: pd.DataFrame, sales: pd.DataFrame, period: PlanPeriod, sides: Pair | None) -> float:
    """The same of the whole."""
    past = wide(sales, [], period.first) if sides else pd.DataFrame()
    if sides is None or past.empty:
        return float("nan")
    size = pd.Series({WHOLE: (abs(table["amount"].sum()) + abs(table["before"].sum())) / 2})
    return float(noises.noise(past, lag(sides, period), size).iloc[0])


def _told(table: pd.DataFrame, against: str, noise: pd.Series) -> pd.DataFrame:
    """With effect, noise and beyond, largest effect first."""
    effect = (table["amount"] - table[against].fillna(0.0)).round(2)
    noise = noise.where(table[against].notna())
    whole = max(abs(float(table["amount"].sum())), abs(float(table[against].sum())))
    beyond = noises.beyond(effect, noise).where(effect.abs() >= TRIFLE * whole, False)
    made = table.assign(effect=effect, noise=noise, beyond=beyond)
    return ordered(made, made["effect"].abs())


def _begin(table: pd.DataFrame, kind: str, goals: Goals | None) -> float:
    """The whole's target (the sum of the nodes' where none is set for it), or the sales before."""
    if kind == "before" or goals is None:
        return round(float(table["before"].sum()), 2)
    whole = float(goals.amount.get(WHOLE, np.nan))
    return round(float(table["target"].sum()) if np.isnan(whole) else whole, 2)


_Row = tuple[str, Any, float, float, Any]


def _steps(table: pd.DataFrame, begin: float, kind: str, against: str, base: Baseline | None) -> pd.DataFrame:
    amount = round(float(table["amount"].sum()), 2)
    parts = table[table[against].notna().to_numpy() & table.index.notna()]
    rows = _nodes(parts)
    if against == kind:
        free = round(float(table.loc[table[against].isna(), "amount"].sum()), 2)
        rows += [("no_target", pd.NA, free, np.nan, pd.NA)] if free else []
    else:
        rows = [_asked(table, begin, against, base), *rows]
    left = amount - begin - sum(row[2] for row in rows)
    rows = _with_left(rows, "unassigned" if against == kind == "target" else "rest", left)
    steps = pd.DataFrame(rows, columns=["step", "node", "effect", "noise", "beyond"])
    steps["effect"] = in_cents(steps["effect"].astype(float), amount - begin) if len(steps) else steps["effect"]
    first, last = ((name, pd.NA, value, np.nan, pd.NA) for name, value in ((kind, begin), ("amount", amount)))
    made = pd.DataFrame([first, *steps.itertuples(index=False, name=None), last], columns=steps.columns)
    return made.astype({"effect": float, "noise": float, "beyond": "boolean"})


def _asked(table: pd.DataFrame, begin: float, against: str, base: Baseline | None) -> _Row:
    """What the forecast, or the sales before, lay apart from where the way begins."""
    if against == "expected" and base is not None:
        effect, half = round(float(base.expected.iloc[0]), 2) - begin, _half(base)
        return "expected", pd.NA, effect, half, abs(effect) > half
    return "asked", pd.NA, round(float(table["before"].sum()), 2) - begin, np.nan, pd.NA


def _with_left(rows: list[_Row], name: str, left: float) -> list[_Row]:
    """What no step has yet goes to the step of that name; a new one where there is none and it is a cent or more."""
    for at, row in enumerate(rows):
        if row[0] == name:
            return [*rows[:at], (name, row[1], row[2] + left, row[3], row[4]), *rows[at + 1 :]]
    return [*rows, (name, pd.NA, left, np.nan, pd.NA)] if abs(round(left, 2)) >= 0.01 else rows


def _half(base: Baseline) -> float:
    low, high = np.quantile(base.draws[:, 0], noises.TAILS)
    return float(high - low) / 2


def _nodes(parts: pd.DataFrame) -> list[_Row]:
    """The largest effects as steps of their own, the others as one; its noise as if the nodes moved by themselves."""
    own, rest = parts.head(MOST_NODES), parts.iloc[MOST_NODES:]
    if len(rest) == 1:
        own, rest = parts, rest.iloc[:0]
    rows: list[_Row] = [("node", n, r["effect"], r["noise"], r["beyond"]) for n, r in own.iterrows()]
    if len(rest):
        effect, noise = float(rest["effect"].sum()), float(np.sqrt((rest["noise"] ** 2).sum(skipna=False)))
        rows.append(("rest", pd.NA, effect, noise, pd.NA if np.isnan(noise) else abs(effect) > noise))
    return rows

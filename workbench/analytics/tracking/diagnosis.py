"""Why sales are off course: leads short, conversion low, deals smaller or later; the whole, each part, each week."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.funnel.deals import judged as outcomes
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking import chains, weekly
from workbench.analytics.tracking.truth_tables import quadrant
from workbench.findings import Finding
from workbench.periods import Calendar, Spans
from workbench.settings import Stages

WHOLE = ""
_FEWEST = 8  # won deals of a node in both stretches together below which its chain of deals is not told
_MOST_NODES = 3
_ASKED = ("customers", "orders", "quantity", "carried", "leads")  # what the plan asks as many times of
_DECISIONS = 3


@dataclass(frozen=True)
class Sold:
    """Sales of the two stretches, `data.compare(over=spans)`, and `data.sales("month")`; both also by `level`."""

    whole: pd.DataFrame
    history: pd.DataFrame
    level: str = ""
    parts: pd.DataFrame = field(default_factory=pd.DataFrame)
    parts_history: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True, kw_only=True, repr=False)
class Diagnosis(Result):
    """Where sales differ from what was expected, and by which factor.

    `spans`: the days that are over and those compared. `level`: of the parts; "" where there are none
    `against`: "plan" (what was due by now, at the rates of the days compared) or "before" (those days themselves)
    `table`: index node, the whole ("") first; columns actual, expected, gap (money), rate (gap ÷ expected), cause (the
        factor that cost most beyond chance where the gap is below 0, or brought most where it is above; "" for none),
        effect (its money), quadrant (sales and leads against expected, see truth_tables; "" unknown), through (share of
        the sales that comes from deals; NaN unknown)
    `orders`, `deals`: index (node, factor); columns before (as expected), now, effect, sd (money), p, beyond; the
        effects of a node sum to its gap exactly, of `deals` to that of the money of deals. Empty where unknown
    `weeks`: see weekly.weeks. `asked`: index node, how many times the counts of the days compared the plan asks for
    """

    spans: Spans
    level: str
    against: str
    table: pd.DataFrame
    orders: pd.DataFrame
    deals: pd.DataFrame
    weeks: pd.DataFrame
    asked: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))

    def past(self, node: Any, factor: Any, before: float) -> float | None:
        """What a count that the plan asks more or less of was in the days compared; None for others."""
        times = float(self.asked.get(node, 1.0))
        return before / times if factor in _ASKED and self.against == "plan" and times != 1 else None

    @property
    def deal(self) -> tuple[float, float, float]:
        """Money of a won deal, win rate and share of the sales that deals bring, of the whole; NaN unknown."""
        if (WHOLE, "size") not in self.deals.index:
            return float("nan"), float("nan"), float("nan")
        now = self.deals["now"][WHOLE]
        return float(now["size"]), float(now["conversion"]), float(self.table["through"].iloc[0])


def diagnose(
    sold: Sold,
    spans: Spans | None,
    deals: pd.DataFrame | None = None,
    stages: Stages | None = None,
    *,
    due: pd.Series | None = None,
    calendar: Calendar | None = None,
) -> Diagnosis | Unknown:
    """The chain of orders and that of deals of the days that are over, against what was due or the year before.

    `spans`: see `stretch`, of the days up to Course.known_until. `due`: index node, money that was due by now
    (Course.table["due"]), nodes of `sold.level` named by their values. What is due at the rates of the days compared
    asks for as many times their customers and leads; a node without an amount of its own is asked for what it sold
    then.
    """
    if spans is None or not {"before", "now"} <= set(sold.whole.loc[sold.whole["amount"].notna(), "span"]):
        return Unknown(section="diagnosis", findings=(fact("tracking.diagnosis.unknown", section="diagnosis"),))
    measures = _measures(sold)
    before, now = measures
    grown = _grown(before["amount"], due)
    known = outcomes("diagnosis", deals, stages or Stages(), ("created", "closed"))
    funnel = None if isinstance(known, Unknown) else known[known["open"] | known["closed"].notna()]
    orders, by_deals = _orders(sold, before, now, grown, spans), _deals(funnel, sold.level, spans, grown)
    table = _table(before["amount"] * grown, now["amount"], orders, by_deals)
    by_week = weekly.weeks(funnel, spans, calendar or Calendar(), float(grown.iloc[0]))
    result = Diagnosis(
        spans=spans, level=sold.level, against="plan" if due is not None and due.get(WHOLE, 0.0) > 0 else "before",
        table=table, orders=orders, deals=by_deals, weeks=by_week, asked=grown,
    )  # fmt: skip
    return replace(result, findings=tuple(_findings(result)), decisions=tuple(_decisions(result)))


def _measures(sold: Sold) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measures before and now, index node, the whole first."""
    frames = [sold.whole.assign(node=WHOLE)]
    if sold.level and len(sold.parts):
        frames.append(sold.parts.dropna(subset=[sold.level]).assign(node=lambda f: f[sold.level]))
    every = pd.concat(frames, ignore_index=True).drop(columns=[sold.level], errors="ignore")
    nodes = pd.Index(every["node"].unique(), name="node")
    before, now = (every[every["span"] == s].set_index("node").drop(columns="span") for s in ("before", "now"))
    return _filled(before, nodes), _filled(now, nodes)


def _filled(frame: pd.DataFrame, nodes: pd.Index) -> pd.DataFrame:
    """Every node, 0 where it sold nothing; a measure that nobody has stays unknown."""
    held = frame.reindex(nodes).dropna(axis=1, how="all")
    numbers = held.select_dtypes("number")
    return numbers.astype(float).fillna(0.0)


def _grown(before: pd.Series, due: pd.Series | None) -> pd.Series:
    if due is None:
        return pd.Series(1.0, before.index)
    asked = due.reindex(before.index) / before.where(before > 0)
    return asked.where(np.isfinite(asked) & (asked > 0), 1.0)


def _orders(sold: Sold, before: pd.DataFrame, now: pd.DataFrame, grown: pd.Series, spans: Spans) -> pd.DataFrame:
    chain = chains.factors_of(before)
    if not chain or chains.factors_of(now) != chain:
        return _none()
    old, new = chains.of_orders(before, chain), chains.of_orders(now, chain)
    old[chain[0]] *= grown
    spread = chains.scatter(sold.history, chain)
    if sold.level and len(sold.parts_history):
        spread = pd.concat([spread, chains.scatter(sold.parts_history, chain, sold.level)])
    months = ((spans.now[1] - spans.now[0]).days + 1) / 30.4
    return chains.judged(chains.order_steps(old, new, spread, months))


def _deals(known: pd.DataFrame | None, level: str, spans: Spans, grown: pd.Series) -> pd.DataFrame:
    if known is None or known.empty or (known["created"] < spans.before[0]).sum() == 0:
        return _none()
    noise = chains.noise_of(known, spans)
    found = [_deals_by(known, pd.Series(WHOLE, known.index), spans, noise, grown)]
    if level and level in known:
        found.append(_deals_by(known, known[level], spans, noise, grown))
    steps = [frame for frame in found if len(frame)]
    return chains.judged(pd.concat(steps)) if steps else _none()


def _deals_by(
    known: pd.DataFrame, group: pd.Series, spans: Spans, noise: chains.Noise, grown: pd.Series
) -> pd.DataFrame:
    before, now = (chains.stretch_of(known, span, group) for span in (spans.before, spans.now))
    won = (before["won"] + now["won"]).groupby(level="node").sum()
    kept = won.index[(won >= _FEWEST) & won.index.isin(grown.index)]
    if kept.empty:
        return pd.DataFrame()
    rows = before.index.get_level_values("node").isin(kept)
    return chains.deal_steps(before[rows], now[rows], noise, grown)


def _none() -> pd.DataFrame:
    rows = pd.MultiIndex.from_arrays([[], []], names=["node", "factor"])
    columns = ("before", "now", "effect", "sd", "p")
    return pd.DataFrame({c: pd.Series(dtype=float) for c in columns}, index=rows).assign(beyond=False)


def _table(expected: pd.Series, actual: pd.Series, orders: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    gap = actual - expected
    table = pd.DataFrame({"actual": actual, "expected": expected, "gap": gap})
    table["rate"] = gap / expected.where(expected > 0)
    causes = [_cause(node, row, orders, deals) for node, row in table["gap"].items()]
    table[["cause", "effect"]] = pd.DataFrame(causes, index=table.index, columns=["cause", "effect"])
    table["quadrant"] = [_quadrant(node, gap, deals) for node, gap in table["gap"].items()]
    table["through"] = [_through(node, row, deals) for node, row in table["actual"].items()]
    first = table.iloc[:1]
    return pd.concat([first, table.iloc[1:].sort_values("gap", kind="stable")])


def _cause(node: Any, gap: float, orders: pd.DataFrame, deals: pd.DataFrame) -> tuple[str, float]:
    """The factor that moved sales most the way the gap goes, beyond chance, of either chain."""
    found: list[tuple[str, float]] = []
    for steps in (deals, orders):
        if node in steps.index.get_level_values("node"):
            own = steps.xs(node, level="node")
            told = own[own["beyond"] & (np.sign(own["effect"]) == np.sign(gap))]["effect"]
            found += [(str(factor), float(effect)) for factor, effect in told.items()]
    return max(found, key=lambda one: abs(one[1]), default=("", float("nan")))


def _quadrant(node: Any, gap: float, deals: pd.DataFrame) -> str:
    """Leads are on plan unless they are short beyond chance."""
    if (node, "leads") not in deals.index:
        return ""
    leads = deals.loc[(node, "leads")]
    return quadrant(bool(gap >= 0), not (leads["beyond"] and leads["effect"] < 0))


def _through(node: Any, sales: float, deals: pd.DataFrame) -> float:
    if (node, "leads") not in deals.index or not sales > 0:
        return float("nan")
    own = deals.xs(node, level="node")["now"]
    return float((own["carried"] + own["leads"]) * own["cycle"] * own["conversion"] * own["size"] / sales)


def _findings(result: Diagnosis) -> Iterator[Finding]:
    whole = result.table.iloc[0]
    yield fact(
        "tracking.diagnosis.gap", weight=whole["gap"], actual=whole["actual"], expected=whole["expected"],
        gap=whole["gap"], rate=whole["rate"], span=result.spans.now, against=result.against,
        compared=result.spans.name,
    )  # fmt: skip
    yield from _of_whole(result)
    yield from _of_nodes(result)
    if len(result.weeks):
        yield _of_weeks(result.weeks)


def _of_whole(result: Diagnosis) -> Iterator[Finding]:
    """What moved the whole: orders first, as they hold all sales; then deals."""
    for chain, steps in (("orders", result.orders), ("deals", result.deals)):
        if WHOLE not in steps.index.get_level_values("node"):
            continue
        own = steps.xs(WHOLE, level="node").rename_axis("factor")
        worst: Any = _furthest(steps)
        step, others = own.loc[worst], own[own["beyond"]].index.difference([worst])
        yield fact(
            "tracking.diagnosis.chain", weight=step["effect"], chain=chain, factor=worst, effect=step["effect"],
            now=step["now"], before=step["before"], beyond=bool(step["beyond"]), judged=len(steps),
            through=result.table["through"].iloc[0] if chain == "deals" else None, others=len(others),
            past=result.past(WHOLE, worst, step["before"]), compared=result.spans.name,
        )  # fmt: skip
    if told := result.table["quadrant"].iloc[0]:
        leads: Any = result.deals.loc[(WHOLE, "leads")]
        yield fact("tracking.diagnosis.quadrant", quadrant=told, now=leads["now"], before=leads["before"],
                   past=result.past(WHOLE, "leads", leads["before"]), compared=result.spans.name,
                   repeated=_furthest(result.deals) == "leads",  # the sentence before has these numbers
                   through=result.table["through"].iloc[0])  # fmt: skip


def _furthest(steps: pd.DataFrame) -> str:
    """The factor of the whole that moved most money."""
    return str(steps.xs(WHOLE, level="node")["effect"].abs().idxmax())


def _of_nodes(result: Diagnosis) -> Iterator[Finding]:
    nodes = result.table.iloc[1:]
    told = nodes[nodes["cause"].ne("") & nodes["gap"].lt(0)]
    for node, row in told.head(_MOST_NODES).iterrows():
        yield fact("tracking.diagnosis.node", weight=row["gap"], about=node, **_named(result, node, row))
    if len(nodes) and told.empty:
        judged = int(result.orders["p"].notna().sum() + result.deals["p"].notna().sum())
        yield fact("tracking.diagnosis.no_node", level=result.level, nodes=len(nodes), judged=judged)


def _named(result: Diagnosis, node: Any, row: pd.Series) -> dict[str, Any]:
    steps = result.deals if (node, row["cause"]) in result.deals.index else result.orders
    step = steps.loc[(node, row["cause"])]
    return {
        "level": result.level, "node": node, "gap": row["gap"], "rate": row["rate"], "factor": row["cause"],
        "effect": row["effect"], "now": step["now"], "before": step["before"], "against": result.against,
        "past": result.past(node, row["cause"], step["before"]), "compared": result.spans.name,
    }  # fmt: skip


def _of_weeks(weeks: pd.DataFrame) -> Finding:
    told = weeks[weeks["cause"].ne("")]
    low = told[told["lower"]]
    latest: Any = low.index[-1] if len(low) else None
    row = weeks.loc[latest] if latest is not None else None
    return fact(
        "tracking.diagnosis.weeks", weeks=len(weeks), low=len(low), high=len(told) - len(low), day=latest,
        factor=None if row is None else row["cause"],
        now=None if row is None else row[row["cause"]],
        usual=None if row is None else row[f"{row['cause']}_usual"],
    )  # fmt: skip


def _decisions(result: Diagnosis) -> Iterator[Finding]:
    nodes = result.table.iloc[1:]
    told = nodes[nodes["cause"].ne("") & nodes["gap"].lt(0)].sort_values("effect")
    for node, row in told.head(_DECISIONS).iterrows():
        stake = max(row["gap"], row["effect"])  # both below zero: no more than is short
        yield fact("tracking.diagnosis.decide", weight=stake, about=node, **_named(result, node, row))

"""From stage to stage: which deals went on, which were lost, which still wait."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.frames import require, unknown
from workbench.analytics.funnel.deals import FEWEST, SETTLED, apart, holm, judged, too_few, with_rates
from workbench.analytics.funnel.results import Conversion
from workbench.analytics.keys import direction, fact
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.periods import Calendar, Every
from workbench.settings import Stages

_EMPTY = pd.DataFrame()
_ALL = slice(None)
UNLIKELY = 0.05


def conversion(
    opportunities: pd.DataFrame | None,
    stage_history: pd.DataFrame | None,
    stages: Stages,
    by: str = "",
    *,
    every: Every | None = None,
    calendar: Calendar | None = None,
) -> Conversion | Unknown:
    """The share of deals that go on from each stage, with Wilson 95 % intervals, also by node and by cohort.

    A deal that reached a later stage, or was won, has passed all stages before it, noted or not. Open deals are not
    lost: one that still waits in a stage is left out of that stage's rate until it moves or is lost. A rate is
    therefore of the deals that have made the step or failed it. Cohorts are by day of creation; while under 90 % of
    one's deals are closed its slow deals are missing, and it is compared with nothing.
    """
    known = followed(opportunities, stage_history, stages, ("created",) if every else ())
    if isinstance(known, Unknown):
        return known
    deals, unplaced = known
    if by:
        require(deals, (by,), f"conversion by {by}")
    table = stepped(deals, stages)
    rates = table["rate"].dropna().sort_values()
    first, second = table.loc[rates.index[0]], table.loc[rates.index[min(1, len(rates) - 1)]]
    nodes = by_node(deals, stages, by) if by else _EMPTY
    periods = _by_period(deals, stages, every, calendar or Calendar()) if every else _EMPTY
    result = Conversion(
        table=table,
        nodes=nodes,
        periods=periods,
        bottleneck=str(rates.index[0]),
        sure=apart(*_counts(first), *_counts(second)),
        by=by,
        every=every or "",
        deals=len(deals),
        unplaced=unplaced,
    )
    findings = (*_findings(result, deals), *_node_findings(result), *_period_findings(result))
    return Conversion(**{**vars(result), "findings": findings})


def followed(
    opportunities: pd.DataFrame | None,
    stage_history: pd.DataFrame | None,
    stages: Stages,
    dates: Sequence[str] = (),
) -> tuple[pd.DataFrame, int] | Unknown:
    """The deals that conversion is told of, with their outcome and as `placed`; or why it cannot be told."""
    known = judged("conversion", opportunities, stages, dates)
    if isinstance(known, Unknown):
        return known
    if stage_history is None or not len(stage_history) or len(stages.order) < 2:
        key = "funnel.unknown_history" if len(stages.order) > 1 else "funnel.unknown_order"
        return unknown("conversion", key)
    deals, unplaced = placed(known, stage_history, stages)
    return too_few("conversion", int((~deals["open"]).sum())) or (deals, unplaced)


def placed(deals: pd.DataFrame, stage_history: pd.DataFrame, stages: Stages) -> tuple[pd.DataFrame, int]:
    """The deals with `reached`, the number of their furthest stage (won is beyond the last), and how many have none."""
    require(stage_history, ("opportunity", "stage"), "stage history")
    rank = {stage: n for n, stage in enumerate(stages.order)}
    noted = stage_history.assign(at=stage_history["stage"].map(rank)).groupby("opportunity")["at"].max()
    reached = pd.concat([deals["opportunity"].map(noted), deals["stage"].map(rank)], axis=1).max(axis=1)
    reached = reached.mask(deals["won"], len(stages.order))
    deals = deals.assign(reached=reached)
    return deals[reached.notna()], int(reached.isna().sum())


def stepped(deals: pd.DataFrame, stages: Stages) -> pd.DataFrame:
    """One row for each stage of the settings: what became of the deals that reached it."""
    return stepped_by(deals, stages, pd.Series(0, deals.index), pd.Index([0])).droplevel(0)


def stepped_by(deals: pd.DataFrame, stages: Stages, part: pd.Series, parts: pd.Index) -> pd.DataFrame:
    """The same for each of `parts`, in their order: index (part, stage). `part`: that of each deal."""
    at = parts.get_indexer(pd.Index(part))
    deals, at = deals[at >= 0], at[at >= 0]
    size = len(stages.order) + 1  # won is beyond the last stage
    place = at * size + deals["reached"].to_numpy(int)

    def count(which: np.ndarray | slice = _ALL, of: np.ndarray | None = None) -> np.ndarray:
        """By part and furthest stage: the deals `which`, or the sum `of` them."""
        weights = None if of is None else of[which]
        return np.bincount(place[which], weights, minlength=len(parts) * size).reshape(-1, size)

    lost, open_, won = (deals[name].to_numpy(bool) for name in ("lost", "open", "won"))
    counts = {
        "entered": _onward(count()),
        "passed": _onward(count()) - count(),
        "lost": count(lost),
        "waiting": count(open_),
        "won": _onward(count(won)),
        "closed": _onward(count(~open_)),
    }
    if "amount" in deals:
        counts["amount_lost"] = count(lost, deals["amount"].fillna(0.0).to_numpy(float))
    index = pd.MultiIndex.from_product([parts, stages.order], names=[part.name, "stage"])
    return _rated(pd.DataFrame({name: n[:, :-1].ravel() for name, n in counts.items()}, index), stages)


def _onward(counts: np.ndarray) -> np.ndarray:
    """Those at a stage or beyond it, from those whose furthest it is."""
    return counts[:, ::-1].cumsum(axis=1)[:, ::-1]


def _rated(counts: pd.DataFrame, stages: Stages) -> pd.DataFrame:
    table = with_rates(counts.assign(settled=counts["passed"] + counts["lost"]), "passed", "settled")
    following = [*stages.order[1:], ""] * (len(table) // len(stages.order))
    table = table.assign(win_rate=table["won"] / table["closed"].where(table["closed"] > 0), next=following)
    columns = ["next", "entered", "passed", "lost", "waiting", "rate", "lo", "hi", "win_rate", "amount_lost"]
    return table[[c for c in columns if c in table]]


def by_node(deals: pd.DataFrame, stages: Stages, by: str) -> pd.DataFrame:
    """`stepped` for each node, the one with the most deals first: index (node, stage)."""
    nodes = deals[by].value_counts().index
    return stepped_by(deals, stages, deals[by], nodes) if len(nodes) else _EMPTY


def _by_period(deals: pd.DataFrame, stages: Stages, every: Every, calendar: Calendar) -> pd.DataFrame:
    dated = deals[deals["created"].notna()]
    start = calendar.start(dated["created"], every).rename("period")
    settled = 1 - dated["open"].groupby(start).mean()
    if settled.empty:
        return _EMPTY
    table = stepped_by(dated, stages, start, settled.index)
    return table.assign(settled=settled.reindex(table.index, level=0))


def _counts(row: pd.Series) -> tuple[float, float]:
    """How many deals passed, of how many that passed or were lost."""
    return row["passed"], row["passed"] + row["lost"]


def _findings(result: Conversion, deals: pd.DataFrame) -> list[Finding]:
    table, stage = result.table, result.bottleneck
    row: Any = table.loc[stage]
    first = table.iloc[0]
    rates = table["rate"].dropna().sort_values()
    second = table.loc[rates.index[1]] if len(rates) > 1 else None
    closed = int((~deals["open"]).sum())
    found = [
        fact(
            "funnel.bottleneck",
            weight=float(row["amount_lost"]) if "amount_lost" in row else 0.0,
            about=stage,
            stage=stage,
            next=row["next"] or None,
            rate=row["rate"],
            lo=row["lo"],
            hi=row["hi"],
            cases=row["passed"] + row["lost"],
            sure=result.sure,
            second=None if second is None else second.name,
            second_rate=None if second is None else second["rate"],
        ),
        fact(
            "funnel.whole",
            stage=table.index[0],
            win_rate=first["win_rate"],
            closed=closed,
            open=len(deals) - closed,
            deals_for_one=1 / first["win_rate"] if first["win_rate"] > 0 else None,
        ),
    ]
    if result.unplaced:
        found.append(fact("funnel.unplaced", count=result.unplaced))
    return found


def _node_findings(result: Conversion) -> list[Finding]:
    """The node and step that differ most from all other nodes, where chance cannot explain it."""
    if not len(result.nodes):
        return []
    judged = _against_rest(result)
    clear = judged[judged["p_adjusted"] < UNLIKELY]
    if clear.empty:
        return [fact("funnel.nodes_alike", by=result.by, nodes=int(result.nodes.index.get_level_values(0).nunique()))]
    where: Any = clear["p_adjusted"].idxmin()
    node, stage = where
    row = clear.loc[(node, stage)]
    return [
        fact(
            "funnel.node_apart",
            about=node,
            by=result.by,
            node=node,
            stage=stage,
            next=row["next"] or None,
            rate=row["rate"],
            lo=row["lo"],
            hi=row["hi"],
            rest=row["rest"],
            direction=direction(row["rate"] - row["rest"]),
            others=len(clear) - 1,
        )
    ]


def _against_rest(result: Conversion) -> pd.DataFrame:
    """Each node's step against the same step of all other nodes: Fisher's exact test, adjusted for their number."""
    from scipy.stats import fisher_exact

    nodes = result.nodes[result.nodes["passed"] + result.nodes["lost"] >= FEWEST]
    whole = result.nodes.groupby(level=1)[["passed", "lost"]].sum()
    own = nodes[["passed", "lost"]].to_numpy()
    rest = whole.reindex(nodes.index.get_level_values(1)).to_numpy() - own
    p = [fisher_exact(pair)[1] for pair in zip(own, rest, strict=True)]
    with np.errstate(invalid="ignore"):
        rate = rest[:, 0] / rest.sum(axis=1)
    judged = nodes.assign(rest=rate, p=p)
    return judged.assign(p_adjusted=holm(judged["p"]))


def _period_findings(result: Conversion) -> list[Finding]:
    if not len(result.periods):
        return []
    step = result.periods.xs(result.bottleneck, level=1)
    step = step[(step["settled"] >= SETTLED) & (step["passed"] + step["lost"] >= FEWEST)]
    if len(step) < 2:
        return []
    before, now = step.iloc[-2], step.iloc[-1]
    beyond = apart(*_counts(now), *_counts(before))
    return [
        fact(
            "funnel.cohorts",
            every=result.every,
            stage=result.bottleneck,
            period=step.index[-1],
            rate=now["rate"],
            before=before["rate"],
            period_before=step.index[-2],
            change=now["rate"] - before["rate"],
            beyond_noise=beyond,
        )
    ]

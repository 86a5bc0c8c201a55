"""Sprint and slack: how much of a quarter is sold in its last fortnight, and how little in its first."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from workbench.analytics.funnel.deals import holm
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.periods import Calendar

FORTNIGHT = pd.Timedelta(days=14)
_DAY = pd.Timedelta(days=1)
_QUARTERS = 8
_FEWEST = 4
_DAILY = 20  # days with sales in a quarter below which data are not daily
_SURE = 0.05
_NAMED = 4
_PARTS, _EDGES = ["slack", "between", "push"], ("push", "slack")


@dataclass(frozen=True, kw_only=True, repr=False)
class Pushes(Result):
    """Sales of a quarter's edges against the days between them.

    `table`: index node, the whole ("") first, then the hardest push; columns push, push_lo, push_hi (sales of a working
        day in the last fortnight ÷ of the days between the fortnights; geometric mean of the quarters, 95 %), share (of
        the quarter's sales in its last fortnight), days_share (of its working days), slack, slack_lo, slack_hi (of the
        first fortnight, likewise), slack_share, slack_days, quarters, amount (money a quarter that its end brings
        beyond what its days would), p (of a push this far from the middle part's by chance, adjusted: Holm; of the
        whole: from none), beyond
    `quarters`: index quarter (first day), the whole's: push, slack, share. `level`: of the parts
    """

    table: pd.DataFrame
    quarters: pd.DataFrame
    level: str


def pushes(
    sales: pd.DataFrame,
    calendar: Calendar,
    covers: tuple[pd.Timestamp, pd.Timestamp],
    parts: pd.DataFrame | None = None,
    *,
    level: str = "rep",
) -> Pushes | Unknown:
    """The last 8 whole quarters day by day: `sales` (period: days, amount), `parts` likewise by `level`.

    Each quarter gives one ratio a node; the noise is their own scatter (t of the logs), so a quarter with one large
    order does not make a pattern. A fortnight without sales counts as half a day's. Days are the calendar's working
    days, so that a fortnight of holidays is no slack.
    """
    quarters = _quarters(calendar, covers)
    daily = sales[sales["amount"] != 0].groupby("period")["amount"].sum()
    active = daily.groupby(calendar.start(pd.Series(daily.index, daily.index), "quarter")).size()
    if len(quarters) < _FEWEST or not active.reindex(quarters).median() >= _DAILY:
        return _unknown(len(quarters), daily=not active.reindex(quarters).median() < _DAILY)
    every = pd.concat([daily.reset_index().assign(node=""), _named(parts, level)], ignore_index=True)
    each = _each(every, _days(quarters, calendar))
    if (sold := (each.index.get_level_values("node") == "").sum()) < _FEWEST:
        return _unknown(int(sold), daily=True)
    table = _judged(_rows(each))
    whole = each[each.index.get_level_values("node") == ""].droplevel("node").rename_axis(None)
    result = Pushes(table=table, quarters=whole[["push", "slack", "share"]], level=level)
    return replace(result, findings=tuple(_findings(result)))


def _unknown(quarters: int, *, daily: bool) -> Unknown:
    short = fact("tracking.diagnosis.unknown_push", have=quarters, need=_FEWEST, daily=daily)
    return Unknown(section="pushes", findings=(short,))


def _named(parts: pd.DataFrame | None, level: str) -> pd.DataFrame:
    """Columns node, period, amount; no rows where the level is not known."""
    if parts is None or level not in parts:
        return pd.DataFrame({"node": [], "period": pd.DatetimeIndex([]), "amount": []}).astype({"node": "str"})
    known = parts.dropna(subset=[level])
    return known[["period", "amount"]].assign(node=known[level].astype("str"))


def _quarters(calendar: Calendar, covers: tuple[pd.Timestamp, pd.Timestamp]) -> list[pd.Timestamp]:
    known = calendar.range(*covers, "quarter")
    whole = [q for q in known if q >= covers[0] and calendar.end_of(q, "quarter") <= covers[1]]
    return [pd.Timestamp(q) for q in whole[-_QUARTERS:]]


def _days(quarters: list[pd.Timestamp], calendar: Calendar) -> pd.DataFrame:
    """Index quarter: the first days of its parts (slack, between, push), and working days in each part and in all."""
    rows = []
    for first in quarters:
        after = calendar.next(first, "quarter")
        begins = (first, first + FORTNIGHT, after - FORTNIGHT, after)
        slack, between, push = (calendar.working_days(a, b - _DAY) for a, b in pairwise(begins))
        rows.append((*begins[:3], max(slack, 1), max(push, 1), slack + between + push))
    return pd.DataFrame(rows, pd.Index(quarters), columns=[*_PARTS, "slack_days", "push_days", "days"])


def _each(sales: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """Index (node, quarter): push and slack (ratio of a working day's sales to those between), shares; quarters with
    sales between, of the whole ("") and of nodes with enough of them.

    `sales`: node, period (day), amount; `days`: neighbouring quarters, see _days.
    """
    begins = pd.DatetimeIndex(days[_PARTS].to_numpy().ravel())
    own = sales[(sales["period"] >= begins[0]) & (sales["period"] < begins[-1] + FORTNIGHT)]
    code, nodes = pd.factorize(own["node"], sort=True)
    at = code * len(begins) + begins.searchsorted(own["period"], side="right") - 1
    sums = np.bincount(at, own["amount"].fillna(0).to_numpy(float), len(nodes) * len(begins))
    index = pd.MultiIndex.from_product([nodes, days.index], names=["node", "quarter"])
    sold, days = (
        pd.DataFrame(sums.reshape(-1, len(_PARTS)), index, columns=_PARTS),
        days.reindex(index, level="quarter"),
    )
    total, rest = sold.sum(axis=1), days["days"] - days["push_days"] - days["slack_days"]
    usual = sold["between"] / rest.where(rest > 0)
    ratio = {n: np.maximum(sold[n], 0.5 * usual) / days[f"{n}_days"] / usual for n in _EDGES}
    found = pd.DataFrame({
        **ratio, "share": sold["push"] / total, "days_share": days["push_days"] / days["days"],
        "slack_share": sold["slack"] / total, "slack_days": days["slack_days"] / days["days"],
        "amount": sold["push"] - usual * days["push_days"],
    })[usual > 0]  # fmt: skip
    node = found.index.get_level_values("node")
    return found[(node == "") | (found.groupby(node)["push"].transform("size") >= _FEWEST)]


def _rows(each: pd.DataFrame) -> pd.DataFrame:
    """Index node: geometric means with their 95 % intervals, and p that the push is as usual; of the whole: as none."""
    from scipy.stats import t

    by_node = each.assign(**{n: np.log(each[n]) for n in _EDGES}).groupby(level="node")
    count, means = by_node.size(), by_node.mean()
    found: dict[str, pd.Series] = {"quarters": count}
    for name in _EDGES:
        middle: pd.Series = means[name]
        error: pd.Series = by_node[name].std() / np.sqrt(count)
        wide = t.ppf(0.975, count - 1) * error
        found |= {name: np.exp(middle), f"{name}_lo": np.exp(middle - wide), f"{name}_hi": np.exp(middle + wide)}
        if name == "push":
            usual = np.where(middle.index == "", 0.0, middle.drop("").median())
            found["p"] = 2 * t.sf((middle - usual).abs() / error.where(error > 0), count - 1)
    return pd.DataFrame(found).join(means.drop(columns=list(_EDGES)))


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """The whole by itself, its parts together."""
    p = pd.concat([table["p"].iloc[:1], holm(table["p"].iloc[1:])])
    found = table.assign(p=p, beyond=p < _SURE)
    return pd.concat([found.iloc[:1], found.iloc[1:].sort_values("push", ascending=False, kind="stable")])


def _findings(result: Pushes) -> Iterator[Finding]:
    whole, parts = result.table.iloc[0], result.table.iloc[1:]
    yield fact(
        "tracking.diagnosis.push", weight=whole["amount"], share=whole["share"], days_share=whole["days_share"],
        times=whole["push"], lo=whole["push_lo"], hi=whole["push_hi"], quarters=whole["quarters"],
        amount=whole["amount"], beyond=bool(whole["beyond"]),
    )  # fmt: skip
    yield fact(
        "tracking.diagnosis.slack", share=whole["slack_share"], days_share=whole["slack_days"], times=whole["slack"],
        lo=whole["slack_lo"], hi=whole["slack_hi"], beyond=bool(whole["slack_hi"] < 1),
    )  # fmt: skip
    if len(parts) > 1:  # one alone has no others to differ from
        told = parts[parts["beyond"]]
        yield fact("tracking.diagnosis.push_nodes", level=result.level, nodes=len(parts), beyond=len(told),
                   names=tuple(map(str, told.index[:_NAMED])))  # fmt: skip
        for node, row in told.head(1).iterrows():
            yield fact("tracking.diagnosis.push_node", about=node, level=result.level, node=node, times=row["push"],
                       lo=row["push_lo"], hi=row["push_hi"], whole=whole["push"])  # fmt: skip

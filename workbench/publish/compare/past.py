"""Sales since the earlier report, months of the past that are told differently now, nodes that came and went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from workbench.findings import Finding
from workbench.publish.compare.told import Told
from workbench.views.changes import Change, Restated

if TYPE_CHECKING:
    import pandas as pd

NAME = "history"  # of what is kept of sales by month and node
_KEY = ["level", "node", "period"]
_CENT = 0.005
_YEAR = 12  # months, of which that is kept
_WINDOWS = 8  # earlier stretches below which it cannot be told how far a node usually strays
_WIDE = 2.5  # spreads: beyond it lies one stretch in a hundred, were they normal
_SPREAD = 1.4826  # median absolute deviation to standard deviation, for normal noise
_MOST_NODES = 5
_COUNTED = {"amount": "sales", "orders": "orders", "customers": "customers", "quantity": "quantity"}  # column → KPI


def since(then: Told, now: Told) -> Iterator[Change]:
    """Sales of the months that ended since, against the year before and what is usual for each node.

    Noise: how far the growth of a stretch of as many months strayed from its median before (median absolute deviation).
    """
    sales = _whole(now.issued(NAME))
    new = sorted(p for p in sales.get("period", ()) if _ended(p, then, now)) if len(sales) else []
    if not new:
        return
    first, last = new[0], now.calendar.end_of(new[-1], "month")
    rows = [r | {"span": (first, last)} for r in _grown(sales, first)]
    whole = [r for r in rows if r["level"] == ""]
    yield from (Change(Finding("changes.sales_since", _without(r), abs(r["off"])), 0, NAME) for r in whole)
    twins = _twins(sales)
    own = [r for r in rows if r["level"] != "" and (r["level"], r["node"]) not in twins]
    parts = [r for r in own if r["judged"] != "unknown"]
    beyond = sorted((r for r in parts if r["judged"] == "beyond"), key=lambda r: -abs(r["off"]))
    for row in beyond[:_MOST_NODES]:
        yield Change(Finding("changes.node_since", _without(row), abs(row["off"])), 3, NAME)
    if parts:
        values = {"n": len(parts) - len(beyond), "of": len(parts), "beyond": len(beyond), "rows": [*map(_without, own)]}
        yield Change(Finding("changes.nodes_since", values), 8, NAME)


def _twins(*frames: pd.DataFrame) -> set[tuple[str, str]]:
    """Parts with the very sales, in all frames, of a part of a level before theirs: a team that is a region."""
    import pandas as pd

    every = pd.concat([f.assign(of=at) for at, f in enumerate(frames)])
    every = every.sort_values("level", key=lambda level: level != "", kind="stable")  # the whole is nobody's twin
    wide = every.pivot_table(
        index=["level", "node"], columns=["of", "period"], values="amount", aggfunc="sum", sort=False
    )
    first: dict[tuple[float, ...], str] = {}  # sales → the level that has them first
    rows = zip(wide.index, map(tuple, wide.fillna(0.0).round(2).to_numpy().tolist()), strict=True)
    return {part for part, amounts in rows if first.setdefault(amounts, part[0]) != part[0]}


def _ended(period: Any, then: Told, now: Told) -> bool:
    end = now.calendar.end_of(period, "month").date()
    return bool(then.as_of < end <= now.as_of)


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["whole"].astype(bool)].drop_duplicates(_KEY) if len(frame) else frame


def _without(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "off"}


def _grown(sales: pd.DataFrame, first: pd.Timestamp) -> Iterator[dict[str, Any]]:
    """Each node's sales from `first` on, beside the year before, its growth and the usual range of that."""

    by_node = sales.pivot_table(index="period", columns=["level", "node"], values="amount", aggfunc="sum", dropna=False)
    by_node = by_node.loc[:, by_node.notna().any()].fillna(0.0)
    months = int((by_node.index >= first).sum())
    sums = by_node.rolling(months).sum()
    before = sums.shift(_YEAR)
    rates = (sums / before.where(before > 0) - 1).iloc[:-months]
    for at in sums.columns:
        now, was, past = float(sums[at].iloc[-1]), float(before[at].iloc[-1]), rates[at].dropna()
        yield {"level": at[0], "node": at[1], "amount": now, **_judged(now, was, past)}


def _judged(now: float, was: float, past: pd.Series) -> dict[str, Any]:
    """Growth from `was` to `now` against what was usual in the `past`; `off` is the money that is not."""
    if not was > 0:
        return {"before": None, "rate": None, "lo": None, "hi": None, "judged": "unknown", "off": 0.0}
    rate, middle = now / was - 1, float(past.median())
    width = _WIDE * _SPREAD * float((past - middle).abs().median())
    if len(past) < _WINDOWS:
        return {"before": was, "rate": rate, "lo": None, "hi": None, "judged": "unknown", "off": 0.0}
    judged = "within" if abs(rate - middle) <= width else "beyond"
    bounds = {"lo": middle - width, "hi": middle + width}
    return {"before": was, "rate": rate, **bounds, "judged": judged, "off": now - was * (1 + middle)}


def restated(then: Told, now: Told) -> tuple[list[Change], list[Restated]]:
    """Months that the earlier report told already, and that have other sales now: in all, and node by node."""
    before, after = _whole(then.issued(NAME)), _whole(now.issued(NAME))
    changes = list(_measures(then, now, ("amount",) if len(before) and len(after) else ()))
    if not len(before) or not len(after):
        return changes, []
    both = before.merge(after, on=_KEY, how="outer", suffixes=("_then", "_now"))
    both = both[both["period"].isin(before["period"]) & both["period"].isin(after["period"])]
    both = both.fillna({"amount_then": 0.0, "amount_now": 0.0})
    both = both[(both["amount_now"] - both["amount_then"]).abs() >= _CENT]
    rows = [
        Restated(NAME, str(level), str(node), period, float(b), float(a))
        for level, node, period, a, b in both[[*_KEY, "amount_then", "amount_now"]].to_numpy().tolist()
    ]
    twins = _twins(before, after)
    own = [r for r in rows if (r.level, r.node) not in twins]
    levels = dict.fromkeys(r.level for r in own if r.level)
    return [*_whole_restated(own), *_moved(rows, levels), *changes], own


def _whole_restated(rows: list[Restated]) -> Iterator[Change]:
    whole = [r for r in rows if r.level == ""]
    if whole:
        yield Change(_restated(whole, [r for r in rows if r.level], "sales"), _order(whole), NAME)


def _restated(whole: list[Restated], parts: list[Restated], measure: str) -> Finding:
    now, then = sum(r.now for r in whole), sum(r.then for r in whole)
    largest = max(whole, key=lambda r: abs(r.now - r.then))
    nodes: dict[tuple[str, str], float] = {}
    for r in parts:
        nodes[r.level, r.node] = nodes.get((r.level, r.node), 0.0) + abs(r.now - r.then)
    named = [place for place, _ in sorted(nodes.items(), key=lambda one: -one[1])][:3]
    told = len({r.period for r in (*whole, *parts)})
    values = {
        "n": told, "whole": len(whole) if len(whole) < told else None, "now": now, "then": then, "change": now - then,
        "most": largest.period, "most_now": largest.now, "most_then": largest.then, "parts": named or None,
        "measure": measure, "unit": "money" if measure == "sales" else "quantity",
    }  # fmt: skip
    return Finding("changes.restated", values, sum(abs(r.now - r.then) for r in whole))


def _order(rows: list[Restated]) -> int:
    """Early where half a percent of those months' sales is told differently, late where it is less."""
    size = sum(abs(r.then) for r in rows)
    return 1 if sum(abs(r.now - r.then) for r in rows) >= 0.005 * size else 5


def _moved(rows: list[Restated], levels: Iterable[str]) -> Iterator[Change]:
    """Levels whose past was dealt out anew while the whole stayed as it was."""
    whole = {r.period for r in rows if r.level == ""}
    for level in levels:
        own = [r for r in rows if r.level == level and r.period not in whole]
        if own:
            amount = sum(abs(r.now - r.then) for r in own) / 2
            names = list(dict.fromkeys(r.node for r in sorted(own, key=lambda r: -abs(r.now - r.then))))
            values = {"level": level, "names": names, "amount": amount, "n": len({r.period for r in own})}
            yield Change(Finding("changes.reassigned", values, amount), 1, NAME)


def _measures(then: Told, now: Told, known: tuple[str, ...]) -> Iterator[Change]:
    """The same from tables by period, whatever notebook they are of: counts, and sales where those were not kept."""
    seen, titles = set(known), then.about()
    for name, about in now.about().items():
        first, *columns = about.get("columns", {"": {}})
        if about.get("columns", {}).get(first, {}).get("kind") != "date" or name not in titles:
            continue
        for column in (c for c in columns if c in _COUNTED and c not in seen):
            rows = _differing(then, now, name, first, column)
            seen.add(column)
            if rows:
                yield Change(
                    _restated(rows, [], _COUNTED[column]), 1 if column == "amount" else 5, name.partition(".")[0]
                )


def _differing(then: Told, now: Told, name: str, first: str, column: str) -> list[Restated]:
    import pandas as pd

    frames = [t.table(name) for t in (then, now)]
    if any(column not in f or first not in f for f in frames):
        return []
    before, after = (f.drop_duplicates(first).set_index(first)[column].dropna() for f in frames)
    length = before.index.to_series().sort_values().diff().min()
    day = pd.Timestamp(then.as_of)
    old = before[before.index + length <= day + pd.Timedelta(days=1)] if pd.notna(length) else before.iloc[:0]
    both = pd.DataFrame({"then": old, "now": after}).dropna()
    both = both[(both["now"] - both["then"]).abs() >= _CENT]
    page = name.partition(".")[0]
    told = zip(both.index, both["then"].tolist(), both["now"].tolist(), strict=True)
    return [Restated(page, "", "", at, b, a) for at, a, b in told]


def nodes(then: Told, now: Told) -> Iterator[Change]:
    """Nodes that are new, that are gone, and that were not there before though they have a past now."""
    told: set[str] = set()
    before, after = then.issued(NAME), now.issued(NAME)
    if len(before) and len(after):
        for level in dict.fromkeys(level for level in after["level"] if level):
            one, other = before[before["level"] == level], after[after["level"] == level]
            for change in _level(level, one, other, then) if len(one) else ():
                told.update(change.said.values["names"])
                yield change
    yield from _of_tables(then, now, told)


def _level(level: str, before: pd.DataFrame, after: pd.DataFrame, then: Told) -> Iterator[Change]:
    import pandas as pd

    known, there = set(before["node"]), set(after["node"])
    first = after[after["amount"] != 0].groupby("node")["period"].min()
    fresh = [n for n in first.index if n not in known and first[n] > pd.Timestamp(then.as_of)]
    found = {
        "changes.nodes_new": (fresh, after),
        "changes.nodes_appeared": ([n for n in first.index if n not in known and n not in fresh], after),
        "changes.nodes_gone": (sorted(known - there), before),
    }
    for key, (names, frame) in found.items():
        if names:
            amounts = frame[frame["node"].isin(names)].groupby("node")["amount"].sum().sort_values(ascending=False)
            total = float(amounts.sum())
            values = {"level": level, "names": [*amounts.index], "n": len(names), "amount": total,
                      "amounts": amounts.tolist()}  # fmt: skip
            yield Change(Finding(key, values, abs(total)), 4 if key == "changes.nodes_new" else 1, NAME)


def _of_tables(then: Told, now: Told, told: set[str]) -> Iterator[Change]:
    """The same from tables that divide a whole (their shares sum to 1), for nodes that were not told yet."""
    titles = then.about()
    for name, about in now.about().items():
        columns = about.get("columns", {})
        first = next(iter(columns), "")
        if name not in titles or "share" not in columns or columns[first].get("kind") != "text":
            continue
        frames = [t.table(name) for t in (then, now)]
        if not all("share" in f and first in f and abs(f["share"].sum() - 1) < 1e-6 for f in frames):
            continue
        sets = [set(f[first].dropna().astype(str)) for f in frames]
        for key, some in (("rows_new", sets[1] - sets[0]), ("rows_gone", sets[0] - sets[1])):
            if names := sorted(some - told):
                told.update(names)
                values = {"title": about.get("title", name), "names": names, "n": len(names)}
                yield Change(Finding(f"changes.{key}", values), 4, name.partition(".")[0])

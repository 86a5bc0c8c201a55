"""Lines that stand in several files of one source are counted once; true repeats within one file stay.

The k-th copy of a line in one file is the same line as the k-th copy in another, so a line is kept as often as the file
that holds it most often has it. Only days that several files hold are compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from workbench.sources.quality import Step
from workbench.sources.query import SCALE, fetch, memory, units

_FILE = "_file"
_ENOUGH = 0.5  # of a file's lines in the shared days, where no order number tells lines apart


@dataclass(frozen=True)
class Lines:
    """One table's lines: where they are, the column that dates them and the one that holds their money."""

    con: Any
    table: str
    expr: Any
    date: str
    money: str = ""

    @property
    def columns(self) -> list[str]:
        return [c for c in self.expr.columns if not c.startswith("_")]


def once(lines: Lines, days: pd.DataFrame) -> tuple[Any, list[Step]]:
    """The lines without those that several files share, and what was found; `days` has file, day and lines."""
    shared = _shared_days(days)
    if not shared:
        return lines.expr, []
    near = _within(lines.expr, lines.date, shared)
    files = sorted(days.loc[days["day"].isin(_days(shared)), "file"].unique())
    counts = _counts(lines, lines.expr.filter(near), files)
    pairs = _pairs(lines, counts, files, days)
    groups = _groups(files, [p.files for p in pairs if p.same])
    steps = [_alike(lines, p) for p in pairs if not p.same and p.lines]
    steps += [step for p in pairs if (step := _restated(lines, counts, p, days)).rows]
    if all(len(g) == 1 for g in groups):
        return lines.expr, steps
    counts = counts.mutate(__keep=_sum(_greatest([counts[f"__n{i}"] for i in g]) for g in groups))
    steps.append(_named(lines, counts, files, groups))
    rest = lines.expr.filter(~near).select(*lines.columns)
    return rest.union(_repeat(lines, counts)), steps


def without_repeats(lines: Lines) -> tuple[Any, Step]:
    """Each line once, and how many copies were dropped."""
    step = repeats(lines, kept=False)
    return (lines.expr.select(*lines.columns).distinct() if step.rows else lines.expr), step


def repeats(lines: Lines, *, kept: bool = True) -> Step:
    """How many lines are copies of another line, and their money."""
    import ibis

    found = _suspects(lines).group_by(lines.columns).aggregate(__n=ibis._.count())
    found = found.filter(found["__n"] > 1)
    more = found["__n"] - 1
    money = {"amount": (units(found[lines.money]) * more).sum()} if lines.money else {}
    row = fetch(lines.con, found.aggregate(rows=more.sum(), **money)).iloc[0]
    return Step(lines.table, "repeats", _int(row["rows"]), _money(row), {"kept": kept})


def _suspects(lines: Lines) -> Any:
    """The lines among which all copies are: in our own engine those whose fingerprint stands twice, which are few."""
    import ibis

    if lines.con.name != "duckdb":
        return lines.expr
    marked = lines.expr.mutate(__hash=ibis.struct({c: lines.expr[c] for c in lines.columns}).hash())
    same = marked.group_by("__hash").having(ibis._.count() > 1).aggregate()
    twice = lines.con.create_table(ibis.util.gen_name("twice"), same, temp=True)
    return marked.semi_join(twice, "__hash").drop("__hash")


@dataclass(frozen=True)
class _Pair:
    files: tuple[int, int]
    names: tuple[str, str]
    lines: int  # that stand in both
    same: bool
    first: pd.Timestamp
    last: pd.Timestamp


def _shared_days(days: pd.DataFrame) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Stretches of days in which more than one file has lines; days on which nobody sells do not part them."""
    files = days.dropna(subset=["day"]).groupby("day")["file"].nunique().sort_index()
    twice = files > 1
    runs = (twice != twice.shift()).cumsum()[twice]
    stretches = [(run.index[0], run.index[-1]) for _, run in files[twice].groupby(runs)]
    return stretches if len(stretches) <= 40 else [(stretches[0][0], stretches[-1][1])]


def _days(stretches: list[tuple[pd.Timestamp, pd.Timestamp]]) -> list[pd.Timestamp]:
    return [day for first, last in stretches for day in pd.date_range(first, last)]


def _within(expr: Any, date: str, stretches: list[tuple[pd.Timestamp, pd.Timestamp]]) -> Any:
    import functools
    import operator

    parts = [expr[date].between(first.date(), last.date()) for first, last in stretches]
    return functools.reduce(operator.or_, parts).fill_null(False)


def _counts(lines: Lines, near: Any, files: Sequence[str]) -> Any:
    """One row for each different line of the shared days: how often each file has it (__n0, __n1 …)."""
    import ibis

    figures = [c for c in lines.columns if near[c].type().is_floating()]
    near = near.mutate(**{f"__u_{c}": _rounded(near[c]) for c in figures})
    seen = {f"__n{i}": (near[_FILE] == name).sum() for i, name in enumerate(files)}
    told = [f"__u_{c}" if c in figures else c for c in lines.columns]
    counts = near.group_by(told).aggregate(**{c: near[c].min() for c in figures}, **seen)
    return lines.con.create_table(ibis.util.gen_name("lines"), counts.select(*lines.columns, *seen), temp=True)


def _rounded(figure: Any) -> Any:
    """A figure as it is compared: 0.1 * 3 is 0.3, and one that ends in half a unit falls to no side by its last bit."""
    return units(figure + 0.003 / SCALE)


def _pairs(lines: Lines, counts: Any, files: Sequence[str], days: pd.DataFrame) -> list[_Pair]:
    """How many lines each two files share, of those that have days in common."""
    together = {pair: common for pair, common in _common_days(files, days) if len(common)}
    if not together:
        return []
    both = {f"p{i}_{j}": _least(counts[f"__n{i}"], counts[f"__n{j}"]).sum() for i, j in together}
    row = fetch(lines.con, counts.aggregate(**both)).iloc[0]
    numbered = "order" in lines.columns
    found = []
    for (i, j), common in together.items():
        shared, smaller = _int(row[f"p{i}_{j}"]), int(common.sum().min())
        same = shared > 0 and (numbered or shared >= _ENOUGH * smaller)
        found.append(_Pair((i, j), (files[i], files[j]), shared, same, common.index.min(), common.index.max()))
    return found


def _common_days(files: Sequence[str], days: pd.DataFrame) -> Iterator[tuple[tuple[int, int], pd.DataFrame]]:
    table = days.dropna(subset=["day"]).pivot_table(index="day", columns="file", values="lines", aggfunc="sum")
    for i, j in combinations(range(len(files)), 2):
        yield (i, j), table[[files[i], files[j]]].dropna()


def _groups(files: Sequence[str], pairs: list[tuple[int, int]]) -> list[list[int]]:
    """Files that are parts of one export, by the pairs that share lines."""
    group = list(range(len(files)))
    for i, j in pairs:
        group = [group[i] if g == group[j] else g for g in group]
    return [[i for i, g in enumerate(group) if g == name] for name in dict.fromkeys(group)]


def _named(lines: Lines, counts: Any, files: Sequence[str], groups: list[list[int]]) -> Step:
    more = _sum(counts[f"__n{i}"] for g in groups for i in g) - counts["__keep"]
    twice = counts.mutate(__more=more).filter(more > 0)
    money = {"amount": (units(twice[lines.money]) * twice["__more"]).sum()} if lines.money else {}
    day = twice[lines.date].cast("timestamp")
    told = {"rows": twice["__more"].sum(), "first": day.min(), "last": day.max(), **money}
    row = fetch(lines.con, twice.aggregate(**told)).iloc[0]
    names = [files[i] for g in groups if len(g) > 1 for i in g]
    detail = {"files": names, "first": row["first"].normalize(), "last": row["last"].normalize()}
    return Step(lines.table, "overlap", _int(row["rows"]), _money(row), detail)


def _alike(lines: Lines, pair: _Pair) -> Step:
    detail = {"files": list(pair.names), "first": pair.first, "last": pair.last}
    return Step(lines.table, "alike", pair.lines, None, detail)


def _restated(lines: Lines, counts: Any, pair: _Pair, days: pd.DataFrame) -> Step:
    """Orders of which each of two files has lines that the other lacks; rows and money are the older file's."""
    last = days.groupby("file")["day"].max()
    (_, one, old), (_, two, new) = sorted((last[n], n, i) for n, i in zip(pair.names, pair.files, strict=True))
    detail = {"files": list(pair.names), "first": pair.first, "last": pair.last, "orders": 0,
              "newer": two if last[one] < last[two] else None}  # fmt: skip
    if "order" not in lines.columns:
        return Step(lines.table, "restated", 0, None, detail)
    row = fetch(lines.con, _both_ways(lines, counts, pair, (old, new))).iloc[0]
    return Step(lines.table, "restated", _int(row["rows"]), _money(row), detail | {"orders": _int(row["orders"])})


def _both_ways(lines: Lines, counts: Any, pair: _Pair, files: tuple[int, int]) -> Any:
    """How many orders differ in both directions, and the lines and money that only the first file has of them."""
    near = counts.filter(_within(counts, lines.date, [(pair.first, pair.last)]) & counts["order"].notnull())
    more = near[f"__n{files[0]}"] - near[f"__n{files[1]}"]
    money = {"amount": (units(near[lines.money]) * more).sum(where=more > 0)} if lines.money else {}
    orders = near.group_by("order").aggregate(rows=more.sum(where=more > 0), less=more.min(), **money)
    orders = orders.filter((orders["rows"] > 0) & (orders["less"] < 0))
    return orders.aggregate(orders=orders.count(), **{c: orders[c].sum() for c in ("rows", *money)})


def _repeat(lines: Lines, counts: Any) -> Any:
    """Each line as often as it is to be kept."""
    once_only = counts.filter(counts["__keep"] == 1).select(*lines.columns)
    most = fetch(lines.con, counts.aggregate(n=counts["__keep"].max()))["n"].iloc[0]
    if not most > 1:
        return once_only
    copies = memory(pd.DataFrame({"__k": range(1, int(most) + 1)}))
    several = counts.filter(counts["__keep"] > 1)
    several = several.inner_join(copies, several["__keep"] >= copies["__k"]).select(*lines.columns)
    return once_only.union(several)


def _greatest(parts: Sequence[Any]) -> Any:
    import ibis

    return ibis.greatest(*parts) if len(parts) > 1 else parts[0]


def _least(left: Any, right: Any) -> Any:
    import ibis

    return ibis.least(left, right)


def _sum(parts: Any) -> Any:
    first, *rest = list(parts)
    for part in rest:
        first = first + part
    return first


def _int(value: Any) -> int:
    return 0 if pd.isna(value) else int(value)


def _money(row: pd.Series) -> float | None:
    if "amount" not in row.index:
        return None
    return 0.0 if pd.isna(row["amount"]) else float(row["amount"]) / SCALE

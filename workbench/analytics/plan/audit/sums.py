"""Whether a target sheet adds up: months to quarters to the year, rows to totals, growth and shares to their amounts.

A sheet's numbers are held against each other as stored. A gap counts as rounding where half a last digit for each part
explains it and it is below 0.1 % of the sum; any other is an error.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.audit.between import FEWEST
from workbench.analytics.plan.audit.numbers import percent, plain
from workbench.analytics.plan.audit.sheets import ERRORS, Checked, Grid, Table, tables
from workbench.findings import Finding

_NOISE, _SMALL, _ALIKE = 1e-7, 0.001, 0.005
_MOST = 500  # cells that are told


@dataclass(frozen=True)
class Sum:
    """A cell that should be the sum of others, or a ratio of them."""

    row: int
    column: int
    kind: str  # quarter, half, year, rows, growth, share
    expected: float
    parts: int


def check(grids: Sequence[Grid]) -> Checked:
    """Every cell of the sheets' tables that is not what its neighbours say, and what is written as no number."""
    found: list[Finding] = []
    cells: list[dict[str, object]] = []
    count = 0
    for table in (t for g in grids if not g.lines for t in tables(g)):
        sums = [*_across(table), *_down(table), *_ratios(table)]
        count += len(sums)
        for wrong in sums:
            if told := _wrong(table, wrong):
                cells.append(told)
                found.append(_finding(told))
        found += [*_unread(table), *_flat(table), *_shares(table)]
    frame = pd.DataFrame(cells[:_MOST], columns=Checked().cells.columns)
    return Checked(tuple(found[:_MOST]), frame, count)


def _across(table: Table) -> Iterator[Sum]:
    """Each row's quarters, halves and year from the finest periods that it has."""
    for group in table.groups:
        months, quarters, halves = (table.of(role, group) for role in ("month", "quarter", "half"))
        totals = table.of("total", group) or (table.of("total", "") if len([g for g in table.groups if g]) <= 1 else [])
        by_month = {table.columns[c].number: c for c in months}
        for row in table.labels:
            for column in quarters:
                n = table.columns[column].number
                yield from _sum(table, row, column, [by_month.get(m) for m in range(3 * n - 2, 3 * n + 1)], "quarter")
            for column in halves:
                n = table.columns[column].number
                yield from _sum(table, row, column, _half(table, n, by_month, quarters), "half")
            for column in totals:
                whole = months if len(months) in (6, 12) or (months and not quarters) else quarters or halves
                if len(whole) > 1:
                    yield from _sum(table, row, column, [*whole], "year")


def _half(table: Table, n: int, by_month: dict[int, int], quarters: list[int]) -> list[int | None]:
    if len(by_month) >= 6:
        return [by_month.get(m) for m in range(6 * n - 5, 6 * n + 1)]
    return [next((q for q in quarters if table.columns[q].number == k), None) for k in (2 * n - 1, 2 * n)]


def _sum(table: Table, row: int, column: int, parts: Sequence[int | None], kind: str) -> Iterator[Sum]:
    """The sum to expect in a cell; nothing where a part or the cell itself is not known."""
    values = [table.value(row, c) if c is not None else None for c in parts]
    if table.value(row, column) is None or not values or any(v is None for v in values):
        return
    yield Sum(row, column, kind, sum(v for v in values if v is not None), len(values))


def _down(table: Table) -> Iterator[Sum]:
    """Each total row from the rows that it sums: those for which most of its columns are right, else by its words."""
    amounts = [c for c, h in table.columns.items() if h.role not in ("growth", "share")]
    for total, grand in table.totals.items():
        choices = [c for c in _summed(table, total, grand) if c]
        if not choices:
            continue
        best = max(choices, key=lambda rows: _fits(table, total, rows, amounts))
        for column in amounts:
            values = [table.value(r, column) for r in best]
            known = [v for v in values if v is not None]
            failed = any(_failed(table.cell(r, column)) for r in best)
            if table.value(total, column) is not None and known and not failed:
                yield Sum(total, column, "rows", sum(known), len(known))


def _summed(table: Table, total: int, grand: bool) -> list[list[int]]:
    """The sets of rows that a total may sum, the likeliest first."""
    subtotals = [r for r, g in table.totals.items() if not g and r != total]
    above = [r for r in table.totals if r < total]
    since = max(above, default=table.first - 1)
    block = [r for r in table.leaves if since < r < total]
    until = min((r for r in table.totals if r > total), default=table.last)
    under = [r for r in table.leaves if total < r < until]
    if grand:
        return [table.leaves, subtotals, block, [*subtotals, *block], under]
    name = table.labels[total][0] if len(table.labels[total]) > 1 else ""
    own = [r for r in table.leaves if name and table.labels[r][0] == name]
    return [block, own, under, table.leaves]


def _fits(table: Table, total: int, rows: Sequence[int], columns: Sequence[int]) -> float:
    """The share of columns in which these rows sum to the total."""
    right = []
    for column in columns:
        written = table.value(total, column)
        values = [v for r in rows if (v := table.value(r, column)) is not None]
        if written is not None and values:
            right.append(abs(sum(values) - written) <= max(_NOISE, _SMALL * abs(written)))
    return sum(right) / len(right) if right else -1.0


def _ratios(table: Table) -> Iterator[Sum]:
    """Growth on last year's column, shares of the total row."""
    target, last = _target(table), table.of("last")
    growths, shares, whole = table.of("growth"), table.of("share"), _whole(table, target)
    for row in table.labels:
        amount = table.value(row, target) if target is not None else None
        before = table.value(row, last[0]) if last else None
        for column in growths:
            if amount is not None and before and table.value(row, column) is not None:
                yield Sum(row, column, "growth", amount / before - 1, 2)
        for column in shares:
            if amount is not None and whole and table.value(row, column) is not None:
                yield Sum(row, column, "share", amount / whole, 2)


def _target(table: Table) -> int | None:
    return next(iter(table.of("total")), None)


def _whole(table: Table, column: int | None) -> float | None:
    """The table's whole in a column: its grand total as far as it has one, else the sum of its rows."""
    if column is None:
        return None
    grand = [v for r, g in table.totals.items() if g and (v := table.value(r, column)) is not None]
    return grand[-1] if grand else sum(v for r in table.leaves if (v := table.value(r, column)) is not None) or None


def _wrong(table: Table, expected: Sum) -> dict[str, object] | None:
    """The cell as a row of `cells`; None where it is right."""
    written = table.value(expected.row, expected.column)
    assert written is not None  # noqa: S101 a sum is made of known cells only
    ratio = expected.kind in ("growth", "share")
    if ratio and abs(written) > 1.5 and abs(written / 100 - expected.expected) < abs(written - expected.expected):
        written = written / 100  # 15 in a column of percents
    gap = written - expected.expected
    if abs(gap) <= max(_NOISE * max(1.0, abs(expected.expected)), _ratio_step(table, expected) if ratio else 0.0):
        return None
    step = _step(table, expected.column)
    rounding = not ratio and abs(gap) <= step * (expected.parts + 1) / 2 and abs(gap) <= _SMALL * abs(expected.expected)
    shown = percent if ratio else (lambda v: plain(v, 14))
    return {
        "sheet": table.grid.name,
        "cell": table.grid.place(expected.row, expected.column),
        "kind": expected.kind,
        "written": shown(written),
        "expected": shown(expected.expected),
        "gap": shown(gap),
        "rounding": rounding,
    }


def _step(table: Table, column: int) -> float:
    """The worth of the last digit in a column: the finest that its rows use."""
    values = [v for r in table.labels if (v := table.value(r, column)) is not None]
    return next(
        (10.0**-d for d in range(5) if all(abs(v * 10**d - round(v * 10**d)) < 1e-6 * 10**d for v in values)), 1e-5
    )


def _ratio_step(table: Table, expected: Sum) -> float:
    """Half the last digit that a written ratio shows; stored ratios are exact, typed ones have two or three digits."""
    cell = table.cell(expected.row, expected.column)
    if isinstance(cell, str):
        return 0.5 * 10.0 ** -(len(cell.partition(".")[2].rstrip("% ")) + (2 if "%" in cell else 0))
    written = float(cell)
    hundredths = abs(written) > 1.5
    digits = next((d for d in range(7) if abs(written * 10**d - round(written * 10**d)) < 1e-9 * 10**d), 7)
    return max(0.5 * 10.0 ** -(digits + (2 if hundredths else 0)) if digits < 5 else 0.0, 1e-9)


def _finding(told: dict[str, object]) -> Finding:
    key = "plan.audit.cell_ratio" if told["kind"] in ("growth", "share") else "plan.audit.cell_sum"
    values: dict[str, Any] = {n: told[n] for n in ("sheet", "cell", "kind", "written", "expected", "gap", "rounding")}
    if key == "plan.audit.cell_ratio":
        return fact("plan.audit.cell_ratio", about=f"{told['sheet']}!{told['cell']}", **values)
    return fact("plan.audit.cell_sum", about=f"{told['sheet']}!{told['cell']}", **values)


def _unread(table: Table) -> Iterator[Finding]:
    """Cells of errors, and numbers kept as text, which a spreadsheet's SUM leaves out."""
    for row in table.labels:
        for column in table.columns:
            cell, place = table.cell(row, column), table.grid.place(row, column)
            if _failed(cell):
                yield fact(
                    "plan.audit.cell_error",
                    about=f"{table.grid.name}!{place}",
                    sheet=table.grid.name,
                    cell=place,
                    written=str(cell).strip(),
                )
            elif isinstance(cell, str) and table.value(row, column) is not None:
                yield fact(
                    "plan.audit.cell_text",
                    about=f"{table.grid.name}!{place}",
                    sheet=table.grid.name,
                    cell=place,
                    written=cell.strip(),
                )


def _failed(cell: object) -> bool:
    return isinstance(cell, str) and cell.strip().upper() in ERRORS


def _flat(table: Table) -> Iterator[Finding]:
    """One uplift on last year's column for every row."""
    target, last = _target(table), table.of("last")
    if target is None or not last:
        return
    pairs = [(table.value(r, target), table.value(r, last[0])) for r in table.leaves]
    rises = [a / b - 1 for a, b in pairs if a is not None and b]
    if len(rises) >= FEWEST and max(rises) - min(rises) <= _ALIKE and abs(sum(rises)) > _ALIKE:
        cells = f"{table.grid.place(table.leaves[0], target)}:{table.grid.place(table.leaves[-1], target)}"
        yield fact(
            "plan.audit.cell_flat",
            about=f"{table.grid.name}!{cells}",
            sheet=table.grid.name,
            cells=cells,
            growth=percent(sum(rises) / len(rises)),
            nodes=len(rises),
        )


def _shares(table: Table) -> Iterator[Finding]:
    """Shares of the rows that do not sum to 100 %."""
    for column in table.of("share"):
        values = [v for r in table.leaves if (v := table.value(r, column)) is not None]
        if len(values) < 2 or len(values) < len(table.leaves):
            continue
        whole = 100.0 if sum(values) > 10 else 1.0
        allowed = max(_NOISE, 0.5 * len(values) * (0.01 if whole == 1 else 1.0) * 0.1)
        if abs(sum(values) - whole) > allowed * whole:
            cells = f"{table.grid.place(table.leaves[0], column)}:{table.grid.place(table.leaves[-1], column)}"
            yield fact(
                "plan.audit.cell_shares",
                about=f"{table.grid.name}!{cells}",
                sheet=table.grid.name,
                cells=cells,
                sum=percent(sum(values) / whole),
            )

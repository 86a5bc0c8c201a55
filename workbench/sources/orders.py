"""Order lines, made ready in their engine: repaired, checked, each counted once, up to as_of; `within` a scope.

What is wrong or noteworthy is counted in one query, by file and day; rows and values are asked for only where a count
is not zero.
"""

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from workbench.errors import DataError, ParameterError
from workbench.run import Run
from workbench.settings import Source
from workbench.sources import checks, overlap, repair
from workbench.sources.contracts import TABLES
from workbench.sources.covers import Days, covered
from workbench.sources.levels import References, nearest
from workbench.sources.quality import Step
from workbench.sources.query import ALL, SCALE, fetch, units

LACKS = {"customer": "no_customer", "cost": "no_cost", "quantity": "no_quantity"}


@dataclass(frozen=True)
class Orders:
    """The lines as an expression, what they cover, and what was done to them."""

    con: Any
    expr: Any
    covers: Days
    days: pd.Series  # how many lines each day has, in order
    unsure: frozenset[str]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Making:
    """What is needed to make orders: where they are, and the settings and tables that concern them."""

    con: Any
    source: Source
    expr: Any  # as read, with _file
    rows: Callable[[], Any]  # the same with _row
    run: Run
    refs: References
    lookups: list[repair.Translation]
    rates: pd.DataFrame | None

    def prepared(self, expr: Any) -> Any:
        """The lines with values renamed and looked up, priced and in the company's currency."""
        expr = repair.rename(expr, self.source)
        for translation in self.lookups:
            expr = repair.translate(expr, translation)
        expr = repair.price(expr)
        return repair.convert(expr, self.run.settings.company.currency, self.rates) if self.foreign(expr) else expr

    def foreign(self, expr: Any) -> bool:
        """Whether lines say their currency."""
        return {"currency", "amount", "date"} <= set(expr.columns)

    def kept(self, expr: Any) -> Any:
        """`expr` without the rows that the settings leave out."""
        wide, out = repair.left_out(expr, "orders", self.source, self.refs)
        return wide.filter(~repair.any_of(out)).select(*expr.columns) if out else expr


def make(making: Making) -> Orders:
    """Orders ready to be counted; all that is wrong with them in one error."""
    expr = making.prepared(making.expr)
    checked = checks.Checked(
        making.con, "orders", TABLES["orders"], making.source, expr, lambda: making.kept(making.prepared(making.rows()))
    )
    _refuse(_columns_missing(checked))
    found = _profile(making, checked, expr)
    steps = [*_read(found), *_excluded(making, expr, found)]
    found = found[~found["out"]]
    _refuse(_wrong(making, checked, found))
    lines, more = _each_once(making, making.kept(expr), found)
    if any(not s.detail.get("kept") for s in more if s.kind in ("overlap", "repeats")):
        found = _profile(making, checked, lines)
    return _cut(making, lines, found, [*steps, *more])


def _refuse(problems: list[str]) -> None:
    if problems:
        raise DataError("data", problems)


def _columns_missing(checked: checks.Checked) -> list[str]:
    problems = checks.missing_columns(checked)
    if "amount" not in checked.expr.columns:
        problems.append(
            "orders: there is neither a column 'amount' nor both 'quantity' and 'price'. Map amount, or map"
            " quantity and price."
        )
    return problems


def _profile(making: Making, checked: checks.Checked, expr: Any) -> pd.DataFrame:
    """One row for each file, day and whether it is left out: lines, amount, and count and amount of each mark."""
    import ibis

    wide, out = repair.left_out(expr, "orders", making.source, making.refs)
    wide = wide.mutate(out=repair.any_of(out) if out else ibis.literal(False))
    marks = {f"no_{c}": c for c in ("customer", "cost", "quantity") if c in expr.columns}
    for column, reference in _references(making.refs, expr).items():
        wide = making.refs.marked(wide, column, reference, f"unmatched_{column}")
    wide = wide.mutate(
        file=wide["_file"] if "_file" in wide.columns else ibis.literal(""),
        day=wide["date"].cast("date"),
        __units=units(wide["amount"]),
        **{mark: wide[c].isnull() for mark, c in marks.items()},
        **{f"null_{c}": wide[c].isnull() for c in _references(making.refs, expr)},
        **({"no_rate": wide["__rate"].isnull()} if "__rate" in wide.columns else {}),
    )
    told = [c for c in wide.columns if c.startswith(("no_", "null_", "unmatched_")) and c not in expr.columns]
    counts = {c: wide[c].sum() for c in told} | {f"{c}__money": wide["__units"].sum(where=wide[c]) for c in told}
    broken = {name: rule.sum() for name, rule in checks.conditions(_on(checked, wide)).items()}
    grouped = wide.group_by("file", "day", "out")
    sums = {"lines": wide.count(), "money": wide["__units"].sum().cast("float64"), **counts, **broken}
    return _tidy(fetch(making.con, grouped.aggregate(**sums)))


def _on(checked: checks.Checked, expr: Any) -> checks.Checked:
    return checks.Checked(checked.con, checked.name, checked.table, checked.source, expr, checked.rows)


def _tidy(found: pd.DataFrame) -> pd.DataFrame:
    numbers = [c for c in found.columns if c not in ("file", "day", "out")]
    found = found.assign(**{c: found[c].astype("float64").fillna(0) for c in numbers})
    money = [c for c in numbers if c == "money" or c.endswith("__money")]
    return found.assign(**{c: found[c] / SCALE for c in money}, out=found["out"].astype(bool))


def _references(refs: References, expr: Any) -> dict[str, str]:
    found = {c: refs.reference("orders", c) for c in expr.columns if not c.startswith("_")}
    return {c: reference for c, reference in found.items() if reference}


def within(made: Orders, refs: References, scope: dict[str, str]) -> Orders:
    """The lines in scope, and how many are outside; what they cover stays what the whole company's lines cover."""
    if not scope:
        return made
    inside = _in_scope(refs, made.expr, scope)
    counted = made.expr.mutate(__units=units(made.expr["amount"]), __out=~inside)
    sums = {"lines": counted.count(), "rows": counted["__out"].sum(), "money": _outside(counted)}
    row = fetch(made.con, counted.aggregate(**sums)).iloc[0]
    if int(row["rows"]) == int(row["lines"]):
        _refuse_empty(made, refs, scope)
    steps = _step("out_of_scope", int(row["rows"]), _money(row["money"]), {"scope": dict(scope)})
    return replace(made, expr=made.expr.filter(inside), steps=(*made.steps, *steps))


def _outside(counted: Any) -> Any:
    return counted["__units"].sum(where=counted["__out"])


def _in_scope(refs: References, expr: Any, scope: dict[str, str]) -> Any:
    """Whether a line is in scope; attaching a level could multiply lines, so it is told by key."""
    conditions = {level: scoped(refs, "orders", expr, level, value) for level, value in scope.items()}
    unknown = [level for level, condition in conditions.items() if condition is None]
    if unknown:
        advice = "Map it in [sources.orders.columns], or add the reference table that holds it."
        raise ParameterError("scope", [f"orders do not lead to '{level}'. {advice}" for level in unknown])
    inside: Any = functools.reduce(operator.and_, conditions.values())
    return inside.fill_null(False)


def scoped(refs: References, table: str, expr: Any, level: str, value: str) -> Any | None:
    """The condition for rows that belong to one value of a level; None where the table does not lead to the level."""
    columns = [c for c in expr.columns if not c.startswith("_")]
    place = refs.find(level, table, columns)
    if place is None:
        return None
    labels = refs.labels(level, table, columns)
    values = [value, *(k for k, label in labels.items() if label == value)]
    if not place.reference:
        return expr[place.via].cast("string").isin(values)
    frame, key = refs.wide[place.reference], refs.keys[place.reference]
    keys = frame.loc[frame[level.rpartition(".")[2]].astype("str").isin(values), key].dropna().astype("str")
    return expr[place.via].cast("string").isin(list(keys) or [""])


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a small frame, each by column name."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _read(found: pd.DataFrame) -> list[Step]:
    told = {"lines": ("lines", "sum"), "money": ("money", "sum"), "first": ("day", "min"), "last": ("day", "max")}
    files = found.groupby("file", dropna=False).agg(**told).reset_index()
    return [
        Step("orders", "read", int(r["lines"]), r["money"], {k: r[k] for k in ("file", "first", "last")})
        for r in rows_of(files)
    ]


def _excluded(making: Making, expr: Any, found: pd.DataFrame) -> list[Step]:
    """One step for each column of `exclude`; several columns may name the same row, so they are asked for singly."""
    if not found["out"].any():
        return []
    counted = expr.mutate(__units=units(expr["amount"]))
    wide, conditions = repair.left_out(counted, "orders", making.source, making.refs)
    steps, before = [], None
    for column, condition in conditions.items():
        new = condition if before is None else condition & ~before
        before = condition if before is None else before | condition
        row = fetch(making.con, wide.aggregate(n=new.sum(), m=wide["__units"].sum(where=new))).iloc[0]
        detail = {"column": column, "values": list(making.source.exclude[column])}
        steps.append(Step("orders", "excluded", int(row["n"]), _money(row["m"]), detail))
    return steps


def _money(value: Any) -> float:
    return 0.0 if pd.isna(value) else float(value) / SCALE


def _wrong(making: Making, checked: checks.Checked, found: pd.DataFrame) -> list[str]:
    total = found["lines"].sum()
    if not total:
        return ["orders: there are no rows. Check files and exclude in workbench.toml."]
    problems = checks.breaches(checked, found.drop(columns=["file", "day", "out"]).sum())
    if (money := found["money"].abs().sum()) > ALL:
        problems.append(
            f"orders: amounts add up to {money:.1e}; sums are exact up to {ALL:.0e}. Give them in thousands or"
            " millions of the currency."
        )
    if "no_rate" in found and found["no_rate"].sum():
        problems += _without_rate(making, checked.expr)
    for column, reference in _references(making.refs, checked.expr).items():
        alone, empty = found[f"unmatched_{column}"].sum(), found[f"null_{column}"].sum()
        if alone and alone + empty == total:
            worst = _worst(making, making.kept(checked.expr), column, reference)
            problems.append(none_joins(making.refs, "orders", column, reference, worst))
    return problems


def _without_rate(making: Making, expr: Any) -> list[str]:
    bare = expr.filter(expr["__rate"].isnull(), expr["date"].notnull())  # no day is told as such
    # the amount of a line without a rate is missing after conversion, so it is read again before it
    own = repair.price(repair.rename(making.expr, making.source))
    code = own.currency.upper().strip()
    named = own.mutate(__code=code, __units=units(own.amount))
    told = {"rows": bare.count(), "first": bare.date.min(), "last": bare.date.max()}
    groups = bare.group_by(code=bare["__code"]).aggregate(**told)
    problems = []
    for row in rows_of(fetch(making.con, groups.order_by("code"))):
        within = named.date.between(row["first"].date(), row["last"].date())
        same = named["__code"].isnull() if pd.isna(row["code"]) else named["__code"] == row["code"]
        money = _money(fetch(making.con, named.filter(same & within).aggregate(m=named["__units"].sum()))["m"].iloc[0])
        problems.append(_no_rate(row, money, making.run.settings.company.currency))
    return problems


def _no_rate(row: dict[str, Any], money: float, own: str) -> str:
    code, count, first, last = row["code"], row["rows"], f"{row['first']:%Y-%m-%d}", f"{row['last']:%Y-%m-%d}"
    if pd.isna(code):
        advice = f'If they are in {own}, say so: [sources.orders.rename] currency = {{ "" = "{own}" }}.'
        return f"orders: {count:,} rows ({money:,.2f}, {first} to {last}) have no currency. {advice}"
    advice = f"Add it to the table rates, valid from {first} or before."
    return f"orders: {count:,} rows ({code} {money:,.2f}, {first} to {last}) have no rate on their days. {advice}"


def _worst(making: Making, expr: Any, column: str, reference: str) -> pd.DataFrame:
    """The values of a column that do not join, the most lines first: value, rows, money."""
    import ibis

    marked = making.refs.marked(expr, column, reference, "__mark")
    marked = marked.mutate(__units=units(marked["amount"])).filter(marked["__mark"])
    groups = marked.group_by(value=marked[column]).aggregate(rows=marked.count(), money=marked["__units"].sum())
    worst = fetch(making.con, groups.order_by([ibis.desc("rows"), "value"]).limit(20))
    return worst.assign(money=worst["money"].astype("float64").fillna(0) / SCALE)


def none_joins(refs: References, table: str, column: str, reference: str, worst: pd.DataFrame) -> str:
    """What to say where not one value of a column is a key of its reference table."""
    frame, key = refs.frames[reference], refs.keys[reference]
    values, known = set(worst["value"]), frame[key].dropna().astype("str")
    here = f"{table}.{column} has {_some(worst['value'])}, {reference}.{key} has {_some(known)}"
    held = next((str(c) for c in frame.columns if c != key and values <= set(frame[c].dropna().astype("str"))), "")
    advice = f"Map the column of {reference} that holds them, and name it in [sources.{table}.lookup]."
    if held:
        lookup = f'{column} = {{ table = "{reference}", by = "{held}" }}'
        advice = f"{reference}.{held} holds them: [sources.{table}.lookup] {lookup}."
    return f"{table}: no value of '{column}' joins the table {reference}: {here}. {advice}"


def _some(values: pd.Series) -> str:
    return ", ".join(f"'{v}'" for v in values.head(3))


def _each_once(making: Making, lines: Any, found: pd.DataFrame) -> tuple[Any, list[Step]]:
    table = overlap.Lines(making.con, "orders", lines, "date", "amount")
    expr, steps = overlap.once(table, found[["file", "day", "lines"]])
    if making.source.repeats == "drop":
        expr, step = overlap.without_repeats(overlap.Lines(making.con, "orders", expr, "date", "amount"))
        steps.append(step)
    return expr, steps


def _cut(making: Making, lines: Any, found: pd.DataFrame, steps: list[Step]) -> Orders:
    run, as_of = making.run, making.run.as_of
    later = found[found["day"] > as_of]
    found = found[found["day"] <= as_of]
    if not found["lines"].sum():
        first = later["day"].min()
        told = f"no line is dated up to {as_of:%Y-%m-%d}; the first is of {first:%Y-%m-%d}"
        raise DataError("data", [f"orders: {told}. Choose a later as_of."])
    covers = covered(found["day"], as_of, run.calendar, making.source.covers)
    steps += _step("after_as_of", int(later["lines"].sum()), later["money"].sum())
    steps += _marked_steps(making, lines, found)
    expr = lines.filter(lines.date <= as_of.date())
    unsure = frozenset(c for c in ("cost", "quantity") if f"no_{c}" in found and found[f"no_{c}"].sum())
    columns = [c for c in expr.columns if not c.startswith("_")]
    days = found.groupby("day")["lines"].sum()
    return Orders(making.con, expr.select(*columns), covers, days, unsure, tuple(steps))


def _marked_steps(making: Making, lines: Any, found: pd.DataFrame) -> list[Step]:
    steps: list[Step] = []
    for column, kind in LACKS.items():
        if f"no_{column}" in found:
            steps += _step(kind, int(found[f"no_{column}"].sum()), found[f"no_{column}__money"].sum())
    for column, reference in _references(making.refs, lines).items():
        rows = int(found[f"unmatched_{column}"].sum())
        if rows:
            upto = lines.filter(lines.date <= making.run.as_of.date())
            worst = _worst(making, upto, column, reference)
            detail = unmatched(making.refs, column, reference, worst)
            steps.append(Step("orders", "unmatched", rows, float(found[f"unmatched_{column}__money"].sum()), detail))
    return steps


def unmatched(refs: References, column: str, reference: str, worst: pd.DataFrame) -> dict[str, Any]:
    """What to tell of values that do not join: the values with their rows and money, and what was probably meant."""
    known = refs.frames[reference][refs.keys[reference]].dropna().astype("str").tolist()
    values = {r["value"]: {"rows": int(r["rows"]), "amount": r["money"]} for r in rows_of(worst)}
    near = tuple(dict.fromkeys(found for v in values if (found := nearest(str(v), known))))
    return {"column": column, "reference": reference, "values": values, "nearest": near or None}


def _step(kind: str, rows: int, money: float, detail: dict[str, Any] | None = None) -> list[Step]:
    return [Step("orders", kind, rows, float(money), detail or {})] if rows else []


def _refuse_empty(made: Orders, refs: References, scope: dict[str, str]) -> None:
    problems = []
    for level, value in scope.items():
        wide = refs.attach(made.expr, "orders", [level])
        known = fetch(made.con, wide.select(level).distinct().limit(5000))[level].dropna().astype("str").tolist()
        labels = refs.labels(level, "orders", list(made.expr.columns))
        shown = sorted({labels.get(k, k) for k in known})
        if value not in shown and value not in known:
            near = nearest(value, shown)
            some = ", ".join(shown[:8]) + (" …" if len(shown) > 8 else "")
            hint = f"Did you mean '{near}'?" if near else f"There are {some}."
            problems.append(f"no order has {level} = '{value}'. {hint}")
    raise ParameterError("scope", problems or ["no order is in all parts of the scope at once."])

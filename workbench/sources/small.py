"""The small tables: read, repaired and checked in their engine, then held as frames with our names."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.periods import Calendar, Every
from workbench.settings import Source
from workbench.sources import checks, overlap, repair
from workbench.sources.contracts import TABLES, Table
from workbench.sources.levels import References
from workbench.sources.orders import none_joins, unmatched
from workbench.sources.quality import Step
from workbench.sources.query import SCALE, fetch, units

# tables that tell of the surroundings, kept whole under a scope that they do not know
CONTEXT = frozenset({"events", "competitors", "market", "rates", "stage_history"})
# of these a row without a value of the scope's level tells of the whole company, and so of each part: a price list, a
# festival. Money, scores and goals that name no part are none of a part's, and a market's total is larger than it
EVERYWHERE = frozenset({"events", "competitors"})
SALES_METRICS = frozenset(
    [
        "amount",
        "sales",
        "revenue",
        "bookings",
        "销售额",
        "金额",
        "签约额",
        "营收",
        "业绩",
        "銷售額",
        "金額",
        "簽約額",
        "營收",
        "業績",
    ]
)
_PERIODS, _ALIKE = 3, 0.005  # a target is a sum of others where it is so 3 times, within 0.5 %
_STEPS: dict[Every, tuple[int, int]] = {  # days from one period to the next
    "year": (350, 380),
    "quarter": (77, 105),
    "month": (26, 38),
    "week": (6, 8),
    "day": (1, 3),
}


@dataclass(frozen=True)
class Small:
    """A frame, what was done to it, and what is wrong with it."""

    frame: pd.DataFrame
    steps: list[Step]
    problems: list[str]


def take(con: Any, name: str, table: Table, source: Source, expr: Any, rows: Any, refs: References) -> Small:
    """A small table, whole: nothing is cut at as_of or by scope yet."""
    lookups, problems = repair.translations(con, name, repair.rename(expr, source), source, refs)

    def prepared(raw: Any) -> Any:
        raw = repair.rename(raw, source)
        for translation in lookups:
            raw = repair.translate(raw, translation)
        # two spellings of a code are one currency, so that of two rates for one day only one may stand
        return raw.mutate(currency=repair.code(raw.currency)) if name == "rates" and "currency" in raw.columns else raw

    def kept(raw: Any) -> Any:
        wide, out = repair.left_out(raw, name, source, refs)
        return wide.filter(~repair.any_of(out)).select(*raw.columns) if out else raw

    ready = prepared(expr)
    checked = checks.Checked(con, name, table, source, ready, lambda: kept(prepared(rows())))
    if missing := checks.missing_columns(checked):
        return Small(pd.DataFrame(), [], [*problems, *missing])
    found = _counts(con, name, checked, source, refs)
    steps = _told(name, source, found, "amount" in ready.columns and _is_money(name))
    problems += checks.breaches(checked, found[~found["out"]].drop(columns=["file", "out"]).sum())
    lines, more = _once(con, name, table, kept(ready), found)
    problems += checks.repeated_keys(
        checks.Checked(con, name, table, source, lines.distinct() if table.key else lines, checked.rows)
    )
    frame = fetch(con, lines.distinct() if table.key else lines)
    lost = int(found.loc[~found["out"], "lines"].sum()) - len(frame) - sum(s.rows for s in more)
    if table.key and lost:
        more.append(Step(name, "repeats", lost, None, {"kept": False}))
    frame = frame.sort_values(list(frame.columns), ignore_index=True, na_position="last")
    return Small(frame, [*steps, *more], problems)


def cut(name: str, frame: pd.DataFrame, as_of: pd.Timestamp) -> tuple[pd.DataFrame, list[Step]]:
    """Rows dated up to `as_of`; rows without a date stay."""
    dated = TABLES[name].dated if name in TABLES else ""
    if dated not in frame.columns:
        return frame, []
    late = frame[dated] > as_of
    return frame[~late].reset_index(drop=True), _step(name, "after_as_of", frame[late])


def reopen(
    frame: pd.DataFrame, source: Source, history: pd.DataFrame | None, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, list[Step]]:
    """Opportunities as they stood on `as_of`: one that was closed later is open, in the stage it then had if known.

    What it was worth when it closed was not known then, so its amount is missing.
    """
    if "closed" not in frame:
        return frame, []
    later = (frame["closed"] > as_of) & frame["stage"].isin([*source.stages.won, *source.stages.lost])
    if not later.any():
        return frame, []
    then = pd.Series(pd.NA, index=frame.index, dtype="object")
    if history is not None and len(history):
        last = history.sort_values("entered", kind="stable").drop_duplicates("opportunity", keep="last")
        then = frame["opportunity"].map(last.set_index("opportunity")["stage"].to_dict())
    changed = frame.assign(stage=frame["stage"].mask(later, then), closed=frame["closed"].mask(later))
    for column in {"amount", "lost_reason"} & set(frame.columns):
        changed[column] = changed[column].mask(later)
    return changed, [Step("opportunities", "reopened", int(later.sum()))]


def unjoined(name: str, frame: pd.DataFrame, refs: References) -> tuple[list[Step], list[str]]:
    """Values that do not join their reference table; a problem where not one does."""
    steps, problems = [], []
    for column in frame.columns:
        reference = refs.reference(name, column)
        if not reference or reference == name:  # a manager need not be in the list of those who sell
            continue
        keys = set(refs.frames[reference][refs.keys[reference]].dropna().astype("str"))
        filled = frame[frame[column].notna()]
        alone = filled[~filled[column].isin(keys)]
        if not len(alone):
            continue
        worst = _worst(alone, column)
        if len(alone) == len(filled) and len(keys):
            problems.append(none_joins(refs, name, column, reference, worst))
        steps += _step(name, "unmatched", alone, unmatched(refs, column, reference, worst))
    return steps, problems


def within(
    name: str, frame: pd.DataFrame, refs: References, scope: dict[str, str]
) -> tuple[pd.DataFrame | None, list[Step]]:
    """Rows in scope. A table that does not know the scope is kept where it tells of the surroundings, else left out."""
    steps: list[Step] = []
    for level, value in scope.items():
        values = refs.values(frame, name, level)
        if (name, level) == ("spend", "channel") and values is not None and not values.eq(value).any():
            values = None  # its channels are where leads come from, not those that sell
        if values is None and name == "market" and "segment" in frame and frame["segment"].eq(value).any():
            values = frame["segment"]  # published by what the scope is one of
        if values is None:
            kept = name in CONTEXT or name in refs.frames
            if name not in refs.frames:
                steps.append(Step(name, "not_scoped", len(frame), None, {"level": level, "kept": kept}))
            if not kept:
                return None, steps
            frame = _without_sales(name, frame, pd.Series(True, frame.index))
            continue
        labels = refs.labels(level, name, [str(c) for c in frame.columns])
        inside = values.isin([value, *(k for k, label in labels.items() if label == value)])
        inside |= values.isna() & (name in EVERYWHERE)
        frame = _without_sales(name, frame, values.isna())
        steps += _step(name, "out_of_scope", frame[~inside], {"scope": {level: value}})
        frame = frame[inside].reset_index(drop=True)
    return frame, steps


def _without_sales(name: str, frame: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """What a competitor sells in all is not what it sells where a part does."""
    return frame.assign(sales=frame["sales"].mask(rows)) if name == "competitors" and "sales" in frame else frame


def roll_ups(frame: pd.DataFrame, refs: References, levels: list[str]) -> tuple[pd.DataFrame, list[Step]]:
    """Targets with `rolls_up`: true where the row's node leads others that have a target in the same period.

    A node leads those whose manager it is, directly or not, and those that it is divided into: a row that names a
    region and no rep stands above the rows that name this region and a rep. So does one whose targets are the sum of
    all others', whoever it is.
    """
    nodes = [c for c in frame.columns if c == "rep" or c in levels]
    group = ["period", *(["metric"] if "metric" in frame else [])]
    above = _leads(frame, refs, group) | _divided(frame, nodes, group)
    above |= _sums(frame[~above], nodes, group).reindex(frame.index, fill_value=False)
    frame = frame.assign(rolls_up=above.astype(bool))
    named: set[str] = set()
    for node in nodes:
        labels = refs.labels(node, "targets", [str(c) for c in frame.columns])
        named |= {labels.get(n, n) for n in frame.loc[above, node].dropna()}
    return frame, _step("targets", "rolled_up", frame[above], {"nodes": sorted(named)})


def sales_targets(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of targets that add up to the sales to be made: no roll-ups, no targets of other things."""
    frame = frame[~frame["rolls_up"]]
    return frame[~_of_others(frame)]


def other_metrics(frame: pd.DataFrame) -> list[Step]:
    """Targets that are not of sales, named."""
    others = frame[_of_others(frame)]
    metrics = sorted(others["metric"].unique()) if len(others) else []
    return _step("targets", "other_metric", others, {"metrics": metrics})


def grain(periods: pd.Series, calendar: Calendar) -> Every | None:
    """How long the periods are that these dates name, by the usual step between them; None where that is open."""
    days = pd.Series(periods.dropna().dt.normalize().unique()).sort_values(ignore_index=True)
    step = days.diff().dt.days.median()
    fits = (every for every, (least, most) in _STEPS.items() if least <= step <= most)
    every = next(fits, None)
    return every if every and calendar.start(days, every).is_unique else None


def _of_others(frame: pd.DataFrame) -> pd.Series:
    if "metric" not in frame or frame["metric"].nunique(dropna=False) < 2:
        return pd.Series(False, index=frame.index)
    return frame["metric"].notna() & ~frame["metric"].str.casefold().isin(SALES_METRICS)


def _leads(frame: pd.DataFrame, refs: References, group: list[str]) -> pd.Series:
    """Rows of reps who lead, directly or not, others with a target in the same period."""
    nobody = pd.Series(False, index=frame.index)
    reps = refs.frames.get("reps")
    if reps is None or "rep" not in frame:
        return nobody
    boss = bosses(reps)
    chains = {rep: chain(rep, boss) for rep in frame["rep"].dropna().unique()}
    led = frame.dropna(subset=["rep"])[["rep", *group]].itertuples(index=False, name=None)
    leaders = {(*key[1:], leader) for key in led for leader in chains[key[0]]}
    rows = frame[[*group, "rep"]].itertuples(index=False, name=None)
    return pd.Series([row in leaders for row in rows], index=frame.index, dtype=bool)


def bosses(reps: pd.DataFrame) -> dict[str, str]:
    """Whom each rep reports to, as far as the table of people says."""
    if "manager" not in reps:
        return {}
    return {k: v for k, v in zip(reps["rep"], reps["manager"], strict=True) if isinstance(v, str) and v != k}


def chain(rep: str, boss: dict[str, str]) -> list[str]:
    """Everyone above a rep; a ring of managers ends where it began."""
    found: list[str] = []
    while (rep := boss.get(rep, "")) and rep not in found:
        found.append(rep)
    return found


def _divided(frame: pd.DataFrame, nodes: list[str], group: list[str]) -> pd.Series:
    """Rows that name fewer levels than other rows of the same period which name the same and more."""
    above = pd.Series(False, index=frame.index)
    if not nodes:
        return above
    named = frame[nodes].notna().apply(lambda row: tuple(n for n in nodes if row[n]), axis=1)
    patterns = named.unique()
    for few in patterns:
        here = named == few
        finer = named.map(lambda p, few=few: set(few) < set(p))
        keys = set(frame.loc[finer, [*group, *few]].itertuples(index=False, name=None))
        rows = frame.loc[here, [*group, *few]].itertuples(index=False, name=None)
        above = above.mask(here, pd.Series([row in keys for row in rows], index=frame.index[here]))
    return above.astype(bool)


def _sums(frame: pd.DataFrame, nodes: list[str], group: list[str]) -> pd.Series:
    """Rows of a node whose target is the sum of the others' in all periods that it shares with two or more, 3 at least.

    Two nodes with the same targets are no leader and a team.
    """
    node = frame.groupby(nodes, dropna=False).ngroup() if nodes else pd.Series(0, index=frame.index)
    each = frame["amount"].groupby([*(frame[c] for c in group), node.rename("node")], dropna=False).sum()
    wide = each[each > 0].unstack("node")
    shared = wide[wide.notna().sum(axis=1) > 2]
    others = shared.rsub(shared.sum(axis=1), axis=0)
    same = (shared - others).abs() <= _ALIKE * shared
    leads = same.sum()[(same.sum() >= _PERIODS) & (same.sum() == shared.notna().sum())].index
    keys = frame.set_index(group).index
    return node.isin(leads) & pd.Series(keys.isin(shared.index), index=frame.index)


def _counts(con: Any, name: str, checked: checks.Checked, source: Source, refs: References) -> pd.DataFrame:
    import ibis

    wide, out = repair.left_out(checked.expr, name, source, refs)
    wide = wide.mutate(
        file=wide["_file"] if "_file" in wide.columns else ibis.literal(""),
        out=repair.any_of(out) if out else ibis.literal(False),
    )
    money = {"money": units(wide["amount"]).sum()} if "amount" in wide.columns else {}
    on = checks.Checked(con, name, checked.table, source, wide, checked.rows)
    broken = {short: rule.sum() for short, rule in checks.conditions(on).items()}
    found = fetch(con, wide.group_by("file", "out").aggregate(lines=wide.count(), **money, **broken))
    numbers = [c for c in found.columns if c not in ("file", "out")]
    found = found.assign(**{c: found[c].astype("float64").fillna(0) for c in numbers}, out=found["out"].astype(bool))
    return found.assign(money=found["money"] / SCALE) if money else found


def _is_money(name: str) -> bool:
    """Whether a table's amounts are all money of one currency: those of targets in words have a unit a row each."""
    amount = TABLES[name].columns.get("amount") if name in TABLES else None
    return amount is not None and amount.kind == "money"


def _told(name: str, source: Source, found: pd.DataFrame, money: bool) -> list[Step]:
    files = found.groupby("file", sort=True).sum(numeric_only=True)
    steps = [
        Step(name, "read", int(r["lines"]), float(r["money"]) if money else None, {"file": file})
        for file, r in files.iterrows()
    ]
    out = found[found["out"]]
    if len(out):
        detail = {"column": ", ".join(source.exclude), "values": [v for vs in source.exclude.values() for v in vs]}
        amount = float(out["money"].sum()) if money else None
        steps.append(Step(name, "excluded", int(out["lines"].sum()), amount, detail))
    return steps


def _once(con: Any, name: str, table: Table, lines: Any, found: pd.DataFrame) -> tuple[Any, list[Step]]:
    """Lines that stand in several files once; tables with a key need no comparing, their rows are told apart by it."""
    columns = [c for c in lines.columns if not c.startswith("_")]
    dated = table.dated or next((c for c, column in table.columns.items() if column.kind == "date"), "")
    if table.key or dated not in columns or found["file"].nunique() < 2:
        return lines.select(*columns), []
    days = fetch(con, lines.group_by(file=lines["_file"], day=lines[dated].cast("date")).aggregate(lines=lines.count()))
    money = "amount" if "amount" in columns else ""
    expr, steps = overlap.once(overlap.Lines(con, name, lines, dated, money), days)
    return expr.select(*columns), steps


def _worst(alone: pd.DataFrame, column: str) -> pd.DataFrame:
    money = alone["amount"] if "amount" in alone else pd.Series(float("nan"), index=alone.index)
    groups = pd.DataFrame({"value": alone[column], "money": money}).groupby("value")
    found = groups.agg(rows=("money", "size"), money=("money", "sum")).reset_index()
    return found.sort_values(["rows", "value"], ascending=[False, True]).head(20)


def _step(name: str, kind: str, rows: pd.DataFrame, detail: dict[str, Any] | None = None) -> list[Step]:
    money = float(rows["amount"].sum()) if "amount" in rows else None
    return [Step(name, kind, len(rows), money, detail or {})] if len(rows) else []

"""What a company's files are when seen together: sources, joins, dimensions, and what only a person can decide."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from workbench.sources.contracts import NUMBERS, REFERENCE_TABLES, TABLES
from workbench.sources.contracts import Column as ContractColumn
from workbench.sources.guess import sheets as looks
from workbench.sources.guess.sheets import Match, Sheet, inside, key_like, level_name, match, matches, plain

UNTOLD = "cannot be told"
_FOOTER = 5  # rows at the end of a file that may be totals and notes
FEWEST, MOST = 2, 500  # values that a dimension may have
_WON = "won closedwon 赢单 已赢单 贏單 成交 已成交 签约 簽約 中标 得標"
_LOST = "lost closedlost 输单 已输单 輸單 丢单 失单 流失 未成交"
_OPEN = (  # stages in the order in which deals pass through them
    "prospect lead new 线索 潜在 名單",
    "engag contact 初步 接触 沟通 接洽 拜访",
    "qualif discover needs 需求 确认 確認",
    "demo 演示 展示",
    "proposal quot 方案 报价 報價 提案",
    "negotiat 谈判 商务 議價 談判",
    "verbal contract commit 合同 合約 承诺",
)
_CANCELLED = "cancel void 取消 作废 作廢 关闭 關閉"
_MONEY_MARKS = {"€": "EUR", "£": "GBP", "nt$": "TWD", "新台幣": "TWD", "hk$": "HKD", "人民币": "CNY", "rmb": "CNY"}
_CURRENCIES = {  # as people write them in a column
    "CNY": "人民币 人民幣 rmb cnh yuan renminbi ¥ ￥ 元",
    "USD": "美元 美金 us$ $ dollar usdollar",
    "EUR": "欧元 歐元 € euro",
    "HKD": "港币 港元 港幣 hk$",
    "TWD": "新台币 新臺幣 新台幣 台币 台幣 nt$ ntd",
    "JPY": "日元 日圆 日圓 日币 yen",
    "GBP": "英镑 英鎊 £ pound",
    "KRW": "韩元 韓元",
    "SGD": "新加坡元 新币",
    "CHF": "瑞士法郎 sfr fr.",
}
_PERSONAL = "firstname lastname givenname surname vorname nachname email phone mobile telefon 手机 手机号 电话 邮箱"
_CODES = "CNY TWD USD EUR GBP JPY HKD SGD AUD CAD CHF KRW INR"
_TRADITIONAL = "訂單號額戶產業務數價區標類銷檔編負責開發經員買賣門達預計階機會潛"
_SIMPLIFIED = "订单号额户产业务数价区标类销档编负责开发经员买卖门达预计阶机会潜"


@dataclass(frozen=True)
class Column:
    """A header that was taken, and why."""

    header: str
    why: str


@dataclass(frozen=True)
class Question:
    """Something only a person can decide: `where` in the file, what is asked, and lines to choose from."""

    where: str
    asked: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceGuess:
    """One source: a contract's table (or a reference table of the company's own, which has a `key`)."""

    name: str
    sheets: tuple[Sheet, ...]
    columns: dict[str, Column]
    rivals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rest: tuple[str, ...] = ()
    key: str = ""
    lookup: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # column: (table, by, why)
    rename: dict[str, dict[str, str]] = field(default_factory=dict)  # a proposal: what joins but for blanks and case
    coins: dict[str, str] = field(default_factory=dict)  # a currency as it is written: its code
    stages: dict[str, list[str]] = field(default_factory=dict)
    derive: str = ""
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> pd.DataFrame:
        """The rows of all its sheets."""
        return self.sheets[0].values if len(self.sheets) == 1 else pd.concat([s.values for s in self.sheets])

    @property
    def together(self) -> Sheet:
        """All its sheets as one."""
        first = self.sheets[0]
        return first if len(self.sheets) == 1 else replace(first, values=self.values, _seen={})

    def with_columns(self, more: Mapping[str, Column]) -> "SourceGuess":
        """The same with more columns; a header is listed as left over no longer."""
        taken = {c.header for c in more.values()}
        return replace(self, columns=self.columns | dict(more), rest=tuple(h for h in self.rest if h not in taken))


@dataclass(frozen=True)
class Guess:
    """Everything that a look at the files gives."""

    sources: dict[str, SourceGuess]
    dimensions: dict[str, Column]  # name: levels as "a > b", and why
    unused: tuple[Column, ...]  # a sheet, and why it is not used
    questions: tuple[Question, ...]
    currency: Column
    language: Column


def guess(sheets: Sequence[Sheet]) -> Guess:
    """The company that these sheets describe."""
    taken, unused, questions = _sources([s for s in sheets if len(s.headers)])
    own, left = _own_references(taken, unused)
    sources = _coined(_stages(_derived(_joined(taken | own))))
    sources, dimensions, notes = _dimensions(sources)
    sources = {n: replace(s, notes=(*s.notes, *notes.get(n, ()))) for n, s in sources.items()}
    if not {"orders", "opportunities"} & set(sources):
        asked = "no file looks like orders, which every report needs: which one is it, and which of its columns are"
        questions.append(Question("", f"{asked} the date and the amount?"))
    questions += [q for s in sources.values() for q in (*_open(s), *_cancelled(s), *_undated(s))]
    questions = [_with_proof(q, sources) for q in questions]
    language = _language(sheets)
    currency, doubt = _currency(sheets, sources, language.header)
    return Guess(sources, dimensions, tuple(left), (*questions, *doubt), currency, language)


def title(sheet: Sheet) -> str:
    """A sheet as a person would call it."""
    return f"{sheet.path.name}, sheet {sheet.sheet}" if sheet.sheet else sheet.path.name


def _sources(sheets: Sequence[Sheet]) -> tuple[dict[str, SourceGuess], list[tuple[Sheet, str]], list[Question]]:
    """Each table's sheets, the sheets that are none, and the questions that this raises. The best match goes first."""
    found = {i: matches(s) for i, s in enumerate(sheets)}
    order = sorted(found, key=lambda i: -found[i][0].score if found[i] else 0)
    taken: dict[str, SourceGuess] = {}
    unused: list[tuple[Sheet, str]] = []
    questions: list[Question] = []
    for i in order:
        best = found[i]
        if not best or best[0].score < 2 or _periods(sheets[i], best[0]):
            unused.append((sheets[i], _periods(sheets[i], *best[:1]) or "its headers fit no table"))
        elif (name := best[0].table) not in taken:
            taken[name] = _source(best[0], taken)
            if looks.undecided(best):
                questions.append(_which_table(best))
        elif sheets[i].headers == taken[name].sheets[0].headers:
            taken[name] = replace(taken[name], sheets=(*taken[name].sheets, sheets[i]))
        elif other := next((m for m in best[1:] if m.table not in taken and m.score > 0.7 * best[0].score), None):
            taken[other.table] = _source(other, taken)
            questions.append(_which_table([other, best[0]]))
        else:
            why = f"it could be {name} too, but its headers differ from those of {title(taken[name].sheets[0])}"
            unused.append((sheets[i], why))
            asked = f"{title(sheets[i])} and {title(taken[name].sheets[0])} both look like {name}: which is it?"
            questions.append(Question(name, asked + " The second is used."))
    ordered = {n: replace(taken[n], sheets=_by_name(taken[n].sheets)) for n in TABLES if n in taken}
    return ordered, unused, questions


def _periods(sheet: Sheet, best: Match | None = None) -> str:
    """What to change in a sheet whose periods are no column of dates; empty where they are."""
    if wide := looks.periods_in_headers(sheet):
        shown = ", ".join([*wide[:2], "…", wide[-1]])
        return (
            f'its periods are columns ({shown}): name it under [sources.targets] with wide = "amount", or under'
            ' [sources.market] with wide = "size", and map its other columns'
        )
    split = looks.year_and_month(sheet)
    dated = best and any(TABLES[best.table].columns[m.column].kind == "date" and m.header not in (split or ())
                         for m in best.mapped)  # fmt: skip
    return (
        f"its period is in two columns ({' and '.join(split)}): write it in one, as 2026-01"
        if split and not dated
        else ""
    )


def _by_name(sheets: Iterable[Sheet]) -> tuple[Sheet, ...]:
    return tuple(sorted(sheets, key=lambda s: (str(s.path), s.sheet)))


def _source(found: Match, taken: Mapping[str, SourceGuess]) -> SourceGuess:
    columns = {m.column: Column(m.header, m.why) for m in found.mapped}
    return SourceGuess(found.table, (found.sheet,), columns, dict(found.rivals), tuple(found.rest))


def _which_table(found: Sequence[Match]) -> Question:
    first, second = found[:2]
    asked = f"{title(first.sheet)} could be {first.table} ({TABLES[first.table].meaning}) or {second.table}"
    return Question(first.table, f"{asked} ({TABLES[second.table].meaning}); it is used as {first.table}.")


def _own_references(
    sources: Mapping[str, SourceGuess], unused: Sequence[tuple[Sheet, str]]
) -> tuple[dict[str, SourceGuess], list[Column]]:
    """Reference tables of the company's own: each row has a key, and that key stands in the orders."""
    found, left = dict(sources), []
    for sheet, why in unused:
        made = None if " both " in why or why.startswith("it could") else _own_reference(sheet, found)
        if made is None:
            left.append(Column(title(sheet), why))
        else:
            found |= made
    return found, left


def _own_reference(sheet: Sheet, sources: Mapping[str, SourceGuess]) -> dict[str, SourceGuess] | None:
    for pointing in [n for n in ("orders", "opportunities", "customers") if n in sources]:
        for header in sources[pointing].rest:
            here = next((h for h in sheet.headers if plain(h) == plain(header)), None)
            if here is None or len(sheet.distinct(here)) < len(sheet.values) or len(sheet.values) < 2:
                continue
            share = inside(sources[pointing].together.distinct(header), set(sheet.distinct(here)))
            if share < 0.5:
                continue
            key = level_name(header)
            why = f"{share:.0%} of its values in {pointing} are keys here"
            rest = tuple(h for h in sheet.headers if h != here)
            name = _free(level_name(sheet.path.stem if not sheet.sheet else sheet.sheet), {*sources, *TABLES})
            return {
                pointing: sources[pointing].with_columns({key: Column(header, f"points to the table {name}")}),
                name: SourceGuess(name, (sheet,), {key: Column(here, why)}, rest=rest, key=key),
            }
    return None


def _free(name: str, taken: Iterable[str]) -> str:
    taken = set(taken)
    return next(n for n in (name, *(f"{name}_{i}" for i in range(2, 1000))) if n not in taken)


def _joined(sources: Mapping[str, SourceGuess]) -> dict[str, SourceGuess]:
    """Columns that point to a reference table, chosen by what they hold; lookups; renames that would join more."""
    found = dict(sources)
    there = {t: (s, k) for t, k in REFERENCE_TABLES.items() if (s := found.get(t))}
    keys = {t: set(s.together.distinct(s.columns[k].header)) for t, (s, k) in there.items()}
    for name in found:
        if name not in TABLES or not keys:
            continue
        again = match(found[name].together, TABLES[name], {t: k for t, k in keys.items() if t != name})
        if again and set(again.headers) >= set(found[name].columns) & set(TABLES[name].columns):
            extra = {c: m for c, m in found[name].columns.items() if c not in TABLES[name].columns}
            columns = {m.column: Column(m.header, m.why) for m in again.mapped}
            found[name] = replace(found[name], columns=columns, rest=tuple(again.rest)).with_columns(extra)
        for column in list(found[name].columns):
            declared = TABLES[name].columns.get(column)
            if declared and declared.references in keys and declared.references != name:
                found |= _join(found, name, column, declared.references, keys[declared.references])
    return found


def _join(
    sources: Mapping[str, SourceGuess], name: str, column: str, reference: str, keys: set[str]
) -> dict[str, SourceGuess]:
    """The changed sources: a lookup by another identifier of the reference table, or a proposal to rename."""
    source, other = sources[name], sources[reference]
    values = source.together.distinct(source.columns[column].header)
    share = inside(values, keys)
    if share >= 0.5 or not len(values):
        near = {plain(k): k for k in keys}
        pairs = {v: near[plain(v)] for v in values[~values.isin(list(keys))] if plain(v) in near}
        return {name: replace(source, rename=source.rename | {column: pairs})} if pairs else {}
    for header in other.sheets[0].headers:
        known = other.together.distinct(header)
        if len(known) >= 0.9 * len(other.values) and inside(values, set(known)) >= 0.9:
            by = next((c for c, m in other.columns.items() if m.header == header), level_name(header))
            why = f"{inside(values, set(known)):.0%} of its values are in that column, {share:.0%} are keys"
            more = {} if by in other.columns else {by: Column(header, f"{name} names its rows by it")}
            looked = replace(source, lookup=source.lookup | {column: (reference, by, why)})
            return {name: looked, reference: other.with_columns(more)}
    header = source.columns[column].header
    note = f"{column}: only {share:.0%} of the values of {header!r} are keys of {reference}; no other column of it fits"
    return {name: replace(source, notes=(*source.notes, note))}


def _derived(sources: Mapping[str, SourceGuess]) -> dict[str, SourceGuess]:
    """A company with only a CRM export: its orders are the won opportunities."""
    deals = sources.get("opportunities")
    if "orders" in sources or deals is None or not {"closed", "amount"} <= set(deals.columns):
        return dict(sources)
    note = "No file looks like orders, so they are the won opportunities, on the day and at the value they closed with."
    return {"orders": SourceGuess("orders", (), {}, derive="won opportunities", notes=(note,)), **sources}


def _stages(sources: Mapping[str, SourceGuess]) -> dict[str, SourceGuess]:
    deals = sources.get("opportunities")
    if deals is None:
        return dict(sources)
    names = [str(n) for n in deals.together.distinct(deals.columns["stage"].header)][:50]
    won = [n for n in names if plain(n) in _WON.split()]
    lost = [n for n in names if plain(n) in _LOST.split()]
    order = sorted((n for n in names if n not in won + lost), key=_stage_rank)
    return dict(sources) | {"opportunities": replace(deals, stages={"won": won, "lost": lost, "order": order})}


def _stage_rank(name: str) -> int:
    ranks = [i for i, words in enumerate(_OPEN) if any(w in name.casefold() for w in words.split())]
    return ranks[0] if ranks else len(_OPEN)


def _dimensions(
    sources: Mapping[str, SourceGuess],
) -> tuple[dict[str, SourceGuess], dict[str, Column], dict[str, list[str]]]:
    """Levels by which orders can be split, chained where each value of one lies in one value of the other."""
    found = dict(sources)
    chains: dict[str, list[tuple[list[str], SourceGuess, str]]] = {}
    notes: dict[str, list[str]] = {}
    base = "orders" if not sources.get("orders", SourceGuess("", (), {}, derive="x")).derive else "opportunities"
    used = {column for s in found.values() if s.name == base for column in s.columns}
    for name in [n for n in _reached(found, base) if found[n].sheets]:
        twice = _repeated(found[base], found[name]) if name != base else {}
        levels, notes[name] = _levels(found[name], base, used, {c.header for c in twice.values()})
        notes[name] += [f"{c.header!r} is not mapped: it is the {level} of the {base}" for level, c in twice.items()]
        found[name] = found[name].with_columns(levels)
        used |= set(levels)
        above = {} if name in ("reps", "products") else twice  # a region is where customers are
        chains[name] = [(chain, found[name], why) for chain, why in _chains(found[name], levels | above)]
    dimensions: dict[str, Column] = {}
    for chain, source, why in [c for n in chains for c in chains[n]]:
        _place(dimensions, chain, f"{source.name}: {why}")
    return _shared(found, base), dimensions | _people_and_products(found, base, dimensions), notes


def _repeated(base: SourceGuess, source: SourceGuess) -> dict[str, Column]:
    """Levels of the orders that a reference table holds too, with the same values wherever the two join."""
    key = source.key or REFERENCE_TABLES[source.name]
    found: dict[str, Column] = {}
    for header in source.rest:
        level = level_name(header)
        if level not in base.columns or level in {*_contract(base.name), key}:
            continue
        ours = base.values[[base.columns[key].header, base.columns[level].header]].set_axis(["key", "ours"], axis=1)
        theirs = source.values[[source.columns[key].header, header]].set_axis(["key", "theirs"], axis=1)
        both = ours.merge(theirs.drop_duplicates("key"), on="key").dropna()
        if len(both) and (both["ours"] == both["theirs"]).mean() >= 0.99:
            found[level] = Column(header, "")
    return found


def _place(dimensions: dict[str, Column], chain: list[str], why: str) -> None:
    """Add a chain; one that goes on below levels that stand alone takes their place."""
    placed = {level: n for n, c in dimensions.items() for level in c.header.split(" > ")}
    own, known = [n for n in chain if n not in placed], [n for n in chain if n in placed]
    if known and own and all(dimensions[placed[n]].header == n for n in known):
        name = placed[known[0]]
        for level in known[1:]:
            del dimensions[placed[level]]
        dimensions[name] = Column(" > ".join(chain), why)
    elif own:
        dimensions[_free(own[0], dimensions)] = Column(" > ".join(own), why)


def _shared(sources: Mapping[str, SourceGuess], base: str) -> dict[str, SourceGuess]:
    """Targets and the like by the same levels: a header that names a level in the orders names it everywhere."""
    reached = _reached(sources, base)
    known = {c: m.header for n in reached for c, m in sources[n].columns.items() if c not in _contract(base)}
    found = dict(sources)
    for name in [n for n in found if n not in reached and found[n].sheets]:
        for header in found[name].rest:
            level = next((c for c, h in known.items() if plain(h) == plain(header) or c == level_name(header)), "")
            if level and level not in found[name].columns and level not in REFERENCE_TABLES.values():
                why = f"the level {level}, as in the orders"
                found[name] = found[name].with_columns({level: Column(header, why)})
    return found


def _reached(sources: Mapping[str, SourceGuess], base: str) -> list[str]:
    """The base table and the reference tables that it points to."""
    if base not in sources:
        return []
    columns = set(sources[base].columns)
    pointed = [t for t, key in REFERENCE_TABLES.items() if t in sources and key in columns]
    return [base, *pointed, *(n for n, s in sources.items() if s.key and s.key in columns)]


def _levels(
    source: SourceGuess, base: str, used: Iterable[str], known: Iterable[str] = ()
) -> tuple[dict[str, Column], list[str]]:
    """Columns of a source that split it into a few named parts; and notes about those that almost do."""
    levels: dict[str, Column] = {}
    notes: list[str] = []
    sheet, taken = source.together, set(used)
    texts = {m.header: c for c, m in source.columns.items() if c in _TEXT_LEVELS.get(source.name, ())}
    for header in [*texts, *(h for h in source.rest if h not in set(known))]:
        count = len(sheet.distinct(header))
        most = 0.5 if source.name == base else 1.0 if source.key else 0.8
        if not _splits(sheet, header, count, most):
            if source.name == base and MOST < count < 0.1 * len(sheet.values) and _words(sheet, header):
                notes.append(f"{header!r} has {count:,} values, too many for a dimension (at most {MOST})")
            continue
        if twin := next((m.header for m in levels.values() if _one_to_one(source.values, m.header, header)), ""):
            notes.append(f"{header!r} is left out of the dimensions: it is {twin!r} in other words")
            continue
        name = texts.get(header) or level_name(header)
        if header not in texts and name in {*taken, *levels, *_contract(source.name)}:
            name = _free(f"{source.name.removesuffix('s')}_{name}", {*taken, *levels})
        levels[name] = Column(header, f"{count} values: a dimension")
    return levels, notes


_TEXT_LEVELS = {
    "reps": ("team", "manager", "role"), "products": ("product_line",), "customers": ("industry", "size"),
    "opportunities": ("source",),
}  # fmt: skip


def _contract(name: str) -> set[str]:
    return set(_contract_columns(name))


def _contract_columns(name: str) -> Mapping[str, ContractColumn]:
    return TABLES[name].columns if name in TABLES else {}


def _splits(sheet: Sheet, header: str, count: int, most: float) -> bool:
    """Words (not numbers, days or codes), few enough, and more than one row for most of them."""
    if not FEWEST <= count <= MOST or count > max(most * len(sheet.values), FEWEST) or key_like(header):
        return False
    if not _words(sheet, header) or plain(header) in _PERSONAL.split():
        return False
    return bool(sheet.distinct(header).str.len().median() <= 40)


def _words(sheet: Sheet, header: str) -> bool:
    return sheet.share(header, "number") < 0.5 and sheet.share(header, "date") < 0.5


def _one_to_one(values: pd.DataFrame, a: str, b: str) -> bool:
    return _lies_in(values, a, b) and _lies_in(values, b, a)


def _lies_in(values: pd.DataFrame, fine: str, broad: str) -> bool:
    """Whether each value of the fine column has one value of the broad one, with rows enough to say so."""
    pairs = values[[fine, broad]].dropna().drop_duplicates()
    return bool(len(pairs)) and not pairs[fine].duplicated().any()


def _chains(source: SourceGuess, levels: Mapping[str, Column]) -> list[tuple[list[str], str]]:
    """Each level once: in the longest chain that the data prove, else alone. Finest last."""
    values = source.values
    size = {n: values[c.header].nunique() for n, c in levels.items()}
    above = {
        n: [m for m in levels if size[m] < size[n] and _lies_in(values, levels[n].header, levels[m].header)]
        for n in levels
        # one row for each value would prove anything, but for a table that is there to say what lies in what
        if values[levels[n].header].count() >= size[n] + 3 or source.key
    }
    left, chains = set(levels), []
    while left:
        ways = [_way(n, above, size, left) for n in left]
        chain = max(ways, key=lambda w: (len(w), [-size[n] for n in w], w))
        chains.append((chain, _proof(chain, levels, len(values))))
        left -= set(chain)
    order = {n: i for i, n in enumerate(levels)}
    return sorted(chains, key=lambda c: order[c[0][0]])


def _way(level: str, above: Mapping[str, list[str]], size: Mapping[str, int], left: set[str]) -> list[str]:
    """The level with its closest proven parent, that one's, and so on; broadest first."""
    parents = [m for m in above.get(level, []) if m in left]
    return [*_way(max(parents, key=lambda m: size[m]), above, size, left), level] if parents else [level]


def _proof(chain: Sequence[str], levels: Mapping[str, Column], rows: int) -> str:
    if len(chain) == 1:
        return levels[chain[0]].why.partition(":")[0]
    steps = [f"each {fine} lies in one {broad}" for broad, fine in itertools.pairwise(chain)]
    return f"proven in {rows:,} rows: " + ", ".join(steps)


def _people_and_products(
    sources: Mapping[str, SourceGuess], base: str, dimensions: Mapping[str, Column]
) -> dict[str, Column]:
    """rep and product as levels: below the first dimension of their own table, else on their own."""
    found: dict[str, Column] = {}
    if base not in sources:
        return found
    for table, key in (("reps", "rep"), ("products", "product")):
        if key not in sources[base].columns:
            continue
        count = len(sources[base].together.distinct(sources[base].columns[key].header))
        if not FEWEST <= count <= MOST:
            continue
        own = [n for n, c in dimensions.items() if c.why.startswith(f"{table}:")]
        if own:
            longest = max(own, key=lambda n: dimensions[n].header.count(">"))
            chain = dimensions[longest]
            found[longest] = Column(f"{chain.header} > {key}", f"{chain.why}; {count} in {base}")
        else:
            found[key] = Column(key, f"{count} in {base}")
    return found


def _open(source: SourceGuess) -> list[Question]:
    """Columns with several candidates, doubts about how to read the files, stages that nobody knows."""
    found = []
    for column, headers in source.rivals.items():
        facts = [f"{column} = {h!r}: {_fact(source, column, h)}" for h in headers]
        asked = f"{source.name}: which column is the {column}? " + "; ".join(facts)
        found.append(Question(f"{source.name}.{column}", asked, headers))
    if source.name == "orders" and not source.derive and not _money(source):
        found.append(Question("orders.amount", "orders: no column was found that holds the money of a line", ("",)))
    found += [q for setting in ("dates", "decimal") for q in _untold(source, setting)]
    found += _scaled(source)
    if source.name == "opportunities" and not source.stages.get("won"):
        found.append(Question("opportunities.won", "opportunities: which stages mean won, and which lost?"))
    return found


def _scaled(source: SourceGuess) -> list[Question]:
    """Money that its header says is in thousands or more."""
    money = [c for c, d in _contract_columns(source.name).items() if d.kind == "money"]
    headers = [source.columns[c].header for c in money if c in source.columns]
    asked = (
        "and numbers are read as they stand. Are they whole units all the same, or will you multiply them in the file?"
    )
    said = {h: u for h in headers if (u := looks.unit(h))}
    return [
        Question(f"{source.name}:unit", f"{source.name}: {h!r} says it is in {u}, {asked}") for h, u in said.items()
    ]


def forms(source: SourceGuess, setting: str) -> dict[str, set[str]]:
    """How the dates or the numbers of a source are written: form = the headers written so."""
    declared = TABLES[source.name].columns if source.name in TABLES else {}
    wanted = {c for c, d in declared.items() if (d.kind == "date" if setting == "dates" else d.kind in NUMBERS)}
    headers = [m.header for c, m in source.columns.items() if c in wanted]
    headers += [h for c, rivals in source.rivals.items() if c in wanted for h in rivals]
    found: dict[str, set[str]] = {}
    for header in headers:
        for form in {s.forms.get(header, "") for s in source.sheets} - {""}:
            found.setdefault(form, set()).add(header)
    return found


def _untold(source: SourceGuess, setting: str) -> list[Question]:
    """The order of day and month, or the decimal mark, where no value of the source proves it."""
    found = forms(source, setting)
    if UNTOLD not in found or len(found) > 1:
        return []
    header = sorted(found[UNTOLD])[0]
    example = next(iter(source.together.distinct(header)), "")
    asked = {
        "dates": f"{header!r} holds days like {example!r}, and none of them tells the day from the month",
        "decimal": f"{header!r} holds numbers like {example!r}, and none of them tells thousands from decimals",
    }[setting]
    return [Question(f"{source.name}:{setting}", f"{source.name}: {asked}. Which is it?")]


def _with_proof(question: Question, sources: Mapping[str, SourceGuess]) -> Question:
    """The question, with what the company's other files prove about the order of day and month."""
    name, _, setting = question.where.partition(":")
    if setting != "dates":
        return question
    others = {n: set(forms(s, "dates")) & {"day-first", "month-first"} for n, s in sources.items() if n != name}
    proof = [f"{n} is {form}" for n, found in others.items() for form in sorted(found)]
    return replace(question, asked=" ".join([question.asked, *(f"{p}." for p in proof)]))


def _money(source: SourceGuess) -> bool:
    columns = {*source.columns, *source.rivals}
    return "amount" in columns or {"quantity", "price"} <= columns


def _fact(source: SourceGuess, column: str, header: str) -> str:
    """What tells one candidate from another: its sum and whether it is quantity × price; or its first and last."""
    values = source.together.distinct(header)
    if column != "amount":
        return f"from {values.min()} to {values.max()}" if len(values) else "empty"
    cells = _numbers(source.values[header])
    parts = [f"{cells.sum():,.2f} in {cells.count():,} rows"]
    if {"quantity", "price"} <= set(source.columns):
        product = _numbers(source.values[source.columns["quantity"].header]) * _numbers(
            source.values[source.columns["price"].header]
        )
        same = ((product - cells).abs() < 0.011).mean()
        parts.append(f"quantity × price in {same:.0%} of them")
    return ", ".join(parts)


def _numbers(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells.astype("str").str.replace(r"[^\d.\-]", "", regex=True), errors="coerce")


def _cancelled(source: SourceGuess) -> list[Question]:
    """A status that says an order is void: leave those lines out?"""
    if source.name != "orders" or "status" not in source.columns:
        return []
    values = source.together.distinct(source.columns["status"].header)
    void = [v for v in values if any(w in v.casefold() for w in _CANCELLED.split())][:10]
    if not void:
        return []
    rows = int(source.values[source.columns["status"].header].isin(void).sum())
    asked = f"orders: {rows:,} rows have the status {', '.join(map(repr, void))}. Should they be left out?"
    return [Question("orders:exclude.status", asked, tuple(void))]


def _undated(source: SourceGuess) -> list[Question]:
    """The last rows of a file that bear no day: totals and notes, or lines whose day is missing?"""
    if not source.sheets or "date" not in source.columns or not all(s.whole for s in source.sheets):
        return []
    header, rows, places = source.columns["date"].header, 0, []
    for sheet in source.sheets:
        blank = sheet.values[header].fillna("").str.strip() == ""
        at_end = int(blank[::-1].cumprod().sum())
        if not 0 < at_end == blank.sum() <= _FOOTER:
            continue
        rows += at_end
        places.append(title(sheet))
    if not rows:
        return []
    many = "1 row" if rows == 1 else f"{rows} rows"
    asked = f"{source.name}: the last {many} of {', '.join(places)} bear no day. Totals or notes, to be left out?"
    return [Question(f"{source.name}:exclude.date", asked, ("",))]


def _coined(sources: Mapping[str, SourceGuess]) -> dict[str, SourceGuess]:
    """Sources whose currencies are written as words or signs, with the code of each."""
    found = dict(sources)
    for name, source in sources.items():
        if "currency" in source.columns and name in TABLES:
            values = [str(v) for v in source.together.distinct(source.columns["currency"].header)]
            coins = {v: code for v in values if (code := _code(v)) != v.strip().upper()}
            found[name] = replace(source, coins=coins)
    return found


def _code(written: str) -> str:
    """A currency's code, whichever way it is written."""
    word = unicodedata.normalize("NFKC", written).strip().casefold().replace(" ", "")
    known = {unicodedata.normalize("NFKC", n): code for code, names in _CURRENCIES.items() for n in names.split()}
    return known.get(word, written.strip().upper())


def _codes(source: SourceGuess) -> pd.Series:
    """The currency of each row, as a code."""
    cells = source.values[source.columns["currency"].header].dropna().astype("str")
    return cells[cells.str.strip() != ""].map(_code)


def _spent(sources: Mapping[str, SourceGuess]) -> pd.Series:
    """The currencies of the orders, or of the deals that they are derived from."""
    orders = sources.get("orders")
    source = sources.get("opportunities") if orders is not None and orders.derive else orders
    return _codes(source) if source is not None and "currency" in source.columns else pd.Series(dtype="str")


def _language(sheets: Sequence[Sheet]) -> Column:
    text = "".join("".join(s.headers) for s in sheets)
    if not re.search("[一-鿿]", text):
        return Column("en", "guess: the headers are not Chinese")
    traditional = sum(text.count(c) for c in _TRADITIONAL if c not in _SIMPLIFIED)
    simplified = sum(text.count(c) for c in _SIMPLIFIED if c not in _TRADITIONAL)
    script = ("zh-TW", "traditional") if traditional > simplified else ("zh-CN", "simplified")
    return Column(script[0], f"guess: the headers are in {script[1]} Chinese")


def _currency(
    sheets: Sequence[Sheet], sources: Mapping[str, SourceGuess], language: str
) -> tuple[Column, list[Question]]:
    """The company's currency: named in a column or a header, else by the language, else asked."""
    codes = list(_spent(sources).value_counts().index)
    if len(codes) == 1:
        return Column(codes[0], "proven: the only one in the orders' currency column"), []
    if codes:
        rated = set(_codes(sources["rates"])) if "rates" in sources else set()
        own = [c for c in codes if c not in rated]
        if rated and len(own) == 1:
            return Column(own[0], "proven: the orders are in it, and the rates have none for it"), []
        asked = f"the orders are in {', '.join(codes[:6])}: which is the company's own currency?"
        asked += "" if rated else " A table `rates` is needed for the others."
        return Column(codes[0], "guess: the most frequent in the orders"), [Question("company:currency", asked)]
    headers = " ".join(h for s in sheets for h in s.headers)
    for mark, code in {**{c: c for c in _CODES.split()}, **_MONEY_MARKS}.items():
        if re.search(rf"(?<![A-Za-z]){re.escape(mark)}(?![A-Za-z])", headers, re.IGNORECASE if len(mark) > 1 else 0):
            return Column(code, f"guess: a header holds {mark!r}"), []
    if language != "en":
        code = {"zh-CN": "CNY", "zh-TW": "TWD"}[language]
        return Column(code, "guess: by the language of the headers"), []
    return Column("USD", "not known"), [Question("company:currency", "in which currency is the money? No file says.")]

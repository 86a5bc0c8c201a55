"""The levels by which orders can be split, and which lies in which, as the values prove."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from workbench.sources.contracts import REFERENCE_TABLES
from workbench.sources.guess.guesses import Column, SourceGuess, contract, free
from workbench.sources.guess.sheets import Sheet, key_like, level_name, plain

FEWEST, MOST = 2, 500  # values that a dimension may have
_PERSONAL = "firstname lastname givenname surname vorname nachname email phone mobile telefon 手机 手机号 电话 邮箱"
_MACHINES = (
    r"#[0-9A-Fa-f]{6}|https?://\S+|[^@\s]+@[^@\s]+\.\w+"  # colours, addresses: for programs, not parts of a company
)
_TEXT_LEVELS = {
    "reps": ("team", "manager", "role"), "products": ("product_line",), "customers": ("industry", "size"),
    "opportunities": ("source",),
}  # fmt: skip


def dimensions(
    sources: Mapping[str, SourceGuess],
) -> tuple[dict[str, SourceGuess], dict[str, Column]]:
    """The sources with levels and notes, and how levels are chained: where each value of one lies in one of another."""
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
    placed: dict[str, Column] = {}
    for chain, source, why in [c for n in chains for c in chains[n]]:
        _place(placed, chain, f"{source.name}: {why}")
    found = {n: replace(s, notes=(*s.notes, *notes.get(n, ()))) for n, s in _shared(found, base).items()}
    return found, placed | _people_and_products(found, base, placed)


def _repeated(base: SourceGuess, source: SourceGuess) -> dict[str, Column]:
    """Levels of the orders that a reference table holds too, with the same values wherever the two join."""
    key = source.key or REFERENCE_TABLES[source.name]
    found: dict[str, Column] = {}
    for header in source.rest:
        level = level_name(header)
        if level not in base.columns or level in {*contract(base.name), key}:
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
        dimensions[free(own[0], dimensions)] = Column(" > ".join(own), why)


def _shared(sources: Mapping[str, SourceGuess], base: str) -> dict[str, SourceGuess]:
    """Targets and the like by the same levels: a header that names a level in the orders names it everywhere."""
    reached = _reached(sources, base)
    known = {c: m.header for n in reached for c, m in sources[n].columns.items() if c not in contract(base)}
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
        if header not in texts and name in {*taken, *levels, *contract(source.name)}:
            name = free(f"{source.name.removesuffix('s')}_{name}", {*taken, *levels})
        levels[name] = Column(header, f"{count} values: a dimension")
    return levels, notes


def _splits(sheet: Sheet, header: str, count: int, most: float) -> bool:
    """Words (not numbers, days or codes), few enough, and more than one row for most of them."""
    if not FEWEST <= count <= MOST or count > max(most * len(sheet.values), FEWEST) or key_like(header):
        return False
    if not _words(sheet, header) or plain(header) in _PERSONAL.split():
        return False
    values = sheet.distinct(header)
    return bool(values.str.len().median() <= 40 and values.str.fullmatch(_MACHINES).mean() < 0.5)


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

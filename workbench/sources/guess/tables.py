"""Which table each sheet is: a contract's, or a reference table of the company's own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from workbench.sources.contracts import TABLES
from workbench.sources.guess import sheets as looks
from workbench.sources.guess.guesses import Column, Question, SourceGuess, free
from workbench.sources.guess.sheets import Match, Sheet, inside, level_name, matches, plain


def tables(sheets: Sequence[Sheet]) -> tuple[dict[str, SourceGuess], list[tuple[Sheet, str]], list[Question]]:
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
            taken[name] = _source(best[0])
            if looks.undecided(best):
                questions.append(_which_table(best))
        elif sheets[i].headers == taken[name].sheets[0].headers:
            taken[name] = replace(taken[name], sheets=(*taken[name].sheets, sheets[i]))
        elif other := next((m for m in best[1:] if m.table not in taken and m.score > 0.7 * best[0].score), None):
            taken[other.table] = _source(other)
            questions.append(_which_table([other, best[0]]))
        else:
            why = f"it could be {name} too, but its headers differ from those of {taken[name].sheets[0].title}"
            unused.append((sheets[i], why))
            asked = f"{sheets[i].title} and {taken[name].sheets[0].title} both look like {name}: which is it?"
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


def _source(found: Match) -> SourceGuess:
    columns = {m.column: Column(m.header, m.why) for m in found.mapped}
    return SourceGuess(found.table, (found.sheet,), columns, dict(found.rivals), tuple(found.rest))


def _which_table(found: Sequence[Match]) -> Question:
    first, second = found[:2]
    asked = f"{first.sheet.title} could be {first.table} ({TABLES[first.table].meaning}) or {second.table}"
    return Question(first.table, f"{asked} ({TABLES[second.table].meaning}); it is used as {first.table}.")


def own_references(
    sources: Mapping[str, SourceGuess], unused: Sequence[tuple[Sheet, str]]
) -> tuple[dict[str, SourceGuess], list[Column]]:
    """Reference tables of the company's own: each row has a key, and that key stands in the orders."""
    found, left = dict(sources), []
    for sheet, why in unused:
        made = None if " both " in why or why.startswith("it could") else _own_reference(sheet, found)
        if made is None:
            left.append(Column(sheet.title, why, tuple(sheet.headers)))
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
            name = free(level_name(sheet.path.stem if not sheet.sheet else sheet.sheet), {*sources, *TABLES})
            return {
                pointing: sources[pointing].with_columns({key: Column(header, f"points to the table {name}")}),
                name: SourceGuess(name, (sheet,), {key: Column(here, why)}, rest=rest, key=key),
            }
    return None

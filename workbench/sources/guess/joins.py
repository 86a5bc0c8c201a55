"""Columns that point to reference tables, as the values prove: lookups, and renames that would join more."""

from collections.abc import Mapping
from dataclasses import replace

from workbench.sources.contracts import REFERENCE_TABLES, TABLES
from workbench.sources.guess.guesses import Column, SourceGuess
from workbench.sources.guess.sheets import inside, level_name, match, plain


def joined(sources: Mapping[str, SourceGuess]) -> dict[str, SourceGuess]:
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

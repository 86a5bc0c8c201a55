"""Names: of nodes, levels, tables, KPIs and pages, and several in a row."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from workbench.views.words.formats import Language, in_slots
from workbench.views.words.values import clean, missing

_TO_JOIN = re.compile(r"\+(?P<n>\d+) (?P<joins>\d{4}-\d{2}(?:-\d{2})?)(?: (?P<team>.+))?")  # a hire


class Names(Language):
    """What things are called."""

    @in_slots("node")
    def node(self, name: Any) -> str:
        """A name from the data, on one line; the words for "not given" where it is missing."""
        return self.phrase("terms.not_given") if missing(name) else self._hire(clean(name))

    def _hire(self, name: str) -> str:
        """Somebody who is yet to join, named by number, month and team, in words; any other name as it is."""
        found = _TO_JOIN.fullmatch(name)
        if found is None:
            return name
        values = {"n": int(found["n"]), "month": pd.Timestamp(found["joins"]), "team": found["team"]}
        return self.phrase("plan.people.hire", values)

    @in_slots("text")
    def level(self, name: str) -> str:
        """What a level or dimension is called: our word where we have one, else as the company calls it."""
        return self._level(name, 1)

    @in_slots("text")
    def levels(self, name: str) -> str:
        """The same in the plural, where the language has one."""
        return self._level(name, 2)

    def _level(self, name: str, n: int) -> str:
        column = str(name).rpartition(".")[2]  # reps.role is the role
        key = f"terms.levels.{column}"
        if self.has(key):
            return self.phrase(key, {"n": n})
        own = clean(column).replace("_", " ")
        return _plural(own) if n > 1 and self.lang == "en" else own

    @in_slots("text")
    def counter(self, level: str) -> str:
        """The word that Chinese puts between a number and what is counted: 270家客户."""
        return self.phrase("terms.counter", {"level": level})

    @in_slots("text")
    def kpi(self, key: str) -> str:
        """The name of a KPI."""
        from workbench.analytics.kpis import declared

        known = declared()
        return known[key].name.get(self.lang, key) if key in known else clean(key)

    def page(self, name: str) -> str:
        """What readers call a page; an analyst's own goes by its file's name."""
        return self.phrase(f"page.names.{name}") if self.has(f"page.names.{name}") else clean(name)

    @in_slots("text")
    def section(self, name: str) -> str:
        """What a section tells, as it stands inside a sentence."""
        return self.phrase(f"sections.{name}.name")

    @in_slots("text")
    def table(self, name: str) -> str:
        """What an input table is called."""
        key = f"terms.tables.{name}"
        return self.phrase(key) if self.has(key) else self.levels(name)

    @in_slots("text")
    def tables(self, names: Any) -> str:
        """Several tables in a row."""
        return self._listed(self.table(n) for n in names)

    @in_slots("node", also="text")
    def plain(self, value: Any) -> str:
        """Just the text, on one line."""
        return clean(value)

    @in_slots("node")
    def names(self, values: Any) -> str:
        """Several names in a row, as the language joins them; at most six, then how many more."""
        return self._joined([clean(v) for v in values], "terms.and_more")

    @in_slots("node")
    def stated(self, amount: str) -> str:
        """An amount in the unit of the statement that it is of, in the reader's script: 2.992亿元 as 2.992億元."""
        written = clean(amount)
        for other, ours in self.writing.script.items():
            written = written.replace(other, ours)
        return written

    @in_slots("node")
    def all_stated(self, amounts: Any) -> str:
        """Several of them in a row."""
        return self.names([self.stated(a) for a in amounts])

    @in_slots("node")
    def people(self, values: Any) -> str:
        """The same of people, who are counted by a word of their own: 等，另有11人."""
        return self._joined([self.node(v) for v in values], "terms.and_more_people")

    def _listed(self, items: Iterable[str]) -> str:
        return self.writing.comma.join(items)

    def _joined(self, items: list[str], further: str, most: int = 6) -> str:
        joined = self._listed(items[:most])
        more = len(items) - most
        return joined if more <= 0 else joined + self.phrase(further, {"n": more})

    @in_slots("text")
    def level_names(self, names: Any) -> str:
        """Several levels in a row."""
        return self._listed(self.level(n) for n in names)

    @in_slots("text")
    def places(self, pairs: Any) -> str:
        """Where a part stands: each level with its value."""
        said = [self.phrase("forecast.place", {"level": level, "node": node}) for level, node in pairs]
        return self.names(said)

    @in_slots("node")
    def called(self, name: Any) -> str:
        """What a person named, in the reader's language where it was named in several."""
        return clean(name.get(self.lang, next(iter(name.values()))) if isinstance(name, Mapping) else name)

    @in_slots("text")
    def reasons(self, values: Any) -> str:
        """Why a forecast is not to be trusted."""
        return self._listed(self.phrase(f"forecast.reason.{v}") for v in values)

    @in_slots("text")
    def variables(self, names: Any) -> str:
        """What may move sales, in a row: ours as words, events as the company calls them."""
        ours = [name if self.has(f"forecast.variable_name.{name}") else "event" for name in names]
        return self.names(
            self.phrase(f"forecast.variable_name.{k}", {"name": n}) for k, n in zip(ours, names, strict=True)
        )

    @in_slots("text")
    def needs(self, names: Any) -> str:
        """What would have to be known."""
        return self.writing.semicolon.join(self.phrase(f"market.needs.{n}") for n in names)

    @in_slots("text")
    def assumptions(self, pairs: Any) -> str:
        """What a scenario assumes."""
        return self._listed(self.phrase(f"forecast.assumption.{name}", {"ratio": ratio}) for name, ratio in pairs)


def _plural(name: str) -> str:
    """The regular English plural of a company's own word; as it is where it is no English word, or seems a plural."""
    if not re.search(r"[A-Za-z]$", name) or re.search(r"[^s]s$", name):
        return name
    if re.search(r"(ss|x|z|ch|sh)$", name):
        return f"{name}es"
    return f"{name[:-1]}ies" if re.search(r"[^aeiou]y$", name) else f"{name}s"

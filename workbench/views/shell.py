"""The whole HTML file around what notebooks show: one file, no script, no network.

The publisher collects `Fragment`s from the outputs of executed notebooks (mime `MIME`), chooses a language and asks for
`page`, `overview` or `index`. A part that lacks the language falls back to the first one it has.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from markupsafe import Markup

from workbench.settings import LANGUAGES, Language
from workbench.views import listing, words
from workbench.views.markup import compile_all, render, style

MIME = "application/vnd.workbench+json"
Role = Literal["title", "answer", "tiles", "lead", "decisions", "section", "changes", "data", "definitions"]
Status = Literal["ok", "failed", "timed_out", "kernel_died", "skipped", "unchanged"]
TOP: tuple[Role, ...] = ("title", "answer", "tiles", "lead", "decisions")  # what an overview shows of a notebook
_BEHIND = ("data", "definitions")  # these close the page


@dataclass(frozen=True)
class Fragment:
    """One thing a notebook displayed, in every language of its run. `html` is made by our templates, hence trusted."""

    role: Role
    id: str  # its anchor, unique on a page
    heading: dict[str, str]  # by language, plain text; an empty text gives no entry in the contents list
    html: dict[str, str]  # by language

    @classmethod
    def of(cls, bundle: Mapping[str, Any]) -> "Fragment":
        """The fragment in one output of an executed notebook: `output.data[MIME]`."""
        return cls(bundle["role"], bundle["id"], dict(bundle["heading"]), dict(bundle["html"]))

    def bundle(self) -> dict[str, Any]:
        """What goes into the output of a notebook; `of` reads it back."""
        return {"role": self.role, "id": self.id, "heading": self.heading, "html": self.html}


@dataclass(frozen=True)
class CodeCell:
    """One code cell as it ran; shown behind a toggle at the end of the page."""

    source: str
    number: int | None = None  # as people count: the first cell is 1
    failed: bool = False


@dataclass(frozen=True)
class Link:
    """Where another page is, relative to this one. `current` marks the page itself."""

    title: str
    href: str
    lang: str = ""  # of the page it leads to, when that is another language
    current: bool = False


@dataclass(frozen=True)
class Problem:
    """Why a page is not whole. `reason` is one line; `cell` counts from 1."""

    status: Status
    reason: str = ""
    cell: int | None = None


@dataclass(frozen=True)
class ShellPage:
    """One notebook's page in one language.

    `provenance` is (label key, value) pairs: run, revision, data, commit, versions, phrases and seed have words in each
    language, any other key is shown as it stands. `parts` may mix fragments and code cells in the notebook's order.
    """

    title: str  # of the browser's tab
    lang: Language
    parts: tuple[Fragment | CodeCell, ...]
    pages: tuple[Link, ...] = ()  # overview, history, ..., tables.xlsx
    languages: tuple[Link, ...] = ()
    provenance: tuple[tuple[str, str], ...] = ()
    revision: int | None = None
    problem: Problem | None = None
    moved: tuple[str, ...] = ()  # what changed while the report was made
    reused: str = ""  # the revision that it was taken from, where nothing that makes it has changed


@dataclass(frozen=True)
class Entry:
    """One notebook on the overview: its own fragments (those in `TOP` are shown) and where the rest is."""

    name: str  # of the notebook: history
    title: str  # for the reader
    href: str
    fragments: tuple[Fragment, ...]
    problem: Problem | None = None


@dataclass(frozen=True)
class Overview:
    """The page that leads a run: what each notebook says first, with links. Nothing is computed here."""

    title: str
    lang: Language
    entries: tuple[Entry, ...]
    pages: tuple[Link, ...] = ()
    languages: tuple[Link, ...] = ()
    provenance: tuple[tuple[str, str], ...] = ()
    revision: int | None = None
    changes: Fragment | None = None
    moved: tuple[str, ...] = ()


@dataclass(frozen=True)
class IndexRow:
    """One revision of one report."""

    as_of: str  # 2026-09-30
    scope: str  # "" is the whole company
    revision: int
    status: Status
    links: tuple[Link, ...]
    company: str = ""
    made_up: bool = False
    pages: tuple[Link, ...] = ()  # of its notebooks, by their names, in the list's language
    seconds: float | None = None
    given: tuple[str, ...] = ()  # parameters that are not the notebooks' own, as name = value
    wrong: tuple[tuple[str, str], ...] = ()  # notebooks that did not end well, with their status
    moved: bool = False  # the data changed while it was made


@dataclass(frozen=True)
class IndexRanking:
    """A page that ranks a company's parts by `levels`: scope and status of each, the scope that they are parts of."""

    as_of: str
    scope: str
    levels: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    company: str = ""
    made_up: bool = False
    moved: bool = False


@dataclass(frozen=True)
class Index:
    """All reports there are, newest first as given, and the rankings of parts."""

    lang: Language
    rows: tuple[IndexRow, ...]
    title: str = ""
    pages: tuple[Link, ...] = ()
    languages: tuple[Link, ...] = ()
    rankings: tuple[IndexRanking, ...] = ()


@dataclass(frozen=True)
class RankedRow:
    """The report of one part of a company; `facts` may hold sales, growth, attainment and chance. No link: no page."""

    scope: str
    status: str
    href: str
    facts: Mapping[str, Any]
    reason: str = ""
    moved: bool = False  # the data changed while it was made
    spans: tuple[tuple[date, date], ...] = ()  # that sales and growth are of, and that they are compared with


@dataclass(frozen=True)
class Ranking:
    """The reports of all parts of a company by `levels`, in the order given."""

    title: str
    lang: Language
    levels: tuple[str, ...]
    as_of: str
    rows: tuple[RankedRow, ...]
    currency: str = ""
    money_unit: str = "auto"
    languages: tuple[Link, ...] = ()
    made_up: bool = False
    pages: tuple[Link, ...] = ()
    moved: bool = False  # the data changed while the reports were made
    scope: str = ""  # what the parts are parts of


def ready() -> None:
    """Loads what every page takes, for a process from which others are forked: texts, templates, numbers, a figure."""
    import pandas as pd

    from workbench.views import svg

    words.phrases()
    compile_all()
    for lang in LANGUAGES:
        words.Words(lang, "CNY").money(1.0)
        words.Words(lang).short_month(pd.Timestamp("2026-01-01"))
    with svg.settled():
        drawn = svg.canvas(100.0, 50.0)
        drawn.axes(0, 0, 0, 0).plot([0, 1], [0, 1])
        drawn.text(1.0, 1.0, "1")
        svg.svg(drawn, "1", "wide")


def page(shell: ShellPage) -> str:
    """One notebook's page as a whole HTML file."""
    fragments = [p for p in shell.parts if isinstance(p, Fragment)]
    title = next((f for f in fragments if f.role == "title"), None)
    return _file(
        "page.html",
        shell,
        title=_shown(title, shell.lang) if title else None,
        top=[_shown(f, shell.lang) for f in fragments if f.role not in _BEHIND and f is not title],
        behind=[_shown(f, shell.lang) for f in fragments if f.role in _BEHIND],
        contents=_contents(fragments, shell.lang),
        cells=[p for p in shell.parts if isinstance(p, CodeCell)],
        problem=_problem(shell.problem, shell.lang),
        mixed=_mixed(shell.moved, shell.lang),
    )


def overview(shell: Overview) -> str:
    """The page that leads a run: tiles, answers, first figures and decisions of its notebooks, with links to them."""
    entries: list[dict[str, Any]] = [
        {
            "id": _anchor(e.name),
            "title": e.title,
            "href": e.href,
            "fragments": [_shown(f, shell.lang) for role in TOP[1:] for f in e.fragments if f.role == role],
            "problem": _problem(e.problem, shell.lang),
        }
        for e in shell.entries
    ]
    title = next((_shown(f, shell.lang) for e in shell.entries for f in e.fragments if f.role == "title"), None)
    changes = _shown(shell.changes, shell.lang) if shell.changes else None
    return _file("overview.html", shell, entries=entries, head=title, changes=changes,
                 mixed=_mixed(shell.moved, shell.lang))  # fmt: skip


def index(shell: Index) -> str:
    """The list of all reports; the newest that is whole stands apart, revisions that a later one replaced are grey."""
    speak = words.Words(shell.lang)
    said = {row.scope: scope_words(row.scope, speak) for row in shell.rows}
    earlier = frozenset(_earlier(shell.rows))
    found = listing.lines(shell.rows, shell.rankings, earlier, _parts, speak)
    pages, latest = listing.latest(shell.rows, found.marks)
    ranked = [
        (one, mark, speak.level_names(one.levels), scope_words(one.scope, speak) if one.scope else "")
        for one, mark in zip(shell.rankings, found.ranked, strict=True)
    ]
    return _file(
        "index.html", shell, rows=shell.rows, scope=lambda row: said[row.scope], newest=_newest(shell.rows),
        earlier=earlier, ranked=ranked, marks=found.marks, choices=found.choices,
        rules=listing.rules(found.choices, speak), pages=pages, latest=latest,
        several=len({row.company for row in shell.rows}) > 1,
        took=lambda seconds: listing.took(seconds, speak), called=speak.page,
        wrong=lambda row: listing.wrong(row.wrong, speak.page, speak),
    )  # fmt: skip


def ranking(shell: Ranking) -> str:
    """The reports of a company's parts with what they told; a column is there where one of them tells it."""
    speak = words.Words(shell.lang, "" if shell.currency == words.NO_CURRENCY else shell.currency, shell.money_unit)
    write = {"sales": speak.money, "growth": speak.percent_sign, "attainment": speak.percent, "chance": speak.chance}
    columns = [name for name in write if any(row.facts.get(name) is not None for row in shell.rows)]
    said = [_compared(row.spans, speak) for row in shell.rows]
    several = len({text for text in said if text}) > 1  # then each part says its own
    rows = [
        {
            "scope": scope_words(row.scope, speak),
            "span": text if several else "",
            "href": row.href,
            "status": row.status,
            "reason": words.clean(row.reason) if row.reason else "",
            "moved": row.moved,
            "cells": [words.MISSING if (v := row.facts.get(n)) is None else write[n](v) for n in columns],
        }
        for row, text in zip(shell.rows, said, strict=True)
    ]
    span = "" if several else next(filter(None, said), "")
    return _file("ranking.html", shell, rows=rows, columns=columns, levels=speak.level_names(shell.levels), span=span,
                 scope=scope_words(shell.scope, speak) if shell.scope else "")  # fmt: skip


def _compared(spans: tuple[tuple[date, date], ...], speak: words.Words) -> str:
    """The days that sales and growth are of, and those that they are compared with; empty where nobody told."""
    if len(spans) == 2:
        return speak.phrase("page.compares", {"now": spans[0], "before": spans[1]})
    return speak.days(spans[0]) if spans else ""


def _parts(scope: str) -> list[tuple[str, str]] | None:
    """Level and value of each part; None where the text has values that could be taken for something else."""
    if scope.startswith("{"):
        try:
            return list(json.loads(scope).items())
        except (ValueError, AttributeError):
            return None
    parts = [tuple(part.split("=")) for part in scope.split(",")] if scope else []
    return [(p[0], p[1]) for p in parts] if all(len(p) == 2 for p in parts) else None


def scope_words(scope: str, speak: words.Words) -> str:
    """A scope in words; one whose names hold commas or equals signs of their own, as it stands."""
    parts = _parts(scope)
    if parts is None:
        return words.clean(scope)
    said = [speak.phrase("page.scope_part", {"level": level, "node": node}) for level, node in parts]
    return (", " if speak.lang == "en" else "，").join(said) or speak.phrase("page.whole_company")


def _newest(rows: Sequence[IndexRow]) -> IndexRow | None:
    return next((r for r in rows if r.status in ("ok", "unchanged")), None) if len(rows) > 1 else None


def _earlier(rows: Sequence[IndexRow]) -> list[IndexRow]:
    last: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = (row.company, row.as_of, row.scope)
        last[key] = max(row.revision, last.get(key, 0)) if row.status in ("ok", "unchanged") else last.get(key, 0)
    return [r for r in rows if r.revision < last[r.company, r.as_of, r.scope]]


def _file(template: str, shell: ShellPage | Overview | Index | Ranking, **context: Any) -> str:
    speak = words.Words(shell.lang)
    provenance = [(_label(k, speak), v) for k, v in getattr(shell, "provenance", ())]
    return str(render(template, shell=shell, t=speak.phrase, style=style(), date=speak.date, languages=_LANGUAGE_NAMES,
                      provenance=provenance, **context)) + "\n"  # fmt: skip


def _shown(fragment: Fragment, lang: str) -> dict[str, Any]:
    html = _in(fragment.html, lang)
    return {
        "id": _anchor(fragment.id),
        "role": fragment.role,
        "heading": _in(fragment.heading, lang),
        "html": Markup(html),  # noqa: S704 made by our templates
    }


def _contents(fragments: Sequence[Fragment], lang: str) -> list[tuple[str, str]]:
    listed = [f for f in fragments if f.role not in ("title", "answer", "tiles") and _in(f.heading, lang)]
    return [(_anchor(f.id), _in(f.heading, lang)) for f in listed]


def _in(texts: Mapping[str, str], lang: str) -> str:
    """The text in a language, else in the first there is."""
    return texts.get(lang) or next((texts[known] for known in LANGUAGES if texts.get(known)), "")


def _problem(problem: Problem | None, lang: str) -> str:
    if problem is None or problem.status in ("ok", "unchanged"):
        return ""
    values = {"cell": problem.cell, "reason": words.clean(problem.reason) if problem.reason else None}
    return words.phrase(f"page.problem.{problem.status}", lang, **values)


def _mixed(moved: Sequence[str], lang: str) -> str:
    """That figures may mix old and new; empty where nothing changed under the report."""
    return words.phrase("page.moved", lang, files=moved) if moved else ""


def _label(key: str, speak: words.Words) -> str:
    known = f"page.provenance.{key}"
    return speak.phrase(known) if speak.has(known) else words.clean(key)


def _anchor(name: str) -> str:
    """A name as an id that needs no escaping and stays the same."""
    return "".join(c if c.isalnum() else "-" for c in name) or "part"


_LANGUAGE_NAMES = {"en": "English", "zh-CN": "简体中文", "zh-TW": "繁體中文"}

"""The list of all reports as a reader sees it: the latest of each page, every run, and filters that need no script.

A filter is a <select>; a rule of CSS for each of its options hides the rows that are not of it (`:has(:checked)`). A
browser that does not know `:has` shows all rows and no filters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from workbench.views import words


@dataclass(frozen=True)
class Choice:
    """One filter: options as (mark, text); a row that has the mark among its classes is of the option."""

    id: str
    title: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Lines:
    """Marks of each row, and the filters that go by them."""

    marks: tuple[str, ...]
    choices: tuple[Choice, ...]


def lines(rows: Sequence[Any], scope: Callable[[Any], str], speak: words.Words) -> Lines:
    """Filters by company, scope, year and status, each only where there is something to choose."""
    told: dict[str, list[str]] = {
        "company": [row.company or words.MISSING for row in rows],
        "scope": [scope(row) for row in rows],
        "year": [row.as_of[:4] for row in rows],
        "status": [speak.phrase(f"page.status.{row.status}") for row in rows],
    }
    marks: list[list[str]] = [[] for _ in rows]
    choices = []
    for name, texts in told.items():
        known = _ordered(name, texts, speak.phrase("page.whole_company"))
        if len(known) < 2:
            continue
        places = {text: f"{name[:2]}{at}" for at, text in enumerate(known)}
        for own, text in zip(marks, texts, strict=True):
            own.append(places[text])
        title = speak.phrase(f"page.index_by.{name}")
        choices.append(Choice(f"by-{name}", title, tuple((places[t], words.clean(t)) for t in known)))
    return Lines(tuple(" ".join(own) for own in marks), tuple(choices))


def _ordered(name: str, texts: Sequence[str], first: str) -> list[str]:
    """Years newest first; names by the alphabet, after the whole company."""
    if name == "year":
        return sorted(set(texts), reverse=True)
    return sorted(set(texts), key=lambda text: (text != first, text))


def rules(choices: Sequence[Choice]) -> Markup:
    """The CSS of the filters; it holds marks of ours and nothing from data."""
    each = (
        f'.wb:has(#{choice.id} option[value="{mark}"]:checked) .list tr:not(.{mark}){{display:none}}'
        for choice in choices
        for mark, _ in choice.options
    )
    return Markup("\n".join(each))  # noqa: S704 built from our own marks


def latest(rows: Sequence[Any], marks: Sequence[str]) -> tuple[list[str], list[dict[str, Any]]]:
    """Names of notebooks, and for each company and scope the newest good page of each: as (day, link)."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row, mark in zip(rows, marks, strict=True):
        if row.status not in ("ok", "unchanged"):
            continue
        line = found.setdefault((row.company, row.scope), {"row": row, "mark": mark, "pages": {}})
        for link in row.pages:
            line["pages"].setdefault(link.title, (row.as_of, link.href))
    names = dict.fromkeys(name for line in found.values() for name in line["pages"])
    return list(names), list(found.values())


def wrong(books: Sequence[tuple[str, str]], called: Callable[[str], str], speak: words.Words) -> str:
    """The notebooks that did not end well, and how they ended."""
    return ", ".join(f"{called(name)}: {speak.phrase(f'page.status.{status}')}" for name, status in books)


def took(seconds: float | None, speak: words.Words) -> str:
    """How long a run took: 42 s, 3 min."""
    if seconds is None:
        return words.MISSING
    key = "page.index_minutes" if seconds >= 100 else "page.index_seconds"
    return speak.phrase(key, {"n": max(1, round(seconds / 60 if seconds >= 100 else seconds))})

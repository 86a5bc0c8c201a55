"""The list of all reports as a reader sees it: the latest of each page, every run, and filters that need no script.

A filter is a <select>; a rule of CSS for each of its options hides the rows that are not of it (`:has(:checked)`). A
browser that does not know `:has` shows all rows and no filters. CSS counts the rows that are shown, and the style of
that number is a sentence where it is 0, so nothing grows with the combinations. Long lists of options stand in groups,
in the order in which readers look names up.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from markupsafe import Markup

from workbench.views import words

_LONGEST = 30  # options in a group
_COUNTED = """.wb section:has(.list){counter-reset:shown}
.wb .list tr{counter-increment:shown}
.wb .nothing{margin:.5rem 0 0}
.wb .nothing::after{content:counter(shown,nothing)}
@counter-style nothing{system:fixed 0;symbols:NOTHING;fallback:silent}
@counter-style silent{system:cyclic;symbols:""}"""  # a row that is not displayed does not count
_ORDERS = {"zh-CN": "gb18030", "zh-TW": "big5hkscs"}  # common characters by sound there, by strokes here

Group = tuple[str, tuple[tuple[str, str], ...]]  # its label, and (mark, text) of each option
Parts = Callable[[str], list[tuple[str, str]] | None]  # of a scope: levels with their values


class Option(NamedTuple):
    """One value of a filter; options sort by `order`."""

    order: tuple[Any, ...]
    group: str  # empty: in none
    text: str


@dataclass(frozen=True)
class Choice:
    """One filter: groups of options; a row that has an option's mark among its classes is of the option."""

    id: str
    title: str
    groups: tuple[Group, ...]

    @property
    def marks(self) -> Iterator[str]:
        return (mark for _, options in self.groups for mark, _ in options)


@dataclass(frozen=True)
class Lines:
    """Marks of each row and of each ranking, and the filters that go by them."""

    marks: tuple[str, ...]
    ranked: tuple[str, ...]
    choices: tuple[Choice, ...]


def lines(rows: Sequence[Any], rankings: Sequence[Any], earlier: Set[Any], parts: Parts, speak: words.Words) -> Lines:
    """Filters by company, scope, day, status, parameters and revision, each only where there is something to choose.

    A ranking is of the scopes and statuses of its parts too.
    """
    say = _Facets(parts, speak, any(row.given for row in rows), earlier)
    marks: list[list[str]] = [[] for _ in rows]
    ranked: list[list[str]] = [[] for _ in rankings]
    choices = []
    for name, of in say.all().items():
        own = [tuple(of(row)) for row in rows]
        options = sorted({option for each in own for option in each})
        if len(options) < 2:
            continue
        known = _marks(name, options)
        for place, each in zip(marks, own, strict=True):
            place += dict.fromkeys(mark for option in each for mark in known[option])
        for place, ranking in zip(ranked, rankings, strict=True):
            place += dict.fromkeys(mark for option in say.ranking(name, ranking, options) for mark in known[option])
        title = speak.phrase(f"page.index_by.{name}")
        choices.append(Choice(f"by-{name}", title, tuple(_groups(name, options, known, speak))))
    return Lines(tuple(map(" ".join, marks)), tuple(map(" ".join, ranked)), tuple(choices))


@dataclass(frozen=True)
class _Facets:
    """What each filter goes by, as a reader's words."""

    parts: Parts
    speak: words.Words
    given: bool  # whether any row has parameters of its own
    earlier: Set[Any]

    def all(self) -> dict[str, Callable[[Any], Iterable[Option]]]:
        return {"company": self.company, "scope": lambda row: self.scope(row.scope), "day": self.day,
                "status": self.status, "parameters": self.parameters, "revision": self.revision}  # fmt: skip

    def ranking(self, name: str, ranking: Any, options: Sequence[Option]) -> list[Option]:
        """Of what a ranking is: it stays where its reports or one of its parts stay."""
        if name in ("company", "day"):
            found = list(self.all()[name](ranking))
        elif name == "scope":
            found = [o for scope in (ranking.scope, *(s for s, _ in ranking.parts)) for o in self.scope(scope)]
        elif name == "status":
            found = [self._plain(self.speak.phrase(f"page.status.{status}")) for _, status in ranking.parts]
            found += [self._plain(self.speak.phrase("page.moved_short"))] if ranking.moved else []
        else:
            found = list(options)
        return [option for option in found if option in set(options)]

    def company(self, row: Any) -> Iterable[Option]:
        yield self._plain(words.clean(row.company) if row.company else words.MISSING)

    def scope(self, scope: str) -> Iterable[Option]:
        """The whole company first, then level by level."""
        told = self.parts(scope)
        if not told:
            text = words.clean(scope) if scope else self.speak.phrase("page.whole_company")
            yield Option((int(bool(scope)), self._order(text)), "", text)
            return
        group = self.speak.level_names([level for level, _ in told])
        text = (", " if self.speak.lang == "en" else "，").join(words.clean(node) for _, node in told)
        yield Option((2, len(told), group, self._order(text)), group, text)

    def day(self, row: Any) -> Iterable[Option]:
        """The newest first."""
        yield Option((-date.fromisoformat(row.as_of).toordinal(),), row.as_of[:4], self.speak.date(row.as_of))

    def status(self, row: Any) -> Iterable[Option]:
        if row.moved:
            yield self._plain(self.speak.phrase("page.moved_short"))
        if row.status != "ok" or not row.moved:
            yield self._plain(self.speak.phrase(f"page.status.{row.status}"))

    def parameters(self, row: Any) -> Iterable[Option]:
        """The usual ones first."""
        if self.given and not row.given:
            yield Option((0,), "", self.speak.phrase("page.index_usual"))
        for text in row.given:
            yield Option((1, words.clean(text)), "", words.clean(text))

    def revision(self, row: Any) -> Iterable[Option]:
        """The last ones first; no filter where nothing was replaced."""
        last = row not in self.earlier
        yield Option((not last,), "", self.speak.phrase("page.index_last" if last else "page.index_earlier"))

    def _plain(self, text: str) -> Option:
        return Option((self._order(text),), "", text)

    def _order(self, text: str) -> bytes:
        """How readers of a language look names up, as far as a character set tells it."""
        return text.casefold().encode(_ORDERS.get(self.speak.lang, "utf-8"), "replace")


def _marks(name: str, options: Sequence[Option]) -> dict[Option, tuple[str, ...]]:
    """The marks of an option: its own, and its group's where that has several."""
    groups = list(dict.fromkeys(option.group for option in options))
    sizes = {group: sum(o.group == group for o in options) for group in groups}
    return {
        option: (f"{name[:2]}{at}", *([f"{name[:2]}g{groups.index(option.group)}"] if _several(option, sizes) else []))
        for at, option in enumerate(options)
    }


def _several(option: Option, sizes: dict[str, int]) -> bool:
    return bool(option.group) and sizes[option.group] > 1


def _groups(
    name: str, options: Sequence[Option], known: dict[Option, tuple[str, ...]], speak: words.Words
) -> Iterator[Group]:
    """Groups in their order, each led by the whole of it; a long one in pieces that say from where to where."""
    for group in dict.fromkeys(option.group for option in options):
        own = [option for option in options if option.group == group]
        shown = [(known[option][0], option.text) for option in own]
        if len(known[own[0]]) > 1:
            whole = (known[own[0]][1], speak.phrase(f"page.index_whole.{name}", {"group": group}))
            yield group, (whole, *(shown if len(shown) <= _LONGEST else ()))
        if len(shown) > _LONGEST:
            for at in range(0, len(shown), _LONGEST):
                piece = shown[at : at + _LONGEST]
                ends = f"{piece[0][1]} – {piece[-1][1]}"
                yield (f"{group}: {ends}" if group else ends), tuple(piece)
        elif len(known[own[0]]) == 1:
            yield group, tuple(shown)


def rules(choices: Sequence[Choice], speak: words.Words) -> Markup:
    """The CSS of the filters; it holds marks and words of ours and nothing from data."""
    each = (
        f'.wb:has(#{choice.id} option[value="{mark}"]:checked) .list tr:not(.{mark}){{display:none}}'
        for choice in choices
        for mark in choice.marks
    )
    nothing = json.dumps(speak.phrase("page.index_nothing"), ensure_ascii=False)
    return Markup("\n".join([*each, _COUNTED.replace("NOTHING", nothing)]))  # noqa: S704 built from our own marks


def latest(rows: Sequence[Any], marks: Sequence[str]) -> tuple[list[str], list[dict[str, Any]]]:
    """Names of notebooks, and for each company and scope the newest good page of each: as (day, link, moved)."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row, mark in zip(rows, marks, strict=True):
        if row.status not in ("ok", "unchanged"):
            continue
        line = found.setdefault((row.company, row.scope), {"row": row, "mark": mark, "pages": {}})
        for link in row.pages:
            line["pages"].setdefault(link.title, (row.as_of, link.href, row.moved))
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

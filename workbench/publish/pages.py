"""Writes the pages of one run: each notebook in each language, the overview that leads them, the executed notebooks,
and first the workbook that the pages lead to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import nbformat

from workbench.periods import Calendar
from workbench.publish import compare, folders, html, index, manifest, workbook
from workbench.publish.folders import Staging
from workbench.publish.plan import ITSELF, Plan, versions
from workbench.publish.runner import Executed
from workbench.settings import Language
from workbench.views import changes, shell, words
from workbench.views.changes import Comparison
from workbench.views.shell import CodeCell, Entry, Fragment, Link, Overview, Problem, ShellPage


@dataclass(frozen=True)
class Made:
    """What the manifest tells of the pages."""

    notebooks: tuple[dict[str, Any], ...]
    data: dict[str, Any]
    since: dict[str, Any] | None  # what changed since the reports before


def write(staging: Staging, plan: Plan, executed: Sequence[Executed], files: Mapping[str, Sequence[str]],
          changed: Sequence[str] = ()) -> Made:  # fmt: skip
    """The workbook, all pages and executed notebooks, in the staging folder; `changed` is what did so while the
    notebooks ran."""
    bundles = [b for e in executed for b in html.bundles(e.notebook)]
    book = _Book(staging, plan, tuple(executed), manifest.data(plan, bundles), files, tuple(changed))
    book = replace(book, earlier=book.compared())
    book.leave_tables()
    for one in executed:
        text = nbformat.writes(one.notebook)
        folders.write(staging.folder / f"{one.name}.ipynb", text.encode("utf-8", "replace"))
        parts = tuple(html.parts(one.notebook))
        for lang in plan.languages:
            book.put(one.name, lang, shell.page(book.page(one, book.changed(one, parts, lang), lang)))
    for lang in plan.languages:
        book.put("overview", lang, shell.overview(book.overview(lang)))
    return Made(tuple(book.told(e) for e in executed), book.data, book.moved())


@dataclass(frozen=True)
class _Book:
    """The pages of one run know one another."""

    staging: Staging
    plan: Plan
    executed: tuple[Executed, ...]
    data: dict[str, Any]
    files: Mapping[str, Sequence[str]]  # what each notebook wrote beside its pages
    mixed: tuple[str, ...] = ()  # what changed while the notebooks ran
    earlier: tuple[Comparison, ...] = ()  # with each report that pages are compared with, the latest first

    def compared(self) -> tuple[Comparison, ...]:
        """What changed since the reports before, each page against the last one that has it."""
        told = manifest.made_of(self.plan, self.staging.revision, self.data, [self.told(e) for e in self.executed])
        return compare.since(self.plan.out, self.plan.folder.name, self.staging.folder, told)

    def leave_tables(self) -> None:
        """The tables of what changed beside those of the notebooks, and the workbook of them all."""
        tables = self.staging.folder / "tables"
        if self.earlier:
            compared = [*compare.apart(self.earlier)]
            changes.save(compared, tables, {lang: self.speak(lang) for lang in self.plan.languages})
        order = ["overview", *(e.name for e in self.executed)]
        workbook.write(tables, self.staging.folder / "tables.xlsx", self.plan.languages[0], order)

    def compared_with(self) -> list[dict[str, Any]]:
        """Each earlier report with the pages that are compared with it, and the most important changes of these."""
        every = [e.name for e in self.executed]
        return [
            {"then": one.then.isoformat(), "revision": one.revision, "pages": list(one.pages or every),
             "said": {lang: changes.sentences(one, self.speak(lang)) for lang in self.plan.languages}}
            for one in compare.apart(self.earlier)
        ]  # fmt: skip

    def own(self, name: str) -> Comparison | None:
        """What changed on one page; None where no earlier report has it."""
        return next((one.of(name) for one in self.earlier if not one.pages or name in one.pages), None)

    def moved(self) -> dict[str, Any] | None:
        """The most important changes of all pages, in each language; None where there is no earlier report."""
        whole = compare.together(self.earlier)
        if whole is None:
            return None
        beyond = sum(f.judged == "beyond" for f in whole.figures)
        said = {lang: changes.sentences(whole, self.speak(lang)) for lang in self.plan.languages}
        return {"then": whole.then.isoformat(), "revision": whole.revision, "beyond": beyond,
                "restated": whole.months, "said": said, "with": self.compared_with()}  # fmt: skip

    def changed(self, one: Executed, parts: tuple[Any, ...], lang: Language) -> tuple[Any, ...]:
        """The parts of a page with its tiles and the section told against the last report that has the page."""
        own = self.own(one.name)
        if own is None or one.status != "ok":
            return parts
        section = Fragment("changes", "changes", *self._section(changes.section(own, self.speak(lang)), lang))
        shown = [p if isinstance(p, CodeCell) else self.tiled(one, p, lang) for p in parts]
        ends = next((at for at, p in enumerate(shown) if getattr(p, "role", "") in ("data", "definitions")), len(shown))
        return (*shown[:ends], section, *shown[ends:])

    def tiled(self, one: Executed, part: Fragment, lang: Language) -> Fragment:
        """Tiles with what each changed since; any other part as it is."""
        found = self.own(one.name)
        if found is None or part.role != "tiles":
            return part
        own = (b for b in html.bundles(one.notebook) if b["id"] == part.id)
        kept: dict[str, Any] = next((b["tiles"] for b in own if "tiles" in b), {})
        if lang not in kept:
            return part
        return replace(part, html={lang: changes.tiles(kept[lang], found, one.name, self.speak(lang))})

    def _section(self, markup: str, lang: Language) -> tuple[dict[str, str], dict[str, str]]:
        return {lang: self.speak(lang).phrase("changes.heading")}, {lang: markup}

    def speak(self, lang: Language) -> words.Words:
        company = self.plan.settings.company
        currency = "" if company.currency == words.NO_CURRENCY else company.currency
        return words.Words(lang, currency, company.money_unit, Calendar(self.plan.settings.calendar))

    def overall(self, lang: Language) -> Fragment:
        """The most important changes of all pages, by the report that they are compared with."""
        speak = self.speak(lang)
        markup = "".join(changes.summary(one, speak) for one in compare.apart(self.earlier)) or changes.none(speak)
        return Fragment("changes", "changes", *self._section(markup, lang))

    def put(self, name: str, lang: str, content: str) -> None:
        folders.write(self.staging.folder / f"{name}.{lang}.html", content.encode("utf-8", "replace"))

    def page(self, one: Executed, parts: tuple[Any, ...], lang: Language) -> ShellPage:
        return ShellPage(
            _title(one, lang), lang, parts, self.links(one.name, lang), self.languages(one.name, lang),
            self.provenance(one.reused), self.staging.revision, _problem(one), self.named(lang),
            one.reused,
        )  # fmt: skip

    def overview(self, lang: Language) -> Overview:
        entries = tuple(
            Entry(e.name, self.speak(lang).page(e.name), _href(e.name, lang), self.tops(e, lang), _problem(e))
            for e in sorted(self.executed, key=lambda e: html.stands(e.notebook) is None)  # how we stand comes first
        )
        return Overview(
            self.plan.settings.company.called(lang), lang, entries, self.links("overview", lang),
            self.languages("overview", lang), self.provenance(), self.staging.revision, self.overall(lang),
            self.named(lang),
        )  # fmt: skip

    def named(self, lang: Language) -> tuple[str, ...]:
        """What changed while the notebooks ran, in a reader's words."""
        return tuple(self.speak(lang).phrase("page.moved_itself") if n == ITSELF else n for n in self.mixed)

    def tops(self, one: Executed, lang: Language) -> tuple[Fragment, ...]:
        return tuple(self.tiled(one, f, lang) for f in html.leading(one.notebook))

    def links(self, current: str, lang: Language) -> tuple[Link, ...]:
        names = ("overview", *(e.name for e in self.executed))
        pages = [Link(self.speak(lang).page(name), _href(name, lang), current=name == current) for name in names]
        if (self.staging.folder / "tables.xlsx").exists():
            pages.append(Link(self.speak(lang).page("tables"), "tables.xlsx"))
        return (*pages, Link(self.speak(lang).page("index"), f"../../../{index.name_of(lang)}"))

    def languages(self, name: str, current: Language) -> tuple[Link, ...]:
        every = self.plan.languages
        return tuple(Link("", _href(name, lang), lang, lang == current) for lang in every) if len(every) > 1 else ()

    def provenance(self, reused: str = "") -> tuple[tuple[str, str], ...]:
        """Nothing here may differ between two runs of the same inputs."""
        told = versions()
        shown = ", ".join(f"{name} {told[name]}" for name in ("workbench", "pandas", "duckdb", "statsmodels"))
        parts = (("run", (self.plan.key or "")[:8]), ("revision", self.staging.name), ("data", self.data["digest"][:8]),
                 ("reused", reused), ("commit", manifest.commit() or ""), ("versions", shown))  # fmt: skip
        return tuple((key, value) for key, value in parts if value)

    def told(self, one: Executed) -> dict[str, Any]:
        """One notebook in the manifest."""
        bundles = html.bundles(one.notebook)
        return {
            "name": one.name,
            "step": next((b["step"] for b in bundles if b.get("step")), None),
            "status": one.status,
            "cell": one.cell,
            "error": _error(one),
            "seconds": one.seconds,
            "key": self.plan.keys.get(one.name),
            "reused": one.reused or None,
            "files": list(self.files.get(one.name, ())),
            "facts": html.facts(one.notebook),
            "said": {b["role"]: b["said"] for b in bundles if b.get("said")},
            "measures": {k: v for b in bundles for k, v in b.get("measures", {}).items()},
            "span": next((b["span"] for b in bundles if b.get("span")), None),
            "before": next((b["before"] for b in bundles if b.get("before")), None),
            "parameters": self.plan.parameters[one.name],
            "defaults": self.plan.defaults[one.name],
            "pages": {lang: f"{one.name}.{lang}.html" for lang in self.plan.languages},
        }


def _title(one: Executed, lang: Language) -> str:
    """What the notebook's own title says, else its name."""
    for fragment in html.fragments(one.notebook):
        if fragment.role == "title" and (title := _in(fragment, lang)):
            return title
    return one.name


def _in(fragment: Fragment, lang: Language) -> str:
    return fragment.heading.get(lang) or next(iter(fragment.heading.values()), "")


def _href(name: str, lang: str) -> str:
    return f"{quote(name)}.{lang}.html"


def _problem(one: Executed) -> Problem | None:
    return None if one.status == "ok" else Problem(one.status, one.reason, one.cell)


def _error(one: Executed) -> str | None:
    if one.status == "ok":
        return None
    return f"{one.status.replace('_', ' ')}{f' in cell {one.cell}' if one.cell else ''}: {one.reason}"

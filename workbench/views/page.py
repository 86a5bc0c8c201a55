"""Page: where a notebook puts what a reader sees, in all languages of its run at once.

Each call displays outputs that JupyterLab shows in the run's first language and that carry, under `shell.MIME`, every
language for the publisher: one output for each section, nothing else. So a second language costs no computing.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from workbench.analytics.kpis import declared
from workbench.analytics.results import Concentration, Growth, Scorecard, Unknown
from workbench.findings import Finding
from workbench.run import Run
from workbench.settings import Language
from workbench.sources.quality import Quality, Step
from workbench.views import forecast, history, market, plan, review, show, tables, tracking  # noqa: F401 their views
from workbench.views.markup import render, style
from workbench.views.shell import MIME, Fragment, Role
from workbench.views.words import Sentence, Words, missing

if TYPE_CHECKING:
    from workbench.sources.data import Data

_MOST_DECISIONS = 5
_MOST_TILES = 5
_ANSWERS = 3
_STOCKS = {"reps"}  # sums that do not grow with the days: what is divided by them does
_LATEST = 7  # days between the last order and the report that need no word


@dataclass
class Page:
    """One notebook's page. `name` is the notebook's; a copy that keeps it under another file name tells the same
    facts."""

    run: Run
    name: str
    _used: dict[str, None] = field(default_factory=dict, repr=False)  # terms, in the order in which they were used
    _untold: set[str] = field(default_factory=set, repr=False)  # what could not be told, and is said already
    _led: list[Any] = field(default_factory=list, repr=False)  # results whose figure stands at the top already
    _data: "Data | None" = field(default=None, repr=False)

    def open(self, data: "Data | None" = None) -> None:
        """The title line: what, for whom, as of when; where the orders end before that; "made-up data" where it is."""
        self._data = data
        heading = {lang: self._title(w) for lang, w in self._speak.items()}
        self._display(
            "title",
            "title",
            heading,
            lambda w: render(
                "title.html",
                facts=self._facts(w),
                ends=self._ends_early(),
                t=w.phrase,
                made_up=self.run.settings.company.made_up,
            ),
            style() + "\n" + style("notebook"),
            step=self.name,
        )

    def answer(self, *results: Any) -> None:
        """Two or three sentences: the first finding of each result, the first result first."""
        every = show.flat(results)
        found = show.leading(r for r in every if not isinstance(r, Unknown))
        said = (found + show.leading(r for r in every if isinstance(r, Unknown)))[:_ANSWERS]
        told = {lang: list(dict.fromkeys(show.say(f, w) for f in said)) for lang, w in self._speak.items()}
        self._display("answer", "answer", {}, lambda w: render("answer.html", sentences=told[w.lang]),
                      said={lang: [str(s) for s in sentences] for lang, sentences in told.items()})  # fmt: skip

    def tiles(self, scorecard: Any) -> None:
        """At most five tiles with the change of each; nothing where the data carry none."""
        rows = _tile_rows(scorecard)
        self._use(*(f"kpi:{key}" for key, _ in rows))
        shown = {lang: [show.tile(key, row, w) for key, row in rows] for lang, w in self._speak.items()}
        self._tiles(shown, measures=_measures(scorecard), span=self._span("now"), before=self._span("before"))

    def lead(self, result: Any) -> None:
        """The first figure; the section of the same result further down then shows only its table."""
        self._led.append(result)
        self._section(result, "lead", "lead", lead=True)

    def decide(self, *results: Any) -> None:
        """What needs a decision, the most money first: what, whose, how much, how sure."""
        found = _heaviest(d for r in show.flat(results) for d in r.decisions)
        heading = {lang: w.phrase("page.decisions") for lang, w in self._speak.items()}
        told = {lang: [_decision(f, w) for f in found] for lang, w in self._speak.items()}
        said = {lang: [[str(d["text"]), *map(str, d["facts"])] for d in some] for lang, some in told.items()}
        self._display("decisions", "decisions", heading, lambda w: render(
            "decisions.html", decisions=told[w.lang], t=w.phrase), said=said)  # fmt: skip

    def show(self, *results: Any) -> None:
        """One section for each result; a tuple counts as several."""
        for result in show.flat(results):
            self._section(result, "section")

    def more(self, *results: Any) -> None:
        """Sections that show their heading and point; figure, table and method are a tap away."""
        for result in show.flat(results):
            self._section(result, "section", folded=True)

    def propose(self, found: Any) -> Path | None:
        """Writes the lessons that a review proposes as a file of the report, with a sentence each; None without."""
        from workbench import lessons

        said = review.comments(found, self._speak[self.run.lang])
        return lessons.issue(self.run, getattr(found, "lessons", ()), said)

    def close(self, data: "Data | None" = None) -> None:
        """What was read, dropped and repaired, and what is missing; then the definitions of the terms used."""
        data = data or self._data
        if data is not None:
            heading = {lang: w.phrase("page.data") for lang, w in self._speak.items()}
            told = partial(_data_section, data.quality, data.covers, part=bool(self.run.scope))
            self._display("data", "data", heading, lambda w: render("data.html", **told(w)),
                          provenance=_provenance(data.quality))  # fmt: skip
        heading = {lang: w.phrase("page.definitions") for lang, w in self._speak.items()}
        self._display("definitions", "definitions", heading, lambda w: render(
            "definitions.html", definitions=self._defined(w), t=w.phrase))  # fmt: skip

    def facts(self, *results: Any, **numbers: float) -> None:
        """Prints one line of JSON: the headline numbers of results, and those given by name."""
        found: dict[str, Any] = {}
        for result in show.flat(results):
            found |= _headline(result)
        line = json.dumps({k: _plain(v) for k, v in (found | numbers).items()}, ensure_ascii=False)
        print(line)  # noqa: T201 this line is the facts cell's output

    # -- inside ------------------------------------------------------------------------------------------------------

    @cached_property
    def _speak(self) -> dict[str, Words]:
        return {lang: Words.of(self.run, lang) for lang in self.run.languages}

    def _tiles(self, shown: Mapping[str, list[Any]], **more: Any) -> None:
        self._display("tiles", "tiles", {}, lambda w: render("tiles.html", tiles=shown[w.lang], t=w.phrase),
                      tiles=shown, **more)  # fmt: skip

    def _section(self, result: Any, role: Role, anchor: str = "", *, lead: bool = False, folded: bool = False) -> None:
        if isinstance(result, Unknown) and self._said(result):
            return
        views = {lang: show.view(result, w, self.run.as_of) for lang, w in self._speak.items()}
        first = views[self.run.lang]
        self._use(*first.terms)
        repeated = not lead and any(result is led for led in self._led)
        drawn = {lang: v.draw() for lang, v in views.items() if v.draw and not repeated}
        again = "page.table_of" if repeated else "page.plain"
        heading = {lang: self._speak[lang].phrase(again, {"heading": v.heading}) for lang, v in views.items()}
        if lead and first.tiles:
            self._tiles({lang: list(v.tiles) for lang, v in views.items()})

        def html(w: Words, leads: bool) -> str:
            return str(render(
                "section.html", view=views[w.lang], picture=drawn.get(w.lang), repeated=repeated, lead=leads,
                t=w.phrase, folded=folded and bool(drawn or first.tables), data_used=self._data_used(first.uses, w),
            ))  # fmt: skip

        stands = {lang: html(w, True) for lang, w in self._speak.items()} if first.stands and drawn else None
        more: dict[str, Any] = {"stands": stands} if stands else {}
        self._display(role, anchor or first.id, heading, lambda w: html(w, lead), **more)
        if not repeated and self.run.tables_folder:
            for name, sheet in first.sheets.items():
                titles = {lang: v.sheets[name].title or v.heading for lang, v in views.items()}
                tables.save(self.run.tables_folder, f"{self.name}.{name}", sheet, self._speak, titles)

    def _said(self, unknown: Unknown) -> bool:
        """Whether a section says the same already: several steps may lack one and the same ground."""
        reason = f"{unknown.section}: {unknown.findings}"
        known = reason in self._untold
        self._untold.add(reason)
        return known

    def _data_used(self, uses: tuple[str, ...], w: Words) -> str:
        """Which of the tables that a section is made from the data have, and which not; empty where it has none."""
        if self._data is None:
            return ""
        covers, quality = self._data.covers, self._data.quality
        lacking = tuple(table for table in uses if table in quality.missing)  # one may be read and then not used
        used = tuple(table for table in uses if table not in lacking)
        values = {"tables": used, "first": covers[0], "last": covers[1], "missing": lacking or None}
        return w.phrase("page.data_used", values) if used else ""

    def _title(self, w: Words) -> str:
        known = f"page.titles.{self.name}"
        return w.phrase(known) if w.has(known) else self.name

    def _facts(self, w: Words) -> list[tuple[str, str]]:
        company = self.run.settings.company
        scope = [("node", w.phrase("page.scope_part", {"level": k, "node": v})) for k, v in self.run.scope.items()]
        facts = [
            ("node", company.called(cast("Language", w.lang))),
            *(scope or [("text", w.phrase("page.whole_company"))]),
        ]
        facts.append(("text", w.phrase("page.as_of", {"day": self.run.as_of})))
        return [*facts, *([("text", w.phrase("page.currency", {"name": w.currency_name()}))] if w.currency else [])]

    def _ends_early(self) -> Any:
        """The last day that the orders hold, where the report speaks of a later one."""
        last = self._data.covers[1] if self._data is not None and self._data.covers else None
        return last if last is not None and (self.run.as_of - last).days > _LATEST else None

    def _span(self, which: str) -> list[str] | None:
        """First and last day of what "now" counts, or of what it is compared with."""
        spans = getattr(self._data, "spans", None)
        return [day.date().isoformat() for day in getattr(spans, which)] if spans else None

    def _use(self, *terms: str) -> None:
        self._used |= dict.fromkeys(terms)

    def _defined(self, w: Words) -> list[tuple[str, str]]:
        return [defined for term in self._used if (defined := _definition(term, w))]

    def _display(self, role: Role, anchor: str, heading: Mapping[str, str], html: Callable[[Words], str],
                 css: str = "", **more: Any) -> None:  # fmt: skip
        """One output: all languages for the publisher, the first for JupyterLab, plain text for a terminal."""
        shown = {lang: str(html(w)) for lang, w in self._speak.items()}
        fragment = Fragment(role, anchor, dict(heading), shown)
        lang = self.run.lang
        own = render(
            "notebook.html", style=css, role=role, lang=lang, heading=heading.get(lang, ""), html=_trusted(shown[lang])
        )
        _show_in_notebook(
            {MIME: fragment.bundle() | more, "text/html": str(own), "text/plain": heading.get(lang) or role}
        )


def _show_in_notebook(bundle: dict[str, Any]) -> None:
    from IPython.display import display

    display(bundle, raw=True)


def _trusted(html: str) -> Any:
    from markupsafe import Markup

    return Markup(html)  # noqa: S704 render() made it a line above


def _tile_rows(scorecard: Any) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(scorecard, Scorecard):
        return []
    rows = scorecard.table[scorecard.table["tile"].astype(bool)].head(_MOST_TILES)
    return [(str(key), dict(row)) for key, row in rows.iterrows()]


def _measures(scorecard: Any) -> dict[str, Any]:
    """Every KPI as data, for comparing reports; `summed`: it grows with the days it counts."""
    if not isinstance(scorecard, Scorecard):
        return {}
    kpis = declared()
    return {
        str(key): {name: _plain(row[name]) for name in ("now", "change", "lo", "hi", "unit", "better")}
        | {"summed": key in kpis and {*kpis[key].denominator} <= _STOCKS}
        for key, row in scorecard.table.iterrows()
    }


def _heaviest(decisions: Iterable[Finding]) -> list[Finding]:
    """The decisions with the most money; the same money under two names (a region and its team) counts once, and one
    part of the company asks once, for what weighs most."""
    once: dict[tuple[Any, ...], Finding] = {}
    for finding in sorted(decisions, key=lambda d: -d.weight):
        same = (finding.key, round(finding.weight, 2), finding.values.get("amount"), finding.values.get("change"))
        once.setdefault(same if "node" in finding.values else (id(finding),), finding)
    parts: dict[tuple[Any, ...], Finding] = {}
    for finding in once.values():
        part = (finding.values.get("level"), finding.values.get("node"))
        parts.setdefault((id(finding),) if None in part else part, finding)
    return list(parts.values())[:_MOST_DECISIONS]


def _decision(finding: Finding, w: Words) -> dict[str, Any]:
    values = finding.values
    facts = [_owner(finding, w)]
    if finding.weight:
        facts.append(w.say("page.effect", {"effect": finding.weight}))
    if judged := values.get("judged"):
        told = {"times": values.get("times_noise"), "lo": values.get("lo_80"), "hi": values.get("hi_80")}
        told["others"] = values.get("others")
        facts.append(w.say(f"page.sure.{judged}", told))
    return {"text": show.say(finding, w), "facts": facts}


def _owner(finding: Finding, w: Words) -> Sentence:
    """Whose decision it is: the person that the node is, else whoever leads it, else the head of sales."""
    if not missing(finding.values.get("owner")):
        return w.say("page.owner", {"node": finding.values["owner"]})
    level, node = finding.values.get("level") or finding.values.get("by"), finding.values.get("node")
    return w.say(f"page.owner{show.leader(level, node)}", {"level": level, "node": node})


def _data_section(quality: Quality, covers: Any, w: Words, *, part: bool) -> dict[str, Any]:
    adds = [t for t in quality.missing if w.has(f"terms.would_add.{t}")]
    return {
        "covers": w.phrase("page.data_covers", {"first": covers[0], "last": covers[1]}) if covers else "",
        "part": w.phrase("page.data_part") if part else "",
        "read": [quality_sentence(s, w) for s in _orders_first(quality.of("read"))],
        "done": [quality_sentence(s, w) for s in _orders_first(quality.steps) if s.kind != "read"],
        "missing": [w.say("page.would_add", {"table": t, "adds": w.phrase(f"terms.would_add.{t}")}) for t in adds],
        "t": w.phrase,
    }


def _orders_first(steps: Iterable[Step]) -> list[Step]:
    return sorted(steps, key=lambda s: s.table != "orders")


def _provenance(quality: Quality) -> dict[str, Any]:
    """What the manifest keeps of the input: digests of what was read, and rows by table."""
    rows: dict[str, int] = {}
    for step in quality.of("read"):
        rows[step.table] = rows.get(step.table, 0) + int(step.rows)
    return {"digests": dict(quality.digests), "rows": rows}


def quality_sentence(step: Step, w: Words) -> Sentence:
    """What was done to some rows, in words; details that a step does not have are left out of the sentence."""
    blank = dict.fromkeys(
        (
            "file",
            "files",
            "first",
            "last",
            "column",
            "values",
            "kept",
            "currencies",
            "reference",
            "nearest",
            "level",
            "nodes",
            "metrics",
            "period",
            "every",
        )
    )
    known = f"quality.{step.kind}"
    detail: dict[str, Any] = blank | step.detail
    if w.has(f"terms.tables.{detail['file']}"):  # not a file but the table that this one was made from
        detail["file"] = w.table(detail["file"])
    given = {"table": step.table, "kind": step.kind, "rows": step.rows, "amount": step.amount}
    return w.say(known if w.has(known) else "quality.other", detail | given)


def _definition(term: str, w: Words) -> tuple[str, str] | None:
    kind, _, key = term.rpartition(":")
    if kind == "kpi":
        kpi = declared().get(key)
        return (kpi.name[w.lang], kpi.definition[w.lang]) if kpi else None
    return w.phrase(f"terms.define.{key}.name"), w.phrase(f"terms.define.{key}.is")


def _headline(result: Any) -> dict[str, Any]:
    for step in (forecast, market, plan, tracking, review):
        if told := step.headline(result):
            return dict(told)
    if isinstance(result, Growth):
        return {"sales": result.amount, "sales_before": result.amount_before, "growth": result.rate}
    if isinstance(result, Concentration):
        return {"share_top_10": result.share_top_10, f"{result.by}s_for_80": result.nodes_for_80}
    if isinstance(result, Scorecard):
        return {str(key): now for key, now in result.table["now"].items() if key != "sales"}
    return {}


def _plain(value: Any) -> float | int | str | None:
    """A number as JSON holds it: rounded where rounding cannot be seen; None where it is unknown."""
    if missing(value):
        return None
    if isinstance(value, str):
        return value
    number = float(value)
    if abs(number) < 1e-3:
        return float(f"{number:.3g}") if number else 0
    return int(number) if number == math.floor(number) and abs(number) < 1e15 else round(number, 4)

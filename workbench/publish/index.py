"""reports/index.html and index.<lang>.html: every report that there is, told by the manifests, newest first.

The pages that rank a company's parts are written with it, so that both tell the same.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workbench.errors import RunError
from workbench.publish import folders, manifest, ranking
from workbench.publish.plan import in_cycle
from workbench.settings import LANGUAGES, Language, company_name

if TYPE_CHECKING:
    from workbench.views.shell import IndexRanking, IndexRow

NAME = "index.html"
WHAT = "The list of all reports"
_BAD = ("failed", "timed_out", "kernel_died", "skipped")
_GIVEN = 200  # characters of a parameter and its value
_TOLD = ("as_of", "scope", "lang", "settings")


def refresh(out: Path, folder: Path) -> None:
    """Writes the index anew if it does not have a report: the run that made it may have been stopped in between."""
    page, place = out / NAME, quote(folder.relative_to(out).as_posix())
    with folders.writable(out, WHAT):
        has_it = page.is_file() and f'"{place}/' in page.read_text("utf-8", "replace")
    if not has_it:
        rebuild(out)


def tried(write: Callable[[], object]) -> str:
    """Why the list was not written, after a report that is there whatever becomes of the list; empty: it was."""
    try:
        write()
    except (RunError, KeyboardInterrupt) as error:
        why = str(error) or f"{WHAT} was not written, for it was stopped."
        return f"{why} What was made stays; workbench index writes the list once it can be."
    return ""


def rebuild(out: Path) -> Path:
    """Writes the list anew, and the rankings, in each language that reports have; `index.html` is in the newest's.

    Two runs that end at once take turns, so the later one sees both reports.
    """
    with folders.writable(out, WHAT), folders.alone(out):
        found = _in_order(_reports(out))
        first: Language = found[0][1]["languages"][0] if found else "en"
        spoken = [lang for lang in LANGUAGES if any(lang in told["languages"] for _, told in found)]
        ranked = ranking.rebuild(out, found, spoken)
        for lang in spoken or [first]:
            page = _page(out, found, ranked, lang, spoken)
            for name in (*([name_of(lang)] if spoken else []), *([NAME] if lang == first else [])):
                folders.write(out / name, page)
        for lang in set(LANGUAGES) - set(spoken):
            (out / name_of(lang)).unlink(missing_ok=True)
    return out / NAME


def name_of(lang: str) -> str:
    """The file of the list in a language."""
    return f"index.{lang}.html"


def _page(out: Path, found: list[tuple[Path, dict[str, Any]]], ranked: Sequence[ranking.Ranked], lang: Language,
          spoken: list[Language]) -> bytes:  # fmt: skip
    from workbench.views.shell import Index, Link, index

    rows = tuple(_row(out, folder, told, lang) for folder, told in found)
    others = tuple(Link("", name_of(one), one, one == lang) for one in spoken) if len(spoken) > 1 else ()
    lists = tuple(_ranking(out, one, lang) for one in ranked)
    return index(Index(lang, rows, languages=others, rankings=lists)).encode("utf-8", "replace")


def _reports(out: Path) -> list[tuple[Path, dict[str, Any]]]:
    parents = (p for day in manifest.days_of(out) for p in day.iterdir() if not p.is_symlink())
    every = (folder for parent in parents for _, folder in folders.revisions(parent))
    return [
        (folder, told)
        for folder in every
        if (told := manifest.read(folder)) and set(told["languages"]) <= set(LANGUAGES)
    ]


def _in_order(found: list[tuple[Path, dict[str, Any]]]) -> list[tuple[Path, dict[str, Any]]]:
    """Newest day first; company by company; the whole company before its parts; the last revision first."""
    by_place = sorted(found, key=lambda r: (str(r[1].get("company")), r[1]["scope"], -r[1]["revision"]))
    return sorted(by_place, key=lambda r: r[1]["as_of"], reverse=True)


def _row(out: Path, folder: Path, told: dict[str, Any], lang: Language) -> "IndexRow":
    from workbench.views.shell import IndexRow, Link

    place = quote(folder.relative_to(out).as_posix())
    links = tuple(Link("", f"{place}/overview.{language}.html", language) for language in told["languages"])
    company = company_name(told.get("company", ""), lang)
    books = sorted(told["notebooks"], key=lambda n: in_cycle(n["name"]))
    pages = tuple(Link(n["name"], f"{place}/{quote(_in(n['pages'], lang))}") for n in books if n.get("pages"))
    wrong = tuple((str(n["name"]), str(n["status"])) for n in books if n["status"] in _BAD)
    return IndexRow(
        told["as_of"], told["scope"], told["revision"], told["status"], links, company, bool(told.get("made_up")),
        pages, _seconds(told), _given(books), wrong, bool(told.get("inputs_changed")),
    )  # fmt: skip


def _ranking(out: Path, one: ranking.Ranked, lang: Language) -> "IndexRanking":
    from workbench.views.shell import IndexRanking, Link

    told, day = one.record, one.file.parent.name
    links = tuple(Link("", quote(one.page(lang).relative_to(out).as_posix()), lang) for lang in told.languages)
    return IndexRanking(
        day, told.scope, tuple(told.levels), tuple((row.scope, row.status) for row in one.rows), links,
        company_name(told.company, lang), told.made_up, one.moved,
    )  # fmt: skip


def _in(pages: dict[str, str], lang: str) -> str:
    return pages.get(lang) or next(iter(pages.values()))


def _seconds(told: dict[str, Any]) -> float | None:
    try:
        return (datetime.fromisoformat(told["ended"]) - datetime.fromisoformat(told["started"])).total_seconds()
    except (KeyError, TypeError, ValueError):
        return None


def _given(books: list[dict[str, Any]]) -> tuple[str, ...]:
    """Parameters that a person chose, beyond those that the other columns tell."""
    given = {
        name: value
        for book in books
        for name, value in (book.get("parameters") or {}).items()
        if name not in _TOLD and value != (book.get("defaults") or {}).get(name)
    }
    return tuple(_short(f"{name} = {value}") for name, value in given.items())


def _short(text: str) -> str:
    """The list holds all runs, so what one of them was given must not fill it; its manifest has it all."""
    return text if len(text) <= _GIVEN else text[: _GIVEN - 1] + "…"

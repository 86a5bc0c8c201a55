"""reports/index.html: every report that there is, told by the manifests, newest first."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workbench.publish import folders, manifest
from workbench.settings import LANGUAGES, Language

if TYPE_CHECKING:
    from workbench.views.shell import IndexRow

NAME = "index.html"


def refresh(out: Path, folder: Path) -> None:
    """Writes the index anew if it does not have a report: the run that made it may have been stopped in between."""
    page, place = out / NAME, quote(folder.relative_to(out).as_posix())
    if not page.is_file() or f'"{place}/' not in page.read_text("utf-8"):
        rebuild(out)


def rebuild(out: Path) -> Path:
    """Writes the index anew; two runs that end at once take turns, so the later one sees both reports."""
    from workbench.views.shell import Index, index

    with folders.writable(out), folders.alone(out):
        found = _in_order(_reports(out))
        lang: Language = found[0][1]["languages"][0] if found else "en"
        rows = tuple(_row(out, folder, told, lang) for folder, told in found)
        folders.write(out / NAME, index(Index(lang, rows)))
    return out / NAME


def _reports(out: Path) -> list[tuple[Path, dict[str, Any]]]:
    parents = (p for day in out.iterdir() if day.is_dir() and not day.name.startswith(".") for p in day.iterdir())
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
    name = told.get("company", "")
    company = name if isinstance(name, str) else name.get(lang) or next(iter(name.values()), "")
    return IndexRow(
        told["as_of"], told["scope"], told["revision"], told["status"], links, company, bool(told.get("made_up"))
    )

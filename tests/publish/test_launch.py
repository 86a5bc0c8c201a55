"""A report started from a cell of a notebook, in a real kernel."""

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
import pytest
from nbclient import NotebookClient

import workbench as wb
from tests.publish.conftest import SETTINGS, SHOW, write_notebook
from workbench.errors import ParameterError
from workbench.publish import Outcome, notify, pdf

CELL = """import workbench as wb
wb.report("good.ipynb", settings=".", as_of="2026-03-31", lang=["en", "zh-CN"], floor=2)"""
PARAMETERS = 'as_of: str = ""\nscope: str = ""\nlang: str = ""\nsettings: str = ""\nfloor: float = 1.0'


def project(folder: Path) -> None:
    """A project of its own, where a person's notebook stands."""
    (folder / "workbench.toml").write_text(SETTINGS, "utf-8")
    (folder / "orders.csv").write_text("date,amount,region\n2026-01-01,3,华东\n2026-01-02,4,华南\n", "utf-8")
    write_notebook(folder / "good.ipynb", SHOW, 'show("answer", "answer", "Rose", "升")', parameters=PARAMETERS)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def outputs(here: Path, *cells: str) -> list[list[Any]]:
    """What each cell put out, in a kernel whose project is here; errors do not stop it."""
    place = f"import workbench.publish.launch as launch\nlaunch.ROOT = __import__('pathlib').Path({str(here)!r})"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (place, *cells)])
    about = {"metadata": {"path": str(here)}}
    NotebookClient(book, timeout=240, kernel_name="python3", resources=about, allow_errors=True).execute()
    return [cell.outputs for cell in book.cells[1:]]


def shown(found: list[Any]) -> Any:
    return next(o.data for o in found if o.output_type == "execute_result")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[Any]]]:
    """A report; one of which a notebook fails; a wrong call; a report for each of two regions, elsewhere."""
    here = tmp_path_factory.mktemp("project")
    project(here)
    write_notebook(here / "bad.ipynb", "raise ValueError('<b>no</b>')")
    usual = 'settings=".", as_of="2026-03-31"'
    bad = f'wb.report("bad.ipynb", {usual}, scope="region=华东", cell_timeout=60)'
    wrong = 'wb.report("good.ipynb", settings=".", as_of="2026-03-32", flor=1, run_timeout=-1)'
    each = f'wb.report("good.ipynb", {usual}, lang="en", out="else where", each=["region"], workers=1)'
    return here, outputs(here, CELL, bad, wrong, wrong.replace(", run_timeout=-1", ""), each)


def test_a_cell_makes_a_report_and_shows_where_it_is(ran: tuple[Path, list[list[Any]]]) -> None:
    here, cells = ran
    folder = here / "reports/2026-03-31/Acme/r1"

    assert 'href="reports/2026-03-31/Acme/r1/overview.en.html"' in shown(cells[0])["text/html"]
    assert shown(cells[0])["text/plain"].splitlines() == [
        f"reports/2026-03-31/Acme/r1/overview.{lang}.html" for lang in ("en", "zh-CN")
    ]
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (told["status"], told["notebooks"][0]["parameters"]["floor"]) == ("ok", 2.0)


def test_a_report_that_failed_shows_why_and_links_to_what_there_is(ran: tuple[Path, list[list[Any]]]) -> None:
    here, cells = ran
    html = shown(cells[1])["text/html"]
    links = [unquote(href) for href in re.findall(r'href="([^"]*)"', html)]

    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in html
    assert [Path(link).name for link in links] == ["bad.ipynb", "overview.en.html", "overview.zh-CN.html"]
    assert all((here / link).is_file() for link in links)


def test_a_wrong_call_is_told_in_words_without_a_traceback(ran: tuple[Path, list[list[Any]]]) -> None:
    _, cells = ran
    limits, others = ("\n".join(next(o.traceback for o in cell if o.output_type == "error")) for cell in cells[2:4])

    assert limits == "ParameterError: wb.report: 1 problem\n  - run_timeout is -1; it is a number from 0 on"
    assert others.startswith("ParameterError: workbench run: 2 problems\n")
    assert "Did you mean 'floor'" in others
    assert "write a day as 2026-09-30" in others


def test_a_cell_makes_a_report_for_each_part_where_it_is_told(ran: tuple[Path, list[list[Any]]]) -> None:
    here, cells = ran
    html = shown(cells[4])["text/html"]

    assert 'href="else%20where/2026-03-31/Acme%2C%20each%20region.en.html"' in html
    assert "2 reports in" in shown(cells[4])["text/plain"]
    assert len(list((here / "else where").glob("2026-03-31/Acme, region=*/r1/overview.en.html"))) == 2


def test_whom_the_settings_name_is_told_as_by_the_command(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(notify, "of_run", lambda asked, came: told.append(came.status) or [])
    monkeypatch.setattr(notify, "of_refusal", lambda asked, why: told.append(why) or [])
    made = wb.report("good.ipynb", settings=here, as_of="2026-03-31", out=here / "out", lang="en", floor=1)
    with pytest.raises(ParameterError):
        wb.report("god.ipynb", settings=here)

    assert isinstance(made, Outcome)
    assert told[0] == "ok"
    assert "Did you mean 'good'" in told[1] or "there is no notebook 'god.ipynb'" in told[1]


def test_pages_are_printed_as_by_the_command(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(pdf, "browser", lambda: "browser")
    monkeypatch.setattr(pdf, "report", lambda folder, force: asked.append((folder.name, force)) or [])
    wb.report("good.ipynb", settings=here, as_of="2026-03-31", out=here / "out", lang="en", pdf=True)
    with pytest.raises(ParameterError, match="--pdf is for one report"):
        wb.report("good.ipynb", settings=here, as_of="2026-03-31", each="region", pdf=True)

    assert asked == [("r1", False)]


def test_a_report_is_not_started_from_within_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(os.environ, "WORKBENCH_TABLES", str(tmp_path))
    with pytest.raises(ParameterError, match="start another from outside"):
        wb.report("history")


def test_a_wrong_call_is_refused_before_anything_starts(here: Path) -> None:
    with pytest.raises(ParameterError, match="not both"):
        wb.report("good.ipynb", as_of="2026-03-31", period="last-quarter")
    with pytest.raises(ParameterError, match="Did you mean 'floor'"):
        wb.report("good.ipynb", settings=here, as_of="2026-03-31", flor=1)

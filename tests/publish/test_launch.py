"""A report started from a cell of a notebook, in a real kernel."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import workbench as wb
from tests.publish.conftest import SETTINGS, SHOW, write_notebook
from workbench.errors import ParameterError

CELL = """import workbench as wb
wb.report("good.ipynb", settings=".", as_of="2026-03-31", lang=["en", "zh-CN"], floor=2)"""
PARAMETERS = 'as_of: str = ""\nscope: str = ""\nlang: str = ""\nsettings: str = ""\nfloor: float = 1.0'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, where a person's notebook stands."""
    (tmp_path / "workbench.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "orders.csv").write_text("date,amount\n2026-01-01,3\n", "utf-8")
    write_notebook(tmp_path / "good.ipynb", SHOW, 'show("answer", "answer", "Rose", "升")', parameters=PARAMETERS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_cell_makes_a_report_and_shows_where_it_is(here: Path) -> None:
    place = f"import workbench.publish.launch as launch\nlaunch.ROOT = __import__('pathlib').Path({str(here)!r})\n"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(place + CELL)])
    NotebookClient(book, timeout=180, kernel_name="python3", resources={"metadata": {"path": str(here)}}).execute()
    shown = next(o.data for o in book.cells[0].outputs if o.output_type == "execute_result")
    folder = here / "reports/2026-03-31/Acme/r1"

    assert "href='reports/2026-03-31/Acme/r1/overview.en.html'" in shown["text/html"].replace('"', "'")
    assert shown["text/plain"].splitlines() == [
        f"reports/2026-03-31/Acme/r1/overview.{lang}.html" for lang in ("en", "zh-CN")
    ]
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (told["status"], told["notebooks"][0]["parameters"]["floor"]) == ("ok", 2.0)


def test_a_report_is_not_started_from_within_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(os.environ, "WORKBENCH_TABLES", str(tmp_path))
    with pytest.raises(ParameterError, match="start another from outside"):
        wb.report("history")


def test_a_wrong_call_is_refused_before_anything_starts(here: Path) -> None:
    with pytest.raises(ParameterError, match="not both"):
        wb.report("good.ipynb", as_of="2026-03-31", period="last-quarter")
    with pytest.raises(ParameterError, match="Did you mean 'floor'"):
        wb.report("good.ipynb", settings=here, as_of="2026-03-31", flor=1)

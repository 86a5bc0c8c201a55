"""Pages become PDFs beside them, whole or not at all; without a browser that is said, in words that help."""

import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.publish import stored
from tests.publish.conftest import SETTINGS, write_notebook
from workbench.errors import ParameterError, RunError
from workbench.publish import pdf

FIGURES = "".join(f"<details><summary>No. {n}</summary><p>kept</p></details>" for n in range(60))
PAGE = (
    f"<!doctype html><meta charset=utf-8><title>T</title><h1>业绩如何？</h1><img src='http://127.0.0.1:9/x'>{FIGURES}"
)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    folder = stored.report(tmp_path / "a b 甲", "2026-09-30")
    for name in ("overview", "history", "plan"):
        for lang in ("en", "zh-CN"):
            (folder / f"{name}.{lang}.html").write_text(PAGE, "utf-8")
    return folder


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A browser that does what a shell script says; $made is where the PDF should go."""
    program = tmp_path / "bin" / "chromium"
    program.parent.mkdir()
    head = '#!/bin/sh\nfor a in "$@"; do case "$a" in --print-to-pdf=*) made="${a#--print-to-pdf=}";; esac; done\n'
    program.write_text(head + script)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def left(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.suffix not in (".html", ".json") and p.is_file())


@pytest.mark.skipif(
    not any(map(shutil.which, pdf._NAMES)), reason="Chromium is not installed, so this test could not run"
)
def test_a_browser_prints_every_page_whole(report: Path, scratch: Path) -> None:
    made = pdf.report(report)

    assert [p.name for p in made] == [
        f"{n}.{lang}.pdf" for lang in ("en", "zh-CN") for n in ("overview", "history", "plan")
    ]
    for file in made:
        content = file.read_bytes()
        assert content.startswith(b"%PDF-")
        assert content.rstrip().endswith(b"%%EOF")
        assert len(re.findall(rb"/Type\s*/Page\b", _plain(content))) >= 1
    assert list(scratch.iterdir()) == []
    assert not any(p.name.startswith(".") for p in report.iterdir())


def _plain(content: bytes) -> bytes:
    """A PDF with its compressed streams opened."""
    found = [content]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_pages_that_are_printed_stay_unless_forced(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, 'printf "%%PDF-1.7 new\\n%%%%EOF\\n" > "$made"')
    (report / "plan.en.pdf").write_bytes(b"old")
    pdf.report(report, lang="en")
    kept = (report / "plan.en.pdf").read_bytes()
    pdf.report(report, lang="en", force=True)

    assert kept == b"old"
    assert (report / "plan.en.pdf").read_bytes().startswith(b"%PDF-1.7 new")
    assert left(report) == ["history.en.pdf", "overview.en.pdf", "plan.en.pdf"]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 21", "ended with 21"),
        ("exit 0", "made no whole PDF"),
        ('printf "%%PDF-1.7 half" > "$made"', "made no whole PDF"),
        ('printf "<html>" > "$made"', "made no whole PDF"),
        ('printf "%%PDF-1.7\\n%%%%EOF" > "$made"; exit 1', "ended with 1"),
        ("sleep 60 & sleep 60", "took longer than 2 s"),
    ],
)
def test_a_browser_that_fails_leaves_nothing_behind(
    report: Path, tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch, script: str, why: str
) -> None:
    stand_in(tmp_path, monkeypatch, script)
    monkeypatch.setattr(pdf, "SECONDS", 2)
    with pytest.raises(RunError, match=why):
        pdf.report(report)

    assert left(report) == []
    assert list(scratch.iterdir()) == []


def test_without_a_browser_it_is_said_what_to_install(
    report: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf, "_PLACES", ())
    with pytest.raises(ParameterError, match="apt-get install chromium"):
        pdf.report(report)

    assert left(report) == []


@pytest.mark.parametrize(
    ("folder", "lang", "told"), [("nowhere", "", "is no report"), ("", "zh-TW", "the report speaks en, zh-CN")]
)
def test_what_is_no_report_or_no_language_of_it_is_refused(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, lang: str, told: str
) -> None:
    stand_in(tmp_path, monkeypatch, "exit 1")
    with pytest.raises(ParameterError, match=told):
        pdf.report(report / folder, lang=lang)


def test_a_run_that_could_not_print_is_refused_before_it_begins(tmp_path: Path) -> None:
    if any(Path(place).is_file() for place in pdf._PLACES):
        pytest.skip("a browser stands outside of PATH here, so this test could not run")
    write_notebook(tmp_path / "good.ipynb", "1")
    (tmp_path / "workbench.toml").write_text(SETTINGS, "utf-8")
    call = [sys.executable, "-m", "workbench.cli", "run", "good.ipynb", "--as-of", "2026-03-31", "--pdf"]
    done = subprocess.run(
        call, cwd=tmp_path, env=os.environ | {"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 2
    assert "no Chromium browser is installed" in done.stderr
    assert not (tmp_path / "reports").exists()

"""Bars on a terminal, plain lines in a log, never on standard output."""

import io
import sys

import nbformat
import pytest

from workbench.publish.progress import shown, taken
from workbench.publish.runner import Executed


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    with shown(["history", "[red]odd"]) as progress:
        progress.cell("history", 2, 5)
        progress.done(Executed("history", "ok", nbformat.v4.new_notebook(), 1.25))
        progress.done(Executed("[red]odd", "timed_out", nbformat.v4.new_notebook(), 2.0))
    return stream.getvalue()


def test_a_log_gets_one_line_for_each_notebook(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(io.StringIO(), monkeypatch) == "history  ok  1.2 s\n[red]odd  timed_out  2.0 s\n"
    assert capsys.readouterr().out == ""


def test_a_notebook_that_was_not_run_is_told_with_the_revision_it_is_from(capsys: pytest.CaptureFixture[str]) -> None:
    taken([Executed("history", "ok", nbformat.v4.new_notebook(), 1.25, reused="r1")])

    assert capsys.readouterr().err == "history  unchanged, from r1\n"


def test_a_terminal_gets_a_bar_for_each_notebook(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    shown_text = told(Terminal(), monkeypatch)

    assert "[red]odd" in shown_text
    assert "timed_out" in shown_text
    assert "0:00:00" in shown_text
    assert capsys.readouterr().out == ""

"""The list of all reports: from the manifests alone, in each language, filtered without scripts, small."""

import re
from pathlib import Path

import pytest

from tests.publish.stored import report
from workbench.publish import index


@pytest.fixture
def out(tmp_path: Path) -> Path:
    report(tmp_path, "2026-08-31", books={"history": {"parameters": {"depth": 3}, "defaults": {"depth": 2}}})
    report(tmp_path, "2026-09-30", books={"forecast": {"status": "timed_out"}}, status="failed")
    report(tmp_path, "2026-09-30", name="Other", company="<b>Other</b>", scope="region=华东", languages=["zh-TW"])
    index.rebuild(tmp_path)
    return tmp_path


def test_there_is_one_in_each_language_that_reports_have(out: Path) -> None:
    assert sorted(p.name for p in out.glob("index*.html")) == [
        "index.en.html", "index.html", "index.zh-CN.html", "index.zh-TW.html",
    ]  # fmt: skip
    english = (out / "index.en.html").read_text("utf-8")
    assert 'href="index.zh-TW.html"' in english
    assert "Sales reports" in english
    assert "銷售報告" in (out / "index.zh-TW.html").read_text("utf-8")


def test_it_is_the_same_whenever_it_is_rebuilt(out: Path) -> None:
    before = {p.name: p.read_bytes() for p in out.glob("index*.html")}
    for page in out.glob("index*.html"):
        page.unlink()

    index.rebuild(out)

    assert {p.name: p.read_bytes() for p in out.glob("index*.html")} == before


def test_each_run_tells_status_parameters_duration_and_revision(out: Path) -> None:
    page = (out / "index.en.html").read_text("utf-8")

    assert "depth = 3" in page
    assert "42 s" in page
    assert "timed out" in page
    assert "&lt;b&gt;Other" in page
    assert "<b>Other" not in page


def test_the_latest_page_of_each_notebook_is_a_good_one(out: Path) -> None:
    page = (out / "index.en.html").read_text("utf-8")
    latest = page[page.index("The latest of each page") : page.index("All runs")]

    assert "2026-08-31/Acme/r1/history.en.html" in latest
    assert "2026-09-30/Acme" not in latest


def test_filters_are_rules_of_css_without_scripts_or_loads(out: Path) -> None:
    page = (out / "index.en.html").read_text("utf-8")

    assert re.findall(r'<select id="by-(\w+)"', page) == ["company", "scope", "status"]
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!#)[^"]*//', page)
    marks = re.findall(r'<option value="(\w+)"', page)
    assert len(marks) == len(set(marks)) == 6
    for mark in marks:
        assert f'option[value="{mark}"]:checked) .list tr:not(.{mark})' in page
        assert re.search(rf'<tr class="[^"]*\b{mark}\b', page)


def test_hundreds_of_reports_stay_small(tmp_path: Path) -> None:
    for n in range(300):
        report(tmp_path, "2026-09-30", name=f"Acme {n}", scope=f"rep=Person {n}", company="Acme")

    index.rebuild(tmp_path)

    assert (tmp_path / index.NAME).stat().st_size < 500_000


def test_a_list_in_a_language_that_no_report_has_any_more_goes(out: Path) -> None:
    (out / "2026-09-30" / "Other" / "r1" / "manifest.json").unlink()

    index.rebuild(out)

    assert not (out / "index.zh-TW.html").exists()

"""The list of all reports: from the manifests alone, in each language, filtered without scripts, small."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.publish.stored import report
from workbench.errors import RunError
from workbench.publish import index, manifest, prune


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


def test_a_parameter_of_a_megabyte_does_not_fill_the_list(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31", books={"history": {"parameters": {"big": "x" * 1_000_000}, "defaults": {"big": ""}}})
    page = index.rebuild(tmp_path).read_text("utf-8")

    assert f"big = {'x' * 193}…" in page
    assert len(page) < 100_000


def test_the_latest_page_of_each_notebook_is_a_good_one(out: Path) -> None:
    page = (out / "index.en.html").read_text("utf-8")
    latest = page[page.index("The latest of each page") : page.index("All runs")]

    assert "2026-08-31/Acme/r1/history.en.html" in latest
    assert "2026-09-30/Acme" not in latest


def test_filters_are_rules_of_css_without_scripts_or_loads(out: Path) -> None:
    page = (out / "index.en.html").read_text("utf-8")

    assert re.findall(r'<select id="by-(\w+)"', page) == ["company", "scope", "day", "status", "parameters"]
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!#)[^"]*//', page)
    marks = re.findall(r'<option value="(\w+)"', page)
    assert len(marks) == len(set(marks)) == 11
    for mark in marks:
        assert f'option[value="{mark}"]:checked) .list tr:not(.{mark})' in page
        assert re.search(rf'<tr class="[^"]*\b{mark}\b', page)


def choices(page: str, name: str) -> list[tuple[str, list[str]]]:
    """The options of a filter after "all", by their groups."""
    [inner] = re.findall(rf'<select id="by-{name}".*?</option>(.*?)</select>', page, re.DOTALL)
    pieces = re.split(r'<optgroup label="([^"]*)">', inner)
    groups = list(zip(["", *pieces[1::2]], pieces[::2], strict=True))
    return [(label, found) for label, text in groups if (found := re.findall(r"<option [^>]*>([^<]*)", text))]


def test_two_whole_reports_are_enough_for_a_filter(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31")
    report(tmp_path, "2026-09-30")
    index.rebuild(tmp_path)
    page = (tmp_path / "index.en.html").read_text("utf-8")

    assert choices(page, "day") == [("2026", ["all of 2026", "30 Sep 2026", "31 Aug 2026"])]
    assert "all 2 reports are on this page" in page


def test_an_earlier_revision_can_be_left_out(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30")
    report(tmp_path, "2026-09-30", revision=2)
    index.rebuild(tmp_path)

    assert choices((tmp_path / "index.en.html").read_text("utf-8"), "revision") == [
        ("", ["the last of each", "earlier ones"])
    ]


def test_parts_stand_in_groups_by_level_and_long_groups_say_from_where_to_where(tmp_path: Path) -> None:
    """北京 comes before 重庆 by sound (běi, chóng), which is not the order of the characters' numbers; by strokes 北
    (5) comes before 重 (9)."""
    report(tmp_path, "2026-09-30")
    for name in ("重庆", "北京"):
        report(tmp_path, "2026-09-30", name=name, company="Acme", scope=f"region={name}")
    report(tmp_path, "2026-09-30", name="both", company="Acme", scope="region=北京,channel=直销")
    for n in range(65):
        report(tmp_path, "2026-09-30", name=f"rep {n}", company="Acme", scope=f"rep=Person {n:02}")
    index.rebuild(tmp_path)
    found = choices((tmp_path / "index.zh-CN.html").read_text("utf-8"), "scope")

    assert found[0] == ("", ["全公司"])
    assert [len(options) for label, options in found if "Person" in label] == [30, 30, 5]
    assert ("销售人员：", 30) not in found
    [regions] = [options for label, options in found if options[-1] == "重庆"]
    assert regions[1:] == ["北京", "重庆"]
    assert [options for _, options in found if options == ["北京，直销"]]
    assert any("Person 00 – Person 29" in label for label, _ in found)


def test_a_report_whose_data_moved_is_marked_in_the_list_and_can_be_chosen(tmp_path: Path) -> None:
    report(tmp_path, "2026-08-31")
    report(tmp_path, "2026-09-30", inputs_changed=True)
    index.rebuild(tmp_path)
    page = (tmp_path / "index.en.html").read_text("utf-8")

    assert page.count('class="mixed') == 5  # the newest, the latest of its three pages, its run
    assert choices(page, "status") == [("", ["complete", "data changed meanwhile"])]


def test_hundreds_of_reports_stay_small(tmp_path: Path) -> None:
    for n in range(300):
        report(tmp_path, "2026-09-30", name=f"Acme {n}", scope=f"rep=Person {n}", company="Acme")

    index.rebuild(tmp_path)

    assert (tmp_path / index.NAME).stat().st_size < 500_000


def test_a_list_in_a_language_that_no_report_has_any_more_goes(out: Path) -> None:
    (out / "2026-09-30" / "Other" / "r1" / "manifest.json").unlink()

    index.rebuild(out)

    assert not (out / "index.zh-TW.html").exists()


@pytest.mark.parametrize(
    "changed",
    [
        "",
        "[" * 100_000,
        {"revision": "one"},
        {"as_of": "soon"},
        {"scope": None},
        {"languages": []},
        {"languages": "en"},
        {"status": "brilliant"},
        {"company": ["Acme"]},
        {"notebooks": {"n": 1}},
        {"notebooks": ["n"]},
        {"notebooks": [{"name": "n", "status": "superb"}]},
        {"notebooks": [{"name": "n", "pages": "x"}]},
        {"since": {"with": 3}},
    ],
    ids=lambda changed: str(changed)[:40],
)
def test_a_damaged_manifest_or_one_of_another_version_keeps_no_other_report_from_being_listed(
    tmp_path: Path, changed: Any
) -> None:
    good, bad = (report(tmp_path, day) for day in ("2026-06-30", "2026-09-30"))
    file = bad / manifest.NAME
    told = changed if isinstance(changed, str) else json.dumps(json.loads(file.read_text("utf-8")) | changed)
    file.write_text(told, "utf-8")

    page = index.rebuild(tmp_path).read_text("utf-8")
    planned = prune.planned(tmp_path)

    assert "2026-06-30/Acme/r1" in page
    assert "2026-09-30/Acme/r1" not in page
    assert planned.stay == (good,)
    assert [folder for folder, _ in planned.strange] == [bad]


def test_what_a_later_version_adds_to_a_manifest_does_no_harm(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30", weather="sunny", since={"then": "2026-06-30", "revision": 1, "mood": []})

    assert "2026-09-30/Acme/r1" in index.rebuild(tmp_path).read_text("utf-8")


def test_a_list_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30")
    (tmp_path / "index.en.html").mkdir()

    with pytest.raises(RunError, match="The list of all reports cannot be written"):
        index.rebuild(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"status": "ok"}',
        b'{"status": "ok", "as_of": "20260930", "scope": "", "revision": 1, "languages": ["en"], "notebooks": []}',
        b'{"status": "ok", "as_of": 20260930, "scope": "", "revision": 1, "languages": ["en"], "notebooks": []}',
        b'{"status": "ok", "as_of": "2026-09-30", "scope": "", "revision": "1", "languages": ["en"], "notebooks": []}',
    ],
)  # fmt: skip
def test_a_manifest_that_does_not_say_what_it_must_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)

    assert manifest.read(tmp_path) is None

"""What a reader sees: pages opened in a real browser, at a desk's and at a phone's width, in three languages."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import reports
from tests.publish import stored
from workbench.publish import folders, index
from workbench.settings import LANGUAGES
from workbench.views.words import Words

SIZES = {"desk": (1280, 800), "phone": (390, 844)}
TITLES = {
    "index": ("Sales reports", "销售报告", "銷售報告"),
    "overview": ("How do we stand?", "现状一览", "現況一覽"),
    "history": ("How did we do, and what drove it?", "业绩如何，因何而变？", "業績如何，因何而變？"),
}
SMALLEST = 9.0  # pixels of a letter in a figure
PAPER = {"light": (240, 255), "dark": (0, 60)}  # how bright the page is


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> reports.Report:
    """The demo's history, in all languages."""
    out = tmp_path_factory.mktemp("reports")
    return reports.report("history", reports.DEMO, "2026-09-30", out, lang=",".join(LANGUAGES))


@pytest.fixture(scope="module", params=SIZES)
def screen(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


def _file(made: reports.Report, kind: str, lang: str) -> Path:
    return made.folder.parents[2] / f"index.{lang}.html" if kind == "index" else made.folder / f"{kind}.{lang}.html"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", TITLES)
def test_a_page_opens_with_its_title_and_answer_and_nothing_runs_off_the_screen(
    screen: Any, made: reports.Report, kind: str, lang: str
) -> None:
    screen.goto(_file(made, kind, lang).as_uri())
    size = screen.viewport_size

    assert screen.locator("h1").inner_text() == TITLES[kind][LANGUAGES.index(lang)]
    assert screen.locator("html").get_attribute("lang") == lang
    assert screen.evaluate("document.documentElement.scrollWidth") <= size["width"]
    if kind != "index":
        first = screen.locator(".answer p").first
        assert first.is_visible()
        assert first.bounding_box()["y"] < size["height"]
        assert re.search(r"6[.]9\s?%", first.inner_text())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_are_those_for_the_screen_and_their_letters_can_be_read(
    screen: Any, made: reports.Report, lang: str
) -> None:
    screen.goto(_file(made, "history", lang).as_uri())
    wide = screen.viewport_size["width"] > 600
    seen = screen.evaluate(_FIGURES)

    assert len(seen) >= 8
    assert {kind for kind, _, _ in seen} == {"wide" if wide else "narrow"}
    assert min(letters for _, letters, _ in seen if letters) >= SMALLEST
    assert max(right for _, _, right in seen) <= screen.viewport_size["width"]


_FIGURES = """() => [...document.querySelectorAll('figure svg')].filter(s => s.checkVisibility()).map(s => {
    const box = s.getBoundingClientRect(), scale = box.width / s.viewBox.baseVal.width;
    const letters = [...s.querySelectorAll('text')].map(t => parseFloat(getComputedStyle(t).fontSize) * scale);
    return [s.classList[0], Math.min(...letters, 99), box.right];
})"""


def test_a_phone_shows_fewer_columns_and_the_workbook_has_the_rest(screen: Any, made: reports.Report) -> None:
    screen.goto(_file(made, "history", "en").as_uri())
    screen.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    hidden = screen.locator("th.minor").evaluate_all("cells => cells.filter(c => !c.checkVisibility()).length")

    assert (hidden > 0) == (screen.viewport_size["width"] < 600)
    assert screen.get_by_role("link", name="Tables (Excel)").get_attribute("href") == "tables.xlsx"


def test_links_lead_from_the_list_of_reports_to_a_page_its_sections_and_other_languages(
    screen: Any, made: reports.Report
) -> None:
    screen.goto(_file(made, "index", "en").as_uri())
    screen.get_by_role("link", name="30 Sep 2026").first.click()
    assert screen.locator("h1").inner_text() == TITLES["history"][0]

    screen.get_by_role("link", name="繁體中文").click()
    assert screen.locator("h1").inner_text() == TITLES["history"][2]
    screen.goto(_file(made, "overview", "zh-CN").as_uri())
    screen.locator("article h2 a").first.click()

    assert screen.locator("h1").inner_text() == TITLES["history"][1]
    assert screen.evaluate("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("scheme", PAPER)
def test_the_page_follows_the_readers_light_or_dark(browser: Any, made: reports.Report, scheme: Any) -> None:
    with browser.new_context(color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(_file(made, "history", "en").as_uri())
        paper, ink = (
            sum(map(int, re.findall(r"\d+", page.evaluate(f"getComputedStyle(document.body).{what}"))[:3])) / 3
            for what in ("backgroundColor", "color")
        )

    assert PAPER[scheme][0] <= paper <= PAPER[scheme][1]
    assert abs(paper - ink) > 120


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_the_list_of_reports_is_filtered_by_choosing(screen: Any, tmp_path: Path, lang: str) -> None:
    for name, status in (("Acme", "ok"), ("Globex", "ok"), ("Globex", "failed")):
        stored.report(tmp_path, "2026-08-31", name=name, status=status)
    index.rebuild(tmp_path)
    screen.goto((tmp_path / f"index.{lang}.html").as_uri())
    runs = screen.locator("section:last-of-type tbody tr")
    assert [row.is_visible() for row in runs.all()] == [True] * 3

    screen.locator("select").first.select_option(label="Globex")
    assert {row.inner_text().split("\t")[1].strip() for row in runs.all() if row.is_visible()} == {"Globex"}


@pytest.mark.parametrize("lang", ["en", "zh-CN", "zh-TW"])
def test_filters_that_nothing_fits_say_so_below_each_list_and_only_then(screen: Any, tmp_path: Path, lang: str) -> None:
    stored.report(tmp_path, "2026-08-31", name="Acme", languages=list(LANGUAGES))
    stored.report(tmp_path, "2026-09-30", name="Globex", status="failed", languages=list(LANGUAGES))
    index.rebuild(tmp_path)
    screen.goto((tmp_path / f"index.{lang}.html").as_uri())
    runs = screen.locator("section:last-of-type .nothing")
    screen.locator("#by-day").select_option(label=Words(lang).date("2026-09-30"))
    heights = []
    for company in ("Acme", "Globex"):
        screen.locator("#by-company").select_option(label=company)
        heights.append(runs.bounding_box()["height"])

    assert heights[0] > 10
    assert heights[1] == 0
    assert Words(lang).phrase("page.index_nothing") in screen.content()


def _visible(rows: Any) -> list[str]:
    return [row.locator("bdi").first.inner_text() for row in rows.all() if row.is_visible()]


@pytest.mark.parametrize(("lang", "whole"), [("en", "all by region"), ("zh-CN", "全部区域"), ("zh-TW", "全部區域")])
def test_parts_are_chosen_by_level_and_their_ranking_stays_with_them(
    screen: Any, tmp_path: Path, lang: str, whole: str
) -> None:
    languages, parts = list(LANGUAGES), []
    stored.report(tmp_path, "2026-09-30", languages=languages)
    for region in ("North", "<b>South</b>"):
        name = folders.name("Acme", f"region={region}")
        stored.report(tmp_path, "2026-09-30", name=name, company="Acme", scope=f"region={region}",
                      languages=languages, inputs_changed=region == "North")  # fmt: skip
        parts.append({"scope": f"region={region}", "folder": name})
    asked = {"company": "Acme", "as_of": "2026-09-30", "scope": "", "levels": ["region"], "languages": languages}
    (tmp_path / "2026-09-30" / "Acme, each region.json").write_text(json.dumps(asked | {"parts": parts}), "utf-8")
    index.rebuild(tmp_path)
    screen.goto((tmp_path / f"index.{lang}.html").as_uri())
    runs, rankings = (screen.locator(f"section:{which} tbody tr") for which in ("last-of-type", "nth-of-type(2)"))
    assert len(_visible(runs)) == 3

    screen.locator("#by-scope").select_option(label=whole)
    assert sorted(_visible(runs)) == sorted(_scope(lang, region) for region in ("North", "<b>South</b>"))
    screen.locator("#by-scope").select_option(label="<b>South</b>")
    assert _visible(runs) == [_scope(lang, "<b>South</b>")]
    assert [row.is_visible() for row in rankings.all()] == [True]

    rankings.first.locator(f"a[lang={lang}]").click()
    assert screen.locator("html").get_attribute("lang") == lang
    assert screen.locator("[role=status].problem").is_visible()
    assert screen.evaluate("document.documentElement.scrollWidth") <= screen.viewport_size["width"]
    assert len(_visible(screen.locator("tbody tr"))) == 2


def _scope(lang: str, region: str) -> str:
    return {"en": f"region {region}", "zh-CN": f"区域：{region}", "zh-TW": f"區域：{region}"}[lang]

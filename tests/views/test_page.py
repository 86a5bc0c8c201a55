"""Page and shell: one output a section in all languages, and one HTML file that is whole, small and safe."""

import json
import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from tests.conftest import shared_data
from tests.views import results
from workbench.findings import Finding
from workbench.run import Run
from workbench.settings import LANGUAGES, Settings
from workbench.sources.quality import Quality, Step
from workbench.views import page as page_module
from workbench.views import shell, show, tables, words
from workbench.views.page import Page
from workbench.views.shell import MIME, CodeCell, Entry, Fragment, Index, IndexRow, Link, Overview, Problem, ShellPage
from workbench.views.words import Words

SETTINGS = Settings.model_validate(
    {
        "company": {"name": {"en": "Acme", "zh-CN": "远帆"}, "currency": "CNY", "made_up": True},
        "calendar": {"country": "CN"},
        "sources": {"orders": {"files": ["orders.csv"]}},
        "dimensions": {"region": ["region"]},
    }
)
NAMES = [f"客户{n}" for n in range(14)]
VOID = {"meta", "br", "hr", "img", "input", "link", "wbr"}
TAGS = set(" ".join((
    "html head meta title style body a div nav ul ol li header h1 h2 h3 main section article footer p span var bdi",
    "figure figcaption svg g path text use defs clippath rect details summary pre code table caption thead tbody tr",
    "th td dl dt dd",
)).split())  # fmt: skip
COVERS = (pd.Timestamp("2024-04-01"), pd.Timestamp("2026-09-30"))
OVERLAP = {"files": ("a.csv", "b.csv"), "first": pd.Timestamp("2026-01-01"), "last": pd.Timestamp("2026-01-09")}
UNMATCHED = {"column": "product", "reference": "products", "values": ("GTXPro",), "nearest": ("GTX Pro",)}
QUALITY = Quality(
    steps=(
        Step("orders", "read", 1000, 5e6, {"file": "orders.csv", "first": COVERS[0], "last": COVERS[1]}),
        Step("orders", "overlap", 12, 3.5e4, OVERLAP),
        Step("opportunities", "unmatched", 7, None, UNMATCHED),
    ),
    missing=("payments",),
    digests={"orders.csv": "abc123"},
)


@dataclass
class Data:
    """Stands in for what sources load."""

    covers: tuple[pd.Timestamp, pd.Timestamp] = COVERS
    quality: Quality = QUALITY


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What a notebook would have been given."""
    outputs: list[dict[str, Any]] = []
    monkeypatch.setattr(page_module, "_show_in_notebook", outputs.append)
    return outputs


def _run(scope: str = "", settings: Settings = SETTINGS) -> Run:
    return Run.start(settings, as_of="2026-09-30", scope=scope, lang="en, zh-CN, zh-TW")


def _whole_page(names: list[str] = NAMES, settings: Settings = SETTINGS, data: Any = None, scope: str = "") -> Page:
    page = Page(_run(scope, settings), "history")
    made = results.each(names)
    totals, growth, breakdown, bridge, concentration, season, scorecard, unknown = made
    page.open(data or Data())
    page.answer(growth, bridge, (breakdown,), unknown)
    page.tiles(scorecard)
    page.lead(totals)
    page.decide(*made)
    page.show(bridge, (breakdown,), concentration, season, unknown)
    page.show(totals, scorecard, growth)
    page.close(data or Data())
    return page


@pytest.fixture(scope="module")
def whole() -> list[dict[str, Any]]:
    """What a notebook that shows all results would have been given; only looked at."""
    outputs: list[dict[str, Any]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_module, "_show_in_notebook", outputs.append)
        _whole_page()
    return outputs


@pytest.mark.parametrize(("last", "said"), [("2026-09-22", True), ("2026-09-23", False), ("2026-09-30", False)])
def test_orders_that_end_before_the_day_of_the_report_are_told_at_the_start(
    shown: list[dict[str, Any]], last: str, said: bool
) -> None:
    Page(_run(), "history").open(Data((COVERS[0], pd.Timestamp(last))))
    told = shown[0][MIME]["html"]

    assert ("Orders end on 22 Sep 2026." in told["en"], "2026年9月22日" in told["zh-CN"]) == (said, said)
    assert said == ("訂單資料止於" in told["zh-TW"])


@pytest.mark.parametrize("scope", ["", "region=华东"])
def test_a_part_s_page_says_that_the_whole_company_s_report_may_expect_something_else_of_it(
    shown: list[dict[str, Any]], scope: str
) -> None:
    Page(_run(scope), "history").close(Data())

    assert ("What is expected here is reckoned from" in shown[0][MIME]["html"]["en"]) == (scope != "")


def test_a_section_names_the_tables_that_it_is_made_from_and_no_others(whole: list[dict[str, Any]]) -> None:
    told = {output[MIME]["id"]: output[MIME]["html"]["en"] for output in whole if "html" in output[MIME]}

    assert "Data used: orders, 1 Apr 2024 to 30 Sep 2026." in told["bridge-product"]
    assert re.search(r"Data used: orders, opportunities, [^.]*; not had: payments\.", told["scorecard"])


def _html(shown: list[dict[str, Any]], lang: str, **more: Any) -> str:
    parts = tuple(Fragment.of(output[MIME]) for output in shown)
    return shell.page(ShellPage("History", lang, (*parts, CodeCell("x = '</pre><script>'", 3)), **more))  # type: ignore[arg-type]


class _Reader(HTMLParser):
    """Collects elements, attributes and text, and checks that what is opened is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.headings: list[int] = []
        self.text: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def test_each_call_gives_one_output_a_section_in_every_language(whole: list[dict[str, Any]]) -> None:
    roles = [output[MIME]["role"] for output in whole]
    assert roles == ["title", "answer", "tiles", "lead", "decisions", *["section"] * 8, "data", "definitions"]
    assert all(set(output[MIME]["html"]) == set(LANGUAGES) for output in whole)
    assert all("text/html" in output and "text/plain" in output for output in whole)
    assert len({output[MIME]["id"] for output in whole}) == len(whole)
    assert json.loads(json.dumps(whole)) == whole


def test_the_data_section_carries_digests_and_rows_for_the_manifest(shown: list[dict[str, Any]]) -> None:
    Page(_run(), "history").close(Data())
    assert shown[0][MIME]["provenance"] == {"digests": {"orders.csv": "abc123"}, "rows": {"orders": 1000}}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_is_one_well_formed_file_without_script_or_network(whole: list[dict[str, Any]], lang: str) -> None:
    html = _html(
        whole,
        lang,
        pages=(Link("History", "history.html", current=True),),
        languages=(Link("", "x.html", "zh-TW"),),
        provenance=(("run", "abc"), ("odd key", "1 & 2")),
        revision=3,
    )
    reader = _read(html)
    assert html.startswith("<!DOCTYPE html>")
    assert ("html", "lang", lang) in reader.attributes
    policy = next(value for tag, name, value in reader.attributes if tag == "meta" and value.startswith("default-src"))
    assert policy == (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )
    assert set(reader.tags) <= TAGS
    assert not re.search(r"(src|href)=\"(https?:)?//", html)
    assert "url(" not in html.replace("url(#", "")
    assert len(reader.ids) == len(set(reader.ids))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_is_under_60_kb_without_its_figures(whole: list[dict[str, Any]], lang: str) -> None:
    assert len(re.sub(r"<svg.*?</svg>", "", _html(whole, lang), flags=re.DOTALL).encode()) < 60_000


def test_headings_step_down_one_at_a_time(whole: list[dict[str, Any]]) -> None:
    parts = tuple(Fragment.of(output[MIME]) for output in whole)
    overview = shell.overview(Overview("Acme", "en", (Entry("history", "History", "history.en.html", parts),)))
    for html in (_html(whole, "en"), overview):
        levels = _read(html).headings
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_two_renderings_are_byte_identical(shown: list[dict[str, Any]]) -> None:
    _whole_page()
    once = _html(shown, "en")
    shown.clear()
    _whole_page()
    assert _html(shown, "en") == once


def test_made_up_data_is_said_on_every_page(whole: list[dict[str, Any]]) -> None:
    for lang in LANGUAGES:
        assert words.phrase("page.made_up", lang) in _html(whole, lang)


def test_every_figure_and_table_can_be_heard(whole: list[dict[str, Any]]) -> None:
    html = _html(whole, "zh-CN")
    for figure in re.findall(r"<svg[^>]*>", html):
        assert 'role="img"' in figure
        assert re.search(r'aria-label="[^"]{8,}"', figure)
    found = re.findall(r"<table>.*?</table>", html, flags=re.DOTALL)
    assert len(found) == 7
    for table in found:
        assert re.search(r"<caption[^>]*>[^<]{4,}", table)
        assert all("scope=" in head for head in re.findall(r"<th[ >][^>]*>?", table))


def test_a_phone_shows_at_most_seven_columns(whole: list[dict[str, Any]]) -> None:
    for row in re.findall(r"<thead>\s*<tr>(.*?)</tr>", _html(whole, "en"), flags=re.DOTALL):
        assert len([head for head in re.findall(r"<th[^>]*>", row) if "minor" not in head]) <= 7


def test_a_result_that_led_the_page_is_not_drawn_again(shown: list[dict[str, Any]]) -> None:
    page, totals = Page(_run(), "history"), results.totals()
    page.lead(totals)
    page.show(totals)
    assert "<svg" in shown[0][MIME]["html"]["en"]
    assert "<svg" not in shown[1][MIME]["html"]["en"]
    assert "<table" in shown[1][MIME]["html"]["en"]


def test_more_shows_the_point_and_keeps_figure_table_and_method_a_tap_away(shown: list[dict[str, Any]]) -> None:
    page, bridge = Page(_run(), "history"), results.bridge(NAMES)
    page.show(bridge)
    page.more(bridge)
    whole, folded = (output[MIME]["html"]["en"] for output in shown)
    seen, hidden = folded.split('<details class="folded">')
    assert _read(folded).open == []
    assert "<svg" not in seen
    assert hidden.count("<svg") == whole.count("<svg") > 0
    assert seen.count("<p>") == 1


def test_an_unknown_result_says_what_is_missing_and_what_would_bring_it(shown: list[dict[str, Any]]) -> None:
    Page(_run(), "history").show(results.unknown())
    text = " ".join(_read(shown[0][MIME]["html"]["en"]).text)
    assert "There are 9 whole periods and 24 are needed" in " ".join(text.split())
    assert "longer history" in text


def test_one_decision_under_two_names_is_named_once(shown: list[dict[str, Any]]) -> None:
    region, team = (
        results.breakdown(["North", "South"], "region"),
        results.breakdown(["North team", "South team"], "team"),
    )
    Page(_run(), "history").decide(region, team)
    html = shown[0][MIME]["html"]["en"]
    assert html.count("<li>") == 1
    text = "".join(_read(html).text)
    assert "whoever leads region North" in text
    assert "2.4 times its usual ups and downs" in text


def test_a_page_with_nothing_to_decide_says_so(shown: list[dict[str, Any]]) -> None:
    Page(_run(), "history").decide(results.totals())
    assert words.phrase("page.decisions_none", "en") in shown[0][MIME]["html"]["en"]


def test_terms_used_on_the_page_are_defined_once(whole: list[dict[str, Any]]) -> None:
    html = whole[-1][MIME]["html"]["zh-TW"]
    terms = re.findall(r"<dt>(.*?)</dt>", html)
    assert "年增率" in terms
    assert len(terms) == len(set(terms))


def test_the_data_section_says_what_was_done_to_rows_and_how_much_money_it_touches(shown: list[dict[str, Any]]) -> None:
    Page(_run(), "history").close(Data())
    text = " ".join("".join(_read(shown[0][MIME]["html"]["en"]).text).split())
    assert "12 rows stand in more than one of a.csv, b.csv (1 Jan 2026 to 9 Jan 2026) and are counted once" in text
    assert "¥35.0k too much" in text
    assert "GTXPro" in text
    assert "did they mean GTX Pro?" in text
    assert "Payments: would add cash collection" in text


def test_a_scope_stands_in_the_title_line(shown: list[dict[str, Any]]) -> None:
    Page(_run("region=华东"), "history").open(Data())
    assert "<bdi>region 华东</bdi>" in shown[0][MIME]["html"]["en"]


def test_facts_are_one_line_of_json_without_nan(capsys: pytest.CaptureFixture[str]) -> None:
    Page(_run(), "history").facts(results.growth(), results.unknown(), rate=float("nan"), n=3.0)
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"sales": 31200000, "sales_before": 28500000, "growth": 0.0947, "rate": None, "n": 3}
    ]


def test_tables_are_left_for_the_workbook_with_titles_and_kinds(
    shown: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORKBENCH_TABLES", str(tmp_path))
    _whole_page()
    for about in tmp_path.glob("*.json"):
        told = json.loads(about.read_text("utf-8"))
        frame = pd.read_parquet(about.with_suffix(".parquet"))
        assert list(frame.columns) == list(told["columns"]), about.name
        assert set(told["title"]) == set(LANGUAGES)
        assert told["currency"] == "CNY"
        assert {column["kind"] for column in told["columns"].values()} <= set(tables.KINDS)
    assert sorted(p.stem for p in tmp_path.glob("*.parquet")) == sorted(p.stem for p in tmp_path.glob("*.json"))
    by_customer = pd.read_parquet(tmp_path / "history.by-customer.parquet")
    assert len(by_customer) == 15  # all nodes, also those that the page gathers as the rest
    assert by_customer["node"].isna().sum() == 1  # unknown stays unknown


def test_a_table_s_rest_and_total_tie(shown: list[dict[str, Any]]) -> None:
    made = results.breakdown([f"n{n}" for n in range(40)])
    view = show.view(made, Words("en", "USD", "1"), pd.Timestamp("2026-09-30"))
    amounts = [float(line.cells[0].replace(",", "").replace("−", "-")) for line in view.tables[0].lines]
    assert len(amounts) == 14
    assert sum(amounts[:-1]) == pytest.approx(amounts[-1], abs=7)  # each of 13 rows is rounded


@pytest.mark.parametrize("status", ["failed", "timed_out", "kernel_died", "skipped"])
def test_a_page_that_is_not_whole_says_so_first(shown: list[dict[str, Any]], status: Any) -> None:
    Page(_run(), "history").open(Data())
    for lang in LANGUAGES:
        html = _html(shown, lang, problem=Problem(status, "ValueError: <b>bad</b>", 4))
        body = html[html.index("</a>") :]
        assert body.index('class="problem"') < body.index("<h1>")
        assert "&lt;b&gt;bad&lt;/b&gt;" in html
        assert "4" in re.findall(r'class="problem"[^>]*>([^<]*)', html)[0]


def test_the_index_lists_reports_and_marks_made_up_ones() -> None:
    row = IndexRow(
        "2026-09-30", "region=<华东>", 2, "failed", (Link("History", "a/history.en.html", "en"),), "Acme", True
    )
    reader = _read(shell.index(Index("en", (row, replace(row, scope="", status="ok")))))
    text = " ".join(reader.text)
    for said in ("30 Sep 2026", "region <华东>", "whole company", "failed", "complete", "made-up data"):
        assert said in text
    assert "no reports yet" in shell.index(Index("en", ()))


def test_the_newest_whole_report_stands_apart_and_replaced_revisions_are_grey() -> None:
    row = IndexRow("2026-09-30", "", 3, "failed", (Link("", "r3.html", "en"),), "Acme")
    rows = (row, replace(row, revision=2, status="ok", links=(Link("", "r2.html", "en"),)), replace(row, revision=1))
    html = shell.index(Index("en", rows))
    newest = html[html.index('class="newest"') : html.index("</section>")]
    assert "r2.html" in newest
    assert "r3.html" not in newest
    assert html.count('<tr class="earlier ') == 1


def test_the_workbook_has_words_where_analytics_has_codes(
    shown: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORKBENCH_TABLES", str(tmp_path))
    _whole_page()
    cells = {
        str(v) for file in tmp_path.glob("*.parquet") for v in pd.read_parquet(file).select_dtypes("string").stack()
    }
    assert {"Sales", "price", "sold in both", "CNY"} <= cells
    assert cells.isdisjoint({"sales", "gross_sales", "both", "lost", "average_order_value", "money"})


def test_tables_and_terms_are_one_tap_away(whole: list[dict[str, Any]]) -> None:
    open_html = re.sub(r"<details.*?</details>", "", _html(whole, "en"), flags=re.DOTALL)
    assert open_html.count("<table>") == 2  # the key figures, and now against before: their table is the point
    assert "<dt>" not in open_html


def test_orders_come_first_in_what_was_read(shown: list[dict[str, Any]]) -> None:
    steps = (Step("reps", "read", 3, None, {"file": "reps.csv"}), *QUALITY.steps)
    Page(_run(), "history").close(Data(quality=replace(QUALITY, steps=steps)))
    html = shown[0][MIME]["html"]["en"]
    assert html.index("orders.csv") < html.index("reps.csv")


def test_quarters_are_not_called_years(shown: list[dict[str, Any]]) -> None:
    made = results.breakdown(["North", "South"])
    quarter = replace(made, spans=replace(made.spans, name="quarter"))
    heads = [head.title for head in show.view(quarter, Words("zh-CN", "CNY"), COVERS[1]).tables[0].heads]
    assert "环比" in heads
    assert "同比" not in heads


def test_a_part_without_the_language_shows_the_one_it_has() -> None:
    html = shell.page(ShellPage("t", "zh-TW", (Fragment("section", "a", {}, {"en": "<p>only English</p>"}),)))
    assert "only English" in html


def _nasty() -> list[str]:
    return [s for s in json.loads((shared_data("nasty") / "blns" / "blns.json").read_text("utf-8")) if s]


def test_no_hostile_name_becomes_markup(shown: list[dict[str, Any]]) -> None:
    _named_page(NAMES[:11], SETTINGS, Data())
    usual, nasty = _shape(_html(shown, "en")), _nasty()
    for start in range(0, len(nasty), 11):
        names = (nasty[start : start + 11] * 11)[:11]
        settings = SETTINGS.model_copy(update={"company": SETTINGS.company.model_copy(update={"name": names[0]})})
        step = Step(
            "orders",
            "unmatched",
            1,
            2.0,
            {"column": names[1], "reference": names[2], "values": tuple(names), "nearest": names[:1]},
        )
        shown.clear()
        _named_page(names, settings, Data(quality=Quality((step,), digests={})))
        html = _html(shown, "en")
        tags, attributes = _shape(html)
        assert tags <= usual[0]
        assert attributes <= usual[1]
        for figure in re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL):
            ElementTree.fromstring(figure)
        assert set(_read("".join(output["text/html"] for output in shown)).tags) <= TAGS


def _named_page(names: list[str], settings: Settings, data: Any) -> None:
    """A page of the results that name nodes, in one language, its scope and dimensions named alike."""
    page = Page(Run(settings, pd.Timestamp("2026-09-30"), {names[0]: names[1]}, ("en",)), "history")
    breakdown, bridge = results.breakdown([*names, None], names[3]), results.bridge([*names, None])
    page.open(data)
    page.answer(bridge, breakdown)
    page.decide(breakdown)
    page.show(bridge, breakdown, results.concentration(names))
    page.close(data)


def _shape(html: str) -> tuple[set[str], set[tuple[str, str, str]]]:
    """The elements and attributes of a page; texts in attributes are for people, so only that they are there counts."""
    reader = _read(html)
    free = {
        "aria-label",
        "id",
        "d",
        "transform",
        "x",
        "y",
        "width",
        "height",
        "href",
        "xlink:href",
        "clip-path",
        "aria-labelledby",
    }
    return set(reader.tags), {
        (tag, name, "" if name in free else _plain_style(name, value)) for tag, name, value in reader.attributes
    }


def _plain_style(name: str, value: str) -> str:
    """Styles by the names of their properties: figures differ in lengths, not in what they may set."""
    return " ".join(sorted(part.split(":")[0] for part in value.split(";"))) if name == "style" else value


def test_every_hostile_string_survives_as_text() -> None:
    from workbench.views.markup import render

    for name in _nasty():
        said = Words("en").say("page.owner", {"node": name})
        html = render("answer.html", sentences=[said])
        assert "".join(_read(str(html)).text).strip() == str(said)
        assert _read(str(html)).tags == ["div", "p", "bdi"]


def test_one_part_of_the_company_asks_once_for_what_weighs_most() -> None:
    part = {"level": "region", "node": "North"}
    cause, risk = Finding("a", part, weight=2.0), Finding("b", part, weight=5.0)
    whole, other = Finding("c", {"node": None}, weight=9.0), Finding("d", part | {"node": "South"}, weight=1.0)

    assert [f.key for f in page_module._heaviest([cause, risk, whole, other])] == ["c", "b", "d"]

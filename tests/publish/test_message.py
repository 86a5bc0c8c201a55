"""The message of a run: what matters, in few lines, and nothing in it that a chat service would act on."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import shared_data
from tests.publish import stored
from workbench.publish import manifest, message
from workbench.publish.message import Place
from workbench.settings import LANGUAGES, Settings

HOSTILE = [
    "@channel",
    "<!everyone>",
    "<!subteam^S1|all>",
    '<at user_id="all">所有人</at>',
    "<@U123>",
    "[Acme](https://evil.example/x)",
    "![x](http://evil.example/x.png)",
    "*bold* _it_ ~gone~ `code` # head",
    "https://evil.example",
    "www.evil.example",
    ":fire: :+1:",
    "a\r\nBcc: everyone@evil.example",
    "\u202eevil",
    "{{title}} ${HOME}",
    "\\n\\x41",
]
MARKS = re.compile(r"[@<>\[\]*`#~|\\]|(?<=[a-zA-Z])://|\bwww\.|[\r\u202a-\u202e]")
COMPANY = Settings(
    company={"name": {"en": "Acme", "zh-CN": "甲公司"}, "currency": "CNY", "languages": ["en", "zh-CN"]},
    sources={"orders": {"files": ["a.csv"]}},
)


def said(*answers: str, decisions: tuple[tuple[str, ...], ...] = ()) -> dict[str, Any]:
    return {"answer": {"en": list(answers)}, "decisions": {"en": [list(d) for d in decisions]}}


def told(tmp_path: Path, lang: str = "en", **more: Any) -> message.Message:
    folder = stored.report(tmp_path / "reports", "2026-09-30", **more)
    return message.of_report(manifest.read(folder) or {}, folder, Place(tmp_path / "reports"), lang)  # type: ignore[arg-type]


def test_a_message_says_whose_report_of_when_with_the_answers_decisions_and_the_path(tmp_path: Path) -> None:
    decided = ("Call Beta.", "Owner: head of sales", "At stake: ¥1M", "How sure: by size")
    books = {"history": {"said": said("Sales rose 3%.", decisions=(decided,))}, "plan": {"said": said("Aim for 9.")}}
    made = told(tmp_path, scope="region=华东", books=books)

    assert made.title == "Acme, region 华东, as of 30 Sep 2026: report ready"
    assert made.body.split("\n") == [
        "History",
        "• Sales rose 3%.",
        "",
        "Plan",
        "• Aim for 9.",
        "",
        "What needs a decision",
        "• Call Beta. · Owner: head of sales · At stake: ¥1M",
        "",
        str(tmp_path / "reports/2026-09-30/Acme/r1/overview.en.html"),
    ]
    assert made.kind == "success"


def test_a_failure_says_which_notebook_and_why(tmp_path: Path) -> None:
    books = {"plan": {"status": "failed", "error": "failed in cell 4: KeyError: 'x'"}}
    made = told(tmp_path, status="failed", books=books)

    assert (made.title, made.kind) == ("Acme, whole company, as of 30 Sep 2026: report failed", "failure")
    assert "• Plan: failed in cell 4: KeyError: 'x'" in made.body.split("\n")


def test_what_calls_for_attention_is_told_as_such(tmp_path: Path) -> None:
    since = {"then": "2026-06-30", "revision": 1, "beyond": 2, "restated": 1, "said": {"en": ["Cash fell."]}}
    made = told(tmp_path, since=since)

    assert (made.title.rpartition(": ")[2], made.kind) == ("report ready, with alerts", "warning")
    lines = made.body.split("\n")
    assert lines[0] == (
        "2 figures moved beyond the usual ups and downs; sales of 1 earlier month are told differently than before."
    )
    assert lines[2:4] == ["Since 30 Jun 2026", "• Cash fell."]


@pytest.mark.parametrize(
    ("more", "alert"),
    [
        ({}, False),
        ({"facts": {"alerts": 0}}, False),
        ({"facts": {"alerts": 2}}, True),
        ({"inputs_changed": True}, True),
        ({"status": "failed"}, True),
        ({"since": {"beyond": 1, "restated": 0}}, True),
        ({"since": {"beyond": 0, "restated": 3}}, True),
        ({"since": {"beyond": 0, "restated": 0}}, False),
        ({"since": None}, False),
    ],
)
def test_alerts_are_failures_raised_alerts_moves_beyond_noise_and_a_restated_past(
    tmp_path: Path, more: dict[str, Any], alert: bool
) -> None:
    assert message.alerts(manifest.read(stored.report(tmp_path, "2026-09-30", **more)) or {}) is alert


def test_made_up_data_are_said_to_be_so(tmp_path: Path) -> None:
    assert told(tmp_path, made_up=True).body.startswith("Made-up data")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_from_the_data_is_no_mention_no_link_and_no_format(tmp_path: Path, name: str) -> None:
    books = {"history": {"said": said(f"{name} fell.", decisions=((f"Call {name}.", f"Owner: {name}"),)),
                         "error": f"KeyError: {name}"}}  # fmt: skip
    since = {"then": "2026-06-30", "revision": 1, "beyond": 1, "restated": 0, "said": {"en": [name]}}
    made = told(tmp_path, scope=json.dumps({"customer": name}), books=books, since=since)
    body, _, where = made.body.rpartition("\n")

    assert MARKS.findall(made.title + body) == []
    assert "\n" not in made.title
    assert not any(line.lstrip().startswith(("-", "+", "1.", "=")) for line in body.splitlines())
    assert where.endswith("overview.en.html")


def test_names_stay_readable() -> None:
    assert message.plain("@channel of <Acme> R&D, order_count 3 * 4") == "＠channel of ＜Acme＞ R&D, order_count 3 ＊ 4"


@given(st.text())
def test_no_text_keeps_a_mark(text: str) -> None:
    plain = message.plain(text)

    assert MARKS.findall(plain) == []
    assert "\n" not in plain
    assert not re.search(r"(?<![^\W_])_|_(?![^\W_])", plain)


def test_the_naughty_strings_keep_no_mark() -> None:
    for name in json.loads(shared_data("nasty/blns/blns.json").read_text("utf-8")):
        assert MARKS.findall(message.plain(name)) == [], name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_long_message_fits_every_service_and_says_that_there_is_more(tmp_path: Path, lang: str) -> None:
    both = ("en", "zh-CN")
    long = {"answer": dict.fromkeys(both, ["华东" * 80] * 3), "decisions": dict.fromkeys(both, [["决定" * 100]] * 5)}
    made = told(tmp_path, lang, books={name: {"said": long} for name in ("history", "forecast", "plan")})

    assert len((made.title + made.body).encode()) <= message.LONGEST
    lines = made.body.split("\n")
    assert lines[-1].endswith(f"overview.{'zh-CN' if lang == 'zh-CN' else 'en'}.html")
    assert lines[-3] == {"en": "More in the report.", "zh-CN": "其余见报告。", "zh-TW": "其餘見報告。"}[lang]
    headings = [i for i, line in enumerate(lines[:-3]) if line and not line.startswith("•")]
    assert all(lines[i + 1].startswith("•") for i in headings)


def test_a_short_message_does_not_say_that_there_is_more(tmp_path: Path) -> None:
    assert "More in the report." not in told(tmp_path, books={"history": {"said": said("A.")}}).body


def test_a_served_report_is_told_by_its_address(tmp_path: Path) -> None:
    folder = stored.report(tmp_path, "2026-09-30", name="甲 公司")
    made = message.of_report(manifest.read(folder) or {}, folder, Place(tmp_path, "https://r.example"), "zh-CN")

    assert made.title == "甲 公司，全公司，截至2026年9月30日：报告已生成"
    assert made.body.split("\n")[-1] == (
        "https://r.example/2026-09-30/%E7%94%B2%20%E5%85%AC%E5%8F%B8/r1/overview.zh-CN.html"
    )


def test_many_reports_are_told_in_one_message(tmp_path: Path) -> None:
    parts = [("region=华东", "ok", ""), ("region=@all", "failed", "history: no"), ("region=华北", "unchanged", "")]
    page = tmp_path / "list.html"
    made = message.of_many(COMPANY, ("region",), date(2026, 9, 30), parts, page, Place(tmp_path), "en")

    assert made.title == "Acme, by region, as of 30 Sep 2026: 1 of 3 reports failed"
    assert made.body.split("\n") == ["Made: 1 new, 1 as they were.", "• region ＠all: history: no", "", str(page)]


def test_hundreds_of_failures_fit(tmp_path: Path) -> None:
    parts = [(f"region={i}", "failed", "no room " * 20) for i in range(300)]
    made = message.of_many(COMPANY, ("region",), date(2026, 9, 30), parts, tmp_path / "x", Place(tmp_path), "zh-CN")

    assert "300份报告中有300份出错" in made.title
    assert len((made.title + made.body).encode()) <= message.LONGEST
    assert "其余见报告。" in made.body


def test_what_changed_is_told_under_the_day_of_the_report_that_each_page_is_compared_with(tmp_path: Path) -> None:
    since = {"then": "2026-08-31", "revision": 2, "beyond": 0, "restated": 0, "said": {"en": ["A.", "B.", "C."]}}
    told_of = [("2026-08-31", "A."), ("2026-06-30", "B."), ("2026-08-31", "C.")]
    apart = [{"then": day, "revision": 1, "pages": ["plan"], "said": {"en": [text]}} for day, text in told_of]
    made = told(tmp_path, since=since | {"with": apart})

    assert made.body.split("\n")[:6] == ["Since 31 Aug 2026", "• A.", "• C.", "", "Since 30 Jun 2026", "• B."]


def test_data_that_moved_while_many_reports_were_made_are_told(tmp_path: Path) -> None:
    parts = [("region=a", "ok", ""), ("region=b", "ok", "")]
    page, place = tmp_path / "x", Place(tmp_path)
    made = message.of_many(COMPANY, ("region",), date(2026, 9, 30), parts, page, place, "en", ["orders.csv"])

    assert made.kind == "warning"
    assert "Data changed while the report was made; it may mix old and new: orders.csv." in made.body

"""Sentences: slots chosen and filled, names apart from the text."""

import pandas as pd
import pytest

from workbench.settings import LANGUAGES
from workbench.views import words
from workbench.views.words import Words, slots


def test_a_choice_goes_by_the_value_then_the_sign_then_number_then_other() -> None:
    source = slots.parsed("{x:5=five|+=up|-=down|one=one|none=unknown|other=else}")
    said = {value: str(_filled(source, value)) for value in (5, 2.5, -1, 1, None, 0)}
    assert said == {5: "five", 2.5: "up", -1: "down", 1: "one", None: "unknown", 0: "else"}


def test_a_choice_may_hold_slots_again() -> None:
    source = slots.parsed("rows{amount:none=|other= ({amount:money})}.")
    assert str(_filled(source, None, "amount")) == "rows."
    assert str(_filled(source, 1234.0, "amount")) == "rows (1.23k)."


def test_a_value_that_is_not_given_is_named() -> None:
    with pytest.raises(KeyError, match="needs a value 'amount'"):
        Words("en").phrase("history.worst", {"every": "month", "period": pd.Timestamp("2026-01-01"), "periods": 3})


def test_the_headline_reads_as_a_native_would_say_it() -> None:
    t = pd.Timestamp
    values = {
        "span": "year_to_date",
        "rate": 0.093,
        "direction": "up",
        "amount": 31.2e6,
        "amount_before": 28.5e6,
        "change": 2.65e6,
        "now_first": t("2026-01-01"),
        "now_last": t("2026-09-30"),
        "before_first": t("2025-01-01"),
        "before_last": t("2025-09-30"),
    }
    assert [Words(lang, "CNY").phrase("history.growth", values) for lang in LANGUAGES] == [
        "Sales rose 9.3% to ¥31.2M (Jan–Sep 2026), ¥2.65M more than the ¥28.5M of Jan–Sep 2025.",
        "2026年1–9月销售额3,120万元，同比增长9.3%，比2025年1–9月的2,850万元多265万元。",
        "2026年1–9月銷售額為3,120萬元，年增9.3%，較2025年1–9月的2,850萬元增加265萬元。",
    ]


def test_the_bridge_adds_to_the_headline_instead_of_repeating_it() -> None:
    effects = {"price": 4.08e6, "volume": 8.64e6, "mix": None, "new": 0.0, "lost": 0.0, "other": 0.0}
    values = {
        "by": "product",
        "before": 184e6,
        "after": 196e6,
        "change": 12.7e6,
        "convention": "before_prices",
    } | effects
    values |= {"largest": "volume", "largest_effect": 8.64e6}
    english = "Behind the change of +¥12.7M, the largest effect is that of volume and mix, +¥8.64M; "
    english += "price accounts for +¥4.08M."
    assert [Words(lang, "CNY").phrase("history.bridge", values) for lang in LANGUAGES] == [
        english,
        "销售额变动+1,270万元，影响最大的是销量与结构（+864万元），价格的影响为+408万元。",
        "銷售額變動+1,270萬元，影響最大的是銷量與組合（+864萬元），價格的影響為+408萬元。",
    ]
    values |= {"largest": "price", "largest_effect": 4.08e6, "volume": None}
    assert Words("en", "CNY").phrase("history.bridge", values).endswith("is that of price, +¥4.08M.")


def test_a_name_from_the_data_stays_apart_from_the_sentence() -> None:
    said = Words("en").say("page.owner", {"node": "Evil\u202e\n\x00 Corp"})
    assert [piece.kind for piece in said] == ["text", "node"]
    assert str(said) == "Owner: Evil Corp"


def _filled(parts: tuple[str | slots.Slot, ...], value: object, name: str = "x") -> words.Sentence:
    return words.Sentence(Words("en")._filled(parts, {name: value}, "test"))

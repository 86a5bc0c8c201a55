"""What levels are called and counted by."""

import pandas as pd

from workbench.settings import LANGUAGES
from workbench.views.words import Words


def test_chinese_counts_each_thing_with_its_own_word() -> None:
    assert [Words("zh-CN").counter(level) for level in ("customer", "product", "rep", "channel")] == list("家种名个")
    assert Words("en").counter("customer") == ""


def test_english_has_plurals_and_chinese_has_not() -> None:
    assert Words("en").levels("industry") == "industries"
    assert Words("zh-CN").levels("customer") == "客户"
    assert Words("en").phrase("quality.empty", {"table": "orders"}).startswith("Orders: ")


def test_levels_of_the_company_s_own_have_an_english_plural_too() -> None:
    own = ["color", "sales_office", "store class", "branch", "country club", "territory", "farbe", "goods", "颜色"]
    assert [Words("en").levels(name) for name in own] == [
        "colors", "sales offices", "store classes", "branches", "country clubs", "territories", "farbes", "goods",
        "颜色",
    ]  # fmt: skip
    assert Words("en").level("color") == "color"
    assert Words("zh-CN").levels("color") == "color"


def test_a_forecast_without_parts_is_called_that_of_the_whole() -> None:
    told = {"places": None, "node": None, "reasons": ("short",), "reason": "short", "amount": 1e6,
            "span": (pd.Timestamp("2027-01-01"), pd.Timestamp("2027-12-31")), "amount_before": None}  # fmt: skip
    said = {lang: Words(lang, "EUR").phrase("forecast.untrusted", told) for lang in LANGUAGES}

    assert said["en"].startswith("The forecast for the whole (")
    assert said["zh-CN"].startswith("整体")
    assert said["zh-TW"].startswith("整體")

"""Money and ratios as each reader writes them."""

import numpy as np
import pytest

from workbench.views.words import Words


@pytest.mark.parametrize(
    ("lang", "currency", "amount", "said"),
    [
        ("en", "USD", 77548570.2, "$77.5M"),
        ("en", "GBP", 748957, "£749k"),
        ("en", "CNY", -31_249_000, "−¥31.2M"),
        ("en", "CNY", 999_600, "¥1.00M"),
        ("en", "USD", 0, "$0"),
        ("en", "USD", 12.5, "$12.5"),
        ("en", "", 1_250_000_000, "1.25B"),
        ("zh-CN", "CNY", 31_249_000, "3,120万元"),
        ("zh-CN", "CNY", 125_000_000, "1.25亿元"),
        ("zh-CN", "CNY", 5_234, "5,234元"),
        ("zh-CN", "USD", 77_548_570.2, "7,750万美元"),
        ("zh-TW", "TWD", -31_249_000, "−3,120萬元"),
        ("zh-TW", "GBP", 748_957, "74.9萬英鎊"),
        ("zh-TW", "CNY", 125_000_000, "1.25億元"),
    ],
)
def test_money_has_three_significant_digits_and_the_unit_of_the_language(
    lang: str, currency: str, amount: float, said: str
) -> None:
    assert Words(lang, currency).money(amount) == said


def test_a_number_of_numpy_s_is_rounded_like_any_other() -> None:
    assert Words("en", "CNY").money(np.float64(76_450_000)) == Words("en", "CNY").money(76_450_000) == "¥76.5M"


@pytest.mark.parametrize(
    ("unit", "en", "cn"),
    [
        ("万", "¥12,300k", "1,230万元"),
        ("M", "¥12.3M", "12.3百万元"),
        ("元", "¥12,345,678", "12,345,678元"),
        ("k", "¥12,300k", "12,300千元"),
        ("亿", "¥12.3M", "0.12亿元"),
    ],
)
def test_a_company_may_fix_its_unit_of_money(unit: str, en: str, cn: str) -> None:
    assert Words("en", "CNY", unit).money(12_345_678) == en
    assert Words("zh-CN", "CNY", unit).money(12_345_678) == cn


def test_another_country_s_yuan_is_named_in_heads() -> None:
    assert Words("zh-TW", "CNY").scale([31_249_000]).unit == "人民幣萬元"
    assert Words("zh-CN", "TWD").scale([31_249_000]).unit == "新台币万元"
    assert Words("en", "CNY").scale([31_249_000]).unit == "¥ M"


def test_ratios_points_and_missing_values() -> None:
    w = Words("en")
    assert w.percent(0.0934) == "9.3%"
    assert w.percent_sign(-0.123) == "−12.3%"
    assert w.percent_sign(-0.0001) == "0.0%"
    assert w.points(0.012) == "+1.2 points"
    assert Words("zh-TW").points(-0.012) == "−1.2個百分點"
    assert w.format(float("nan"), "money") == "–"
    assert w.format(None, "percent") == "–"


def test_halves_are_rounded_alike_in_every_unit() -> None:
    for value, english, chinese in ((76_450_000, "¥76.5M", "7,650万元"), (69_450_000, "¥69.5M", "6,950万元")):
        assert Words("en", "CNY").money(value) == english
        assert Words("zh-CN", "CNY").money(value) == chinese
        assert Words("zh-CN", "CNY").money(-value) == "−" + chinese

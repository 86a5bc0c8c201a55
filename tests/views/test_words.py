"""Words: every phrase in every language, numbers and money as each reader writes them."""

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from workbench.analytics.keys import KEYS
from workbench.periods import Calendar
from workbench.settings import LANGUAGES, CalendarSettings
from workbench.sources import quality
from workbench.views import words
from workbench.views.words import Words, slots
from workbench.views.words.texts import text

ROOT = Path(__file__).parents[2]
KEYS_OF_ALL = sorted(words.phrases())
# characters that stand in one of the two scripts only, from the words that reports use most
SIMPLIFIED = set(
    "销额户订单数据产线标达业务员节现变动环长总览历书报预测计时间为较贡献结构价让读无仅应实际对从这个们开关"
)
TRADITIONAL = set(
    "銷額戶訂單數據產線標達業務員節現變動環長總覽歷書報預測計劃時間為較貢獻結構價讓讀沒無僅應實際對從這個們開關"
)


def test_each_phrase_is_there_in_each_language() -> None:
    lacking = [f"{key}: {lang}" for key, texts in words.phrases().items() for lang in LANGUAGES if not texts.get(lang)]
    unknown = [f"{key}: {lang}" for key, texts in words.phrases().items() for lang in texts if lang not in LANGUAGES]
    assert lacking == []
    assert unknown == []


def test_each_finding_that_analytics_can_return_has_words() -> None:
    assert [key for key in KEYS if key not in words.phrases()] == []


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_finding_s_words_use_only_the_values_it_has(key: str) -> None:
    for lang in LANGUAGES:
        used = slots.slots(slots.parsed(text(key, lang)))
        assert used <= set(KEYS[key]), f"{key} in {lang}"


@pytest.mark.parametrize("key", [k for k in KEYS_OF_ALL if not k.startswith("terms.")])
def test_what_one_language_says_the_others_say_too(key: str) -> None:
    said = {lang: _told(slots.parsed(text(key, lang))) for lang in LANGUAGES}
    assert said["en"] == said["zh-CN"] == said["zh-TW"]


def test_no_text_of_one_chinese_is_in_the_other_script() -> None:
    found = [(key, c) for key, texts in words.phrases().items() for c in texts["zh-TW"] if c in SIMPLIFIED]
    found += [(key, c) for key, texts in words.phrases().items() for c in texts["zh-CN"] if c in TRADITIONAL]
    assert found == []


@pytest.mark.parametrize("kind", re.findall(r"^    - ([\w, ]+):", quality.Step.__doc__ or "", re.MULTILINE))
def test_each_kind_of_quality_step_has_words(kind: str) -> None:
    for name in kind.split(", "):
        assert f"quality.{name}" in words.phrases()


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


@pytest.mark.parametrize(
    ("lang", "month", "quarter", "day"),
    [
        ("en", "Sep 2026", "2026 Q3", "30 Sep 2026"),
        ("zh-CN", "2026年9月", "2026年第三季度", "2026年9月30日"),
        ("zh-TW", "2026年9月", "2026年第3季", "2026年9月30日"),
    ],
)
def test_periods_are_named_as_each_reader_names_them(lang: str, month: str, quarter: str, day: str) -> None:
    w = Words(lang)
    assert w.month("2026-09-01") == month
    assert w.quarter("2026-07-01") == quarter
    assert w.date("2026-09-30") == day


def test_a_fiscal_year_that_is_not_the_calendar_s_says_so() -> None:
    april = Calendar(CalendarSettings(fiscal_year_starts=4))
    assert Words("en", calendar=april).quarter("2026-07-01") == "FY2027 Q2"
    assert Words("zh-CN", calendar=april).period("2026-04-01", "year") == "2027财年"
    assert Words("zh-TW", calendar=april).quarter("2026-07-01") == "2027會計年度第2季"


def test_a_stretch_of_days_is_named_by_months_where_they_are_whole() -> None:
    span = (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-09-30"))
    assert [Words(lang).days(span) for lang in LANGUAGES] == ["Jan–Sep 2026", "2026年1–9月", "2026年1–9月"]
    assert Words("en").days((pd.Timestamp("2026-01-01"), pd.Timestamp("2026-09-20"))) == "1 Jan – 20 Sep 2026"
    assert Words("zh-CN").days((pd.Timestamp("2025-10-01"), pd.Timestamp("2026-09-30"))) == "2025年10月至2026年9月"


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


def test_chinese_counts_each_thing_with_its_own_word() -> None:
    assert [Words("zh-CN").counter(level) for level in ("customer", "product", "rep", "channel")] == list("家种名个")
    assert Words("en").counter("customer") == ""


def test_a_name_from_the_data_stays_apart_from_the_sentence() -> None:
    said = Words("en").say("page.owner", {"node": "Evil\u202e\n\x00 Corp"})
    assert [piece.kind for piece in said] == ["text", "node"]
    assert str(said) == "Owner: Evil Corp"


def test_english_has_plurals_and_chinese_has_not() -> None:
    assert Words("en").levels("industry") == "industries"
    assert Words("zh-CN").levels("customer") == "客户"
    assert Words("en").phrase("quality.empty", {"table": "orders"}).startswith("Orders: ")


def test_each_required_table_and_level_has_a_name() -> None:
    from workbench.sources.contracts import TABLES

    assert [t for t in TABLES if f"terms.tables.{t}" not in words.phrases()] == []
    assert [t for t in TABLES if t != "orders" and f"terms.would_add.{t}" not in words.phrases()] == []


def test_no_phrase_file_holds_a_key_twice_or_an_empty_heading() -> None:
    for file in (ROOT / "workbench" / "views" / "phrases").rglob("*.toml"):
        assert tomllib.loads(file.read_text("utf-8")), file.name


def _told(parts: tuple[str | slots.Slot, ...]) -> set[str]:
    """The values that a text prints, as against those it only chooses by."""
    told: set[str] = set()
    for part in parts:
        if isinstance(part, slots.Slot) and part.choices is None:
            told |= {part.name}
        elif isinstance(part, slots.Slot):
            told |= set().union(*(_told(then) for _, then in part.choices or ()))
    return told - {"span", "by", "level"}  # Chinese repeats what English leaves to the context, and the other way round


def _filled(parts: tuple[str | slots.Slot, ...], value: object, name: str = "x") -> words.Sentence:
    return words.Sentence(Words("en")._filled(parts, {name: value}, "test"))


def test_every_section_of_which_nothing_can_be_told_has_a_name_in_every_language() -> None:
    """Found with a region of five orders: early warnings could not be told, and had no name to say so."""
    found = {name for file in (ROOT / "workbench" / "analytics").rglob("*.py")
             for name in re.findall(r'Unknown\(\s*section="(\w+)"', file.read_text("utf-8"))}  # fmt: skip

    assert len(found) > 30
    assert [n for n in sorted(found) if set(words.phrases().get(f"sections.{n}.name", {})) != set(LANGUAGES)] == []

"""Every phrase in every language."""

import re
import tomllib
from pathlib import Path

import pytest

from workbench.analytics.keys import KEYS
from workbench.settings import LANGUAGES
from workbench.sources import quality
from workbench.views import words
from workbench.views.words import slots
from workbench.views.words.texts import text

ROOT = Path(__file__).parents[3]
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


def test_each_required_table_and_level_has_a_name() -> None:
    from workbench.sources.contracts import TABLES

    assert [t for t in TABLES if f"terms.tables.{t}" not in words.phrases()] == []
    assert [t for t in TABLES if t != "orders" and f"terms.would_add.{t}" not in words.phrases()] == []


def test_no_phrase_file_holds_a_key_twice_or_an_empty_heading() -> None:
    for file in (ROOT / "workbench" / "views" / "phrases").rglob("*.toml"):
        assert tomllib.loads(file.read_text("utf-8")), file.name


def test_every_section_of_which_nothing_can_be_told_has_a_name_in_every_language() -> None:
    """Found with a region of five orders: early warnings could not be told, and had no name to say so."""
    found = {name for file in (ROOT / "workbench" / "analytics").rglob("*.py")
             for name in re.findall(r'Unknown\(\s*section="(\w+)"', file.read_text("utf-8"))}  # fmt: skip

    assert len(found) > 30
    assert [n for n in sorted(found) if set(words.phrases().get(f"sections.{n}.name", {})) != set(LANGUAGES)] == []


def _told(parts: tuple[str | slots.Slot, ...]) -> set[str]:
    """The values that a text prints, as against those it only chooses by."""
    told: set[str] = set()
    for part in parts:
        if isinstance(part, slots.Slot) and part.choices is None:
            told |= {part.name}
        elif isinstance(part, slots.Slot):
            told |= set().union(*(_told(then) for _, then in part.choices or ()))
    return told - {"span", "by", "level"}  # Chinese repeats what English leaves to the context, and the other way round

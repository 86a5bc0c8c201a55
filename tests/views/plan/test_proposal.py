"""The proposal's sentences, in three languages, as a director reads them."""

from typing import Any

import pytest

from workbench.analytics.keys import fact
from workbench.analytics.plan import Proposal
from workbench.views.plan import headline
from workbench.views.words import Words

PARTS: dict[str, Any] = {
    "amount": 299.12e6, "levels": ("region", "product_line"), "months": 12, "reserve": 6.1e6, "rate": 0.02,
    "level": "region", "node": "华东", "target": 86.75e6, "share": 0.29, "growth": 0.095,
}  # fmt: skip
TAKES: dict[str, Any] = {
    "need": 75.7e6, "deals": 377.0, "step": "leads", "count": 4166.0, "wanted": 380.0, "today": 291.0, "sure": 0.8,
    "reach": 0.02, "odds": "some", "gap": 13.0e6, "needed": 21.87, "ramped": 23.45, "chance": 0.701,
}  # fmt: skip
NOTHING_OF_DEALS = dict.fromkeys(("need", "deals", "step", "count", "wanted", "today", "sure", "reach", "odds", "gap"))


def said(key: str, lang: str, **values: Any) -> str:
    found = fact(f"plan.proposal.{key}", **values)
    return str(Words(lang, "CNY").say(found.key, found.values))


def test_the_split_says_the_reserve_and_who_is_asked_for_the_most() -> None:
    assert said("parts", "en", **PARTS) == (
        "¥299M of it is split by region, product line and month, every sum exact; ¥6.10M (2.0%) stays in reserve. "
        "华东 is asked for the most: ¥86.8M, 29.0% of it, +9.5% on the year before."
    )
    assert "按区域、产品线逐月分解" in said("parts", "zh-CN", **PARTS)
    assert "年增率+9.5%" in said("parts", "zh-TW", **PARTS)


@pytest.mark.parametrize("lang", ["en", "zh-CN", "zh-TW"])
def test_a_split_by_months_only_without_reserve_names_no_part(lang: str) -> None:
    none = dict.fromkeys(("levels", "reserve", "rate", "level", "node", "target", "share", "growth"))
    told = said("parts", lang, **{**PARTS, **none})

    assert "None" not in told
    assert told.startswith(
        {"en": "All of it is split by month", "zh-CN": "全部逐月分解", "zh-TW": "全部逐月分解"}[lang]
    )


def test_what_it_takes_is_deals_leads_and_people_as_far_as_known() -> None:
    whole = said("takes", "en", **TAKES)

    assert "For a chance of 80% it takes 380 leads a month; today's 291 have one of 2%." in whole
    alone = said("takes", "en", **{**TAKES, **NOTHING_OF_DEALS})
    assert alone == "It takes 21.9 full sellers on average; the 23.4 there are have a chance of 70%."
    nobody = {"needed": None, "ramped": None, "chance": None}
    assert "sellers" not in said("takes", "en", **{**TAKES, **nobody})
    assert "每月须有380个，目前为291个，照此达到的概率为2%" in said("takes", "zh-CN", **TAKES)
    assert said("takes", "zh-TW", **{**TAKES, **NOTHING_OF_DEALS}) == "平均需要21.9名熟手，現有23.4名，足夠的機率70%。"


def test_each_need_stands_beside_its_own_chance_and_what_the_leads_leave_open_is_said() -> None:
    whole = said("takes", "en", **TAKES)

    assert whole.index("80%") < whole.index("380 leads") < whole.index("On average 21.9 full sellers")
    assert "if they do not rise, ¥13.0M must come from elsewhere" in whole
    assert "elsewhere" not in said("takes", "en", **{**TAKES, "gap": None})


@pytest.mark.parametrize("source", ["strategy", "chance", "given"])
@pytest.mark.parametrize("lang", ["en", "zh-CN", "zh-TW"])
def test_the_decision_on_the_target_names_what_else_could_be_set(lang: str, source: str) -> None:
    beside = {"strategy": None, "strategy_chance": None} if source == "strategy" else {
        "strategy": 330e6, "strategy_chance": 0.2}  # fmt: skip
    told = said("set_target", lang, every="year", period="2027-01-01", amount=305e6, chance=0.61, source=source,
                commit=293e6, commit_chance=0.8, stretch=324e6, stretch_chance=0.3, bound_chance=None,
                **beside)  # fmt: skip

    assert "61%" in told
    assert "80%" in told
    assert "30%" in told
    assert ("20%" in told) == (source != "strategy")


def test_headline_numbers_are_rounded_so_that_every_machine_has_the_same() -> None:
    found = Proposal(numbers={"target": 305_225_180.23, "chance": 0.61265, "strategy": None})

    assert headline(found) == {"target": 305_000_000.0, "chance": 0.61, "strategy": None}
    assert headline(object()) == {}


LEFT_OUT: dict[str, Any] = {
    "rule": "运维云 ≤ +35%", "node": "运维云", "caps": 1, "why": None, "over": 10.5e6, "people": 2, "slower": 4.12e6,
    "expected": 311e6, "bound": 296e6, "amount": 306e6, "chance": 0.58, "bound_chance": 0.001,
}  # fmt: skip


def test_what_the_chance_leaves_out_stands_beside_it() -> None:
    assert said("left_out", "en", **LEFT_OUT) == (
        "That chance leaves out the rule 运维云 ≤ +35%, above which ¥10.5M of what is expected lies, "
        "and that new people have taken longer than the settings say, so that 2 planned hires bring ¥4.12M less. "
        "If both hold, ¥296M is to be expected instead of ¥311M with the planned people and spend, "
        "and the chance of ¥306M is <1% instead of 58%."
    )
    assert "若两者属实" in said("left_out", "zh-CN", **LEFT_OUT)
    assert "「运维云 ≤ +35%」" in said("left_out", "zh-TW", **LEFT_OUT)


@pytest.mark.parametrize("lang", ["en", "zh-CN", "zh-TW"])
@pytest.mark.parametrize("missing", [("people", "slower"), ("rule", "node", "why", "over")])
def test_only_what_is_left_out_is_named(lang: str, missing: tuple[str, ...]) -> None:
    told = said("left_out", lang, **{**LEFT_OUT, **dict.fromkeys(missing)})

    assert "None" not in told
    assert ("10.5M" in told or "1,050" in told) == ("over" not in missing)
    assert ("4.12M" in told or "412" in told) == ("slower" not in missing)

"""What is particular to each language: how it writes large numbers, lists, days and currencies."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Writing:
    """How one language writes. Days are Babel's patterns.

    `marks` are those of large numbers by size; `sizes` the ones it takes unasked, largest first. `currencies` names
    what stands behind an amount; empty where a symbol stands before it. `abroad` names another country's 元. `script`:
    marks of large numbers as the other script writes them, with this one's.
    """

    locale: str
    marks: Mapping[float, str]
    sizes: tuple[float, ...]
    comma: str = "、"
    semicolon: str = "；"
    colon: str = "："
    space: str = ""  # between two sentences
    aside: str = "{}（{}）"
    date: str = "y年M月d日"
    day: str = "M月d日"
    month: str = "y年M月"
    short_month: str = "M月"
    long_month: str = "M月"
    home: str = ""
    currencies: Mapping[str, str] = field(default_factory=dict)
    abroad: Mapping[str, str] = field(default_factory=dict)
    script: Mapping[str, str] = field(default_factory=dict)


_ENGLISH = Writing(
    "en_US",
    marks={1e9: "B", 1e6: "M", 1e3: "k"},
    sizes=(1e9, 1e6, 1e3),
    comma=", ",
    semicolon="; ",
    colon=": ",
    space=" ",
    aside="{} ({})",
    date="d MMM y",
    day="d MMM",
    month="MMM y",
    short_month="MMM",
    long_month="MMMM",
)
_MAINLAND = Writing(
    "zh_Hans_CN",
    marks={1e8: "亿", 1e6: "百万", 1e4: "万", 1e3: "千"},
    sizes=(1e8, 1e4),
    home="CNY",
    currencies={
        "USD": "美元",
        "EUR": "欧元",
        "GBP": "英镑",
        "JPY": "日元",
        "HKD": "港元",
        "SGD": "新加坡元",
        "AUD": "澳元",
        "CAD": "加元",
        "KRW": "韩元",
        "CHF": "瑞士法郎",
    },
    abroad={"TWD": "新台币"},
    script={"萬": "万", "億": "亿"},
)
_TAIWAN = Writing(
    "zh_Hant_TW",
    marks={1e8: "億", 1e6: "百萬", 1e4: "萬", 1e3: "千"},
    sizes=(1e8, 1e4),
    home="TWD",
    currencies={
        "USD": "美元",
        "EUR": "歐元",
        "GBP": "英鎊",
        "JPY": "日圓",
        "HKD": "港幣",
        "SGD": "新加坡幣",
        "AUD": "澳幣",
        "CAD": "加幣",
        "KRW": "韓元",
        "CHF": "瑞士法郎",
    },
    abroad={"CNY": "人民幣"},
    script={"万": "萬", "亿": "億"},
)
WRITING = {"en": _ENGLISH, "zh-CN": _MAINLAND, "zh-TW": _TAIWAN}

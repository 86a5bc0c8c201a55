"""Numbers as people write them in targets: 100万元, 34.5 M CNY, 15%, 1.2倍, 三成, each with its precision."""

import re
from dataclasses import dataclass, replace
from functools import cache

from workbench.analytics.plan.audit.vocabulary import COUNTED

_SCALES = {"千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "万亿": 1e12, "k": 1e3, "thousand": 1e3,
           "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9}  # fmt: skip
_COINS = {"人民币": "CNY", "rmb": "CNY", "cny": "CNY", "yuan": "CNY", "元": "", "块": "", "¥": "",
          "美元": "USD", "usd": "USD",
          "us$": "USD", "$": "USD", "欧元": "EUR", "eur": "EUR", "€": "EUR", "£": "GBP", "gbp": "GBP",
          "新台币": "TWD", "台币": "TWD", "twd": "TWD", "nt$": "TWD", "港币": "HKD", "港元": "HKD", "hkd": "HKD",
          "日元": "JPY", "jpy": "JPY", "英镑": "GBP"}  # fmt: skip
_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_CHINESE = "零一二两三四五六七八九十百"


@dataclass(frozen=True)
class Number:
    """A number with what it counts. `step` is the worth of its last written digit: 34.5 M is known to 0.1 M.

    `unit`: money, ratio, points, factor, one of COUNTED, or "" where nothing tells. Ratios are 0.15 for 15 %.
    """

    value: float
    unit: str = ""
    step: float = 1.0
    written: str = ""
    scale: float = 1.0
    suffix: str = ""
    currency: str = ""
    prefix: str = ""

    @property
    def lo(self) -> float:
        return self.value - self.step / 2

    @property
    def hi(self) -> float:
        return self.value + self.step / 2

    def like(self, value: float) -> str:
        """Another amount written as this one is: 217.5万 beside 220万."""
        return f"{self.prefix}{plain(value / self.scale)}{self.suffix}"

    def of(self, unit: str) -> "Number":
        return replace(self, unit=unit)


def plain(value: float, digits: int = 6) -> str:
    """A number as text with at most six digits and no needless zeros, the same in every language: 1,304.35."""
    if value != value or abs(value) == float("inf"):
        return "–"
    places = max(0, min(4, digits - len(str(int(abs(value))))))
    shown = f"{value:,.{places}f}"
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown).replace("-", "−")


def percent(ratio: float) -> str:
    """A ratio as text: 0.46667 as 46.67%."""
    return f"{plain(round(ratio * 100, 2))}%"


@cache
def pattern() -> re.Pattern[str]:
    """What a number looks like, with its scale, currency and counted thing."""
    scale = "|".join(sorted(map(re.escape, _SCALES), key=len, reverse=True))
    coin = "|".join(sorted(map(re.escape, _COINS), key=len, reverse=True))
    counted = "|".join(f"(?P<n_{name}>{words})" for name, words in COUNTED.items())
    return re.compile(
        rf"(?P<pre>(?:{coin})\s?)?(?P<sign>[+-](?=\d))?"
        r"(?:(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)|百分之(?P<hundredth>[" + _CHINESE + r"\d.]+)"
        r"|(?P<tenth>[一二两三四五六七八九])成)"
        rf"(?P<rest>\s*(?:(?P<points>个?百分点|percentage points?|pp\b|points?\b)|(?P<percent>%|percent\b)"
        rf"|(?P<factor>倍|x(?![a-z]))|(?P<scale>(?:{scale})(?![a-z]))?\s*(?P<coin>{coin})?\s*(?:{counted})?))"
    )


def found(match: re.Match[str]) -> Number:
    """The number that `pattern` matched."""
    if match["tenth"]:
        return Number(_DIGITS[match["tenth"]] / 10, "ratio", 0.01, match[0].strip(), 0.01, "%")
    if match["hundredth"]:
        return Number(_chinese(match["hundredth"]) / 100, "ratio", 0.01, match[0].strip(), 0.01, "%")
    digits = match["digits"].replace(",", "")
    scale = 0.01 if match["percent"] or match["points"] else _SCALES.get((match["scale"] or "").strip(), 1.0)
    decimals = len(digits.partition(".")[2])
    sign = -1 if match["sign"] == "-" else 1
    coin = (match["coin"] or match["pre"] or "").strip()
    prefix = (match["pre"] or "").upper()
    return Number(
        sign * float(digits) * scale, _unit(match), 10.0**-decimals * scale, match[0].strip(), scale,
        match["rest"].rstrip(), _COINS.get(coin, ""), prefix,
    )  # fmt: skip


def _unit(match: re.Match[str]) -> str:
    for name in ("points", "percent", "factor"):
        if match[name]:
            return "ratio" if name == "percent" else name
    if counted := next((name for name in COUNTED if match[f"n_{name}"]), ""):
        return counted
    return "money" if match["coin"] or match["pre"] else ""


def small_number(text: str) -> int:
    """A small whole number in digits or Chinese: 3, 三, 两, 十二."""
    return int(_chinese(text))


def _chinese(text: str) -> float:
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    total, last = 0, 0
    for char in text:
        if char in "十百":
            total, last = total + (last or 1) * (10 if char == "十" else 100), 0
        else:
            last = _DIGITS.get(char, 0)
    return float(total + last)

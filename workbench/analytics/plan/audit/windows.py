"""The stretch of time that a target names: 2024年第一季度, Q1 2027, by 31 Mar 2027, 今年, 未来3个月."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, cast

import pandas as pd

from workbench.analytics.plan.audit.numbers import small_number
from workbench.periods import Calendar, Every

_NTH = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4, "首": 1}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_EVERY: dict[str, Every] = {"年": "year", "季": "quarter", "月": "month", "周": "week", "日": "day", "天": "day",
                            "year": "year", "quarter": "quarter", "month": "month", "week": "week", "day": "day",
                            "annual": "year", "dai": "day"}  # fmt: skip
_MONTH_NAME = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"  # noqa: E501


@dataclass(frozen=True)
class Window:
    """`kind`: dates (first and last are known), partial (the year is not said), relative (this year, next 3 months).

    `last` alone is known of a deadline. `number` is the period's number in its year.
    """

    kind: str
    written: str
    every: str = ""
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    number: int = 0
    length: int = 1


@cache
def pattern() -> re.Pattern[str]:
    """Every way that a window is written; the names of the groups say which."""
    nth, year = r"第?[一二三四1-4首]季度?|q[1-4]", r"(?:fy\s?)?20\d\d\s*年?度?"
    day = rf"20\d\d[-/.年]\s?\d{{1,2}}[-/.月]\s?\d{{1,2}}日?|\d{{1,2}} {_MONTH_NAME}\.? 20\d\d"
    month = rf"20\d\d[-/年]\s?\d{{1,2}}(?:月(?:份)?|(?![\d%万亿.]))|{_MONTH_NAME}\.? 20\d\d"
    return re.compile(
        rf"(?P<day>{day})|(?P<month>{month})|(?P<yq>{year}\s*的?(?:{nth})|q[1-4]\s*(?:of\s*)?(?:fy)?\s?20\d\d)"
        rf"|(?P<half>{year}\s*(?:上半年|下半年|h[12])|h[12]\s*20\d\d)"
        r"|(?P<year>(?:fy\s?)?20\d\d\s*(?:年度?|(?![\d.,%万亿元单])(?=\D|$)))"
        r"|(?P<relative>(?:今|本|明|来|下一?)年度?|(?:本|下一?|下个|这个)(?:季度?|月|周)|"
        r"(?:this|next|the coming) (?:fiscal )?"
        r"(?:year|quarter|month|week)"
        r"|(?:在?接下来的?|未来的?|今后的?|后续)\s?(?P<n1>[\d一二两三四五六七八九十]+)\s?个?(?P<u1>年|季度?|月|周|天)内?"
        r"|(?P<n2>[\d一二两三四五六七八九十]+)\s?个?(?P<u2>季度|月|周|年)(?:之?内)"
        r"|(?:with)?in (?:the )?(?:next )?(?P<n3>\d+) (?P<u3>year|quarter|month|week|day)s?)"
        rf"|(?P<part>(?:{nth})(?![\w])|(?:{nth})|上半年|下半年|(?<!\d)(?:1[0-2]|[1-9])月(?:份|底|末)?(?!\d))"
        r"|(?P<per>每个?(?:年|季度?|月|周|日|天)|(?<![去上])(?:年度?|季度?|月度?|周度?|日)均?"
        r"(?=销售|目标|营|业绩|市场|收入|复购|计划)|年度|季度|月度|周度"
        r"|(?:per|each|every|a) (?:year|quarter|month|week|day)|(?:year|quarter|month|week|dai)ly|annual(?:ly)?)"
    )


def found(match: re.Match[str], calendar: Calendar, as_of: pd.Timestamp | None) -> Window:
    """The window that `pattern` matched; `as_of` lets a relative one be told in dates beside its words."""
    kind = next(k for k in ("day", "month", "yq", "half", "year", "relative", "part", "per") if match[k])
    return _READ[kind](match, match[0].strip(), calendar, as_of)


def _day(match: re.Match[str], text: str, calendar: Calendar, as_of: pd.Timestamp | None) -> Window:
    numbers = re.findall(r"\d+", text)
    try:
        if len(numbers) == 3:
            day = pd.Timestamp(int(numbers[0]), int(numbers[1]), int(numbers[2]))
        else:
            day = pd.Timestamp(int(numbers[1]), _named_month(text), int(numbers[0]))
    except ValueError:  # 2026-02-31
        return Window("impossible", text, "day")
    return Window("dates", text, "day", None, day)


def _month(match: re.Match[str], text: str, calendar: Calendar, as_of: pd.Timestamp | None) -> Window:
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    month = numbers[1] if len(numbers) > 1 else _named_month(text)
    if not 1 <= month <= 12:
        return Window("impossible", text, "month")
    first = pd.Timestamp(numbers[0], month, 1)
    return Window("dates", text, "month", first, first + pd.offsets.MonthEnd(0), month)


def _quarter(match: re.Match[str], text: str, calendar: Calendar, as_of: pd.Timestamp | None) -> Window:
    year = re.search(r"20\d\d", text)
    rest = text.replace(year[0], "") if year else text
    return _nth(text, calendar, int(year[0]) if year else 0, "quarter", _number_in(rest))


def _half(match: re.Match[str], text: str, calendar: Calendar, as_of: pd.Timestamp | None) -> Window:
    year = re.search(r"20\d\d", text)
    return _nth(text, calendar, int(year[0]) if year else 0, "half", _half_number(text))


def _year(match: re.Match[str], text: str, calendar: Calendar, as_of: pd.Timestamp | None) -> Window:
    year = re.search(r"20\d\d", text)
    return _nth(text, calendar, int(year[0]) if year else 0, "year", 1)


def _part(match: re.Match[str], text: str, calendar: Calendar, as_of: pd.Timestamp | None) -> Window:
    if "半年" in text:
        return Window("partial", text, "half", number=_half_number(text))
    if "月" in text:
        return Window("partial", text, "month", number=int(re.findall(r"\d+", text)[0]))
    return Window("partial", text, "quarter", number=_number_in(text))


def _per(match: re.Match[str], text: str, calendar: Calendar, as_of: pd.Timestamp | None) -> Window:
    return Window("per", text, _every(text))


def _relative(match: re.Match[str], text: str, calendar: Calendar, as_of: pd.Timestamp | None) -> Window:
    count = next((match[n] for n in ("n1", "n2", "n3") if match[n]), "")
    every = _every(next((match[u] for u in ("u1", "u2", "u3") if match[u]), text))
    ahead = bool(re.match(r"明|来|下|next|the coming", text))
    if as_of is None:
        return Window("relative", text, every, length=small_number(count) if count else 1)
    if count:
        first = pd.Timestamp(as_of) + pd.Timedelta(days=1)
        unit = {"day": "days", "week": "weeks", "month": "months", "quarter": "months", "year": "years"}[every]
        many = min(small_number(count), 1000) * (3 if every == "quarter" else 1)
        last = first + pd.DateOffset(**cast("Any", {unit: many})) - pd.Timedelta(days=1)
        return Window("relative", text, every, first, last, length=small_number(count))
    first = calendar.start_of(pd.Timestamp(as_of), every)
    first = calendar.next(first, every) if ahead else first
    return Window("relative", text, every, first, calendar.end_of(first, every))


@lru_cache(maxsize=512)
def _nth(text: str, calendar: Calendar, year: int, every: str, number: int) -> Window:
    """The n-th quarter, half or whole of a fiscal year, in days."""
    if not year or not number:
        return Window("partial", text, every, number=number)
    quarters = calendar.range(pd.Timestamp(year - 1, 1, 1), pd.Timestamp(year, 12, 31), "quarter")
    own = [q for q in quarters if calendar.fiscal_year(q) == year]
    length = {"quarter": 1, "half": 2, "year": 4}[every]
    first, last = own[(number - 1) * length], own[number * length - 1]
    return Window("dates", text, every, first, calendar.end_of(last, "quarter"), number)


def _number_in(text: str) -> int:
    return next((_NTH[c] for c in text if c in _NTH), 0)


def _half_number(text: str) -> int:
    return 2 if "下" in text or "h2" in text else 1


def _named_month(text: str) -> int:
    return next(n for n, name in enumerate(_MONTHS, 1) if name in text)


def _every(text: str) -> Every:
    return next((every for word, every in _EVERY.items() if word in text), "year")


_READ = {"day": _day, "month": _month, "yq": _quarter, "half": _half, "year": _year, "part": _part, "per": _per,
         "relative": _relative}  # fmt: skip

"""Sentences, numbers, money and dates in the reader's language; the texts are in phrases/*.toml, three languages a key.

A text has slots: `{rate:percent}` is a value in a format, `{direction:up=rose|down=fell}` chooses by a value. A choice
is taken by the value itself, else by its sign (`+`, `-`, `0`), else by number (`one`), else `other`; `none` is for a
missing value. What is chosen may hold slots again. A name from the data keeps apart from the text around it.
"""

import math
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

import pandas as pd

from workbench.periods import Calendar, Spans
from workbench.run import Run

MISSING = "–"
NO_CURRENCY = "XXX"  # ISO 4217: what is counted is not money
_LOCALE = {"en": "en_US", "zh-CN": "zh_Hans_CN", "zh-TW": "zh_Hant_TW"}
_SCALES: dict[str, tuple[tuple[float, str], ...]] = {
    "en": ((1e9, "B"), (1e6, "M"), (1e3, "k")),
    "zh-CN": ((1e8, "亿"), (1e4, "万")),
    "zh-TW": ((1e8, "億"), (1e4, "萬")),
}
_UNITS = {
    "1": 1.0,
    "元": 1.0,
    "k": 1e3,
    "千": 1e3,
    "万": 1e4,
    "萬": 1e4,
    "M": 1e6,
    "百万": 1e6,
    "百萬": 1e6,
    "亿": 1e8,
    "億": 1e8,
    "B": 1e9,
}
_MARKS = {
    "en": {1e9: "B", 1e6: "M", 1e3: "k"},
    "zh-CN": {1e8: "亿", 1e6: "百万", 1e4: "万", 1e3: "千"},
    "zh-TW": {1e8: "億", 1e6: "百萬", 1e4: "萬", 1e3: "千"},
}
_HOME = {"zh-CN": "CNY", "zh-TW": "TWD"}
_COINS = {
    "zh-CN": {
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
    "zh-TW": {
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
}
_BEFORE = {"zh-CN": {"TWD": "新台币"}, "zh-TW": {"CNY": "人民幣"}}  # another country's 元 says whose it is
_ORDINALS = "零一二三四"
_TO_JOIN = re.compile(r"\+(?P<n>\d+) (?P<joins>\d{4}-\d{2}(?:-\d{2})?)(?: (?P<team>.+))?")  # a hire


class Piece(NamedTuple):
    """A stretch of a sentence: `kind` is text, value (kept on one line) or node (a name from the data)."""

    kind: str
    text: str


class Sentence(tuple[Piece, ...]):
    """Pieces of one sentence; `str()` joins them."""

    __slots__ = ()

    def __str__(self) -> str:
        return "".join(p.text for p in self)


@dataclass(frozen=True)
class Scale:
    """How one figure or column shows money: numbers are divided by `size`; `unit` goes to its head, as ¥ M or 万元."""

    size: float
    unit: str
    places: int


@dataclass(frozen=True)
class Words:
    """One language with a company's currency, unit of money and calendar."""

    lang: str
    currency: str = ""
    money_unit: str = "auto"
    calendar: Calendar = field(default_factory=Calendar)

    @classmethod
    def of(cls, run: Run, lang: str = "") -> "Words":
        """The words of a run, in its first language unless told."""
        company = run.settings.company
        currency = "" if company.currency == NO_CURRENCY else company.currency
        return cls(lang or run.lang, currency, company.money_unit, run.calendar)

    # -- sentences -------------------------------------------------------------------------------------------------

    def say(self, key: str, values: Mapping[str, Any] | None = None) -> Sentence:
        """The sentence `key` with its slots filled, names of nodes apart from the text."""
        pieces = _merged(self._filled(parsed(text(key, self.lang)), values or {}, key))
        return Sentence(_capital(pieces) if self.lang == "en" and pieces and pieces[-1].text.endswith(".") else pieces)

    def phrase(self, key: str, values: Mapping[str, Any] | None = None) -> str:
        """The sentence `key` as plain text."""
        return str(self.say(key, values))

    def _filled(self, parts: "tuple[str | Slot, ...]", values: Mapping[str, Any], key: str) -> list[Piece]:
        out: list[Piece] = []
        for part in parts:
            out += [Piece("text", part)] if isinstance(part, str) else self._slot(part, values, key)
        return out

    def _slot(self, slot: "Slot", values: Mapping[str, Any], key: str) -> list[Piece]:
        if slot.name not in values:
            raise KeyError(f"The phrase '{key}' needs a value '{slot.name}'; it was given {sorted(values)}.")
        value = values[slot.name]
        if slot.choices is not None:
            return self._filled(_chosen(slot, value, key), values, key)
        if slot.how in ("", "node"):
            return [Piece("node", self.node(value))]
        if slot.how in ("now", "before"):
            return [Piece("value", self.days((values[f"{slot.how}_first"], values[f"{slot.how}_last"])))]
        if slot.how in _BY_OTHER:
            format_of, other, default = _BY_OTHER[slot.how]
            text_of = getattr(self, format_of)
            return [Piece("value", MISSING if missing(value) else text_of(value, values.get(other) or default))]
        return [Piece(_KINDS.get(slot.how, "value"), self.format(value, slot.how))]

    def format(self, value: Any, how: str) -> str:
        """A value as text; `how` is one of FORMATS."""
        if how not in FORMATS:
            raise KeyError(f"There is no format '{how}'. Formats: {', '.join(sorted(FORMATS | _BY_OTHER))}.")
        return MISSING if missing(value) else str(getattr(self, FORMATS[how])(value))

    def has(self, key: str) -> bool:
        """Whether there are words for `key`."""
        return key in phrases()

    @property
    def gap(self) -> Piece:
        """What stands between two sentences."""
        return Piece("text", " " if self.lang == "en" else "")

    # -- names -----------------------------------------------------------------------------------------------------

    def node(self, name: Any) -> str:
        """A name from the data, on one line; the words for "not given" where it is missing."""
        return self.phrase("terms.not_given") if missing(name) else self._hire(clean(name))

    def _hire(self, name: str) -> str:
        """Somebody who is yet to join, named by number, month and team, in words; any other name as it is."""
        found = _TO_JOIN.fullmatch(name)
        if found is None:
            return name
        values = {"n": int(found["n"]), "month": pd.Timestamp(found["joins"]), "team": found["team"]}
        return self.phrase("plan.people.hire", values)

    def level(self, name: str) -> str:
        """What a level or dimension is called: our word where we have one, else as the company calls it."""
        return self._level(name, 1)

    def levels(self, name: str) -> str:
        """The same in the plural, where the language has one."""
        return self._level(name, 2)

    def _level(self, name: str, n: int) -> str:
        column = str(name).rpartition(".")[2]  # reps.role is the role
        key = f"terms.levels.{column}"
        return self.phrase(key, {"n": n}) if self.has(key) else clean(column).replace("_", " ")

    def counter(self, level: str) -> str:
        """The word that Chinese puts between a number and what is counted: 270家客户."""
        return self.phrase("terms.counter", {"level": level})

    def kpi(self, key: str) -> str:
        """The name of a KPI."""
        from workbench.analytics.kpis import declared

        known = declared()
        return known[key].name.get(self.lang, key) if key in known else clean(key)

    def page(self, name: str) -> str:
        """What readers call a page; an analyst's own goes by its file's name."""
        return self.phrase(f"page.names.{name}") if self.has(f"page.names.{name}") else clean(name)

    def section(self, name: str) -> str:
        """What a section tells, as it stands inside a sentence."""
        return self.phrase(f"sections.{name}.name")

    def table(self, name: str) -> str:
        """What an input table is called."""
        key = f"terms.tables.{name}"
        return self.phrase(key) if self.has(key) else self.levels(name)

    def tables(self, names: Any) -> str:
        """Several tables in a row."""
        return (", " if self.lang == "en" else "、").join(self.table(n) for n in names)

    def plain(self, value: Any) -> str:
        """Just the text, on one line."""
        return clean(value)

    def names(self, values: Any) -> str:
        """Several names in a row, as the language joins them; at most six, then how many more."""
        return self._joined([clean(v) for v in values], "terms.and_more")

    def people(self, values: Any) -> str:
        """The same of people, who are counted by a word of their own: 等，另有11人."""
        return self._joined([self.node(v) for v in values], "terms.and_more_people")

    def _joined(self, items: list[str], further: str, most: int = 6) -> str:
        joined = (", " if self.lang == "en" else "、").join(items[:most])
        more = len(items) - most
        return joined if more <= 0 else joined + self.phrase(further, {"n": more})

    def level_names(self, names: Any) -> str:
        """Several levels in a row."""
        return (", " if self.lang == "en" else "、").join(self.level(n) for n in names)

    def places(self, pairs: Any) -> str:
        """Where a part stands: each level with its value."""
        said = [self.phrase("forecast.place", {"level": level, "node": node}) for level, node in pairs]
        return self.names(said)

    def called(self, name: Any) -> str:
        """What a person named, in the reader's language where it was named in several."""
        return clean(name.get(self.lang, next(iter(name.values()))) if isinstance(name, Mapping) else name)

    def reasons(self, values: Any) -> str:
        """Why a forecast is not to be trusted."""
        return (", " if self.lang == "en" else "、").join(self.phrase(f"forecast.reason.{v}") for v in values)

    def variables(self, names: Any) -> str:
        """What may move sales, in a row: ours as words, events as the company calls them."""
        ours = [name if self.has(f"forecast.variable_name.{name}") else "event" for name in names]
        return self.names(
            self.phrase(f"forecast.variable_name.{k}", {"name": n}) for k, n in zip(ours, names, strict=True)
        )

    def needs(self, names: Any) -> str:
        """What would have to be known."""
        return ("; " if self.lang == "en" else "；").join(self.phrase(f"market.needs.{n}") for n in names)

    def assumptions(self, pairs: Any) -> str:
        """What a scenario assumes."""
        said = [self.phrase(f"forecast.assumption.{name}", {"ratio": ratio}) for name, ratio in pairs]
        return (", " if self.lang == "en" else "、").join(said)

    # -- numbers ---------------------------------------------------------------------------------------------------

    def number(self, value: float, places: int = 0) -> str:
        """1234567.8 as 1,234,568, with a true minus."""
        return _signless(f"{_away_from_minus_zero(value, places):,.{places}f}")

    def short_number(self, value: float) -> str:
        """A plain number with three significant digits: 3, 4.5, 1.23万."""
        size, mark = next(((s, m) for s, m in _SCALES[self.lang] if abs(value) >= s * 10), (1.0, ""))
        scaled = value / size
        shown = self.number(_significant(scaled), _places(scaled))
        return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + mark

    def short_plain(self, value: float) -> str:
        """A round number without needless decimals, for axes."""
        return self.number(value, 0) if value == round(value) else self.number(value, 2).rstrip("0").rstrip(".")

    def decimal(self, value: float) -> str:
        """A figure between 0 and 1, as 0.82."""
        return self.number(value, 2)

    def any_number(self, value: float) -> str:
        """A number of which nothing is known, to three significant digits: 1.23万, 0.0034."""
        if not 0 < abs(value) < 1:
            return self.short_number(value)
        return self.number(value, min(2 - math.floor(math.log10(abs(value))), 9)).rstrip("0").rstrip(".")

    def any_sign(self, value: float) -> str:
        """The same with its sign always shown."""
        return ("+" if value > 0 else "") + self.any_number(value)

    def tenths(self, value: float) -> str:
        """A number to one decimal, none where it is whole: 2.9, 4."""
        return self.number(value, 0 if round(value, 1) == round(value) else 1)

    def beyond_one(self, index: float) -> str:
        """How far an index is from 1, without sign: 1.32 as 32%."""
        return self.percent(abs(index - 1), 0)

    def by_unit(self, value: float, unit: str) -> str:
        """A KPI's value, by its unit."""
        return str(getattr(self, _OF_UNIT[unit])(value))

    def change_by_unit(self, change: float, unit: str) -> str:
        """A KPI's change: a ratio for amounts and counts, points for ratios, a difference for the rest."""
        if unit in _DECIMALS:
            return self.difference(change, _DECIMALS[unit])
        return str(getattr(self, _CHANGE_OF_UNIT.get(unit, "percent_sign"))(change))

    def difference(self, value: float, places: int = 1) -> str:
        """A difference with its sign, one decimal unless told."""
        return ("+" if round(value, places) > 0 else "") + self.number(value, places)

    def score(self, value: float) -> str:
        """A score, two decimals."""
        return self.number(value, 2)

    def days_long(self, value: float) -> str:
        """Days: 12 days, 12天."""
        return self.phrase("terms.days_long", {"n": self.number(value), "value": round(value)})

    def money(self, value: float) -> str:
        """12_345_678 as ¥12.3M, 1,230万元 or 1,230萬元: three significant digits."""
        scale = self.scale([value])
        return self._with_unit(self.number(*_rounded(value / scale.size, scale.size)), scale.size)

    def money_exact(self, value: float) -> str:
        """Money to the unit: ¥12,345,678 or 12,345,678元."""
        return self._with_unit(self.number(value), 1.0)

    def money_sign(self, value: float) -> str:
        """Money with its sign always shown."""
        return ("+" if value > 0 else "") + self.money(value)

    def size(self, value: float) -> str:
        """Money without its sign, for sentences that say rose or fell."""
        return self.money(abs(value))

    def scale(self, values: Any, size: float = 0.0) -> Scale:
        """The one scale for all `values` of a figure or column, by the largest; or with a `size` that is given."""
        sizes = [abs(float(v)) for v in values if not missing(v)]
        largest = max(sizes, default=0.0)
        size = size or self._size(largest)
        shown = largest / size
        return Scale(size, self._unit(size), 2 if shown < 9.995 else 1 if shown < 999.5 else 0)

    def fine_scale(self, values: Any) -> Scale:
        """A scale for many unlike numbers side by side: the largest has at least two digits before the point."""
        largest = max((abs(float(v)) for v in values if not missing(v)), default=0.0)
        return self.scale(values, self._size(largest / 10))

    def scaled_short(self, value: float, scale: Scale) -> str:
        """The same with three significant digits, for figures that stand beside sentences."""
        if missing(value):
            return MISSING
        rounded, places = _rounded(value / scale.size, scale.size)
        return self.number(rounded, min(places, scale.places))

    def scaled(self, value: float, scale: Scale) -> str:
        """A number of a column that has its unit in the head."""
        return MISSING if missing(value) else self.number(value / scale.size, scale.places)

    def percent(self, ratio: float, places: int = 1) -> str:
        """0.0934 as 9.3%, with a true minus; from 1,000 % on without decimals."""
        return self.number(ratio * 100, 0 if abs(ratio) >= 10 else places) + "%"

    def percent_fine(self, ratio: float) -> str:
        """A share that may be small: 2.9%, 0.036%."""
        return self.percent(ratio, _fine_places(ratio))

    def points_fine(self, ratio: float) -> str:
        """A change of a share that may be small: −0.1 points, +0.0042 points."""
        return self.phrase("terms.points", {"n": self.points_fine_bare(ratio)})

    def points_fine_bare(self, ratio: float) -> str:
        """The same for a column that has the unit in its head."""
        return ("+" if ratio > 0 else "") + self.number(ratio * 100, _fine_places(ratio * 10))

    def percent_sign(self, ratio: float) -> str:
        """A change: +9.3%."""
        return ("+" if round(ratio, 3) > 0 else "") + self.percent(ratio, _change_places(ratio))

    def percent_size(self, ratio: float) -> str:
        """A change without its sign, for sentences that say rose or fell."""
        return self.percent(abs(ratio), _change_places(ratio))

    def percent_whole(self, ratio: float) -> str:
        """A share, to whole percents."""
        return self.percent(ratio, 0)

    def chance(self, p: float) -> str:
        """A probability to whole percents; never 0% or 100%, which would be certain: <1%, >99%; 不到1%, 超过99%."""
        beyond = "chance_least" if p < 0.005 else "chance_most" if p >= 0.995 else ""
        return self.phrase(f"terms.{beyond}") if beyond else self.percent(p, 0)

    def of_log(self, effect: float) -> str:
        """An effect on the log of sales as a change in percent, without sign."""
        return self.percent_size(math.exp(effect) - 1)

    def points(self, ratio: float) -> str:
        """A change of a ratio: +1.2 points."""
        sign = "+" if round(ratio, 3) > 0 else ""
        return self.phrase("terms.points", {"n": sign + self.number(ratio * 100, 1)})

    def points_bare(self, ratio: float) -> str:
        """A change in points for a column that has the unit in its head."""
        return ("+" if round(ratio, 3) > 0 else "") + self.number(ratio * 100, 1)

    def points_size(self, ratio: float) -> str:
        """The same without its sign."""
        return self.phrase("terms.points", {"n": self.number(abs(ratio) * 100, 1)})

    # -- time ------------------------------------------------------------------------------------------------------

    def date(self, day: Any) -> str:
        """30 Sep 2026, 2026年9月30日."""
        from babel.dates import format_date

        pattern = "d MMM y" if self.lang == "en" else "y年M月d日"
        return format_date(pd.Timestamp(day).date(), pattern, locale=_LOCALE[self.lang])

    def day(self, day: Any) -> str:
        """30 Sep, 9月30日: a day whose year is told beside it."""
        from babel.dates import format_date

        return format_date(
            pd.Timestamp(day).date(), "d MMM" if self.lang == "en" else "M月d日", locale=_LOCALE[self.lang]
        )

    def month(self, start: Any) -> str:
        """Sep 2026, 2026年9月. With 4-4-5 and the like: the month that most of its days are in."""
        return self.period(start, "month")

    def quarter(self, start: Any) -> str:
        """2026 Q3, 2026年第三季度, 2026年第3季; of a fiscal year when that is not the calendar's."""
        return self.period(start, "quarter")

    def period(self, start: Any, every: str) -> str:
        """The name of the period that starts on `start`."""
        day = pd.Timestamp(start)
        if every == "day":
            return self.date(day)
        if every == "week":
            return self.phrase("terms.week", {"day": day})
        if every == "month":
            return self._month(day)
        fiscal = self.calendar.settings.fiscal_year_starts != 1
        n = self.calendar.number(day, "quarter") if every == "quarter" else 0
        values = {"year": self.calendar.fiscal_year(day), "n": n, "nth": _ORDINALS[n]}
        return self.phrase(f"terms.{'fiscal_' if fiscal else ''}{every}", values)

    def year(self, start: Any) -> str:
        """The fiscal year that starts on `start`."""
        return self.period(start, "year")

    def season_name(self, number: int, per_year: int) -> str:
        """The name of the month, quarter or week of the year with this number: November, 11月."""
        from babel.dates import get_month_names

        n = int(number)
        if per_year == 12:
            month = (self.calendar.settings.fiscal_year_starts + n - 2) % 12 + 1
            return f"{month}月" if self.lang != "en" else str(get_month_names("wide", locale="en_US")[month])
        return self.phrase(f"terms.season_{'quarter' if per_year == 4 else 'week'}", {"n": n, "nth": _ORDINALS[n % 5]})

    def short_month(self, start: Any) -> str:
        """Sep, 9月: for axes."""
        from babel.dates import format_date

        middle = self._middle(pd.Timestamp(start))
        return format_date(middle.date(), "MMM" if self.lang == "en" else "M月", locale=_LOCALE[self.lang])

    def days(self, span: tuple[Any, Any]) -> str:
        """A stretch of days: Jan–Sep 2026, 1 Jan – 12 Sep 2026, 2026年1–9月."""
        first, last = (pd.Timestamp(d).normalize() for d in span)
        if first == last:
            return self.date(first)
        calendar = self.calendar
        whole = first == calendar.start_of(first, "month") and last == calendar.end_of(last, "month")
        if not whole:
            year = "same" if first.year == last.year else "other"
            return self.phrase("terms.from_day_to_day", {"first": first, "last": last, "year": year})
        if last == calendar.end_of(first, "month"):
            return self._month(first)
        a, b = self._middle(first), self._middle(last)
        if a.year == b.year:
            return self.phrase("terms.months_of_year", {"first": first, "last": last, "a": a.month, "b": b.month,
                                                        "year": a.year})  # fmt: skip
        return self.phrase("terms.from_month_to_month", {"first": first, "last": last})

    def span(self, spans: Spans | None, which: str = "now") -> str:
        """The days of one of two spans."""
        return MISSING if spans is None else self.days(getattr(spans, which))

    def _month(self, day: pd.Timestamp) -> str:
        from babel.dates import format_date

        return format_date(
            self._middle(day).date(), "MMM y" if self.lang == "en" else "y年M月", locale=_LOCALE[self.lang]
        )

    def _middle(self, day: pd.Timestamp) -> pd.Timestamp:
        return day if self.calendar.settings.pattern == "months" else day + pd.Timedelta(days=14)

    def currency_name(self) -> str:
        """The currency's name with its code: Chinese yuan (CNY), 人民币（CNY）."""
        from babel.numbers import get_currency_name

        if not self.currency:
            return MISSING
        name = get_currency_name(self.currency, locale=_LOCALE[self.lang])
        return f"{name} ({self.currency})" if self.lang == "en" else f"{name}（{self.currency}）"

    # -- units -----------------------------------------------------------------------------------------------------

    def _size(self, largest: float) -> float:
        if self.money_unit == "auto":
            return next((size for size, _ in _SCALES[self.lang] if largest >= size * 0.9995), 1.0)
        wanted = _UNITS[self.money_unit]
        return max((size for size in _MARKS[self.lang] if size <= wanted), default=1.0)

    def _unit(self, size: float) -> str:
        mark = _MARKS[self.lang].get(size, "")
        if self.lang == "en":
            return " ".join(filter(None, (_symbol(self.currency), mark)))
        return _BEFORE[self.lang].get(self.currency, "") + mark + _coin(self.currency, self.lang)

    def _with_unit(self, number: str, size: float) -> str:
        """A number with mark and currency where the language puts them."""
        mark = _MARKS[self.lang].get(size, "")
        if self.lang != "en":
            return number + mark + _coin(self.currency, self.lang)  # a page's title says whose 元 it is
        symbol, sign = _symbol(self.currency), "−" if number.startswith("−") else ""
        gap = "\u00a0" if symbol.isalpha() else ""  # CHF 12.3k, but $12.3k and A$12.3k
        return f"{sign}{symbol}{gap}{number.removeprefix(sign)}{mark}"


_OWN = (
    "money money_sign money_exact size percent percent_sign percent_size percent_whole percent_fine points "
    "points_fine points_fine_bare points_size points_bare number short_number decimal tenths beyond_one "
    "difference date day month quarter days short_month names level levels counter kpi section table tables "
    "plain node people chance level_names called reasons needs variables places assumptions of_log year"
)
FORMATS: dict[str, str] = {name: name for name in _OWN.split()} | {"count": "number", "text": "plain"}
_KINDS = dict.fromkeys(("names", "people", "text", "plain", "called"), "node") | dict.fromkeys(
    (
        "level",
        "levels",
        "counter",
        "kpi",
        "section",
        "table",
        "tables",
        "level_names",
        "reasons",
        "needs",
        "assumptions",
    ),
    "text",
)  # of a piece; numbers and dates are values
_KINDS |= {"variables": "text", "places": "text"}
_BY_OTHER = {  # formats that look at another value of the same sentence: its name and what stands in for it
    "period": ("period", "every", "month"),
    "season_name": ("season_name", "per_year", 12),
    "by_unit": ("by_unit", "unit", "number"),
    "change_by_unit": ("change_by_unit", "unit", "money"),
}
_OF_UNIT = {"money": "money", "ratio": "percent", "count": "number", "quantity": "short_number", "days": "days_long",
            "score": "score", "number": "number", "balance": "money_sign", "chance": "chance", "tenths": "tenths",
            "few": "number", "plain": "any_number"}  # fmt: skip
_CHANGE_OF_UNIT = {"ratio": "points", "chance": "points", "balance": "money_sign", "plain": "any_sign"}
_DECIMALS = {"days": 1, "score": 2, "tenths": 1, "few": 0}  # of a change in their own unit
DIFFERENCES = frozenset(_CHANGE_OF_UNIT) | frozenset(_DECIMALS)  # units whose change is not a ratio


@dataclass(frozen=True)
class Slot:
    """A place in a text: a value in a format, or a choice between texts."""

    name: str
    how: str = ""
    choices: tuple[tuple[str, tuple["str | Slot", ...]], ...] | None = None


def phrase(key: str, lang: str, **values: Any) -> str:
    """The sentence `key` in a language, without a company's currency or calendar."""
    return Words(lang).phrase(key, values)


def text(key: str, lang: str) -> str:
    """The text of `key` before its slots are filled."""
    try:
        return phrases()[key][lang]
    except KeyError:
        raise KeyError(f"No text for '{key}' in {lang}. Add it to workbench/views/phrases.") from None


@cache
def phrases() -> dict[str, dict[str, str]]:
    """Every phrase by its key, `<folder>.<file>.<heading>`, with its texts by language."""
    return _texts(files("workbench").joinpath("views", "phrases"), "")


def _texts(place: Traversable, key: str) -> dict[str, dict[str, str]]:
    if place.is_file():
        return _flat(tomllib.loads(place.read_text("utf-8")), key) if place.name.endswith(".toml") else {}
    found: dict[str, dict[str, str]] = {}
    for inner in sorted(place.iterdir(), key=lambda f: f.name):
        found |= _texts(inner, f"{key}.{inner.name.removesuffix('.toml')}".strip("."))
    return found


def missing(value: Any) -> bool:
    """Whether a value is unknown: None, NaN, NaT."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value))


def clean(name: Any) -> str:
    """A name from the data on one line: no control characters, no overrides of writing direction."""
    kept = (" " if c.isspace() else c for c in str(name) if c.isspace() or not _unprintable(c))
    return re.sub(" {2,}", " ", "".join(kept)).strip() or MISSING


def slots(parsed: "tuple[str | Slot, ...]") -> set[str]:
    """The names of all slots in a parsed text."""
    names: set[str] = set()
    for part in parsed:
        if isinstance(part, Slot):
            names |= {part.name}.union(*(slots(then) for _, then in part.choices or ()))
    return names


def _unprintable(char: str) -> bool:
    kind = unicodedata.category(char)
    override = "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"
    return kind in ("Cc", "Cs") or override or (ord(char) & 0xFFFE) == 0xFFFE


def _flat(tree: Mapping[str, Any], prefix: str) -> dict[str, dict[str, str]]:
    if all(isinstance(v, str) for v in tree.values()):
        return {prefix: dict(tree)}
    return {k: v for name, branch in tree.items() for k, v in _flat(branch, f"{prefix}.{name}").items()}


def _chosen(slot: Slot, value: Any, key: str) -> "tuple[str | Slot, ...]":
    options = dict(slot.choices or ())
    for name in (*_names_of(value), "other"):
        if name in options:
            return options[name]
    raise KeyError(f"The phrase '{key}' has no words for {slot.name} = {value!r}.")


def _names_of(value: Any) -> list[str]:
    if missing(value):
        return ["none"]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [str(value).lower() if isinstance(value, bool) else str(value)]
    sign = "+" if value > 0 else "-" if value < 0 else "0"
    return [str(value), sign, *(["one"] if value == 1 else [])] if value != 1 else [str(value), "one", sign]


@cache
def parsed(source: str) -> "tuple[str | Slot, ...]":
    """The texts and slots of a phrase."""
    parts, rest = _read(source, "")
    if rest:
        raise ValueError(f"A brace too many in {source!r}")
    return parts


def _read(source: str, stops: str) -> "tuple[tuple[str | Slot, ...], str]":
    """Texts and slots up to a character in `stops`, and what is left from there on."""
    parts: list[str | Slot] = []
    while source and source[0] not in stops + "}":
        if source[0] == "{":
            slot, source = _read_slot(source[1:])
            parts.append(slot)
        else:
            end = next((at for at, char in enumerate(source) if char in "{}" + stops), len(source))
            parts.append(source[:end])
            source = source[end:]
    return tuple(parts), source


def _read_slot(source: str) -> tuple[Slot, str]:
    head = re.match(r"(\w+)(?::(\w*)(?=}))?", source)
    if head is None:
        raise ValueError(f"A slot needs a name: {source!r}")
    rest = source[head.end() :]
    if rest.startswith("}"):
        return Slot(head[1], head[2] or ""), rest[1:]
    choices = []
    while rest[:1] in (":", "|") and rest[:1]:
        option = re.match(r"([^=|{}]+)=", rest[1:])
        if option is None:
            raise ValueError(f"A choice reads value=text: {rest!r}")
        then, rest = _read(rest[1 + option.end() :], "|")
        choices.append((option[1], then))
    if not rest.startswith("}") or not choices:
        raise ValueError(f"A slot is not closed: {source!r}")
    return Slot(head[1], "", tuple(choices)), rest[1:]


def _merged(pieces: list[Piece]) -> list[Piece]:
    out: list[Piece] = []
    for piece in pieces:
        if out and out[-1].kind == piece.kind == "text":
            out[-1] = Piece("text", out[-1].text + piece.text)
        elif piece.text:
            out.append(piece)
    return out


def _capital(pieces: list[Piece]) -> list[Piece]:
    """A full sentence starts with a capital letter, unless a name from the data stands there."""
    first = pieces[0]
    return pieces if first.kind == "node" else [Piece(first.kind, first.text[:1].upper() + first.text[1:]), *pieces[1:]]


def _significant(value: float, digits: int = 3) -> float:
    return value if value == 0 else round(value, digits - 1 - math.floor(math.log10(abs(value))))


def _places(value: float) -> int:
    """Decimal places that leave three significant digits; none from 100 on."""
    rounded = abs(_significant(value))
    return 0 if rounded >= 100 or rounded == 0 else 1 if rounded >= 10 else 2


def _rounded(value: float, size: float) -> tuple[float, int]:
    """A scaled amount and its decimal places: three significant digits, but 1,234 stays 1,234."""
    return (round(value), 0) if size == 1 and abs(value) >= 100 else (_significant(value), _places(value))


def _fine_places(ratio: float) -> int:
    """Decimals of a percentage that leave two digits of a small one: 1 from 1 % on."""
    size = abs(ratio) * 100
    return 1 if size >= 1 or size == 0 else min(1 - math.floor(math.log10(size)), 6)


def _change_places(ratio: float) -> int:
    """+354% and −100% need no decimals."""
    return 0 if abs(ratio) >= 2 or round(abs(ratio), 4) == 1 else 1


def _signless(number: str) -> str:
    return number.replace("-", "−")


def _away_from_minus_zero(value: float, places: int) -> float:
    return 0.0 if round(value, places) == 0 else value


@cache
def _symbol(currency: str) -> str:
    from babel.numbers import get_currency_symbol

    symbol = get_currency_symbol(currency, "en_US") if currency else ""
    return "¥" if symbol == "CN¥" else symbol  # a page has one currency, and its title names it


@cache
def _coin(currency: str, lang: str) -> str:
    from babel.numbers import get_currency_name

    if not currency:
        return ""
    if currency == _HOME[lang] or currency in _BEFORE[lang]:
        return "元"
    return _COINS[lang].get(currency) or get_currency_name(currency, locale=_LOCALE[lang])

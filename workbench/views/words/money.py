"""Money: the unit of a figure or column, the currency and where it stands."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from workbench.views.words.formats import in_slots
from workbench.views.words.languages import WRITING
from workbench.views.words.numbers import Numbers, rounded
from workbench.views.words.values import MISSING, missing

_UNITS = {"1": 1.0, "元": 1.0} | {mark: size for w in WRITING.values() for size, mark in w.marks.items()}


@dataclass(frozen=True)
class Scale:
    """How one figure or column shows money: numbers are divided by `size`; `unit` goes to its head, as ¥ M or 万元."""

    size: float
    unit: str
    places: int


@dataclass(frozen=True)
class Money(Numbers):
    """Money in a company's currency, by itself or in its unit."""

    currency: str = ""
    money_unit: str = "auto"

    @in_slots()
    def money(self, value: float) -> str:
        """12_345_678 as ¥12.3M, 1,230万元 or 1,230萬元: three significant digits."""
        scale = self.scale([value])
        return self._with_unit(self.number(*rounded(value / scale.size, scale.size)), scale.size)

    @in_slots()
    def money_exact(self, value: float) -> str:
        """Money to the unit: ¥12,345,678 or 12,345,678元."""
        return self._with_unit(self.number(value), 1.0)

    @in_slots()
    def money_sign(self, value: float) -> str:
        """Money with its sign always shown."""
        return ("+" if value > 0 else "") + self.money(value)

    @in_slots()
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

    def scaled(self, value: float, scale: Scale) -> str:
        """A number of a column that has its unit in the head."""
        return MISSING if missing(value) else self.number(value / scale.size, scale.places)

    def scaled_short(self, value: float, scale: Scale) -> str:
        """The same with three significant digits, for figures that stand beside sentences."""
        if missing(value):
            return MISSING
        shown, places = rounded(value / scale.size, scale.size)
        return self.number(shown, min(places, scale.places))

    def currency_name(self) -> str:
        """The currency's name with its code: Chinese yuan (CNY), 人民币（CNY）."""
        from babel.numbers import get_currency_name

        if not self.currency:
            return MISSING
        name = get_currency_name(self.currency, locale=self.writing.locale)
        return self.writing.aside.format(name, self.currency)

    def _size(self, largest: float) -> float:
        if self.money_unit == "auto":
            return next((size for size in self.writing.sizes if largest >= size * 0.9995), 1.0)
        wanted = _UNITS[self.money_unit]
        return max((size for size in self.writing.marks if size <= wanted), default=1.0)

    def _unit(self, size: float) -> str:
        mark = self.writing.marks.get(size, "")
        if not self.writing.currencies:
            return " ".join(filter(None, (_symbol(self.currency), mark)))
        return self.writing.abroad.get(self.currency, "") + mark + _coin(self.currency, self.lang)

    def _with_unit(self, number: str, size: float) -> str:
        """A number with mark and currency where the language puts them."""
        mark = self.writing.marks.get(size, "")
        if self.writing.currencies:
            return number + mark + _coin(self.currency, self.lang)  # a page's title says whose 元 it is
        symbol, sign = _symbol(self.currency), "−" if number.startswith("−") else ""
        gap = "\u00a0" if symbol.isalpha() else ""  # CHF 12.3k, but $12.3k and A$12.3k
        return f"{sign}{symbol}{gap}{number.removeprefix(sign)}{mark}"


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
    writing = WRITING[lang]
    if currency == writing.home or currency in writing.abroad:
        return "元"
    return writing.currencies.get(currency) or get_currency_name(currency, locale=writing.locale)

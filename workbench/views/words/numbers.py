"""Numbers, percentages and points, as the reader writes them."""

import math
from decimal import ROUND_HALF_UP, Decimal

from workbench.views.words.formats import Language, in_slots


class Numbers(Language):
    """Numbers that are no money; a minus is a true minus."""

    @in_slots(also="count")
    def number(self, value: float, places: int = 0) -> str:
        """1234567.8 as 1,234,568, with a true minus."""
        return _signless(f"{_away_from_minus_zero(value, places):,.{places}f}")

    @in_slots()
    def short_number(self, value: float) -> str:
        """A plain number with three significant digits: 3, 4.5, 1.23万."""
        size = next((s for s in self.writing.sizes if abs(value) >= s * 10), 1.0)
        scaled = value / size
        shown = self.number(_significant(scaled), _places(scaled))
        return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + self.writing.marks.get(size, "")

    def short_plain(self, value: float) -> str:
        """A round number without needless decimals, for axes."""
        return self.number(value, 0) if value == round(value) else self.number(value, 2).rstrip("0").rstrip(".")

    @in_slots()
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

    @in_slots()
    def tenths(self, value: float) -> str:
        """A number to one decimal, none where it is whole: 2.9, 4."""
        return self.number(value, 0 if round(value, 1) == round(value) else 1)

    @in_slots()
    def beyond_one(self, index: float) -> str:
        """How far an index is from 1, without sign: 1.32 as 32%."""
        return self.percent(abs(index - 1), 0)

    @in_slots()
    def difference(self, value: float, places: int = 1) -> str:
        """A difference with its sign, one decimal unless told."""
        return ("+" if round(value, places) > 0 else "") + self.number(value, places)

    def score(self, value: float) -> str:
        """A score, two decimals."""
        return self.number(value, 2)

    def days_long(self, value: float) -> str:
        """Days: 12 days, 12天."""
        return self.phrase("terms.days_long", {"n": self.number(value), "value": round(value)})

    @in_slots()
    def percent(self, ratio: float, places: int = 1) -> str:
        """0.0934 as 9.3%, with a true minus; from 1,000 % on without decimals."""
        return self.number(ratio * 100, 0 if abs(ratio) >= 10 else places) + "%"

    @in_slots()
    def percent_fine(self, ratio: float) -> str:
        """A share that may be small: 2.9%, 0.036%."""
        return self.percent(ratio, _fine_places(ratio))

    @in_slots()
    def percent_sign(self, ratio: float) -> str:
        """A change: +9.3%."""
        return ("+" if round(ratio, 3) > 0 else "") + self.percent(ratio, _change_places(ratio))

    @in_slots()
    def percent_size(self, ratio: float) -> str:
        """A change without its sign, for sentences that say rose or fell."""
        return self.percent(abs(ratio), _change_places(ratio))

    @in_slots()
    def percent_whole(self, ratio: float) -> str:
        """A share, to whole percents."""
        return self.percent(ratio, 0)

    @in_slots()
    def chance(self, p: float) -> str:
        """A probability to whole percents; never 0% or 100%, which would be certain: <1%, >99%; 不到1%, 超过99%."""
        beyond = "chance_least" if p < 0.005 else "chance_most" if p >= 0.995 else ""
        return self.phrase(f"terms.{beyond}") if beyond else self.percent(p, 0)

    @in_slots()
    def of_log(self, effect: float) -> str:
        """An effect on the log of sales as a change in percent, without sign."""
        return self.percent_size(math.exp(effect) - 1)

    @in_slots()
    def points(self, ratio: float) -> str:
        """A change of a ratio: +1.2 points."""
        sign = "+" if round(ratio, 3) > 0 else ""
        return self.phrase("terms.points", {"n": sign + self.number(ratio * 100, 1)})

    @in_slots()
    def points_bare(self, ratio: float) -> str:
        """A change in points for a column that has the unit in its head."""
        return ("+" if round(ratio, 3) > 0 else "") + self.number(ratio * 100, 1)

    @in_slots()
    def points_size(self, ratio: float) -> str:
        """The same without its sign."""
        return self.phrase("terms.points", {"n": self.number(abs(ratio) * 100, 1)})

    @in_slots()
    def points_fine(self, ratio: float) -> str:
        """A change of a share that may be small: −0.1 points, +0.0042 points."""
        return self.phrase("terms.points", {"n": self.points_fine_bare(ratio)})

    @in_slots()
    def points_fine_bare(self, ratio: float) -> str:
        """The same for a column that has the unit in its head."""
        return ("+" if ratio > 0 else "") + self.number(ratio * 100, _fine_places(ratio * 10))


def _significant(value: float) -> float:
    """Three significant digits, halves away from zero as a reader rounds: of what is written 76.45 or 7645, in every
    unit alike, not of the binary fraction behind it, which would take one of the two down."""
    value = float(value)
    if value == 0 or not math.isfinite(value):
        return value
    exact = Decimal(repr(value))
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - 2), ROUND_HALF_UP))


def _places(value: float) -> int:
    """Decimal places that leave three significant digits; none from 100 on."""
    rounded = abs(_significant(value))
    return 0 if rounded >= 100 or rounded == 0 else 1 if rounded >= 10 else 2


def rounded(value: float, size: float) -> tuple[float, int]:
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

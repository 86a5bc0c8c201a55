"""The arithmetic that targets are held against: growth, compounding, shares, chains of rates, calendars.

Amounts in, amounts out; ratios as 0.15. A written number stands for every number that rounds to it, so two statements
contradict each other only where no unrounded numbers could make both true.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.analytics.plan.audit.numbers import Number
from workbench.errors import ParameterError

WEEKS, DAYS = 52, 365  # of a year, where no calendar is given
PER_YEAR = {"year": 1.0, "half": 2.0, "quarter": 4.0, "month": 12.0, "week": WEEKS, "day": DAYS}


@dataclass(frozen=True)
class Compounding:
    """What "so much each period" may mean for a year, as growth of the year; and what each would have to be.

    exit: last period on the period before the first. within: last on first. simple: rates added up.
    total: the year's sum against a year at the level before. `needed_*`: each period's growth that gives the year's.
    """

    exit: float
    within: float
    simple: float
    total: float
    needed_exit: float = float("nan")
    needed_total: float = float("nan")

    @property
    def readings(self) -> dict[str, float]:
        return {"exit": self.exit, "within": self.within, "simple": self.simple, "total": self.total}

    def nearest(self, year: float) -> str:
        """The reading that comes closest to what is said of the year."""
        return min(self.readings, key=lambda name: abs(self.readings[name] - year))


def compounding(each: float, periods: int = 4, year: float | None = None) -> Compounding:
    """All readings of a growth that is said for each of `periods`, and what the year's growth would need."""
    return Compounding(
        exit=(1 + each) ** periods - 1,
        within=(1 + each) ** (periods - 1) - 1,
        simple=each * periods,
        total=_total(each, periods),
        needed_exit=float("nan") if year is None else (1 + year) ** (1 / periods) - 1,
        needed_total=float("nan") if year is None else _needed_total(year, periods),
    )


def _total(each: float, periods: int) -> float:
    return sum((1 + each) ** n for n in range(1, periods + 1)) / periods - 1


def _needed_total(year: float, periods: int) -> float:
    """Bisection: the year's sum rises with each period's growth."""
    low, high = -0.9999, max(1.0, 2 * year + 1)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _total(middle, periods) < year else (low, middle)
    return (low + high) / 2


def growths(amounts: Sequence[float]) -> list[float]:
    """Each amount's change on the one before."""
    return [b / a - 1 if a > 0 else float("nan") for a, b in pairwise(amounts)]


def compounded(first: float, each: float, periods: int) -> list[float]:
    """Amounts that grow by the same ratio from the first on."""
    return [first * (1 + each) ** n for n in range(periods)]


def compounded_to(total: float, each: float, periods: int) -> list[float]:
    """Amounts that grow by the same ratio and sum to `total`."""
    return compounded(total / sum(compounded(1.0, each, periods)), each, periods)


def implied_baseline(after: float, growth: float) -> float:
    """What stood before, if `after` is reached by `growth`."""
    return after / (1 + growth) if growth > -1 else float("nan")


def grown(before: Number, growth: Number, after: Number) -> bool:
    """Whether some unrounded numbers make before × (1 + growth) = after true."""
    ends = [b * (1 + g) for b in (before.lo, before.hi) for g in (growth.lo, growth.hi)]
    return min(ends) <= after.hi and after.lo <= max(ends)


def moved(before: Number, points: Number, after: Number) -> bool:
    """Whether before + points = after can be true."""
    return before.lo + points.lo <= after.hi + 1e-12 and after.lo <= before.hi + points.hi + 1e-12


def multiplied(count: Number, each: Number, whole: Number) -> bool:
    """Whether count × each = whole to the digits written; the count is exact."""
    return count.value * each.lo <= whole.hi and whole.lo <= count.value * each.hi


def adds_up(parts: Sequence[Number], whole: Number) -> bool:
    """Whether unrounded parts can sum to the whole."""
    return sum(p.lo for p in parts) <= whole.hi and whole.lo <= sum(p.hi for p in parts)


def lift(before: float, after: float) -> tuple[float, float]:
    """A rate's change both ways: relative (0.68 is 68 % more) and in points (0.17 is 17 points)."""
    return (after / before - 1 if before else float("nan")), after - before


def implied_periods(whole: float, part: float) -> float:
    """How many parts the whole takes: 12 million at 250,000 a week are 48 weeks."""
    return whole / part if part else float("nan")


def over_life(per_day: float, years: float | None) -> float:
    """What a daily amount comes to over a life in years, which must be given: "2 a day" alone is no price."""
    if years is None:
        raise ParameterError("over_life", ["the life in years is not given. State it: 2 a day is 7,300 in ten years."])
    return per_day * DAYS * years

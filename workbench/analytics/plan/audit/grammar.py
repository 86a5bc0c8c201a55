"""A target's text as goals: metric, numbers with their roles, windows, segment, owner. What is not understood is left.

The grammar is small and our own: windows, numbers and words are found by `vocabulary`, `numbers` and `windows`; a
number's role comes from the words between it and what stands before it. Nothing is guessed: a number without such
words is an amount only where its unit tells what it counts.
"""

import re
from dataclasses import dataclass, field, replace
from functools import cache

import pandas as pd

from workbench.analytics.plan.audit import numbers, vocabulary, windows
from workbench.analytics.plan.audit.numbers import Number
from workbench.analytics.plan.audit.windows import Window
from workbench.periods import Calendar

_ANY = Calendar()


@dataclass(frozen=True)
class Figure:
    """A number in a goal. `role`: amount, baseline, growth, each, rate or part; `per` is the window it is said for."""

    number: Number
    role: str
    per: Window | None = None
    base: str = ""  # of a growth: year, previous, or not said
    factor: bool = False  # written as last year × 1.2


@dataclass(frozen=True)
class Goal:
    """One metric with all that a text says about it. Empty is not said."""

    metric: str = ""
    word: str = ""  # the metric as written
    figures: tuple[Figure, ...] = ()
    windows: tuple[Window, ...] = ()
    segment: tuple[str, ...] = ()
    product: str = ""
    owner: str = ""
    vague: tuple[str, ...] = ()
    until: Window | None = None  # a deadline

    def first(self, role: str) -> Figure | None:
        return next((f for f in self.figures if f.role == role), None)

    def every(self, *roles: str) -> list[Figure]:
        return [f for f in self.figures if f.role in roles]

    @property
    def amount(self) -> Number | None:
        """The level to be reached."""
        return self.first("amount").number if self.first("amount") else None  # type: ignore[union-attr]

    @property
    def baseline(self) -> Number | None:
        return self.first("baseline").number if self.first("baseline") else None  # type: ignore[union-attr]

    @property
    def growth(self) -> Number | None:
        return self.first("growth").number if self.first("growth") else None  # type: ignore[union-attr]

    @property
    def unit(self) -> str:
        """What the goal's level is counted in; the growth's own where there is no level."""
        level = self.amount or self.baseline
        return level.unit if level else self.growth.unit if self.growth else ""

    @property
    def window(self) -> Window | None:
        """The window that says when: dates before anything vague."""
        order = ("dates", "partial", "relative", "impossible", "per")
        return min(self.windows, key=lambda w: order.index(w.kind), default=None)


@dataclass(frozen=True)
class Statement:
    """A text and its goals; `where` names its cell or row."""

    text: str
    goals: tuple[Goal, ...]
    where: str = ""
    parent: str = ""
    name: str = ""


@dataclass
class _Reading:
    """What has been read so far of one text."""

    calendar: Calendar
    as_of: pd.Timestamp | None
    goals: list[Goal] = field(default_factory=lambda: [Goal()])
    per: Window | None = None  # the last window, for the numbers that follow
    fresh: tuple[Window, ...] = ()  # the windows since the last number: they may be the next goal's
    since: str = ""  # the words since the last number
    counted: str = ""  # a word for what is counted, before its number: 意向客户5个
    supposed: bool = False  # a rate follows that the goal rests on, as in "if 20 % convert"

    @property
    def now(self) -> Goal:
        return self.goals[-1]

    def put(self, **more: object) -> None:
        self.goals[-1] = replace(self.now, **more)  # type: ignore[arg-type]


def read(text: str, calendar: Calendar = _ANY, as_of: pd.Timestamp | None = None, where: str = "") -> Statement:
    """The goals that a text states; one with nothing in it where none can be told."""
    folded, shown = vocabulary.fold(text), vocabulary.shown(text)
    state, at = _Reading(calendar, as_of), 0
    for match in _tokens().finditer(folded):
        state.since += folded[at : match.start()]
        at = match.end()
        _TAKE[str(match.lastgroup)](state, match, shown[match.start() : match.end()].strip())
    goals = tuple(_settled(g) for g in state.goals if g != Goal()) or (Goal(),)
    return Statement(shown.strip(), goals, where)


@cache
def _tokens() -> re.Pattern[str]:
    """Everything that carries meaning, the most telling first; numbers last, for years and ages are no amounts."""
    window, number, owner = (
        re.sub(r"\(\?P<\w+>", "(?:", p)
        for p in (windows.pattern().pattern, numbers.pattern().pattern, vocabulary.OWNER)
    )
    return re.compile(
        rf"(?P<owner>{owner})|(?P<vague>{vocabulary.PLACEHOLDER}|{vocabulary.VAGUE})|(?P<window>{window})"
        rf"|(?P<segment>{vocabulary.SEGMENT})|(?P<product>{vocabulary.PRODUCT})|(?P<metric>{vocabulary.METRIC})"
        rf"|(?P<number>(?<![a-wyz\d.]){number})"
    )


def _owner(state: _Reading, match: re.Match[str], shown: str) -> None:
    found = re.search(vocabulary.OWNER, match[0])
    if found:
        at = next(g for g in ("owner", "owner2", "owner3", "owner4") if found[g])
        state.put(owner=shown[found.start(at) : found.end(at)])


def _window(state: _Reading, match: re.Match[str], shown: str) -> None:
    again = windows.pattern().match(match.string, match.start())
    if not again:
        return
    found = replace(windows.found(again, state.calendar, state.as_of), written=shown)
    if (found.every == "day" and found.kind == "dates") or re.search(
        r"\b(?:by|until|before)(?: the)?(?: end of)?\s*$", state.since
    ):
        state.put(until=found)
    state.put(windows=(*state.now.windows, found))
    state.per, state.fresh = found, (*state.fresh, found)


def _segment(state: _Reading, match: re.Match[str], shown: str) -> None:
    name = re.sub(_BEFORE_SEGMENT, "", shown, flags=re.IGNORECASE)
    if not state.now.metric and re.search(r"(?:客户|customers|accounts)$", match[0]) and not state.now.figures:
        state.put(metric="customers", word=shown)
    state.put(segment=tuple(dict.fromkeys((*state.now.segment, name))))


def _product(state: _Reading, match: re.Match[str], shown: str) -> None:
    state.put(product=state.now.product or shown)


def _vague(state: _Reading, match: re.Match[str], shown: str) -> None:
    state.put(vague=(*state.now.vague, shown))


def _metric(state: _Reading, match: re.Match[str], shown: str) -> None:
    found = next(name for name, words in vocabulary.METRICS.items() if re.fullmatch(words, match[0]))
    now, counts = state.now, vocabulary.UNITS[found] == "count"
    state.counted = found if found in vocabulary.COUNTED else ""
    if found in vocabulary.RATES and re.search(_SUPPOSED, state.since):
        state.supposed = True
    elif counts and not now.metric and now.figures:
        return  # what is to be done for amounts that stand before it
    elif found == now.metric or (counts and re.search(_NEEDED, state.since)):
        return  # then 15 opportunities are needed: what the goal needs is no other goal
    elif now.metric and now.every("amount", "growth", "part", "rate", "change"):
        fresh = state.fresh
        state.put(windows=tuple(w for w in now.windows if w not in fresh) or now.windows)
        state.goals.append(Goal(found, shown, (), fresh or now.windows[:1], now.segment, now.product, now.owner))
    elif not now.metric or not match[0].isascii():  # a Chinese phrase ends in what it is about
        state.put(metric=found, word=shown)


def _number(state: _Reading, match: re.Match[str], shown: str) -> None:
    again = numbers.pattern().match(match.string, match.start())
    if not again:
        return
    number = numbers.found(again)
    number = replace(number, written=shown, suffix=shown[len(shown) - len(number.suffix) :])
    number = number.of(state.counted) if state.counted and not number.unit and number.scale == 1 else number
    figure = _figure(state, number, state.since)
    state.since, state.fresh, state.supposed, state.counted = "", (), False, ""
    if figure:
        state.put(figures=(*state.now.figures, figure))


def _figure(state: _Reading, number: Number, said: str) -> Figure | None:
    """The number with its role; None where nothing tells what it is."""
    base = "year" if re.search(vocabulary.YEARLY, said) else "previous" if re.search(vocabulary.PREVIOUS, said) else ""
    if re.search(r"(?:\bx|\*|乘以?)\s*$", said) or number.unit == "factor":
        return Figure(replace(number, value=number.value - 1, unit="ratio"), "growth", state.per, base or "year", True)
    if state.supposed and number.unit == "ratio":
        return Figure(number, "rate", state.per)
    reach = bool(re.search(rf"(?:{vocabulary.REACH})\s*[^,.;\d]{{0,3}}$", said))
    if re.search(rf"(?:{vocabulary.FROM})\s*[^,.;\d]{{0,8}}$", said) and not reach:
        return Figure(_typed(state, number), "baseline", state.per)
    if re.search(r"每(?:一)?(?:单|笔|个|家)?\s*$|each\s*$|at\s*$", said):
        return Figure(number, "each", state.per)
    if number.unit in ("ratio", "points"):
        return _ratio(state, number, said, reach, base)
    if not number.unit and not reach and not state.now.metric and number.scale == 1:
        return None
    moved = re.search(rf"(?:{vocabulary.RISE}|{vocabulary.FALL})(?:了| by)?\s*$", said)
    role = "change" if moved and not reach else "part" if state.now.amount else "amount"
    return Figure(_typed(state, number), role, state.per)


def _ratio(state: _Reading, number: Number, said: str, reach: bool, base: str) -> Figure:
    """A ratio is growth, a level of a rate, or a rate on the way."""
    level = "part" if state.now.amount else "amount"
    if reach and state.now.metric in vocabulary.RATES:
        return Figure(number, level, state.per)
    if re.search(vocabulary.FALL, said):
        return Figure(replace(number, value=-abs(number.value)), "growth", state.per, base)
    if re.search(vocabulary.RISE, said) or base or re.search(r"\bby\s*$", said) or number.unit == "points":
        return Figure(number, "growth", state.per, base)
    return Figure(number, level if state.now.metric in vocabulary.RATES else "rate", state.per)


def _settled(goal: Goal) -> Goal:
    """The goal once all is read: amounts that stood before the metric was named have its unit too."""
    natural = vocabulary.UNITS.get(goal.metric, "")
    if natural not in ("money", "count"):
        return goal
    figures = (f if f.number.unit else replace(f, number=f.number.of(natural)) for f in goal.figures)
    return replace(goal, figures=tuple(figures))


def _typed(state: _Reading, number: Number) -> Number:
    """A number without a unit of its own has that of its metric."""
    natural = vocabulary.UNITS.get(state.now.metric, "")
    return number if number.unit or natural == "ratio" else number.of(natural)


_BEFORE_SEGMENT = r"^(?:in|for|across)\s+(?:the\s+)?|^(?:针对|面向|为|对|把|将|在|其中|針對|為|對|將)"
_SUPPOSED = r"(?:若|如果|假设|按|以|\bif\b|\bat\b|assuming)[^,.;]*$"
_NEEDED = r"(?:需|则|拆|needs?|\bso\b)[^.;]*$"
_TAKE = {"owner": _owner, "window": _window, "segment": _segment, "product": _product, "metric": _metric,
         "vague": _vague, "number": _number}  # fmt: skip

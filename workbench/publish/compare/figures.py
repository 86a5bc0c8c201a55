"""Numbers that pages count, then and now: the KPIs of the first tiles' scorecard, and what notebooks call facts."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from workbench.publish.compare import noise
from workbench.publish.compare.told import Told
from workbench.views import facts as declared
from workbench.views import words
from workbench.views.changes import Figure

_MOVES = 4  # earlier moves of a number below which its own history says nothing about noise
_WIDE = 2.5  # spreads from the usual: beyond it lies one move in a hundred, were they normal
_SPREAD = 1.4826  # median of absolute moves to their standard deviation, were they normal
_BOUND = re.compile(r"(.+)_(lo|hi)(_\d+)?")


def figures(then: Told, now: Told, past: Sequence[Told] = ()) -> tuple[Figure, ...]:
    """Every number that both reports tell, judged: by its interval where it has one, else by its own earlier moves.

    `past` are reports before `then`, oldest first: they show how far a number usually moves from one to the next.
    """
    found = []
    for book in now.manifest["notebooks"]:
        before = _of(then, book["name"])
        found += [*_measured(book, before, then, now, past), *_facts(book, before, past)]
    return tuple(found)


def _of(told: Told, name: str) -> Mapping[str, Any]:
    return next((n for n in told.manifest["notebooks"] if n["name"] == name), {})


def _measured(book: Mapping[str, Any], before: Mapping[str, Any], then: Told, now: Told,
              past: Sequence[Told]) -> Iterator[Figure]:  # fmt: skip
    """KPIs. Sums over stretches of different length are compared by their change on the year before."""
    known = _measures(before)
    for name, one in _measures(book).items():
        if name not in known:
            continue
        rates = bool(one.get("summed")) and then.as_of != now.as_of
        field = "change" if rates else "now"
        a, b = _number(known[name].get(field)), _number(one.get(field))
        if math.isnan(a) or math.isnan(b):
            continue
        moves = [_number(_measures(_of(p, book["name"])).get(name, {}).get(field)) for p in past]
        judged = (
            _judged(a, b, _bounds(known[name]), _bounds(one), [*moves, a]) if not rates else _by_moves([*moves, a], b)
        )
        if judged == "unknown":
            judged = _by_months(
                a, b, noise.of(now, book["name"], name, rates=rates), before.get("span"), book.get("span")
            )
        unit = str(one["unit"])
        yield Figure(book["name"], name, unit, b, a, _difference(a, b, "ratio" if rates else unit), judged, rates=rates)


def _by_months(then: float, now: float, spread: float, one: Any, other: Any) -> str:
    """Beyond noise where the means of two stretches of months differ more than the months' own spread makes likely."""
    if spread != spread or not one or not other:
        return "unknown"
    return "beyond" if abs(now - then) > _WIDE * spread * noise.shrunk(one, other) else "within"


def _facts(book: Mapping[str, Any], before: Mapping[str, Any], past: Sequence[Told]) -> Iterator[Figure]:
    """Facts of a notebook that are no KPI, as they are declared for the step that it tells, whatever its file is
    called; one that is not is a plain number.

    `<name>_lo_80` and `<name>_hi_80` bound `<name>`. Where the pages tell of two `period`s, only numbers of things are
    compared, as alerts, no amounts and rates.
    """
    facts, known, kpis = book.get("facts") or {}, before.get("facts") or {}, _measures(book)
    apart = len({told.get("period") for told in (facts, known)} - {None}) > 1
    step = str(book.get("step") or book["name"])
    for name, value in facts.items():
        fact, bound = declared.of(step, name), _BOUND.fullmatch(name)
        a, b = _number(known.get(name)), _number(value)
        if (fact and not fact.shown) or name in kpis or (bound and bound[1] in facts) or a != a or b != b:
            continue
        unit = fact.unit if fact else declared.PLAIN
        if apart and unit != "few":  # a year's landing is none of its last quarter's
            continue
        moves = [_number((_of(p, book["name"]).get("facts") or {}).get(name)) for p in past]
        judged = _judged(a, b, _bounds_of(known, name), _bounds_of(facts, name), [*moves, a])
        yield Figure(book["name"], name, unit, b, a, _difference(a, b, unit), judged, kpi=False, step=step)


def _measures(book: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = book.get("measures")
    return kept if isinstance(kept, dict) else {}


def _judged(
    then: float, now: float, bounds: tuple[float, float], later: tuple[float, float], moves: list[float]
) -> str:
    """Beyond noise where neither interval holds the other's value; without intervals, by the number's earlier moves."""
    if then == now:
        return "within"
    if any(math.isnan(b) for b in (*bounds, *later)):
        return _by_moves(moves, now)
    outside = not bounds[0] <= now <= bounds[1] and not later[0] <= then <= later[1]
    return "beyond" if outside else "within"


def _by_moves(values: list[float], now: float) -> str:
    """Beyond noise where the move is larger than moves from one report to the next normally are, up or down."""
    known = [v for v in values if v == v]
    moves = [abs(b - a) for a, b in pairwise(known)]
    if known and now == known[-1]:
        return "within"
    if len(moves) < _MOVES:
        return "unknown"
    return "beyond" if abs(now - known[-1]) > _WIDE * _SPREAD * median(moves) else "within"


def _difference(then: float, now: float, unit: str) -> float:
    """As Words.change_by_unit takes it: a ratio for money and counts, a difference for the rest."""
    if unit in words.DIFFERENCES:
        return now - then
    return now / then - 1 if then > 0 else math.nan


def _bounds(one: Mapping[str, Any]) -> tuple[float, float]:
    return _number(one.get("lo")), _number(one.get("hi"))


def _bounds_of(facts: Mapping[str, Any], name: str) -> tuple[float, float]:
    return _number(facts.get(f"{name}_lo_80")), _number(facts.get(f"{name}_hi_80"))


def _number(value: Any) -> float:
    """NaN for what is no number: a fact may be text."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan

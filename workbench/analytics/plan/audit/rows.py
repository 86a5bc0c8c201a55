"""Rows of a table of goals as statements: a sentence, columns, or both; a column adds what the sentence leaves out."""

import re
from dataclasses import replace
from typing import Any

import pandas as pd

from workbench.analytics.plan.audit import numbers, vocabulary
from workbench.analytics.plan.audit.grammar import Figure, Goal, Statement, read
from workbench.analytics.plan.audit.numbers import Number
from workbench.analytics.plan.audit.windows import Window
from workbench.periods import Calendar

MOST = 5_000  # rows that are read


def statements(goals: pd.DataFrame, calendar: Calendar, as_of: pd.Timestamp | None, where: str = "") -> list[Statement]:
    """One statement a row; `where` is put before its number, as in sheet!row."""
    places = goals["_where"] if "_where" in goals else [f"{where}{n}" for n in range(1, len(goals) + 1)]
    rows = goals.head(MOST).to_dict("records")
    return [_statement(row, str(place), calendar, as_of) for row, place in zip(rows, places, strict=False)]


def _statement(row: dict[Any, Any], place: str, calendar: Calendar, as_of: pd.Timestamp | None) -> Statement:
    said = [_text(row, c) for c in ("statement", "metric")]
    text = next(filter(None, said), "")
    found = read(text, calendar, as_of, place)
    first = _completed(found.goals[0], row, calendar, as_of)
    shown = text if first.figures == found.goals[0].figures else _told(row, text)
    name = _text(row, "name")
    return Statement(shown, (first, *found.goals[1:]), place, _text(row, "parent"), name)


def _completed(goal: Goal, row: dict[Any, Any], calendar: Calendar, as_of: pd.Timestamp | None) -> Goal:
    """The goal with what the row's columns say and its sentence does not."""
    metric = read(_text(row, "metric"), calendar, as_of).goals[0]
    if not goal.metric and metric.metric:
        goal = replace(goal, metric=metric.metric, word=metric.word)
    elif not goal.metric and _text(row, "metric"):
        goal = replace(goal, metric=_text(row, "metric"), word=_text(row, "metric"))  # a metric of the company's own
    natural = vocabulary.UNITS.get(goal.metric, "")
    per = _window(row, calendar, as_of)
    for role, column in (("amount", "amount"), ("baseline", "baseline"), ("growth", "growth"), ("rate", "rate")):
        unit = "%" if role in ("growth", "rate") else _text(row, "unit")
        number = _number(row.get(column), unit, natural)
        if number and not goal.first(role):
            goal = replace(goal, figures=(*goal.figures, Figure(number, role, per, "year" if role == "growth" else "")))
    if per:
        goal = replace(goal, windows=(per, *goal.windows))
    segment = _text(row, "segment")
    owner = goal.owner or _text(row, "owner")
    return replace(goal, owner=owner, segment=goal.segment or ((segment,) if segment else ()))


def _number(value: Any, unit: str, natural: str) -> Number | None:
    """A cell with the unit that the row states, known to the digits that it shows."""
    if value is None or pd.isna(value) or isinstance(value, bool):
        return None
    scaled = float(value) * (100 if unit == "%" else 1)
    text = f"{scaled:.10g}"
    found = numbers.pattern().match(vocabulary.fold(text + unit)) if "e" not in text else None
    if found is None:
        return None
    number = numbers.found(found)
    own = replace(number, written=text + unit, suffix=unit if number.suffix else "")
    return own if own.unit or natural == "ratio" else own.of(natural or "units" * bool(unit))


def _window(row: dict[Any, Any], calendar: Calendar, as_of: pd.Timestamp | None) -> Window | None:
    """The window from a period in words, else from start and due."""
    period = read(_text(row, "period"), calendar, as_of).goals[0].window
    start, due = (_day(row.get(c)) for c in ("start", "due"))
    if due is None:
        return period
    return Window("dates", str(due.date()), period.every if period else "", start, due, period.number if period else 0)


def _day(value: Any) -> pd.Timestamp | None:
    return value if isinstance(value, pd.Timestamp) and not pd.isna(value) else None


def _text(row: dict[Any, Any], column: str) -> str:
    value = row.get(column)
    return (
        ""
        if value is None or (not isinstance(value, str) and pd.isna(value))
        else re.sub(r"\s+", " ", str(value)).strip()
    )


def _told(row: dict[Any, Any], text: str) -> str:
    """A row as one line, for quoting it."""
    more = [_text(row, c) for c in ("period", "segment")]
    unit = _text(row, "unit")
    numbers_said = [f"{float(row[c]):.10g}{unit}" for c in ("amount",) if c in row and not pd.isna(row[c])]
    return " · ".join([text, *(m for m in (*more, *numbers_said) if m and m not in text)])

"""The phrase language: the slots of a text, read, and what they choose.

A text has slots: `{rate:percent}` is a value in a format, `{direction:up=rose|down=fell}` chooses by a value. A choice
is taken by the value itself, else by its sign (`+`, `-`, `0`), else by number (`one`), else `other`; `none` is for a
missing value. What is chosen may hold slots again.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from workbench.views.words.values import missing


@dataclass(frozen=True)
class Slot:
    """A place in a text: a value in a format, or a choice between texts."""

    name: str
    how: str = ""
    choices: tuple[tuple[str, tuple["str | Slot", ...]], ...] | None = None


@cache
def parsed(source: str) -> "tuple[str | Slot, ...]":
    """The texts and slots of a phrase."""
    parts, rest = _read(source, "")
    if rest:
        raise ValueError(f"A brace too many in {source!r}")
    return parts


def slots(parsed: "tuple[str | Slot, ...]") -> set[str]:
    """The names of all slots in a parsed text."""
    names: set[str] = set()
    for part in parsed:
        if isinstance(part, Slot):
            names |= {part.name}.union(*(slots(then) for _, then in part.choices or ()))
    return names


def chosen(slot: Slot, value: Any, key: str) -> "tuple[str | Slot, ...]":
    """What a slot with choices says of a value; `key` is the phrase that it stands in."""
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

"""The formats that slots of a text may name: methods of `Words`, marked where they stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from workbench.views.words.languages import WRITING, Writing
from workbench.views.words.texts import phrases

Method = TypeVar("Method", bound=Callable[..., str])


@dataclass(frozen=True)
class Format:
    """How a slot shows its value: a method of `Words`, the kind of piece it makes, the other value it looks at."""

    method: str
    kind: str
    beside: str
    default: Any


FORMATS: dict[str, Format] = {}


def in_slots(
    kind: str = "value", *, also: str = "", beside: str = "", default: Any = None
) -> Callable[[Method], Method]:
    """Makes a method of `Words` a format of slots, under its own name and `also` under another.

    `kind` as in Piece. `beside` names the value of the same sentence that the method takes too, else `default`.
    """

    def declared(method: Method) -> Method:
        for name in filter(None, (method.__name__, also)):
            FORMATS[name] = Format(method.__name__, kind, beside, default)
        return method

    return declared


@dataclass(frozen=True)
class Language:
    """One language: what all its formats may ask of it."""

    lang: str

    def phrase(self, key: str, values: Mapping[str, Any] | None = None) -> str:
        """The sentence `key` as plain text."""
        raise NotImplementedError

    def has(self, key: str) -> bool:
        """Whether there are words for `key`."""
        return key in phrases()

    @property
    def writing(self) -> Writing:
        """How the language writes."""
        return WRITING[self.lang]

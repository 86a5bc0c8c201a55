"""`Words`: sentences in the reader's language, the slots of their texts filled with names, numbers, money and dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from workbench.run import Run
from workbench.settings import NO_CURRENCY
from workbench.views.words.dates import Dates
from workbench.views.words.formats import FORMATS
from workbench.views.words.names import Names
from workbench.views.words.slots import Slot, chosen, parsed
from workbench.views.words.texts import text
from workbench.views.words.units import Units
from workbench.views.words.values import MISSING, missing


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
class Words(Names, Dates, Units):
    """One language with a company's currency, unit of money and calendar."""

    @classmethod
    def of(cls, run: Run, lang: str = "") -> "Words":
        """The words of a run, in its first language unless told."""
        company = run.settings.company
        currency = "" if company.currency == NO_CURRENCY else company.currency
        return cls(lang or run.lang, currency, company.money_unit, run.calendar)

    def say(self, key: str, values: Mapping[str, Any] | None = None) -> Sentence:
        """The sentence `key` with its slots filled, names of nodes apart from the text."""
        pieces = _merged(self._filled(parsed(text(key, self.lang)), values or {}, key))
        return Sentence(_capital(pieces) if self.lang == "en" and pieces and pieces[-1].text.endswith(".") else pieces)

    def phrase(self, key: str, values: Mapping[str, Any] | None = None) -> str:
        """The sentence `key` as plain text."""
        return str(self.say(key, values))

    def _filled(self, parts: tuple[str | Slot, ...], values: Mapping[str, Any], key: str) -> list[Piece]:
        out: list[Piece] = []
        for part in parts:
            out += [Piece("text", part)] if isinstance(part, str) else self._slot(part, values, key)
        return out

    def _slot(self, slot: Slot, values: Mapping[str, Any], key: str) -> list[Piece]:
        if slot.name not in values:
            raise KeyError(f"The phrase '{key}' needs a value '{slot.name}'; it was given {sorted(values)}.")
        value = values[slot.name]
        if slot.choices is not None:
            return self._filled(chosen(slot, value, key), values, key)
        if slot.how in ("", "node"):
            return [Piece("node", self.node(value))]
        if slot.how in ("now", "before"):
            return [Piece("value", self.days((values[f"{slot.how}_first"], values[f"{slot.how}_last"])))]
        said = self.format(value, slot.how, values)
        return [Piece(FORMATS[slot.how].kind, said)]

    def format(self, value: Any, how: str, values: Mapping[str, Any] | None = None) -> str:
        """A value as text; `how` is one of FORMATS, some of which look at another of the `values` beside it."""
        if how not in FORMATS:
            raise KeyError(f"There is no format '{how}'. Formats: {', '.join(sorted(FORMATS))}.")
        shown = FORMATS[how]
        beside = ((values or {}).get(shown.beside) or shown.default,) if shown.beside else ()
        return MISSING if missing(value) else str(getattr(self, shown.method)(value, *beside))

    @property
    def gap(self) -> Piece:
        """What stands between two sentences."""
        return Piece("text", self.writing.space)


def phrase(key: str, lang: str, **values: Any) -> str:
    """The sentence `key` in a language, without a company's currency or calendar."""
    return Words(lang).phrase(key, values)


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

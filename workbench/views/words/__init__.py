"""Sentences, numbers, money and dates in the reader's language; the texts are in phrases/*.toml, three languages a key.

`slots` is the phrase language, `formats` what its slots may name, `languages` the one entry that a language has. A name
from the data keeps apart from the text around it.
"""

from workbench.settings import NO_CURRENCY
from workbench.views.words.money import Scale
from workbench.views.words.sentences import Piece, Sentence, Words, phrase
from workbench.views.words.texts import phrases
from workbench.views.words.units import DIFFERENCES
from workbench.views.words.values import MISSING, clean, missing

__all__ = [
    "DIFFERENCES",
    "MISSING",
    "NO_CURRENCY",
    "Piece",
    "Scale",
    "Sentence",
    "Words",
    "clean",
    "missing",
    "phrase",
    "phrases",
]

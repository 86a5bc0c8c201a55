"""A finding is a fact worth a sentence, kept as data; the sentence lives in views/phrases."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """`key` names the phrase, `values` fill its slots in base units (money in the company's currency, ratios as 0.05).

    `weight` orders findings: money touched, where that can be told. `subject` is the node it is about, if any.
    """

    key: str
    values: dict[str, Any] = field(default_factory=dict)
    weight: float = 0.0
    subject: str = ""

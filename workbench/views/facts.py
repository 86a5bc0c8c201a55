"""What the numbers are that notebooks leave in their facts cells: declared by page in facts.toml, and nowhere else."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

PLAIN = "plain"  # the unit of a number of which nothing is declared: an analyst's own


@dataclass(frozen=True)
class Fact:
    """`unit` as Words.by_unit takes it; `name` by language; one that is not `shown` stays in the manifest."""

    unit: str
    name: Mapping[str, str] = field(default_factory=dict)
    shown: bool = True


def of(page: str, name: str) -> Fact | None:
    """What a page's fact is; None where nothing is declared of it: then neither unit nor words are guessed."""
    return declared().get((page, name))


@cache
def declared() -> dict[tuple[str, str], Fact]:
    """All facts by page and name, in the order of facts.toml."""
    told = tomllib.loads(files("workbench.views").joinpath("facts.toml").read_text("utf-8"))
    return {(page, name): Fact(**fact) for page, own in told.items() for name, fact in own.items()}

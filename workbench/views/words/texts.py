"""The texts of views/phrases, by key and language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any


def text(key: str, lang: str) -> str:
    """The text of `key` before its slots are filled."""
    try:
        return phrases()[key][lang]
    except KeyError:
        raise KeyError(f"No text for '{key}' in {lang}. Add it to workbench/views/phrases.") from None


@cache
def phrases() -> dict[str, dict[str, str]]:
    """Every phrase by its key, `<folder>.<file>.<heading>`, with its texts by language."""
    return _texts(files("workbench").joinpath("views", "phrases"), "")


def _texts(place: Traversable, key: str) -> dict[str, dict[str, str]]:
    if place.is_file():
        return _flat(tomllib.loads(place.read_text("utf-8")), key) if place.name.endswith(".toml") else {}
    found: dict[str, dict[str, str]] = {}
    for inner in sorted(place.iterdir(), key=lambda f: f.name):
        found |= _texts(inner, f"{key}.{inner.name.removesuffix('.toml')}".strip("."))
    return found


def _flat(tree: Mapping[str, Any], prefix: str) -> dict[str, dict[str, str]]:
    if all(isinstance(v, str) for v in tree.values()):
        return {prefix: dict(tree)}
    return {k: v for name, branch in tree.items() for k, v in _flat(branch, f"{prefix}.{name}").items()}

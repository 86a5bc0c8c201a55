"""What an output under our MIME type must be before anything relies on it: any notebook may show any data as that."""

import json
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from workbench.settings import LANGUAGES
from workbench.views import words
from workbench.views.shell import MIME, Role

LONGEST = 1_000_000  # characters of markup of one output in one language; the longest of our own have a sixth of it
_HEADING = 300


class _Provenance(BaseModel):
    digests: dict[str, Any] = {}
    rows: dict[str, Any] = {}


class _Tile(BaseModel):
    key: str
    facts: list[Any]


class _Bundle(BaseModel):
    """What every reader of a bundle takes for granted."""

    role: Role
    id: str
    heading: dict[str, str]
    html: dict[str, str] = Field(min_length=1)
    stands: dict[str, str] | None = None
    said: dict[str, list[str | list[str]]] | None = None
    measures: dict[str, dict[str, Any]] = {}
    tiles: dict[str, list[_Tile]] = {}
    span: list[str] | None = None
    before: list[str] | None = None
    step: str | None = None
    provenance: _Provenance | None = None


def ours(data: Any) -> dict[str, Any] | None:
    """The bundle in the data of an output, as far as pages have room for it; None where there is none that has our
    shape: then it is a stranger's."""
    bundle = data.get(MIME)
    try:
        _Bundle.model_validate(bundle, strict=True)
    except ValidationError:
        return None
    return _bounded(bundle)


def _bounded(bundle: dict[str, Any]) -> dict[str, Any]:
    """The same where it is not too long; of what is, a line that says so, and where it is to be found."""
    kept = bundle | {"html": _shown(bundle["html"]), "heading": {k: t[:_HEADING] for k, t in bundle["heading"].items()}}
    kept |= {"stands": _shown(bundle["stands"])} if bundle.get("stands") else {}
    beside = {name: value for name, value in bundle.items() if name not in ("html", "heading", "stands")}
    if len(json.dumps(beside)) <= LONGEST:
        return kept
    return {name: kept[name] for name in ("role", "id", "heading", "html")}


def _shown(markup: dict[str, str]) -> dict[str, str]:
    def one(lang: str, text: str) -> str:
        size = {"size": len(text.encode("utf-8", "replace")) / 1e6}
        speak = words.Words(next((known for known in LANGUAGES if known == lang), LANGUAGES[0]))
        return f"<p>{speak.phrase('page.section_left_out', size)}</p>"

    return {lang: one(lang, text) if len(text) > LONGEST else text for lang, text in markup.items()}

"""What an output under our MIME type must be before anything relies on it: any notebook may show any data as that."""

from typing import Any

from pydantic import BaseModel, Field, ValidationError

from workbench.views.shell import MIME, Role


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
    step: str | None = None
    provenance: _Provenance | None = None


def ours(data: Any) -> dict[str, Any] | None:
    """The bundle in the data of an output; None where there is none that has our shape: then it is a stranger's."""
    bundle = data.get(MIME)
    try:
        _Bundle.model_validate(bundle, strict=True)
    except ValidationError:
        return None
    found: dict[str, Any] = bundle
    return found

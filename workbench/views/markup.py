"""The one place where text becomes markup: Jinja2 templates that escape everything they are given."""

from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup


def render(template: str, **context: Any) -> Markup:
    """What a template makes of its context. Only this, our own style sheet and our own SVG are trusted."""
    return Markup(_environment().get_template(template).render(**context))  # noqa: S704 the template has escaped it


def compile_all() -> None:
    """Readies every template, for a process from which others are forked."""
    for name in _environment().list_templates():
        _environment().get_template(name)


@cache
def style(name: str = "style") -> Markup:
    """A style sheet of ours; it holds nothing from data. `notebook` adds what JupyterLab's own themes need."""
    lines = files("workbench").joinpath("views", f"{name}.css").read_text("utf-8").splitlines()
    return Markup("\n".join(line.strip() for line in lines if line.strip()))  # noqa: S704 our own file


@cache
def _environment():  # type: ignore[no-untyped-def]
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("workbench", "views/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

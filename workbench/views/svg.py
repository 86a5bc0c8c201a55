"""From a matplotlib figure to SVG that belongs to the page: its colours follow light and dark, its text stays text."""

import hashlib
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, LINE, PAPER = "#1b2330", "#596373", "#d8dde4", "#fffffe"
ACCENT, ACCENT_LIGHT, GREY, GREY_LIGHT = "#0b5fa5", "#5a96cd", "#8792a0", "#dfe3e8"
VARIABLES = {INK: "ink", MUTED: "muted", LINE: "line", PAPER: "paper", ACCENT: "accent", ACCENT_LIGHT: "accent-light",
             GREY: "grey", GREY_LIGHT: "grey-light"}  # fmt: skip
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: searchable, small, in the reader's own fonts
    "svg.hashsalt": "workbench",  # ids are the same from run to run
    "text.parse_math": False,  # a $ in a name is a $
    "font.family": ["DejaVu Sans"],  # comes with matplotlib; the browser draws with the page's fonts
    "axes.unicode_minus": True,
    "path.simplify": True,
}
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_NAMESPACE = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_KEPT = {"font-size", "font-weight", "text-anchor", "fill", "stroke", "stroke-width", "stroke-dasharray", "opacity",
         "stroke-linecap", "stroke-linejoin", "fill-opacity", "stroke-opacity"}  # fmt: skip


@dataclass(frozen=True)
class Canvas:
    """A figure measured in pixels, wide for a desktop and paper or narrow for a phone."""

    figure: "Figure"
    width: float
    height: float

    def axes(self, left: float, top: float, right: float, bottom: float) -> "Axes":
        """Axes with these margins, without frame and ticks; their limits must be set."""
        from workbench.views.plain import PlainAxes

        box = (left / self.width, bottom / self.height, (self.width - left - right) / self.width,
               (self.height - top - bottom) / self.height)  # fmt: skip
        axes = PlainAxes(self.figure, box)
        axes.set_axis_off()
        return self.figure.add_axes(axes)

    def text(self, x: float, y: float, said: str, **style: object) -> None:
        """Text at pixels from the left and from the top, standing on its baseline."""
        style = {"color": MUTED, "fontsize": 12, "va": "baseline", "ha": "left", **style}
        self.figure.text(x / self.width, 1 - y / self.height, said, **style)  # type: ignore[arg-type]


def canvas(width: float, height: float) -> Canvas:
    """An empty figure of `width` × `height` pixels."""
    from matplotlib.figure import Figure

    return Canvas(Figure(figsize=(width / 72, height / 72), dpi=72, frameon=False), width, height)


def settled():  # type: ignore[no-untyped-def]
    """A context in which figures are drawn the same way whatever the user's own matplotlib settings are."""
    import matplotlib

    return matplotlib.rc_context({**_quiet_defaults(), **_STYLE})


def svg(drawn: Canvas, label: str, kind: str) -> Markup:
    """The figure as an SVG element of class `kind`, described by `label` for those who cannot see it."""
    from workbench.views.plain import PlainRenderer

    out = StringIO()
    renderer = PlainRenderer(drawn.width, drawn.height, out, metadata=_NO_METADATA)
    drawn.figure.draw(renderer)
    renderer.finalize()
    return Markup(_cleaned(out.getvalue(), label, kind))  # noqa: S704 an XML library wrote it


def halo(width: float) -> list[Any]:
    """A rim of paper around a line or mark, which sets it off from what it crosses."""
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=width, foreground=PAPER)]


def bars(axes: "Axes", heights: Sequence[tuple[float, float]], **look: Any) -> None:
    """Bars from zero at x, height; all as one shape, which is quicker and smaller than one each."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    known = [(x, y) for x, y in heights if math.isfinite(y)]
    if known:
        boxes = np.array([[(x - 0.37, 0), (x - 0.37, y), (x + 0.37, y), (x + 0.37, 0)] for x, y in known])
        axes.add_artist(PathPatch(Path.make_compound_path_from_polys(boxes), **look))


def fitted(name: str, width: float, size: float = 12) -> str:
    """`name`, cut with … where it would be wider than `width` pixels. Widths are estimates on the safe side."""
    if text_width(name, size) <= width:
        return name
    kept, room = "", width - size
    for char in name:
        room -= text_width(char, size)
        if room < 0:
            break
        kept += char
    return kept.rstrip() + "…"


def text_width(said: str, size: float = 12) -> float:
    """About how many pixels a text takes: full-width characters one em, others by their usual width."""
    return sum(_em(c) for c in said) * size


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF" or ord(char) > 0x1F000:
        return 1.0
    return 0.78 if char.isupper() or char in "mwMW@%—…" else 0.58


def _cleaned(source: str, label: str, kind: str) -> str:
    """The SVG without what a page does not need: document type, metadata, sizes, fonts and unused ids."""
    ElementTree.register_namespace("", _NAMESPACE[1:-1])
    ElementTree.register_namespace("xlink", _XLINK[1:-1])
    root = ElementTree.fromstring(source[source.index("<svg") :])  # noqa: S314 matplotlib wrote it
    used = set(re.findall(r"url\(#([\w-]+)\)", source)) | set(re.findall(r'href="#([\w-]+)"', source))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (_NAMESPACE + "metadata", _NAMESPACE + "style"):
                parent.remove(child)
    prefix = hashlib.sha256(f"{kind} {label} {source}".encode()).hexdigest()[:6]  # one page holds many figures
    for element in root.iter():
        _clean(element, used)
        _rename(element, prefix)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib |= {"class": kind, "role": "img", "aria-label": label, "focusable": "false"}
    return re.sub(r">\s+<", "><", ElementTree.tostring(root, encoding="unicode"))


def _clean(element: ElementTree.Element, used: set[str]) -> None:
    if element.get("id") not in used:
        element.attrib.pop("id", None)
    declared = [part.split(":", 1) for part in element.get("style", "").split(";") if ":" in part]
    style = {name.strip(): value.strip() for name, value in declared}
    if font := style.get("font"):
        size = re.search(r"([\d.]+)px", font)
        style["font-size"] = f"{float(size[1]):g}px" if size else "12px"
        style |= {"font-weight": "600"} if re.search(r"\b(bold|[67]00)\b", font) else {}
    kept = {name: _colour(value) for name, value in style.items() if name in _KEPT}
    if kept:
        element.set("style", ";".join(f"{name}:{value}" for name, value in kept.items()))
    else:
        element.attrib.pop("style", None)
    for name in ("d", "transform", "x", "y"):
        if element.get(name):
            element.set(name, _rounded(element.attrib[name]))


def _rename(element: ElementTree.Element, prefix: str) -> None:
    """Ids, and what points to them, made this figure's own."""
    if element.get("id"):
        element.set("id", prefix + element.attrib["id"])
    for name in (_XLINK + "href", "href"):
        if element.get(name, "").startswith("#"):
            element.set(name, f"#{prefix}{element.attrib[name][1:]}")
    if element.get("clip-path"):
        element.set("clip-path", element.attrib["clip-path"].replace("url(#", f"url(#{prefix}"))


def _colour(value: str) -> str:
    return f"var(--{VARIABLES[value]},{value})" if value in VARIABLES else value


def _rounded(numbers: str) -> str:
    return (
        re.sub(r"-?\d+\.\d+", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), numbers)
        .replace("\n", " ")
        .strip()
    )


def _quiet_defaults() -> dict[Any, Any]:
    import matplotlib

    return {
        k: v
        for k, v in matplotlib.rcParamsDefault.items()
        if k.startswith(("font.", "text.", "lines.", "patch.", "hatch."))
    }

"""Where the words of a figure stand: none may leave it or run into another."""

import re
from xml.etree import ElementTree

from workbench.views import drawing, svg
from workbench.views.drawing import Picture


def texts(figure: str) -> list[tuple[float, float, float, str]]:
    """Left, right, baseline and words of each text, in the figure's own pixels."""
    found = []
    for element in ElementTree.fromstring(figure).iter("{http://www.w3.org/2000/svg}text"):
        style = dict(part.split(":") for part in element.get("style", "").split(";"))
        width = svg.text_width(element.text or "", float(style["font-size"].removesuffix("px")))
        x, y = _place(element)
        left = x - {"middle": width / 2, "end": width}.get(style.get("text-anchor", "start"), 0)
        found.append((left, left + width, y, element.text or ""))
    return found


def assert_apart(picture: Picture, about: object) -> None:
    """Fails where a label leaves the figure, wide or narrow, or runs into another; `about` says which figure it is."""
    for kind, width in (("wide", drawing.WIDE), ("narrow", drawing.NARROW)):
        words = texts(getattr(picture, kind))
        for at, (left, right, base, said) in enumerate(words):
            assert left >= -6, (about, kind, said)
            assert right <= width + 6, (about, kind, said)
            for left2, right2, base2, other in words[at + 1 :]:
                apart = abs(base - base2) >= 9 or right <= left2 + 4 or right2 <= left + 4
                assert apart, (about, kind, said, other)


def _place(element: ElementTree.Element) -> tuple[float, float]:
    if element.get("x"):
        return float(element.attrib["x"]), float(element.attrib["y"])
    moved = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", element.get("transform", ""))
    assert moved
    return float(moved[1]), float(moved[2])

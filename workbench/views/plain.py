"""Axes that only hold marks, and a renderer that does not measure texts: matplotlib's own set up ticks, grids and
spines, and measure each mark and each text, for nothing here.

The methods replaced are those that a projection of matplotlib's replaces (its gallery's "custom projection").
"""

from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.spines import Spine


class PlainAxes(Axes):
    """Axes without frame and ticks, whose limits are set and never found from lines and bars."""

    def add_line(self, line: Line2D) -> Line2D:
        self.add_artist(line)
        return line

    def add_patch(self, p: Patch) -> Patch:
        self.add_artist(p)
        return p

    def grid(self, *_: Any, **__: Any) -> None:
        """Nothing: lines of a grid are drawn one by one where a figure has them."""

    def tick_params(self, *_: Any, **__: Any) -> None:
        """Nothing: there are no ticks."""

    def _init_axis(self) -> None:
        self.xaxis, self.yaxis = _X(self, clear=False), _Y(self, clear=False)

    def _gen_axes_spines(self) -> dict[str, Spine]:
        return {}


class _X(XAxis):
    set_clip_path = Artist.set_clip_path  # XAxis' own would make ticks to clip them


class _Y(YAxis):
    set_clip_path = Artist.set_clip_path


class PlainRenderer(RendererSVG):
    """For texts of one line that stand on their baseline: the browser places them by their anchor."""

    def get_text_width_height_descent(self, *_: Any, **__: Any) -> tuple[float, float, float]:
        return 0.0, 0.0, 0.0

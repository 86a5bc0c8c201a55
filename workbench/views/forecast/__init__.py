"""Views of the forecast."""

from workbench.views.forecast import habits as habits
from workbench.views.forecast.sections import headline

__all__ = ["headline"]

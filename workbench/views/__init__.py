"""What a reader sees: words, figures, tables, pages. Results come in, HTML in the reader's language goes out."""

from workbench.views import forecast, history, market, plan, tracking  # noqa: F401 their views are known from here on
from workbench.views.page import Page

__all__ = ["Page"]

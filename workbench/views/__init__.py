"""What a reader sees: words, figures, tables, pages. Results come in, HTML in the reader's language goes out."""

from workbench.views import funnel  # noqa: F401 its views are known from here on
from workbench.views.page import Page

__all__ = ["Page"]

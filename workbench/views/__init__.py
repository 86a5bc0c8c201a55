"""What a reader sees: words, figures, tables, pages. Results come in, HTML in the reader's language goes out."""

from workbench.views.page import Page

__all__ = ["Page"]

"""Views of history: its sections, customers, the funnel, shifts; each beside its figures."""

from workbench.views.history import customers, funnel, sections, shifts  # noqa: F401 their views are known from here on

"""The views of all results are known to tests of single ones."""

import workbench.views.page  # noqa: F401

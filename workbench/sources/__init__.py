"""Whatever the company has, as checked tables in an engine."""

from workbench.sources.data import Data
from workbench.sources.loading import load

__all__ = ["Data", "load"]

"""Whatever the company has, as checked tables in an engine."""

from workbench.sources.data import Data, load

__all__ = ["Data", "load"]

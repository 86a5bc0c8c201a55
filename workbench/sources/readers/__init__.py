"""Whatever a company has (text files, workbooks, Parquet, a database) as one table with our names and kinds.

Nothing is guessed and nothing is lost: what the values do not prove is asked for, and what cannot be read is named with
its rows.
"""

from workbench.sources.readers.job import Raw
from workbench.sources.readers.peeking import UNTOLD, Peek, peek
from workbench.sources.readers.reading import read

__all__ = ["UNTOLD", "Peek", "Raw", "peek", "read"]

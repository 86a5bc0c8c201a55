"""Every error the workbench raises on purpose.

WorkbenchError
├── SettingsError          workbench.toml says something it cannot mean
├── DataError              a file or table is not what its contract asks
├── ParameterError         a run was asked for something it cannot do
├── NotEnoughHistoryError  a method needs more than it was given
└── RunError               a notebook did not finish; the text names the cell and the reason
"""

from collections.abc import Sequence


class WorkbenchError(Exception):
    """Base of the tree; catch this to catch all of them."""


class _Listed(WorkbenchError):
    """An error that names every breach at once; `.problems` lists them."""

    def __init__(self, where: str, problems: Sequence[str]) -> None:
        self.where, self.problems = where, list(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n".join([f"{where}: {count}", *(f"  - {p}" for p in self.problems)]))

    def __reduce__(self) -> tuple[type["_Listed"], tuple[str, list[str]]]:
        """How a process hands it to another: as it was made."""
        return type(self), (self.where, self.problems)


class SettingsError(_Listed):
    """The settings file is missing, unreadable or says something it cannot mean."""


class DataError(_Listed):
    """The company's files or tables are not what their contracts ask."""


class ParameterError(_Listed):
    """A run parameter is unknown, missing or of the wrong kind."""


class NotEnoughHistoryError(WorkbenchError):
    """A method needs more periods, rows or columns than it was given; the text says how many."""


class RunError(WorkbenchError):
    """A notebook did not finish."""

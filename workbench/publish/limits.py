"""How long a run, its notebooks and their cells may take, and what a notebook is told when its time is up."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Seconds; infinity is no limit. The clock is one that cannot be set, so a jump of the day's time ends nothing."""

    notebook: float = math.inf
    cell: float = math.inf
    run: float = math.inf

    @classmethod
    def of(cls, notebook: float, cell: float, run: float) -> "Limits":
        """As they are asked for, where 0 is no limit."""
        return cls(*(seconds or math.inf for seconds in (notebook, cell, run)))

    def passed(self, notebook: float, cell: float) -> str:
        """Why a notebook must end that has run, and is in a cell, for so many seconds; empty: it may go on."""
        if notebook > self.notebook:
            return f"it took longer than {self.notebook:g} s; allow more with --timeout"
        if cell > self.cell:
            return f"a cell took longer than {self.cell:g} s; allow more with --cell-timeout"
        return ""

    @property
    def over(self) -> str:
        """Why all that is left of a run must end."""
        return f"the run took longer than {self.run:g} s; allow more with --run-timeout"

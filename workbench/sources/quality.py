"""What was read, left out, repaired and could not be joined, and how much money each touches. Plain data."""

from dataclasses import dataclass, field
from typing import Any

from workbench.findings import Finding


@dataclass(frozen=True)
class Step:
    """One thing done to, or found in, the rows of a table.

    `kind` is one of
    - read: rows of one file (detail: file, first, last)
    - footer: short rows under the data of a text file, passed over (file, values)
    - empty: the table has a header and no rows, so it counts as missing
    - excluded: rows left out by the settings (column, values)
    - overlap: rows that stood in several files and were counted once (files, first, last)
    - alike: identical lines in files that cover the same days but mostly differ: kept (files, first, last)
    - restated: orders of which each of two files has lines that the other lacks, so both count; rows and money are of
      the older file (files, first, last, orders, newer: the file that reaches further, None where neither does)
    - repeats: identical lines within one file (kept: bool)
    - converted: money in other currencies (currencies)
    - no_rate: money in currencies of which no rate is known for the day: left out (currencies)
    - no_customer: lines without a customer
    - no_cost, no_quantity: lines that lack it, so that sums that need it are unknown
    - unmatched: values that do not join their reference table (column, reference, values,
      nearest: what these probably meant)
    - after_as_of: rows dated later than the run may look
    - reopened: opportunities that were closed after as_of and count as open
    - out_of_scope: rows outside the run's scope
    - not_scoped: a table in which the scope cannot be told (level, kept: bool)
    - rolled_up: targets of nodes that lead others with a target: left out of sums (nodes)
    - other_metric: targets that are not of sales (metrics)
    - target_unit: targets and sales of the latest span are so far apart that their units must differ (target, sold)
    - leading: targets of people who sold next to nothing of them, so they probably lead others whose targets count too
      (nodes, share: the most that one of them sold of it, usual: what the middle one of all with targets sold)
    - target_period: it cannot be told how long the targets' periods are
    - partial: a period at the edge that the data cover in part (period, every, first, last)
    """

    table: str
    kind: str
    rows: int
    amount: float | None = None  # money touched; None where the table has none
    detail: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.amount is not None:  # without what adding floats leaves behind the ten-thousandths
            object.__setattr__(self, "amount", round(float(self.amount), 4))


@dataclass(frozen=True)
class Quality:
    """All steps in the order they were taken, what is missing, and a digest of everything read."""

    steps: tuple[Step, ...] = ()
    missing: tuple[str, ...] = ()  # optional tables that are not there
    digests: dict[str, str] = field(default_factory=dict)  # source or file -> short digest of its content

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One finding for each step but the plain reading, the most money first."""
        told = [s for s in self.steps if s.kind != "read"]
        found = [Finding(f"quality.{s.kind}", _values(s), weight=abs(s.amount or 0.0), subject=s.table) for s in told]
        return tuple(sorted(found, key=lambda f: -f.weight))

    def of(self, *kinds: str, table: str = "") -> tuple[Step, ...]:
        """The steps of some kinds, of one table or of all."""
        return tuple(s for s in self.steps if s.kind in kinds and table in ("", s.table))


def _values(step: Step) -> dict[str, Any]:
    return {"table": step.table, "rows": step.rows, "amount": step.amount, **step.detail}

"""The table of all faults, one line each, and the count of those that were not dealt with."""

import sys
import time

from tests.faults.table import FAULTS, Seen, run_all


def main(names: list[str]) -> int:
    began, rows = time.monotonic(), []
    print(f"{'fault':<46}{'status':<13}{'exit':>5}  outcome")
    for fault in FAULTS:
        if not names or any(name in fault.name for name in names):
            for row in run_all(fault):
                rows.append(row)
                print(_line(row), flush=True)
    lost = sum(not row.good for row in rows)
    good, took = len(rows) - lost, time.monotonic() - began
    print(f"{len(rows)} faults injected, {good} as they should be, {lost} not; {took:.0f} s")
    return 1 if lost else 0


def _line(row: Seen) -> str:
    outcome = "clear; nothing lost, nothing left" if row.good else "WRONG: " + "; ".join(row.wrong)
    return f"{row.fault:<46}{row.status:<13}{row.code:>5}  {outcome}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Runs in which something goes wrong end clearly, lose nothing and leave nothing. `make faults` has all of them."""

import sys

import pytest

from tests.faults.table import FAULTS, Fault, run_all

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a run leaves is counted on Linux only")
QUICK = [fault for fault in FAULTS if not fault.slow]


@pytest.mark.parametrize("fault", QUICK, ids=lambda f: f.name)
def test_a_fault_ends_clearly_and_nothing_is_lost_or_left(fault: Fault) -> None:
    rows = run_all(fault)

    assert rows
    assert {row.fault: row.wrong for row in rows if not row.good} == {}

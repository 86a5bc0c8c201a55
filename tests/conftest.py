"""What all tests share: where the real data sets are, and how their absence is told."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """A real data set's folder or file; the test is skipped, saying so, where it is not on this machine."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the real data set '{name}' is not at ../shared/data, so this test could not run")
    return path

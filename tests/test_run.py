"""What a run may be asked, and what is refused before anything starts."""

from pathlib import Path

import pytest

from workbench.errors import ParameterError
from workbench.run import Run
from workbench.settings import Settings

COMPANY = Settings(
    company={"name": "Made", "currency": "CNY"},
    sources={"orders": {"files": ["orders.csv"]}},
    dimensions={"place": ["region"], "customer": ["customer"]},
    path=Path("workbench.toml"),
)


def scope(text: str) -> dict[str, str]:
    return Run.start(COMPANY, as_of="2026-09-30", scope=text).scope


@pytest.mark.parametrize("day", ["2026-09-30x", "2026-W39", "20260930", "2026-09-300", "2026-02-30", " 2026-09-30", ""])
def test_a_day_that_is_not_written_as_one_is_refused(day: str) -> None:
    with pytest.raises(ParameterError, match="write a day as 2026-09-30"):
        Run.start(COMPANY, as_of=day)


def test_a_value_may_hold_commas() -> None:
    assert scope("customer=Beta, Inc.") == {"customer": "Beta, Inc."}
    assert scope("customer=Beta, Inc. ,region=East") == {"customer": "Beta, Inc.", "region": "East"}


def test_parts_are_told_by_their_levels() -> None:
    assert scope(" region = East , customer=a=b") == {"region": "East", "customer": "a=b"}
    assert scope("") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("region=East,region=West", "names 'region' twice"),
        ("regoin=East", "there is no level 'regoin'"),
        ("region=", "should read level=value"),
        ("East", "should read level=value"),
    ],
)
def test_a_scope_that_cannot_be_meant_is_refused(text: str, told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        scope(text)

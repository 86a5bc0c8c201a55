"""Competitors' moves beside our sales."""

import numpy as np
import pandas as pd
import pytest

from workbench.analytics.market.watch import Watch, watch
from workbench.analytics.results import Unknown

MONTHS = pd.date_range("2023-01-01", periods=36, freq="MS")
SEASON = np.tile([1.0, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1], 3)
AS_OF = pd.Timestamp("2025-12-31")
MOVES = pd.DataFrame(
    {"date": pd.to_datetime(["2025-04-10", "2024-10-02", "2026-02-01"]), "competitor": ["A", "B", "A"],
     "kind": ["price cut", "launch", "price cut"], "note": ["-15 %", None, "later"]}
)  # fmt: skip


def sales(factor: float = 1.0) -> pd.DataFrame:
    amounts = 100 * SEASON
    amounts[27:] *= factor
    return pd.DataFrame({"period": MONTHS, "amount": amounts, "whole": True})


def made(**more: pd.DataFrame | None) -> Watch:
    found = watch(**{"competitors": MOVES, "events": None, "sales": sales(), "as_of": AS_OF} | more)  # type: ignore[arg-type]
    assert isinstance(found, Watch)
    return found


def test_nothing_after_as_of_is_told() -> None:
    assert made().table["date"].max() == pd.Timestamp("2025-04-10")
    assert made().kinds["now"].to_dict() == {"price cut": 1, "launch": 0}


def test_a_season_that_starts_with_a_move_is_not_taken_for_its_effect() -> None:
    row = made().table.iloc[0]

    assert row["change"] == pytest.approx(1.0)
    assert row["usual"] == pytest.approx(1.0)
    assert row["beyond"] == pytest.approx(0.0)


def test_sales_that_fall_beyond_the_season_after_a_move_are_said() -> None:
    found = made(sales=sales(0.8))

    assert found.table.iloc[0]["beyond"] == pytest.approx(-0.2)
    assert found.findings[1].values["beyond"] == pytest.approx(-0.2)


def test_months_that_are_not_whole_are_not_compared() -> None:
    late = MOVES.assign(date=pd.Timestamp("2025-11-15"))

    assert np.isnan(made(competitors=late).table.iloc[0]["sales_after"])


def test_events_of_the_industry_stand_beside_competitors() -> None:
    events = pd.DataFrame({"date": [pd.Timestamp("2025-06-01")], "kind": ["policy"], "name": ["subsidy ends"]})
    table = made(events=events).table

    assert table.iloc[0]["note"] == "subsidy ends"
    assert pd.isna(table.iloc[0]["who"])


def test_without_moves_there_is_nothing_to_watch() -> None:
    assert isinstance(watch(None, None, sales(), AS_OF), Unknown)

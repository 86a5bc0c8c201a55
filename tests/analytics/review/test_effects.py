"""What happened and what it did: planted effects are named with their days and sizes; elsewhere nothing is."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.analytics.made import keys_of, said
from tests.analytics.review.demo import effects_at, placebos
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Unknown
from workbench.analytics.review.effects import Effects, effects
from workbench.analytics.review.happenings import family, happenings, toward
from workbench.sources.demo.effects import EFFECTS

DAYS = pd.date_range("2023-01-01", "2024-12-31")
PERIOD = PlanPeriod(
    "quarter",
    pd.Timestamp("2024-10-01"),
    pd.Timestamp("2024-12-31"),
    pd.date_range("2024-10-01", periods=3, freq="MS"),
    (pd.Timestamp("2023-10-01"), pd.Timestamp("2023-12-31")),
)
COVERS = (DAYS[0], DAYS[-1])


def company(seed: int = 1, **moved: float) -> Callable[..., pd.DataFrame]:
    """Daily sales of three regions, those of each from October 2024 on times `moved`."""
    rng = np.random.default_rng(seed)
    rows = []
    for name, size in (("North", 900.0), ("South", 700.0), ("East", 500.0)):
        amount = size * rng.lognormal(0, 0.15, len(DAYS)) * np.where(PERIOD.first <= DAYS, moved.get(name, 1.0), 1.0)
        rows.append(pd.DataFrame({"period": DAYS, "region": name, "amount": amount}))
    lines = pd.concat(rows, ignore_index=True)

    def sales(every: str, by: tuple[str, ...]) -> pd.DataFrame:
        assert every == "day"
        return lines.groupby(["period", *by])["amount"].sum().reset_index()

    return sales


def events(**columns: list[object]) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame({"date": [PERIOD.first], "end": [pd.NaT], "kind": ["price war"], "name": ["War"]} | columns)
    return {"events": frame.astype({"date": "datetime64[ns]", "end": "datetime64[ns]"})}


def found(sales: Callable[..., pd.DataFrame], tables: dict[str, pd.DataFrame]) -> Effects:
    made = effects(tables, sales, PERIOD, levels=("region",), covers=COVERS)
    assert isinstance(made, Effects)
    return made


def test_a_fall_by_a_fifth_where_the_event_was_is_measured_as_a_fifth() -> None:
    made = found(company(South=0.8), events(region=["South"]))

    row = made.table.loc["War"]
    assert row["rate"] == pytest.approx(-0.2, abs=0.04)
    assert row["lo"] < -0.2 * row["expected"] < row["hi"]
    assert row["named"]
    assert said(made, "review.effects.event")["first"] == PERIOD.first


def test_an_event_that_did_nothing_is_not_told_from_chance() -> None:
    made = found(company(), events(region=["South"]))

    assert keys_of(made)[0] == "review.effects.within"
    assert said(made, "review.effects.within")["names"] == ("War",)
    assert said(made, "review.effects.within")["left"] is None
    assert made.named.empty


def test_an_event_that_touched_everything_is_not_measured_and_said_so() -> None:
    made = found(company(), events(region=[None], kind=["price list"]))

    assert made.table["reason"]["War"] == "everywhere"
    assert np.isnan(made.table["effect"]["War"])
    assert said(made, "review.effects.unmeasured")["reason"] == "everywhere"


def test_where_everything_else_was_touched_too_there_is_nothing_to_compare_with() -> None:
    two: dict[str, list[object]] = {
        "date": [PERIOD.first] * 3,
        "end": [pd.NaT] * 3,
        "kind": ["fair"] * 3,
        "name": ["A", "B", "C"],
    }
    made = found(company(), events(**two, region=["North", "South", "East"]))

    assert set(made.table["reason"]) == {"control"}


def test_a_period_without_events_or_departures_is_unknown_not_empty() -> None:
    made = effects({}, company(), PERIOD, levels=("region",), covers=COVERS)

    assert isinstance(made, Unknown)
    assert said(made, "review.effects.unknown")["missing"] == ("events", "reps")


def test_an_event_that_is_over_or_older_than_a_year_is_no_happening_of_the_period() -> None:
    tables = events(
        date=[pd.Timestamp("2023-05-01"), pd.Timestamp("2024-06-01"), pd.Timestamp("2024-07-01")],
        end=[pd.NaT, pd.Timestamp("2024-09-30"), pd.NaT],
        kind=["launch"] * 3,
        name=["old", "over", "lasts"],
        region=["North"] * 3,
    )

    assert list(happenings(tables, ("region",), PERIOD, COVERS[1])["name"]) == ["lasts"]


def test_a_departure_after_the_last_day_of_data_is_not_known_yet() -> None:
    reps = pd.DataFrame({"rep": ["a", "b"], "left": pd.to_datetime(["2024-11-01", "2025-01-02"])})

    assert list(happenings({"reps": reps}, (), PERIOD, COVERS[1])["rep"]) == ["a"]


@pytest.mark.parametrize(
    ("kind", "of", "way"),
    [
        ("价格战", "market", "down"),
        ("人员离职", "people", "down"),
        ("市场活动", "campaign", "up"),
        ("新品上市", "product", ""),
        ("調價", "product", ""),
        ("账期", "other", ""),
        ("Price war", "market", "down"),
        ("promotion", "campaign", "up"),
    ],
)
def test_the_kind_of_an_event_tells_its_family_and_which_way_it_can_move_sales(kind: str, of: str, way: str) -> None:
    assert (family(kind), toward(kind)) == (of, way)


@pytest.mark.parametrize("as_of", ["2025-09-30", "2025-12-31"])
def test_the_lost_key_rep_is_named_with_the_day_and_the_size(as_of: str) -> None:
    planted = EFFECTS["key_rep_lost"]
    made = effects_at(as_of)

    row = made.named.loc["朱晨若"]
    assert row["first"] == pd.Timestamp(planted.start)
    assert row["lo"] <= (planted.factor - 1) * row["expected"] <= row["hi"]
    assert made.named.index.tolist() == ["朱晨若"]
    assert said(made, "review.effects.book")["owner"] == "张知行"


@pytest.mark.parametrize("as_of", ["2024-06-30", "2024-09-30"])
def test_the_price_war_is_named_with_its_days_place_and_size(as_of: str) -> None:
    price, orders = EFFECTS["price_war_price"], EFFECTS["price_war_orders"]
    made = effects_at(as_of)

    row = made.named.loc["华南工业传感价格战"]
    assert (row["first"], row["last"]) == (pd.Timestamp(price.start), pd.Timestamp(price.end))
    assert dict(row["where"]) == price.where
    assert row["lo"] <= (price.factor * orders.factor - 1) * row["expected"] <= row["hi"]
    assert len(made.named) == 1


def test_the_campaign_is_named_with_its_days_and_size() -> None:
    planted = EFFECTS["campaign"]
    made = effects_at("2025-06-30")

    row = made.named.loc["视觉质检升级季"]
    assert (row["from"], row["until"]) == (pd.Timestamp(planted.start), pd.Timestamp(planted.end))
    assert row["lo"] <= (planted.factor - 1) * row["expected"] <= row["hi"]
    assert len(made.named) == 1


@pytest.mark.parametrize("as_of", ["2024-12-31", "2026-09-30"])
def test_in_quiet_quarters_nothing_is_named(as_of: str) -> None:
    assert effects_at(as_of).named.empty


def test_where_nothing_happened_about_5_of_100_parts_and_quarters_are_called_unusual() -> None:
    """Regions, lines, their crossings and the customers of each rep, in every second quarter, but what was planted."""
    tested = [p for first in pd.date_range("2023-07-01", "2026-07-01", freq="2QS") for _, p in placebos(first)]

    assert len(tested) > 200
    assert 0.02 < np.mean(np.array(tested) < 0.05) < 0.075

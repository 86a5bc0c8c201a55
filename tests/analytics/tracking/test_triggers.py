"""What calls for another look: each family by itself, evidence with its noise, the demo company's planted effects."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from tests.analytics.tracking.landing_course import AS_OF, YEAR, course
from workbench.analytics.results import Unknown
from workbench.analytics.tracking import evidence
from workbench.analytics.tracking.triggers import Records, Triggered, triggers
from workbench.settings.tracking import Triggers

DEMO = Path(__file__).parents[3] / "data" / "demo" / "workbench.toml"
START, END = pd.Timestamp("2026-04-01"), pd.Timestamp("2026-09-30")


def daily(effect: float = 0.0, nodes: int = 12, seed: int = 1) -> pd.DataFrame:
    """Three years of daily sales of some regions; the first one changes on START."""
    rng, days = np.random.default_rng(seed), pd.date_range("2023-10-01", END)
    parts = []
    for n in range(nodes):
        amount = 100 * np.exp(rng.normal(0, 0.4, len(days)))
        amount = amount * np.where((days >= START) & (n == 0), 1 + effect, 1.0)
        parts.append(pd.DataFrame({"period": days, "region": f"R{n}", "amount": amount}))
    return pd.concat(parts, ignore_index=True)


def records(sales: pd.DataFrame, **tables: object) -> Records:
    """Records over made-up daily sales."""

    def sold(every: str, by: object = ()) -> pd.DataFrame:
        return sales if every == "day" else sales.drop_duplicates("region")

    return Records(sold, lambda **_: pd.DataFrame(), END, ("region",), **tables)  # type: ignore[arg-type]


def event(name: str, day: str = "2026-04-01", region: str | None = "R0") -> pd.DataFrame:
    return pd.DataFrame(
        {"date": [pd.Timestamp(day)], "end": [pd.NaT], "kind": [name], "name": [name], "region": [region]}
    )


def found(known: Records, decided: str = "2026-01-01", **settings: object) -> Triggered:
    made = triggers(known, Triggers.model_validate(settings), pd.Timestamp(decided))
    assert isinstance(made, Triggered)
    return made


def test_a_fall_of_thirty_percent_is_measured_with_an_interval_that_holds_it() -> None:
    effect = evidence.of_node(daily(-0.3), {"region": "R0"}, (START, END))
    assert effect.lo < -0.3 < effect.hi
    assert effect.beyond
    assert effect.amount == pytest.approx(-0.3 * 183 * 108, rel=0.25)


def test_nothing_happened_is_seldom_called_an_effect() -> None:
    called = [evidence.of_node(daily(seed=s), {"region": "R0"}, (START, END)).beyond for s in range(30)]
    assert sum(called) <= 5  # 1.5 are to be expected


def test_a_market_event_fires_down_on_its_own_part_with_its_date() -> None:
    row = found(records(daily(-0.3), events=event("price war"))).fired.iloc[0]
    assert (row["family"], row["direction"], row["node"], row["date"]) == ("market", "down", "R0", START)


def test_what_was_known_when_targets_were_decided_is_shown_and_does_not_fire() -> None:
    made = found(records(daily(-0.3), events=event("price war")), decided="2026-07-01")
    assert made.table["known"].tolist() == [True]
    assert made.fired.empty
    assert [f.key for f in made.findings][1] == "tracking.adjust.felt"


def test_an_event_without_a_declared_word_is_no_trigger() -> None:
    assert isinstance(triggers(records(daily(), events=event("fair")), Triggers(), START), Unknown)


def test_own_words_declare_own_triggers() -> None:
    made = found(records(daily(-0.3), events=event("Strike")), resources=["strike"])
    assert made.families == ("resources",)


def test_a_small_move_does_not_fire_and_one_that_is_too_young_does() -> None:
    assert found(records(daily(0.0), events=event("price war"))).fired.empty
    young = found(records(daily(), events=event("price war", "2026-09-20"))).fired.iloc[0]
    assert pd.isna(young["change"])
    assert young["direction"] == ""


def test_an_event_that_names_its_part_only_in_words_finds_it() -> None:
    moves = pd.DataFrame({"date": [START], "competitor": ["X"], "kind": ["move"], "note": ["R7 price cut by a tenth"]})
    assert found(records(daily(), competitors=moves)).table["node"].tolist() == ["R7"]


@pytest.mark.parametrize(("booked", "way"), [((900.0, 500.0), "down"), ((1300.0, 650.0), "up")])
def test_difficulty_fires_by_itself_up_or_down(booked: tuple[float, float], way: str) -> None:
    made = triggers(replace(records(daily()), as_of=AS_OF), Triggers(), YEAR.first, course(booked=booked))
    assert isinstance(made, Triggered)
    assert made.families == ("difficulty",)  # TV33
    assert made.fired["direction"].tolist() == [way]


def test_satisfaction_fires_where_it_falls_beyond_chance() -> None:
    days = pd.date_range("2025-01-15", "2026-09-15", freq="QS")
    scores = pd.DataFrame({"date": days.repeat(6)})
    noise = np.random.default_rng(2).normal(0, 0.1, len(scores))
    scores["score"] = np.where(scores["date"] >= "2026-01-01", 7.5, 8.5) + noise
    fired = found(records(daily(), satisfaction=scores)).fired
    assert fired["kind"].tolist() == ["satisfaction"]
    assert fired["direction"].tolist() == ["down"]


@cache
def demo(as_of: str) -> Triggered:
    run = wb.Run.start(DEMO, as_of=as_of)
    data = wb.load(run)
    known = Records(
        data.sales, data.compare, run.as_of, data.dimensions, data.table("events"), data.table("competitors"),
        data.table("reps"), data.table("satisfaction"),
    )  # fmt: skip
    made = triggers(known, Triggers(), run.calendar.start_of(run.as_of, "year"))
    assert isinstance(made, Triggered)
    return made


def test_the_demos_price_war_fires_with_its_date_and_place() -> None:
    fired = demo("2024-06-30").fired
    war = fired[fired["what"] == "华南工业传感价格战"].iloc[0]
    assert (war["date"], war["node"], war["family"]) == (pd.Timestamp("2024-04-01"), "华南 × 工业传感", "market")
    assert war["lo"] < 0.88 * 0.85 - 1 < war["hi"]  # planted: 12 % cheaper, 15 % fewer orders


def test_the_demos_lost_key_rep_fires_with_the_day() -> None:
    fired = demo("2025-09-30").fired
    lost = fired[fired["kind"] == "rep_left"].set_index("what").loc["朱晨若"]  # S003
    assert lost["date"] == pd.Timestamp("2025-08-16")
    assert lost["share"] > 0.05
    assert lost["direction"] == "down"


def test_a_year_on_the_lost_reps_customers_are_known_to_buy_far_less() -> None:
    made = demo("2026-08-15")
    lost = made.table.set_index("what").loc["朱晨若"]
    assert lost["known"]  # before the year's targets
    assert lost["p"] < 0.01
    assert lost["lo"] < -0.5 < lost["hi"]  # planted: −60 % until March, −45 % after
    assert {f.values["what"] for f in made.findings if f.key == "tracking.adjust.felt"} == {"朱晨若"}


def test_nothing_after_the_day_is_seen() -> None:
    assert (demo("2024-06-30").table["date"] <= "2024-06-30").all()

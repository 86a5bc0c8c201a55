"""Who needs help: TV31 with its interval, few opportunities against the others' pace."""

import numpy as np
import pandas as pd

from workbench.analytics.results import Unknown
from workbench.analytics.tracking.coaching import Coaching, coaching
from workbench.settings import Stages

STAGES = Stages(won=["won"], lost=["lost"], order=["talk", "offer"])
AS_OF = pd.Timestamp("2026-06-30")


def deals(rates: dict[str, tuple[int, float]], seed: int = 1) -> pd.DataFrame:
    """Of each rep so many opportunities over 12 months, decided 10 days on, at a win rate."""
    rng, parts = np.random.default_rng(seed), []
    for rep, (count, rate) in rates.items():
        created = AS_OF - pd.to_timedelta(rng.integers(12, 360, count), unit="D")
        won = np.arange(count) < round(rate * count)
        stage = np.where(won, "won", "lost")
        parts.append(
            pd.DataFrame({"rep": rep, "created": created, "closed": created + pd.Timedelta(days=10), "stage": stage})
        )
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(opportunity=range(len(frame)), amount=100.0)


def found(frame: pd.DataFrame, **more: object) -> Coaching:
    made = coaching(frame, STAGES, AS_OF, **more)  # type: ignore[arg-type]
    assert isinstance(made, Coaching)
    return made


TEAM = {f"R{n}": (100, 0.3) for n in range(9)}


def test_opportunities_enough_and_a_win_rate_far_below_the_mean_means_coaching_in_closing() -> None:
    made = found(deals({**TEAM, "low": (110, 0.08)}))  # TV31
    assert made.table["need"].to_dict() == {**dict.fromkeys(TEAM, ""), "low": "closing"}
    row = made.table.loc["low"]
    assert row["hi"] < made.mean
    assert [d.key for d in made.decisions] == ["tracking.diagnosis.decide_coach"]


def test_the_same_rate_on_few_deals_names_nobody() -> None:
    made = found(deals({**TEAM, "low": (12, 0.08)}), people=None)
    assert made.table["need"]["low"] != "closing"


def test_half_the_opportunities_of_the_others_is_prospecting_not_closing() -> None:
    made = found(deals({**TEAM, "few": (25, 0.3)}))
    assert made.table["need"]["few"] == "prospecting"
    assert made.table["expected"]["few"] == 100


def test_who_joined_lately_is_held_against_the_months_that_they_were_there() -> None:
    people = pd.DataFrame({"rep": [*TEAM, "new"], "joined": pd.Timestamp("2020-01-01"), "left": pd.NaT})
    people.loc[people["rep"] == "new", "joined"] = pd.Timestamp("2026-04-01")
    frame = deals({**TEAM, "new": (25, 0.3)})
    made = found(frame, people=people)
    assert made.table["need"]["new"] == ""
    assert 20 < made.table["expected"]["new"] < 30


def test_who_left_is_in_the_mean_but_not_named() -> None:
    people = pd.DataFrame({"rep": [*TEAM, "low"], "joined": pd.Timestamp("2020-01-01"), "left": pd.NaT})
    people.loc[people["rep"] == "low", "left"] = pd.Timestamp("2026-05-01")
    made = found(deals({**TEAM, "low": (110, 0.05)}), people=people)
    assert "low" not in made.table.index
    assert made.mean < 0.3


def test_among_equals_few_are_named_for_closing() -> None:
    rng = np.random.default_rng(5)
    named = 0
    for seed in range(20):
        team = {f"R{n}": (80, float(rng.binomial(80, 0.3)) / 80) for n in range(10)}
        named += (found(deals(team, seed)).table["need"] == "closing").sum()
    assert named <= 4  # of 200; 2.5 % would be 5 by Wilson's end alone


def test_too_few_people_and_no_deals_are_unknown() -> None:
    assert isinstance(coaching(deals({"R1": (50, 0.3)}), STAGES, AS_OF), Unknown)
    assert isinstance(coaching(None, STAGES, AS_OF), Unknown)
    assert isinstance(coaching(deals(TEAM).drop(columns="rep"), STAGES, AS_OF), Unknown)

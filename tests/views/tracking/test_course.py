"""The course's sections: each says something in every language, and no label leaves its figure."""

import re
from functools import cache

import pandas as pd
import pytest

from tests.analytics.tracking.courses import AS_OF, CALENDAR, aims, bare, made, sales, usual
from tests.views import labels
from workbench.analytics.forecast import Landing, ahead, landing
from workbench.analytics.results import Result
from workbench.analytics.tracking import Course, OpenPipeline, Record, open_pipeline, path, record
from workbench.findings import Finding
from workbench.settings import LANGUAGES
from workbench.views import show, tracking
from workbench.views.words import Words


@cache
def results(kind: str) -> tuple[Result, ...]:
    """All sections of a course with everything, without targets and opportunities, or on its last day."""
    over = pd.Timestamp("2026-09-30")
    course = {"full": usual, "bare": bare, "over": lambda: made(over)}[kind]()
    found = (course, path(course), open_pipeline(course), record(course), aims())
    return tuple(r for r in found if r is not None)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["full", "bare", "over"])
def test_each_section_says_something_in_every_language(kind: str, lang: str) -> None:
    for result in results(kind):
        view = show.view(result, Words(lang, "USD"), AS_OF)
        said = [str(view.point), *map(str, view.more), view.heading, view.how, str(view.caption or "")]

        assert view.point
        assert view.heading
        assert not any(re.search(r"\{|nan|None|tracking\.course", text) for text in said), said


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["full", "bare", "over"])
def test_no_label_leaves_its_figure_or_runs_into_another(kind: str, lang: str) -> None:
    for result in results(kind):
        view = show.view(result, Words(lang, "USD"), AS_OF)
        if view.draw:
            labels.assert_apart(view.draw(), (kind, lang, view.id))


def test_the_page_shows_at_most_seven_columns_on_a_phone() -> None:
    for result in results("full"):
        for table in show.view(result, Words("en", "USD"), AS_OF).tables:
            assert sum(not head.minor for head in table.heads) <= 7, table.caption


def test_the_answer_says_where_it_stands_where_it_lands_and_what_each_day_must_bring() -> None:
    said = [str(show.say(f, Words("en", "USD"))) for f in show.leading([usual()])]

    assert len(said) == 3
    assert "of the target of" in said[0]
    assert "the chance of reaching it is" in said[1]
    assert "such landings missed by 1.9% on average before (a straight line by 4.6%), and 79% of 24 results" in said[1]
    assert "remaining working days must bring" in said[2]


def test_the_facts_are_rounded_and_unknown_targets_stay_unknown() -> None:
    told, untold = tracking.headline(usual()), tracking.headline(bare())

    assert told["target"] == 210_000
    assert 0 <= told["chance"] <= 1  # type: ignore[operator]
    assert untold["target"] is None
    assert untold["landing"] > 0  # type: ignore[operator]


def test_the_likeliest_part_stands_first_below_the_whole() -> None:
    view = show.view(made(goals=aims(north=60e3, south=20e3)), Words("en", "USD"), AS_OF)

    assert [line.name for line in view.tables[0].lines] == ["All", "south", "north"]


def test_pipeline_and_record_are_sections_of_their_own() -> None:
    kinds = [type(r) for r in results("full")]

    assert OpenPipeline in kinds
    assert Record in kinds
    assert open_pipeline(made(pd.Timestamp("2026-09-30"))) is None


def test_the_tiles_tell_what_the_data_carry() -> None:
    views = {kind: show.view(results(kind)[0], Words("en", "USD"), AS_OF) for kind in ("full", "bare", "over")}

    keys = {kind: [tile["key"] for tile in view.tiles] for kind, view in views.items()}
    assert keys["full"][:2] == ["booked", "landing"]
    assert keys["bare"] == ["booked", "landing"]
    assert keys["over"] == ["booked"]  # nothing is to come
    assert any("chance of the target" in fact for fact in views["full"].tiles[1]["facts"])


def test_a_period_that_is_over_tells_who_reached_the_target_and_no_chances() -> None:
    view = show.view(results("over")[0], Words("en", "USD"), AS_OF)

    assert "reached the target; furthest from it is" in str(view.point)
    assert "Chance of target" not in [head.title for head in view.tables[0].heads]


@cache
def forecast(ahead_of: int = 6) -> Landing:
    months = sales().assign(period=sales()["period"].dt.to_period("M").dt.to_timestamp())
    months = months[months["period"] < AS_OF.to_period("M").to_timestamp()]
    sums = months.groupby(["period", "region"], as_index=False)["amount"].sum().assign(whole=True)
    found = landing(ahead(sums, ("region",), months=ahead_of, every="month", calendar=CALENDAR), CALENDAR)
    assert isinstance(found, Landing)
    return found


def beside(course: Course, other: Landing | None) -> list[Finding]:
    found = path(course, other, CALENDAR)
    return [f for f in found.findings if f.key == "tracking.course.beside_forecast"]


def test_the_forecasts_own_amount_for_the_period_stands_beside_the_landing() -> None:
    (found,) = beside(usual(), forecast())
    whole, history = forecast().forecast.whole["mean"], forecast().forecast.history.iloc[:, 0]
    first, last = usual().period.first, usual().period.last

    assert found.values["amount"] == pytest.approx(history[history.index >= first].sum() + whole[:last].sum())
    assert found.values["gap"] == pytest.approx(found.values["amount"] - usual().table["expected"].iloc[0])
    assert found.values["until"] < AS_OF
    assert 0 < found.values["share"] < 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_amounts_are_read_in_the_first_sentence_under_the_figure(lang: str) -> None:
    words = Words(lang, "USD")
    told, alone = (show.view(path(usual(), other, CALENDAR), words, AS_OF) for other in (forecast(), None))

    amount = words.money(beside(usual(), forecast())[0].values["amount"])
    assert amount in str(told.point)
    assert amount not in str(alone.point)
    assert len(told.more) == len(alone.more) + 1


def test_no_forecast_one_of_another_stretch_or_a_period_that_is_over_adds_nothing() -> None:
    assert beside(usual(), None) == []
    assert beside(made(pd.Timestamp("2026-09-30")), forecast()) == []
    assert beside(usual(), forecast(1)) == []

"""The course's sections: each says something in every language, and no label leaves its figure."""

import re
from functools import cache

import pandas as pd
import pytest

from tests.analytics.tracking.courses import AS_OF, aims, bare, made, usual
from tests.views import labels
from workbench.analytics.results import Result
from workbench.analytics.tracking import OpenPipeline, Record, open_pipeline, path, record
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

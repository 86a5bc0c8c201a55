"""The sections on target and work, causes, effects, process, fairness and cases, in each language."""

import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

import workbench as wb
from tests.analytics.review.demo import review_at
from tests.views.labels import assert_apart
from workbench.analytics.results import Result, Unknown
from workbench.settings import LANGUAGES
from workbench.views import show
from workbench.views.review import headline
from workbench.views.words import Words

AS_OF = "2025-12-31"
SECTIONS = ("verdict", "causes", "effects", "process", "fairness", "cases")


@cache
def results() -> dict[str, Result]:
    made = review_at(AS_OF)
    data, period, calendar = made.data, made.period, made.run.calendar
    deals, history = data.deals(), data.table("stage_history")
    months = wb.review.known_before(data.sales("month", by="rep"), period, calendar, "month")
    sellers = wb.plan.people(data.table("reps"), months, period, settings=made.run.settings.plan.people)
    return {
        "verdict": made.verdict,
        "causes": made.causes,
        "effects": made.effects,
        "process": wb.review.process(deals, history, data.stages, period, calendar),
        "fairness": wb.review.evaluation(
            data.sales(period.name, by="rep"), data.targets(), period, calendar, sellers=sellers
        ),
        "cases": wb.review.cases(deals, data.stages, period, stage_history=history),
    }


def shown(name: str, lang: str) -> show.View:
    run = review_at(AS_OF).run
    return show.view(results()[name], Words.of(run, lang), run.as_of)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_says_something_and_tells_how_it_was_found(name: str, lang: str) -> None:
    seen = shown(name, lang)

    assert str(seen.point)
    assert len(seen.how) > 60
    assert not any(re.search(r"\{|\bnan\b|NaT", str(one)) for one in seen.more)
    assert all(len([h for h in table.heads if not h.minor]) <= 7 for table in seen.tables)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", [n for n in SECTIONS if n != "cases"])
def test_no_word_of_a_figure_leaves_it_or_runs_into_another(name: str, lang: str) -> None:
    draw = shown(name, lang).draw
    assert draw is not None

    assert_apart(draw(), (name, lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_decisions_are_said_in_each_language(lang: str) -> None:
    words = Words.of(review_at(AS_OF).run, lang)
    decisions = [d for result in results().values() for d in result.decisions]

    assert {"review.effects.book", "review.process.not_judged"} <= {d.key for d in decisions}
    assert all(str(show.say(d, words)) for d in decisions)


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "15 May 2025"), ("zh-CN", "2025年5月15日"), ("zh-TW", "2025年5月15日")]
)
def test_the_chance_of_a_target_raised_within_the_period_is_said_with_its_day(lang: str, told: str) -> None:
    words, first = Words.of(review_at(AS_OF).run, lang), results()["verdict"].findings[0]
    raised = replace(first, values={**first.values, "since": pd.Timestamp("2025-05-15")})

    assert told not in str(show.say(first, words))
    assert told in str(show.say(raised, words)).replace("\xa0", " ").replace(" 年 ", "年")


def test_the_departure_is_named_with_its_day_in_the_reader_s_own_words() -> None:
    said = {lang: " ".join(map(str, shown("causes", lang).more)) for lang in LANGUAGES}

    assert "The departure of 朱晨若 (16 Aug 2025)" in said["en"]
    assert "朱晨若离职（2025年8月16日）" in said["zh-CN"]
    assert "朱晨若離職（2025年8月16日）" in said["zh-TW"]


def test_the_table_of_causes_adds_up_to_the_gap_that_is_said() -> None:
    table = shown("causes", "en").tables[0]
    found = review_at(AS_OF).causes

    assert table.lines[-1].kind == "total"
    assert table.lines[-1].cells[1] == Words("en", "CNY").scaled(found.gap, Words("en", "CNY").fine_scale([3e7]))


def test_the_facts_cell_gets_the_numbers_that_matter() -> None:
    assert set(headline(results()["verdict"])) == {"chance", "place", "attainment", "expected"}
    assert "cause_people" in headline(results()["causes"])
    assert headline(results()["effects"]) == {
        "朱晨若": pytest.approx(results()["causes"].table.set_index("name").loc["朱晨若", "money"], abs=0.01)  # type: ignore[attr-defined]
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_cannot_be_told_has_a_heading_in_each_language(lang: str) -> None:
    period = review_at(AS_OF).period
    unknown = [
        wb.review.effects({}, pd.DataFrame, period, levels=(), covers=(period.first, period.last)),
        wb.review.evaluation(pd.DataFrame({"rep": []}), None, period, wb.Calendar()),
        wb.review.cases(None, review_at(AS_OF).data.stages, period),
        wb.review.process(None, None, review_at(AS_OF).data.stages, period, wb.Calendar()),
        wb.review.causes(Unknown(section="x"), Unknown(section="x"), None, wb.review.Ground(wb.Calendar())),
    ]

    for one in unknown:
        assert isinstance(one, Unknown)
        assert show.view(one, Words(lang), period.last).heading

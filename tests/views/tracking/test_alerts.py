"""Alerts as a reader sees them: in every language, with any name as a part, with anything off and with nothing."""

from functools import cache
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from tests.analytics.tracking.test_alerts import BY_REGION, COURSE, made
from tests.views import labels
from tests.views.test_charts import LONG
from workbench.analytics.tracking import Alerts, alerts, board
from workbench.periods import Calendar
from workbench.settings import LANGUAGES
from workbench.settings.tracking import AlertRule, TrackingSettings
from workbench.views import show
from workbench.views.tracking import headline
from workbench.views.words import MISSING, Words

AS_OF = pd.Timestamp("2025-11-16")
NAMES = {"plain": "East", "markup": "<b>{amount:money}</b>", "long": LONG[0]}
LANDING = AlertRule(on="landing", by="region", threshold=0.3)
BELOW = AlertRule(on="win_rate", by="region", threshold=0.25, over=8, name={"en": "Few wins", "zh-CN": "赢单少"})


@cache
def found(name: str = "plain", size: float = 1.0) -> Alerts:
    rules = (BY_REGION, LANDING, BELOW, AlertRule(on="sales"))
    result = alerts(
        TrackingSettings(rules=rules), lambda e, b: _named(e, b, NAMES[name], size), Calendar(), course=COURSE
    )
    assert isinstance(result, Alerts)
    return result


def _named(every: str, by: str, name: str, size: float) -> pd.DataFrame:
    return made(every, by).replace({"node": {"East": name}}).eval(f"amount = amount * {size}")


@cache
def calm() -> Alerts:
    rules = TrackingSettings(rules=(AlertRule(on="win_rate", by="region"),))
    result = alerts(rules, lambda e, b: made(e, b, drop=0.0, seed=6), Calendar())
    assert isinstance(result, Alerts)
    return result


def results(name: str = "plain") -> tuple[Any, ...]:
    return found(name), found(name).rules, board(COURSE, (0.5, 0.8)), calm(), calm().rules


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", list(NAMES))
def test_every_result_is_shown_in_every_language(name: str, lang: str) -> None:
    w = Words(lang, "CNY")
    for result in results(name):
        shown = show.view(result, w, AS_OF)
        assert shown.heading
        assert shown.point
        assert shown.how
        assert "nan" not in " ".join(str(s).lower() for s in (shown.point, *shown.more))
        for picture in (shown.draw(),) if shown.draw else ():
            for one in (picture.wide, picture.narrow):
                ElementTree.fromstring(str(one))
        for decision in result.decisions:
            assert str(show.say(decision, w))


def test_the_table_says_what_is_off_since_when_how_sure_and_who_acts() -> None:
    shown = show.view(found(), Words("en", "CNY"), AS_OF)
    lines = shown.tables[0].lines
    east = [line.cells for line in lines if line.name == "East: Win rate"]  # by its chart, and below its threshold
    south = next(line.cells for line in lines if line.name == "South: Chance of the target")
    heads = [h.title for h in shown.tables[0].heads]

    assert shown.open_table
    assert heads[:3] == ["What is off", "Now", "Expected or limit"]
    assert any("1 in 104 weeks" in cells and "Li" in cells for cells in east)
    assert any("25.0%" in cells and "Li" not in cells for cells in east)
    assert south[heads.index("Since") - 1] == MISSING
    assert "10%" in south
    assert not any("to reach it still" in cell for cell in south)  # the chance is what is off: told once
    assert "Wang" in south


def test_a_phone_sees_at_most_seven_columns() -> None:
    for result in results():
        for table in show.view(result, Words("en", "CNY"), AS_OF).tables:
            assert sum(not h.minor for h in table.heads) <= 7


def test_nothing_off_is_a_sentence_without_a_table() -> None:
    shown = show.view(calm(), Words("en", "CNY"), AS_OF)

    assert str(shown.point).startswith("Nothing is off among 3 things watched")
    assert shown.tables == ()
    assert shown.draw  # the charts nearest to their limits are still there


def test_a_rule_is_called_what_the_company_calls_it() -> None:
    for lang, name in (("en", "Few wins"), ("zh-CN", "赢单少")):
        lines = show.view(found().rules, Words(lang, "CNY"), AS_OF).tables[0].lines
        assert name in [line.name for line in lines]


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
def test_figures_hold_their_text_at_any_size_of_sales(size: float) -> None:
    w = Words("en", "CNY")
    for result in (found("plain", size), board(COURSE, (0.5,))):
        picture = show.view(result, w, AS_OF).draw()  # type: ignore[misc]
        for one, width in ((picture.wide, 720), (picture.narrow, 340)):
            assert [t for t in labels.texts(str(one)) if not -1 <= t[0] <= t[1] <= width + 1] == []


def test_the_page_keeps_its_headline_numbers() -> None:
    told = headline(found())

    assert told["alerts"] == len(found().table)
    assert told["watched"] == 9  # win rate of three regions twice, two landings, sales of the whole
    assert told["false_alarms_a_year"] is not None
    assert np.isfinite(told["false_alarms_a_year"])
    assert headline(board(COURSE, (0.5,))) == {"milestone_attainment": 0.52}

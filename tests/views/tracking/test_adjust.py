"""Diagnosis, triggers and the proposed target as a reader sees them, in three languages and on a phone."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.analytics.tracking import test_coaching, test_diagnosis, test_pushes
from tests.analytics.tracking.landing_course import AS_OF, YEAR, course
from tests.analytics.tracking.test_adjust import adjusted, fired, history
from workbench.analytics.tracking.revisions import revisions
from workbench.settings import LANGUAGES
from workbench.views import show
from workbench.views.tracking import headline
from workbench.views.words import Words


def results() -> list[Any]:
    parts = pd.concat([test_pushes.daily(push=1.4, seed=n).assign(rep=f"<R{n}>") for n in range(5)])
    deals = test_diagnosis.made(leads=(300, 150))
    return [
        test_diagnosis.diagnosed(deals, now=5000.0, due=pd.Series({"": 10_000.0})),
        test_coaching.found(test_coaching.deals({**test_coaching.TEAM, "low": (110, 0.08), "few": (20, 0.3)})),
        test_pushes.found(test_pushes.daily(push=1.5), parts),
        fired(course()),
        adjusted(course(booked=(700.0, 580.0))),
        revisions(history((1, "2026-01-01", 1800.0, ""), (3, "2026-11-01", 1700.0, "East")), YEAR),
    ]


RESULTS = results()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("result", RESULTS, ids=lambda r: type(r).__name__)
def test_every_section_speaks_draws_and_fits_a_phone(result: Any, lang: str) -> None:
    w = Words(lang, "CNY")
    seen = show.view(result, w, AS_OF)
    assert str(seen.point).endswith("." if lang == "en" else "。")
    for table in seen.tables:
        assert sum(not head.minor for head in table.heads) <= 8
        assert len({head.title for head in table.heads}) == len(table.heads)
    if seen.draw is not None:
        picture = seen.draw()
        assert picture.wide.startswith("<svg")
        assert picture.reading
    for finding in (*result.findings, *result.decisions):
        assert "nan" not in str(w.say(finding.key, finding.values)).lower()


def test_names_from_the_data_are_escaped_in_figures() -> None:
    picture = show.view(RESULTS[2], Words("en", "CNY"), AS_OF).draw()  # type: ignore[misc]
    assert "<R1>" not in picture.wide


def test_the_facts_are_numbers() -> None:
    told = {**headline(RESULTS[0]), **headline(RESULTS[4])}
    assert set(told) == {"gap_rate", "parts_off", "target", "proposed", "target_chance", "proposed_chance"}
    assert all(value is None or np.isfinite(value) for value in told.values())


def test_a_sentence_names_the_new_target_and_both_chances() -> None:
    said = [str(Words("zh-CN", "CNY").say(f.key, f.values)) for f in RESULTS[4].decisions]
    assert "上调" in said[0] or "下调" in said[0]
    assert "概率15%" in said[0]
    assert "`" not in said[0]  # a decision names no command

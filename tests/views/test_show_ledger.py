"""Where the targets stand, as a reader sees it in three languages."""

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from tests.plans import plan
from workbench.analytics.plan import LedgerStatus, standing
from workbench.ledger import Note, State, Version, plans
from workbench.settings import LANGUAGES
from workbench.views import show
from workbench.views.words import Words

AS_OF = pd.Timestamp("2026-12-31")
DAY = datetime(2026, 12, 15, tzinfo=UTC)


def status(author: str = "Ann", reason: str = "the board's decision", **more: Any) -> LedgerStatus:
    """Confirmed 10 % less than what is recommended today, answers to a new draft in."""
    held = plans.checked(plan()).assign(amount=lambda f: f["target"] * 0.9, version=3)
    told = {"nodes": 12, "answered": 5, "changes": 2, "change": -90_000.0, "touched": 100_000.0, "owners": 3}
    known = {
        "version": Version(3, DAY, date(2026, 12, 20), author, reason, plans.entries(held, {}, column="amount")),
        "draft": Note("draft", DAY, "d", {}, told),
        "answers": Note("answers", DAY, "d", {}, told),
        "coming": None,
        "targets": held,
    }
    return standing(State(**known | more), plan())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_step_is_a_sentence_and_the_table_fits_a_phone(lang: str) -> None:
    seen = show.view(status(), Words(lang, "CNY"), AS_OF)
    assert len([seen.point, *seen.more]) == 6
    (table,) = seen.tables
    assert table.lines[0].name == {"en": "The whole", "zh-CN": "整体", "zh-TW": "整體"}[lang]
    assert len(table.heads) <= 7
    assert set(seen.sheets) == {"ledger"}


def test_the_sentences_read_as_a_person_would_say_them() -> None:
    said = [str(s) for s in (lambda v: (v.point, *v.more))(show.view(status(), Words("en", "CNY"), AS_OF))]
    assert said[:4] == [
        "Confirmed for 2027: ¥1.35M (version 3, by Ann, in force since 20 Dec 2026: the board's decision).",
        "A draft has been out since 15 Dec 2026, with 12 targets for 3 owners.",
        "5 of 12 targets were answered by 15 Dec 2026; 2 would change, by −¥90.0k in all.",
        "Today this report would recommend ¥1.50M, ¥150k more than the ¥1.35M that was confirmed (+11.1%).",
    ]
    chinese = show.view(status(), Words("zh-CN", "CNY"), AS_OF)
    assert str(chinese.more[2]) == "按目前情况，本报告建议150万元，比已确认的135万元多15.0万元（+11.1%）。"


def test_nothing_confirmed_has_no_table() -> None:
    empty = State(None, None, None, None, pd.DataFrame())
    for lang in LANGUAGES:
        seen = show.view(standing(empty), Words(lang, "CNY"), AS_OF)
        assert seen.tables == ()
        assert str(seen.point)


def test_names_from_people_stay_apart_from_the_sentence() -> None:
    seen = show.view(status(author="<b>\u202eAnn", reason="{amount}\n</script>"), Words("en", "CNY"), AS_OF)
    kinds = {piece.text: piece.kind for piece in seen.point}
    assert kinds["<b>Ann"] == "node"
    assert kinds["{amount} </script>"] == "node"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_must_be_decided_is_said_in_each_language(lang: str) -> None:
    found = status().decisions
    assert [d.key for d in found] == ["plan.ledger.decide_answers", "plan.ledger.decide_apart"]
    assert all(str(show.say(d, Words(lang, "CNY"))) for d in found)

"""What the numbers are that our notebooks leave: declared once, with a unit, and with words where they are shown."""

import json
import re
from pathlib import Path

import pytest

from tests.views.words.test_texts import SIMPLIFIED, TRADITIONAL
from workbench.analytics.kpis import declared as kpis
from workbench.analytics.review.causes import FAMILIES
from workbench.settings import LANGUAGES
from workbench.views import facts
from workbench.views.words import Words

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
_BOUND = re.compile(r"_(lo|hi)_\d+$")


def left(notebook: Path) -> dict[str, float | None]:
    """The facts cell's output, which is the one that is committed."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    output = next(c["outputs"][0]["text"] for c in cells if "facts" in c["metadata"].get("tags", ()))
    return dict(json.loads("".join(output)))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_each_number_that_a_notebook_leaves_is_declared_or_a_kpi(notebook: Path) -> None:
    own = [name for name in left(notebook) if name not in kpis() or notebook.stem != "history"]
    assert [name for name in own if not facts.of(notebook.stem, _BOUND.sub("", name))] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_numbers_of_the_demo_company_are_of_the_size_that_their_unit_tells(notebook: Path) -> None:
    """Found with sales at the share held now, which were told as 27,700,000,000%."""
    fits = {"money": lambda v: abs(v) > 1e6, "balance": lambda v: abs(v) > 1e4, "chance": lambda v: 0 <= v <= 1,
            "ratio": lambda v: abs(v) < 2, "few": lambda v: v == int(v) and 0 <= v < 1e4}  # fmt: skip
    known = {name: (fact.unit, v) for name, v in left(notebook).items() if (fact := facts.of(notebook.stem, name))}
    assert [n for n, (unit, v) in known.items() if v is not None and not fits.get(unit, lambda _: True)(v)] == []


def test_each_family_of_causes_and_each_size_of_a_market_is_declared() -> None:
    sizes = [f"size_{way}_{size}" for way in ("top_down", "bottom_up", "proxy") for size in ("tam", "sam", "som")]
    assert all(facts.of("review", f"cause_{family}") for family in FAMILIES)
    assert all(facts.of("market", name) for name in sizes)


def test_each_number_that_is_shown_has_a_name_in_each_language_and_no_two_of_a_report_share_one() -> None:
    shown = {key: fact for key, fact in facts.declared().items() if fact.shown}
    assert [key for key, fact in shown.items() if set(fact.name) != set(LANGUAGES)] == []
    for lang in LANGUAGES:
        names = [fact.name[lang] for fact in shown.values()]
        assert len(names) == len(set(names))


def test_no_name_is_in_the_other_script_of_chinese() -> None:
    named = [fact.name for fact in facts.declared().values() if fact.name]
    assert [name for name in named if set(name["zh-TW"]) & SIMPLIFIED or set(name["zh-CN"]) & TRADITIONAL] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_unit_can_be_said_with_its_change(lang: str) -> None:
    w = Words(lang, "CNY")
    for unit in {fact.unit for fact in facts.declared().values()} | {facts.PLAIN}:
        assert w.by_unit(3.0, unit)
        assert w.change_by_unit(0.25, unit)
        assert w.has(f"terms.units.{unit}")


def test_money_of_either_sign_changes_by_money_and_a_chance_by_points() -> None:
    w = Words("en", "CNY")
    assert (w.by_unit(-11_557_751, "balance"), w.change_by_unit(11_763_903, "balance")) == ("−¥11.6M", "+¥11.8M")
    assert (w.by_unit(0.0, "chance"), w.change_by_unit(-0.15, "chance")) == ("<1%", "−15.0 points")
    assert (w.by_unit(5, "few"), w.change_by_unit(-3, "few")) == ("5", "−3")


def test_a_number_of_which_nothing_is_declared_is_a_plain_one() -> None:
    w = Words("en", "CNY")
    assert facts.of("my_notebook", "share_of_sales") is None
    assert [w.by_unit(v, facts.PLAIN) for v in (277_000_000, 12.0, 0.97, 0.0034, 0, -0.5)] == [
        "277M", "12", "0.97", "0.0034", "0", "−0.5",
    ]  # fmt: skip
    assert w.change_by_unit(0.02, facts.PLAIN) == "+0.02"

"""The bridges' sections: each says something in every language, and no label leaves its figure."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.analytics.review.bridges import CALENDAR, QUARTER, lines, quarters, sold, steady, targets
from tests.analytics.review.test_bridge import forecast
from tests.analytics.review.test_chains import customers, eight, market, records
from tests.analytics.review.test_mix import ABC, BY, NESTED
from tests.views import labels
from workbench.analytics.results import Result, Unknown
from workbench.analytics.review import bridge, buyers_chain, funnel_chain, market_chain, price_mix
from workbench.settings import LANGUAGES
from workbench.views import review, show, tables
from workbench.views.words import Words

AS_OF = QUARTER.last
LONG = "Very long name of a region that no phone can show in full"


@cache
def results(size: float = 1.0) -> tuple[Result, ...]:
    """Results of every kind: with targets, without, with a forecast, by every convention, each chain."""
    sales = sold({"North": steady(100 * size, 0.1, 0.02, 1), LONG: steady(80 * size, 0.0, 0.3, 2), None: [size] * 14})
    asked = bridge(sales, "region", QUARTER, goals=targets({"": 260 * size, "North": 150 * size}))
    base = bridge(
        sold({"North": [100.0] * 9}), "region", QUARTER, goals=targets({"": 130, "North": 130}), start=forecast(80)
    )
    rows = [(*row[:-1], row[-1] * size) for row in NESTED]
    returns = [*rows, ("now", "S", "b", "b9", 5, 7 * size), ("before", "S", "b", "b8", -5, 7 * size)]
    leads = {q + pd.Timedelta(days=3): 200.0 for q in quarters(8)}
    frame = eight((120, 60, 20, 900.0 * size), (120, 40, 40, 1000.0 * size))
    frame.loc[frame.index[frame["closed"] > QUARTER.first][:3], "amount"] = np.nan
    usual = (100.0 * size, 1000.0 * size, 30.0, 10, 20)
    own = pd.DataFrame({"N": [60.0 * size] * 8 + [50.0 * size], "S": [40.0 * size] * 8 + [58.0 * size],
                        "export": [7.0 * size] * 8 + [9.0 * size]}, index=quarters(9))  # fmt: skip
    sizes = market({"N": [500.0 * size] * 9, "S": [500.0 * size] * 8 + [700.0 * size]})
    unlike = [("before", "car", 10, 2e4), ("now", "car", 11, 2e4), ("before", "cap", 1e3, 5), ("now", "cap", 2e3, 5)]
    return (
        asked,
        base,
        bridge(sales, "region", QUARTER),
        bridge(sales, "region", QUARTER, goals=targets({"": 200 * size, "Ann": 200 * size}, level="rep")),
        price_mix(lines(returns, BY), BY, QUARTER),
        price_mix(lines(ABC), ("product",), QUARTER),
        price_mix(lines(unlike), ("product",), QUARTER),
        funnel_chain(records(frame, leads), QUARTER, level="region", gap=asked),
        market_chain(own, sizes, "region", QUARTER, CALENDAR),
        buyers_chain(customers([usual] * 8 + [(50.0 * size, 1200.0 * size, 50.0, 5, 20)]), QUARTER),
        bridge(sales.assign(whole=False), "region", QUARTER, goals=targets({"North": 1})),
        price_mix(lines(ABC).drop(columns="quantity"), ("product",), QUARTER),
        price_mix(lines([("now", "A", 1, 1), ("before", "B", 1, 1)]), ("product",), QUARTER),
        market_chain(own, Unknown(section="market"), "", QUARTER, CALENDAR),
        buyers_chain(customers([usual] * 5).assign(settled=False), QUARTER),
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_result_has_a_heading_and_a_point_and_few_columns_on_a_phone(lang: str) -> None:
    w = Words(lang, "CNY")
    for result in results():
        seen = show.view(result, w, AS_OF)
        assert seen.heading, type(result).__name__
        assert str(seen.point), type(result).__name__
        for one in seen.tables:
            assert all(len(line.cells) == len(one.heads) - 1 for line in one.lines)
            assert sum(not head.minor for head in one.heads) <= 7, [h.title for h in one.heads]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_finding_and_decision_can_be_said(lang: str) -> None:
    w = Words(lang, "CNY")
    said = [str(show.say(f, w)) for r in results() for f in (*r.findings, *r.decisions)]

    assert not [s for s in said if not s or re.search(r"\bnan\b|\binf\b|None", s, re.IGNORECASE)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [1.0, 1e7])
def test_no_label_leaves_its_figure_or_runs_into_another(lang: str, size: float) -> None:
    w = Words(lang, "CNY")
    for result in results(size):
        draw = show.view(result, w, AS_OF).draw
        if draw:
            labels.assert_apart(draw(), type(result).__name__)


def test_the_answer_says_sales_attainment_and_the_gap() -> None:
    result = bridge(sold({"North": [90e6], "South": [130e6]}), "region", QUARTER, goals=targets({"": 250e6}))
    en, cn, tw = (str(show.say(result.findings[0], Words(lang, "CNY"))) for lang in LANGUAGES)

    assert en == "2026 Q2 brought ¥220M, 88.0% of the target of ¥250M: ¥30.0M less."
    assert cn == "2026年第二季度实现销售额2.20亿元，目标2.50亿元，达成率88.0%，差3,000万元。"
    assert tw == "2026年第2季銷售額為2.20億元，目標2.50億元，達成率88.0%，短少3,000萬元。"


def test_steps_within_chance_are_pale_and_others_are_full() -> None:
    calm, wild = steady(100, 0.10, 0.01, 1), steady(100, 0.10, 0.4, 2)
    goals = targets({"calm": calm[-1] * 0.85, "wild": wild[-1] * 1.15})
    seen = show.view(bridge(sold({"calm": calm, "wild": wild}), "region", QUARTER, goals=goals), Words("en"), AS_OF)
    assert seen.draw is not None

    assert "--grey-light" in str(seen.draw().wide) or "--accent-light" in str(seen.draw().wide)
    assert "--accent," in str(seen.draw().wide)


def test_tables_can_be_saved_for_the_workbook_with_words_for_our_codes(tmp_path: Path) -> None:
    speak = {lang: Words(lang, "CNY") for lang in LANGUAGES}
    for n, result in enumerate(results()):
        for name, sheet in show.view(result, speak["en"], AS_OF).sheets.items():
            tables.save(tmp_path, f"review.{n}.{name}", sheet, speak, dict.fromkeys(LANGUAGES, name))

    parts = pd.read_parquet(tmp_path / "review.4.price-mix-items.parquet")
    assert {"sold in both", "new"} <= set(parts["kind"])
    assert pd.read_parquet(tmp_path / "review.7.chain-funnel.parquet")["factor"].iloc[0] == "Leads"


def test_the_facts_cell_holds_target_sales_and_gap() -> None:
    found = review.headline(results()[1])

    assert found["target"] == 130
    assert found["amount"] == 100
    assert found["gap"] == -30

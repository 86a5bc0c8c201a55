"""The market's page: every result in every language, with any name as a segment, known or not."""

from functools import cache
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from tests.views import labels
from tests.views.test_charts import CHINA, LONG
from workbench.analytics import market
from workbench.analytics.market.launches import Sold
from workbench.analytics.plan import period
from workbench.analytics.results import Unknown
from workbench.settings import LANGUAGES
from workbench.settings.market import Launch, MarketSettings
from workbench.views import show
from workbench.views.market import headline
from workbench.views.words import Words

AS_OF = pd.Timestamp("2026-09-30")
NAMES = {
    "plain": ("East", "South", "West", "North"),
    "odd": ("<b>x</b>", "{amount:money}", LONG[0], "$x^2$"),
    "one": ("",),
}
WIDE = {"low": 0.1, "likely": 0.2, "high": 0.35, "why": "a survey"}
BELIEFS = {
    "top_down": {"serviceable": WIDE, "obtainable": WIDE},
    "segments": {"A": {"accounts": 500, "budget": {"low": 1e5, "likely": 2e5, "high": 3e5}, "obtainable": WIDE}},
    "proxy": {"share": WIDE, "serviceable": 0.5, "obtainable": WIDE},
}


@cache
def made(kind: str, size: float = 1.0) -> tuple[Any, ...]:
    """One result of each type, from six years of quarters."""
    names, quarters = NAMES[kind], pd.date_range("2020-10-01", periods=24, freq="QS")
    rng = np.random.default_rng(4)
    path = size * 1e8 * 1.02 ** np.arange(24) * rng.lognormal(0, 0.02, 24)
    rows = [pd.DataFrame({"period": quarters, "segment": n, "size": path * (i + 1)}) for i, n in enumerate(names)]
    published = market.market_series(pd.concat(rows, ignore_index=True).assign(growth=0.5), CHINA, "CNY", unit="元")
    level = "region" if kind != "one" else ""
    own = published.table * 0.03 * rng.lognormal(0, 0.05, published.table.shape) * np.linspace(0.7, 1.4, len(names))
    share = market.share_of(own, published, level)
    counted = pd.DataFrame({"accounts": 100.0, "customers": 40.0}, list(names))
    potential = market.potential(market.parts(share, counted), level=level, scatter=market.scatter(share))
    planned = period(CHINA, AS_OF)
    found = market.ahead(published, level, planned, CHINA, seed=1)
    target = market.market_target(found, share, own, potential, period=planned, seed=1)
    sizing = market.sizing(MarketSettings.model_validate(BELIEFS), market.known(published, own, CHINA), seed=1)
    return published, share, potential, target, sizing, _launch(names[0] or "New"), _watch(own)


def _launch(name: str) -> Any:
    months = pd.date_range("2025-03-01", periods=18, freq="MS")
    units = pd.Series(np.linspace(5, 60, 18), months)
    return market.launches({name: Launch(replaces=0.1)}, {name: Sold(months[0], units, 900.0)}, seed=1)  # type: ignore[arg-type]


def _watch(own: pd.DataFrame) -> Any:
    months = pd.date_range("2023-01-01", periods=44, freq="MS")
    sales = pd.DataFrame({"period": months, "amount": float(own.iloc[0, 0]) * np.linspace(2, 1, 44), "whole": True})
    moves = pd.DataFrame({"date": pd.to_datetime(["2025-03-04", "2026-01-05"]), "competitor": ["<i>A</i>", "B"],
                          "kind": ["price", "new"], "note": [None, "x"]})  # fmt: skip
    return market.watch(moves, None, sales, AS_OF)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", list(NAMES))
def test_every_result_is_shown_in_every_language(kind: str, lang: str) -> None:
    w = Words(lang, "CNY", calendar=CHINA)
    for result in made(kind):
        shown = show.view(result, w, AS_OF)
        assert shown.heading
        assert shown.point
        assert "nan" not in str(shown.point).lower()
        assert shown.how or isinstance(result, Unknown)
        for picture in (shown.draw(),) if shown.draw else ():
            for one in (picture.wide, picture.narrow):
                ElementTree.fromstring(str(one))


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_figures_hold_their_text_at_any_size_of_the_market(size: float) -> None:
    w = Words("en", "CNY", calendar=CHINA)
    published, share, potential, _, sizing, *_ = made("plain", size)
    for result in (published, share, potential, sizing):
        picture = show.view(result, w, AS_OF).draw()  # type: ignore[misc]
        for one, width in ((picture.wide, 720), (picture.narrow, 340)):
            assert [t for t in labels.texts(str(one)) if not -1 <= t[0] <= t[1] <= width + 1] == []


def test_each_way_lists_its_own_assumptions_with_their_reasons() -> None:
    shown = show.view(made("plain")[4], Words("en", "CNY", calendar=CHINA), AS_OF)
    captions = [t.caption for t in shown.tables]

    assert captions[2:] == [
        f"Assumptions: {n}" for n in ("From published figures", "From accounts", "From our own share")
    ]
    assert shown.tables[2].lines[0].cells == ("10.0%", "20.0%", "35.0%", "a survey")
    assert shown.tables[3].lines[1].cells[:3] == ("¥100k", "¥200k", "¥300k")


def test_a_small_share_keeps_two_digits() -> None:
    w = Words("en", "CNY", calendar=CHINA)

    assert [w.percent_fine(s) for s in (0.2871, 0.0287, 0.00045, 0.0)] == ["28.7%", "2.9%", "0.045%", "0.0%"]
    assert w.points_fine(-0.00077) == "−0.08 points"


def test_the_page_keeps_its_headline_numbers() -> None:
    _, share, _, target, sizing, *_ = made("plain")
    told = headline(share) | headline(target) | headline(sizing)

    assert {"market_share", "market_growth", "held_share_sales", "size_top_down_som", "size_proxy_tam"} <= set(told)
    assert 0 < told["market_share"] < 0.1


def test_what_cannot_be_told_says_what_would_tell_it() -> None:
    w = Words("en", "CNY", calendar=CHINA)
    nothing = market.market_series(None, CHINA, "CNY")
    sizing = market.sizing(MarketSettings(), market.known(nothing, pd.DataFrame(), CHINA))

    assert "a market table" in str(show.view(nothing, w, AS_OF).point)
    assert "market.top_down" in str(show.view(sizing, w, AS_OF).point)

"""Figures: text that fits, colours that follow the page, the same bytes each time."""

import re
import warnings
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from tests.views import labels, results
from workbench.analytics.results import Totals
from workbench.periods import Calendar
from workbench.settings import LANGUAGES, CalendarSettings
from workbench.views import svg
from workbench.views.drawing import Picture
from workbench.views.history import (
    breakdown_charts,
    bridge_charts,
    concentration_charts,
    season_charts,
    totals_charts,
)
from workbench.views.markup import style
from workbench.views.words import Words

AS_OF = pd.Timestamp("2026-09-30")
CHINA = Calendar(CalendarSettings(country="CN"))
LONG = [
    "上海远帆智能装备制造股份有限公司华东区第一直销渠道工业传感事业部大客户分公司某某部" + str(n) for n in range(14)
]


def _pictures(w: Words, size: float = 1.0) -> dict[str, Picture]:
    return {
        "totals": totals_charts.totals(results.totals(size), w, "label", AS_OF),
        "breakdown": breakdown_charts.breakdown(results.breakdown([*LONG, None], size=size * 1e4), w, "label"),
        "bridge": bridge_charts.bridge(results.bridge(["a"]), w, "label"),
        "concentration": concentration_charts.concentration(results.concentration(LONG), w, "label"),
        "season": season_charts.season(results.season(), w, "label"),
    }


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [1.0, 5e4])
def test_no_label_leaves_its_figure_or_runs_into_another(lang: str, size: float) -> None:
    w = Words(lang, "CNY", "1" if size > 1 else "auto", calendar=CHINA)  # in single 元: 12 digits
    for name, picture in _pictures(w, size).items():
        assert all(labels.texts(figure) for figure in (picture.wide, picture.narrow)), name
        labels.assert_apart(picture, name)


def test_figures_follow_light_and_dark() -> None:
    for picture in _pictures(Words("en", "USD")).values():
        colours = set(re.findall(r"(?:fill|stroke):([^;\"]+)", picture.wide))
        assert colours
        assert all(c == "none" or c.startswith("var(--") for c in colours), colours


def test_what_carries_data_stands_out_from_the_page_by_three_to_one() -> None:
    for mode in ("@media print", "@media (prefers-color-scheme: dark)", ".wb {"):
        declared = style().split(mode)[1].split("--warn")[0]
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", declared))
        for name in ("accent", "accent-light", "grey", "ink"):
            assert _contrast(colours[name], colours["paper"]) >= 3, (mode, name)
        for name in ("ink", "muted", "accent"):
            assert _contrast(colours[name], colours["paper"]) >= 4.5, (mode, name)


def _contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_figures_have_a_role_a_label_and_no_font_of_their_own() -> None:
    for picture in _pictures(Words("zh-CN", "CNY")).values():
        for figure in (picture.wide, picture.narrow):
            root = ElementTree.fromstring(figure)
            assert (root.get("role"), root.get("aria-label")) == ("img", "label")
            assert "font-family" not in figure
            assert "<metadata" not in figure


def test_figures_are_byte_identical_twice_whatever_the_user_s_matplotlib_says() -> None:
    import matplotlib

    once = _pictures(Words("en", "USD"))
    with matplotlib.rc_context(
        {"font.size": 30, "axes.facecolor": "red", "lines.linewidth": 9, "svg.fonttype": "path"}
    ):
        assert _pictures(Words("en", "USD")) == once


def test_no_warning_of_a_missing_glyph_reaches_the_reader(capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ResourceWarning)  # what other tests left to the collector ends at any time
        _pictures(Words("zh-TW", "TWD"))
    assert capfd.readouterr() == ("", "")


def test_a_dollar_in_a_name_is_no_formula() -> None:
    picture = breakdown_charts.breakdown(results.breakdown(["$x^2$ & <b>", "plain"]), Words("en", "USD"), "label")
    assert "$x^2$ &amp; &lt;b&gt;" in picture.wide


def test_a_partial_period_is_an_outline_and_a_whole_one_is_filled() -> None:
    whole = results.totals()
    figure = totals_charts.totals(whole, Words("en", "USD"), "label", AS_OF)
    assert "stroke-dasharray" in figure.wide
    assert "not whole" in figure.reading
    assert "not whole" not in totals_charts.totals(_all_whole(), Words("en", "USD"), "label", AS_OF).reading


def test_spring_festival_is_marked_where_it_is_kept() -> None:
    here = totals_charts.totals(results.totals(), Words("en", "CNY", calendar=CHINA), "label", AS_OF).reading
    there = totals_charts.totals(results.totals(), Words("en", "USD"), "label", AS_OF).reading
    assert "Spring Festival" in here
    assert "Spring Festival" not in there


def test_odd_results_can_be_drawn() -> None:
    """All returns, zeros, one period, one node: each gives a figure, none an error."""
    w = Words("en", "USD")
    for months, size in ((1, 1.0), (2, -1.0), (30, 0.0), (400, 1.0)):
        assert totals_charts.totals(results.totals(size, months), w, "label", AS_OF).wide
    for size in (-1.0, 0.0, 1e12):
        with np.errstate(invalid="ignore", divide="ignore"):
            made = results.breakdown(["one"], size=size)
        assert breakdown_charts.breakdown(made, w, "label").narrow


def test_a_text_is_cut_where_it_would_be_too_wide() -> None:
    assert svg.fitted("短", 100) == "短"
    cut = svg.fitted(LONG[0], 120)
    assert cut.endswith("…")
    assert svg.text_width(cut) <= 120


def _all_whole() -> Totals:
    made = results.totals()
    made.table["whole"] = True
    return made

"""The funnel's sections: each says something, draws it and lists it, in each language."""

import pandas as pd
import pytest

from tests.analytics.funnel.made import AS_OF, STAGES, durations
from tests.analytics.funnel.test_rates import STEADY, WORSE, years
from tests.views import labels
from workbench import funnel
from workbench.analytics.results import Result
from workbench.settings import LANGUAGES
from workbench.views import show
from workbench.views.words import Words


def results() -> list[Result]:
    deals, history = years(STEADY, STEADY, WORSE)
    deals = deals.assign(closed=deals["created"], rep=[f"R{n % 5}" for n in range(len(deals))], region="A")
    lasting = pd.concat([durations(list(range(1, 60)), []), durations([], [5, 200], amount=9.0)])
    return [
        funnel.conversion(deals, history, STAGES, by="rep", every="year"),
        funnel.win_rate(deals, STAGES),
        funnel.cycle(lasting, STAGES, AS_OF),
        funnel.ageing(lasting, STAGES, AS_OF),
        funnel.reps(deals, STAGES),
        funnel.replay(deals, history, STAGES),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_result_has_a_section_with_a_point_a_figure_or_table_and_its_method(lang: str) -> None:
    for result in results():
        view = show.view(result, Words(lang, "CNY"), AS_OF)
        assert str(view.point)
        assert view.how
        assert view.tables
        assert view.draw is None or "<svg" in str(view.draw().wide)
        for table in view.tables:
            assert all(len(line.cells) == len(table.heads) - 1 for line in table.lines)


def test_the_narrowest_step_is_named_in_the_reader_s_language() -> None:
    # 200, 200 and 100 of 500 each were won after a proposal
    told = str(show.view(results()[0], Words("en"), AS_OF).point)

    assert told.startswith("The narrowest step is from Proposal to won: 33.3% of 1,500 deals")


def test_what_cannot_be_told_is_headed_by_its_name() -> None:
    unknown = funnel.conversion(None, None, STAGES)

    assert show.view(unknown, Words("zh-TW"), AS_OF).heading == "無法得出：漏斗轉換率"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("quarters", [5, 9, 14, 21])
def test_names_of_periods_do_not_run_into_each_other(lang: str, quarters: int) -> None:
    closed = pd.date_range(end=AS_OF, periods=quarters * 90, freq="D")
    deals = pd.DataFrame(
        {
            "closed": closed,
            "created": closed,
            "stage": [STAGES.won[0], STAGES.lost[0], STAGES.lost[0]] * (quarters * 30),
        }
    )
    deals = deals.assign(opportunity=range(len(deals)), amount=1.0)
    view = show.view(funnel.win_rate(deals, STAGES), Words(lang, "CNY"), AS_OF)

    assert view.draw is not None
    labels.assert_apart(view.draw(), str(quarters))

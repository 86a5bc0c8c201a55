"""The market beside the company's own sales, from a run's tables, as the notebooks of every step read it."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import pandas as pd

from workbench.analytics.market.inputs import every, matching, own
from workbench.analytics.market.series import MarketSeries, market_series
from workbench.analytics.results import Unknown
from workbench.periods import Every
from workbench.run import Run
from workbench.settings.market import MarketSettings, Proxy


class Tables(Protocol):
    """What is asked of `wb.load(run)`."""

    def sales(self, every: Every = "month", by: Any = ()) -> pd.DataFrame: ...
    def table(self, name: str) -> pd.DataFrame | None: ...
    def compare_each(self) -> Mapping[str, pd.DataFrame]: ...


class Market(NamedTuple):
    """`published`: the market's series; `level`: of ours that its segments are named by, "" where none is; `own`: our
    sales in its periods and segments, as `inputs.own` gives them."""

    published: MarketSeries | Unknown
    level: str
    own: pd.DataFrame


def series_of(data: Tables, run: Run) -> MarketSeries | Unknown:
    """The market as published up to the run's day, in the company's money, as its settings say to read it."""
    beliefs = run.settings.market
    return market_series(data.table("market"), run.calendar, run.settings.company.currency,
                         unit=beliefs.unit, only=beliefs.only, as_of=run.as_of)  # fmt: skip


def read(data: Tables, run: Run) -> Market:
    """The market's series and our sales beside it."""
    published = series_of(data, run)
    level = matching(published, data.compare_each(), run.settings.market.level)
    return Market(published, level, own(data.sales(every(published), by=level or ()), level))


def within(beliefs: MarketSettings, scope: Mapping[str, str]) -> MarketSettings:
    """What is believed of the market of a part: of the segment that it is, if it is one, and nothing of the others.

    How many units of a new product are ever taken up, and our share of the market, are believed of the whole company,
    so a part goes without. A part of a segment has none: who sells through one channel in a region shares its accounts.
    """
    if not scope:
        return beliefs
    own = beliefs.segments if len(scope) == 1 else {}
    inside = {name: one for name, one in own.items() if name in scope.values()}
    launches = {name: one.model_copy(update={"potential": None}) for name, one in beliefs.launches.items()}
    return beliefs.model_copy(update={"segments": inside, "proxy": Proxy(), "launches": launches})

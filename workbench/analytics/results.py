"""What analytics returns: frozen results, each with the facts worth a sentence (`findings`) and what needs a decision.

Tables hold money in the company's currency and ratios as 0.05; NaN is unknown, never zero. A column whose measure the
data do not have is absent. The findings' keys and values are listed in `keys.KEYS`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.findings import Finding
from workbench.periods import Spans


@dataclass(frozen=True, kw_only=True, repr=False)
class Result:
    """`findings` come most important first; `decisions` (at most 5) by the money they touch, largest first."""

    findings: tuple[Finding, ...] = ()
    decisions: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        return "\n".join([type(self).__name__, *_lines(self.findings), *_lines(self.decisions, "! ")])


@dataclass(frozen=True, kw_only=True, repr=False)
class Unknown(Result):
    """It cannot be told from these data; the finding says why and what would be needed."""

    section: str  # the function that was asked, e.g. "season"


@dataclass(frozen=True, kw_only=True, repr=False)
class Totals(Result):
    """Sales by period.

    `table`: index period (first day); columns
        amount, returns, [quantity, cost, orders, customers, lines]   measures, as far as known
        average_order_value, return_rate, gross_margin                KPIs, where their components are known
        change   on the previous period, ratio; NaN unless both are whole and the previous is above 0
        yoy      on the same period a year before, ratio; likewise
        whole    bool; False for a first or last period that the data do not cover
        festival bool, only for months in a country with Spring Festival: January and February, which it moves between
    `festival`: index year; columns amount, amount_before, yoy of January and February together; empty where not needed
    """

    every: str
    table: pd.DataFrame
    festival: pd.DataFrame


@dataclass(frozen=True, kw_only=True, repr=False)
class Growth(Result):
    """The headline: now against before.

    `table`: index measure (amount first, then orders, average_order_value, customers, quantity, … as far as known);
    columns now, before, change (difference), rate (change / before; NaN where before is 0 or less; for ratios NaN).
    """

    table: pd.DataFrame
    spans: Spans

    @property
    def amount(self) -> float:
        return float(self.table["now"]["amount"])

    @property
    def amount_before(self) -> float:
        return float(self.table["before"]["amount"])

    @property
    def rate(self) -> float:
        return float(self.table["rate"]["amount"])


@dataclass(frozen=True, kw_only=True, repr=False)
class Breakdown(Result):
    """Sales by node of a level, now and before.

    `table`: index node, named by the level, NA for the missing one, largest first; columns
        amount, amount_before   they sum to the whole
        share, share_before     of the whole; NaN where the whole is 0 or less
        change                  amount - amount_before
        yoy                     change / amount_before; NaN where that is 0 or less
        contribution            change / the whole's amount_before: they sum to the growth rate
    """

    level: str
    table: pd.DataFrame
    spans: Spans


@dataclass(frozen=True, kw_only=True, repr=False)
class Bridge(Result):
    """From the sales before to the sales now: before + price + volume + mix + new + lost + other = after.

    `steps`: index before, price, volume, mix, new, lost, other, after; no mix with `before_prices`
    `table`: index item, NA for the missing one, largest effect first; columns
        kind                                    "both", "new", "lost" or "other" (no usable quantity or price)
        quantity, quantity_before               NaN where there is none
        unit_price, unit_price_before           amount / quantity; only where kind is both
        amount, amount_before, change
        price, volume, mix                      effects that sum to `change` where kind is both, NaN elsewhere
    `convention`: "total_quantity" or "before_prices"; see history.bridge
    """

    by: str
    steps: pd.Series
    table: pd.DataFrame
    convention: str
    spans: Spans


@dataclass(frozen=True, kw_only=True, repr=False)
class PriceVolume(Result):
    """Price and volume effect; `joint` is what neither can claim alone (0 for shapley and lmdi, which share it out)."""

    price: float
    volume: float
    joint: float
    method: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Concentration(Result):
    """How few nodes make how much of the sales; named nodes with positive sales only.

    `curve`: at most 101 rows, from (0, 0) to (1, 1), largest nodes first; columns share_of_nodes, share_of_amount
    `top`: the 10 largest; index node; columns amount, share, cumulative_share, amount_before, change
    `nodes`: how many are ranked. `hhi`: sum of squared shares, 0 to 1. `gini`: 0 (all alike) to 1
    `negative_nodes`, `negative_amount`: nodes whose returns outweigh what they bought, left out
    `missing_amount`: sales without a named node, left out too; `missing_share` of all sales
    """

    by: str
    curve: pd.DataFrame
    top: pd.DataFrame
    nodes: int
    share_top_10: float
    nodes_for_80: int
    hhi: float
    gini: float
    negative_nodes: int
    negative_amount: float
    missing_amount: float
    missing_share: float


@dataclass(frozen=True, kw_only=True, repr=False)
class Season(Result):
    """Trend, season and remainder of the whole periods (STL).

    `kind`: "multiplicative" (amount = trend × season × remainder, the latter two as ratios around 1) where all amounts
    are positive, else "additive" (amount = trend + season + remainder, all money)
    `table`: index period; columns amount, trend, season, remainder
    `profile`: index number of the period in its year (1 to 12 for months); columns index (ratio, mean 1), lo, hi:
    a range of what the years showed (not an interval): lowest and highest, or 10th and 90th percentile from 5 years on
    `strength_trend`, `strength_season`: 0 to 1 (Hyndman & Athanasopoulos); see history.season for what noise gives
    """

    table: pd.DataFrame
    profile: pd.DataFrame
    strength_trend: float
    strength_season: float
    kind: str
    cycles: float
    per_year: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Scorecard(Result):
    """The KPIs, now and before.

    `table`: index KPI key, in the order of kpis.toml; columns
        now, before
        change   ratio for money, counts and quantities; points for ratios; difference for days and scores
        lo, hi   Wilson 95 % interval of now, for ratios of counts; NaN elsewhere
        unit     "money", "ratio", "count", "quantity", "days" or "score"
        better   "higher", "lower" or "neither"
        tile     bool: belongs among the first tiles
    """

    table: pd.DataFrame = field(default_factory=pd.DataFrame)


def _lines(findings: tuple[Finding, ...], mark: str = "") -> Iterator[str]:
    for finding in findings[:6]:
        shown = ", ".join(f"{name} {_short(value)}" for name, value in finding.values.items() if value is not None)
        yield f"  {mark}{finding.key}: {shown}"


def _short(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return str(value)

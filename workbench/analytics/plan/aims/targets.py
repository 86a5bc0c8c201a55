"""The target of the period: strategy, baseline, market and means on one axis, and what is recommended."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.keys import direction, fact
from workbench.analytics.kpis import growth
from workbench.analytics.plan.aims.baseline import Baseline, amount_at, chance
from workbench.analytics.plan.aims.means import Leverage, with_means
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.errors import ParameterError
from workbench.findings import Finding
from workbench.settings.plan import PlanSettings, Probabilities

APPROACHES = ("strategy", "baseline", "means", "market")
LEVELS = ("commit", "target", "stretch")
FLAT = 0.005  # how near target ÷ last year is to a round number to be called an uplift
ROUND = 0.05  # round uplifts are multiples of 5 %

Source = Literal["chance", "strategy", "given"]
Verdict = Literal["high", "low", "within"]


@dataclass(frozen=True)
class MarketView:
    """What the market lets expect of the period's sales: money with its 80 % interval, and the market's own growth.

    `growth`: of the market on the period before, ratio. `draws`: of the money, where they are known. `share`: of the
    market, that the company holds now, ratio; None unknown.
    """

    amount: float
    lo_80: float
    hi_80: float
    growth: float
    draws: Array | None = None
    share: float | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Triangulation(Result):
    """Three views of the period and the target recommended.

    `table`: index approach, those of APPROACHES that are known; columns amount, lo_80, hi_80 (NaN for the strategy, a
    number without spread), growth (on the year before, ratio), chance (of reaching that amount)
    `draws`: of each approach that has a spread, money of the period
    `levels`: index commit, target, stretch; columns amount, chance, growth, handed_down (to parts: without the reserve)
    `quarters`: index quarter (first day), of a year only; columns amount (the target's, in the season of the baseline),
    before, yoy, qoq
    `target`: money; `source`: why this amount: the strategy lies in the stretch band, it was given, or it is what is
    reached with the settings' chance. Chances count on the means: `planned` is the baseline with them in it.
    `odds`: the chances that the settings ask for. `reserve`: money of the target that is not handed to parts. `unit`:
    money that levels are rounded to. `added`: the means that are planned; None: none were asked for
    """

    period: PlanPeriod
    odds: Probabilities
    planned: Baseline
    table: pd.DataFrame
    draws: dict[str, Array]
    levels: pd.DataFrame
    quarters: pd.DataFrame
    target: float
    source: Source
    band: tuple[float, float]  # money reached with the highest and with the lowest chance of the stretch band
    before: float
    unit: float
    reserve: float
    strategy: float | None = None
    added: Leverage | None = None
    leads: int = field(default=0)

    @property
    def means_counted(self) -> bool:
        """Planned people or spend are in the chances."""
        return self.added is not None and len(self.added.table) > 0

    @property
    def chance(self) -> float:
        """Of reaching the target."""
        return chance(self.planned, None, self.target)

    @property
    def growth(self) -> float:
        """Of the target on the year before; NaN unknown."""
        return growth(self.target, self.before)

    @property
    def growths(self) -> pd.Series:
        """Index target, then the approaches: growth on the year before."""
        return pd.concat([pd.Series({"target": self.growth}), self.table["growth"]])

    @property
    def handed_down(self) -> float:
        """What parts get between them: target × (1 − reserve)."""
        return self.target - self.reserve


def triangulate(
    baseline: Baseline | Unknown,
    settings: PlanSettings,
    added: Leverage | Unknown | None = None,
    *,
    market: MarketView | None = None,
    given: float = 0.0,
) -> Triangulation | Unknown:
    """The views side by side, and the target: `given`, else the strategy's number where its chance lies in the stretch
    band (`chances.lowest` to `highest`), else the amount that is reached with `chances.target`.

    `added`: hires and spend, see means. The reserve is held back by the whole: parts get target × (1 − reserve), so the
    target can be met though parts miss theirs by that much.
    """
    if isinstance(baseline, Unknown):
        return baseline
    added = added if isinstance(added, Leverage) else None
    planned = with_means(baseline, added) if added is not None else baseline
    before, aim = float(baseline.before.iloc[0]), strategy_amount(baseline, settings)
    views = _views(baseline, planned, aim, added, market)
    source, amount = recommended(planned, settings, aim, given)
    unit, odds = settings.unit or usual_unit(amount), settings.chances
    if not amount > 0:
        return _nothing_to_plan(planned, amount)
    target = amount if source != "chance" else round_to(amount, unit)
    if not target > 0:
        raise ParameterError(
            "plan.unit", [f"{unit:,.10g} is more than twice the target of {amount:,.10g}; make it smaller"]
        )
    found = Triangulation(
        period=baseline.period,
        odds=odds,
        planned=planned,
        table=_table(views, planned, before),
        draws={name: draws for name, (_, draws) in views.items() if draws is not None},
        levels=_levels(planned, settings, target, before, unit),
        quarters=quarters(planned, target),
        target=target,
        source=source,
        band=(amount_at(planned, None, odds.highest), amount_at(planned, None, odds.lowest)),
        before=before,
        unit=unit,
        reserve=target * settings.means.reserve,
        strategy=aim,
        added=added,
    )
    first = [*_answer(found, settings), *baseline.findings]
    return replace(
        found,
        findings=(*first, *_doubts(found, settings, market)),
        decisions=tuple(_decisions(found, settings)),
        leads=len(first),
    )


def _nothing_to_plan(planned: Baseline, amount: float) -> Unknown:
    """Of a period in which returns may take all that is sold, no amount has the chance that is asked for."""
    expected = float(planned.expected.iloc[0])
    told = fact("plan.targets.unknown_negative", period=planned.period.first, every=planned.period.name,
                expected=expected, amount=amount)  # fmt: skip
    return Unknown(section="plan_baseline", findings=(told,))


def strategy_amount(baseline: Baseline, settings: PlanSettings) -> float | None:
    """The number from above in money; None where settings name none, or growth on an unknown year."""
    wanted, before = settings.strategy, float(baseline.before.iloc[0])
    if wanted.amount is not None:
        return wanted.amount
    known = wanted.growth is not None and before > 0
    return before * (1 + float(wanted.growth or 0)) if known else None


def recommended(
    planned: Baseline, settings: PlanSettings, strategy: float | None, given: float = 0.0
) -> tuple[Source, float]:
    """Why, and how much, before rounding; see `triangulate`."""
    odds = settings.chances
    if given > 0:
        return "given", given
    if strategy is not None and odds.lowest <= chance(planned, None, strategy) <= odds.highest:
        return "strategy", strategy
    return "chance", amount_at(planned, None, odds.target)


def usual_unit(amount: float) -> float:
    """A unit that leaves an amount four digits, of a cent at least: 100 k for 292,503,946."""
    return float(10.0 ** max(np.floor(np.log10(amount)) - 3, -2)) if amount > 0 else 1.0


def round_to(amount: float, unit: float) -> float:
    return float(round(amount / unit) * unit)


def flat_uplift(target: float | pd.Series, before: float | pd.Series) -> float | None:
    """The round rate that turns last year into the target (0.2 for × 1.20), or None.

    One amount: target ÷ before lies within 0.005 of a multiple of 5 % above 1. Many nodes: they all have one rate,
    round or not, within 0.005.
    """
    now, then = np.atleast_1d(np.asarray(target, float)), np.atleast_1d(np.asarray(before, float))
    ratio = now[then > 0] / then[then > 0]
    if len(ratio) > 1:
        alike = np.ptp(ratio) <= 2 * FLAT and abs(ratio.mean() - 1) > FLAT
        return float(ratio.mean() - 1) if alike else None
    if not len(ratio):
        return None
    near = float(round((ratio[0] - 1) / ROUND) * ROUND)
    return round(near, 10) if near > 0 and abs(ratio[0] - 1 - near) <= FLAT + 1e-12 else None


def quarters(planned: Baseline, target: float) -> pd.DataFrame:
    """The year's target by quarter, in the season of the baseline: amount, before, yoy, qoq; empty for a quarter."""
    months = planned.period.months
    if planned.period.name != "year":
        return pd.DataFrame(columns=["amount", "before", "yoy", "qoq"])
    starts = np.repeat(months[::3], 3)[: len(months)]
    means, before = planned.by_month.iloc[0], planned.before_by_month.iloc[0]
    expected = means.groupby(starts).sum()
    table = pd.DataFrame(
        {"amount": expected * target / expected.sum(), "before": before.groupby(starts).sum(min_count=3)}
    )
    lagged = table["amount"].shift().fillna(table["before"].iloc[-1])
    yoy, qoq = table["amount"] / table["before"] - 1, table["amount"] / lagged - 1
    return table.assign(yoy=yoy.where(table["before"] > 0), qoq=qoq.where(lagged > 0)).rename_axis("quarter")


# -- tables -----------------------------------------------------------------------------------------------------------

_View = tuple[tuple[float, float, float], Array | None]


def _views(
    baseline: Baseline, planned: Baseline, aim: float | None, added: Leverage | None, market: MarketView | None
) -> dict[str, _View]:
    """amount, lo_80, hi_80 and draws by approach."""
    views: dict[str, _View] = {}
    if aim is not None:
        views["strategy"] = ((aim, np.nan, np.nan), None)
    views["baseline"] = (_spread(baseline), baseline.of(None))
    if added is not None and len(added.table):
        views["means"] = (_spread(planned), planned.of(None))
    if market is not None:
        views["market"] = ((market.amount, market.lo_80, market.hi_80), market.draws)
    return views


def _spread(one: Baseline) -> tuple[float, float, float]:
    return float(one.expected.iloc[0]), amount_at(one, None, 0.9), amount_at(one, None, 0.1)


def _table(views: dict[str, _View], planned: Baseline, before: float) -> pd.DataFrame:
    rows = {
        name: dict(zip(("amount", "lo_80", "hi_80"), numbers, strict=True))
        | {"growth": growth(numbers[0], before), "chance": chance(planned, None, numbers[0])}
        for name, (numbers, _) in views.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("approach")


def _levels(planned: Baseline, settings: PlanSettings, target: float, before: float, unit: float) -> pd.DataFrame:
    odds = settings.chances
    amounts = {
        "commit": round_to(amount_at(planned, None, odds.commit), unit),
        "target": target,
        "stretch": round_to(amount_at(planned, None, odds.stretch), unit),
    }
    rows = {
        name: {
            "amount": amount,
            "chance": chance(planned, None, amount),
            "growth": growth(amount, before),
            "handed_down": amount * (1 - settings.means.reserve),
        }
        for name, amount in amounts.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("level")


def _verdict(odds: float, settings: PlanSettings) -> Verdict:
    low, high = settings.chances.lowest, settings.chances.highest
    return "high" if odds < low else "low" if odds > high else "within"


# -- findings ---------------------------------------------------------------------------------------------------------


def _answer(found: Triangulation, settings: PlanSettings) -> Iterator[Finding]:
    yield fact("plan.targets.recommended", weight=found.target, **_when(found), amount=found.target,
               before=found.before, rate=found.growth, direction=direction(found.growth), chance=found.chance,
               source=found.source, means=found.means_counted, before_is_forecast=found.planned.before_is_forecast,
               **_beside(found))  # fmt: skip
    if found.strategy is not None and found.source != "strategy":
        row: Any = found.table.loc["strategy"]
        yield fact("plan.targets.strategy", weight=found.strategy, amount=found.strategy, rate=row["growth"],
                   chance=row["chance"], verdict=_verdict(row["chance"], settings))  # fmt: skip
    if found.strategy is None:
        yield fact("plan.targets.no_strategy", growth=settings.strategy.growth)


def _beside(found: Triangulation) -> dict[str, Any]:
    """What the target is held against: the strategy where it is another number, and what is expected anyway."""
    table: Any = found.table
    other = found.strategy is not None and found.source != "strategy"
    return {
        "strategy": found.strategy if other else None,
        "strategy_chance": table["chance"]["strategy"] if other else None,
        "expected": table["amount"]["baseline"],
        "rough": any(f.key == "plan.targets.short_history" for f in found.planned.findings),
    }


def _when(found: Triangulation) -> dict[str, Any]:
    return {"every": found.period.name, "period": found.period.first}


def _doubts(found: Triangulation, settings: PlanSettings, market: MarketView | None) -> Iterator[Finding]:
    base: Any = found.table.loc["baseline"]
    yield fact("plan.targets.baseline", weight=base["amount"], **_when(found),
               **{name: base[name] for name in ("amount", "lo_80", "hi_80")}, rate=base["growth"])  # fmt: skip
    levels: Any = found.levels
    yield fact("plan.targets.levels", commit=levels["amount"]["commit"], commit_chance=levels["chance"]["commit"],
               stretch=levels["amount"]["stretch"], stretch_chance=levels["chance"]["stretch"])  # fmt: skip
    if found.reserve > 0:
        yield fact("plan.targets.reserve", weight=found.reserve, rate=settings.means.reserve, amount=found.reserve,
                   parts=found.handed_down)  # fmt: skip
    if found.strategy is not None and (rate := flat_uplift(found.strategy, found.before)) is not None:
        yield fact("plan.targets.flat_uplift", weight=found.strategy, rate=rate, amount=found.strategy,
                   before=found.before, why=bool(settings.strategy.why.strip()))  # fmt: skip
    if len(found.quarters) and found.quarters["yoy"].notna().all():
        yield _by_quarter(found)
    if len(found.planned.missed):
        yield fact("plan.targets.habit", rate=found.planned.habit - 1, tried=len(found.planned.missed),
                   direction=direction(found.planned.habit - 1))  # fmt: skip
    yield from _outside(found, market)


def _by_quarter(found: Triangulation) -> Finding:
    """What the year's growth means for its quarters: it is not the growth from quarter to quarter."""
    yoy, needed = found.quarters["yoy"], (1 + found.growth) ** 0.25 - 1
    return fact("plan.targets.quarters", rate=found.growth, low=yoy.min(), low_quarter=yoy.idxmin(), high=yoy.max(),
                high_quarter=yoy.idxmax(), each=needed)  # fmt: skip


def _outside(found: Triangulation, market: MarketView | None) -> Iterator[Finding]:
    if market is None:
        yield fact("plan.targets.no_market")
        return
    yield fact("plan.targets.market", weight=market.amount, amount=market.amount, lo_80=market.lo_80,
               hi_80=market.hi_80, rate=market.growth, chance=chance(found.planned, None, market.amount))  # fmt: skip


def _decisions(found: Triangulation, settings: PlanSettings) -> Iterator[Finding]:
    """The target or the strategy outside the stretch band, with what would lie in it."""
    odds = settings.chances
    asked = found.target if found.source == "given" else found.strategy
    if asked is None or (verdict := _verdict(chance(found.planned, None, asked), settings)) == "within":
        return
    within = amount_at(found.planned, None, odds.target)
    yield fact("plan.targets.outside", weight=asked - within, amount=asked, chance=chance(found.planned, None, asked),
               verdict=verdict, lowest=odds.lowest, highest=odds.highest, within=round_to(within, found.unit),
               given=found.source == "given")  # fmt: skip

"""One control chart: the series of a KPI at a node, what is usual of it, and where it stands against its limit."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.typing import NaTType

from workbench.analytics.kpis import Kpi, declared, signed
from workbench.analytics.tracking.laws import Aim
from workbench.analytics.tracking.rates import Rates, by_threshold, tuned
from workbench.analytics.tracking.rules import LEAST, WATCHED, WINDOW, Watch
from workbench.analytics.tracking.run_length import Kind, Scheme
from workbench.analytics.tracking.usual import Usual, learn
from workbench.periods import Calendar, Every

CEILING = 1.5  # a sum goes no further beyond its limit, so that it comes back soon after the matter is settled
_WITHIN = 0.1  # simulated false alarms may differ so much from those declared
_FEW = 10  # cases of each kind that a share is learnt from


@dataclass(frozen=True)
class Chart:
    """`table`: index period; value, expected, pressure (statistic ÷ limit; 1 is the limit), alarm, learnt.

    `began`: first period of the stretch that led to the alarm, by the chart; `since`: period of the alarm; both NaT
    where nothing is off. `value`, `expected`: over that stretch, else over the last period. `money`: what it is short
    of, NaN where no KPI tells. `rates`: in periods, of this chart alone.
    """

    on: str
    level: str
    node: str
    every: Every
    unit: str
    kind: str
    rates: Rates
    usual: Usual
    table: pd.DataFrame
    standing: bool
    since: pd.Timestamp | NaTType
    began: pd.Timestamp | NaTType
    periods: int
    value: float
    expected: float
    money: float
    alarms: int  # alarms in the watched periods that are over

    @property
    def each(self) -> bool:
        """Whether the value is the mean of a period, as of sales, not a ratio."""
        return not declared()[self.on].denominator

    @property
    def pressure(self) -> float:
        known = self.table["pressure"].dropna()
        return float(known.iloc[-1]) if len(known) else float("nan")


def usual_of(watch: Watch, rows: pd.DataFrame, calendar: Calendar) -> Usual | None:
    """What is usual of a node's series (rows: one a period); None where its past is too short or holds too little."""
    kpi, every = _kpi(watch), watch.every
    known = rows[rows["whole"].astype(bool)].set_index("period").sort_index()
    above, below = signed(known, kpi.numerator), signed(known, kpi.denominator) if kpi.denominator else None
    held = above.notna() if below is None else above.notna() & below.notna()
    if not held.any():
        return None
    span = slice(held.idxmax(), held[::-1].idxmax())
    above, below = above[span], None if below is None else below[span]
    learnt = min(watch.rule.window or WINDOW[every], len(above) - WATCHED[every])
    if learnt < LEAST[every]:
        return None
    above = above.iloc[-(learnt + WATCHED[every]) :]
    below = None if below is None else below.reindex(above.index)
    share = bool(kpi.interval) and below is not None
    if not _enough(above.iloc[:learnt], None if below is None else below.iloc[:learnt], share, LEAST[every]):
        return None
    aim = Aim(1 if kpi.better == "lower" else -1, watch.rule.change)
    return learn(above, below, aim, calendar, every=every, learnt=learnt, share=share, count=kpi.unit == "count")


def charted(watch: Watch, rows: pd.DataFrame, node: str, usual: Usual, charts: int, seed: int) -> Chart:
    """The chart of a node, one of `charts` of its rule: so many times rarer than the rule as a whole may it err."""
    if watch.rule.threshold is not None:
        kind, rates, table = _by_threshold(usual, watch.rule.threshold, watch.rule.over, seed)
    else:
        kind, rates, table = _by_limit(usual, watch, charts, seed)
    standing, since, began, past = _state(table, usual.learnt, kind)
    stretch = table.loc[began:] if standing else table.loc[table["value"].last_valid_index() :]
    value, expected = _over(usual.table.loc[stretch.index], usual)
    worse = usual.law.aim.worse
    short = (usual.table.loc[stretch.index].pipe(lambda t: (t["above"] - t["expected"] * t["below"]).sum())) * worse
    return Chart(
        watch.rule.on, watch.rule.by, node, watch.every, _kpi(watch).unit, kind, rates, usual, table, standing, since,
        began, int(stretch["value"].notna().sum()), value, expected, _worth(_kpi(watch), rows, max(short, 0.0)), past,
    )  # fmt: skip


def _by_limit(usual: Usual, watch: Watch, charts: int, seed: int) -> tuple[str, Rates, pd.DataFrame]:
    kind: Kind = watch.rule.kind or "cusum"  # found sooner than by others where the size of the change is known
    declared_ = float(watch.once * charts)
    rates = tuned(usual, Scheme(kind), declared_, seed, charts)
    if kind == "shewhart" and abs(rates.simulated / declared_ - 1) > _WITHIN and usual.model != "level":
        kind = "cusum"  # single periods with few cases cannot keep what is declared; sums of all cases can
        rates = tuned(usual, Scheme(kind), declared_, seed, charts)
    scheme, table = Scheme(kind), usual.table
    adds = np.array(scheme.adds(table["u"].to_numpy(), table["llr"].to_numpy()))
    adds[: usual.learnt] = np.nan
    pressure = scheme.path(adds, CEILING * rates.limit) / rates.limit
    found = table[["value", "expected"]].assign(pressure=pressure, learnt=np.arange(len(table)) < usual.learnt)
    return kind, rates, found.assign(alarm=(pressure >= 1) & ~found["learnt"])


def _by_threshold(usual: Usual, threshold: float, over: int, seed: int) -> tuple[str, Rates, pd.DataFrame]:
    before, after = by_threshold(usual, threshold, over, seed)
    sums = usual.table[["above", "below"]].rolling(over, min_periods=over).sum()
    value = sums["above"] / sums["below"].where(sums["below"] > 0)
    worse, learnt = usual.law.aim.worse, np.arange(len(value)) < usual.learnt
    found = pd.DataFrame({"value": value, "expected": usual.table["expected"], "learnt": learnt})
    size = abs(threshold - float(usual.table["expected"].median())) or abs(threshold) or 1.0
    found["pressure"] = (1 + worse * (value - threshold) / size).where(~found["learnt"], 0.0)
    found["alarm"] = (worse * (value - threshold) > 0) & ~found["learnt"]
    return "threshold", Rates(threshold, float("nan"), before, after), found


def _state(
    table: pd.DataFrame, learnt: int, kind: str
) -> tuple[bool, pd.Timestamp | NaTType, pd.Timestamp | NaTType, int]:
    """Whether it is off now, since which alarm, from which period on, and how many alarms are over again."""
    alarm = table["alarm"].to_numpy(bool)
    starts = np.flatnonzero(alarm & ~np.concatenate([[False], alarm[:-1]]))
    if not alarm[-1]:
        return False, pd.NaT, pd.NaT, len(starts)
    first = int(starts[-1])
    calm = np.flatnonzero(table["pressure"].to_numpy()[:first] <= 0)
    began = first if kind in ("shewhart", "threshold") or not len(calm) else int(calm[-1]) + 1
    return True, table.index[first], table.index[max(min(began, first), learnt)], len(starts) - 1


def _over(rows: pd.DataFrame, usual: Usual) -> tuple[float, float]:
    """The KPI and what was expected over a stretch: sums first, then divided; means where nothing divides."""
    known = rows[rows["above"].notna() & rows["below"].notna()]
    size = known["below"].sum()
    if not size > 0:
        return float("nan"), float(rows["expected"].mean())
    return float(known["above"].sum() / size), float((known["expected"] * known["below"]).sum() / size)


def _worth(kpi: Kpi, rows: pd.DataFrame, short: float) -> float:
    """What the shortfall of `short` (above the line of the ratio) comes to in money."""
    if kpi.unit == "money":
        return short
    if not kpi.worth:
        return float("nan")
    each = declared()[kpi.worth]
    if not each.components <= set(rows.columns):
        return float("nan")
    size = signed(rows, each.denominator).sum()
    return float(short * signed(rows, each.numerator).sum() / size) if size > 0 else float("nan")


def _enough(above: pd.Series, below: pd.Series | None, share: bool, least: int) -> bool:
    if share and below is not None:
        return bool(above.sum() >= _FEW and (below - above).sum() >= _FEW)
    value = above if below is None else above / below.where(below > 0)
    return bool(value.notna().sum() >= least and value.nunique() > 2 and value.abs().sum() > 0 and value.median() > 0)


def _kpi(watch: Watch) -> Kpi:
    assert watch.kpi is not None  # pace and landing have no chart  # noqa: S101
    return watch.kpi

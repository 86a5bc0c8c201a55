"""Do alert rules err as seldom as they declare, and how soon do they find a drop of a fifth in conversion?

Three figures a chart: the simulated run length against the declared one (limit: within 10 %), and the delay in weeks.
Then the alarms of many made-up companies in which nothing happened: the past that each chart learns from is drawn anew,
so what is usual is as unsure as it is in life.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

import workbench as wb
from workbench.analytics.tracking.chart import charted, usual_of
from workbench.analytics.tracking.laws import Aim
from workbench.analytics.tracking.rates import limit_of, tuned
from workbench.analytics.tracking.rules import watched_by
from workbench.analytics.tracking.run_length import Kind, Scheme
from workbench.analytics.tracking.usual import learn
from workbench.periods import Calendar
from workbench.settings.tracking import AlertRule, TrackingSettings

RULES = (
    AlertRule(on="win_rate"),
    AlertRule(on="win_rate", by="region"),
    AlertRule(on="qualification"),
    AlertRule(on="sales"),
    AlertRule(on="sales", by="region"),
    AlertRule(on="visits"),
    AlertRule(on="leads"),
)
KINDS: tuple[Kind, ...] = ("cusum", "ewma", "shewhart")
COMPANIES, WEEKS, LEARNT = 200, 156, 130


def main() -> Iterator[dict]:
    run = wb.Run.start("data/demo/workbench.toml", as_of="2026-09-30")
    data = wb.load(run)
    for watch in watched_by(TrackingSettings(rules=RULES), data.sums, ()):
        rows = dict(list(watch.sums.groupby("node")))
        usual = {str(node): found for node, own in rows.items() if (found := usual_of(watch, own, run.calendar))}
        charts = [charted(watch, rows[n], n, u, len(usual), 50 + k) for k, (n, u) in enumerate(usual.items())]
        once = 1 / sum(1 / c.rates.simulated for c in charts)
        name = f"alerts.{watch.rule.on}{'.' + watch.rule.by if watch.rule.by else ''}"
        yield _told(name, once, watch.once, watch.every, delay=float(np.median([c.rates.delay for c in charts])))
        if watch.rule.on == "win_rate" and not watch.rule.by:
            yield from _by_kind(usual[""])
    yield from _calm()


def _by_kind(usual) -> Iterator[dict]:  # type: ignore[no-untyped-def]
    """The same win rate on each kind of chart: the delay of a drop by a fifth at the same rate of false alarms."""
    for kind in KINDS:
        rates = tuned(usual, Scheme(kind), 104.0, seed=9)
        yield _told(f"alerts.win_rate.on.{kind}", rates.simulated, 104.0, "week", delay=rates.delay)


def _calm() -> Iterator[dict]:
    """Companies where nothing happened: alarms in the watched weeks against those declared."""
    rng, weeks = np.random.default_rng(12), pd.date_range("2023-01-02", periods=WEEKS, freq="W-MON")
    chart = Scheme("cusum")
    alarmed = 0
    for company in range(COMPANIES):
        n = pd.Series(rng.poisson(14, WEEKS).astype(float), weeks)
        x = pd.Series(rng.binomial(n.astype(int), 0.35).astype(float), weeks)
        usual = learn(x, n, Aim(-1, 0.2), Calendar(), every="week", learnt=LEARNT, share=True, count=False)
        limit = limit_of(usual, chart, 104.0, np.random.default_rng(company))
        alarmed += _alarms(chart, usual.table["llr"].to_numpy()[LEARNT:], limit)
    weeks_each = COMPANIES * (WEEKS - LEARNT) / max(alarmed, 1)
    off = 2 / np.sqrt(max(alarmed, 1))
    told = _told("alerts.calm_companies", weeks_each, 104.0, "week")
    # a chart that has just begun at 0 alarms less often than in the long run, so only too many count as a miss
    yield told | {"limit": [round(1 - off, 3), None], "ok": bool(weeks_each > 104 * (1 - off)), "alarms": alarmed}


def _alarms(chart: Scheme, adds: np.ndarray, limit: float) -> int:
    z, count = 0.0, 0
    for add in adds.tolist():
        z = max(0.0, chart.keep * z + add)
        if z >= limit:
            z, count = 0.0, count + 1
    return count


def _told(name: str, value: float, declared: float, unit: str, **more: float) -> dict:
    ratio = value / declared
    rounded = {k: round(v, 1) if np.isfinite(v) else None for k, v in more.items()}
    single = name.endswith("shewhart")  # cannot keep what it declares with few cases; rules then chart sums instead
    return {"name": name, "value": round(value, 1), "unit": f"{unit}s per false alarm", "peer": declared,
            "ratio": round(ratio, 3), "limit": None if single else [0.9, 1.1],
            "ok": bool(single or 0.9 <= ratio <= 1.1), **rounded}  # fmt: skip

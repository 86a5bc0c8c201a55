"""Lessons from the replay: what parts are split by, parts that get too little each time, chances, the reserve."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import direction, fact
from workbench.analytics.review.candidates import LAGS, Candidate, Mean, mean_of, rounded
from workbench.analytics.review.replay import Replayed
from workbench.analytics.review.scores import SHARED, clopper_pearson
from workbench.lessons import Lesson
from workbench.settings.plan import PlanSettings, Probabilities

if TYPE_CHECKING:
    from workbench.analytics.review.lessons import Evidence

FEWEST = 8  # quarters below which shares of parts teach nothing
PRIOR = 4.0  # periods without error that the chances' shift is pulled by, as plan.aims.hindcasts does
_SMALL = 0.005  # share of the whole below which a part's error is mostly noise
_LEAST = 0.01  # a tilt that moves less is not worth a rule


def weights(given: "Evidence") -> Iterator[Candidate]:
    """How far the split should go by the forecast rather than by last year's shares.

    Of all past quarters: (what came − last year's share) on (forecast share − last year's share), through 0 (Bates &
    Granger 1969); its error by quarter, neighbours taken together.
    """
    parts, keys = _parts(given), given.plan.keys
    both = keys.history + keys.forecast
    if parts is None or keys.potential + keys.capacity > 0 or not both > 0:
        return
    now = keys.forecast / both
    slope = _slope(parts, now)
    if slope is None or np.isnan(slope.p):
        return
    best = float(np.clip(now + slope.kept * (slope.value - now), 0, 1))
    after = rounded(best, 0.05)
    apart = (parts["forecast"] - parts["history"]).abs().groupby(level="origin").sum().mean() / 2
    money = abs(after - now) * float(apart) * given.yearly
    quarters = int(parts.index.get_level_values("origin").nunique())
    lesson = Lesson(
        "weights", "keys", {"history": rounded(1 - now, 1e-6), "forecast": rounded(now, 1e-6)},
        None if abs(after - now) < 0.05 else {"history": rounded(1 - after, 0.05), "forecast": after},
        evidence={"slope": slope.value, "lo": slope.lo, "hi": slope.hi, "quarters": quarters}, money=money,
    )  # fmt: skip
    told = fact("review.lessons.weights", weight=money, before=now, after=after, found=slope.value, lo=slope.lo,
                hi=slope.hi, quarters=quarters)  # fmt: skip
    yield Candidate(lesson, told, slope.value, slope.lo, slope.hi, quarters, slope.p)


def tilts(given: "Evidence") -> Iterator[Candidate]:
    """Parts that got another share than the mixture gave them, quarter after quarter.

    The mean of log(share that came ÷ share given), neighbouring quarters taken together, shrunk by its own noise. Where
    the weights are to change too, the share given is that of the new mixture.
    """
    parts = _parts(given)
    if parts is None or not isinstance(given.replayed, Replayed):
        return
    level, known = given.replayed.level, next((c.lesson.after for c in weights(given) if c.p < 0.01), None)
    key = parts["key"] if known is None else _mixed(parts, known, given.plan, level)
    for node, rows in parts.assign(key=key).groupby(level="node"):
        rows = rows[(rows["key"] > _SMALL) & (rows["actual"] > _SMALL)]
        if len(rows) < FEWEST:
            continue
        found = mean_of(np.log((rows["actual"] / rows["key"]).to_numpy(float)), lags=LAGS)
        yield _tilt(given, level, str(node), found, rows)


def _tilt(given: "Evidence", level: str, node: str, found: Mean, rows: pd.DataFrame) -> Candidate:
    now = given.plan.keys.tilt.get(level, {}).get(node, 1.0)
    after = rounded(now * float(np.exp(found.kept * found.value)), 0.01)
    share, came = float(rows["key"].mean()), float(rows["actual"].mean())
    money = abs(after / now - 1) * share * given.yearly if now > 0 else 0.0
    lo, hi, rate = (float(np.expm1(x)) for x in (found.lo, found.hi, found.value))
    moves = now > 0 and abs(after / now - 1) >= _LEAST
    lesson = Lesson("tilt", "keys.tilt", now, after if moves else None, {level: node},
                    {"rate": rate, "lo": lo, "hi": hi, "quarters": len(rows), "share": share, "came": came},
                    money)  # fmt: skip
    told = fact("review.lessons.tilt", weight=money, about=node, level=level, node=node, rate=rate, lo=lo, hi=hi,
                quarters=len(rows), share=share, came=came, direction=direction(rate), after=after)  # fmt: skip
    return Candidate(lesson, told, rate, lo, hi, len(rows), found.p)


def chances(given: "Evidence") -> Iterator[Candidate]:
    """Targets that were reached more or less often than stated, over periods as long as the planned one.

    What came as a quantile of the distribution then, on the normal scale, has mean 0 where chances are right (Dawid
    1984); a mean of m makes a stated chance p really Φ(Φ⁻¹(p) + m). What settings of the file ask for is the aim.
    """
    frame, shared = _span(given)
    if frame is None or len(frame) < 2 * shared:
        return
    from scipy.stats import norm

    scale = norm.ppf(frame["rank"].clip(0.005, 0.995).to_numpy(float))
    aim, now = given.written.chances, given.plan.chances
    due = float(norm.ppf(aim.target) - norm.ppf(now.target))  # the shift that today's settings already reckon with
    found = mean_of(scale - due, shared=shared)
    count = len(frame) / shared
    shift = float(scale.mean()) * count / (count + PRIOR)
    lo, hi = clopper_pearson(frame["reached"].sum() / shared, count)
    rate = float(frame["reached"].mean())
    money = abs(shift - due) * float(_spread(frame)) * (1 if given.plan.period.endswith("year") else 4)
    after = _moved(aim, shift)
    lesson = Lesson("chances", "chances", {name: getattr(now, name) for name in Probabilities.model_fields}, after,
                    evidence={"reached": int(frame["reached"].sum()), "periods": len(frame), "rate": rate, "lo": lo,
                              "hi": hi, "stated": float(frame["chance"].mean()), "shift": float(scale.mean())},
                    money=money)  # fmt: skip
    told = fact("review.lessons.chances", weight=money, span=_name(given), reached=int(frame["reached"].sum()),
                periods=len(frame), rate=rate, lo=lo, hi=hi, stated=float(frame["chance"].mean()), aim=aim.target,
                before=now.target, after=after["target"] if after else None,
                verdict="easy" if found.value > 0 else "hard")  # fmt: skip
    yield Candidate(lesson, told, rate, lo, hi, count, found.p)


def reserve(given: "Evidence") -> Iterator[Candidate]:
    """A reserve that is held against the usual miss: by how much sales stayed below the target where they did.

    Where none is held nothing is said: misses alone do not ask for one.
    """
    frame, shared = _span(given)
    if frame is None or not given.plan.means.reserve > 0:
        return
    missed = (1 - frame["actual"] / frame["target"])[~frame["reached"].astype(bool)].to_numpy(float)
    now = given.plan.means.reserve
    found = mean_of(missed, against=now, shared=shared)
    if np.isnan(found.p):
        return
    after = rounded(float(np.clip(now + found.kept * (found.value - now), 0, 0.2)), 0.005)
    money = abs(after - now) * given.yearly
    usual, lo, hi = found.value, found.lo, found.hi
    lesson = Lesson("reserve", "means.reserve", now, None if abs(after - now) < 0.005 else after,
                    evidence={"missed": len(missed), "periods": len(frame), "usual": usual, "lo": lo, "hi": hi},
                    money=money)  # fmt: skip
    told = fact("review.lessons.reserve", weight=money, span=_name(given), before=now, after=after, usual=usual, lo=lo,
                hi=hi, missed=len(missed), periods=len(frame))  # fmt: skip
    yield Candidate(lesson, told, usual, lo, hi, len(missed) / shared, found.p)


def _parts(given: "Evidence") -> pd.DataFrame | None:
    """Shares of parts at each origin, where all three are known."""
    if not isinstance(given.replayed, Replayed) or given.replayed.parts.empty:
        return None
    known = given.replayed.parts.dropna()
    return known if known.index.get_level_values("origin").nunique() >= FEWEST else None


def _slope(parts: pd.DataFrame, now: float) -> Mean | None:
    """The slope as a mean of each quarter's own contribution, so that its error follows from how quarters differ."""
    x, y = parts["forecast"] - parts["history"], parts["actual"] - parts["history"]
    square = float((x**2).sum())
    if not square > 0:
        return None
    count = parts.index.get_level_values("origin").nunique()
    slope = float((x * y).sum() / square)
    scores = (x * (y - slope * x)).groupby(level="origin").sum().to_numpy() * count / square
    return mean_of(slope + scores, against=now, lags=LAGS)


def _mixed(parts: pd.DataFrame, mix: Any, plan: PlanSettings, level: str) -> pd.Series:
    """Shares by a mixture of last year's and the forecast's, with today's tilts."""
    tilt = plan.keys.tilt.get(level, {})
    node = parts.index.get_level_values("node")
    key = (mix["history"] * parts["history"] + mix["forecast"] * parts["forecast"]) * [tilt.get(n, 1.0) for n in node]
    return key / key.groupby(level="origin").transform("sum")


def _span(given: "Evidence") -> tuple[pd.DataFrame | None, float]:
    """The replay's table for periods as long as the planned one, and how many neighbours overlap in it."""
    name = _name(given)
    if not isinstance(given.replayed, Replayed):
        return None, 1.0
    frame = given.replayed.years if name == "year" else given.replayed.quarters
    return (frame if len(frame) else None), SHARED[name]


def _name(given: "Evidence") -> str:
    return "year" if given.plan.period.endswith("year") else "quarter"


def _spread(frame: pd.DataFrame) -> Any:
    """A standard deviation in money, as the last distribution has it."""
    return (frame["hi_80"] - frame["lo_80"]).iloc[-1] / 2.563


def _moved(aim: Probabilities, shift: float) -> dict[str, float] | None:
    """Stated chances that come true as `aim` asks; None where rounding leaves no order among them."""
    from scipy.stats import norm

    moved = {n: rounded(float(np.clip(norm.cdf(norm.ppf(getattr(aim, n)) - shift), 0.05, 0.95)), 0.01)
             for n in Probabilities.model_fields}  # fmt: skip
    ordered = moved["commit"] > moved["target"] > moved["stretch"] and moved["lowest"] < moved["highest"]
    return moved if ordered else None

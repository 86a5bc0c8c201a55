"""How large the market is, three ways: from published figures down, from accounts up, and from our own share.

TAM is all that is spent on what we sell, SAM the part that we can serve, SOM the part of that which we can win; each
way carries its assumptions as ranges to the end by simulation (10,000 Latin hypercube draws).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analytics.keys import fact
from workbench.analytics.market import ranges
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.settings.market import MarketSettings, Range

Array = NDArray[np.float64]
METHODS = ("top_down", "bottom_up", "proxy")
SIZES = ("tam", "sam", "som")
DRAWS = 10_000
_FEW = 0.1  # a swing below this share of the SOM is not worth a sentence


@dataclass(frozen=True)
class Known:
    """What the data tell of one year, money by segment of the market; None where they do not.

    `own`: our sales. `published`: the market.
    """

    year: tuple[pd.Timestamp, pd.Timestamp]
    own: pd.Series | None = None
    published: pd.Series | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Sizing(Result):
    """The market's size, each way that can be told.

    `table`: index (method, size): amount (median), lo_80, hi_80; money of the year; NaN where an assumption is missing
    `draws`: by (method, size), as many as were asked for
    `assumptions`: one row each: method, segment ("" for all), name, low, likely, high, why
    `tornado`: one row for each assumption that has a range: method, segment, name, som_low, som_high, swing (money):
        the SOM with this one at its low and high value and all others at their likely ones; segments together ("") too
    """

    table: pd.DataFrame
    draws: dict[tuple[str, str], Array]
    assumptions: pd.DataFrame
    tornado: pd.DataFrame
    known: Known

    @property
    def pooled(self) -> Array:
        """SOM by all methods that tell it, each counting the same: a linear opinion pool (Stone 1961)."""
        told = [self.draws[m, "som"] for m in METHODS if (m, "som") in self.draws]
        return np.sort(np.concatenate(told)) if told else np.array([])


def sizing(
    beliefs: MarketSettings, known: Known, *, scope: Mapping[str, str] | None = None, draws: int = DRAWS, seed: int = 0
) -> Sizing | Unknown:
    """TAM, SAM and SOM by each way that settings and data allow; `Unknown` where none does.

    `scope` is the part of the company that `known.own` is of: the published market is its market only where it is the
    one segment that is published.
    """
    if scope and not of_part(known.published, scope):
        known = replace(known, published=None)
    models = [m for m in (_top_down(beliefs, known), _bottom_up(beliefs, known), _proxy(beliefs, known)) if m]
    if not models:
        lacking = fact("market.sizing.unknown", section="sizing", needs=_NEEDS)
        return Unknown(section="sizing", findings=(fact("market.sizing.unknown_part") if scope else lacking,))
    drawn = {(m.name, size): d for m in models for size, d in m.sizes(m.drawn(beliefs.together, draws, seed)).items()}
    tornado = pd.DataFrame([row for m in models for row in m.swings()], columns=_TORNADO)
    tornado = tornado.sort_values("swing", ascending=False, ignore_index=True)
    table = _table(drawn, [m.name for m in models])
    assumptions = pd.DataFrame([row for m in models for row in m.rows()], columns=_ASSUMPTIONS)
    told = [drawn[m.name, "som"] for m in models if (m.name, "som") in drawn]
    found = [
        *_answer(told, table, known, beliefs.within_years),
        *_sizes(table, known),
        *_apart(table),
        *_beyond(table, known),
        *_above(table, known),
        *_matters(tornado, table),
        *_certain(models),
        *_untold(models),
        *([fact("market.sizing.part", top_down=models[0].name == "top_down")] if scope else []),
    ]
    return Sizing(
        table=table, draws=drawn, assumptions=assumptions, tornado=tornado, known=known, findings=tuple(found)
    )


def of_part(published: pd.Series | None, scope: Mapping[str, str]) -> bool:
    """Whether what is published, by segment, is the market of this part alone."""
    return published is not None and len(scope) == 1 and set(map(str, published.index)) == set(scope.values())


_NEEDS = ("top_down", "segments", "proxy")
_TORNADO = ["method", "segment", "name", "som_low", "som_high", "swing"]
_ASSUMPTIONS = ["method", "segment", "name", "low", "likely", "high", "why"]


@dataclass(frozen=True)
class _Model:
    """One way: a base of money by segment times or over assumptions, in steps from TAM to SOM (or from SAM outwards).

    `steps`: for each size the assumptions that multiply it, and those that divide it (by name). An assumption holds a
    range for each segment. `lacking`: what the settings would have to say for the sizes that are missing.
    """

    name: str
    base: Array
    segments: tuple[str, ...]
    assumed: Mapping[str, tuple[Range, ...]]
    steps: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    lacking: tuple[str, ...] = ()

    def drawn(self, together: float, count: int, seed: int) -> dict[str, Array]:
        """(segments, draws) of each assumption. Errors of one kind go together over segments by a normal copula."""
        from scipy.special import ndtr

        alone = len(self.segments) == 1  # nothing to go together with
        names = [f"{name} {at}" for name in self.assumed for at in self.segments]
        shared = [] if alone else [f"all {name}" for name in self.assumed]
        normal = ranges.normals(names + shared, count, seed)
        root, rest = (0.0, 1.0) if alone else (np.sqrt(together), np.sqrt(1 - together))
        common = {name: root * normal.get(f"all {name}", 0.0) for name in self.assumed}
        return {
            name: np.stack([
                ranges.draw(one, ndtr(common[name] + rest * normal[f"{name} {at}"]), f"{name} {at}")
                for one, at in zip(some, self.segments, strict=True)
            ])
            for name, some in self.assumed.items()
        }  # fmt: skip

    def sizes(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """The sum over segments of each size, from values of (segments, draws)."""
        return {size: self._by_segment(size, values).sum(axis=0) for size in self.steps}

    def _by_segment(self, size: str, values: Mapping[str, Array]) -> Array:
        times, over = self.steps[size]
        made = self.base[:, None] * np.ones(1)
        for name in times:
            made = made * values[name]
        for name in over:
            made = made / values[name]
        return np.asarray(made)

    def swings(self) -> Iterator[dict[str, Any]]:
        """The SOM with one assumption at its ends: for all segments together, and for each where there are several."""
        if "som" not in self.steps:
            return
        at = {n: {end: np.array([[getattr(r, end)] for r in some]) for end in ("low", "likely", "high")}
              for n, some in self.assumed.items()}  # fmt: skip
        likely = {name: ends["likely"] for name, ends in at.items()}
        now = self._by_segment("som", likely)[:, 0]
        for name in (n for n in {*self.steps["som"][0], *self.steps["som"][1]} if not self._sure(n)):
            ends = {end: self._by_segment("som", likely | {name: at[name][end]})[:, 0] for end in ("low", "high")}
            yield self._swing("", name, float(ends["low"].sum()), float(ends["high"].sum()))
            for i, segment in enumerate(self.segments if len(self.segments) > 1 else ()):
                rest = float(now.sum() - now[i])
                yield self._swing(segment, name, rest + float(ends["low"][i]), rest + float(ends["high"][i]))

    def _sure(self, name: str) -> bool:
        return all(one.certain for one in self.assumed[name])

    def _swing(self, segment: str, name: str, low: float, high: float) -> dict[str, Any]:
        return dict(zip(_TORNADO, (self.name, segment, name, low, high, abs(high - low)), strict=True))

    def rows(self) -> Iterator[dict[str, Any]]:
        for name, some in self.assumed.items():
            for one, segment in zip(some, self.segments, strict=True):
                yield {
                    "method": self.name,
                    "segment": segment,
                    "name": name,
                    **one.model_dump(include={"low", "likely", "high", "why"}),
                }


def _top_down(beliefs: MarketSettings, known: Known) -> _Model | None:
    if known.published is None or not known.published.sum() > 0:
        return None
    total, told = float(known.published.sum()), beliefs.top_down
    chain = _chain(("serviceable", told.serviceable), ("obtainable", told.obtainable))
    assumed = {name: (one,) for name, one in chain.items()}
    lacking = () if len(assumed) == 2 else ("top_down",)
    return _Model("top_down", np.array([total]), ("",), assumed, _outwards(assumed), lacking)


def _bottom_up(beliefs: MarketSettings, known: Known) -> _Model | None:
    if not beliefs.segments:
        return None
    names = tuple(beliefs.segments)
    won = [one.obtainable for one in beliefs.segments.values()]
    assumed: dict[str, tuple[Range, ...]] = {
        "accounts": tuple(s.accounts for s in beliefs.segments.values()),
        "budget": tuple(s.budget for s in beliefs.segments.values()),
        "serviceable": tuple(s.serviceable for s in beliefs.segments.values()),
    }
    lacking = ("segments",) if None in won else ()
    if not lacking:
        assumed["obtainable"] = tuple(one for one in won if one is not None)
    size = ("accounts", "budget")
    steps = {"tam": (size, ()), "sam": ((*size, "serviceable"), ())}
    steps |= {} if lacking else {"som": ((*size, "serviceable", "obtainable"), ())}
    return _Model("bottom_up", np.ones(len(names)), names, assumed, steps, lacking)


def _proxy(beliefs: MarketSettings, known: Known) -> _Model | None:
    told = beliefs.proxy
    if told.share is None or known.own is None or not known.own.sum() > 0:
        return None
    own = np.array([float(known.own.sum())])
    assumed = {"share": (told.share,)}
    assumed |= {n: (one,) for n, one in (("serviceable", told.serviceable), ("obtainable", told.obtainable)) if one}
    steps: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {"sam": ((), ("share",))}
    if "serviceable" in assumed:
        steps = {"tam": ((), ("share", "serviceable")), **steps}
    if "obtainable" in assumed:
        steps["som"] = (("obtainable",), ("share",))
    lacking = () if len(assumed) == 3 else ("proxy",)
    return _Model("proxy", own, ("",), assumed, steps, lacking)


def _chain(*links: tuple[str, Range | None]) -> dict[str, Range]:
    """The assumptions up to the first that is missing: what follows it cannot be told."""
    kept: dict[str, Range] = {}
    for name, one in links:
        if one is None:
            break
        kept[name] = one
    return kept


def _outwards(assumed: Mapping[str, Any]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    names = tuple(assumed)
    return {size: (names[:n], ()) for n, size in enumerate(SIZES) if n <= len(names)}


def _table(drawn: Mapping[tuple[str, str], Array], methods: list[str]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([methods, SIZES], names=["method", "size"])
    rows = [np.quantile(drawn[at], (0.5, 0.1, 0.9)) if at in drawn else [np.nan] * 3 for at in index]
    return pd.DataFrame(rows, index=index, columns=["amount", "lo_80", "hi_80"])


def _answer(drawn: list[Array], table: pd.DataFrame, known: Known, within: float | None) -> Iterator[Finding]:
    """What can be won by all ways together, each counting the same (see Sizing.pooled)."""
    if drawn:
        lo, som, hi = np.quantile(np.concatenate(drawn), (0.1, 0.5, 0.9))
        own = float(known.own.sum()) if known.own is not None else None
        tam, sam = (float(table.xs(size, level="size")["amount"].median()) for size in ("tam", "sam"))
        tam = float(known.published.sum()) if known.published is not None else tam
        more = None if own is None else max(som - own, 0.0)
        yield fact("market.sizing.answer", weight=som, som=som, som_lo=lo, som_hi=hi, own=own, more=more,
                   ways=len(drawn), tam=tam, sam=sam, year=known.year, within=within)  # fmt: skip


def _sizes(table: pd.DataFrame, known: Known) -> Iterator[Finding]:
    for method, rows in table.groupby(level="method", sort=False):
        tam, sam, som = (row for _, row in rows.iterrows())
        yield fact(
            "market.sizing.size",
            weight=som["amount"],
            method=method,
            tam=tam["amount"],
            tam_lo=tam["lo_80"],
            tam_hi=tam["hi_80"],
            sam=sam["amount"],
            som=som["amount"],
            som_lo=som["lo_80"],
            som_hi=som["hi_80"],
            year=known.year,
        )


def _apart(table: pd.DataFrame) -> Iterator[Finding]:
    """How far the ways are apart, on the size nearest to what we can win that two of them tell."""
    for size in reversed(SIZES):
        told = table.xs(size, level="size").dropna()
        if len(told) > 1:
            most, least = str(told["amount"].idxmax()), str(told["amount"].idxmin())
            yield fact(
                "market.sizing.apart",
                what=size,
                times=told["amount"].max() / told["amount"].min(),
                largest=told["amount"].max(),
                smallest=told["amount"].min(),
                most=most,
                least=least,
                overlap=bool(told["lo_80"][most] <= told["hi_80"][least]),
            )
            return


def _beyond(table: pd.DataFrame, known: Known) -> Iterator[Finding]:
    """More sold already than is said to be obtainable: an assumption is wrong, or the two speak of different things."""
    if known.own is None:
        return
    own = float(known.own.sum())
    for method, row in table.xs("som", level="size").iterrows():
        if row["hi_80"] < own * (1 - 1e-9):
            yield fact(
                "market.sizing.beyond_own", weight=own - row["amount"], own=own, som=row["amount"], method=method
            )


def _above(table: pd.DataFrame, known: Known) -> Iterator[Finding]:
    """What we could serve or win is more than the whole market as published: it is a part of it, so one is wrong."""
    published = float(known.published.sum()) if known.published is not None else 0.0
    for what, method in ((s, m) for m in METHODS for s in ("sam", "som")):
        if published > 0 and (method, what) in table.index and table["amount"][method, what] > published * (1 + 1e-9):
            size = float(table["amount"][method, what])
            yield fact("market.sizing.above_published", weight=size - published, what=what, size=size,
                       published=published, method=method)  # fmt: skip
            return


def _matters(tornado: pd.DataFrame, table: pd.DataFrame) -> Iterator[Finding]:
    largest = table.xs("som", level="size")["amount"]
    for _, row in tornado[tornado["segment"] == ""].head(1).iterrows():
        share = row["swing"] / largest[row["method"]]
        if share >= _FEW:
            yield fact(
                "market.sizing.matters",
                weight=row["swing"],
                assumption=row["name"],
                method=row["method"],
                swing=row["swing"],
                share=share,
            )


def _certain(models: list[_Model]) -> Iterator[Finding]:
    names = sorted({f"{m.name}.{n}" for m in models for n in m.assumed if m._sure(n)} - {"bottom_up.serviceable"})
    if names:
        yield fact("market.sizing.certain", count=len(names), names=tuple(names))


def _untold(models: list[_Model]) -> Iterator[Finding]:
    for model in models:
        if model.lacking:
            yield fact("market.sizing.not_told", method=model.name, needs=model.lacking)

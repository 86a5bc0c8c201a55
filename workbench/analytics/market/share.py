"""Our share of the market: by segment over time, what moved it, and what growth would hold it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.factors import lmdi
from workbench.analytics.keys import direction, fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.periods import PER_YEAR

WHOLE = ""  # the segment that stands for all of them together
EFFECTS = ("market", "structure", "share")
_LEAST = 2  # periods of a year that both sides must have, or one odd period decides (1 of yearly figures)


@dataclass(frozen=True, kw_only=True, repr=False)
class Share(Result):
    """Own sales against the market, over periods that both know.

    `table`: index (segment, period), "" for all; columns own, market (money), share (ratio)
    `years`: index segment; columns own, own_before, market, market_before (money of the periods compared), share,
        share_before, lo_80, hi_80 (of share now; NaN of yearly figures), points (share - share_before), own_growth,
        market_growth, beyond (whether the change of share is beyond what single periods scatter)
    `effects`: index segment; columns market, structure, share: money that sum to own - own_before exactly (LMDI)
    `holding`: what growth would hold the share; see `holding`
    `rivals`: index competitor; columns sales, share; empty where none is known
    `now`, `before`: first and last period compared; `every`: their length; `level`: what the segments are of ours
    """

    table: pd.DataFrame
    years: pd.DataFrame
    effects: pd.DataFrame
    holding: pd.Series
    rivals: pd.DataFrame
    now: tuple[pd.Timestamp, pd.Timestamp]
    before: tuple[pd.Timestamp, pd.Timestamp]
    every: str
    level: str

    @property
    def rolling(self) -> pd.DataFrame:
        """Share over the year that ends with each period, so that seasons cancel: index period, columns segments."""
        sums = [self.table[c].unstack("segment").rolling(PER_YEAR[self.every]).sum() for c in ("own", "market")]
        return (sums[0] / sums[1]).dropna(how="all")[list(self.years.index)]


def share(
    own: pd.DataFrame,
    market: pd.DataFrame,
    *,
    every: str,
    level: str = "",
    per_year: int = 4,
    rivals: pd.DataFrame | None = None,
) -> Share | Unknown:
    """Shares of the last year that both sides know against the year before.

    `own`: index period, columns segments, money of whole periods; `market`: the same of the market. Segments that only
    one side knows are left out and said; one side's unknown period is left out of both years, in every segment.
    `rivals`: competitor, period, sales.
    """
    both = [s for s in market.columns if s in own.columns]
    ours, theirs = own.reindex(columns=both), market[both]
    known = ours.dropna().index.intersection(theirs.dropna().index).sort_values()
    pairs = _pairs(known, per_year)
    if not both or len(pairs) < min(_LEAST, per_year):
        needs = ("orders",) if both else ("market_level",)
        return Unknown(
            section="share", findings=(fact("market.share.unknown", section="share", have=len(pairs), needs=needs),)
        )
    ours, theirs = _with_whole(ours.loc[known]), _with_whole(theirs.loc[known])
    now, before = pairs["now"], pairs["before"]
    years = _years(ours, theirs, now, before)
    effects = _effects(years)
    held = holding(
        float(years["own_growth"][WHOLE]), float(years["market_growth"][WHOLE]), float(years["share_before"][WHOLE])
    )
    others = _rivals(rivals, theirs[WHOLE], now)
    spans = {"now": (now.iloc[0], now.iloc[-1]), "before": (before.iloc[0], before.iloc[-1])}
    found = [
        *_whole(years, effects, spans, every, len(pairs)),
        *_moved(years, level),
        *_left_out(own, market),
        *_known_rivals(others),
    ]
    return Share(
        table=_long(ours, theirs),
        years=years,
        effects=effects,
        holding=held,
        rivals=others,
        every=every,
        level=level,
        findings=tuple(found),
        decisions=tuple(_losing(years, level)),
        **spans,
    )


def holding(own_growth: float, market_growth: float, share_before: float = float("nan")) -> pd.Series:
    """The share-holding test: own growth against the market's; ratios, points as a difference of ratios.

    `index`: share after ÷ share before = (1 + own) / (1 + market); `relative`: that less 1; `points`: the change of
    the share; `difference`: own - market growth, which is not the change of share but is often taken for it;
    `needed`: growth that holds the share, the market's own.
    """
    index = (1 + own_growth) / (1 + market_growth)
    return pd.Series({
        "index": index,
        "relative": index - 1,
        "points": share_before * (index - 1),
        "difference": own_growth - market_growth,
        "needed": market_growth,
    })  # fmt: skip


def _pairs(known: pd.Index, per_year: int) -> pd.DataFrame:
    """The last year's known periods beside the same ones of the year before."""
    back = pd.DateOffset(years=1)
    rows = [(p, p - back) for p in known if p - back in known][-per_year:]
    return pd.DataFrame(rows, columns=["now", "before"])


def _with_whole(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame.sum(axis=1).rename(WHOLE), frame.drop(columns=WHOLE, errors="ignore")], axis=1)


def _long(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    long = pd.DataFrame({"own": ours.T.stack(), "market": theirs.T.stack()}).rename_axis(["segment", "period"])
    return long.assign(share=long["own"] / long["market"].where(long["market"] > 0))


def _years(ours: pd.DataFrame, theirs: pd.DataFrame, now: pd.Series, before: pd.Series) -> pd.DataFrame:
    sums = {
        "own": ours.loc[now].sum(),
        "own_before": ours.loc[before].sum(),
        "market": theirs.loc[now].sum(),
        "market_before": theirs.loc[before].sum(),
    }
    years = pd.DataFrame(sums).rename_axis("segment")
    years["share"] = years["own"] / years["market"]
    years["share_before"] = years["own_before"] / years["market_before"]
    error = _scatter(ours, theirs, now, before)
    years["lo_80"], years["hi_80"] = (years["share"] * np.exp(sign * error["now"]) for sign in (-1, 1))
    years["points"] = years["share"] - years["share_before"]
    years["own_growth"] = years["own"] / years["own_before"].where(years["own_before"] > 0) - 1
    years["market_growth"] = years["market"] / years["market_before"] - 1
    ratio = years["share"] / years["share_before"].where(years["share_before"] > 0)
    years["beyond"] = np.abs(np.log(ratio)) > error["change"]
    return years


def _scatter(ours: pd.DataFrame, theirs: pd.DataFrame, now: pd.Series, before: pd.Series) -> pd.DataFrame:
    """Half widths of 80 % t intervals on the log share: of a year's mean, and of its change on the year before.

    From how far the yearly changes of single periods scatter, so that a season which both years share counts for
    nothing.
    """
    from scipy.stats import t

    shares = (ours / theirs).where(ours > 0)
    moves = np.log(shares.loc[now].to_numpy() / shares.loc[before].to_numpy())
    n = np.sum(~np.isnan(moves), axis=0)
    deviation = pd.DataFrame(moves).std(ddof=1).to_numpy(float)  # NaN where one period alone is known
    spread = deviation / np.sqrt(np.maximum(n, 1)) * t.ppf(0.9, np.maximum(n - 1, 1))
    return pd.DataFrame({"now": spread / np.sqrt(2), "change": spread}, index=ours.columns)


def _effects(years: pd.DataFrame) -> pd.DataFrame:
    """Market × its structure × share in each segment; the segments' effects sum to the whole's."""
    parts = _parts(years)

    def of(suffix: str) -> pd.DataFrame:
        whole = float(years[f"market{suffix}"][WHOLE])
        size = parts[f"market{suffix}"]
        told = {"market": whole, "structure": size / whole, "share": parts[f"own{suffix}"].clip(lower=0) / size}
        return pd.DataFrame(told, index=parts.index)

    effects = lmdi(of("_before"), of(""))
    whole = effects.sum().rename(WHOLE).to_frame().T
    return pd.concat([whole, effects.drop(index=WHOLE, errors="ignore")]).rename_axis("segment")


def _parts(years: pd.DataFrame) -> pd.DataFrame:
    """The segments; the whole where there are none."""
    return years.drop(index=WHOLE) if len(years) > 1 else years


def _rivals(rivals: pd.DataFrame | None, market: pd.Series, now: pd.Series) -> pd.DataFrame:
    none = pd.DataFrame({"sales": pd.Series(dtype=float), "share": pd.Series(dtype=float)}).rename_axis("competitor")
    if rivals is None or rivals.empty or "sales" not in rivals:
        return none
    span = rivals[(rivals["period"] >= now.iloc[0]) & (rivals["period"] <= now.iloc[-1])].dropna(subset="sales")
    if span.empty:
        return none
    sales = span.groupby("competitor")["sales"].sum().sort_values(ascending=False)
    return pd.DataFrame({"sales": sales, "share": sales / market.loc[now].sum()})


def _whole(
    years: pd.DataFrame, effects: pd.DataFrame, spans: dict[str, Any], every: str, periods: int
) -> Iterator[Finding]:
    row: Any = years.loc[WHOLE]
    yield fact(
        "market.share.whole",
        weight=row["own"],
        share=row["share"],
        share_before=row["share_before"],
        lo_80=row["lo_80"],
        hi_80=row["hi_80"],
        points=row["points"],
        direction=direction(row["points"]) if row["beyond"] else "same",
        own_growth=row["own_growth"],
        market_growth=row["market_growth"],
        now=spans["now"],
        every=every,
        periods=periods,
    )
    whole: Any = effects.loc[WHOLE]
    yield fact(
        "market.share.effects",
        weight=row["own"] - row["own_before"],
        change=row["own"] - row["own_before"],
        **{name: whole[name] for name in EFFECTS},
    )


def _moved(years: pd.DataFrame, level: str) -> Iterator[Finding]:
    """The segment that lost, and the one that won, the most money by its share, where beyond scatter."""
    parts = years.drop(index=WHOLE)
    moved: dict[Any, float] = (parts["points"] * parts["market"])[parts["beyond"]].to_dict()
    for key, pick in (("market.share.lost", min), ("market.share.won", max)) if moved else ():
        at = pick(moved, key=lambda s: moved[s])
        if (moved[at] < 0) == (key == "market.share.lost") and moved[at] != 0:
            row: Any = parts.loc[at]
            yield fact(
                key,
                weight=abs(moved[at]),
                about=at,
                level=level,
                node=at,
                share=row["share"],
                share_before=row["share_before"],
                points=row["points"],
                money=abs(moved[at]),
                own_growth=row["own_growth"],
                market_growth=row["market_growth"],
            )


def _losing(years: pd.DataFrame, level: str) -> list[Finding]:
    """Segments whose loss of share is beyond scatter and costs 1 % or more of all sales, most money first."""
    parts = _parts(years)
    lost = (-(parts["points"] * parts["market"]))[parts["beyond"] & (parts["points"] < 0)]
    worth = lost[lost >= 0.01 * years["own"][WHOLE]].sort_values(ascending=False).head(5)
    return [
        fact(
            "market.share.decide",
            weight=money,
            about=at,
            level=level,
            node=at,
            share=float(parts["share"][at]),
            share_before=float(parts["share_before"][at]),
            money=money,
            judged="interval",
        )
        for at, money in worth.to_dict().items()
    ]


def _left_out(own: pd.DataFrame, market: pd.DataFrame) -> Iterator[Finding]:
    ours = tuple(str(s) for s in own.columns if s not in market.columns)
    theirs = tuple(str(s) for s in market.columns if s not in own.columns)
    if ours or theirs:
        amount = float(own[list(ours)].sum().sum()) if ours else 0.0
        yield fact("market.share.left_out", weight=amount, ours=ours or None, theirs=theirs or None, amount=amount)


def _known_rivals(rivals: pd.DataFrame) -> Iterator[Finding]:
    if len(rivals):
        yield fact(
            "market.share.rivals",
            count=len(rivals),
            largest=str(rivals.index[0]),
            share=rivals["share"].iloc[0],
            together=rivals["share"].sum(),
        )

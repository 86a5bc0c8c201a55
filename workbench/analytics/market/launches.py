"""New products: how far each has spread, when it peaks, what it adds after what it takes from others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analytics.forecast import Parts
from workbench.analytics.keys import fact
from workbench.analytics.market import ranges
from workbench.analytics.market.diffusion import LEAST, Bass, Prior, fit, peak_time, taken_up
from workbench.analytics.results import Result, Unknown
from workbench.errors import NotEnoughHistoryError
from workbench.findings import Finding
from workbench.settings.market import Launch, Range

Array = NDArray[np.float64]
DRAWS = 4000
_AHEAD = 3  # years after as_of that are shown
_LN10 = 2.5631  # an 80 % range on logs spans this many standard deviations


@dataclass(frozen=True, kw_only=True, repr=False)
class Launches(Result):
    """New products, by the Bass model.

    `table`: index product; columns launched, units (so far), market, market_lo, market_hi (units that will ever be
        taken up), peak, peak_lo, peak_hi (days), next_year, next_year_lo, next_year_hi (units of the twelve months
        after the last whole one), money, money_lo, money_hi (of these, at the price believed, else that so far), net
        (after what other products lose; NaN where that is not assumed), from_prior (True where fewer than eight periods
        speak)
    `paths`: by product, index period: units sold (NaN ahead), mean, lo_80, hi_80
    `assumptions`: index (product, name): low, likely, high, why
    """

    table: pd.DataFrame
    paths: dict[str, pd.DataFrame]
    assumptions: pd.DataFrame


@dataclass(frozen=True)
class Sold:
    """What the orders tell of one product: units by whole month since its launch, and the money a unit brought."""

    launched: pd.Timestamp
    units: pd.Series
    price: float


def launches(
    beliefs: Mapping[str, Launch], sold: Mapping[str, Sold], *, beside: Sequence[Parts] = (), seed: int = 0
) -> Launches | Unknown:
    """Every product that the settings name or that was launched lately; `Unknown` where there is none.

    `beside`: wb.forecast.by_level of the sales; what it expects of the same product over the same months is told too.
    """
    names = [*beliefs, *(n for n in sold if n not in {one.product or key for key, one in beliefs.items()})]
    made = {name: _one(name, beliefs.get(name, Launch(product=name)), sold, seed) for name in names}
    told = {name: one for name, one in made.items() if one is not None}
    if not told:
        needs = ("launches",)
        return Unknown(section="launches", findings=(fact("market.launches.unknown", section="launches", needs=needs),))
    table = pd.DataFrame.from_dict({n: row for n, (row, _) in told.items()}, orient="index").rename_axis("product")
    table = table.sort_values("money", ascending=False, na_position="last")
    names_of = {name: one.product or name for name, one in beliefs.items()}
    years = {name: _year(sold[names_of.get(name, name)]) for name in told}
    return Launches(
        table=table,
        paths={str(n): told[str(n)][1] for n in table.index},
        assumptions=_assumptions({n: one for n, one in beliefs.items() if n in told}),
        findings=(*_findings(table), *_beside(table, years, names_of, beside)),
    )


def _one(name: str, belief: Launch, sold: Mapping[str, Sold], seed: int) -> tuple[dict[str, Any], pd.DataFrame] | None:
    found = sold.get(belief.product or name)
    if found is None or int((found.units > 0).sum()) < LEAST:
        return None
    try:
        bass = fit(found.units, per_year=12, prior=_prior(belief))
    except NotEnoughHistoryError:
        return None
    draws = bass.draws(DRAWS, seed)
    path = _path(found, bass, draws, seed)
    return _row(belief, found, draws, seed), path


def _prior(belief: Launch) -> Prior:
    return Prior(
        p=belief.innovation.likely,
        q=belief.imitation.likely,
        m=belief.potential.likely if belief.potential else None,
        spread_p=_spread(belief.innovation, 0.9),
        spread_q=_spread(belief.imitation, 0.35),
        spread_m=_spread(belief.potential, 0.5) if belief.potential else 0.5,
    )


def _spread(one: Range, certain: float) -> float:
    """Standard deviation of the logarithm that an 80 % range tells; `certain` where no range is given."""
    return float(np.log(one.high / one.low) / _LN10) if one.high > one.low > 0 else certain


def _path(found: Sold, bass: Bass, draws: Array, seed: int) -> pd.DataFrame:
    """Units by month, known and ahead; the interval holds single months, so their scatter is in it."""
    months = len(found.units) + 12 * _AHEAD
    years = np.arange(months + 1) / 12
    curves = draws[:, :1] * np.diff(taken_up(years[None, :], draws[:, 1:2], draws[:, 2:3]), axis=1)
    known = len(found.units)
    relative = (found.units.to_numpy(float) + 1e-12) / np.maximum(bass.sales(known), 1e-12) - 1
    scatter = float(np.clip(np.nanstd(relative), 0.05, 1.0))
    noisy = curves * np.exp(np.random.default_rng(seed).normal(-(scatter**2) / 2, scatter, curves.shape))
    index = pd.date_range(found.units.index[0], periods=months, freq="MS", name="period")
    lo, hi = np.quantile(noisy, (0.1, 0.9), axis=0)
    sold = np.concatenate([found.units.to_numpy(float), np.full(months - known, np.nan)])
    return pd.DataFrame({"units": sold, "mean": curves.mean(axis=0), "lo_80": lo, "hi_80": hi}, index=index)


def _row(belief: Launch, found: Sold, draws: Array, seed: int) -> dict[str, Any]:
    m, p, q = draws.T
    known = len(found.units)
    ahead = m * (taken_up(np.array(known / 12 + 1), p, q) - taken_up(np.array(known / 12), p, q))
    peak = np.quantile(peak_time(p, q), (0.5, 0.1, 0.9))
    market, low, high = np.quantile(m, (0.5, 0.1, 0.9))
    next_year, next_lo, next_hi = np.quantile(ahead, (0.5, 0.1, 0.9))
    price, kept = _money(belief, found, seed)
    money, money_lo, money_hi = np.quantile(ahead * price, (0.5, 0.1, 0.9))
    days = [found.launched + pd.Timedelta(days=round(365.25 * t)) for t in peak]
    return {
        "launched": found.launched,
        "units": float(found.units.sum()),
        "market": market,
        "market_lo": low,
        "market_hi": high,
        **dict(zip(("peak", "peak_lo", "peak_hi"), days, strict=True)),
        "next_year": next_year,
        "next_year_lo": next_lo,
        "next_year_hi": next_hi,
        "money": money,
        "money_lo": money_lo,
        "money_hi": money_hi,
        "net": float(np.median(ahead * price * kept)) if belief.replaces else float("nan"),
        "from_prior": known < 8,
    }


def _money(belief: Launch, found: Sold, seed: int) -> tuple[Array, Array]:
    """Draws of the price of a unit, and of the share of its money that other products do not lose (NaN: not told)."""
    uniform = ranges.uniforms(["price", "replaces"], DRAWS, seed)
    price = ranges.draw(belief.price, uniform["price"], "price") if belief.price else np.full(DRAWS, found.price)
    lost = ranges.draw(belief.replaces, uniform["replaces"], "replaces") if belief.replaces else np.full(DRAWS, np.nan)
    return price, 1 - lost


def _assumptions(beliefs: Mapping[str, Launch]) -> pd.DataFrame:
    rows = [
        {"product": name, "name": field, **one.model_dump(include={"low", "likely", "high", "why"})}
        for name, belief in beliefs.items()
        for field in ("potential", "price", "innovation", "imitation", "replaces")
        if (one := getattr(belief, field)) is not None
    ]
    return pd.DataFrame(rows, columns=["product", "name", "low", "likely", "high", "why"]).set_index(
        ["product", "name"]
    )


def _findings(table: pd.DataFrame) -> Iterator[Finding]:
    for name, row in table.head(3).iterrows():
        yield fact(
            "market.launches.product",
            weight=row["money"],
            about=name,
            product=name,
            launched=row["launched"],
            units=row["units"],
            market=row["market"],
            market_lo=row["market_lo"],
            market_hi=row["market_hi"],
            peak=row["peak"],
            peak_lo=row["peak_lo"],
            peak_hi=row["peak_hi"],
            next_year=row["next_year"],
            money=row["money"],
            money_lo=row["money_lo"],
            money_hi=row["money_hi"],
            net=row["net"],
            from_prior=bool(row["from_prior"]),
        )
    if (unsaid := [str(n) for n in table.index[table["net"].isna()]]) != []:
        yield fact("market.launches.replaces_unknown", products=tuple(unsaid))


def _year(found: Sold) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of the twelve months after the last whole one that is known."""
    first = found.units.index[-1] + pd.DateOffset(months=1)
    return first, first + pd.DateOffset(years=1) - pd.Timedelta(days=1)


def _beside(
    table: pd.DataFrame,
    years: Mapping[str, tuple[pd.Timestamp, pd.Timestamp]],
    names: Mapping[str, str],
    parts: Sequence[Parts],
) -> Iterator[Finding]:
    """What the forecast of sales expects of a product by itself, where both are of the same months."""
    for name, row in table.head(3).iterrows():
        called, span = names.get(str(name), str(name)), years[str(name)]
        for part in parts:
            if part.level not in ("product", "product_line") or part.span != span or called not in part.table.index:
                continue
            told: Any = part.table.loc[called]
            yield fact(
                "market.launches.beside",
                weight=abs(row["money"] - told["amount"]),
                about=name,
                product=name,
                span=span,
                money=row["money"],
                gap=row["money"] - told["amount"],
                inside=bool(told["lo_80"] <= row["money"] <= told["hi_80"]),
                **{c: told[c] for c in ("amount", "lo_80", "hi_80")},
            )

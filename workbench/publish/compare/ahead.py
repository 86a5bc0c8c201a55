"""Forecasts as they were issued against the sales that came, and what forecast and plan say of the same days now."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbench import crossings
from workbench.findings import Finding
from workbench.publish.compare import past
from workbench.publish.compare.told import Told
from workbench.views.changes import Change

if TYPE_CHECKING:
    import pandas as pd

FORECAST, PLAN = "forecast", "plan"
_KEY = ["level", "node", "period"]
_CENT = 0.005
_MOST = 3


def came(then: Told, now: Told) -> Iterator[Change]:
    """What the earlier forecast said of the periods that ended since, and what came: in all and by node."""
    issued, sales = then.issued(FORECAST), now.issued(past.NAME)
    if not len(issued) or not len(sales) or _every(then) != "month":
        return
    sales = sales[sales["whole"].astype(bool)]
    both = issued.merge(sales[[*_KEY, "amount"]], on=_KEY)
    whole = both[both["level"] == ""].sort_values("period")
    yield from _whole_came(whole, now)
    parts = _so_far(both[both["level"] != ""])
    if len(parts):
        inside = parts["amount"].between(parts["sum_lo_80"], parts["sum_hi_80"])
        worst = parts.loc[[(parts["amount"] - parts["sum"]).abs().idxmax()]].iloc[0]
        values: dict[str, Any] = {
            "n": int(inside.sum()), "of": len(parts), "level": worst["level"], "node": worst["node"],
            "amount": float(worst["amount"]), "mean": float(worst["sum"]), "lo": float(worst["sum_lo_80"]),
            "hi": float(worst["sum_hi_80"]),
        }  # fmt: skip
        yield Change(Finding("changes.forecast_parts", values, abs(values["amount"] - values["mean"])), 3, FORECAST)


def _so_far(both: pd.DataFrame) -> pd.DataFrame:
    """By node, the sums up to the last period that both tell."""
    ordered = both.sort_values("period")
    last = ordered.groupby(["level", "node"], sort=False).tail(1).set_index(["level", "node"])
    amount = ordered.groupby(["level", "node"], sort=False)["amount"].sum()
    steps = ordered.groupby(["level", "node"], sort=False).size()
    made = last.assign(amount=amount, steps=steps)
    return made[made["steps"] == made["step"]].reset_index()  # the sums count from the first period


def _whole_came(whole: pd.DataFrame, now: Told) -> Iterator[Change]:
    for row in _so_far(whole).to_dict("records") if len(whole) else ():
        lo, hi, amount = float(row["sum_lo_80"]), float(row["sum_hi_80"]), float(row["amount"])
        values = {
            "span": (whole["period"].min(), now.calendar.end_of(whole["period"].max(), "month")),
            "amount": amount, "mean": float(row["sum"]), "lo": lo, "hi": hi,
            "error": amount / float(row["sum"]) - 1 if row["sum"] > 0 else None,
            "where": "below" if amount < lo else "above" if amount > hi else "inside",
        }  # fmt: skip
        yield Change(Finding("changes.forecast_came", values, abs(amount - float(row["sum"]))), 1, FORECAST)


def _every(told: Told) -> str:
    """The length of the periods that a report forecast."""
    import pyarrow.parquet as pq

    file = told.folder / "vintages" / f"{FORECAST}.parquet"
    kept = (pq.read_schema(file).metadata or {}).get(b"workbench", b"{}")
    return str(json.loads(kept).get("every", ""))


def forecast(then: Told, now: Told) -> Iterator[Change]:
    """The sum of the periods that both reports forecast.

    Noise: half the earlier 80 % interval of that sum; of a stretch that starts later it is taken as the square root of
    the difference of squared widths, as if errors of periods were independent.
    """
    before, after = then.issued(FORECAST), now.issued(FORECAST)
    if not len(before) or not len(after) or _every(then) != _every(now):
        return
    one, other = (f[f["level"] == ""].set_index("period").sort_index() for f in (before, after))
    periods = one.index.intersection(other.index)
    if not len(periods):
        return
    a, b = float(one.loc[periods, "mean"].sum()), float(other.loc[periods, "mean"].sum())
    width = _half(one, periods)
    every = _every(then)
    values = {
        "span": (periods[0], now.calendar.end_of(periods[-1], every)),  # type: ignore[arg-type]
        "now": b, "then": a, "change": b - a, "rate": b / a - 1 if a > 0 else None,
        "judged": "beyond" if abs(b - a) > width else "within", "width": width,
    }  # fmt: skip
    yield Change(
        Finding("changes.forecast_moved", values, abs(b - a)), 2 if values["judged"] == "beyond" else 8, FORECAST
    )


def _half(issued: pd.DataFrame, periods: Any) -> float:
    wide = (issued["sum_hi_80"] - issued["sum_lo_80"]) / 2
    before = wide[issued.index < periods[0]]
    start = float(before.iloc[-1]) if len(before) else 0.0
    return math.sqrt(max(float(wide[periods[-1]]) ** 2 - start**2, 0.0))


def plan(then: Told, now: Told) -> Iterator[Change]:
    """Targets of the same node and period, proposed then and now."""
    before, after = then.issued(PLAN), now.issued(PLAN)
    if not len(before) or not len(after):
        return
    columns = _named(before) & _named(after)
    key = ["level", *sorted(columns), "every", "period"]
    both = _plain(before, key).merge(_plain(after, key), on=key, suffixes=("_then", "_now"))
    longest = max(both["every"], key=lambda e: ("day", "week", "month", "quarter", "year").index(e), default="")
    both = both[both["every"] == longest]
    both = both.assign(change=both["target_now"] - both["target_then"])
    for row in both[both["level"] == ""].to_dict("records"):
        key_ = "changes.target_same" if abs(row["change"]) < _CENT else "changes.target"
        yield Change(Finding(key_, _target(row), abs(row["change"])), 2 if key_ == "changes.target" else 8, PLAN)
    parts = both[crossings.single(both["level"]) & (both["change"].abs() >= _CENT)]
    largest = parts.reindex(parts["change"].abs().sort_values(ascending=False).index).head(_MOST)
    for row in largest.to_dict("records"):
        values = _target(row) | {"level": row["level"], "node": row.get(row["level"])}
        yield Change(Finding("changes.target_part", values, abs(row["change"])), 3, PLAN)


def _target(row: Mapping[Any, Any]) -> dict[str, Any]:
    a, b = float(row["target_then"]), float(row["target_now"])
    rate = b / a - 1 if a > 0 else None
    return {"period": row["period"], "every": row["every"], "now": b, "then": a, "change": b - a, "rate": rate}


def _named(frame: pd.DataFrame) -> set[str]:
    return {level for joined in frame["level"].unique() for level in crossings.parts(str(joined))} & set(frame)


def _plain(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Rows by what tells them apart; missing names as text, so that they meet."""
    named = {name: frame[name].astype("string").fillna("") for name in key if name not in ("period",)}
    return frame.assign(**named)[[*key, "target"]].drop_duplicates(key)

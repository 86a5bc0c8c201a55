"""Published figures as they come: their units, several days of publication, totals beside their parts."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from workbench.errors import DataError

_SCALES = {
    "": 1.0, "元": 1.0, "千": 1e3, "万": 1e4, "萬": 1e4, "百万": 1e6, "百萬": 1e6, "千万": 1e7, "千萬": 1e7,
    "亿": 1e8, "億": 1e8, "万亿": 1e12, "萬億": 1e12, "兆": 1e12,
    "k": 1e3, "thousand": 1e3, "thousands": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "millions": 1e6,
    "bn": 1e9, "b": 1e9, "billion": 1e9, "billions": 1e9, "tn": 1e12, "trillion": 1e12, "trillions": 1e12,
}  # fmt: skip
_COINS = {"人民币": "CNY", "人民幣": "CNY", "rmb": "CNY", "美元": "USD", "usd": "USD", "欧元": "EUR", "歐元": "EUR",
          "港元": "HKD", "日元": "JPY", "日圓": "JPY", "新台币": "TWD", "新臺幣": "TWD", "新台幣": "TWD", "$": "USD",
          "us$": "USD", "€": "EUR", "£": "GBP", "dollars": "USD"}  # fmt: skip
_TOTAL = re.compile(
    r"\b(total|all|whole|gesamt|insgesamt|overall)\b|合计|合計|总计|總計|总额|總額|全国|全國|^全部$", re.I
)
_COVERED = 0.02  # parts that sum to the total within this are all of it


@dataclass(frozen=True)
class Segments:
    """Which segments count: `kept`; `total`, the one that stands for all ("" for none), and how much of it the others
    sum to (ratio; None where there are no others)."""

    kept: tuple[str, ...]
    total: str = ""
    covered: float | None = None


def scale(unit: str) -> tuple[float, str | None] | None:
    """(money of one unit, its currency where named) of "亿元", "USD millions"; None where the unit is unknown."""
    text = unit.strip().lower()
    coin = None
    for word, code in sorted(_COINS.items(), key=lambda i: -len(i[0])):
        if word in text:
            text, coin = text.replace(word, " "), code
            break
    if coin is None and (named := re.search(r"\b([a-z]{3})\b", text)) and named[1] not in _SCALES:
        text, coin = text.replace(named[1], " "), named[1].upper()
    text = re.sub(r"\b(of|in)\b|[()./,]", " ", text).replace("元", " ").replace("圓", " ").strip()
    return (_SCALES[text], coin) if text in _SCALES else None


def scaled(published: pd.DataFrame, unit: str, currency: str) -> pd.DataFrame:
    """The rows with `size_money`, in the company's money; all units that are not known are told at once, by row."""
    rows = published.copy()
    rows["segment"] = rows["segment"].astype(object).where(rows["segment"].notna(), "") if "segment" in rows else ""
    units = rows["unit"].astype(object).where(rows["unit"].notna(), unit) if "unit" in rows else unit
    rows["unit"] = units
    known = {u: scale(str(u)) if str(u) else None for u in rows["unit"].unique()}
    problems = []
    for text, told in known.items():
        at = [int(str(i)) + 1 for i in rows.index[rows["unit"] == text][:5]]
        if told is None:
            problems.append(f"unit {text!r} (rows {at} of the table) is not known; write 亿元, 万元, USD million, …")
        elif told[1] not in (None, currency):
            problems.append(
                f"unit {text!r} (rows {at} of the table) is in {told[1]}, the company's money is {currency}"
            )
    if problems:
        raise DataError("market", problems)
    factor = rows["unit"].map(lambda u: cast("tuple[float, Any]", known[u])[0]).astype(float)
    return rows.assign(size_money=rows["size"].astype(float) * factor)


def latest(rows: pd.DataFrame, as_of: pd.Timestamp | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that were published last, and the figures that changed since they were published first.

    A figure without a day of publication is taken for the oldest.
    """
    none = pd.DataFrame(columns=["period", "segment", "first", "last", "change"])
    if "published" not in rows:
        return rows, none
    known = rows if as_of is None else rows[~(rows["published"] > as_of)]
    ordered = known.sort_values("published", kind="stable", na_position="first").groupby(["period", "segment"])
    sizes = ordered["size_money"].agg(["first", "last"])  # of those that are known
    changed = sizes[(sizes["first"] - sizes["last"]).abs() > 1e-9 * sizes["last"].abs()].reset_index()
    changed = changed.assign(change=changed["last"] / changed["first"].where(changed["first"] > 0) - 1)
    return ordered.last().reset_index(), changed if len(changed) else none


def segments(rows: pd.DataFrame, only: Sequence[str] = ()) -> Segments | None:
    """The segments that may be added up; None where several totals stand among them, so that `only` has to say.

    One total beside parts that sum to it is left out; where they do not, they overlap or are not all, and the total
    alone counts. Names in `only` that are not there are an error that names the nearest.
    """
    names = [str(n) for n in rows["segment"].unique()]
    if only:
        _there(only, names)
        return Segments(tuple(only))
    totals = [n for n in names if _TOTAL.search(n)]
    if len(names) == 1 or not totals:
        return Segments(tuple(names))
    if len(totals) > 1:
        return None
    wide = rows.pivot_table(index="period", columns="segment", values="size_money", aggfunc="sum", min_count=1).dropna()
    whole, rest = wide[totals[0]], wide.drop(columns=totals[0])
    covered = float(rest.sum().sum() / whole.sum()) if len(wide) and whole.sum() > 0 else float("nan")
    if abs(covered - 1) <= _COVERED:
        return Segments(tuple(n for n in names if n != totals[0]), totals[0], covered)
    return Segments((totals[0],), totals[0], covered)


def _there(only: Sequence[str], names: list[str]) -> None:
    problems = []
    for one in (n for n in only if n not in names):
        near = difflib.get_close_matches(one, names, 3, 0.4) or names[:3]
        problems.append(f"market.only names {one!r}, which is no segment of the table; it has {', '.join(near)}, …")
    if problems:
        raise DataError("market", problems)

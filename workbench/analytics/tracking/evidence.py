"""What an event did to sales: the same days a year before, against everything else, and what such a figure is worth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.periods import Spans

_DAY = pd.Timedelta(days=1)
_YEAR = pd.DateOffset(years=1)
_FEWEST = 5  # placebos that tell how far such a figure strays by itself
_SMALL = 0.25  # of the node's own sales: smaller nodes stray more and do not count as placebos
_BEFORE = 24  # placebos of the node itself, a month apart

Compared = Callable[..., pd.DataFrame]  # data.compare


@dataclass(frozen=True)
class Effect:
    """Sales of a node since a day, on the same days a year before, in excess of how all else changed.

    `change`: ratio, -0.3 is 30 % less than had it gone as elsewhere; lo, hi: 95 %; p: of so much by chance (NaN where
    too few placebos are known); `amount`: money more or less than that. `placebos`: how many told the noise
    """

    change: float
    lo: float
    hi: float
    p: float
    amount: float
    placebos: int

    @property
    def beyond(self) -> bool:
        """Whether it is more than chance."""
        return self.p < 0.05


_NAN = float("nan")
NOTHING = Effect(_NAN, _NAN, _NAN, _NAN, _NAN, 0)


def of_node(sales: pd.DataFrame, node: dict[str, str], span: tuple[pd.Timestamp, pd.Timestamp]) -> Effect:
    """What happened to a node over `span`; `sales`: one row a day and combination of the node's levels.

    Difference in differences of the logs: the node on the year before, less all else on the year before. Placebos are
    the same figure of the other nodes (in space) and of the node itself over spans that ended before (in time); their
    spread is the noise (Abadie, Diamond & Hainmueller 2010 judge a single case likewise). NaN where the year before
    is not known.
    """
    if not node or sales["period"].min() > span[0] - _YEAR:
        return NOTHING
    wide = sales.pivot_table(index="period", columns=list(node), values="amount", aggfunc="sum")
    own = tuple(node.values()) if len(node) > 1 else next(iter(node.values()))
    if own not in wide.columns or len(wide.columns) < 2:
        return NOTHING
    now, before = _sum(wide, span), _sum(wide, (span[0] - _YEAR, span[1] - _YEAR))
    apart = _apart(now, before)
    alike = before.index[(before >= _SMALL * before[own]) & (before.index != own)]
    placebos = [*apart[alike].dropna(), *_earlier(wide, own, span)]
    rest_now, rest_before = now.sum() - now[own], before.sum() - before[own]
    without = before[own] * rest_now / rest_before if rest_before > 0 else np.nan
    return judged(float(apart[own]), placebos, float(now[own] - without))


def of_customers(compare: Compared, rep: str, since: pd.Timestamp, until: pd.Timestamp) -> Effect:
    """What became of the customers whom a person served a year before `since`, against those of all the others.

    The others' customers were chosen likewise (they bought in the same days), so that who happened to buy does not
    count; the same figure of each other person is a placebo.
    """
    spans = Spans("since", (since, until), (since - _YEAR, until - _YEAR))
    found = compare(by=("rep", "customer"), over=spans)
    if found.empty or "customer" not in found or rep not in set(found["rep"]):
        return NOTHING
    before = found[(found["span"] == "before") & (found["amount"] > 0)].dropna(subset=["rep", "customer"])
    now = found[found["span"] == "now"].groupby("customer")["amount"].sum()
    rows = before.assign(now=before["customer"].map(now).fillna(0.0))
    each = rows.groupby("rep")[["amount", "now"]].sum()
    if rep not in each.index or len(each) < 2:
        return NOTHING
    apart = _apart(each["now"], each["amount"])
    alike = each.index[(each["amount"] >= _SMALL * each["amount"][rep]) & (each.index != rep)]
    own: Any = each.loc[rep]
    others: Any = each.drop(index=rep).sum()
    without = own["amount"] * others["now"] / others["amount"]
    return judged(float(apart[rep]), list(apart[alike].dropna()), float(own["now"] - without))


def judged(apart: float, placebos: list[float], amount: float) -> Effect:
    """The effect of a log change, with its noise from placebos (their spread about 0, Student's t)."""
    from scipy.stats import t

    known = np.array([x for x in placebos if np.isfinite(x)])
    if not np.isfinite(apart):
        return NOTHING
    if len(known) < _FEWEST:
        return Effect(float(np.expm1(apart)), float("nan"), float("nan"), float("nan"), amount, len(known))
    middle = np.median(np.abs(known)) / 0.6745
    spread = max(float(middle), 0.02)
    wide = float(t.ppf(0.975, len(known) - 1)) * spread
    p = float(2 * t.sf(abs(apart) / spread, len(known) - 1))
    return Effect(float(np.expm1(apart)), float(np.expm1(apart - wide)), float(np.expm1(apart + wide)), p, amount,
                  len(known))  # fmt: skip


def _sum(wide: pd.DataFrame, span: tuple[pd.Timestamp, pd.Timestamp]) -> pd.Series:
    return wide[(wide.index >= span[0]) & (wide.index <= span[1])].sum()


def _apart(now: pd.Series, before: pd.Series) -> pd.Series:
    """Of each node, its log change less that of all the others together."""
    with np.errstate(divide="ignore", invalid="ignore"):
        own: Any = np.log(now.where(now > 0) / before.where(before > 0))
        rest: Any = np.log((now.sum() - now) / (before.sum() - before))
    return pd.Series(own - rest, now.index)


def _earlier(wide: pd.DataFrame, own: Any, span: tuple[pd.Timestamp, pd.Timestamp]) -> list[float]:
    """The same figure of the node over spans as long that ended before this one began."""
    found, length = [], span[1] - span[0]
    for back in range(1, _BEFORE + 1):
        last = span[0] - _DAY - pd.DateOffset(months=back - 1)
        first = last - length
        if wide.index.min() > first - _YEAR:
            break
        now, before = _sum(wide, (first, last)), _sum(wide, (first - _YEAR, last - _YEAR))
        found.append(float(_apart(now, before)[own]))
    return found

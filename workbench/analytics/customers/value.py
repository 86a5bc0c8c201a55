"""What today's customers will bring in the next months: BG/NBD for how often, Gamma-Gamma for how much."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.analytics.customers import lifetime
from workbench.analytics.customers.lifetime import BgNbd, GammaGamma
from workbench.analytics.customers.repeat import few
from workbench.analytics.frames import require, unknown
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding

FEWEST = 30  # customers who came back
SHORTEST = 26  # weeks of data
TWO_YEARS = 104
DRAWS, SAMPLE = 400, 10_000
Z_80 = 1.2816
WRONG = 0.25  # a holdout missed by more than this comes before the value itself
GOES_WITH = 0.3  # correlation of spend with frequency from which on it is told
_TABLE = ("customer", "last", "amount", "returned", "frequency", "recency", "age", "monetary")


@dataclass(frozen=True)
class Holdout:
    """A forecast of weeks that are over, made from the data before them.

    `forecast`, `lo`, `hi` (80 %) and `actual`: money on purchase days of the customers known then. `ratio`: forecast ÷
    actual. `held`: actual lies in the interval. `purchases`: index frequency then ("0" to "6", "7+"); columns
    customers, forecast, actual: mean purchase days in the weeks.
    """

    weeks: int
    customers: int
    forecast: float
    lo: float
    hi: float
    actual: float
    purchases: pd.DataFrame

    @property
    def ratio(self) -> float:
        return self.forecast / self.actual if self.actual > 0 else float("nan")

    @property
    def held(self) -> bool:
        return self.lo <= self.actual <= self.hi


@dataclass(frozen=True, kw_only=True, repr=False)
class LifetimeValue(Result):
    """What the customers of today will bring in the next `weeks`; customers still to be won are not in it.

    `total` with `lo` and `hi` (80 % prediction interval): net of returns, at their past share. Where the holdout fell
    outside its interval, the interval here is wider by that miss (`widened`).
    `members`: index customer; columns last, silent_days, usual_gap_days (NaN without a repeat), amount (so far),
    p_alive, purchases (expected days), spend_a_day (net), expected_value
    `table`: index tenth of the customers (1 brings most); columns customers, expected_value, share
    `correlation`: of spend with frequency among those who came back; the model takes it as 0
    """

    total: float
    lo: float
    hi: float
    weeks: int
    customers: int
    table: pd.DataFrame
    members: pd.DataFrame
    holdout: Holdout | None
    widened: bool
    correlation: float
    buying: BgNbd
    spending: GammaGamma


def lifetime_value(
    customers: pd.DataFrame, holdout: pd.DataFrame | None = None, *, weeks: int = 52, seed: int = 1
) -> LifetimeValue | Unknown:
    """The value of today's customers over the next `weeks`, with a check on weeks that are over.

    `holdout` is a customer table of some weeks ago with later, later_amount and later_weeks (`Data.holdout`). The
    interval is simulated: parameters drawn from their uncertainty, then each customer's leaving, purchases and spend.
    """
    require(customers, _TABLE, "lifetime value")
    if thin := _thin(customers):
        return thin
    model = _fitted(customers)
    if model.spending.q <= 1:
        return unknown("lifetime_value", "customers.unknown_spend")
    net = customers["amount"].sum() / (customers["amount"] + customers["returned"]).sum()
    drawn = model.totals(customers, weeks, seed) * net
    members = _members(customers, model, weeks, net)
    checked = _checked(holdout, seed)
    total = float(members["expected_value"].sum(skipna=False))
    lo, hi = _interval(total, drawn, checked)
    found = LifetimeValue(
        total=total, lo=lo, hi=hi, weeks=weeks, customers=len(members), table=_tenths(members["expected_value"]),
        members=members, holdout=checked, widened=checked is not None and not checked.held,
        correlation=_goes_with(customers), buying=model.buying, spending=model.spending,
    )  # fmt: skip
    return replace(found, findings=tuple(_findings(found, float(customers["age"].max()))))


@dataclass(frozen=True)
class _Model:
    """Both fitted models, and how they are drawn from."""

    buying: BgNbd
    spending: GammaGamma
    of: pd.DataFrame  # what they were fitted to

    def totals(self, customers: pd.DataFrame, weeks: float, seed: int) -> np.ndarray:
        """Draws of the money that all bring. Of many customers a part is drawn, and its noise brought to size."""
        rng = np.random.default_rng(seed)
        n = len(customers)
        part = customers.sample(SAMPLE, random_state=seed) if n > SAMPLE else customers
        size = n / len(part)
        buying = lifetime.draw_bg_nbd(self.buying, self.of, DRAWS, rng)
        spending = lifetime.draw_gamma_gamma(self.spending, self.of, DRAWS, rng)
        known = lifetime.numbers(part)
        drawn = np.array([b.simulate_spend(known, weeks, s, rng) for b, s in zip(buying, spending, strict=True)])
        if size == 1:
            return drawn
        mean = np.array([b.expected(known, weeks) @ s.expected(known) for b, s in zip(buying, spending, strict=True)])
        of_part = self.buying.expected(known, weeks) @ self.spending.expected(known)
        whole = float(self.buying.expected(customers, weeks) @ self.spending.expected(customers))
        return whole * mean / of_part + np.sqrt(size) * (drawn - mean)


def _fitted(customers: pd.DataFrame) -> _Model:
    return _Model(lifetime.fit_bg_nbd(customers), lifetime.fit_gamma_gamma(customers), customers)


def _thin(customers: pd.DataFrame) -> Unknown | None:
    again = int(((customers["frequency"] > 0) & (customers["monetary"] > 0)).sum())
    if again < FEWEST:
        return few("lifetime_value", customers, "customers.unknown_repeaters", FEWEST, again)
    weeks = int(customers["age"].max())
    return unknown("lifetime_value", "customers.unknown_weeks", have=weeks, need=SHORTEST) if weeks < SHORTEST else None


def _members(customers: pd.DataFrame, model: _Model, weeks: int, net: float) -> pd.DataFrame:
    purchases, spend = model.buying.expected(customers, weeks), model.spending.expected(customers) * net
    gaps = customers["recency"] / customers["frequency"].where(customers["frequency"] > 0) * 7
    found = {
        "last": customers["last"],
        "silent_days": (customers["age"] - customers["recency"]) * 7,
        "usual_gap_days": gaps,
        "amount": customers["amount"],
        "p_alive": model.buying.p_alive(customers),
        "purchases": purchases,
        "spend_a_day": spend,
        "expected_value": purchases * spend,
    }
    return pd.DataFrame(found).set_index(pd.Index(customers["customer"], name="customer"))


def _checked(holdout: pd.DataFrame | None, seed: int) -> Holdout | None:
    """The forecast of weeks that are over; None where the data before them are too thin."""
    if holdout is None or holdout.empty:
        return None
    require(holdout, (*_TABLE, "later", "later_amount", "later_weeks"), "the holdout of lifetime value")
    weeks = int(holdout["later_weeks"].iloc[0])
    if weeks < SHORTEST / 2 or _thin(holdout) is not None:
        return None
    model = _fitted(holdout)
    if model.spending.q <= 1:
        return None
    drawn = model.totals(holdout, weeks, seed)
    expected = model.buying.expected(holdout, weeks)
    total = float(expected @ model.spending.expected(holdout))
    lo, hi = np.quantile(drawn, [0.1, 0.9])
    return Holdout(
        weeks,
        len(holdout),
        total,
        float(lo),
        float(hi),
        float(holdout["later_amount"].sum()),
        _often(holdout, expected),
    )


def _often(holdout: pd.DataFrame, expected: np.ndarray) -> pd.DataFrame:
    names = [*map(str, range(7)), "7+"]
    group = holdout["frequency"].clip(upper=7).astype("int64").map(dict(enumerate(names)))
    by = pd.DataFrame({"forecast": expected, "actual": holdout["later"].to_numpy(float)}, index=holdout.index).groupby(
        group
    )
    table = by.mean().reindex(names).dropna()
    table.insert(0, "customers", by.size().reindex(table.index))
    return table.rename_axis("frequency")


def _interval(total: float, drawn: np.ndarray, checked: Holdout | None) -> tuple[float, float]:
    """80 % of the draws; wider by the miss where the holdout was missed, on the scale of ratios."""
    lo, hi = (float(v) for v in np.quantile(drawn, [0.1, 0.9]))
    if checked is None or checked.held or not checked.actual > 0 or lo <= 0:
        return lo, hi
    own = np.log(hi / lo) / (2 * Z_80)
    wide = Z_80 * np.hypot(own, np.log(checked.ratio))
    return float(total * np.exp(-wide)), float(total * np.exp(wide))


def _goes_with(customers: pd.DataFrame) -> float:
    """The correlation of spend with frequency, both as logarithms, among those who came back."""
    again = customers[(customers["frequency"] > 0) & (customers["monetary"] > 0)]
    if len(again) < 3:
        return np.nan
    return float(np.corrcoef(np.log(again["monetary"]), np.log(again["frequency"]))[0, 1])


def _tenths(value: pd.Series) -> pd.DataFrame:
    ranked = value.sort_values(ascending=False)
    tenth = np.arange(len(ranked)) * 10 // len(ranked) + 1
    table = ranked.groupby(tenth).agg(customers="size", expected_value="sum").rename_axis("tenth")
    return table.assign(share=table["expected_value"] / table["expected_value"].sum())


def _findings(found: LifetimeValue, known: float) -> list[Finding]:
    """The value first, unless the model missed what is over by far; `known`: weeks of the longest customer."""
    top, checked = found.table.iloc[0], found.holdout
    value = fact("customers.lifetime_value", weight=found.total, total=found.total, lo=found.lo, hi=found.hi,
                 weeks=found.weeks, customers=found.customers, widened=found.widened)  # fmt: skip
    tenth = fact("customers.lifetime_tenth", weight=top["expected_value"], customers=int(top["customers"]),
                 value=top["expected_value"], share=top["share"])  # fmt: skip
    missed = checked is not None and abs(np.log(checked.ratio)) > np.log(1 + WRONG)
    first = [_held(checked), value] if missed else [value, _held(checked)]
    return [*first, tenth, *_doubts(known, found.correlation)]


def _held(checked: Holdout | None) -> Finding:
    if checked is None:
        return fact("customers.no_holdout")
    return fact("customers.holdout", weight=checked.actual, weeks=checked.weeks, customers=checked.customers,
                forecast=checked.forecast, lo=checked.lo, hi=checked.hi, actual=checked.actual,
                error=checked.ratio - 1, held=checked.held)  # fmt: skip


def _doubts(weeks: float, correlation: float) -> list[Finding]:
    found = [fact("customers.under_two_years", weeks=int(weeks))] if weeks < TWO_YEARS - 2 else []
    if abs(correlation) >= GOES_WITH:
        found.append(fact("customers.spend_goes_with_frequency", correlation=correlation))
    return found

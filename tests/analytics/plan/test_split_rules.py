"""Any set of rules: all kept with the least change and every sum exact, or an irreducible conflict."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analytics import plan
from workbench.analytics.plan import Conflict, Sources, Split
from workbench.analytics.plan.parts.conflicts import clashes
from workbench.analytics.plan.parts.projection import atoms, split_by_rules
from workbench.analytics.plan.parts.rules import Limit
from workbench.analytics.plan.period import period
from workbench.periods import Calendar
from workbench.settings.plan import PlanSettings, Rule

YEAR = period(Calendar(), pd.Timestamp("2026-09-30"))
LEVELS = {"region": "NSEW", "channel": "xyz", "product": "pq"}


@st.composite
def companies(draw: Any) -> tuple[pd.DataFrame, list[Rule], float, float]:
    """Sales by three levels, some crossings missing and some zero; rules of all kinds; a target; a unit."""
    seed = draw(st.integers(0, 10**6))
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([list(v) for v in LEVELS.values()], names=list(LEVELS))
    frame = index.to_frame(index=False).assign(amount=np.round(rng.lognormal(4, 1, len(index)), 2))
    frame = frame[rng.random(len(frame)) < draw(st.sampled_from([0.5, 0.8, 1.0]))].reset_index(drop=True)
    frame.loc[rng.random(len(frame)) < 0.1, "amount"] = 0.0
    if frame["amount"].sum() <= 0:
        frame = index.to_frame(index=False).assign(amount=1.0)
    target = float(np.round(frame["amount"].sum() * draw(st.sampled_from([0.7, 1.0, 1.3])), 0)) + 100
    rules = [_rule(draw, frame, target) for _ in range(draw(st.integers(0, 6)))]
    return frame, [r for r in rules if r is not None], target, draw(st.sampled_from([0.01, 1.0, 5.0]))


def _rule(draw: Any, frame: pd.DataFrame, target: float) -> Rule | None:
    levels = draw(st.lists(st.sampled_from(list(LEVELS)), min_size=1, max_size=2, unique=True))
    row = frame.iloc[draw(st.integers(0, len(frame) - 1))]
    at = {level: str(row[level]) for level in levels}
    inside = np.logical_and.reduce([frame[level] == node for level, node in at.items()])
    before = float(frame.loc[inside, "amount"].sum())
    share = draw(st.sampled_from([0.0, 0.05, 0.1, 0.2, 1 / 3, 0.5, 0.9]))
    kind = draw(st.sampled_from(["share", "min_share", "max_share", "amount", "at_least", "at_most", "min_growth",
                                 "max_growth"]))  # fmt: skip
    if kind.endswith("growth"):
        return Rule(at=at, **{kind: draw(st.sampled_from([-0.5, 0.0, 0.1, 1.0]))}) if before > 0 else None
    return Rule(at=at, **{kind: share if kind.endswith("share") else round(share * target, 2)})


def split(frame: pd.DataFrame, rules: list[Rule], target: float, unit: float) -> Split | Conflict:
    settings = PlanSettings(by=tuple(LEVELS), rules=rules, unit=unit)
    return plan.split(target, YEAR, Sources(history=frame), settings)


@given(companies())
def test_rules_hold_together_and_every_sum_is_exact_or_the_conflict_is_irreducible(company: Any) -> None:
    frame, rules, target, unit = company
    found = split(frame, rules, target, unit)
    if isinstance(found, Conflict):
        _irreducible(found, frame, rules, target, unit)
        return
    units = np.rint(found.months.to_numpy() / unit).astype(int)
    assert found.months.to_numpy() == pytest.approx(units * unit)
    assert units.min() >= 0
    assert units.sum() == round(found.amount / unit)
    assert units.sum(axis=1).tolist() == np.rint(found.table["target"] / unit).astype(int).tolist()
    assert units.sum(axis=0).tolist() == np.rint(found.year_months["target"] / unit).astype(int).tolist()
    for level in LEVELS:
        parts = found.table["target"].groupby(level=level).sum()
        assert found.by[level]["target"].round(2).to_dict() == parts.round(2).to_dict()
        assert plan.by_month(found, level).sum(axis=1).round(2).to_dict() == parts.round(2).to_dict()
    assert found.rules["broken"].abs().max() <= unit + 1e-6 if len(rules) else True


def _irreducible(found: Conflict, frame: pd.DataFrame, rules: list[Rule], target: float, unit: float) -> None:
    """The set contradicts itself; without any one of its rules, or with one relaxed as told, it does not."""
    total = found.amount
    for _, told in found.table.groupby("conflict"):
        ours = [Rule(at=at, **{kind: value}) for at, kind, value in zip(told["at"], told["kind"], told["value"],
                                                                        strict=True)]  # fmt: skip
        assert isinstance(split(frame, ours, total, unit), Conflict)
        for at, rule in enumerate(ours):
            others = ours[:at] + ours[at + 1 :]
            assert isinstance(split(frame, others, total, unit), Split)
            enough = float(told["relaxed"].iloc[at])
            if enough == enough and told["kind"].iloc[at].endswith("growth") is False:
                kind, size = told["kind"].iloc[at], 1 if "share" in told["kind"].iloc[at] else total
                more = 0.0 if kind in ("share", "amount") else np.sign(told["change"].iloc[at]) * 1e-6 * size
                relaxed = rule.model_copy(update={kind: enough + more})
                assert isinstance(split(frame, [*others, relaxed], total, unit), Split)


@given(st.integers(0, 10**6))
def test_no_other_split_that_keeps_the_rules_is_nearer_to_the_key(seed: int) -> None:
    from scipy.optimize import minimize

    rng = np.random.default_rng(seed)
    key = rng.dirichlet(np.ones(6))
    sets = [rng.choice(6, size=rng.integers(1, 4), replace=False) for _ in range(3)]
    other = rng.dirichlet(np.ones(6))  # some split that is allowed
    found = [_limit(c, other[c].sum() * rng.uniform(0.8, 1.0), other[c].sum() * rng.uniform(1.0, 1.2)) for c in sets]
    money, _ = split_by_rules(key, found, 1.0) or (None, None)
    assert money is not None

    def distance(x: np.ndarray) -> float:
        return float((np.maximum(x, 1e-12) * np.log(np.maximum(x, 1e-12) / key)).sum())

    limits = [{"type": "ineq", "fun": lambda x, c=x.cells, b=x.lo: x[c].sum() - b} for x in found]
    limits += [{"type": "ineq", "fun": lambda x, c=x.cells, b=x.hi: b - x[c].sum()} for x in found]
    rival = minimize(distance, other, bounds=[(0, 1)] * 6, method="SLSQP", options={"ftol": 1e-12, "maxiter": 300},
                     constraints=[{"type": "eq", "fun": lambda x: x.sum() - 1}, *limits])  # fmt: skip
    assert distance(money) <= distance(rival.x) + 1e-7
    for limit in found:
        assert limit.lo - 1e-9 <= money[limit.cells].sum() <= limit.hi + 1e-9


def _limit(cells: Any, lo: float, hi: float) -> Limit:
    return Limit({"part": str(cells)}, "amount", lo, np.asarray(cells), lo, hi)


def test_fitting_two_margins_is_that_of_deming_and_stephan() -> None:
    """Their least change for a table with fixed rows and columns is a product of row and column factors."""
    key = np.array([[0.3, 0.1], [0.2, 0.4]])
    cells = np.arange(4).reshape(2, 2)
    found = [_limit(row, goal, goal) for row, goal in zip(cells, (0.5, 0.5), strict=True)]
    found += [_limit(column, goal, goal) for column, goal in zip(cells.T, (0.3, 0.7), strict=True)]
    money, _ = split_by_rules(key.ravel(), found, 1.0) or (None, None)
    assert money is not None
    a, b, c, d = money
    assert (a + b, c + d, a + c) == pytest.approx((0.5, 0.5, 0.3))
    assert a * d / (b * c) == pytest.approx(0.3 * 0.4 / (0.1 * 0.2))  # the odds ratio of the key is kept


def test_a_rule_that_takes_the_whole_leaves_the_others_nothing() -> None:
    money, _ = split_by_rules(np.array([0.2, 0.3, 0.5]), [_limit([0], 100, np.inf)], 100) or (None, None)
    assert money is not None
    assert money.tolist() == pytest.approx([100, 0, 0])


def test_of_several_conflicts_the_set_with_the_fewest_rules_is_found() -> None:
    key = np.full(4, 0.25)
    chain = [_limit([k], 0.27, np.inf) for k in range(4)]  # all four together ask for 108 %
    pair = [_limit([0], 0.0, 0.2)]  # and this one contradicts the first alone
    found = clashes(atoms(key, [*chain, *pair], 1.0))
    assert found[0].rules == (0, 4)
    assert found[0].relaxed == pytest.approx((-0.07, 0.07))


def test_a_rule_is_priced_by_what_its_part_would_get_without_it() -> None:
    frame = pd.DataFrame({"region": list("ABC"), "amount": [50.0, 30.0, 20.0]})
    settings = PlanSettings(by=("region",), rules=[Rule(at={"region": "C"}, share=0.36)], unit=1)
    found = plan.split(1000, YEAR, Sources(history=frame), settings)
    assert isinstance(found, Split)
    rule = found.rules.iloc[0]
    assert (rule["target"], rule["without"], rule["moved"]) == pytest.approx((360, 200, 160))
    assert found.by["region"]["target"].to_dict() == {"A": 400, "C": 360, "B": 240}


def test_parts_in_another_order_and_money_in_another_unit_give_the_same_split() -> None:
    frame = pd.DataFrame({"region": list("ABCD"), "amount": [5.0, 3.0, 2.0, 7.0]})
    rules = [Rule(at={"region": "A"}, min_share=0.4), Rule(at={"region": "D"}, max_growth=0.1)]
    settings = PlanSettings(by=("region",), rules=rules, unit=0.01)
    one = plan.split(20, YEAR, Sources(history=frame), settings)
    turned = plan.split(20, YEAR, Sources(history=frame.iloc[::-1]), settings)
    larger = plan.split(20e4, YEAR, Sources(history=frame.assign(amount=frame["amount"] * 1e4)),
                        settings.model_copy(update={"unit": 100.0}))  # fmt: skip
    assert isinstance(one, Split)
    assert isinstance(turned, Split)
    assert isinstance(larger, Split)
    assert one.by["region"]["target"].to_dict() == turned.by["region"]["target"].to_dict()
    assert (larger.by["region"]["target"] / 1e4).to_dict() == pytest.approx(one.by["region"]["target"].to_dict())


def test_nothing_that_was_given_is_changed() -> None:
    frame = pd.DataFrame({"region": list("AB"), "amount": [5.0, np.nan]})
    sources = Sources(history=frame)
    kept = frame.copy()
    found = plan.split(20, YEAR, sources, PlanSettings(by=("region",)))
    pd.testing.assert_frame_equal(frame, kept)
    assert replace(found, findings=()).findings == ()

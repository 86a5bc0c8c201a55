"""A team's target handed to its people: each quota by a stated mixture, within a floor and a cap, exact in units."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.parts.rounding import largest_remainder
from workbench.analytics.plan.staff.people import Sellers
from workbench.analytics.results import Result
from workbench.errors import ParameterError
from workbench.findings import Finding
from workbench.settings.plan import People

KEYS = ("history", "potential", "ramp", "equal")


@dataclass(frozen=True, kw_only=True, repr=False)
class Quotas(Result):
    """`table`: index rep; columns
        team, tenure_class, ramped   as in Sellers
        quota                        money, a multiple of `unit` but for the rest of the target
        before_limits                what the mixture alone gives
        least, most                  floor and cap in money. `bound`: "floor", "cap" or None
        last_year, growth            quota ÷ last year - 1, NaN for who had no whole year
        history, potential, ramp, equal   each key's share of the team's target, NaN where a key is not known
        no_record                    True for who has no sales of their own: history is then the mean of all × ramp
    `keys`: the weights as used, summing to 1; a key that is not known gives its weight to the others
    `unplaced`: target of teams that have nobody
    """

    table: pd.DataFrame
    keys: pd.Series
    unit: float
    unplaced: pd.Series


def quotas(
    sellers: Sellers,
    target: float | pd.Series,
    *,
    unit: float = 1.0,
    settings: People | None = None,
    potential: pd.Series | None = None,
) -> Quotas:
    """Quotas that sum to `target` (of the whole, or by team) to the last unit.

    Each key makes shares within the team; the mixture's shares are held between floor and cap (multiples of the mean
    quota of a full seller × the person's ramp) by one common factor, found by bisection. Nobody gets zero by having no
    record: history is then what a person of the mean would bring.
    """
    wanted = settings or People()
    people = sellers.table[sellers.table["ramped"] > 0]
    if unit <= 0 or not len(people):
        raise ParameterError("quotas", ["unit must be above 0" if unit <= 0 else "nobody sells in the period"])
    group, aims = _groups(people, target)
    unplaced = aims[~aims.index.isin(group)]
    people, group = people[group.notna()], group.dropna()
    parts, weights = _parts(people, group, wanted, potential)
    aim = group.map(aims).astype(float)
    mixed = (parts.fillna(0) * weights).sum(axis=1) * aim
    full = people["ramped"] / people["ramped"].groupby(group).transform("sum")
    least, most = wanted.floor * full * aim, wanted.cap * full * aim
    kept = _within(mixed, least, most, group, aims)
    table = people[["team", "tenure_class", "ramped", "last_year"]].assign(
        quota=rounded(kept, aims, group, unit),
        before_limits=mixed,
        least=least,
        most=most,
        bound=_bound(kept, mixed, least, most),
    )
    table = _beside(table, people, parts)
    result = Quotas(table=table, keys=weights, unit=unit, unplaced=unplaced)
    return replace(result, findings=tuple(_findings(result)), decisions=tuple(_decisions(result)))


def _bound(kept: pd.Series, mixed: pd.Series, least: pd.Series, most: pd.Series) -> pd.Series:
    """Which limit holds a quota that the mixture alone would have put beyond it."""
    bound = pd.Series(None, kept.index, dtype=object)
    bound[(kept <= least * (1 + 1e-9)) & (kept > mixed)] = "floor"
    bound[(kept >= most * (1 - 1e-9)) & (kept < mixed)] = "cap"
    return bound


def _beside(table: pd.DataFrame, people: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """The quotas with growth on a whole year, the keys' shares, and who has no record."""
    whole_year = (people["months"] >= 11) & (people["last_year"] > 0)
    return table.assign(
        growth=(table["quota"] / people["last_year"] - 1).where(whole_year),
        no_record=people["raw_pace"].isna() | ~(people["months"] > 0),
        **{key: parts[key] for key in KEYS},
    )


def rounded(amounts: pd.Series, aims: pd.Series, group: pd.Series, unit: float) -> pd.Series:
    """Multiples of `unit` that sum to each group's aim; what of an aim is no multiple goes to its largest amount."""
    out = pd.Series(0.0, amounts.index)
    for name, part in amounts.groupby(group):
        total = int(np.floor(aims[name] / unit + 1e-9))
        out[part.index] = largest_remainder(part.to_numpy(), total) * unit
        out[str(part.idxmax())] += round(aims[name] - total * unit, 6)
    return out


def _groups(people: pd.DataFrame, target: float | pd.Series) -> tuple[pd.Series, pd.Series]:
    """The group of each person, NA where their team has no target, and the target of each group."""
    if isinstance(target, pd.Series):
        known = people["team"].where(people["team"].isin(target.index))
        return known, target.astype(float)
    return pd.Series("", people.index), pd.Series({"": float(target)})


def _parts(
    people: pd.DataFrame, group: pd.Series, wanted: People, potential: pd.Series | None
) -> tuple[pd.DataFrame, pd.Series]:
    """Shares within the group by each key, and the weights of the keys that are known."""
    found = {
        "history": people["expected"].clip(lower=0),
        "potential": _filled(potential, people, group),
        "ramp": people["ramped"],
        "equal": pd.Series(1.0, people.index) * people["present"],
    }
    shares = pd.DataFrame({key: v / v.groupby(group).transform("sum").replace(0, np.nan) for key, v in found.items()})
    weights = pd.Series({key: getattr(wanted.split, key) for key in KEYS})
    weights = weights.where(shares.notna().all(), 0.0)
    if weights.sum() <= 0:
        weights = pd.Series({"history": 0.0, "potential": 0.0, "ramp": 1.0, "equal": 0.0})
    return shares, weights / weights.sum()


def _filled(potential: pd.Series | None, people: pd.DataFrame, group: pd.Series) -> pd.Series:
    """Potential × presence; who has no accounts yet is taken to get the mean of the group; NaN where nobody has any."""
    if potential is None:
        return pd.Series(np.nan, people.index)
    mine = potential.reindex(people.index).astype(float)
    mean = mine.groupby(group).transform("mean").fillna(mine.mean())
    return mine.fillna(mean) * people["ramped"]


def _within(mixed: pd.Series, least: pd.Series, most: pd.Series, group: pd.Series, aims: pd.Series) -> pd.Series:
    """min(max(factor × mixed, least), most), the factor of each group such that the group sums to its aim."""
    codes, names = pd.factorize(group)
    aim = aims.reindex(names).to_numpy(dtype=float)
    share, low, high = mixed.to_numpy(), least.to_numpy(), most.to_numpy()
    below, above = np.zeros(len(names)), np.full(len(names), 1e6)
    for _ in range(100):
        factor = (below + above) / 2
        total = np.bincount(codes, np.clip(factor[codes] * share, low, high), len(names))
        below, above = np.where(total < aim, factor, below), np.where(total < aim, above, factor)
    held = np.clip(((below + above) / 2)[codes] * share, low, high)
    total = np.bincount(codes, held, len(names))
    return pd.Series(held * (aim / np.where(total > 0, total, 1))[codes], mixed.index)


def _findings(result: Quotas) -> Iterator[Finding]:
    table = result.table
    keys = {f"by_{key}": result.keys[key] or None for key in KEYS}
    told: dict[str, Any] = {"people": len(table), **keys}
    yield fact(
        "plan.people.quotas",
        target=table["quota"].sum(),
        median=table["quota"].median(),
        smallest=table["quota"].min(),
        largest=table["quota"].max(),
        **told,
    )
    if bound := int(table["bound"].notna().sum()):
        floor, cap = (tuple(table.index[table["bound"] == name]) for name in ("floor", "cap"))
        yield fact("plan.people.quotas_bound", people=bound, floor=floor or None, cap=cap or None)
    if (fresh := table[table["no_record"]]).size:
        yield fact("plan.people.no_record", people=len(fresh), names=tuple(fresh.index), quota=fresh["quota"].sum())


def _decisions(result: Quotas) -> Iterator[Finding]:
    for team, amount in result.unplaced[result.unplaced > 0].head(5).items():
        yield fact("plan.people.unplaced", weight=amount, about=team, level="team", node=team, amount=amount)

"""KPIs, declared in kpis.toml by numerator and denominator: summed first, then divided, at any level.

A KPI appears only where its components are known. Findings: kpis.* in `workbench.analytics.keys`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.results import Scorecard, Unknown
from workbench.errors import DataError
from workbench.findings import Finding

FILE = Path(__file__).with_name("kpis.toml")
UNITS = ("money", "ratio", "count", "quantity", "days", "score")
POINTS = ("ratio", "days", "score")  # units whose change is a difference; of the others it is a ratio
WORSE_POINTS, WORSE_SHARE = 0.01, 0.005  # a ratio asks for a decision from one point on, and 0.5 % of sales
_Z95 = 1.959963984540054  # standard normal quantile of 97.5 %


@dataclass(frozen=True)
class Kpi:
    """One KPI. `name` and `definition` by language; `numerator` and `denominator` as signs of components."""

    key: str
    unit: str
    better: str
    numerator: Mapping[str, int]
    denominator: Mapping[str, int]
    name: Mapping[str, str] = field(default_factory=dict)
    definition: Mapping[str, str] = field(default_factory=dict)
    tile: bool = False
    interval: str = ""
    worth: str = ""

    @property
    def components(self) -> set[str]:
        return {*self.numerator, *self.denominator}

    def of(self, sums: pd.DataFrame) -> pd.Series:
        """The KPI of each row of sums; NaN where a component is unknown or the denominator is not above 0."""
        above = signed(sums, self.numerator)
        if not self.denominator:
            return above
        below = signed(sums, self.denominator)
        return above / below.where(below > 0)


def declared() -> dict[str, Kpi]:
    """All KPIs by key, in the order of kpis.toml."""
    return _read(FILE)[0]


def holds_anywhere(key: str) -> bool:
    """Whether one value of a KPI means the same of a part as of the whole: of ratios, not of amounts and counts; what
    is no declared KPI is taken for a ratio."""
    known = declared().get(key)
    return known is None or bool(known.denominator)


def evaluate(frame: pd.DataFrame, by: str | Sequence[str], keys: Sequence[str] | None = None) -> pd.DataFrame:
    """One row for each node of `by`, one column for each KPI that `frame` has the components of.

    KPIs with an interval bring `<key>_lo_95` and `<key>_hi_95`. Different orders and customers cannot be added, so
    where several rows make one node the KPIs built on them are NaN: ask the engine for that level instead.
    """
    sums = _sums(frame, by)
    columns: dict[str, pd.Series] = {}
    for kpi in _known(sums, keys):
        columns[kpi.key] = kpi.of(sums)
        if kpi.interval:
            lo, hi = wilson(signed(sums, kpi.numerator), signed(sums, kpi.denominator))
            columns |= {f"{kpi.key}_lo_95": lo, f"{kpi.key}_hi_95": hi}
    return pd.DataFrame(columns, index=sums.index)


def scorecard(components: pd.DataFrame, keys: Sequence[str] | None = None) -> Scorecard | Unknown:
    """The KPIs now and before, from a frame of sums whose index is the span ("now", "before").

    Decisions, at most 5: a ratio that got worse. Of money: by one point or more, and by 0.5 % of sales or more. Of
    counts: where the 95 % interval of the difference (Newcombe 1998, method 10) leaves 0 out.
    """
    sums = components.reindex(["now", "before"]).astype("float64")
    known = [k for k in _known(sums, keys) if pd.notna(k.of(sums)["now"])]
    if not known:
        return Unknown(section="scorecard", findings=(fact("kpis.unknown", section="scorecard"),))
    table = pd.DataFrame([_row(k, sums) for k in known], index=pd.Index([k.key for k in known], name="kpi"))
    findings = [f for k, (_, row) in zip(known, table.iterrows(), strict=True) for f in _findings(k, row, sums)]
    decisions = [d for k in known if (d := _decision(k, table, sums))]
    return Scorecard(table=table, findings=tuple(findings), decisions=_heaviest(decisions))


def wilson(cases: pd.Series, of: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Bounds of the 95 % interval of the share `cases / of`. Wilson (1927); Newcombe (1998), method 3."""
    n = of.where(of > 0)
    p, z2 = cases / n, _Z95**2
    middle, half = p + z2 / (2 * n), _Z95 * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return ((middle - half) / (1 + z2 / n)).clip(0, 1), ((middle + half) / (1 + z2 / n)).clip(0, 1)


def _row(kpi: Kpi, sums: pd.DataFrame) -> dict[str, object]:
    value, bounds = kpi.of(sums), (np.nan, np.nan)
    if kpi.interval:
        lo, hi = wilson(signed(sums, kpi.numerator), signed(sums, kpi.denominator))
        bounds = lo["now"], hi["now"]
    change = _change(kpi, value["now"], value["before"])
    return {"now": value["now"], "before": value["before"], "change": change, "lo": bounds[0], "hi": bounds[1],
            "unit": kpi.unit, "better": kpi.better, "tile": kpi.tile}  # fmt: skip


def _change(kpi: Kpi, now: float, before: float) -> float:
    if kpi.unit in POINTS:
        return now - before
    return growth(now, before)


def _findings(kpi: Kpi, row: pd.Series, sums: pd.DataFrame) -> list[Finding]:
    shared = {"kpi": kpi.key, "unit": kpi.unit, "now": row["now"]}
    if pd.isna(row["change"]):
        said = [fact("kpis.now", about=kpi.key, **shared)]
    else:
        more = {"before": row["before"], "change": row["change"], "better": kpi.better, "verdict": _verdict(kpi, row)}
        said = [fact("kpis.change", about=kpi.key, **shared, **more)]
    if kpi.interval:
        cases, noise = signed(sums, kpi.denominator)["now"], _beyond_noise(kpi, sums)
        more = {"lo": row["lo"], "hi": row["hi"], "cases": cases, "before": row["before"], "change": row["change"]}
        said.append(fact("kpis.interval", about=kpi.key, kpi=kpi.key, now=row["now"], **more, beyond_noise=noise))
    return said


def _verdict(kpi: Kpi, row: pd.Series) -> str:
    if kpi.better == "neither":
        return ""
    if np.isclose(row["change"], 0, atol=1e-12):
        return "same"
    return "better" if (row["change"] > 0) == (kpi.better == "higher") else "worse"


def _decision(kpi: Kpi, table: pd.DataFrame, sums: pd.DataFrame) -> Finding | None:
    row = table.loc[kpi.key]
    if kpi.unit != "ratio" or pd.isna(row["change"]) or _verdict(kpi, row) != "worse":
        return None
    effect = abs(row["change"]) * signed(sums, kpi.denominator)["now"]
    if kpi.interval:
        each = table["now"].get(kpi.worth, np.nan)
        worth_a_word, judged, effect = bool(_beyond_noise(kpi, sums)), "interval", effect * each
    else:
        if any(_components()[name] != "money" for name in kpi.denominator):
            return None  # points of something that is no money: nothing to weigh them by
        sales = sums["amount"]["now"] if "amount" in sums else 0
        worth_a_word, judged = abs(row["change"]) >= WORSE_POINTS and effect >= WORSE_SHARE * sales, "size"
    if not worth_a_word:
        return None
    values = {name: row[name] for name in ("unit", "now", "before", "change")}
    return fact("kpis.worse", weight=effect, about=kpi.key, kpi=kpi.key, **values, effect=effect, judged=judged)


def _beyond_noise(kpi: Kpi, sums: pd.DataFrame) -> bool | None:
    """Whether the 95 % interval of the difference of two shares leaves 0 out; None where one is unknown."""
    cases, of = signed(sums, kpi.numerator), signed(sums, kpi.denominator)
    share, (lo, hi) = cases / of.where(of > 0), wilson(cases, of)
    if share.isna().any():
        return None
    high, low = ("now", "before") if share["now"] > share["before"] else ("before", "now")
    gap = share[high] - share[low]
    return bool(gap > np.hypot(share[high] - lo[high], hi[low] - share[low]))


def _heaviest(decisions: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(decisions, key=lambda d: -d.weight)[:5])


def _sums(frame: pd.DataFrame, by: str | Sequence[str]) -> pd.DataFrame:
    groups = [by] if isinstance(by, str) else list(by)
    measures = frame[[c for c in frame.columns if c in _components() and c not in groups]].astype("float64")
    keys = [frame[g] if g in frame.columns else frame.index.get_level_values(g) for g in groups]
    grouped = measures.groupby(keys or [pd.Series(0, index=frame.index)], dropna=False, observed=True)
    sums = grouped.sum(min_count=1)
    several = (grouped.size() > 1).to_numpy()
    distinct = [c for c, kind in _components().items() if kind == "distinct" and c in sums]
    sums.loc[several, distinct] = np.nan
    return sums


def _known(sums: pd.DataFrame, keys: Sequence[str] | None) -> list[Kpi]:
    kpis = declared()
    if unknown := [k for k in keys or () if k not in kpis]:
        raise DataError("kpis", [f"there is no KPI '{k}'; known are {', '.join(kpis)}" for k in unknown])
    asked = [kpis[k] for k in keys] if keys is not None else list(kpis.values())
    return [k for k in asked if k.components <= set(sums.columns)]


def growth(now: float, before: float) -> float:
    """The change of an amount as a ratio of what it was; NaN where that was nothing or less."""
    return now / before - 1 if before > 0 else float("nan")


def signed(sums: pd.DataFrame, signs: Mapping[str, int]) -> pd.Series:
    """A KPI's numerator or denominator in each row: its components added up by their signs."""
    return sum((sign * sums[name] for name, sign in signs.items()), start=pd.Series(0.0, index=sums.index))


def _components() -> dict[str, str]:
    return _read(FILE)[1]


@cache
def _read(file: Path) -> tuple[dict[str, Kpi], dict[str, str]]:
    content = tomllib.loads(file.read_text("utf-8"))
    kinds = {name: kind for kind, names in content["components"].items() for name in names}
    kpis = {key: _kpi(key, block) for key, block in content["kpi"].items()}
    if problems := [p for kpi in kpis.values() for p in _problems(kpi, kinds, kpis)]:
        raise DataError(file.name, problems)
    return kpis, kinds


def _kpi(key: str, block: dict[str, object]) -> Kpi:
    try:
        return Kpi(key, **{"unit": "", "better": "", **block,
                           **{side: _signs(str(block.get(side, ""))) for side in ("numerator", "denominator")}})  # type: ignore[arg-type]  # fmt: skip
    except TypeError as error:
        raise DataError("kpis.toml", [f"[kpi.{key}] has a key that no KPI has: {error}"]) from error


def _signs(text: str) -> dict[str, int]:
    """{"amount": 1, "cost": -1} for "amount - cost"."""
    words = text.replace("-", " - ").replace("+", " + ").split()
    return {word: -1 if words[max(i - 1, 0)] == "-" else 1 for i, word in enumerate(words) if word not in "+-"}


def _problems(kpi: Kpi, kinds: Mapping[str, str], kpis: Mapping[str, Kpi]) -> list[str]:
    where = f"[kpi.{kpi.key}]"
    found = [f"{where}: component '{c}' is not among [components]" for c in sorted(kpi.components - set(kinds))]
    if not kpi.numerator:
        found.append(f"{where} needs a numerator")
    if kpi.unit not in UNITS:
        found.append(f"{where}: unit is {kpi.unit!r}, write one of {', '.join(UNITS)}")
    if kpi.better not in ("higher", "lower", "neither"):
        found.append(f"{where}: better is {kpi.better!r}, write higher, lower or neither")
    if kpi.interval not in ("", "wilson"):
        found.append(f"{where}: interval is {kpi.interval!r}, write wilson or leave it out")
    if kpi.worth and kpi.worth not in kpis:
        found.append(f"{where}: worth names '{kpi.worth}', which is no KPI")
    return found

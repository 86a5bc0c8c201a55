"""Why the period ended as it did: the gap to the target by cause, exact, with what is within noise told as noise."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench import crossings
from workbench.analytics.history.frames import most
from workbench.analytics.keys import direction, fact
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.analytics.review.effects import Effects
from workbench.analytics.review.suspects import Ground, suspects
from workbench.analytics.review.verdict import Verdict
from workbench.analytics.tracking.goals import WHOLE
from workbench.findings import Finding

FAMILIES = ("target", "market", "people", "product", "churn", "execution", "campaign", "other", "rest")
_TAIL = 0.025  # of the outcomes that were expected: what lies outside is not as expected
TELLING = 0.01  # share of the sales from which a cause asks for a decision


@dataclass(frozen=True, kw_only=True, repr=False)
class Causes(Result):
    """What made the gap, in money that adds up to it to the cent.

    `begin`: the target; what was to be expected where none is known (`against`: "target" or "expected")
    `gap`: sales - `begin`
    `table`: one row a cause, the target first, then the largest, what is left last; columns
        family   "target" (what the target asked beyond what was to be expected; 0 without one), "market", "people",
                 "product", "churn", "execution", "campaign", "other", "rest"
        rep      who left, where that is the cause. first, last: days of a happening; NaT: it lasts, or none is known
        name     of the happening or product; "churn", "new", "win_rate", "market"; "" for target and rest
        source   "target", "happening", "suspect" or "rest"
        money    its share of the gap, with its 95 % interval lo, hi (of the rest: what the forecast's own doubt allows)
        known    money of a happening that a forecast of the first day had in it already
        p        how often chance alone does as much; of suspects adjusted for their number
    `families`: index family: money. `apart`: parts whose sales lie outside the 95 % range of what was to be expected
    `tried`: every suspect, also those that chance explains (see suspects)
    `within`: whether the rest is within the forecast's 95 % interval
    `scaled`: factor on suspects that claimed more than there was to explain (their money overlaps); 1 where none did
    """

    period: PlanPeriod
    against: str
    begin: float
    gap: float
    table: pd.DataFrame
    families: pd.Series
    apart: tuple[str, ...]
    tried: pd.DataFrame
    within: bool
    scaled: float

    @property
    def leads(self) -> int:
        """How many findings open the answer: the gap, and what of it the target itself is."""
        return 2 if self.against == "target" else 1


def causes(
    found: Verdict | Unknown, start: Baseline | Unknown, happened: Effects | Unknown | None, ground: Ground
) -> Causes | Unknown:
    """The gap of the whole by cause.

    The target's share is expected - target, as in the bridge from target to sales, less what of a happening a forecast
    of the first day knew (the share of three months that it had lasted): a target that left out a price war already
    running missed by that too, but the price war is its name. A happening whose effect is told from chance has its
    measured effect (see effects). What is left is searched for suspects, which count only where chance, over all of
    them, would show one in 20 quiet periods (Holm 1979); they overlap, so together they get no more than there is left.
    """
    if isinstance(found, Unknown) or isinstance(start, Unknown):
        return Unknown(section="review_causes", findings=found.findings)
    whole = found.whole
    asked = pd.notna(whole["target"])
    effects = happened.named if isinstance(happened, Effects) else pd.DataFrame()
    books = _books(happened)
    explained = _explained(effects, start)
    tried = suspects(start, found.table["actual"], ground, explained=explained, left_out=books)
    known = float((effects["effect"] * effects["learnt"]).sum()) if len(effects) else 0.0
    left = float(whole["actual"] - whole["expected"]) - float(explained.get(WHOLE, 0.0))
    named, scaled = _shared(tried[tried["named"]], left)
    rows = [
        *([_target(whole, known)] if asked else []),
        *sorted([*_happened(effects, asked), *_suspected(named)], key=lambda r: -abs(r["money"])),
    ]
    gap = float(whole["actual"] - (whole["target"] if asked else whole["expected"]))
    table = _exact(rows, gap, whole)
    rest = float(table["money"].iloc[-1])
    made = Causes(
        period=found.period,
        against="target" if asked else "expected",
        begin=round(float(whole["target"] if asked else whole["expected"]), 2),
        gap=round(gap, 2),
        table=table,
        families=table.groupby("family")["money"].sum().reindex(FAMILIES).dropna(),
        apart=_apart(found),
        tried=tried,
        within=bool(whole["lo_95"] - whole["expected"] <= rest <= whole["hi_95"] - whole["expected"]),
        scaled=scaled,
    )
    return replace(made, findings=tuple(_findings(made, found)), decisions=most(list(_decisions(made, whole))))


def _apart(found: Verdict) -> tuple[str, ...]:
    """Single parts outside their own range, though the whole may not be, where that moves the whole by 1 % or more: of
    hundreds of small parts some always are, and what sells nothing now and then is below its range whenever it does."""
    table = found.table
    outside = (table["place"] < _TAIL) | (table["place"] > 1 - _TAIL)
    outside &= (table["actual"] - table["expected"]).abs() >= TELLING * abs(found.whole["expected"])
    parts = outside & table["level"].ne("") & crossings.single(table["level"])
    return tuple(str(node) for node in table.index[parts])


def _books(happened: Effects | Unknown | None) -> frozenset[str]:
    """Customers whose losses the departure of their rep explains."""
    if not isinstance(happened, Effects):
        return frozenset()
    reps = {pairs[0][1] for pairs in happened.named["where"] if pairs[0][0] == "rep"}
    return frozenset(c for rep, book in happened.books.items() if rep in reps for c in book)


def _explained(effects: pd.DataFrame, start: Baseline) -> pd.Series:
    """Index node: money of named happenings that a forecast of the first day did not know; a place that a happening
    does not name takes its share of the expected sales."""
    made = pd.Series(0.0, start.nodes.index)
    levels = [c for c in start.nodes.columns if c != "level"]
    total = float(start.expected.iloc[0])
    share = start.expected / total if total > 0 else start.expected * 0.0
    named = start.nodes[levels].to_dict("index")
    places = {node: {c: v for c, v in row.items() if not pd.isna(v)} for node, row in named.items()}
    for row in effects.to_dict("records"):
        fresh = float(row["effect"] * (1 - row["learnt"]))
        for node in start.nodes.index:
            own = places[node]
            stated = {c: v for c, v in row["where"] if c in levels}
            apart = any(c in own and own[c] != v for c, v in stated.items())
            inside = bool(own) and set(own) <= set(stated) and not apart
            made[node] += 0.0 if apart else fresh if inside or node == WHOLE else fresh * float(share[node])
    return made


def _shared(named: pd.DataFrame, left: float) -> tuple[pd.DataFrame, float]:
    """The suspects with no more money, those of the same sign together, than there is left for them."""
    same = named[np.sign(named["money"]) == np.sign(left)]
    other = float(named["money"].sum() - same["money"].sum())
    claimed = float(same["money"].sum())
    scale = min(1.0, abs(left - other) / abs(claimed)) if claimed else 1.0
    columns = ["money", "lo", "hi"]
    made = named.copy()
    made.loc[same.index, columns] = same[columns] * scale
    return made, float(scale)


def _target(whole: pd.Series, known: float) -> dict[str, Any]:
    """What the target asked beyond the expected, without what running happenings had taken from the expected."""
    money = float(whole["expected"] - whole["target"]) - known
    return {"family": "target", "name": "", "source": "target", "money": money, "lo": np.nan, "hi": np.nan,
            "known": np.nan, "p": np.nan}  # fmt: skip


def _happened(effects: pd.DataFrame, asked: bool) -> Iterator[dict[str, Any]]:
    """Against a target all of an effect; against the forecast of the first day what that did not know."""
    for name, row in effects.iterrows():
        part = 1.0 if asked else 1.0 - float(row["learnt"])
        money = {column: float(row[column]) * part for column in ("effect", "lo", "hi")}
        told = {column: row[column] for column in ("family", "rep", "first", "last", "p")}
        known = float(row["effect"] * row["learnt"]) + 0.0
        yield {**told, "name": str(name), "source": "happening", "money": money["effect"], "lo": money["lo"],
               "hi": money["hi"], "known": known}  # fmt: skip


def _suspected(named: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for _, row in named.iterrows():
        yield {"family": row["family"], "name": row["name"], "source": "suspect", "money": float(row["money"]),
               "lo": row["lo"], "hi": row["hi"], "known": 0.0, "p": row["p_adjusted"]}  # fmt: skip


def _exact(rows: list[dict[str, Any]], gap: float, whole: pd.Series) -> pd.DataFrame:
    """The causes in whole cents, with the rest that makes them add up to the gap."""
    rows = [{**row, "money": round(row["money"], 2)} for row in rows]
    rest = round(round(gap, 2) - sum(row["money"] for row in rows), 2)
    doubt = {"lo": whole["lo_95"] - whole["expected"], "hi": whole["hi_95"] - whole["expected"]}
    last = {"family": "rest", "name": "", "source": "rest", "money": rest, **doubt, "known": np.nan, "p": np.nan}
    blank = {"rep": None, "first": pd.NaT, "last": pd.NaT}
    return pd.DataFrame([blank | row for row in (*rows, last)]).astype({"p": float, "known": float})


def _findings(made: Causes, found: Verdict) -> Iterator[Finding]:
    table = made.table.iloc[:-1]
    rest = made.table.iloc[-1]
    causes = table[table["family"] != "target"]
    yield fact("review.causes.gap", weight=made.gap, gap=abs(made.gap), direction=direction(made.gap),
               against=made.against, span=made.period.span, named=len(causes), apart=made.apart or None,
               **_largest(causes))  # fmt: skip
    for _, row in table[table["source"] == "target"].iterrows():
        yield fact("review.causes.target", weight=row["money"], money=row["money"], size=abs(row["money"]),
                   direction=direction(row["money"]), chance=found.whole["chance"],
                   since=found.since)  # fmt: skip
    for _, row in causes[causes["source"] == "happening"].iterrows():
        told = {c: row[c] for c in ("name", "rep", "first", "last", "money", "lo", "hi", "known", "p")}
        yield fact("review.causes.happening", weight=row["money"], about=row["name"], family=row["family"], **told,
                   size=abs(row["money"]), direction=direction(row["money"]))  # fmt: skip
    for _, row in made.tried[made.tried["named"]].iterrows():
        yield fact("review.causes.suspect", weight=row["money"], about=row["name"], kind=_kind(row),
                   direction=direction(row["money"]), size=abs(row["money"]), p=row["p_adjusted"],
                   **{c: row[c] for c in ("family", "name", "money", "lo", "hi", "now", "usual", "cases")})  # fmt: skip
    yield fact("review.causes.rest", weight=rest["money"], money=rest["money"], size=abs(rest["money"]),
               direction=direction(rest["money"]), lo=rest["lo"], hi=rest["hi"], within=made.within,
               apart=made.apart or None)  # fmt: skip
    quiet = made.tried[~made.tried["named"]]
    if len(quiet):
        kinds = tuple(dict.fromkeys(_kind(row) for _, row in quiet.iterrows()))
        yield fact("review.causes.quiet", tried=len(made.tried), quiet=len(quiet), kinds=kinds)


def _largest(causes: pd.DataFrame) -> dict[str, Any]:
    """The cause with the most money besides the target: its name (`kind` and `rep` say what that is) and money."""
    if causes.empty:
        return {"name": None, "kind": None, "money": None}
    row = causes.iloc[0]
    kind = "left" if row["rep"] is not None and pd.notna(row["rep"]) else "event"
    return {
        "name": str(row["name"]),
        "kind": kind if row["source"] == "happening" else _kind(row),
        "money": row["money"],
    }


def _kind(row: pd.Series) -> str:
    """What a suspect is: "product", or its name."""
    return "product" if row["family"] == "product" else str(row["name"])


def _decisions(made: Causes, whole: pd.Series) -> Iterator[Finding]:
    """Suspects that cost 1 % of the sales or more: nobody noted them, so somebody has to look."""
    for _, row in made.tried[made.tried["named"]].iterrows():
        if row["money"] <= -TELLING * abs(whole["actual"]):
            yield fact("review.causes.look", weight=row["money"], about=row["name"], kind=_kind(row), name=row["name"],
                       size=abs(row["money"]), now=row["now"], usual=row["usual"], p=row["p_adjusted"])  # fmt: skip
    rest = float(made.table["money"].iloc[-1])
    if not made.within and rest <= -TELLING * abs(whole["actual"]):
        yield fact("review.causes.unexplained", weight=rest, size=abs(rest), span=made.period.span)

"""Was the target wrong, or what was made of it? The target and the sales beside the forecast of the first day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench import crossings
from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.aims.odds import chances_of
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.analytics.review.noise import TAILS
from workbench.analytics.tracking.goals import WHOLE, Goals
from workbench.analytics.tracking.naming import as_in
from workbench.errors import ParameterError
from workbench.findings import Finding
from workbench.periods import Calendar, Every

HARD, EASY = 0.2, 0.9  # chance at the start below which a target was too high, from which on it asked for nothing
LOW, HIGH = TAILS  # place among what was to be expected below and above which sales were unusual: outside of 95 %


@dataclass(frozen=True, kw_only=True, repr=False)
class Verdict(Result):
    """The period's target, forecast and sales, node by node.

    `table`: index node as in Baseline.nodes, the whole ("") first; columns
        level, target (NaN where there is none), actual, attainment (actual ÷ target)
        expected, lo_80, hi_80, lo_95, hi_95   the forecast made from what was known before the first day
        chance       of reaching the target, as it stood before the first day, or when the target came into force
        since        the day on which the target came into force, where that lies within the period; else NaT
        place        share of what was to be expected that lies below what came: 0.5 is as expected, 0.02 unusually low
        naive        the same period a year before
        verdict      NA without a target; else missed: "target" (it had a chance below 20 %, and sales were as
                     expected), "work" (it could be reached, and sales came in below what 39 of 40 cases bring), "both",
                     "chance" (neither); reached: "easy" (it had a chance of 90 % or more, and sales were as expected),
                     "beaten" (sales above what 39 of 40 cases bring), "met"
    `scores`: index of what was said beforehand: "expected", "naive", "target", and "issued" (what reports issued before
    the first day) or, where "expected" is what was issued, "again" (what it is when made again today);
    columns amount (of the whole), error (actual - amount; as for residuals), size (error ÷ actual),
    nodes (sum of absolute errors of the finest nodes that a year before is known of ÷ sales; NaN for the others)
    `added`: 1 - error of the forecast ÷ error of naive over the finest nodes: what the forecast was worth; NaN unknown
    `issued_on`: day of the report whose forecast counts as issued; NaT where none did. `judged`: "" where "expected" is
    what it said, else why not: "less" (it knew less than the forecast made again), "edges" (its periods end elsewhere)
    """

    period: PlanPeriod
    table: pd.DataFrame
    scores: pd.DataFrame
    added: float
    issued_on: pd.Timestamp
    judged: str = ""

    @property
    def whole(self) -> pd.Series:
        return self.table.iloc[0]

    @property
    def since(self) -> pd.Timestamp | None:
        """The day within the period on which the whole's target came into force; None where that was before."""
        day = self.whole["since"]
        return None if pd.isna(day) else pd.Timestamp(day)


def known_before(
    sales: pd.DataFrame, period: PlanPeriod, calendar: Calendar, every: Every, *, day: pd.Timestamp | None = None
) -> pd.DataFrame:
    """The sales (data.sales(every, by=…)) as known before the period's first day, or another `day`: periods that had
    ended by then."""
    starts, first = sales["period"].drop_duplicates(), period.first if day is None else day
    kept = [start for start in starts if calendar.end_of(start, every) < first]
    return sales[sales["period"].isin(kept)].reset_index(drop=True)


def actual(sales: pd.DataFrame, nodes: pd.DataFrame, period: PlanPeriod) -> pd.Series:
    """Index node as in Baseline.nodes: money that the period brought.

    `sales`: data.sales(period.name, by=levels), with the levels of the nodes.
    """
    now = sales[sales["period"] == period.first]
    found = []
    for node, row in nodes.iterrows():
        named = {c: row[c] for c in nodes.columns if c != "level" and pd.notna(row[c])} if node != WHOLE else {}
        inside = np.ones(len(now), bool)
        for level, value in named.items():
            inside &= now[level].eq(value).fillna(False).to_numpy(bool)
        found.append(float(now["amount"].to_numpy(float)[inside].sum()))
    return pd.Series(found, nodes.index, name="actual")


def verdict(
    start: Baseline | Unknown,
    sales: pd.DataFrame,
    *,
    goals: Goals | Unknown | None = None,
    issued: pd.DataFrame | None = None,
    later: Baseline | Unknown | None = None,
) -> Verdict | Unknown:
    """Target and sales of the period beside what was to be expected before it began.

    `start`: the baseline of the period from a forecast that knows nothing of it (see known_before). `sales`: as for
    `actual`. `goals`: tracking.goals of the period. `issued`: earlier forecasts, as vintages.earlier gives them.
    `later`: the baseline from what was known when the target came into force, where that was within the period (see
    steps.in_force): nobody had set it before, so its chance is that of this day. A
    target is judged by its chance before the period, the outcome by its place in the forecast's distribution, so that
    neither is judged by what nobody could know: judging a decision by its outcome is the outcome bias of
    Baron & Hershey (1988, Journal of Personality and Social Psychology 54).
    """
    if isinstance(start, Unknown):
        return Unknown(section="review_verdict", findings=start.findings)
    period = start.period
    if start.known_until >= period.first:
        said = f"the forecast knows sales until {start.known_until.date()}; make it from data before the period"
        raise ParameterError("review", [said])
    if not (sales["period"] == period.first).any():
        return Unknown(section="review_verdict", findings=(fact("review.causes.unknown_sales", span=period.span),))
    asked = None if goals is None or isinstance(goals, Unknown) else goals
    table = _table(start, sales, asked, None if isinstance(later, Unknown) else later)
    day, amount = _issued(issued, period) if start.issued is None else (start.issued, float("nan"))
    scores = _scores(table, amount, start.again)
    why = "" if start.issued is not None or pd.isna(day) else "less" if day < start.known_until else "edges"
    naive, ours = (float(scores["nodes"].get(n, np.nan)) for n in ("naive", "expected"))
    made = Verdict(
        period=period, table=table, scores=scores, issued_on=day, judged=why,
        added=1 - ours / naive if naive > 0 else np.nan,
    )  # fmt: skip
    return replace(made, findings=tuple(_findings(made)), decisions=tuple(_decisions(made, asked)))


def _table(start: Baseline, sales: pd.DataFrame, goals: Goals | None, later: Baseline | None) -> pd.DataFrame:
    came = actual(sales, start.nodes, start.period)
    goals = as_in(goals, start.nodes) if goals else None
    target = goals.amount.reindex(came.index) if goals else pd.Series(np.nan, came.index)
    if goals is not None and pd.isna(target.iloc[0]):  # the first is the whole, also where it is one part alone
        target.iloc[0] = goals.whole if pd.notna(goals.whole) else goals_sum(goals)
    bounds = np.quantile(start.draws, (0.1, 0.9, 0.025, 0.975), axis=0)
    place = 1 - chances_of(start.draws, came.to_numpy())
    since = _since(goals, came.index, start.period)
    chance = _chances(start, target)
    if later is not None:
        chance = _chances(later, target).where(since.notna(), chance).fillna(chance)
    made = pd.DataFrame({"level": start.nodes["level"], "target": target.astype(float), "actual": came})
    made["attainment"] = made["actual"] / made["target"].where(made["target"] > 0)
    made["expected"] = start.expected
    for name, values in zip(("lo_80", "hi_80", "lo_95", "hi_95"), bounds, strict=True):
        made[name] = values
    made = made.assign(chance=chance, since=since, place=place, naive=start.before)
    judged = [judge(*row) for row in made[["attainment", "chance", "place"]].to_numpy(float)]
    return made.assign(verdict=pd.Series(judged, made.index, dtype=object))


def _chances(base: Baseline, target: pd.Series) -> pd.Series:
    """Index as of `target`: the chance of each by this baseline; NaN where it holds no such node, or there is none."""
    rows = base.nodes.index.get_indexer(target.index)
    told = np.flatnonzero((rows >= 0) & target.notna().to_numpy())
    found = chances_of(base.draws[:, rows[told]], target.to_numpy(float)[told])
    return pd.Series(found, target.index[told], dtype=float).reindex(target.index)


def _since(goals: Goals | None, nodes: pd.Index, period: PlanPeriod) -> pd.Series:
    """The day on which each target came into force, where the period had begun; NaT for all others."""
    days = pd.Series(pd.NaT, nodes, dtype="datetime64[ns]")
    if goals is None or goals.since.isna().all():
        return days
    days = pd.to_datetime(goals.since).reindex(nodes)
    if pd.isna(days.iloc[0]):  # the first is the whole, also where it is one part alone
        days = days.fillna({nodes[0]: goals.since.get(WHOLE, goals.since.max())})
    days = days.where(days > period.first)
    return days.mask(days > period.last, period.last)


def goals_sum(goals: Goals) -> float:
    """The sum of the targets of the first level, where the whole has none of its own."""
    levels = goals.levels
    return float(goals.amount[goals.nodes["level"] == levels[0]].sum()) if levels else float("nan")


def judge(attainment: float, chance: float, place: float) -> str | None:
    """The verdict of a node (see Verdict); None without a target."""
    if np.isnan(attainment) or np.isnan(chance):
        return None
    if attainment >= 1:
        return "beaten" if place > HIGH else "easy" if chance >= EASY else "met"
    return {(True, True): "both", (True, False): "target", (False, True): "work", (False, False): "chance"}[
        chance < HARD, place < LOW
    ]


def _issued(issued: pd.DataFrame | None, period: PlanPeriod) -> tuple[pd.Timestamp, float]:
    """The last forecast of the whole period that a report issued before its first day, with its day; NaN: none."""
    none = pd.NaT, float("nan")
    if issued is None or issued.empty:
        return none  # type: ignore[return-value]
    rows = issued[(issued["level"] == "") & (issued["as_of"] < period.first)]
    rows = rows[(rows["period"] >= period.first) & (rows["period"] <= period.last)]
    whole = rows.groupby("as_of")["mean"].agg(["sum", "size"])
    whole = whole[whole["size"] == whole["size"].max()] if len(whole) else whole
    if whole.empty:
        return none  # type: ignore[return-value]
    return whole.index[-1], float(whole["sum"].iloc[-1])


def _scores(table: pd.DataFrame, issued: float, again: float) -> pd.DataFrame:
    """What was said beforehand against what came, of the whole and summed over the finest nodes."""
    came = float(table["actual"].iloc[0])
    depth = table["level"].map(lambda level: len(crossings.parts(level)))
    finest = table[(table.index != WHOLE) & (depth == depth.max())]
    whole = table.iloc[0]
    rows = {name: float(whole[name]) for name in ("expected", "naive", "target")} | {"issued": issued, "again": again}
    amounts = pd.Series(rows, name="amount").dropna()
    made = pd.DataFrame({"amount": amounts, "error": came - amounts})
    made["size"] = made["error"] / came if came > 0 else np.nan
    finest = finest.dropna(subset="naive")
    sums = {n: (finest["actual"] - finest[n]).abs().sum() for n in ("expected", "naive") if len(finest)}
    made["nodes"] = pd.Series(sums, dtype=float).reindex(made.index) / came if came > 0 else np.nan
    return made


def _findings(made: Verdict) -> Iterator[Finding]:
    whole = made.whole
    shared = {"span": made.period.span, "every": made.period.name, "actual": whole["actual"], "place": whole["place"],
              "expected": whole["expected"], "lo_95": whole["lo_95"], "hi_95": whole["hi_95"]}  # fmt: skip
    gap = whole["actual"] - whole["target"]
    if pd.notna(whole["verdict"]):
        yield fact("review.causes.verdict", weight=gap, verdict=whole["verdict"], target=whole["target"],
                   attainment=whole["attainment"], chance=whole["chance"], gap=abs(gap),
                   since=made.since, **shared)  # fmt: skip
    else:
        yield fact("review.causes.no_target", weight=whole["actual"] - whole["expected"],
                   within=bool(LOW <= whole["place"] <= HIGH), **shared)  # fmt: skip
    missed = made.table["verdict"].notna() & (made.table["attainment"] < 1)
    parts = made.table[missed & crossings.single(made.table["level"])]
    for word in ("target", "work", "both"):
        rows = parts[parts["verdict"] == word]
        if len(rows):
            yield fact("review.causes.verdict_parts", weight=(rows["actual"] - rows["target"]).sum(), verdict=word,
                       count=len(rows), names=tuple(rows.index), missed=len(parts))  # fmt: skip
    yield from _value(made)


def _value(made: Verdict) -> Iterator[Finding]:
    """What the forecast of the first day was worth against repeating last year, and the one that was issued."""
    scores = made.scores
    if {"expected", "naive"} <= set(scores.index):
        yield fact("review.causes.added", size=scores.loc["expected", "size"], naive_size=scores.loc["naive", "size"],
                   target_size=scores["size"].get("target"), added=made.added)  # fmt: skip
    if pd.notna(made.issued_on):
        said = scores.loc["issued" if made.judged else "expected"]
        yield fact("review.causes.issued", day=made.issued_on, amount=said["amount"], error=said["error"],
                   size=said["size"], expected=scores["amount"].get("expected" if made.judged else "again"),
                   why=made.judged or None)  # fmt: skip


def _decisions(made: Verdict, goals: Goals | None) -> Iterator[Finding]:
    """A target that had little chance from the start: what the next one should rest on."""
    whole = made.whole
    if goals is not None and whole["verdict"] in ("target", "both"):
        yield fact("review.causes.set_otherwise", weight=whole["target"] - whole["expected"], target=whole["target"],
                   expected=whole["expected"], chance=whole["chance"], asked=whole["target"] - whole["expected"],
                   since=made.since,
                   rate=whole["target"] / whole["expected"] - 1 if whole["expected"] > 0 else None)  # fmt: skip

"""What is off now, since when, how sure that is, and who acts: rules with a declared rate of false alarms.

Each rule watches a KPI of the whole or of every part of a level on a control chart, against what season, working days
and its own past let expect. A rule declares how seldom it may err over all its parts together; the limit of each chart
is found for it (tracking.rates), and the rate is checked by simulation.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking.chart import Chart, charted, usual_of
from workbench.analytics.tracking.course_told import UNLIKELY
from workbench.analytics.tracking.rules import PER_YEAR, Sums, Watch, watched_by
from workbench.errors import SettingsError
from workbench.findings import Finding
from workbench.periods import Calendar
from workbench.settings.tracking import COURSE, TrackingSettings

MOST_CHARTS = 24  # parts of a level that are watched: the largest
_MOST_DECISIONS, _MOST_SAID = 5, 3
_APART = 0.1  # simulated false alarms that differ more from the declared are told

Owners = Mapping[str, Mapping[str, str]]  # level → node → who answers for it


@dataclass(frozen=True, kw_only=True, repr=False)
class Rules(Result):
    """The rules and what they do by chance.

    `table`: index rule (its number); columns on, level, every, kind, charts, once (declared: one false alarm in so many
    periods over all charts; NaN for a threshold), simulated (the same, by simulation), delay (periods until a change by
    `change` is found, the middle chart; NaN where mostly not), change, threshold, off, a_year (false alarms a year),
    owner, action, name
    """

    table: pd.DataFrame


@dataclass(frozen=True, kw_only=True, repr=False)
class Alerts(Result):
    """What stands now.

    `table`: one row for each alert that stands, the most money first; columns on, level, node ("" for the whole), unit,
        value, expected (over the periods since it began; for thresholds the threshold), limit (threshold, NaN for a
        chart), began, since (first alarm), periods, every, once (declared, else simulated: one such alarm of the rule
        by chance in so many periods), chance (landing and pace: that the target is still reached), delay, owner,
        action, money (NaN: unknown), rule (its number), each (value and expected are means of a period, not ratios)
    `charts`: every chart, those that are off first; `rules`: what each rule declares and does
    `a_year`: false alarms that all charts together raise in a year by chance
    """

    table: pd.DataFrame
    charts: tuple[Chart, ...]
    rules: Rules
    a_year: float

    @property
    def watched(self) -> int:
        """How many charts and parts are watched."""
        return int(self.rules.table["charts"].sum())


def alerts(
    settings: TrackingSettings,
    sums: Sums,
    calendar: Calendar,
    *,
    tops: Sequence[str] = (),
    course: Any = None,
    owners: Owners | None = None,
    without: int = 0,
    seed: int = 7,
) -> Alerts | Unknown:
    """The rules of the settings (else the usual ones) on the company's series and on where the period will land.

    `sums(every, by)` gives the sums that KPIs divide by node and period, as Data.sums. `tops`: the broadest level of
    each dimension. `course`: a Course, for rules on pace and landing; one that is over
    warns of nothing. `without`: rules that a part goes without, see rules.within. SettingsError names KPIs that there
    are none of.
    """
    table = None if getattr(course, "over", False) else getattr(course, "table", None)  # too late to act on
    watches = watched_by(settings, sums, tops)
    done = [_rule(n, w, calendar, table, _owners(course, owners), seed) for n, w in enumerate(watches, 1)]
    made = [d for d in done if d.row["charts"] > 0]
    if not made:
        return Unknown(section="alerts", findings=(fact("tracking.alerts.unknown", section="alerts"),))
    rules = pd.DataFrame([d.row for d in made]).set_index("rule")
    columns = pd.DataFrame(columns=list(_ALERT))
    rows = [row for d in made for row in d.standing]
    found = pd.DataFrame(rows, columns=list(_ALERT)) if rows else columns
    found = found.sort_values(["money", "pressure"], ascending=False, na_position="last", ignore_index=True)
    charts = sorted((c for d in made for c in d.charts), key=lambda c: (not c.standing, -c.pressure))
    a_year = float(rules["a_year"].sum())
    return Alerts(
        table=found,
        charts=tuple(charts),
        rules=Rules(table=rules, findings=tuple(_rates(rules, charts, made))),
        a_year=a_year,
        findings=(*_findings(found, rules, charts, done, a_year), *_without(without)),
        decisions=tuple(_decisions(found, rules)),
    )


def _without(count: int) -> Iterator[Finding]:
    if count:
        yield fact("tracking.alerts.without", count=count)


_ALERT = ("rule", "on", "level", "node", "unit", "value", "expected", "limit", "began", "since", "periods", "every",
          "once", "chance", "delay", "owner", "action", "money", "pressure", "each")  # fmt: skip


@dataclass(frozen=True)
class _Done:
    """A rule as carried out: its row, its alerts, its charts, and nodes without one."""

    watch: Watch
    row: dict[str, Any]
    standing: list[dict[str, Any]]
    charts: list[Chart]
    short: int
    nodes: int


def _rule(n: int, watch: Watch, calendar: Calendar, course: pd.DataFrame | None, owners: Owners, seed: int) -> _Done:
    if watch.kpi is None:
        return _on_course(n, watch, course, owners)
    if watch.sums.empty:
        return _Done(watch, _row(n, watch, []), [], [], 0, 0)
    nodes = _largest(watch)
    if not nodes:
        level = watch.rule.by
        raise SettingsError("tracking.rules", [f"rule {n}: nothing is known by {level}"] if level else [])
    rows = {node: watch.sums[watch.sums["node"] == node] for node in nodes[:MOST_CHARTS]}
    usual = {node: found for node, own in rows.items() if (found := usual_of(watch, own, calendar))}
    charts = [charted(watch, rows[node], node, found, len(usual), seed + 97 * n + k)
              for k, (node, found) in enumerate(usual.items())]  # fmt: skip
    row = _row(n, watch, charts)
    standing = [_alert(row, watch, c, owners) for c in charts if c.standing]
    return _Done(watch, row, standing, charts, len(rows) - len(usual), len(nodes))


def _largest(watch: Watch) -> list[str]:
    """The nodes of a rule, those with the most of what the KPI counts first."""
    if watch.kpi is None:
        return []
    size = [*watch.kpi.denominator, *watch.kpi.numerator][0]
    order = watch.sums.groupby("node", sort=True)[size].sum().abs().sort_values(ascending=False, kind="stable")
    return [str(node) for node in order.index]


def _row(n: int, watch: Watch, charts: list[Chart], parts: int = 0) -> dict[str, Any]:
    rule, lengths = watch.rule, [c.rates.simulated for c in charts]
    each = sum(1 / x for x in lengths)
    delays = [c.rates.delay for c in charts]
    delay = float(np.median(delays)) if delays else np.nan
    by_limit = rule.threshold is None
    kinds = sorted({c.kind for c in charts}) or ["course"]
    rate = (1 / watch.once if by_limit else each) if charts else 0.0
    return {"rule": n, "name": rule.name, "on": rule.on, "level": rule.by, "every": watch.every, "kind": kinds[0],
            "charts": len(charts) or parts, "off": sum(c.standing for c in charts),
            "once": float(watch.once) if by_limit and charts else np.nan, "simulated": 1 / each if each else np.nan,
            "delay": delay if np.isfinite(delay) else np.nan, "change": rule.change,
            "threshold": np.nan if rule.threshold is None else rule.threshold,
            "a_year": PER_YEAR.get(watch.every, 0.0) * rate, "owner": rule.owner, "action": rule.action}  # fmt: skip


def _alert(row: Mapping[str, Any], watch: Watch, chart: Chart, owners: Owners) -> dict[str, Any]:
    rule = watch.rule
    once = row["once"] if rule.threshold is None else row["simulated"]
    delay = chart.rates.delay
    return {"rule": row["rule"], "on": rule.on, "level": rule.by, "node": chart.node, "unit": chart.unit,
            "value": chart.value, "expected": chart.expected,
            "limit": np.nan if rule.threshold is None else rule.threshold, "began": chart.began, "since": chart.since,
            "periods": chart.periods, "every": watch.every, "once": once, "chance": np.nan,
            "delay": delay if np.isfinite(delay) else np.nan, "owner": _owner(rule.owner, rule.by, chart.node, owners),
            "action": rule.action, "money": chart.money, "pressure": chart.pressure, "each": chart.each}  # fmt: skip


def _on_course(n: int, watch: Watch, course: pd.DataFrame | None, owners: Owners) -> _Done:
    """Pace and landing of each node that has a target, against the rule's threshold."""
    rule, limit = watch.rule, float(watch.rule.threshold or 0.0)
    nodes = pd.DataFrame() if course is None else course[(course["level"] == rule.by) & course["target"].notna()]
    if nodes.empty:
        return _Done(watch, _row(n, watch, []), [], [], 0, 0)
    value = nodes["chance"] if rule.on == "landing" else nodes["ahead"] / nodes["due"].where(nodes["due"] > 0)
    row = _row(n, watch, [], len(nodes))
    off = nodes.assign(value=value)[value <= limit]
    standing = [
        {"rule": n, "on": rule.on, "level": rule.by, "node": str(node), "unit": "ratio", "value": float(own["value"]),
         "expected": np.nan, "limit": limit, "began": pd.NaT, "since": pd.NaT, "periods": 0, "every": "day",
         "once": np.nan, "chance": float(own["chance"]), "delay": np.nan,
         "owner": _owner(rule.owner, rule.by, str(node), owners), "action": rule.action,
         "money": max(float(own["target"] - own["expected"]), 0.0), "pressure": 1.0, "each": False}
        for node, own in off.iterrows()
    ]  # fmt: skip
    return _Done(watch, row | {"off": len(standing)}, standing, [], 0, len(nodes))


def _owners(course: Any, given: Owners | None) -> Owners:
    """Who answers for the target of each part, as the course's targets name them; those given go first."""
    goals = getattr(course, "goals", None)
    nodes = getattr(goals, "nodes", pd.DataFrame())
    told: dict[str, dict[str, str]] = {}
    if "owner" in nodes:
        for node, row in nodes[nodes["owner"].notna()].iterrows():
            told.setdefault(str(row["level"]), {})[str(node)] = str(row["owner"])
    for level, named in (given or {}).items():
        told.setdefault(level, {}).update(named)
    return told


def _owner(written: str, level: str, node: str, owners: Owners) -> str | None:
    return written or owners.get(level, {}).get(node) or None


def _findings(found: pd.DataFrame, rules: pd.DataFrame, charts: list[Chart], done: list[_Done],
              a_year: float) -> Iterator[Finding]:  # fmt: skip
    rated = int(rules["once"].notna().sum())  # those on where the period will end have no rate of false alarms
    watched = {"watched": int(rules["charts"].sum()), "rules": rated, "a_year": a_year}
    if found.empty:
        yield fact("tracking.alerts.clear", **watched)
    else:
        yield fact("tracking.alerts.off", count=len(found), **watched)
    for row in once_each(found).head(_MOST_SAID).to_dict("records"):
        yield _said(row)
    if past := sum(c.alarms for c in charts):
        yield fact("tracking.alerts.over", count=past, every=charts[0].every, periods=_watched(charts))
    yield from _left_out(done)


def once_each(found: pd.DataFrame) -> pd.DataFrame:
    """Without the pace of parts that will not land either."""
    late = set(found["node"][found["on"] == "landing"])
    return found[~((found["on"] == "pace") & found["node"].isin(late))]


def _watched(charts: list[Chart]) -> int:
    return int((~charts[0].table["learnt"]).sum())


def _left_out(done: list[_Done]) -> Iterator[Finding]:
    lacking = [d.watch.rule.on for d in done if not d.row["charts"] and not d.nodes and d.watch.own and d.watch.kpi]
    for on in dict.fromkeys(lacking):
        yield fact("tracking.alerts.lacking", on=on)
    if short := sum(d.short for d in done):
        yield fact("tracking.alerts.short", count=short, of=sum(min(d.nodes, MOST_CHARTS) for d in done))
    for d in done:
        if d.charts and d.nodes > MOST_CHARTS:
            yield fact("tracking.alerts.capped", level=d.watch.rule.by, kept=MOST_CHARTS, nodes=d.nodes)


def _said(row: Mapping[Any, Any]) -> Finding:
    about, node = row["node"], row["node"] or None
    if pd.notna(row["chance"]):
        values = {"value": row["value"], "threshold": row["limit"], "chance": row["chance"]}
        return fact("tracking.alerts.course", weight=row["money"], about=about, on=row["on"], node=node, **values)
    shared = {"on": row["on"], "node": node, "unit": row["unit"], "value": row["value"], "since": row["since"],
              "every": row["every"], "once": row["once"]}  # fmt: skip
    if pd.notna(row["limit"]):
        over = {"threshold": row["limit"], "over": row["periods"]}
        return fact("tracking.alerts.below", weight=row["money"], about=about, **shared, **over)
    more = {"expected": row["expected"], "periods": row["periods"], "each": row["each"]}
    return fact("tracking.alerts.worst", weight=row["money"], about=about, **shared, **more)


def _decisions(found: pd.DataFrame, rules: pd.DataFrame) -> Iterator[Finding]:
    """One for each alert, the most money first; a part that is behind and will not land asks once.

    Pace and landing ask for a decision where their rule says who acts or what is done, or where the chance is not
    so low that the course asks already (course_told.risks).
    """
    acts = found["rule"].map(rules["owner"].fillna("").ne("") | rules["action"].fillna("").ne("")).fillna(False)
    asks = ~found["on"].isin(COURSE) | acts.astype(bool) | found["chance"].ge(UNLIKELY)
    for row in once_each(found[asks]).head(_MOST_DECISIONS).to_dict("records"):
        shared = {"on": row["on"], "node": row["node"] or None, "value": row["value"], "level": row["level"] or None,
                  "owner": row["owner"], "action": row["action"] or None, "money": row["money"]}  # fmt: skip
        if pd.notna(row["chance"]):
            more = {"threshold": row["limit"], "chance": row["chance"]}
            yield fact("tracking.alerts.act_course", weight=row["money"], about=row["node"], **shared, **more)
        else:
            more = {name: row[name] for name in ("unit", "expected", "periods", "since", "every", "once", "each")}
            yield fact("tracking.alerts.act", weight=row["money"], about=row["node"], **shared, **more)


def _rates(rules: pd.DataFrame, charts: list[Chart], made: list[_Done]) -> Iterator[Finding]:
    """What the rules declare, what simulation finds, and how soon a change is found."""
    by_limit = rules[rules["once"].notna()]
    if len(by_limit):
        simulated = float((by_limit["a_year"] * by_limit["once"] / by_limit["simulated"]).sum())
        yield fact("tracking.alerts.rates", rules=len(by_limit), charts=int(by_limit["charts"].sum()),
                   a_year=float(by_limit["a_year"].sum()), simulated=simulated)  # fmt: skip
    for row in by_limit.sort_values("on", key=lambda on: on != "win_rate", kind="stable").head(3).to_dict("records"):
        values = {name: row[name] for name in ("on", "change", "delay", "every", "once", "kind")}
        yield fact("tracking.alerts.found", level=row["level"] or None, **values)
    for row in by_limit[(by_limit["simulated"] / by_limit["once"] - 1).abs() > _APART].to_dict("records"):
        yield fact("tracking.alerts.apart", **{name: row[name] for name in ("on", "once", "simulated", "every")})
    tied, spread = (sum(test(c) for c in charts) for test in (_tied, _spread))
    if tied or spread:
        yield fact("tracking.alerts.together", spread=spread, tied=tied, charts=len(charts))
    for d in made:
        if d.watch.rule.kind == "shewhart" and (changed := sum(c.kind == "cusum" for c in d.charts)):
            yield fact("tracking.alerts.changed", on=d.watch.rule.on, charts=changed)


def _tied(chart: Chart) -> bool:
    return chart.usual.tie != 0


def _spread(chart: Chart) -> bool:
    return chart.usual.overdispersion > 1.05

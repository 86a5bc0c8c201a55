"""Sales ahead for the whole and its parts: series, calendar, engine, reconciliation and evidence put together."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast import hierarchy
from workbench.analytics.forecast.calendar import Effects, effects, regressors
from workbench.analytics.forecast.combination import Effort
from workbench.analytics.forecast.doubts import doubts
from workbench.analytics.forecast.engine import Prediction, predict
from workbench.analytics.forecast.evidence import NAIVE, OURS, Evidence, evidence, forecastability, reasons
from workbench.analytics.forecast.hierarchy import METHODS, Method, no_narrower, non_negative, reconcile
from workbench.analytics.forecast.influences import Influences, influences
from workbench.analytics.forecast.models import Model
from workbench.analytics.forecast.panel import Array, Panel
from workbench.analytics.forecast.result import Forecast, interval_of_sum
from workbench.analytics.forecast.series import Series, series
from workbench.analytics.keys import direction, fact
from workbench.errors import ParameterError
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Calendar, Every

COLUMNS = ("mean", "lo_80", "hi_80", "lo_95", "hi_95")
MANY, CHEAPER = 100, Effort(folds=3, sample=120)  # nodes of one company have much in common: fewer tell it
MOST_UNUSUAL = 5  # unusual amounts named, the largest first
_SCORES = np.array([-1.96, -1.2816, 1.2816, 1.96])  # of the bounds, in standard deviations
PATH_VALUES = 24_000_000  # most numbers that sample paths may hold: 190 MB


@dataclass(frozen=True)
class Options:
    """How a forecast is made. `models` are an analyst's own, `paths` the number of sample paths (fewer for very many
    nodes), `calendar_effects` whether working days and Spring Festival are looked for, `variables` what else may move
    sales (as from `variables`); each is used where it earns its place."""

    method: Method = "mint_level"
    paths: int = 300
    seed: int = 0
    models: tuple[Model, ...] = ()
    calendar_effects: bool = True
    variables: pd.DataFrame | None = None


def forecast(
    sales: pd.DataFrame,
    by: tuple[str, ...] | str = (),
    *,
    horizon: int = 12,
    every: Every = "month",
    calendar: Calendar | None = None,
    options: Options | None = None,
) -> Forecast:
    """Sales of the next `horizon` periods with intervals, for the whole and every node of `by`.

    `sales`: period, *by, amount, whole, as from `data.sales(every, by)`. Periods that are not whole are not learnt
    from;
    the running one is forecast whole and never below what it holds.
    """
    calendar, options = calendar or Calendar(), options or Options()
    by = (by,) if isinstance(by, str) else tuple(by)
    _check(horizon, every, options)
    found = series(sales, by, horizon=horizon, every=every, calendar=calendar)
    shown, known, ahead = _calendar(found, calendar, every, options)
    moved = _influences(found, known, options)
    plain = Panel(found.learnt / (known * moved.factors if moved else known), found.season_length)
    prediction = predict(plain, horizon, _effort(found, options))
    values = _Values.of(found, prediction, ahead, options)
    values = values.moved(moved, found, options) if moved and moved.used else values
    proof = evidence(prediction, len(found.values))
    made = _result(found, values, proof, shown, (every, by, options))
    said = (*made.findings, *_own_models(prediction, proof, options))
    return replace(made, influences=moved, findings=said, decisions=doubts(made, calendar))


def _check(horizon: int, every: str, options: Options) -> None:
    problems = []
    if horizon < 1:
        problems.append(f"horizon is {horizon}; it must be 1 or more")
    if every not in PER_YEAR or every == "year":
        problems.append(f"every is '{every}'; choose week, month or quarter")
    if options.method not in METHODS:
        problems.append(f"method '{options.method}' is not known; choose one of {', '.join(METHODS)}")
    if problems:
        raise ParameterError("forecast", problems)


def _effort(found: Series, options: Options) -> Effort:
    effort = CHEAPER if len(found.values) > MANY else Effort()
    return replace(effort, models=options.models)


def _calendar(found: Series, calendar: Calendar, every: Every, options: Options) -> tuple[Effects, Array, Array]:
    """The calendar's effects on the whole, and what they make of each past and coming period (factors)."""
    count = len(found.periods)
    none = Effects(pd.Series(dtype=float)), np.ones(count), np.ones(len(found.future))
    total = found.values[0] if found.structure.aggregates else found.values.sum(axis=0)
    if not (options.calendar_effects and calendar.settings.country) or count < 4 * found.season_length:
        return none
    table = regressors(pd.DatetimeIndex([*found.periods, *found.future]), calendar, every)
    shown = effects(total, table.iloc[:count], found.season_length)
    factors = shown.factors(table)
    return shown, factors[:count], factors[count:]


def _influences(found: Series, known: Array, options: Options) -> Influences | None:
    if options.variables is None:
        return None
    whole = found.learnt[0] if found.structure.aggregates else found.learnt.sum(axis=0)
    return influences(whole / known, options.variables.reindex(found.periods), found.season_length)


@dataclass(frozen=True)
class _Values:
    """Coherent numbers in the structure's order: points (nodes, horizon), bounds (4, nodes, horizon), paths."""

    base: Array
    mean: Array
    bounds: Array
    paths: Array

    @classmethod
    def of(cls, found: Series, prediction: Prediction, ahead: Array, options: Options) -> "_Values":
        nodes, horizon = prediction.forecast.shape
        count = max(min(options.paths, PATH_VALUES // (nodes * horizon)), 50)
        paths = prediction.paths(count, seed=options.seed)
        quantiles = np.stack([prediction.quantile(p) for p in (0.025, 0.1, 0.9, 0.975)])
        mean, moved = (
            _coherent(found, prediction, options.method),
            _coherent_paths(found, prediction, paths, options.method),
        )
        low = np.nan_to_num(found.values).min(axis=1) < 0
        mean, moved = (non_negative(x, found.structure, low) for x in (mean, moved))
        wider = _ratio(moved, paths)
        bounds = mean + (quantiles - prediction.forecast) * wider
        bounds = np.where(low[:, None], bounds, np.maximum(bounds, 0))
        mean, bounds, moved = (_at_least(x * ahead, found) for x in (mean, bounds, moved))
        return cls(
            prediction.forecast * ahead, found.structure.add_up(mean[found.structure.aggregates :]), bounds, moved
        )

    def moved(self, by: Influences, found: Series, options: Options) -> "_Values":
        """With what the variables should do to every node alike, and how unsure that is."""
        point, paths = by.ahead(len(found.future), found.season_length, len(self.paths), options.seed)
        spread = _SCORES[:, None, None] * (paths / point).std(axis=0)
        apart = self.bounds - self.mean
        apart = np.sign(_SCORES)[:, None, None] * np.hypot(apart, spread * self.mean)
        bounds = np.where(np.nan_to_num(found.values).min(axis=1)[:, None] < 0, -np.inf, 0.0)
        bounds = np.maximum((self.mean + apart) * point, bounds)
        mean, bounds, moved = (_at_least(x, found) for x in (self.mean * point, bounds, self.paths * paths[:, None, :]))
        return _Values(self.base * point, found.structure.add_up(mean[found.structure.aggregates :]), bounds, moved)


def _coherent(found: Series, prediction: Prediction, method: Method) -> Array:
    return reconcile(
        prediction.forecast, found.structure, method, deviation=prediction.deviation, residual=prediction.residual
    )


def _coherent_paths(found: Series, prediction: Prediction, paths: Array, method: Method) -> Array:
    moved = reconcile(paths, found.structure, method, deviation=prediction.deviation, residual=prediction.residual)
    return no_narrower(moved, paths)


def _ratio(moved: Array, paths: Array) -> Array:
    """How much wider reconciling makes each node's paths, as a column; 1 where it does not.

    Never less: that parts support each other is known from their correlations alone, and backtests did not bear it out.
    """
    spread, before = (np.abs(x - np.median(x, axis=0)).mean(axis=(0, 2)) for x in (moved, paths))
    return np.clip(np.where(before > 0, spread / np.where(before > 0, before, 1), 1.0), 1.0, hierarchy.MOST_WIDER)[
        :, None
    ]


def _at_least(values: Array, found: Series) -> Array:
    """The running period is not below what it holds, where sales cannot be negative."""
    so_far = np.where(np.nan_to_num(found.values).min(axis=1) < 0, -np.inf, found.partial)
    first = np.fmax(values[..., :1], so_far[:, None])
    return np.concatenate([first, values[..., 1:]], axis=-1)


def _result(found: Series, values: _Values, proof: Evidence, shown: Effects, how: tuple[Any, ...]) -> Forecast:
    every, by, options = how
    labels = _labels(found)
    lo_95, lo_80, hi_80, hi_95 = values.bounds
    nodes = _nodes(found, values, proof, by).set_axis(labels)
    columns = dict(zip(COLUMNS, (values.mean, lo_80, hi_80, lo_95, hi_95), strict=True))
    index = pd.MultiIndex.from_product([labels, found.future], names=["node", "period"])
    ordered = {
        name: (np.minimum if name.startswith("lo") else np.maximum)(c, values.mean).ravel()
        for name, c in columns.items()
    }
    table = pd.DataFrame(ordered, index=index)
    return Forecast(
        every=every,
        method=options.method,
        table=table,
        nodes=nodes,
        paths=values.paths,
        history=pd.DataFrame(found.values.T, index=found.periods, columns=labels),
        backtest=proof.by_model,
        by_horizon=proof.by_horizon,
        base=pd.Series(values.base.ravel(), index=index, name="base"),
        structure=found.structure,
        calendar_effects=shown.slopes,
        findings=tuple(_findings(found, values, proof, shown, nodes, every)),
    )


def _labels(found: Series) -> pd.Index:
    labels = found.structure.labels
    twice = labels.duplicated(keep=False)
    level = found.structure.nodes["level"].astype(str)
    return pd.Index([f"{a} ({b})" if t else a for a, b, t in zip(labels, level, twice, strict=True)], name="node")


def _nodes(found: Series, values: _Values, proof: Evidence, by: tuple[str, ...]) -> pd.DataFrame:
    panel = found.panel
    _, lo_80, hi_80, _ = values.bounds
    why = reasons(panel, proof.by_node, lo_80, hi_80, values.mean, found.unknown)
    table = found.structure.nodes[["level", *by]].copy()
    table["amount"] = values.mean.sum(axis=1)
    for column in ("mase", "mase_naive"):
        table[column] = proof.by_node[column].to_numpy() if column in proof.by_node else np.nan
    table["forecastability"] = forecastability(panel)
    table["reasons"] = pd.Series(why, index=table.index, dtype=object)
    return table


def _findings(
    found: Series, values: _Values, proof: Evidence, shown: Effects, nodes: pd.DataFrame, every: Every
) -> list[Finding]:
    facts = [*_amounts(found, values, every), *_proofs(found, proof), *_effects(shown)]
    bottom = nodes.iloc[found.structure.aggregates :]
    if len(nodes) > 1:
        new = bottom[[("short" in r) for r in bottom["reasons"]]]
        over = bottom[[("discontinued" in r) for r in bottom["reasons"]]]
        facts += [fact("forecast.new", nodes=len(new), amount=new["amount"].sum())] if len(new) else []
        facts += [fact("forecast.discontinued", nodes=len(over), node=over.index[0])] if len(over) else []
    for row, at in found.unusual[:MOST_UNUSUAL]:
        node = str(nodes.index[row])
        amount, used = found.values[row, at], found.learnt[row, at]
        told: dict[str, Any] = {"node": node, "period": found.periods[at], "amount": amount, "used": used}
        facts.append(fact("forecast.unusual", weight=amount, about=node, **told))
    unknown = found.unknown[found.structure.aggregates :]
    if unknown.any():
        facts.append(fact("forecast.filled", nodes=int((unknown > 0).sum()), periods=int(unknown.max())))
    return facts


def _amounts(found: Series, values: _Values, every: Every) -> list[Finding]:
    mean = values.mean[0] if found.structure.aggregates else values.mean.sum(axis=0)
    paths = values.paths[:, 0] if found.structure.aggregates else values.paths.sum(axis=1)
    past = found.values[0] if found.structure.aggregates else np.nansum(found.values, axis=0)
    total, horizon, season = interval_of_sum(float(mean.sum()), paths), len(mean), found.season_length
    bounds: dict[str, Any] = {name: float(total[name]) for name in COLUMNS[1:]}
    facts = [fact("forecast.total", weight=mean.sum(), amount=mean.sum(), **bounds, every=every, periods=horizon,
                  first=found.future[0], last=found.future[-1])]  # fmt: skip
    if horizon <= season <= len(past):
        before = past[len(past) - season :][:horizon].sum()
        change = mean.sum() - before
        rate = change / before if before > 0 else None
        facts.append(fact("forecast.growth", weight=change, amount=mean.sum(), amount_before=before, rate=rate,
                          direction=direction(change), periods=horizon))  # fmt: skip
    facts.append(fact("forecast.best", period=found.future[int(mean.argmax())], amount=mean.max()))
    running = found.partial[0] if found.structure.aggregates else np.nansum(found.partial)
    if not np.isnan(found.partial).all():
        facts.append(fact("forecast.partial", period=found.future[0], amount=running))
    return facts


def _proofs(found: Series, proof: Evidence) -> list[Finding]:
    if proof.by_model.empty:
        return [fact("forecast.untested", have=len(found.periods), need=3 * found.season_length)]
    ours, naive = (proof.by_model.loc[name].to_dict() for name in (OURS, NAIVE))
    folds = int(ours["folds"])
    gain = 1 - ours["mase"] / naive["mase"] if naive["mase"] > 0 else None
    accuracy = {name: ours[name] for name in ("mase", "wape")} | {
        f"{name}_naive": naive[name] for name in ("mase", "wape")
    }
    if found.structure.aggregates or len(found.values) == 1:  # else there is no series of the whole
        accuracy |= {f"whole_{name}": proof.by_node[name].iloc[0] for name in ("wape", "wape_naive")}
    facts = [fact("forecast.accuracy", **accuracy, gain=gain, folds=folds, series=int(ours["series"]))]
    facts.append(
        fact("forecast.coverage", coverage_80=ours["coverage_80"], coverage_95=ours["coverage_95"], folds=folds)
    )
    if proof.by_model["mase"].fillna(np.inf).idxmin() == NAIVE:
        facts.append(fact("forecast.naive_wins", mase=ours["mase"], mase_naive=naive["mase"], folds=folds))
    return facts


def _own_models(prediction: Prediction, proof: Evidence, options: Options) -> list[Finding]:
    """Of each model of an analyst's: the weight that it won, or on how many series it failed."""
    facts, series = [], len(prediction.forecast)
    for name in (model.name for model in options.models):
        failed = sum(int(np.isnan(g.members.own[name]).any(axis=(1, 2)).sum()) for g in prediction.groups)
        weight = sum(g.combination.own.get(name, 0.0) * len(g.rows) for g in prediction.groups) / series
        if failed:
            facts.append(fact("forecast.own_failed", name=name, failed=failed, series=series))
        if name in proof.by_model.index:
            mase = {"mase": proof.by_model["mase"][name], "mase_ours": proof.by_model["mase"][OURS]}
            facts.append(fact("forecast.own_model", name=name, weight_won=weight, **mase))
    return facts


def _effects(shown: Effects) -> list[Finding]:
    slopes, facts = shown.slopes, []
    windows = [slopes.get(name) for name in ("festival_before", "festival", "festival_after")]
    if any(w is not None for w in windows):
        told: dict[str, Any] = dict(zip(("before", "during", "after"), windows, strict=True))
        facts.append(fact("forecast.festival", **told))
    if "working_days" in slopes:
        facts.append(fact("forecast.working_days", effect=slopes["working_days"]))
    return facts

"""Points and a predictive distribution for all series of a panel: members, combination and spread by kind of series."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.analytics.forecast import combination, spread
from workbench.analytics.forecast.combination import Combination, Effort, Fold, Origin, origins
from workbench.analytics.forecast.members import Members, members_each
from workbench.analytics.forecast.models import Model, Pool
from workbench.analytics.forecast.panel import KINDS, Array, Panel
from workbench.analytics.forecast.spread import Spread

WEEKS = 6 * 52  # weekly histories are cut to six years: older seasons cost time and add nothing
USUAL = Effort()
FEW = 50  # series: what so few have in common takes more folds to tell
RECENT = 4  # folds that the spread is learnt from: older ones had shorter histories, so larger errors


@dataclass(frozen=True)
class Group:
    """Series of one kind, with what was learnt from them."""

    rows: np.ndarray
    panel: Panel
    members: Members
    folds: tuple[Fold, ...]
    combination: Combination
    spread: Spread
    forecast: Array
    expected: Array
    plain: Array  # the forecast without an analyst's own models
    own: Pool

    def quantile(self, probability: float) -> Array:
        return self.own.quantile(lambda p: self.spread.at(self.panel, self.plain, self.expected, p), probability)

    def paths(self, noise: Array, seed: int) -> Array:
        return self.own.draw(self.spread.value(self.panel, self.plain, self.expected, noise), seed)


@dataclass(frozen=True)
class Prediction:
    """`forecast`: (series, horizon); `residual`: (series, time) in-sample one-step errors; `deviation`: (series,
    horizon)
    expected absolute error in the data's unit."""

    forecast: Array
    residual: Array
    deviation: Array
    groups: tuple[Group, ...]

    def quantile(self, probability: float) -> Array:
        """(series, horizon) quantiles, in the data's unit."""
        return self._by_group(lambda g: g.quantile(probability)[None])[0]

    def interval(self, level: float) -> tuple[Array, Array]:
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)

    def paths(self, count: int, *, seed: int = 0, shared: float = 0.5) -> Array:
        """(paths, series, horizon) joint sample paths: over the horizon by what backtests show, over the series by
        their
        in-sample errors' correlation, shrunk (`shared` is how much of it is kept)."""
        noise = self._noise(count, np.random.default_rng(seed), shared)
        return self._by_group(lambda g: g.paths(noise[:, g.rows], seed))

    def _noise(self, count: int, rng: np.random.Generator, shared: float) -> Array:
        factors = standardized(self.residual)
        series, horizon = self.forecast.shape
        common = np.einsum(
            "st,pth->psh", factors, rng.standard_normal((count, factors.shape[1], horizon)), optimize=True
        )
        own = rng.standard_normal((count, series, horizon))
        has = (factors**2).sum(axis=1)[None, :, None]
        noise = np.sqrt(shared) * common + np.sqrt(1 - shared * has) * own
        for group in self.groups:
            lasting = group.spread.persistence(group.panel, group.members)
            for share in np.unique(lasting):
                joint = share * spread.walk(horizon) + (1 - share) * np.eye(horizon)
                rows = group.rows[lasting == share]
                noise[:, rows] = noise[:, rows] @ np.linalg.cholesky(joint).T
        return noise

    def _by_group(self, make: Callable[[Group], Array]) -> Array:
        parts = [(group, make(group)) for group in self.groups]
        whole = np.zeros((len(parts[0][1]), *self.forecast.shape))
        for group, part in parts:
            whole[:, group.rows] = part
        return whole


def predict(panel: Panel, horizon: int, effort: Effort = USUAL) -> Prediction:
    """The forecast of every series of the panel, each of which has at least one value.

    What the panel has in common is learnt from at most `effort.folds` backtest folds (twice as many for few series) of
    at most `effort.sample` series each.
    """
    return predict_each([panel], horizon, effort)[0]


def predict_each(panels: Sequence[Panel], horizon: int, effort: Effort = USUAL) -> list[Prediction]:
    """`predict` of several panels of one season length, which is quicker together: nothing is learnt between them."""
    cut = [Panel(p.values[:, -WEEKS:], p.season_length) if p.season_length == 52 else p for p in panels]
    asked = [_asked(panel, horizon, effort) for panel in cut]
    made = _made([one for many in asked for one in many], horizon, effort.models)
    return [_together(panel, [made.pop(0) for _ in many], horizon) for panel, many in zip(cut, asked, strict=True)]


def _together(panel: Panel, groups: Sequence[Group], horizon: int) -> Prediction:
    shape = (len(panel.values), horizon)
    forecast, deviation, residual = np.zeros(shape), np.zeros(shape), np.full(panel.values.shape, np.nan)
    for g in groups:
        forecast[g.rows] = g.forecast
        deviation[g.rows] = (
            g.expected * np.maximum(g.forecast, spread.FLOOR * g.panel.level) if g.spread.logs else g.expected
        )
        residual[g.rows, -g.members.residual.shape[1] :] = g.members.residual
    return Prediction(forecast, residual, deviation, tuple(groups))


@dataclass(frozen=True)
class _Asked:
    """Series of one kind whose members are to be found, now and at each origin of their backtest."""

    kind: int
    rows: np.ndarray
    panel: Panel
    origins: list[Origin]

    @property
    def panels(self) -> list[Panel]:
        return [self.panel, *(origin.panel for origin in self.origins)]


def _asked(panel: Panel, horizon: int, effort: Effort) -> list[_Asked]:
    effort = effort if len(panel.values) > FEW else replace(effort, folds=2 * effort.folds)
    kinds = panel.kinds()
    rows = {k: np.flatnonzero(kinds == k) for k in range(len(KINDS)) if (kinds == k).any()}
    parts = {k: panel.rows(which) for k, which in rows.items()}
    return [_Asked(k, rows[k], part, origins(part, horizon, effort)) for k, part in parts.items()]


def _made(asked: Sequence[_Asked], horizon: int, models: Sequence[Model]) -> list[Group]:
    """The groups in the order in which they are asked for; all series of a kind go through time together."""
    found: dict[int, Group] = {}
    for kind in {one.kind for one in asked}:
        alike = [(n, one) for n, one in enumerate(asked) if one.kind == kind]
        each = iter(members_each([panel for _, one in alike for panel in one.panels], horizon, kind, models))
        for n, one in alike:
            found[n] = _group(one, [next(each) for _ in one.panels], horizon)
    return [found[n] for n in range(len(asked))]


def _group(asked: _Asked, each: Sequence[Members], horizon: int) -> Group:
    kind, part = asked.kind, asked.panel
    found, *then = each
    tried = tuple(Fold(**vars(o), members=m) for o, m in zip(asked.origins, then, strict=True))
    mix = combination.learn(tried, found.base, edge(kind))
    shape = spread.learn(tried[:RECENT], mix, horizon, kind)
    low = 0.0 if kind < 2 else -np.inf
    plain, forecast = (np.maximum(make(part, found), low) for make in (mix.plain, mix.forecast))
    own = Pool.of(mix.own, found.own)
    return Group(asked.rows, part, found, tried, mix, shape, forecast, shape.expected(part, found, plain), plain, own)


def edge(kind: int) -> float:
    """Up to where the combination squares errors: hardly for positive series, else for all but the far ones."""
    return 0.1 if kind == 0 else 8.0


def standardized(residual: Array) -> Array:
    """Rows of unit length: in-sample errors over their size, 0 where unknown; a row's products are correlations."""
    known = np.where(np.isnan(residual), 0.0, residual)
    limit = 4 * np.sqrt((known**2).mean(axis=1, keepdims=True))
    known = np.clip(known, -limit, limit)
    size = np.sqrt((known**2).sum(axis=1, keepdims=True))
    return known / np.where(size > 0, size, 1)

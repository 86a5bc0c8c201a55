"""The funnel of the last years again: which of its rates changed, and which only wavered."""

import numpy as np
import pandas as pd

from workbench.analytics.frames import unknown
from workbench.analytics.funnel.deals import FEWEST, SETTLED, holm, judged, p_same, too_few
from workbench.analytics.funnel.results import Replay
from workbench.analytics.funnel.steps import placed, stepped_by
from workbench.analytics.keys import fact
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.periods import Calendar
from workbench.settings import Stages

WON = "won"  # the whole funnel, from creation to won
UNLIKELY = 0.05


def replay(
    opportunities: pd.DataFrame | None,
    stage_history: pd.DataFrame | None,
    stages: Stages,
    *,
    calendar: Calendar | None = None,
) -> Replay | Unknown:
    """The rate of each step by fiscal year of creation, and whether the years differ by more than chance.

    One chi-square test of homogeneity a step, adjusted for their number (Holm 1979). Years of which under 90 % of the
    deals are closed are shown and not tested: their slow deals are missing. Without stage history only the win rate.
    """
    known = judged("replay", opportunities, stages, ("created",))
    if isinstance(known, Unknown):
        return known
    deals = known[known["created"].notna()].assign(reached=np.nan)
    if stage_history is not None and len(stage_history) and len(stages.order) > 1:
        deals, _ = placed(deals, stage_history, stages)
    if problem := too_few("replay", int((~deals["open"]).sum())):
        return problem
    calendar = calendar or Calendar()
    starts = calendar.start(deals["created"], "year")
    year = starts.map({start: calendar.fiscal_year(start) for start in starts.unique()}).rename(None)
    passed, cases = _steps(deals, year, stages)
    settled = (1 - deals["open"].groupby(year).mean()).rename("settled").rename_axis("year")
    closed: pd.Series = cases.T[WON].reindex(settled.index)
    tested = settled.index[(settled >= SETTLED) & (closed >= FEWEST)]
    if len(tested) < 2:
        return unknown("replay", "funnel.unknown_years", have=len(tested), need=2)
    tests = _tests(passed[tested], cases[tested])
    rates = (passed / cases).where(cases >= FEWEST)
    result = Replay(rates=rates, cases=cases, settled=settled, tests=tests)
    return Replay(**{**vars(result), "findings": tuple(_findings(result, list(tested)))})


def _steps(deals: pd.DataFrame, year: pd.Series, stages: Stages) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Passed and settled cases of each step, and of the whole funnel, by year."""
    ended = (~deals["open"]).groupby(year).sum()
    passed, cases = deals["won"].groupby(year).sum().to_frame(WON).T, ended.to_frame(WON).T
    if deals["reached"].isna().all():
        return passed, cases
    table = stepped_by(deals, stages, year, ended.index)
    steps = (table[c].unstack(0).reindex(stages.order) for c in ("passed", "lost"))
    on, lost = steps
    return pd.concat([on, passed]), pd.concat([on + lost, cases])


def _tests(passed: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    p = pd.Series({step: p_same(passed.loc[step], cases.loc[step]) for step in passed.index})
    pooled, last = passed.sum(axis=1) / cases.sum(axis=1), passed.iloc[:, -1] / cases.iloc[:, -1]
    tests = pd.DataFrame({"pooled": pooled, "last_year": last, "p": p, "p_adjusted": holm(p)}).rename_axis("step")
    change = tests["p_adjusted"] < UNLIKELY
    return tests.assign(change=change, use=last.where(change, pooled))


def _findings(result: Replay, tested: list[int]) -> list[Finding]:
    tests, rates = result.tests, result.rates
    changed = tests[tests["change"]].sort_values("p_adjusted")
    years = {"first_year": tested[0], "last_year": tested[-1]}
    whole = tests.loc[WON]
    found = [
        fact(
            "funnel.replay",
            steps=len(tests),
            changed=len(changed),
            years=len(tested),
            **years,
            pooled=whole["pooled"],
            last=whole["last_year"],
            whole_changed=bool(whole["change"]),
            use=whole["use"],
        )
    ]
    for step in changed.index[changed.index != WON][:2]:
        first, last = rates.loc[step, tested[0]], rates.loc[step, tested[-1]]
        found.append(
            fact(
                "funnel.replay_change",
                about=step,
                stage=step,
                first=first,
                last=last,
                change=last - first,
                **years,
                p_adjusted=tests.at[step, "p_adjusted"],
            )
        )
    late = [int(y) for y in result.settled.index if y not in tested and result.settled[y] < SETTLED]
    if late:
        found.append(fact("funnel.replay_open", year=late[-1], settled=result.settled[late[-1]]))
    return found

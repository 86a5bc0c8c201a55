"""Alerts: a planted drop is found where and when it was, calm series stay calm, rules do what the settings say."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from workbench.analytics.results import Unknown
from workbench.analytics.tracking import Alerts, Board, alerts, board
from workbench.errors import SettingsError
from workbench.periods import Calendar
from workbench.settings.tracking import AlertRule, TrackingSettings

CALENDAR = Calendar()
WEEKS = pd.date_range("2023-01-02", periods=150, freq="W-MON")
DROP = WEEKS[130]
REGIONS = ("East", "South", "West")


def made(every: str, by: str, *, drop: float = 0.4, weeks: int = 150, seed: int = 11) -> pd.DataFrame:
    """Weekly deals of three regions; from week 131 on the win rate of East is less by `drop`."""
    rng = np.random.default_rng(seed)
    parts = []
    for region in REGIONS:
        share = np.where((np.arange(150) >= 130) & (region == "East"), 0.35 * (1 - drop), 0.35)
        closed = rng.poisson(14, 150)
        won = rng.binomial(closed, share)
        sales = 1e6 * np.exp(0.3 * np.sin(np.arange(150) * 2 * np.pi / 52.18) + rng.normal(0, 0.2, 150))
        rows = {"period": WEEKS, "node": region, "whole": True, "won": won, "closed": closed, "amount": sales,
                "won_amount": won * 5e4}  # fmt: skip
        parts.append(pd.DataFrame(rows))
    frame = pd.concat(parts, ignore_index=True).groupby("node").head(weeks)
    if not by:
        frame = frame.groupby("period", as_index=False).sum(numeric_only=True).assign(node="", whole=True)
    return frame


def told(*rules: AlertRule, sums: Callable[..., pd.DataFrame] = made, **more: Any) -> Alerts:
    found = alerts(TrackingSettings(rules=rules), sums, CALENDAR, **more)
    assert isinstance(found, Alerts)
    return found


BY_REGION = AlertRule(on="win_rate", by="region", owner="Li", action="go along to the next talks")
COURSE = SimpleNamespace(
    table=pd.DataFrame(
        {"level": ["", "region", "region"], "target": [100.0, 60.0, 40.0], "booked": [52.0, 36.0, 16.0],
         "attainment": [0.52, 0.6, 0.4], "due": [50.0, 30.0, 20.0], "ahead": [2.0, 6.0, -4.0],
         "expected": [98.0, 66.0, 32.0], "chance": [0.45, 0.8, 0.1]},
        index=["", "East", "South"],
    ),
    path=pd.DataFrame({"booked": [20.0, 49.9, 50.0, 52.0]}, index=pd.date_range("2026-07-01", periods=4)),
    done=0.5,
    goals=SimpleNamespace(nodes=pd.DataFrame({"level": ["region"], "owner": ["Wang"]}, index=["South"])),
)  # fmt: skip


@pytest.fixture(scope="module")
def dropped() -> Alerts:
    return told(BY_REGION)


def test_a_planted_drop_is_found_in_its_region_and_about_when_it_began(dropped: Alerts) -> None:
    found = dropped

    assert found.table["node"].tolist() == ["East"]
    row = found.table.iloc[0]
    assert DROP - pd.Timedelta(weeks=4) <= row["began"] <= DROP + pd.Timedelta(weeks=4)
    assert DROP <= row["since"] <= WEEKS[-1]
    assert row["value"] < 0.27 < 0.3 < row["expected"]
    assert row["money"] > 0


def test_a_decision_names_who_acts_and_how(dropped: Alerts) -> None:
    decision = dropped.decisions[0]

    assert decision.values["owner"] == "Li"
    assert decision.values["action"] == "go along to the next talks"
    assert decision.subject == "East"


def test_nothing_off_is_said_with_how_often_rules_err() -> None:
    calm = told(BY_REGION, sums=lambda e, b: made(e, b, drop=0.0, seed=6))

    assert calm.table.empty
    assert calm.findings[0].key == "tracking.alerts.clear"
    assert calm.findings[0].values["a_year"] == pytest.approx(52.18 / 104)


def test_a_rule_errs_as_seldom_over_all_its_parts_as_it_declares(dropped: Alerts) -> None:
    parts, whole = dropped, told(replace_rule(BY_REGION, by=""))
    row = parts.rules.table.iloc[0]

    assert row["charts"] == 3
    assert [c.rates.declared for c in parts.charts] == [312.0] * 3  # three parts share one false alarm in 104 weeks
    assert row["simulated"] == pytest.approx(104, rel=0.1)
    assert whole.rules.table["simulated"].iloc[0] == pytest.approx(104, rel=0.1)


def replace_rule(rule: AlertRule, **changed: Any) -> AlertRule:
    return rule.model_copy(update=changed)


def test_a_chart_of_single_weeks_gives_way_to_sums_where_it_cannot_keep_its_word() -> None:
    found = told(replace_rule(BY_REGION, kind="shewhart"), sums=lambda e, b: _few(made(e, b)))

    assert {c.kind for c in found.charts} == {"cusum"}
    assert any(f.key == "tracking.alerts.changed" for f in found.rules.findings)


def _few(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(closed=4, won=frame["won"].clip(upper=9) % 3)


def test_a_threshold_alarms_when_it_is_crossed_and_its_false_alarms_are_reckoned() -> None:
    found = told(AlertRule(on="win_rate", by="region", threshold=0.25, over=8))

    assert found.table["node"].tolist() == ["East"]
    assert found.table["limit"].iloc[0] == 0.25
    assert np.isnan(found.rules.table["once"].iloc[0])
    assert found.rules.table["simulated"].iloc[0] > 20


def test_pace_and_landing_are_read_from_where_the_period_will_end() -> None:
    rules = (AlertRule(on="pace", by="region", threshold=-0.1), AlertRule(on="landing", by="region", threshold=0.3))
    found = told(*rules, course=COURSE)

    assert sorted(found.table["on"]) == ["landing", "pace"]
    assert set(found.table["node"]) == {"South"}
    assert found.table.set_index("on")["value"]["pace"] == pytest.approx(-0.2)
    assert found.table["owner"].tolist() == ["Wang", "Wang"]  # who answers for the target
    assert found.table["money"].tolist() == [8.0, 8.0]
    assert found.decisions == ()  # no rule says who acts: that the part is at risk is the course's own decision
    named = tuple(rule.model_copy(update={"owner": "Li"}) for rule in rules)
    assert [d.values["owner"] for d in told(*named, course=COURSE).decisions] == ["Li"]  # behind, not landing: one


def test_a_chance_below_the_rule_but_not_so_low_that_the_course_asks_is_a_decision() -> None:
    """South has 10 %: the course asks already. East at 25 % is below the rule only: the alert asks."""
    table = COURSE.table.assign(chance=[0.45, 0.25, 0.1])
    near = SimpleNamespace(**{**vars(COURSE), "table": table})
    found = told(AlertRule(on="landing", by="region", threshold=0.3), course=near)

    assert found.table["node"].tolist() == ["South", "East"]
    assert [(d.subject, d.values["level"], d.values["owner"]) for d in found.decisions] == [("East", "region", None)]


def test_without_rules_those_that_suit_most_companies_watch_what_there_is() -> None:
    found = alerts(TrackingSettings(), made, CALENDAR, tops=("region",))

    assert isinstance(found, Alerts)
    watched = set(zip(found.rules.table["on"], found.rules.table["level"], strict=True))
    assert {("sales", ""), ("win_rate", ""), ("sales", "region"), ("win_rate", "region")} <= watched
    assert not any(f.key == "tracking.alerts.lacking" for f in found.findings)  # nobody asked for leads


def test_a_rule_on_what_the_data_lack_is_told() -> None:
    found = told(BY_REGION, AlertRule(on="leads"))

    assert [f.values["on"] for f in found.findings if f.key == "tracking.alerts.lacking"] == ["leads"]


def test_rules_on_unknown_kpis_are_all_named_with_what_was_meant() -> None:
    with pytest.raises(SettingsError) as error:
        told(AlertRule(on="win_rat"), AlertRule(on="luck"))

    assert "did you mean 'win_rate'?" in error.value.problems[0]
    assert "there is no KPI 'luck'" in error.value.problems[1]


def test_a_rule_on_an_unknown_level_is_refused_in_the_settings(tmp_path: Any) -> None:
    (tmp_path / "o.csv").write_text("date,amount\n2026-01-01,1\n")
    file = tmp_path / "workbench.toml"
    file.write_text('[company]\nname = "A"\ncurrency = "EUR"\n[sources.orders]\nfiles = ["o.csv"]\n'
                    '[[tracking.rules]]\non = "sales"\nby = "planet"\n')  # fmt: skip

    with pytest.raises(SettingsError, match=r"tracking\.rules names planet"):
        wb.Run.start(str(file), as_of="2026-01-31")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"on": "win_rate", "threshold": 0.2, "false_alarms": 52}, "leave out its false_alarms"),
        ({"on": "pace"}, "needs a threshold, as threshold = -0.1"),
        ({"on": "landing", "threshold": 3}, "between 0 and 1"),
        ({"on": "sales", "over": 4}, "needs a threshold"),
        ({"on": " "}, "needs what it is on"),
        ({"on": "pace", "threshold": -0.1, "every": "week"}, "leave out every"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(written: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AlertRule.model_validate(written)


def test_a_past_too_short_to_know_the_usual_says_so() -> None:
    found = alerts(TrackingSettings(rules=(BY_REGION,)), lambda e, b: made(e, b, weeks=50), CALENDAR)

    assert isinstance(found, Unknown)
    assert found.section == "alerts"


def test_the_order_of_the_rows_does_not_matter(dropped: Alerts) -> None:
    mixed = told(BY_REGION, sums=lambda e, b: made(e, b).sample(frac=1, random_state=1))

    pd.testing.assert_frame_equal(mixed.table, dropped.table)


def test_money_in_another_unit_changes_no_alarm() -> None:
    rule = AlertRule(on="sales", by="region")
    one, other = told(rule), told(rule, sums=lambda e, b: made(e, b).eval("amount = amount * 7.1"))

    assert [c.standing for c in one.charts] == [c.standing for c in other.charts]
    assert [c.pressure for c in one.charts] == pytest.approx([c.pressure for c in other.charts], abs=1e-6)


def test_half_of_the_target_is_reached_on_the_day_it_was() -> None:
    # TV16: the flag is true from attainment 0.5 on
    found = board(COURSE, (0.5, 0.8))

    assert isinstance(found, Board)
    assert found.days[0.5] == pd.Timestamp("2026-07-03")
    assert pd.isna(found.days[0.8])
    assert found.table["reached"].fillna(0).tolist() == [0.5, 0.5, 0.0]
    assert found.table["to_next"].tolist() == pytest.approx([28.0, 12.0, 4.0])
    assert isinstance(board(None), Unknown)


@pytest.fixture(scope="module", params=["2025-02-28", "2026-03-15"])
def demo(request: pytest.FixtureRequest) -> Alerts:
    run = wb.Run.start("data/demo/workbench.toml", as_of=request.param)
    data = wb.load(run)
    rules = (AlertRule(on="sales"), AlertRule(on="win_rate"))
    found = alerts(replace_rules(run.settings.tracking, rules), data.sums, run.calendar)
    assert isinstance(found, Alerts)
    return found


def replace_rules(settings: TrackingSettings, rules: tuple[AlertRule, ...]) -> TrackingSettings:
    return settings.model_copy(update={"rules": rules})


def test_spring_festival_raises_no_alarm(demo: Alerts) -> None:
    assert demo.table.empty  # sales of the festival's week are next to nothing; nothing was planted there
    chart = next(c for c in demo.charts if c.on == "sales")
    festival = chart.table["value"].tail(8).idxmin()
    assert chart.table["expected"][festival] < 0.8 * chart.table["expected"].median()


def test_rates_of_a_company_s_own_rules_hold(demo: Alerts) -> None:
    table = demo.rules.table

    assert (table["simulated"] / table["once"]).between(0.9, 1.1).all()
    assert table["delay"].between(1, 26).all()  # a fifth less is found within half a year


def test_a_threshold_in_money_or_counts_of_the_whole_company_does_not_warn_in_a_part() -> None:
    rules = (AlertRule(on="sales", threshold=1e6), AlertRule(on="win_rate", threshold=0.2), AlertRule(on="sales"),
             AlertRule(on="sales", by="region", threshold=1e5), AlertRule(on="pace", threshold=-0.1))  # fmt: skip
    whole = TrackingSettings(rules=rules)

    assert wb.tracking.within(whole, {}) is whole
    assert wb.tracking.within(whole, {"region": "East"}).rules == rules[1:]
    assert wb.tracking.within(whole, {"channel": "online"}).rules == (*rules[1:3], rules[4])

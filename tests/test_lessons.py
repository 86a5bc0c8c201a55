"""`workbench lessons …`, and the cycle twice around: what a review finds changes the next plan, and makes it better."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import workbench as wb
from workbench.errors import DataError, ParameterError, WorkbenchError
from workbench.ledger import store as ledger_store
from workbench.lessons import Approval, Lesson
from workbench.lessons import store as lesson_store
from workbench.lessons.cli import app
from workbench.run import Run

SETTINGS = """
[company]
name = "Acme"
currency = "USD"
[calendar]
fiscal_year_starts = 1
[sources.orders]
files = ["orders.csv"]
[dimensions]
place = ["region"]
[plan.keys]
history = 1.0
forecast = 0.0
season = [1, 1, 1, 1]
"""
YEAR = {"East": 1.3, "North": 0.85}  # a year: the split by last year's shares is late each time
COURSE = np.array([0.18, 0.22, 0.25, 0.35])  # of the quarters: the settings take them for equal
WHO = ("--author", "Ann", "--reason", "review of the year")
FORECAST = Lesson(
    "weights", "keys", {"history": 1.0, "forecast": 0.0}, {"history": 0.2, "forecast": 0.8}, evidence={"slope": 0.81}
)
RESERVE = Lesson("reserve", "means.reserve", 0.0, 0.03, evidence={"usual": 0.03}, money=1000.0)


def orders() -> pd.DataFrame:
    """Seven years of monthly orders with a little noise, of two regions that grow apart."""
    rng, months = np.random.default_rng(5), pd.date_range("2018-01-01", "2024-12-01", freq="MS")
    rows = []
    for region, growth in YEAR.items():
        level = 100_000 * growth ** (np.arange(len(months)) / 12)
        amount = level * np.tile(np.repeat(COURSE * 4, 3), 7) * np.exp(0.03 * rng.standard_normal(len(months)))
        rows += [{"order": f"{region[0]}{n}", "date": m, "amount": round(a, 2), "region": region}
                 for n, (m, a) in enumerate(zip(months + pd.Timedelta(days=14), amount, strict=True))]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The company's folder, in which the person stands."""
    (tmp_path / "workbench.toml").write_text(SETTINGS, "utf-8")
    orders().to_csv(tmp_path / "orders.csv", index=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBENCH_REPORTS", raising=False)
    today(monkeypatch, "2023-12-31")
    return tmp_path


def today(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    """The clock by which approvals are written."""
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    monkeypatch.setattr(ledger_store, "now", lambda: at)


def call(*arguments: str) -> str:
    """What a command prints; its error, where it fails."""
    done = CliRunner().invoke(app, list(arguments))
    if isinstance(done.exception, WorkbenchError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def run_at(day: str) -> Run:
    return Run.start("workbench.toml", as_of=day)


def split_of(day: str, *, taught: bool = True) -> pd.DataFrame:
    """The next year's plan, index region, columns months; as notebooks/plan.ipynb makes it."""
    run = run_at(day)
    data, plan = wb.load(run), run.settings.plan
    plan = wb.plan.learned(plan, wb.lessons.approved(run), data.compare_each()).plan if taught else plan
    period = wb.plan.period(run.calendar, run.as_of, plan.period)
    sales = data.sales("month", by="region")
    how: Any = {"every": "month", "calendar": run.calendar, "options": wb.forecast.Options(seed=7)}
    ahead = wb.forecast.ahead(sales, ("region",), until=period.last, **how)
    aims = wb.plan.triangulate(wb.plan.baseline(ahead, period, run.calendar), plan)
    handed = wb.plan.hand_out(aims, plan, run.calendar, sales=sales)
    assert isinstance(handed, wb.plan.Split)
    return handed.months


def came(year: int) -> pd.DataFrame:
    """What was sold, likewise."""
    known = orders().assign(month=lambda f: f["date"].dt.to_period("M").dt.to_timestamp())
    known = known[known["date"].dt.year == year]
    return known.pivot_table(index="region", columns="month", values="amount", aggfunc="sum")


def shares_off(planned: pd.DataFrame, actual: pd.DataFrame) -> float:
    """The share of the year that the plan put in the wrong region or month."""
    return float((planned / planned.to_numpy().sum() - actual / actual.to_numpy().sum()).abs().to_numpy().sum() / 2)


def proposals(day: str) -> dict[str, Lesson]:
    run = run_at(day)
    found = wb.review.lessons_from(wb.load(run), run, wb.lessons.approved(run))
    assert isinstance(found, wb.review.Lessons)
    return {one.id: one for one in found.lessons}


def test_the_cycle_twice_around_learns_from_the_first_round_and_plans_better(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set, execute, review, approve, set again (F6): the second plan differs as the lessons say, and is nearer."""
    first = split_of("2022-12-31")

    call("propose", "--as-of", "2023-12-31")
    call("approve", "lessons.toml", *WHO, "--effective", "2023-12-31")

    second, as_before = split_of("2023-12-31"), split_of("2023-12-31", taught=False)
    quarters = second.sum().to_numpy().reshape(4, 3).sum(axis=1) / second.to_numpy().sum()
    east, east_before = (f.loc["East"].to_numpy().sum() / f.to_numpy().sum() for f in (second, as_before))
    actual = came(2024).sum().to_numpy().reshape(4, 3).sum(axis=1) / came(2024).to_numpy().sum()
    assert quarters == pytest.approx(actual, abs=0.02)
    assert as_before.sum().to_numpy().reshape(4, 3).sum(axis=1) == pytest.approx(
        as_before.to_numpy().sum() / 4, rel=0.01
    )
    assert east > east_before + 0.02
    assert shares_off(second, came(2024)) < 0.5 * shares_off(as_before, came(2024))
    assert shares_off(second, came(2024)) < 0.5 * shares_off(first, came(2023))

    again = proposals("2024-12-31")
    assert not {"keys", "keys.season"} & set(again)


def proposed(*lessons: Lesson) -> None:
    """The file that a review of the company would have written."""
    about = {"company": "Acme", "scope": "", "as_of": "2023-12-31"}
    Path("lessons.toml").write_text(wb.lessons.text(about, lessons or [RESERVE, FORECAST]), "utf-8")


def test_a_report_of_an_earlier_day_does_not_see_what_was_approved_later(here: Path) -> None:
    proposed()
    call("approve", "lessons.toml", *WHO, "--effective", "2024-01-10")

    for day, seen in (("2023-12-30", False), ("2023-12-31", False), ("2024-01-09", False), ("2024-01-10", True)):
        assert bool(len(wb.lessons.approved(run_at(day)))) == seen
    settings = run_at("2024-01-10").settings
    assert wb.lessons.fingerprint(settings, date(2023, 12, 30)) != wb.lessons.fingerprint(settings, date(2024, 1, 10))


def test_a_report_made_again_is_the_same_after_an_approval(here: Path) -> None:
    before = split_of("2022-12-31")
    proposed()
    call("approve", "lessons.toml", *WHO, "--effective", "2022-01-01")  # in force before it was written

    pd.testing.assert_frame_equal(split_of("2022-12-31"), before)


def test_nothing_is_applied_that_no_person_approved(here: Path) -> None:
    proposed()

    assert len(wb.lessons.approved(run_at("2024-12-31"))) == 0
    assert not (here / "lessons").exists()


def test_a_person_may_change_what_is_proposed_and_the_proposal_stays_visible(here: Path) -> None:
    proposed()
    text = (here / "lessons.toml").read_text("utf-8")
    block = next(b for b in text.split("[[lesson]]") if 'setting = "keys"' in b)
    line = next(x for x in block.splitlines() if x.startswith("after"))
    (here / "lessons.toml").write_text(text.replace(line, "after = { history = 0.5, forecast = 0.5 }"), "utf-8")
    call("approve", "lessons.toml", *WHO, "--effective", "2023-12-31")

    (held,) = [t.lesson for t in wb.lessons.approved(run_at("2024-12-31")).lessons if t.lesson.setting == "keys"]
    assert held.after == {"history": 0.5, "forecast": 0.5}
    assert held.evidence["proposed"] != held.after


def test_show_names_every_lesson_its_author_and_what_became_of_it(here: Path) -> None:
    approve(here, RESERVE)
    (here / "workbench.toml").write_text(SETTINGS + "[plan.means]\nreserve = 0.1\n", "utf-8")

    told = call("show", "--as-of", "2024-01-01")
    assert "means.reserve" in told
    assert "changed" in told
    assert "Ann" in told


def test_what_is_taken_back_no_longer_counts_and_nothing_is_erased(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    approve(here, RESERVE)
    plan = run_at("2024-06-30").settings.plan
    assert wb.plan.learned(plan, wb.lessons.approved(run_at("2024-06-30"))).plan.means.reserve == 0.03
    monkeypatch.setattr("workbench.lessons.cli.date", _Today)

    call("withdraw", "means.reserve", "--author", "Bob", "--reason", "not this year", "--effective", "2024-03-01")

    assert wb.plan.learned(plan, wb.lessons.approved(run_at("2024-06-30"))).plan.means.reserve == 0.0
    assert wb.plan.learned(plan, wb.lessons.approved(run_at("2024-01-31"))).plan.means.reserve == 0.03
    assert [a.author for a in wb.lessons.approvals(here / "lessons")] == ["Ann", "Bob"]
    with pytest.raises(ParameterError, match=r"approved are: none"):
        call("withdraw", "means.reserve", "--author", "Bob", "--reason", "again")


class _Today(date):
    @classmethod
    def today(cls) -> "_Today":
        return cls(2024, 6, 30)


def approve(here: Path, *lessons: Lesson) -> Approval:
    made = Approval(0, ledger_store.now(), date(2023, 12, 31), "Ann", "reason", lessons)
    return lesson_store.approve(here / "lessons", made)


@pytest.mark.parametrize("without", ["--author", "--reason"])
def test_nothing_is_approved_without_a_person_and_a_reason(here: Path, without: str) -> None:
    (here / "lessons.toml").write_text("", "utf-8")
    given = [part for pair in zip(WHO[::2], WHO[1::2], strict=True) if pair[0] != without for part in pair]

    with pytest.raises(ParameterError, match=f"{without} is missing"):
        call("approve", "lessons.toml", *given)


def test_every_fault_in_the_file_is_named_at_once(here: Path) -> None:
    (here / "lessons.toml").write_text(
        '[[lesson]]\nkind = "magic"\nsetting = "x"\n[[lesson]]\nkind = "reserve"\nsetting = "means.reserve"\n'
        '[[lesson]]\nkind = "reserve"\nsetting = "means.reserve"\n', "utf-8"
    )  # fmt: skip

    with pytest.raises(DataError) as told:
        call("approve", "lessons.toml", *WHO)
    assert len(told.value.problems) == 3


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (Lesson("reserve", "means.reserve", 0.0, 7.0), "less than"),
        (Lesson("reserve", "pay.cap", None, 2.0), "no setting that lessons may change"),
        (Lesson("weights", "keys", {}, {"tilt": {}}), "no setting that lessons may change"),
        (Lesson("chances", "chances", {}, {"commit": 0.4}), "commit must be likelier"),
    ],
)
def test_a_value_that_the_settings_could_not_take_is_refused(here: Path, changed: Lesson, why: str) -> None:
    proposed(changed)

    with pytest.raises(ParameterError, match=why):
        call("approve", "lessons.toml", *WHO)
    assert not (here / "lessons").exists()


def test_proposals_of_another_company_are_refused(here: Path) -> None:
    about = {"company": "Other", "scope": "", "as_of": "2023-12-31"}
    (here / "lessons.toml").write_text(wb.lessons.text(about, [RESERVE]), "utf-8")

    with pytest.raises(ParameterError, match="another company"):
        call("approve", "lessons.toml", *WHO)


def test_a_file_says_what_it_was_written_from_whatever_names_hold(here: Path) -> None:
    odd = Lesson("tilt", "keys.tilt", 1.0, 1.05, {"region": 'a "b"\\ \n= 华东.x'}, {"rate": 0.05, "none": None}, 5e7)
    about = {"company": "Acme", "scope": "", "as_of": "2023-12-31"}
    (here / "x.toml").write_text(wb.lessons.text(about, [odd], {odd.id: "first line\nsecond"}), "utf-8")

    (read,) = wb.lessons.read(here / "x.toml").lessons
    assert (read.kind, read.setting, read.at, read.before, read.after, read.money) == (
        odd.kind, odd.setting, odd.at, 1.0, 1.05, 5e7,
    )  # fmt: skip
    assert read.evidence == {"rate": 0.05, "proposed": 1.05}


def test_an_approval_that_was_changed_or_removed_is_found_out(here: Path) -> None:
    for _ in range(3):
        approve(here, RESERVE)
    file = here / "lessons" / "a0002.json"
    text = file.read_text("utf-8")
    file.chmod(0o644)
    file.write_text(text.replace("0.03", "0.04"), "utf-8")
    with pytest.raises(DataError, match="changed after it was written"):
        wb.lessons.approved(run_at("2024-12-31"))

    file.unlink()
    with pytest.raises(DataError, match=r"a0002\.json' is missing"):
        wb.lessons.approved(run_at("2024-12-31"))


def test_the_proposals_of_a_report_are_those_that_the_command_hands_over(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = here / "reports" / "2023-12-31" / "Acme" / "r1" / "tables"
    tables.mkdir(parents=True)
    monkeypatch.setenv("WORKBENCH_TABLES", str(tables))
    wb.lessons.issue(run_at("2023-12-31"), [RESERVE], {})

    assert "1 lesson proposed" in call("propose", "--as-of", "2024-01-15")
    assert wb.lessons.read(here / "lessons.toml").lessons[0].after == 0.03


def test_a_company_s_lessons_on_people_hold_for_its_parts_and_those_on_parts_do_not(here: Path) -> None:
    approve(here, RESERVE, Lesson("ramp", "people.ramp", [0.3, 0.6, 1.0], [0.2, 0.5, 1.0]))
    part = Run.start("workbench.toml", as_of="2024-06-30", scope="region=East")

    assert [t.lesson.setting for t in wb.lessons.approved(part).lessons] == ["people.ramp"]

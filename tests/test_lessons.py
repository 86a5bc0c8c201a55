"""`workbench lessons …`, and the cycle twice around: what a review finds changes the next plan, and makes it better."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from tests.commands import told_by
from tests.conftest import shared_data
from tests.reports import CASES
from workbench.cli.lessons import app
from workbench.errors import DataError, ParameterError, RunError
from workbench.ledger import store as ledger_store
from workbench.lessons import Approval, Lesson
from workbench.lessons import store as lesson_store
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


call = partial(told_by, app)


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
    monkeypatch.setattr("workbench.cli.options.date", _Today)

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


HEAD = '[about]\ncompany = "Acme"\nscope = ""\nas_of = "2023-12-31"\n'


def written(kind: str, setting: str, after: str, before: str = "0.0", more: str = "") -> str:
    """A file of one lesson, as a person may have edited it."""
    return f'{HEAD}[[lesson]]\nkind = "{kind}"\nsetting = "{setting}"\nbefore = {before}\nafter = {after}\n{more}'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *((written("reserve", "means.reserve", v), "write a number") for v in ("nan", "inf", "-inf")),
        *((written("reserve", "means.reserve", v), "nothing else") for v in ('"0.03"', "true", "2024-01-01")),
        (written("reserve", "means.reserve", "10:00:00"), "no lesson can hold"),
        (written("reserve", "means.reserve", "0.03", '"abc"'), "before must hold numbers"),
        (written("reserve", "means.reserve", "0.03", "{ a = 1 }"), "before: "),
        (written("reserve", "means.reserve", "0.03", more="money = nan\n"), "money holds nan"),
        (written("reserve", "means.reserve", "0.03", more="evidence = { usual = inf }\n"), "evidence holds inf"),
        (written("reserve", "means.reserve", "9" * 400), "means.reserve"),
        (written("reserve", "", "0.03"), "no setting that lessons may change"),
        *((written("reserve", s, "0.03"), "no setting") for s in ("../x", "notify.urls", "ledger", "keys.tilt.East")),
        (HEAD + '[[lesson]]\nkind = "reserve"\nsetting = "means.reserve"\n', "after is missing"),
        (written("training", "", "[1]", '""', 'at = { rep = "x" }\n'), "as text"),
        (written("tilt", "keys.tilt", "1.1", "1.0", 'at = { planet = "Mars" }\n'), "no level planet"),
        (written("tilt", "keys.tilt", "1e308", "1.0", 'at = { region = "East" }\n'), "less than or equal to 100"),
        (written("tilt", "keys.tilt", "1.1", "1.0", "at = 3\n"), "at needs names and values"),
        (written("tilt", "keys.tilt", "1.1", "1.0", "at = { region = { a = 1 } }\n"), "at names one part"),
        (written("season", "keys.season", "[1e308, 1e308, 1, 1]", "[1, 1, 1, 1]"), "less than or equal"),
        (written("season", "keys.season", "3", "[1, 1, 1, 1]"), "tuple"),
        (written("season", "keys.season", "[1, 2, 3]", "[1, 1, 1, 1]"), "12 or 4 weights"),
        (written("weights", "keys", "{ history = 1e308, forecast = 1e308 }", "{ history = 1 }"), "less than or equal"),
        (written("incentive", "weights", "{ sales = -1 }", "{ sales = 1 }", 'at = { role = "rep" }\n'), "sum to 1"),
        ("lesson = 3\n" + HEAD, "no lesson"),
        (HEAD + '[lesson]\nkind = "reserve"\nsetting = 4\n', "needs setting, as text"),
        ("about = 3\n", "needs as_of"),
    ],
)
def test_a_file_edited_into_nonsense_is_refused_in_words_and_nothing_is_approved(
    here: Path, text: str, why: str
) -> None:
    (here / "lessons.toml").write_text(text, "utf-8")

    with pytest.raises((DataError, ParameterError), match=why):
        call("approve", "lessons.toml", *WHO)
    assert not (here / "lessons").exists()


@pytest.mark.parametrize("name", ["\x1b[31mAnn\x1b[0m", "Ann\r\nBob", "A\x00nn", "\u202eAnn", "\ud800Ann"])
def test_names_with_control_characters_are_kept_as_one_plain_line(here: Path, name: str) -> None:
    proposed(RESERVE)

    assert call("approve", "lessons.toml", "--author", name, "--reason", name, "--effective", "2023-12-31")
    (made,) = wb.lessons.approvals(here / "lessons")
    assert "Ann" in made.author.replace("A nn", "Ann")
    assert made.author.isprintable()
    assert made.reason == made.author
    assert "\x1b" not in call("show", "--as-of", "2024-01-01")


def test_an_author_of_control_characters_only_is_none(here: Path) -> None:
    proposed(RESERVE)

    with pytest.raises(ParameterError, match="--author is missing"):
        call("approve", "lessons.toml", "--author", "\x00\x07", "--reason", "why")


def test_what_is_to_count_later_can_be_taken_back_before_it_does_and_once_only(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found: a lesson approved for next year could not be taken back until then."""
    proposed(RESERVE)
    call("approve", "lessons.toml", *WHO, "--effective", "2025-01-01")
    monkeypatch.setattr("workbench.cli.options.date", _Today)

    call("withdraw", "means.reserve", *WHO)
    plan = run_at("2025-06-30").settings.plan
    assert wb.plan.learned(plan, wb.lessons.approved(run_at("2025-06-30"))).plan == plan
    with pytest.raises(ParameterError, match="approved are: none"):
        call("withdraw", "means.reserve", *WHO)


def test_what_a_person_edited_is_not_written_over_and_a_full_disk_is_told(here: Path) -> None:
    proposed(RESERVE)
    before = (here / "lessons.toml").read_bytes()
    with pytest.raises(RunError, match="may have edited it"):
        call("propose", "--as-of", "2023-12-31")
    assert (here / "lessons.toml").read_bytes() == before

    for place, why in (("none/lessons.toml", "No such file"), (".", "directory"), ("/dev/full", "No space left")):
        with pytest.raises(RunError, match=why):
            call("propose", "--as-of", "2023-12-31", "--out", place)


def test_a_full_disk_leaves_the_approved_lessons_as_they_were(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    approve(here, RESERVE)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(ledger_store.os, "fsync", full)
    with pytest.raises(RunError, match="No space left on device"):
        approve(here, FORECAST)
    assert [p.name for p in (here / "lessons").iterdir()] == ["a0001.json"]
    assert len(wb.lessons.approvals(here / "lessons")) == 1


def test_two_people_who_approve_at_once_are_both_kept(here: Path) -> None:
    rival = Lesson("rates", "funnel.months", 24, 12)
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda one: approve(here, one), [RESERVE, rival] * 8))

    found = wb.lessons.approvals(here / "lessons")
    assert [a.number for a in found] == list(range(1, 17))
    assert sum(a.lessons == (rival,) for a in found) == 8


def test_a_clock_far_behind_the_last_approval_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the approval would be dated ahead, and no plan would see it until then."""
    today(monkeypatch, "2040-01-01")
    approve(here, RESERVE)
    today(monkeypatch, "2024-01-01")

    with pytest.raises(RunError, match=r"approval 1 was written on 2040-01-01 .*Set the clock"):
        approve(here, FORECAST)


def test_comments_hold_no_character_that_toml_forbids(here: Path) -> None:
    odd = Lesson("tilt", "keys.tilt", 1.0, 1.05, {"a\x7fb": "x\x7f\x01"})
    about = {"company": "Ac\x7fme", "scope": "", "as_of": "2023-12-31"}
    (here / "x.toml").write_text(wb.lessons.text(about, [odd], {odd.id: "a\x01\x7f\x1b[31m 华东\u2028b"}), "utf-8")

    assert wb.lessons.read(here / "x.toml").lessons[0].at == odd.at


def test_resellers_plan_learns_the_course_of_the_year_that_settings_had_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the proposal to the next plan on data of others: two years brought a quarter, not a tenth, in the fourth."""
    data = shared_data("adventureworks_reseller").parent
    case = (CASES / "adventureworks_reseller" / "workbench.toml").read_text("utf-8")
    wrong = case.replace("../../../../shared/data", data.as_posix()) + "\n[plan.keys]\nseason = [0.4, 0.3, 0.2, 0.1]\n"
    (tmp_path / "workbench.toml").write_text(wrong, "utf-8")
    monkeypatch.chdir(tmp_path)
    call = partial(told_by, app)

    assert "1 lesson proposed" in call("propose", "--fresh", "--as-of", "2020-06-30")
    late = call("approve", "lessons.toml", "--author", "Ann", "--reason", "two years", "--effective", "2020-01-01")
    assert "nobody knew it then" in late  # approved today, so a plan of those days cannot use it
    (tmp_path / "lessons" / "a0001.json").unlink()
    monkeypatch.setattr(ledger_store, "now", lambda: datetime.fromisoformat("2020-06-29T09:00:00+00:00"))
    call("approve", "lessons.toml", "--author", "Ann", "--reason", "two years", "--effective", "2020-06-29")
    assert "keys.season" in call("show", "--as-of", "2020-06-30")

    run = Run.start("workbench.toml", as_of="2020-06-30")
    taught = wb.plan.learned(run.settings.plan, wb.lessons.approved(run), wb.load(run).compare_each())
    assert sum(taught.plan.keys.season) == pytest.approx(1.0, abs=0.001)
    assert taught.plan.keys.season[3] == pytest.approx(0.2371, abs=0.001)

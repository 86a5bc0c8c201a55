"""The ledger: append-only, whole or not at all, nothing lost, nothing hidden, nothing of tomorrow seen today."""

import errno
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.plans import at, plan
from workbench import ledger, vintages
from workbench.analytics.tracking import watched
from workbench.analytics.tracking.revisions import Revisions, revisions
from workbench.errors import DataError, RunError
from workbench.ledger import Entry, Note, Version, plans, store
from workbench.run import Run
from workbench.settings import Settings

SETTINGS = """
[company]
name = "Acme"
currency = "CNY"
[sources.orders]
files = ["orders.csv"]
[dimensions]
place = ["region"]
way = ["channel"]
"""
DAY = datetime.fromisoformat("2026-12-15T09:00:00+08:00")


def version(amount: float = 100.0, *, base: int = 0, effective: str = "2027-01-01", **more: object) -> Version:
    year = date(2027, 1, 1)
    entries = (Entry((), "year", year, amount, "Ann"), Entry((("region", "东"),), "year", year, amount / 2, "Bo"))
    made = Version(0, DAY, date.fromisoformat(effective), "Ann", "the board's decision", entries, {}, base)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the time at which things are written."""
    monkeypatch.setattr(store, "now", lambda: DAY)
    return lambda text: monkeypatch.setattr(store, "now", lambda: datetime.fromisoformat(text))


@pytest.fixture
def company(tmp_path: Path, clock: Callable[[str], None]) -> Path:
    (tmp_path / "workbench.toml").write_text(SETTINGS, "utf-8")
    return tmp_path


def run(company: Path, as_of: str, scope: str = "") -> Run:
    return Run.start(company / "workbench.toml", as_of=as_of, scope=scope)


# -- what is written ---------------------------------------------------------------------------------------------------


def test_a_version_reads_back_as_it_was_confirmed(company: Path) -> None:
    made = ledger.confirm(company / "ledger", version())
    assert ledger.versions(company / "ledger") == (made,)
    assert (made.number, made.written, made.previous) == (1, DAY, "")


def test_each_version_names_the_one_before_and_leaves_it_alone(company: Path) -> None:
    first = ledger.confirm(company / "ledger", version())
    kept = (company / "ledger" / "v0001.json").read_bytes()
    second = ledger.confirm(company / "ledger", version(120, base=1))
    assert second.previous == first.digest
    assert (company / "ledger" / "v0001.json").read_bytes() == kept
    assert [v.number for v in ledger.versions(company / "ledger")] == [1, 2]


def test_what_was_decided_on_an_older_version_is_refused_in_words(company: Path) -> None:
    ledger.confirm(company / "ledger", version(author="Bea", reason="new prices"))
    with pytest.raises(RunError, match=r"Nothing was confirmed.*no version yet.*version 1.*Bea: new prices.*--base 1"):
        ledger.confirm(company / "ledger", version(120))
    assert len(ledger.versions(company / "ledger")) == 1


def test_another_scope_takes_the_next_number_without_having_to_be_decided_again(company: Path) -> None:
    ledger.confirm(company / "ledger", version())
    made = ledger.confirm(company / "ledger", version(scope={"region": "东"}))
    assert (made.number, made.base) == (2, 0)


@pytest.mark.parametrize("name", ["a\u202eb", "=1+1", "../../x", "x" * 5000, "\ud800", '"},{"', "a\nb", "\x00"])
def test_hostile_names_stay_what_they_are(company: Path, name: str) -> None:
    entry = Entry((("region", name), ("channel", None)), "year", date(2027, 1, 1), 1.0, name, reason=name)
    made = ledger.confirm(company / "ledger", version(author=name, reason=name, entries=(entry,)))
    assert ledger.versions(company / "ledger") == (made,)
    assert [p.name for p in (company / "ledger").iterdir()] == ["v0001.json"]


# -- faults ------------------------------------------------------------------------------------------------------------


def _confirm_at_once(folder: str, author: str, ready: "multiprocessing.synchronize.Barrier", base: int) -> str:
    ready.wait(60)
    try:
        made = ledger.confirm(Path(folder), version(author=author, base=base, scope={"region": author} if base else {}))
    except RunError as error:
        return f"told: {error}"
    return f"kept: {made.number}"


def _together(folder: Path, base: int, count: int = 4) -> list[str]:
    context = multiprocessing.get_context("fork")
    with context.Manager() as manager, context.Pool(count) as pool:
        ready = manager.Barrier(count)
        called = [pool.apply_async(_confirm_at_once, (str(folder), f"p{i}", ready, base)) for i in range(count)]
        return [one.get(120) for one in called]


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork")
def test_of_four_who_confirm_at_once_one_is_kept_and_the_others_are_told(company: Path) -> None:
    said = _together(company / "ledger", base=0)
    assert sorted(s.partition(":")[0] for s in said) == ["kept", "told", "told", "told"]
    assert len(ledger.versions(company / "ledger")) == 1
    assert all("version 1 is the last by now" in s for s in said if s.startswith("told"))


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork")
def test_four_who_confirm_different_scopes_at_once_are_all_kept(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_same_base", lambda there, made: None)  # each scope's own base is 0
    said = _together(company / "ledger", base=1)
    assert sorted(said) == ["kept: 1", "kept: 2", "kept: 3", "kept: 4"]
    assert {v.author for v in ledger.versions(company / "ledger")} == {"p0", "p1", "p2", "p3"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("moment", ["os.fsync", "os.link"])
def test_a_confirm_that_is_killed_leaves_no_half_version(company: Path, moment: str) -> None:
    code = f"""
import os, signal, sys
from pathlib import Path
from tests.test_ledger import version
from workbench import ledger
ledger.confirm(Path(sys.argv[1]), version())
{moment} = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
ledger.confirm(Path(sys.argv[1]), version(120, base=1))
"""
    folder = company / "ledger"
    done = subprocess.run([sys.executable, "-c", code, str(folder)], timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [v.number for v in ledger.versions(folder)] == [1]
    assert ledger.confirm(folder, version(130, base=1)).number == 2


@pytest.mark.parametrize(("code", "said"), [(errno.ENOSPC, "No space left"), (errno.EROFS, "Read-only file system")])
def test_a_full_or_read_only_disk_is_told_and_leaves_nothing(
    company: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    folder = company / "ledger"
    ledger.confirm(folder, version())

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(RunError, match=rf"(?i)cannot be written: {said}.*as it was"):
        ledger.confirm(folder, version(120, base=1))
    monkeypatch.undo()
    assert [p.name for p in folder.iterdir()] == ["v0001.json"]


def test_a_disk_without_links_keeps_versions_as_well(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    ledger.confirm(company / "ledger", version())
    ledger.confirm(company / "ledger", version(120, base=1))
    with pytest.raises(FileExistsError):
        store.create(company / "ledger" / "v0002.json", "x")
    assert len(ledger.versions(company / "ledger")) == 2


def test_a_file_where_the_ledger_should_be_is_told(company: Path) -> None:
    (company / "ledger").write_text("")
    with pytest.raises(RunError, match=r"is a file. Name another with plan\.ledger"):
        ledger.confirm(company / "ledger", version())


def three(folder: Path) -> None:
    for number in range(3):
        ledger.confirm(folder, version(100 + number, base=number))


def rewritten(file: Path, text: str) -> None:
    file.chmod(0o644)
    file.write_text(text, "utf-8")


def test_a_changed_amount_is_named(company: Path) -> None:
    three(company / "ledger")
    file = company / "ledger" / "v0002.json"
    rewritten(file, file.read_text("utf-8").replace("101.0", "99.0"))
    with pytest.raises(DataError, match=r"'v0002\.json': it was changed after it was written") as told:
        ledger.versions(company / "ledger")
    assert "v0001" not in str(told.value)


def test_a_version_made_over_with_a_fitting_digest_breaks_the_chain(company: Path) -> None:
    three(company / "ledger")
    file = company / "ledger" / "v0002.json"
    rewritten(file, replace(ledger.versions(company / "ledger")[1], author="Eve").text())
    with pytest.raises(DataError, match=r"'v0003\.json' does not follow the version before it"):
        ledger.versions(company / "ledger")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"digest": "x"}', "\x00" * 100, '{"version": NaN}'])
def test_a_corrupted_file_is_named_not_skipped(company: Path, text: str) -> None:
    three(company / "ledger")
    rewritten(company / "ledger" / "v0003.json", text)
    with pytest.raises(DataError, match=r"'v0003\.json'"):
        ledger.targets(run(company, "2027-12-31"))


def test_every_breach_is_named_at_once(company: Path) -> None:
    three(company / "ledger")
    rewritten(company / "ledger" / "v0001.json", "{")
    (company / "ledger" / "v0002.json").unlink()
    (company / "ledger" / "v0003 (conflicted copy).json").write_text("{}")
    with pytest.raises(DataError) as told:
        ledger.versions(company / "ledger")
    said = " ".join(told.value.problems)
    assert all(name in said for name in ("'v0001.json'", "'v0002.json' is missing", "conflicted copy"))
    assert "Restore it from a copy" in said


def test_versions_that_are_well_formed_but_wrong_inside_are_named(company: Path) -> None:
    ledger.confirm(company / "ledger", version())
    content = version().content() | {"targets": [{"node": {}}]}
    rewritten(company / "ledger" / "v0001.json", json.dumps({**content, "digest": ledger.version.digest(content)}))
    with pytest.raises(DataError, match="not a version of targets"):
        ledger.versions(company / "ledger")


def test_a_clock_that_goes_back_a_little_never_puts_a_version_before_the_last(
    company: Path, clock: Callable[[str], None]
) -> None:
    ledger.confirm(company / "ledger", version())
    clock("2026-12-15T08:00:00+08:00")
    assert ledger.confirm(company / "ledger", version(120, base=1)).written == DAY


def test_a_clock_that_is_days_behind_is_told(company: Path, clock: Callable[[str], None]) -> None:
    ledger.confirm(company / "ledger", version())
    clock("2025-12-15T09:00:00+08:00")
    with pytest.raises(RunError, match=r"written on 2026-12-15 09:00.*clock says 2025-12-15.*Set the clock"):
        ledger.confirm(company / "ledger", version(120, base=1))


# -- what is read ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "amount"),
    [("2026-12-14", None), ("2026-12-31", None), ("2027-01-01", 100.0), ("2027-03-31", 100.0), ("2027-04-01", 120.0)],
)
def test_a_target_is_seen_from_the_day_on_which_it_was_written_and_in_force(
    company: Path, clock: Callable[[str], None], as_of: str, amount: float | None
) -> None:
    ledger.confirm(company / "ledger", version())
    clock("2027-02-01T09:00:00+08:00")
    ledger.confirm(company / "ledger", version(120, base=1, effective="2027-04-01"))
    found = ledger.targets(run(company, as_of))
    assert (list(found["amount"]) or [None])[0] == amount


def test_a_target_that_was_dated_back_is_not_seen_before_it_was_written(
    company: Path, clock: Callable[[str], None]
) -> None:
    clock("2027-05-01T09:00:00+08:00")
    ledger.confirm(company / "ledger", version())
    assert ledger.targets(run(company, "2027-04-30")).empty
    assert len(ledger.targets(run(company, "2027-05-01"))) == 2


def test_the_day_of_writing_is_the_writer_s_own(company: Path, clock: Callable[[str], None]) -> None:
    clock("2027-05-01T00:30:00+08:00")  # still 30 April in UTC
    ledger.confirm(company / "ledger", version())
    assert ledger.targets(run(company, "2027-04-30")).empty


def test_an_amount_is_in_force_since_the_first_of_the_versions_that_left_it_alone(company: Path) -> None:
    for base, (amount, day) in enumerate([(100, "2027-01-01"), (120, "2027-03-01"), (120, "2027-04-15")]):
        ledger.confirm(company / "ledger", version(amount, base=base, effective=day))

    found = ledger.targets(run(company, "2027-06-30")).set_index("level")
    assert (found.loc["", "version"], found.loc["", "effective"]) == (3, pd.Timestamp("2027-03-01"))


def test_targets_have_a_column_for_each_level(company: Path) -> None:
    ledger.confirm(company / "ledger", version())
    found = ledger.targets(run(company, "2027-01-01"))
    assert found[["level", "every", "period", "amount", "owner", "version"]].to_numpy().tolist() == [
        ["", "year", pd.Timestamp("2027-01-01"), 100.0, "Ann", 1],
        ["region", "year", pd.Timestamp("2027-01-01"), 50.0, "Bo", 1],
    ]
    assert found["region"].isna().tolist() == [True, False]
    assert found["channel"].isna().all()


def test_a_part_of_the_company_sees_its_own_targets_only(company: Path) -> None:
    ledger.confirm(company / "ledger", version())
    found = ledger.targets(run(company, "2027-01-01", "region=东"))
    assert found[["level", "amount"]].to_numpy().tolist() == [["", 50.0]]
    assert ledger.targets(run(company, "2027-01-01", "region=西")).empty


def test_the_last_version_that_holds_a_node_counts_and_the_others_stay(company: Path) -> None:
    ledger.confirm(company / "ledger", version())
    whole = (Entry((), "year", date(2027, 1, 1), 130.0),)
    ledger.confirm(company / "ledger", version(base=1, entries=whole))
    found = ledger.targets(run(company, "2027-01-01"))
    assert found[["level", "amount", "version"]].to_numpy().tolist() == [["", 130.0, 2], ["region", 50.0, 1]]


def test_the_history_of_a_node_keeps_every_version_and_why(company: Path) -> None:
    three(company / "ledger")
    found = ledger.history(run(company, "2026-12-15"), {"region": "东"})
    assert list(found["amount"]) == [50.0, 50.5, 51.0]
    assert set(found["reason"]) == {"the board's decision"}
    assert ledger.history(run(company, "2026-12-14"), {}).empty


def test_the_versions_of_a_period_are_found_in_what_the_ledger_keeps(company: Path) -> None:
    """Days of the ledger and of the calendar were of two kinds, so the page said that no version was confirmed."""
    ledger.confirm(company / "ledger", version())
    here = run(company, "2027-06-30")
    found = revisions(ledger.history(here, {}), watched(here.calendar, here.as_of, "this year"))
    assert isinstance(found, Revisions)
    assert found.table[["amount", "author"]].to_numpy().tolist() == [[100.0, version().author]]


def test_the_state_tells_draft_answers_and_version_in_turn(company: Path, clock: Callable[[str], None]) -> None:
    here, folder = run(company, "2027-06-30"), company / "ledger"
    assert ledger.state(here).version is None
    ledger.note(folder, Note("draft", DAY, "d", {}, {"nodes": 2}))
    ledger.note(folder, Note("answers", DAY + timedelta(days=3), "d", {}))
    seen = ledger.state(run(company, "2026-12-16"))
    assert (seen.draft is not None, seen.answers) == (True, None)
    assert ledger.state(here).answers is not None
    clock("2026-12-20T09:00:00+08:00")
    ledger.confirm(folder, version())
    done = ledger.state(here)
    assert (done.draft, done.answers) == (None, None)
    assert done.version is not None
    assert ledger.state(run(company, "2026-12-31")).coming is not None


def test_a_report_of_a_day_does_not_change_with_what_is_confirmed_later(company: Path) -> None:
    settings = run(company, "2026-12-14").settings
    before = ledger.fingerprint(settings, date(2026, 12, 14))
    ledger.confirm(company / "ledger", version())
    ledger.note(company / "ledger", Note("draft", DAY, "d", {}))
    assert ledger.fingerprint(settings, date(2026, 12, 14)) == before
    assert ledger.fingerprint(settings, date(2026, 12, 15)) != before


def test_a_part_s_plan_that_contradicts_the_whole_s_is_found(company: Path) -> None:
    ledger.confirm(company / "ledger", version())
    part = run(company, "2027-01-01", "region=东")
    entry = Entry((("region", "东"),), "year", date(2027, 1, 1), 60.0)
    ((theirs, ours, of),) = ledger.differing(part, (entry,), date(2027, 1, 1))
    assert (theirs.amount, ours.amount, of.number) == (50.0, 60.0, 1)
    assert ledger.differing(part, (replace(entry, amount=50.0),), date(2027, 1, 1)) == []


# -- plans as issued ---------------------------------------------------------------------------------------------------


def issued(
    here: Run, monkeypatch: pytest.MonkeyPatch, reports: Path, frame: pd.DataFrame, revision: str = "r1"
) -> Path:
    tables = reports / f"{here.as_of:%Y-%m-%d}" / "Acme" / revision / "tables"
    tables.mkdir(parents=True)
    monkeypatch.setenv("WORKBENCH_TABLES", str(tables))
    file = vintages.issue(here, frame, name="plan")
    monkeypatch.delenv("WORKBENCH_TABLES")
    assert file is not None
    return file


def test_a_report_keeps_its_plan_beside_its_forecast(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = company / "reports"
    monkeypatch.setenv("WORKBENCH_REPORTS", str(reports))
    issued(run(company, "2026-06-30"), monkeypatch, reports, plan())
    issued(run(company, "2026-09-30"), monkeypatch, reports, plan({("East", "direct"): 12_000}))
    here = run(company, "2026-09-30")
    assert vintages.earlier(here, every="month").empty
    assert list(vintages.earlier(here, name="plan").query("every == 'year'")["target"]) == [1_500_000]
    newest = vintages.newest(here)
    assert newest is not None
    assert newest.about["as_of"] == "2026-09-30"
    assert newest.report == reports / "2026-09-30" / "Acme" / "r1"
    before = vintages.newest(run(company, "2026-09-29"))
    assert before is not None
    assert plans.digest_of(plans.checked(before.frame)) == plans.digest_of(plans.checked(plan()))
    assert vintages.newest(run(company, "2026-06-29")) is None


def test_a_plan_s_digest_does_not_depend_on_the_order_of_its_rows() -> None:
    made = plans.checked(plan())
    turned = made.iloc[::-1].reset_index(drop=True)
    assert plans.digest_of(turned) == plans.digest_of(made)
    assert set(plans.ids(turned)) == set(plans.ids(made))
    moved = made.assign(target=made["target"].where(made.index != at(made, "East"), 1.0))
    assert plans.digest_of(moved) != plans.digest_of(made)


def test_a_plan_that_lacks_what_it_needs_is_refused_with_every_breach() -> None:
    with pytest.raises(DataError, match="no column 'target'"):
        plans.checked(plan().drop(columns="target"))
    with pytest.raises(DataError, match="crossing"):
        plans.checked(plan().drop(columns="channel"))
    with pytest.raises(DataError, match="its target is nan"):
        plans.checked(plan().assign(target=float("nan")))
    with pytest.raises(DataError, match="stands twice"):
        plans.checked(pd.concat([plan(), plan()]))


def test_a_plan_needs_only_the_node_s_name_where_levels_are_single() -> None:
    bare = plan(crossed=False)[["level", "node", "period", "every", "target"]]
    made = plans.checked(bare)
    assert plans.digest_of(made) == plans.digest_of(plans.checked(plan(crossed=False)))
    assert made["owner"].isna().all()


def test_settings_say_where_the_ledger_is(tmp_path: Path) -> None:
    settings = Settings.model_validate({
        "company": {"name": "A", "currency": "EUR"}, "sources": {"orders": {"files": ["o.csv"]}},
        "plan": {"ledger": "../confirmed"}, "folder": tmp_path,
    })  # fmt: skip
    assert ledger.folder_of(settings) == tmp_path / ".." / "confirmed"

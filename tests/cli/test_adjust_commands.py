"""`workbench plan draft --adjusted` and `confirm`: a target that changes while its period runs needs who was told."""

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.test_plan_commands import SETTINGS, call, report
from tests.plans import plan
from workbench import ledger, vintages
from workbench.errors import ParameterError
from workbench.run import Run

WHO = ("--author", "Ann", "--reason", "the key rep left")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company's folder with a report that holds a plan and an adjustment of it."""
    (tmp_path / "workbench.toml").write_text(SETTINGS, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBENCH_REPORTS", raising=False)
    drafted = plan().assign(period=lambda f: f["period"] - pd.DateOffset(years=1))
    report(drafted, "2026-06-30")
    later = (drafted["every"] == "month") & (drafted["period"] >= "2026-07-01")
    month = drafted["target"].where(~later, drafted["target"] / 2)
    keys = ["level", "node"]
    sums = month.where(drafted["every"] == "month").groupby([drafted[k] for k in keys]).transform("sum")
    adjusted = drafted.assign(target=month.where(drafted["every"] == "month", sums))
    report(adjusted, "2026-06-30", name=vintages.ADJUSTED)
    return tmp_path


def run_now() -> Run:
    return Run.start("workbench.toml", as_of=pd.Timestamp.now().date().isoformat())


def test_an_adjustment_goes_out_and_is_confirmed_with_who_was_told(here: Path) -> None:
    call("draft", "--adjusted")
    with pytest.raises(ParameterError, match="--told is missing"):
        call("confirm", *WHO)
    assert ledger.versions(ledger.folder_of(run_now().settings)) == ()
    call("confirm", *WHO, "--told", "East", "--told", "North")
    (version,) = ledger.versions(ledger.folder_of(run_now().settings))
    assert version.told == ("East", "North")
    assert version.reason == "the key rep left"
    assert ledger.whole_of(version).amount < 1_500_000
    assert ledger.history(run_now(), {})["told"].unique().tolist() == ["East, North"]


def test_the_yearly_plan_is_confirmed_as_before_and_its_file_says_nothing_of_who_was_told(here: Path) -> None:
    call("draft")
    call("confirm", *WHO)
    (version,) = ledger.versions(ledger.folder_of(run_now().settings))
    assert ledger.whole_of(version).amount == 1_500_000
    assert version.told == ()
    assert '"told"' not in version.text()


def test_the_last_draft_decides_which_of_both_is_confirmed(here: Path) -> None:
    call("draft")
    call("draft", "--adjusted", "--out", "later")
    call("confirm", *WHO, "--told", "all", "--report", "reports/2026-06-30/Acme/r1")
    (version,) = ledger.versions(ledger.folder_of(run_now().settings))
    assert ledger.whole_of(version).amount < 1_500_000


def test_a_version_with_who_was_told_is_read_back_whole(here: Path) -> None:
    call("draft", "--adjusted")
    call("confirm", *WHO, "--told", "王芳")
    folder = ledger.folder_of(run_now().settings)
    (file,) = folder.glob("v*.json")
    file.write_text(file.read_text("utf-8").replace("王芳", "李芳"), "utf-8")
    with pytest.raises(Exception, match="changed after it was written"):
        ledger.versions(folder)


def test_without_an_adjustment_the_command_says_which_page_makes_one(here: Path) -> None:
    Path("reports/2026-06-30/Acme/r1/vintages/adjustment.parquet").unlink()
    with pytest.raises(ParameterError, match="workbench run tracking"):
        call("draft", "--adjusted")

"""Forecasts as issued: kept with the report, never by a look, read by later days only."""

from pathlib import Path

import pandas as pd
import pytest

from workbench import vintages
from workbench.run import Run
from workbench.settings import Settings

SETTINGS = {
    "company": {"name": "Acme", "currency": "EUR"},
    "sources": {"orders": {"files": ["orders.csv"]}},
    "dimensions": {"region": ["region"]},
}


def frame(amount: float = 1.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "node": ["", "North"],
            "level": ["", "region"],
            "period": pd.Timestamp("2026-01-01"),
            "step": 1,
            "mean": amount,
        }
    )


def run(as_of: str, scope: str = "", name: str = "Acme") -> Run:
    company = {**SETTINGS, "company": {"name": name, "currency": "EUR"}}
    return Run.start(Settings.model_validate(company), as_of=as_of, scope=scope)


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_REPORTS", str(tmp_path))
    monkeypatch.delenv("WORKBENCH_TABLES", raising=False)
    return tmp_path


def report(reports: Path, monkeypatch: pytest.MonkeyPatch, one: Run, amount: float, revision: str = "r1") -> Path:
    """What a report run leaves of a forecast."""
    tables = reports / f"{one.as_of:%Y-%m-%d}" / "company" / revision / "tables"
    tables.mkdir(parents=True)
    monkeypatch.setenv("WORKBENCH_TABLES", str(tables))
    file = vintages.issue(one, frame(amount), every="month")
    monkeypatch.delenv("WORKBENCH_TABLES")
    assert file is not None
    return file


def test_a_look_keeps_nothing(reports: Path) -> None:
    assert vintages.issue(run("2026-09-30"), frame(), every="month") is None
    assert list(reports.iterdir()) == []


def test_a_later_report_reads_what_was_issued(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report(reports, monkeypatch, run("2026-06-30"), 5.0)
    found = vintages.earlier(run("2026-09-30"), every="month")
    assert found[["node", "mean"]].to_numpy().tolist() == [["", 5.0]]
    assert list(found["as_of"]) == [pd.Timestamp("2026-06-30")]
    assert list(vintages.earlier(run("2026-09-30"), every="month", level="region")["node"]) == ["North"]


def test_forecasts_of_the_same_day_or_later_are_not_read(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report(reports, monkeypatch, run("2026-09-30"), 5.0)
    assert vintages.earlier(run("2026-09-30"), every="month").empty
    assert vintages.earlier(run("2026-06-30"), every="month").empty


def test_the_last_good_revision_of_a_day_counts(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for revision, amount in (("r2", 2.0), ("r10", 10.0), ("r11-failed", 11.0)):
        report(reports, monkeypatch, run("2026-06-30"), amount, revision)
    assert list(vintages.earlier(run("2026-09-30"), every="month")["mean"]) == [10.0]


def test_a_forecast_whose_data_moved_counts_only_where_no_other_of_its_day_is(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, revision, amount in (("2026-03-31", "r1", 1.0), ("2026-06-30", "r1", 2.0), ("2026-06-30", "r2", 3.0)):
        file = report(reports, monkeypatch, run(day), amount, revision)
        if amount != 2.0:
            vintages.mark_mixed(file.parents[1])

    assert list(vintages.earlier(run("2026-09-30"), every="month")["mean"]) == [1.0, 2.0]


@pytest.mark.parametrize("other", [{"name": "Other"}, {"scope": "region=North"}])
def test_another_company_or_scope_is_another_forecast(
    reports: Path, monkeypatch: pytest.MonkeyPatch, other: dict[str, str]
) -> None:
    report(reports, monkeypatch, run("2026-06-30", **other), 5.0)
    assert vintages.earlier(run("2026-09-30"), every="month").empty


def test_months_and_quarters_are_not_mixed(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report(reports, monkeypatch, run("2026-06-30"), 5.0)
    assert vintages.earlier(run("2026-09-30"), every="quarter").empty

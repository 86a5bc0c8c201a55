"""A report by the clock: which day a period means, that it is made once, and that the examples for schedulers hold."""

import ast
import inspect
import json
import re
import shlex
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.publish.conftest import SETTINGS, SHOW, write_notebook
from workbench import publish
from workbench.cli.running import run as command
from workbench.errors import ParameterError
from workbench.periods import Calendar
from workbench.publish import Request, plan
from workbench.publish.report import Means
from workbench.settings import CalendarSettings, Settings

PAGE = (Path(__file__).parents[1] / "docs" / "schedule.md").read_text("utf-8")
TODAY = date(2026, 11, 22)


def company(**calendar: Any) -> Settings:
    return Settings(company={"name": "A", "currency": "CNY"}, sources={"orders": {"files": ["a.csv"]}},
                    calendar=CalendarSettings(**calendar))  # fmt: skip


@pytest.mark.parametrize(
    ("every", "starts", "today", "last"),
    [
        ("quarter", 1, date(2026, 11, 22), date(2026, 9, 30)),
        ("quarter", 1, date(2026, 10, 1), date(2026, 9, 30)),
        ("quarter", 1, date(2026, 9, 30), date(2026, 6, 30)),  # a quarter is over the day after its last
        ("quarter", 2, date(2026, 11, 22), date(2026, 10, 31)),
        ("month", 1, date(2026, 3, 5), date(2026, 2, 28)),
        ("month", 1, date(2024, 3, 5), date(2024, 2, 29)),
        ("year", 1, date(2026, 1, 1), date(2025, 12, 31)),
        ("year", 7, date(2026, 11, 22), date(2026, 6, 30)),
    ],
)
def test_a_period_ends_on_its_last_day_by_the_company_s_calendar(
    every: str, starts: int, today: date, last: date
) -> None:
    assert plan.ended(every, company(fiscal_year_starts=starts), today) == last


def test_weeks_of_a_4_4_5_year_end_on_a_sunday() -> None:
    # the fiscal year starts on Monday 29 December 2025, the Monday nearest to 1 January; 13 weeks a quarter
    assert plan.ended("quarter", company(pattern="4-4-5"), TODAY) == date(2025, 12, 29) + timedelta(weeks=39, days=-1)


@given(
    st.sampled_from(["month", "quarter", "year"]),
    st.integers(1, 12),
    st.sampled_from(["months", "4-4-5", "5-4-4"]),
    st.dates(date(2000, 1, 1), date(2050, 12, 31)),
)
def test_it_is_the_day_before_the_period_that_holds_today(every: Any, starts: int, pattern: Any, today: date) -> None:
    made = company(fiscal_year_starts=starts, pattern=pattern)
    calendar, last = Calendar(made.calendar), pd.Timestamp(plan.ended(every, made, today))

    assert last + pd.Timedelta(days=1) == calendar.start_of(pd.Timestamp(today), every)
    assert last == calendar.end_of(last, every)


# -- made once ------------------------------------------------------------------------------------------------------


class _Today(date):
    @classmethod
    def today(cls) -> date:
        return TODAY


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(plan, "date", _Today)
    (tmp_path / "workbench.toml").write_text(SETTINGS.replace("made_up = true", ""), "utf-8")
    (tmp_path / "orders.csv").write_text("date,amount\n2026-01-01,3\n", "utf-8")
    write_notebook(tmp_path / "good.ipynb", SHOW, 'show("answer", "answer", "Rose", "升")')
    return tmp_path


def asked(here: Path, **more: Any) -> Request:
    usual = {"notebooks": (str(here / "good.ipynb"),), "settings": here, "out": here / "reports", "lang": "en"}
    return Request(**{**usual, "period": "last-quarter", "timeout": 120.0, **more})


def test_a_second_start_finds_the_work_done_even_where_the_data_moved_on(here: Path, means: Means) -> None:
    first = publish.run(asked(here), means)
    (here / "orders.csv").write_text("date,amount\n2026-01-01,3\n2026-11-21,4\n", "utf-8")
    again = publish.run(asked(here))

    assert (first.status, first.folder.parent.parent.name) == ("ok", "2026-09-30")
    assert (again.status, again.folder, again.good) == ("unchanged", first.folder, True)
    assert again.text().splitlines()[0].startswith("The report of this period is there already")
    assert publish.run(asked(here, period="", as_of="2026-09-30"), means).folder.name == "r2"
    assert publish.run(asked(here, force=True), means).folder.name == "r3"


def test_what_was_not_asked_for_then_is_made(here: Path, means: Means) -> None:
    publish.run(asked(here), means)

    assert publish.run(asked(here, lang="en,zh-CN"), means).status == "ok"
    assert publish.run(asked(here, scope="region=华东"), means).status == "ok"


def test_a_report_that_failed_is_made_by_the_next_start(here: Path, means: Means) -> None:
    write_notebook(here / "good.ipynb", "1 / 0")
    failed = publish.run(asked(here), means)
    write_notebook(here / "good.ipynb", "1")

    assert (failed.status, publish.run(asked(here), means).status) == ("failed", "ok")


def test_a_report_whose_data_moved_under_it_is_made_again_by_the_next_start(here: Path) -> None:
    once = "if len(open(orders).readlines()) < 3: open(orders, 'a').write('2026-01-02,4\\n')"
    late = f"orders = {str(here / 'orders.csv')!r}\n{once}"
    write_notebook(here / "good.ipynb", late)
    first, second, third = (publish.run(asked(here)) for _ in range(3))

    assert [(o.status, o.code) for o in (first, second, third)] == [("ok", 3), ("ok", 0), ("unchanged", 0)]
    assert third.folder == second.folder


def test_a_period_that_is_none_is_refused_before_anything_starts(here: Path) -> None:
    with pytest.raises(ParameterError, match=r"last-month, last-quarter, last-year\. Did you mean 'last-quarter'\?"):
        publish.run(asked(here, period="last-quater"))


# -- the examples ---------------------------------------------------------------------------------------------------


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def calls(text: str) -> Iterator[list[str]]:
    """The arguments of each `workbench run` in a text."""
    for found in re.findall(r"workbench run ([^\n`\"|>&]*)", text):
        yield shlex.split(found)


def test_each_command_is_one_that_workbench_accepts() -> None:
    names = {f"--{name.replace('_', '-')}" for name in inspect.signature(command).parameters}
    found = [arguments for text in [PAGE] for arguments in calls(text)]

    assert len(found) >= 5
    for arguments in found:
        assert {a for a in arguments if a.startswith("--")} <= names, arguments
        if "--period" in arguments:
            assert arguments[arguments.index("--period") + 1] in plan.PERIODS


def field(text: str, lo: int, hi: int) -> set[int]:
    """The values of one field of a cron line."""
    if text == "*":
        return set(range(lo, hi + 1))
    ends = [part.split("-") for part in text.split(",")]
    found = {n for e in ends for n in range(int(e[0]), int(e[-1]) + 1)}
    assert all(lo <= n <= hi for n in found), text
    return found


FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
SAID = ({15}, {6}, {1, 2, 3, 4, 5}, set(range(1, 13)), set(range(8)))  # a quarter past six, the first five days


def test_the_cron_line_means_what_is_said() -> None:
    [text] = blocks("cron")
    lines = [line for line in text.splitlines() if not re.match(r"\w+=", line)]

    assert len(lines) == 1
    *when, call = lines[0].split(maxsplit=5)
    assert tuple(field(t, *ends) for t, ends in zip(when, FIELDS, strict=True)) == SAID
    assert "%" not in call  # cron would end the command there
    assert subprocess.run(["sh", "-n", "-c", call], timeout=10).returncode == 0
    assert list(calls(call))


def units(tmp_path: Path) -> list[Path]:
    service, timer = blocks("ini")
    files = [tmp_path / "sales-report.service", tmp_path / "sales-report.timer"]
    program = tmp_path / "workbench"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    service = service.replace("/opt/sales-targets/.venv/bin/workbench", str(program)).replace("User=reports\n", "")
    for file, text in zip(files, (service, timer), strict=True):
        file.write_text(text)
    return files


def test_the_systemd_units_pass_its_own_check(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed, so this test could not run")
    files = [str(file) for file in units(tmp_path)]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, timeout=60)

    assert [line for line in done.stderr.splitlines() if "sales-report" in line] == []
    assert done.returncode == 0, done.stderr


def test_systemd_s_check_would_find_a_mistake(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed, so this test could not run")
    service = units(tmp_path)[0]
    service.write_text(
        service.read_text().replace("Type=oneshot", "Typo=oneshot").replace("ExecStart=/", "ExecStart=/no/")
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(service)], capture_output=True, text=True, timeout=60
    )

    assert "sales-report" in done.stderr


def test_the_timer_starts_on_the_first_five_days() -> None:
    _, timer = blocks("ini")
    when = re.search(r"^OnCalendar=(.*)$", timer, re.MULTILINE)
    assert when
    assert when[1] == "*-*-01..05 06:15:00"
    if shutil.which("systemd-analyze"):
        call = ["systemd-analyze", "calendar", "--iterations=6", "--base-time=2026-10-01 00:00:00", when[1]]
        done = subprocess.run(call, capture_output=True, text=True, timeout=30)
        days = re.findall(r"(?:Next elapse|Iter\. #\d+|Iteration #\d+): \w+ (\d{4}-\d\d-\d\d) 06:15:00", done.stdout)
        assert days == [*(f"2026-10-0{n}" for n in range(1, 6)), "2026-11-01"]


def test_the_workflow_has_its_steps() -> None:
    [text] = blocks("yaml")
    flow = yaml.safe_load(text)
    job = flow["jobs"]["report"]
    steps = job["steps"]

    [clock] = flow[True]["schedule"]  # YAML 1.1 reads `on` as true; GitHub does not
    assert tuple(field(t, *ends) for t, ends in zip(clock["cron"].split(), FIELDS, strict=True)) == SAID
    assert flow["permissions"] == {"contents": "read"}
    assert (job["timeout-minutes"], flow["concurrency"]["cancel-in-progress"]) == (60, False)
    names = [s.get("name") or s["uses"].partition("@")[0] for s in steps]
    assert names == ["actions/checkout", "actions/setup-python", "Earlier reports", "Environment", "Report",
                     "Keep the reports", "Hand out the reports"]  # fmt: skip
    assert steps[names.index("Environment")]["run"].split()[1] in (Path(__file__).parents[1] / "Makefile").read_text(
        "utf-8"
    ).replace("$(VENV)", ".venv")
    assert all(re.fullmatch(r"\$\{\{ secrets\.\w+ \}\}", v) for s in steps for v in s.get("env", {}).values())
    assert all(step["if"] == "always()" for step in steps[-2:])
    assert steps[2]["with"]["path"] == steps[5]["with"]["path"] == steps[6]["with"]["path"] == "reports"
    assert steps[5]["with"]["key"].startswith(steps[2]["with"]["restore-keys"])


def test_the_dag_compiles_and_asks_for_one_run_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    [text] = blocks("python")
    ast.parse(text)
    made: dict[str, dict[str, Any]] = {}

    class Stands:
        def __init__(self, **given: Any) -> None:
            made[type(self).__name__] = given

        def __enter__(self) -> "Stands":
            return self

        def __exit__(self, *_: object) -> None:
            return

    names = ("airflow", "airflow.operators", "airflow.operators.bash")
    for name in names:
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setattr(sys.modules["airflow"], "DAG", type("DAG", (Stands,), {}), raising=False)
    monkeypatch.setattr(
        sys.modules["airflow.operators.bash"], "BashOperator", type("BashOperator", (Stands,), {}), raising=False
    )
    exec(compile(text, "sales_report.py", "exec"), {})

    assert tuple(field(t, *e) for t, e in zip(made["DAG"]["schedule"].split(), FIELDS, strict=True)) == SAID
    assert (made["DAG"]["catchup"], made["DAG"]["max_active_runs"]) == (False, 1)
    assert made["DAG"]["start_date"] < datetime(2026, 11, 22)
    assert list(calls(made["BashOperator"]["bash_command"]))


def test_no_secret_and_no_one_s_folder_stands_in_the_examples() -> None:
    assert not re.search(r"(?i)(password|token|secret)\w*\s*[:=]\s*['\"]?(?!\$)\w{6,}", PAGE.replace("secrets.env", ""))
    assert json.dumps(re.findall(r"(?<![\w.])/(?!opt/sales-targets|etc/|usr/|bin\b|dev/null)\w+/", PAGE)) == "[]"

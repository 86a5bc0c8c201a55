"""`workbench plan …`: the draft goes out as a workbook, comes back however people fill it in, and is confirmed."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest

from tests.commands import told_by
from tests.conftest import shared_data
from tests.plans import adds_up, plan
from tests.publish.conftest import write_notebook
from workbench import ledger, vintages
from workbench.cli.plan import app
from workbench.errors import DataError, ParameterError, RunError
from workbench.ledger import plans
from workbench.publish.drafts.amounts import amount
from workbench.publish.plan import Request
from workbench.publish.plan import plan as planned
from workbench.run import Run

SETTINGS = """
[company]
name = "Acme"
currency = "CNY"
languages = ["zh-CN", "en"]
[sources.orders]
files = ["orders.csv"]
[dimensions]
place = ["region"]
way = ["channel"]
"""
WHO = ("--author", "Ann", "--reason", "the yearly plan")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company's folder with a report that holds a plan; the person stands in it."""
    (tmp_path / "workbench.toml").write_text(SETTINGS, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBENCH_REPORTS", raising=False)
    report(plan())
    return tmp_path


def report(
    frame: pd.DataFrame, as_of: str = "2026-09-30", settings: str = "workbench.toml", name: str = vintages.PLAN,
    revision: str = "r1",
) -> Path:  # fmt: skip
    """What a report leaves of a plan, or of an adjustment of one."""
    run = Run.start(settings, as_of=as_of)
    tables = Path("reports", as_of, "Acme", revision, "tables").resolve()
    tables.mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("WORKBENCH_TABLES", str(tables))
        file = vintages.issue(run, frame, name=name)
    assert file is not None
    return file


call = partial(told_by, app)


def problems(*arguments: str) -> list[str]:
    with pytest.raises(DataError) as told:
        call(*arguments)
    return told.value.problems


def drafted(*options: str) -> Path:
    call("draft", *options)
    (file,) = Path("drafts").glob("*.xlsx")
    return file


class Sheet:
    """The table of nodes in a workbook, by part and heading, as a person edits it."""

    def __init__(self, file: Path) -> None:
        self.book = openpyxl.load_workbook(file)
        self.sheet = next(s for s in self.book if any(c.value in ("行号", "row") for c in s[5]))
        self.columns = {c.value: c.column for c in self.sheet[5]}

    def rows(self) -> dict[str, int]:
        node = self.columns["部分"]
        return {self.sheet.cell(r, node).value: r for r in range(6, self.sheet.max_row + 1)}

    def cell(self, part: str, column: str) -> Any:
        return self.sheet.cell(self.rows()[part], self.columns[column])

    def answer(self, part: str, proposed: Any, reason: str | None = "理由") -> None:
        self.cell(part, "建议目标").value = proposed
        self.cell(part, "理由").value = reason

    def decide(self, part: str, decision: str, why: str | None = "看过") -> None:
        self.cell(part, "决定").value = decision
        self.cell(part, "决定的理由").value = why

    def save(self, file: str = "filled.xlsx") -> str:
        self.book.save(file)
        return file


def answered(**given: Any) -> str:
    """A filled workbook with these answers."""
    sheet = Sheet(drafted())
    for part, proposed in given.items():
        sheet.answer(part, proposed)
    return sheet.save()


def decided(*refused: str) -> str:
    """The decisions that `answers` wrote, all accepted but those."""
    sheet = Sheet(Path("decisions.xlsx"))
    for part in sheet.rows():
        sheet.decide(part, "不采纳" if part in refused else "accept")
    return sheet.save("decided.xlsx")


def versions() -> tuple[ledger.Version, ...]:
    return ledger.versions(Path("ledger"))


# -- the draft ---------------------------------------------------------------------------------------------------------


def test_the_draft_has_instructions_in_each_language_and_open_cells_for_the_answer(here: Path) -> None:
    book = openpyxl.load_workbook(drafted())
    told = " ".join(str(row[0].value) for row in book["填写说明"])
    assert "在黄色的" in told
    assert "In the yellow column" in told
    assert book.sheetnames == ["填写说明", "目标", "分月"]
    sheet = book["目标"]
    heads = [c.value for c in sheet[5]]
    assert heads == ["行号", "层级", "部分", "负责人", "上年同期", "预计", "草案", "达成概率", "建议目标", "理由"]
    assert sheet.protection.sheet
    open_columns = {heads[c.column - 1] for row in sheet.iter_rows() for c in row if not c.protection.locked}
    assert open_columns == {"建议目标", "理由"}
    (rule,) = sheet.data_validations.dataValidation
    assert (rule.type, rule.operator, rule.formula1) == ("decimal", "greaterThanOrEqual", "0")


def test_the_months_of_the_draft_add_up_to_it(here: Path) -> None:
    book = openpyxl.load_workbook(drafted())
    months = {row[1]: sum(row[2:14]) for row in book["分月"].iter_rows(min_row=6, values_only=True)}
    totals = {row[2]: row[6] for row in book["目标"].iter_rows(min_row=6, values_only=True)}
    assert months == totals


def test_each_owner_gets_the_own_rows_only(here: Path) -> None:
    said = call("draft", "--each-owner")
    files = sorted(Path("drafts").iterdir())
    assert len(files) == 3
    assert str(files[0]) in said
    mine = Sheet(next(f for f in files if "王芳" in f.name))
    assert list(mine.rows()) == ["East"]
    assert {Sheet(f).book.custom_doc_props["workbench plan"].value for f in files} == {
        plans.digest_of(plans.checked(plan()))
    }


def test_a_draft_that_may_be_filled_in_is_never_overwritten(here: Path) -> None:
    file = drafted()
    kept = file.read_bytes()
    with pytest.raises(RunError, match="there already and may be filled in"):
        call("draft")
    assert file.read_bytes() == kept


def test_hostile_names_are_neither_formulas_nor_paths_nor_sheets(here: Path) -> None:
    strings = json.loads((shared_data("nasty") / "blns" / "blns.json").read_text("utf-8"))
    names = list(dict.fromkeys([*filter(str.strip, strings), "=1+1", "../../x", "con", "History", "'a'", "x" * 300]))
    frame = pd.DataFrame({
        "level": ["", *["region"] * len(names)], "node": ["", *names], "every": "year",
        "period": pd.Timestamp("2027-01-01"), "target": [1000.0 * len(names), *[1000.0] * len(names)],
        "owner": [None, *(name if at % 10 == 0 else "Ann" for at, name in enumerate(names))],
    })  # fmt: skip
    report(frame, "2026-10-31")
    call("draft")
    (file,) = Path("drafts").glob("*.xlsx")
    book = openpyxl.load_workbook(file)
    assert all(c.data_type != "f" and c.hyperlink is None for s in book for row in s.iter_rows() for c in row)
    with ZipFile(file) as parts:
        assert not any(b"<f>" in parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets"))
    call("draft", "--each-owner", "--out", "each")
    assert {p.parent for p in Path("each").rglob("*")} == {Path("each")}
    filled = Sheet(file)
    row = next(r for node, r in filled.rows().items() if node == "=1+1")
    filled.sheet.cell(row, filled.columns["建议目标"]).value = 2000
    filled.sheet.cell(row, filled.columns["理由"]).value = "=cmd|' /C calc'!A0"[1:]
    assert "=1+1" in call("answers", filled.save())


# -- the answers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (950000, 950000.0),
        ("950000", 950000.0),
        (" 950,000 ", 950000.0),
        ("９５０，０００", 950000.0),
        ("95万", 950000.0),
        ("95 萬元", 950000.0),
        ("0.0095亿", 950000.0),
        ("¥950,000.50", 950000.5),
        ("￥950 000", 950000.0),
        ("950k", 950000.0),
        ("1.234万", 12340.0),
        ("1.234.567,5", 1234567.5),
        ("12,5", 12.5),
        ("0", 0.0),
        (None, None),
        ("  ", None),
    ],
)
def test_amounts_are_read_as_people_write_them(written: Any, meant: float | None) -> None:
    assert amount(written) == (meant, "")


@pytest.mark.parametrize(
    "written",
    ["about 900", "900-950", -1, "-5", "(5)", float("nan"), 1e300, True, "1.234", "#REF!", "5%", "万", "1,23,4"],
)
def test_what_is_no_amount_is_said_not_guessed(written: Any) -> None:
    found, wrong = amount(written)
    assert found is None
    assert wrong


def test_the_differences_are_shown_and_put_up_for_decision(here: Path) -> None:
    said = call("answers", answered(East="94.5万", North=400_000))
    line = next(line for line in said.splitlines() if line.startswith("East"))
    assert line.split()[1:7] == ["王芳", "900,000", "945,000", "45,000", "+5.0%", "+3.0%"]
    assert "2 of 12 targets were answered; 1 would change" in said
    assert "No answer, so the draft stands: the whole, Abroad" in said
    sheet = Sheet(Path("decisions.xlsx"))
    assert list(sheet.rows()) == ["East"]
    assert sheet.sheet.data_validations.dataValidation[0].type == "list"


def test_answers_that_change_nothing_leave_nothing_to_decide_and_say_how_it_goes_on(here: Path) -> None:
    said = call("answers", answered())

    assert "0 of 12 targets were answered; 0 would change." in said
    assert "confirm the draft without --decisions" in said
    assert not Path("decisions.xlsx").exists()


def test_rows_may_be_sorted_deleted_and_columns_added_and_moved(here: Path) -> None:
    file = Sheet(drafted())
    file.answer("East", 945_000)
    values = [[c.value for c in row] for row in file.sheet.iter_rows(min_row=5)]
    head, body = values[0], [r for r in values[1:] if r[2] != "Abroad"]
    order = [9, 8, 2, 6, 0]  # reason, proposed, part, draft, row: the others are thrown away
    other = openpyxl.Workbook()
    sheet = other.active
    sheet.append(["my notes"])
    for line in [head, *sorted(body, key=lambda r: str(r[2]), reverse=True)]:
        sheet.append([None, "mine" if line is head else "x", *[line[i] for i in order]])
    other.save("sorted.xlsx")
    assert "1 of 12 targets were answered; 1 would change" in call("answers", "sorted.xlsx")


def test_every_breach_is_named_at_once_with_file_sheet_and_row(here: Path) -> None:
    file = Sheet(drafted())
    file.answer("East", "around 900k")
    file.answer("North", -5)
    file.answer("Abroad", 250_000, reason=None)
    file.answer("direct", 85, reason="in units of 10,000")
    file.cell("partner", "草案").value = 700_000
    file.answer("partner", "=SUM(A1:A2)")
    file.cell("East × direct", "部分").value = "West"
    file.sheet.append([None, None, "total", None, None, None, None, None, 5_000_000])
    file.save()
    (Path("broken.xlsx")).write_bytes(b"PK not a workbook")
    said = problems("answers", "filled.xlsx", "broken.xlsx", "absent.xlsx")
    expected = {
        "row 7: the proposed target 'around 900k' is not an amount": 1,
        "row 8: the proposed target -5 is below 0": 1,
        "row 9: 250,000.00 differs from the draft (200,000.00) without a reason": 1,
        "85.00 is 0.0001 times the draft (850,000.00). Is it in another unit?": 1,
        "the draft was changed from 650,000.00 to 700000": 1,
        "the proposed target is a formula without a result": 1,
        "but names West": 1,
        "row 18: the column 'row' does not name a row of the draft": 1,
        "broken.xlsx: it cannot be read": 1,
        "absent.xlsx: it cannot be read (No such file": 1,
    }
    assert {text: sum(text in one for one in said) for text in expected} == expected
    assert all("filled.xlsx, sheet '目标'" in one for one in said if "row 7" in one)
    assert not Path("decisions.xlsx").exists()


def test_two_owners_who_answer_the_same_part_differently_are_both_named(here: Path) -> None:
    draft = drafted()
    for name, amount_of in (("a.xlsx", 945_000), ("b.xlsx", 990_000), ("c.xlsx", 945_000)):
        file = Sheet(draft)
        file.answer("East", amount_of)
        file.save(name)
    (said,) = problems("answers", "a.xlsx", "b.xlsx", "c.xlsx")
    assert "b.xlsx, sheet '目标', row 7: proposes 990,000.00 where a.xlsx" in said
    assert "1 would change" in call("answers", "a.xlsx", "c.xlsx")


def test_an_answer_to_another_draft_is_told(here: Path) -> None:
    file = answered(East=945_000)
    report(plan({("East", "direct"): 12_000}), "2026-10-31")
    call("draft", "--out", "later")
    (said,) = problems("answers", file)
    assert said.startswith("filled.xlsx: 12 rows are of another draft (P")
    assert "1 would change" in call("answers", file, "--report", "reports/2026-09-30/Acme/r1")


def test_answers_go_to_the_draft_that_was_sent_even_if_a_newer_report_is_there(here: Path) -> None:
    file = answered(East=945_000)
    report(plan({("East", "direct"): 12_000}), "2026-10-31")
    assert "1 would change" in call("answers", file)


def test_a_formula_with_its_result_is_a_number(here: Path) -> None:
    """As a spreadsheet program saves it: the formula and its last result."""
    file = answered(East=0.25)
    with ZipFile(file) as parts:
        content = {n: parts.read(n) for n in parts.namelist()}
    name = next(n for n in content if b"<v>0.25</v>" in content[n])
    content[name] = content[name].replace(b"<v>0.25</v>", b"<f>900000+45000</f><v>945000</v>")
    with ZipFile("formula.xlsx", "w") as parts:
        for part, data in content.items():
            parts.writestr(part, data)
    assert "945,000" in call("answers", "formula.xlsx")


def test_a_workbook_that_is_no_draft_is_told(here: Path) -> None:
    drafted()
    other = openpyxl.Workbook()
    other.active.append(["region", "amount"])
    other.save("other.xlsx")
    assert problems("answers", "other.xlsx") == [
        "other.xlsx: no row of a draft is in it. Was it written by `workbench plan`?"
    ]


def test_a_column_that_is_gone_is_named(here: Path) -> None:
    file = Sheet(drafted())
    file.sheet.cell(5, file.columns["建议目标"]).value = "my own heading"
    assert any("the column 'proposed target' is gone" in one for one in problems("answers", file.save()))


def test_decisions_that_may_be_filled_in_are_never_overwritten(here: Path) -> None:
    file = answered(East=945_000)
    call("answers", file)
    with pytest.raises(RunError, match="there already"):
        call("answers", file)


# -- confirming --------------------------------------------------------------------------------------------------------


def test_nothing_is_confirmed_without_a_person_and_a_reason(here: Path) -> None:
    with pytest.raises(ParameterError) as told:
        call("confirm", "--author", " ", "--effective", "soon", "--balance", "both")
    assert len(told.value.problems) == 4
    assert not Path("ledger").exists()


def test_a_draft_may_be_confirmed_as_it_is(here: Path) -> None:
    said = call("confirm", *WHO, "--effective", "2026-10-01")
    assert said.startswith(
        "Confirmed as version 1: 1,500,000.00 for the year from 2027-01-01, in force from 2026-10-01"
    )
    (made,) = versions()
    assert len(made.entries) == 12 * 13
    assert made.evidence["report"] == "2026-09-30/Acme/r1"
    assert len(made.evidence["plan"]) == 64


@pytest.mark.parametrize("sent", ["r1", "r2"])
def test_the_evidence_names_the_revision_that_the_draft_came_from(here: Path, sent: str) -> None:
    report(plan(), revision="r2")  # the same plan once more, and a third time after the draft
    drafted("--report", f"reports/2026-09-30/Acme/{sent}")
    report(plan(), revision="r3")
    call("confirm", *WHO)

    assert ledger.versions(here / "ledger")[0].evidence["report"] == f"2026-09-30/Acme/{sent}"


def test_who_confirms_and_why_are_kept_on_one_line_without_control_characters(here: Path) -> None:
    call("confirm", "--author", "\x1b[31mAnn\n\u202eeve", "--reason", "a\tb\x07")

    (made,) = versions()
    assert (made.author, made.reason) == ("[31mAnn eve", "a b")


def test_the_round_trip_from_draft_to_version_keeps_who_why_and_every_sum(here: Path) -> None:
    call("answers", answered(East="94.5万", North=500_000))
    file = decided("North")
    with pytest.raises(ParameterError, match=r"\+45,000.00.*--balance whole.*--balance rest"):
        call("confirm", "--answers", "filled.xlsx", "--decisions", file, *WHO)
    assert not versions()
    call("confirm", "--answers", "filled.xlsx", "--decisions", file, *WHO, "--balance", "rest")
    (made,) = versions()
    year = {dict(e.node).get("region"): e for e in made.entries if e.every == "year" and len(e.node) < 2}
    assert (year["East"].amount, year["East"].draft, year["East"].reason) == (945_000, 900_000, "理由")
    assert [(d["node"], d["accepted"], d["why"]) for d in made.evidence["decided"]] == [
        ("North", False, "看过"),
        ("East", True, "看过"),
    ]
    assert made.evidence["answers"].keys() == {"filled.xlsx"}
    targets = ledger.targets(Run.start("workbench.toml", as_of="2099-01-01"))
    targets["node"] = targets[["region", "channel"]].apply(lambda r: " × ".join(r.dropna()), axis=1)
    assert adds_up(targets.assign(target=targets["amount"]))()


def test_what_was_decided_before_somebody_else_confirmed_is_refused(here: Path) -> None:
    call("answers", answered(East=945_000))
    file = decided()
    call("confirm", *WHO)
    with pytest.raises(RunError, match="version 1 is the last by now"):
        call("confirm", "--decisions", file, *WHO, "--balance", "whole")
    call("confirm", "--decisions", file, *WHO, "--balance", "whole", "--base", "1")
    assert [v.number for v in versions()] == [1, 2]


def test_changes_without_decisions_are_not_confirmed(here: Path) -> None:
    file = answered(East=945_000)
    (said,) = problems("confirm", "--answers", file, *WHO)
    assert "East: 945,000.00 was proposed, and nothing is decided on it" in said


def test_answers_that_agree_need_no_decision(here: Path) -> None:
    call("confirm", "--answers", answered(East=900_000), *WHO)
    assert len(versions()) == 1


def test_decisions_need_a_word_a_reason_and_the_owner_s_own_figure(here: Path) -> None:
    call("answers", answered(East=945_000, North=410_000, Abroad=210_000))
    sheet = Sheet(Path("decisions.xlsx"))
    sheet.decide("East", "perhaps")
    sheet.decide("North", "采纳", why=None)
    sheet.decide("Abroad", "采纳")
    sheet.cell("Abroad", "建议目标").value = 220_000
    said = problems("confirm", "--decisions", sheet.save("decided.xlsx"), *WHO)
    assert [one.partition(": ")[2] for one in said] == [
        "the decision is 'perhaps'; write accept or refuse",
        "the decision has no reason",
        "the proposed target was changed after the owner wrote it",
    ]


def test_decisions_on_other_answers_are_told(here: Path) -> None:
    call("answers", answered(East=945_000))
    file = decided()
    other = Sheet(next(Path("drafts").iterdir()))
    other.answer("East", 950_000)
    (said,) = problems("confirm", "--answers", other.save("other.xlsx"), "--decisions", file, *WHO)
    assert "East: 945,000.00 was decided on, but the answers propose something else" in said


def test_a_part_s_plan_must_agree_with_the_confirmed_whole(here: Path) -> None:
    call("confirm", *WHO, "--effective", "2026-10-01")
    run = Run.start("workbench.toml", as_of="2026-10-31", scope="region=East")
    tables = Path("reports", "2026-10-31", "Acme, region=East", "r1", "tables").resolve()
    tables.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("WORKBENCH_TABLES", str(tables))
        frame = plan({("x", "direct"): 700_000, ("x", "partner"): 300_000})
        vintages.issue(run, frame[frame["level"].isin(["", "channel"])], name="plan")
    said = problems("confirm", "--scope", "region=East", *WHO)
    assert said[0].startswith("East, year from 2027-01-01: version 1 holds 900,000.00, this plan 1,000,000.00")


def test_a_report_is_made_again_after_a_confirm_that_it_may_see(here: Path) -> None:
    write_notebook(here / "own.ipynb", parameters='as_of: str = "2026-09-30"  # last day')
    (here / "orders.csv").write_text("date,amount\n2026-01-01,3\n", "utf-8")
    keys = [planned(Request(("own.ipynb",), as_of=day)).key for day in ("2026-09-30", "2099-01-01")]
    call("confirm", *WHO)
    after = [planned(Request(("own.ipynb",), as_of=day)).key for day in ("2026-09-30", "2099-01-01")]
    assert after[0] == keys[0]
    assert after[1] != keys[1]


# -- showing -----------------------------------------------------------------------------------------------------------


def test_show_tells_what_is_in_force_on_a_day(here: Path) -> None:
    assert "nothing was confirmed" in call("show")
    call("confirm", *WHO, "--effective", "2199-01-01")
    assert "counts from 2199-01-01" in call("show")
    said = call("show", "--as-of", "2199-01-01")
    assert next(line for line in said.splitlines() if line.startswith("East ")).split()[1:5] == [
        "year", "2027-01-01", "900,000", "王芳",
    ]  # fmt: skip


def test_show_tells_the_history_of_a_part(here: Path) -> None:
    call("confirm", *WHO)
    call("confirm", "--author", "Bo", "--reason", "again", "--base", "1")
    said = call("show", "--node", "region=East").splitlines()
    assert [line.split()[0] for line in said] == ["version", "1", "2"]
    assert "Bo" in said[2]


# -- as a program ------------------------------------------------------------------------------------------------------


@pytest.fixture
def program(here: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "workbench.cli", "plan", *arguments]
        return subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=300)

    return run


def test_errors_are_plain_words_with_an_exit_code(program: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    refused = program("confirm")
    assert refused.returncode == 2
    assert refused.stderr.startswith("workbench plan confirm: 2 problems")
    wrong = program("answers", "absent.xlsx")
    assert wrong.returncode == 1
    assert "absent.xlsx: it cannot be read" in wrong.stderr
    assert "Traceback" not in refused.stderr + wrong.stderr


def test_a_file_that_a_spreadsheet_program_saved_is_read_the_same(here: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip(
            "LibreOffice is not installed (Debian: apt-get install libreoffice-calc), so this test could not run"
        )
    file = answered(East="94.5万", North=420_000)
    profile = (here / "profile").as_uri()
    subprocess.run(
        [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx", "--outdir", "saved", file],
        cwd=here, capture_output=True, timeout=300, check=True,
    )  # fmt: skip
    said = call("answers", "saved/filled.xlsx")
    assert said == call("answers", file, "--out", "again.xlsx").replace("again.xlsx", "decisions.xlsx")
    call("confirm", "--decisions", decided(), *WHO, "--balance", "whole")
    assert ledger.whole_of(versions()[0]).amount == 1_565_000

"""From notebooks to a dated report: whole or not at all, the same for the same inputs, failures told and kept."""

import errno
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

import workbench as wb
from tests.publish.conftest import SETTINGS, SHOW, manifest_of, write_notebook
from workbench import lessons, publish
from workbench.errors import ParameterError, RunError, SettingsError
from workbench.publish import Outcome, Request
from workbench.publish.report import Means

TABLE = """import pandas as pd
names = ["=HYPERLINK(1)", "华东 <b>", None]
table = pd.DataFrame({"name": names, "amount": [1.5, None, 3], "share": [0.5, 0.25, 0.25]})
folder = Path(os.environ["WORKBENCH_TABLES"])
table.to_parquet(folder / "story.totals.parquet")
columns = {"amount": {"title": {"en": "Amount", "zh-CN": "金额"}, "kind": "money"}, "share": {"kind": "ratio"}}
(folder / "story.totals.json").write_text(json.dumps({"title": {"en": "Totals"}, "columns": columns}))"""
TELL = """show("title", "title", "A story", "故事")
show("answer", "answer", "Sales rose", "销售上升")
show("section", "more", "More", "更多")
show("data", "data", "Data", "数据", provenance={"digests": {"orders": "abc"}, "rows": {"orders": 3}})"""
ISSUE = """import os, pathlib, pandas as pd
folder = pathlib.Path(os.environ["WORKBENCH_TABLES"]).parent / "vintages"
folder.mkdir()
pd.DataFrame({"node": ["a"]}).to_parquet(folder / "forecast.parquet")"""
OWN = """import sys
print("<i>printed</i>"); print("a", "warning", file=sys.stderr)
table"""
FACTS = 'print(json.dumps({"sales": 4.5, "share": float("nan"), "where": scope, "as_of": as_of}))'


@pytest.fixture(scope="module")
def story(notebook: Callable[..., Path]) -> Path:
    return notebook("story", SHOW, TABLE, TELL, OWN, FACTS, tags={5: ["facts"]})


@pytest.fixture(scope="module")
def asked(company: Path, story: Path) -> Callable[..., Request]:
    def request(**more: object) -> Request:
        usual = {"notebooks": (str(story),), "settings": company / "workbench.toml", "out": company / "reports"}
        return Request(**{**usual, "timeout": 120.0, **more})

    return request


@pytest.fixture(scope="module")
def made(asked: Callable[..., Request]) -> Outcome:
    return publish.run(asked(scope="region=华东"))


@pytest.fixture(scope="module")
def failed(
    asked: Callable[..., Request], story: Path, notebook: Callable[..., Path], made: Outcome, means: Means
) -> Outcome:
    broken = notebook("broken", SHOW, 'show("answer", "a", "Half", "一半")', "1 / 0")
    return publish.run(asked(scope="region=华东", notebooks=(str(story), str(broken))), means)


def test_a_report_has_all_its_files_in_its_dated_place(company: Path, made: Outcome) -> None:
    assert made.status == "ok"
    assert made.folder == company / "reports" / "2026-09-30" / "Acme, region=华东" / "r1"
    assert sorted(p.relative_to(made.folder).as_posix() for p in made.folder.rglob("*") if p.is_file()) == [
        "manifest.json",
        "overview.en.html",
        "overview.zh-CN.html",
        "story.en.html",
        "story.ipynb",
        "story.zh-CN.html",
        "tables.xlsx",
        "tables/story.totals.json",
        "tables/story.totals.parquet",
    ]


def test_each_page_speaks_its_language(made: Outcome) -> None:
    english, chinese = ((made.folder / f"story.{lang}.html").read_text("utf-8") for lang in ("en", "zh-CN"))

    assert "Sales rose body" in english
    assert "销售上升正文" in chinese
    assert "销售上升正文" not in english


def test_what_analysts_add_is_shown_but_harmless(made: Outcome) -> None:
    page = (made.folder / "story.en.html").read_text("utf-8")

    assert "&lt;i&gt;printed&lt;/i&gt;" in page
    assert "华东 &lt;b&gt;" in page
    assert "a warning" not in page
    assert "<script" not in page


def test_a_page_loads_nothing_from_elsewhere(made: Outcome) -> None:
    for page in made.folder.glob("*.html"):
        assert re.findall(r"(?:src|href)=\"(?!#|data:)[^\"]*//[^\"]*\"", page.read_text("utf-8")) == []


def test_a_report_stands_where_the_list_of_all_reports_cannot_be_written(
    asked: Callable[..., Request], tmp_path: Path
) -> None:
    """A folder lies where the list belongs; once it is gone, the same start finds the report and writes the list."""
    (tmp_path / "index.html" / "mine").mkdir(parents=True)
    for status in ("ok", "unchanged"):
        outcome = publish.run(asked(out=tmp_path))
        told = json.loads(outcome.json())

        assert (outcome.status, told["status"], outcome.code, outcome.good) == (status, status, 1, False)
        assert told["folder"] == str(tmp_path / "2026-09-30" / "Acme" / "r1")
        assert (outcome.folder / "overview.en.html").is_file()
        assert "The list of all reports cannot be written" in told["unlisted"]
        assert told["unlisted"] in outcome.text()
        assert str(outcome.leading[0]) in outcome.text()
    (tmp_path / "index.html" / "mine").rmdir()
    (tmp_path / "index.html").rmdir()
    again = publish.run(asked(out=tmp_path))

    assert (again.status, again.code, again.unlisted) == ("unchanged", 0, "")
    assert "2026-09-30/Acme/r1/" in (tmp_path / "index.html").read_text("utf-8")


def test_who_stops_the_list_of_all_reports_is_told_that_the_report_stands(
    asked: Callable[..., Request], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.publish.index.rebuild", stopped)
    outcome = publish.run(asked(out=tmp_path))

    assert (outcome.status, outcome.code) == ("ok", 1)
    assert outcome.unlisted.startswith("The list of all reports was not written, for it was stopped. What was made")
    assert (outcome.folder / "overview.en.html").is_file()


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE])
def test_a_destination_that_cannot_be_read_is_told_in_words_before_anything_starts(
    asked: Callable[..., Request], made: Outcome, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A disk that fails, or a network's folder that its server no longer knows."""

    def fails(path: Path) -> Iterator[Path]:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "iterdir", fails)
    with pytest.raises(RunError, match=f"cannot be read: {os.strerror(number)}. Look at its disk") as caught:
        publish.run(asked(scope="region=华东"))

    assert "Earlier reports are as they were" in str(caught.value)


def test_links_between_pages_lead_somewhere(made: Outcome) -> None:
    for page in [*made.folder.glob("*.html"), made.folder.parents[2] / "index.html"]:
        from urllib.parse import unquote

        targets = re.findall(r"<a [^>]*href=\"([^\"#][^\"]*)\"", page.read_text("utf-8"))
        assert targets
        assert [t for t in targets if not (page.parent / unquote(t)).exists()] == []


def test_the_overview_leads_with_the_answer(made: Outcome) -> None:
    page = (made.folder / "overview.en.html").read_text("utf-8")

    assert "Sales rose body" in page
    assert "More body" not in page
    assert 'href="story.en.html"' in page


def test_the_manifest_tells_what_made_the_report(made: Outcome) -> None:
    told = manifest_of(made.folder)

    assert (told["status"], told["as_of"], told["scope"], told["revision"]) == ("ok", "2026-09-30", "region=华东", 1)
    assert told["languages"] == ["en", "zh-CN"]
    assert told["notebooks"][0]["parameters"]["lang"] == "en,zh-CN"
    assert told["notebooks"][0]["defaults"]["as_of"] == "2026-09-30"
    assert told["data"]["rows"] == {"orders": 3}
    assert told["data"]["digests"] == {"orders": "abc"}
    assert list(told["data"]["files"]) == ["orders.csv"]
    assert {"pandas", "papermill"} <= set(told["versions"])
    assert told["notebooks"][0]["seconds"] > 0


def test_facts_reach_the_outcome(made: Outcome) -> None:
    facts = {"sales": 4.5, "share": None, "where": "region=华东", "as_of": "2026-09-30"}

    assert [(r.lang, r.facts) for r in made.reports] == [("en", facts), ("zh-CN", facts)]
    assert json.loads(made.json())["reports"][1]["html"] == str(made.folder / "story.zh-CN.html")


def test_the_workbook_holds_real_numbers_and_no_formulas(made: Outcome) -> None:
    sheet = openpyxl.load_workbook(made.folder / "tables.xlsx")["Totals"]

    assert [c.value for c in sheet[2]] == ["name", "Amount", "share"]
    assert [c.value for c in sheet[3]] == ["=HYPERLINK(1)", 1.5, 0.5]
    assert {c.data_type for row in sheet.iter_rows() for c in row} <= {"s", "n"}
    assert (sheet["B3"].number_format, sheet["C3"].number_format) == ("#,##0.00", "0.0%")
    assert sheet["B4"].value is None


def test_the_same_inputs_are_not_run_again(asked: Callable[..., Request], made: Outcome) -> None:
    again = publish.run(asked(scope="region=华东"))

    assert (again.status, again.folder) == ("unchanged", made.folder)
    assert again.reports[0].facts == made.reports[0].facts
    assert again.good


def test_inputs_that_change_during_a_run_are_told_and_never_called_unchanged(
    company: Path, notebook: Callable[..., Path], tmp_path: Path, means: Means
) -> None:
    (tmp_path / "workbench.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "orders.csv").write_text("date,amount\n2026-01-01,3\n", "utf-8")
    late = f"open({str(tmp_path / 'orders.csv')!r}, 'a').write('2026-01-02,4\\n')"
    request = Request(
        (str(notebook("late", ISSUE, late)),), tmp_path / "workbench.toml", out=tmp_path / "out", as_of="2026-09-30"
    )
    changed = publish.run(request, means)
    told = manifest_of(changed.folder)

    assert (changed.status, changed.changed, changed.code) == ("ok", ("orders.csv",), 3)
    assert not changed.good
    assert changed.text().startswith("orders.csv changed while this report was made")
    assert (told["inputs_changed"], told["key"]) == (True, None)
    assert sorted(p.name for p in (changed.folder / "vintages").iterdir()) == ["forecast.parquet", "mixed"]
    assert publish.run(request, means).folder != changed.folder


def test_each_page_of_a_report_whose_inputs_changed_says_so_in_its_language(
    company: Path, notebook: Callable[..., Path], tmp_path: Path
) -> None:
    odd = "a <b> &.csv"
    (tmp_path / "workbench.toml").write_text(SETTINGS.replace("orders.csv", odd), "utf-8")
    (tmp_path / odd).write_text("date,amount\n2026-01-01,3\n", "utf-8")
    late = f"open({str(tmp_path / odd)!r}, 'a').write('2026-01-02,4\\n')"
    books = (str(notebook("early", SHOW)), str(notebook("writes", late)))
    made = publish.run(Request(books, tmp_path, out=tmp_path / "out", as_of="2026-09-30", lang="en,zh-CN,zh-TW"))
    said = {"en": "a &lt;b&gt; &amp;.csv changed while this report was made; figures may mix old and new. Run it",
            "zh-CN": "数字可能新旧混杂。请重新运行。", "zh-TW": "數字可能新舊混雜。請重新執行。"}  # fmt: skip

    for lang, told in said.items():
        for name in ("overview", "early", "writes"):
            page = (made.folder / f"{name}.{lang}.html").read_text("utf-8")
            assert page.count(told) == 1
            assert page.index('class="problem" role="status"') < page.index("<h1>")
    assert "data changed meanwhile" in (tmp_path / "out" / "index.en.html").read_text("utf-8")
    assert manifest_of(made.folder)["changed"] == [odd]


def test_inputs_that_stay_are_told_so(made: Outcome) -> None:
    assert made.changed == ()
    assert manifest_of(made.folder)["inputs_changed"] is False


def test_the_same_inputs_give_the_same_bytes(
    asked: Callable[..., Request], made: Outcome, company: Path, means: Means
) -> None:
    twin = publish.run(asked(scope="region=华东", out=company / "elsewhere"), means)

    for name in ("overview.en.html", "story.zh-CN.html", "tables.xlsx"):
        assert (twin.folder / name).read_bytes() == (made.folder / name).read_bytes()


def test_a_failure_keeps_the_notebook_and_the_good_report(made: Outcome, failed: Outcome) -> None:
    assert failed.status == "failed"
    assert failed.folder.name == "r2-failed"
    assert [(r.notebook, r.lang, r.status) for r in failed.reports if r.lang == "en"] == [
        ("story", "en", "ok"),
        ("broken", "en", "failed"),
    ]
    assert "ZeroDivisionError" in (failed.folder / "broken.ipynb").read_text("utf-8")
    assert (made.folder / "story.en.html").exists()


def test_a_failure_is_told_in_one_line_with_its_cell_and_where_it_is_kept(failed: Outcome) -> None:
    assert failed.reports[2].error == "failed in cell 5: ZeroDivisionError: division by zero"
    assert failed.text().splitlines()[:2] == [
        "broken: failed in cell 5: ZeroDivisionError: division by zero",
        f"The notebook as it stopped: {failed.folder / 'broken.ipynb'}",
    ]


def test_a_failed_page_shows_what_there_is_under_a_banner(failed: Outcome) -> None:
    page = (failed.folder / "broken.en.html").read_text("utf-8")

    assert "Half body" in page
    assert "ZeroDivisionError: division by zero" in page
    assert "Traceback" not in page


def test_after_a_failure_the_same_request_runs_again(
    asked: Callable[..., Request], failed: Outcome, made: Outcome
) -> None:
    assert publish.run(asked(scope="region=华东")).folder == made.folder


def test_the_index_lists_every_report_newest_first(company: Path, failed: Outcome) -> None:
    _, table, listed = (company / "reports" / "index.html").read_text("utf-8").rpartition("<table>")

    assert table
    assert re.findall(r'href="\S+/(r\d\S*)/overview\.en\.html"', listed) == ["r2-failed", "r1"]
    assert "region 华东" in listed


def test_the_newest_good_report_stands_apart_above_the_list(company: Path, failed: Outcome) -> None:
    above, _, _ = (company / "reports" / "index.html").read_text("utf-8").partition("<table>")

    assert re.findall(r'href="\S+/(r\d\S*)/overview\.en\.html"', above) == ["r1"]


def test_companies_that_share_a_folder_of_reports_keep_apart(
    asked: Callable[..., Request], company: Path, tmp_path: Path, means: Means
) -> None:
    other = tmp_path / "workbench.toml"
    other.write_text(SETTINGS.replace("Acme", "Bolt GmbH"), "utf-8")
    (tmp_path / "orders.csv").write_text("date,amount\n2026-01-01,3\n", "utf-8")
    one, two = (
        publish.run(asked(settings=s, out=tmp_path / "out"), means) for s in (company / "workbench.toml", other)
    )
    again = publish.run(asked(out=tmp_path / "out", force=True), means)
    _, _, listed = (tmp_path / "out" / "index.html").read_text("utf-8").rpartition("<table>")

    assert [o.folder.name for o in (one, two, again)] == ["r1", "r1", "r2"]
    assert one.folder.parent.name == "Acme"
    assert two.folder.parent.name.startswith("Bolt_GmbH-")
    assert [told.split("<")[0] for told in listed.split("<bdi>")[1::2]] == ["Acme", "Acme", "Bolt GmbH"]


def test_the_index_survives_strangers_in_its_folder(company: Path, made: Outcome) -> None:
    from workbench.publish import index

    stranger = company / "reports" / "2026-01-01" / "<script>alert(1)"
    (stranger / "r1").mkdir(parents=True)
    (stranger / "r1" / "manifest.json").write_text("{")
    (stranger / "r2").mkdir()
    odd = manifest_of(made.folder) | {"scope": "<script>alert(1)</script>", "company": {"en": "'\"><img>"}}
    (stranger / "r2" / "manifest.json").write_text(json.dumps(odd))
    page = index.rebuild(company / "reports").read_text("utf-8")

    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"parameters": ("as_off=1", "scop=2")}, "Did you mean 'as_of'"),
        ({"as_of": "30.09.2026"}, "write a day as 2026-09-30"),
        ({"lang": "fr"}, "the reports speak en"),
        ({"scope": "planet=Mars"}, "there is no level 'planet'"),
        ({"parameters": ("as_of=2026-01-01",), "as_of": "2026-01-02"}, "given twice"),
        ({"parameters": ("as_of",)}, "name=value"),
        ({"notebooks": ("histroy",)}, "Did you mean 'history'"),
        ({"parameters": {"settings": 3}}, "should be text"),
    ],
)
def test_a_wrong_request_is_refused_before_anything_runs(
    asked: Callable[..., Request], company: Path, wrong: dict, text: str
) -> None:
    with pytest.raises(ParameterError, match=re.escape(text)):
        publish.run(asked(out=company / "never", **wrong))

    assert not (company / "never").exists()


def test_a_notebook_that_cannot_hear_a_scope_is_refused(
    asked: Callable[..., Request], notebook: Callable[..., Path]
) -> None:
    deaf = notebook("deaf", "1", parameters='as_of: str = "2026-09-30"')

    with pytest.raises(ParameterError, match="--scope would not reach it"):
        publish.run(asked(notebooks=(str(deaf),), scope="region=华东"))


def test_missing_settings_are_told(asked: Callable[..., Request], company: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        publish.run(asked(settings=company / "nowhere.toml"))


def test_a_place_that_cannot_be_written_is_told_before_anything_runs(
    asked: Callable[..., Request], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(RunError, match="cannot be written"):
        publish.run(asked(out=tmp_path / "file"))


@pytest.fixture(scope="module", autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Runs are started from a folder that is not the project's."""
    patch = pytest.MonkeyPatch()
    patch.chdir(tmp_path_factory.mktemp("here"))
    yield
    patch.undo()


SHARES = """import workbench as wb
def costly(log):
    open(log, "a").write("x")
    return 7
print(json.dumps({"seven": wb.remembered(costly, %r), "folder": os.environ.get("WORKBENCH_SHARED", "")}))"""


def test_notebooks_of_a_report_compute_what_they_share_once(
    asked: Callable[..., Request], notebook: Callable[..., Path], tmp_path: Path, means: Means
) -> None:
    code = SHARES % str(tmp_path / "log")
    names = [str(notebook(f"shares{n}", SHOW, code, tags={2: ["facts"]})) for n in range(3)]
    told = publish.run(asked(notebooks=tuple(names), out=tmp_path / "out"), means).reports

    assert [r.facts["seven"] for r in told if r.lang == "en"] == [7, 7, 7]
    assert (tmp_path / "log").read_text() == "x"
    assert not Path(told[0].facts["folder"]).exists()


@pytest.fixture(scope="module")
def changing(asked: Callable[..., Request], story: Path, company: Path, means: Means) -> Callable[..., Outcome]:
    """Runs the story beside a notebook that holds these cells, in a folder of reports of its own."""

    def ran(*cells: str, **more: object) -> Outcome:
        other = write_notebook(company / "other.ipynb", SHOW, *cells)
        return publish.run(asked(notebooks=(str(story), str(other)), out=company / "reuse", **more), means)

    return ran


@pytest.fixture(scope="module")
def reused(changing: Callable[..., Outcome]) -> tuple[Outcome, Outcome]:
    return changing("1 / 0"), changing("2")


def statuses(outcome: Outcome) -> list[tuple[str, str, str | None]]:
    told = manifest_of(outcome.folder)["notebooks"]
    return [(n["name"], n["status"], n["reused"]) for n in told]


def test_a_notebook_that_did_not_change_is_taken_from_the_last_revision_even_if_another_failed_there(
    reused: tuple[Outcome, Outcome],
) -> None:
    failed, good = reused

    assert statuses(failed) == [("story", "ok", None), ("other", "failed", None)]
    assert (good.folder.name, statuses(good)) == ("r2", [("story", "ok", "r1"), ("other", "ok", None)])
    for file in ("tables/story.totals.parquet", "tables/story.totals.json"):
        assert (good.folder / file).read_bytes() == (failed.folder / file).read_bytes()
    assert good.reports[0].facts == failed.reports[0].facts
    assert openpyxl.load_workbook(good.folder / "tables.xlsx").sheetnames == ["Contents", "Totals"]


def test_a_page_that_was_taken_over_says_so(reused: tuple[Outcome, Outcome]) -> None:
    mark = "Unchanged, taken from revision"
    pages = {name: (reused[1].folder / f"{name}.en.html").read_text("utf-8") for name in ("story", "other")}

    assert f"{mark} <bdi>r1</bdi>" in pages["story"]
    assert pages["story"].index(f"Revision 2 · {mark} r1") < pages["story"].index('<main id="main">')
    assert mark not in pages["other"]
    assert mark not in (reused[0].folder / "story.en.html").read_text("utf-8")


def test_force_redoes_every_notebook_and_other_parameters_are_another_notebook(
    reused: tuple[Outcome, Outcome], changing: Callable[..., Outcome]
) -> None:
    assert statuses(changing("2", force=True)) == [("story", "ok", None), ("other", "ok", None)]
    assert statuses(changing("3", lang="en")) == [("story", "ok", None), ("other", "ok", None)]


def test_what_is_taken_over_names_the_revision_that_made_it(
    reused: tuple[Outcome, Outcome], changing: Callable[..., Outcome]
) -> None:
    again = statuses(changing("4"))

    assert again[0][:2] == ("story", "ok")
    assert again[0][2] in ("r1", "r3")  # the newest that made it itself
    assert again[1][2] is None


def test_a_manifest_that_was_tampered_with_leads_nowhere(
    reused: tuple[Outcome, Outcome], changing: Callable[..., Outcome], company: Path
) -> None:
    for file in (company / "reuse").rglob("manifest.json"):
        told = json.loads(file.read_text("utf-8"))
        for one in told["notebooks"]:
            one["files"] = ["tables/../../../../orders.csv"]
        file.write_text(json.dumps(told), "utf-8")

    assert [reused_from for *_, reused_from in statuses(changing("5"))] == [None, None]


def test_what_a_review_proposes_is_kept_with_its_report_for_a_person_to_approve(
    asked: Callable[..., Request], notebook: Callable[..., Path], tmp_path: Path, means: Means
) -> None:
    """Found missing: the report left the file of proposals out, so `workbench lessons propose` never found one."""
    issues = """import workbench as wb
from workbench.lessons import Lesson
run = wb.Run.start(settings, as_of=as_of)
kept = wb.lessons.issue(run, [Lesson("reserve", "means.reserve", 0.0, 0.03)])"""
    came = publish.run(
        asked(as_of="2026-09-30", notebooks=(str(notebook("proposes", SHOW, issues)),), out=tmp_path / "out"), means
    )
    run = wb.Run.start(asked().settings, as_of="2026-09-30")

    file = lessons.newest(run, tmp_path / "out")
    assert file == came.folder / "vintages" / "lessons.toml"
    assert [one.id for one in lessons.read(file).lessons] == ["means.reserve"]

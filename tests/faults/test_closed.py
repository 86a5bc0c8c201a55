"""Reports are closed: hostile names stay names in every page, table, workbook and path; nothing runs, nothing loads."""

import threading
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import workbench as wb
from tests.conftest import shared_data
from tests.faults import hostile
from tests.publish.conftest import write_notebook
from workbench import lessons, publish, vintages
from workbench.analytics.plan.learned import learned
from workbench.cli import lessons as lesson_commands
from workbench.cli import plan as plan_commands
from workbench.publish import Outcome, Request, drafts, manifest, message, plan

ALLOWED = {"default-src 'none'", "img-src data:", "style-src 'unsafe-inline'"}
NEVER = {"script", "iframe", "object", "embed", "form", "base", "link", "applet", "frame", "audio", "video", "template"}


class Page(HTMLParser):
    """What a browser finds in a page: its elements and its text."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.write(tmp_path_factory.mktemp("hostile"), shared_data("nasty/blns/blns.json"))


@pytest.fixture(scope="module")
def report(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """All notebooks on the hostile company, from a folder that holds nothing else."""
    here = tmp_path_factory.mktemp("here")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        yield publish.run(Request(settings=company, as_of="2026-09-30", out=here / "reports", timeout=600))


@pytest.fixture(scope="module")
def pages(report: Outcome) -> dict[str, Page]:
    files = [*report.folder.glob("*.html"), report.folder.parents[2] / "index.html"]
    return {file.name: Page(file) for file in files}


def test_every_notebook_says_what_it_can(report: Outcome) -> None:
    assert {r.notebook: r.error for r in report.reports} == {r.notebook: None for r in report.reports}
    assert report.status == "ok"
    assert {r.notebook for r in report.reports} == {"history", "market", "forecast", "plan", "tracking", "review"}


def test_names_never_become_markup(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert {tag for tag, _ in page.elements} & NEVER == set(), name
        assert [a for _, attributes in page.elements for a in attributes if a.startswith("on")] == [], name


def test_nothing_is_loaded_and_no_link_leads_out(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for _, attributes in page.elements:
            assert attributes.get("src", "data:").startswith("data:"), name
            assert "//" not in attributes.get("href", ""), name
            assert "javascript:" not in attributes.get("href", "").lower(), name
            assert "url(" not in attributes.get("style", ""), name


def test_names_are_there_as_they_are_written(pages: dict[str, Page]) -> None:
    history = pages["history.en.html"].text

    assert sum(name in history for name in hostile.OWN) >= 8
    assert hostile.OWN[0] in pages["overview.en.html"].text
    for name, least in (("plan", 8), ("tracking", 8), ("review", 5)):
        assert sum(own in pages[f"{name}.en.html"].text for own in hostile.OWN) >= least, name


def test_every_page_forbids_what_it_does_not_need(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        policies = [a["content"] for tag, a in page.elements if tag == "meta" and "http-equiv" in a]
        assert len(policies) == 1, name
        assert {part.strip() for part in policies[0].split(";")} >= ALLOWED, name
        assert "script" not in policies[0], name


def test_no_cell_of_the_workbook_is_a_formula_and_only_its_list_of_contents_leads_on_within_it(report: Outcome) -> None:
    file = report.folder / "tables.xlsx"
    contents, *sheets = openpyxl.load_workbook(file).worksheets
    links = [row[1].hyperlink for row in contents.iter_rows(min_row=3)]

    assert {c.data_type for s in (contents, *sheets) for row in s.iter_rows() for c in row} <= {"s", "n", "d", "b"}
    assert [c.hyperlink for s in sheets for row in s.iter_rows() for c in row if c.hyperlink] == []
    assert [(link.target, _sheet_of(link.location)) for link in links] == [(None, s.title) for s in sheets]
    assert [n for n in zipfile.ZipFile(file).namelist() if "external" in n or "vba" in n or "drawing" in n] == []


def _sheet_of(place: str) -> str:
    name = place.removesuffix("!A1")
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def test_names_stand_in_the_tables_as_they_are(report: Outcome) -> None:
    found = {v for file in report.folder.glob("tables/*.parquet") for v in _texts(pq.read_table(file))}

    assert sum(name in found for name in hostile.OWN) >= 15


def test_proposed_lessons_are_read_as_they_were_written(report: Outcome, company: Path, tmp_path: Path) -> None:
    """lessons.toml goes to a person with names in sentences, keys and values; what it says comes back the same."""
    run = wb.Run.start(company, as_of="2026-09-30")
    file = lessons.newest(run, report.folder.parents[2])
    assert file is not None
    found = lessons.read(file)
    regions = set(hostile._tables(shared_data("nasty/blns/blns.json"))["orders"]["region"])

    assert found.about["company"] == hostile.COMPANY
    assert {name for one in found.lessons for name in one.at.values()} & regions
    assert {name for one in found.lessons if "region" in one.at for name in one.at.values()} <= regions
    (tmp_path / "again.toml").write_text(lessons.text(found.about, found.lessons), "utf-8")
    assert [(one.id, one.before, one.after) for one in lessons.read(tmp_path / "again.toml").lessons] == [
        (one.id, one.before, one.after) for one in found.lessons
    ]
    told = learned(run.settings.plan, lessons.approved(run)).lessons
    assert told is not None
    assert set(told.table["author"]) == {hostile.OWN[0]}


def test_the_workbooks_to_owners_hold_no_formula_and_stay_in_their_folder(
    report: Outcome, company: Path, tmp_path: Path
) -> None:
    run = wb.Run.start(company, as_of="2026-09-30")
    for name in (vintages.PLAN, vintages.ADJUSTED):
        plan = vintages.opened(report.folder, name).frame
        assert len(plan)
        made = drafts.write(run, plan, date(2026, 9, 30), tmp_path / "drafts" / name, each_owner=True)

        assert {file.resolve().parent for file in made.files} == {(tmp_path / "drafts" / name).resolve()}
        assert len(list((tmp_path / "drafts" / name).iterdir())) == len(made.files) >= 3
        cells = [c for f in made.files for s in openpyxl.load_workbook(f).worksheets for r in s.iter_rows() for c in r]
        assert [c.value for c in cells if c.data_type == "f"] == []
        assert [c.hyperlink for c in cells if c.hyperlink] == []
    assert {p.name for p in tmp_path.iterdir()} == {"drafts"}


def test_what_people_are_told_mentions_nobody_and_links_nowhere(report: Outcome) -> None:
    told = manifest.read(report.folder)
    assert told is not None
    for lang in ("en", "zh-CN", "zh-TW"):
        said = message.of_report(told, report.folder, message.Place(Path("/r"), "https://reports.example"), lang)
        text = said.title + said.body
        assert not set("@<>[]*`#~|\\") & set(text)
        assert "://" not in text
        assert "www." not in text


def test_what_a_terminal_is_told_has_no_control_characters(company: Path, tmp_path: Path) -> None:
    for module, words in (
        (plan_commands, ["show"]),
        (plan_commands, ["show", "--node", "all"]),
        (lesson_commands, ["show"]),
    ):
        done = CliRunner().invoke(module.app, [*words, "--settings", str(company), "--as-of", "2026-09-30"])
        assert done.exit_code == 0, done.output
        assert [c for c in done.output if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")] == []
        assert len(done.output.splitlines()) > 2


def test_all_files_are_where_they_belong(report: Outcome, company: Path) -> None:
    here = report.folder.parents[3]

    assert {p.name for p in here.iterdir()} == {"reports"}
    assert {p.name.partition(".")[0] for p in (here / "reports").iterdir()} == {"2026-09-30", "index"}
    assert [p for folder in (here, company.parent) for p in folder.rglob("*") if p.name == hostile.MARK] == []
    assert {p.name for p in report.folder.rglob("*") if p.is_file()} >= {"manifest.json", "tables.xlsx"}


def test_a_notebook_from_elsewhere_runs_only_where_its_path_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notebooks").mkdir()
    own, other = (write_notebook(tmp_path / name) for name in ("notebooks/own.ipynb", "other.ipynb"))
    (tmp_path / "notebooks" / "linked.ipynb").symlink_to(other)
    monkeypatch.setattr(plan, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)

    assert plan._notebooks(()) == ((own,), [])
    assert plan._notebooks(("other",))[1] == ["there is no notebook 'other'. There are: own."]
    assert plan._notebooks(("linked",))[0] == ()
    assert plan._notebooks(("other.ipynb",)) == ((other,), [])


def test_all_money_is_accounted_for(report: Outcome, company: Path) -> None:
    made = hostile._tables(shared_data("nasty/blns/blns.json"))["orders"]
    whole = next(r.facts for r in report.reports if r.notebook == "history")
    last = made.loc[made["date"].dt.year == 2026, "amount"].sum()

    assert any(v == pytest.approx(last, abs=0.01) for v in _numbers(whole))


def visit(browser: Any, file: Path) -> tuple[list[str], list[str], Any]:
    """What a page asks for beside itself, the dialogs it opens, and what an attack would have set."""
    page = browser.new_page()
    asked: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("dialog", lambda d: (dialogs.append(d.message), d.dismiss()))
    page.goto(file.as_uri(), wait_until="load")
    set_by = page.evaluate("() => [window.pwned, document.scripts.length, document.title]")
    page.close()
    return [a for a in asked[1:] if not a.startswith("data:")], dialogs, set_by


def test_a_browser_runs_and_loads_nothing(browser: Any, report: Outcome) -> None:
    files = [
        *report.folder.glob("*.en.html"),
        report.folder / "review.zh-TW.html",
        report.folder.parents[2] / "index.html",
    ]
    for file in files:
        asked, dialogs, (pwned, scripts, title) = visit(browser, file)
        assert (asked, dialogs, pwned, scripts) == ([], [], None, 0), file.name
        assert title


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine, and what was asked of it: a browser tells of requests that it never sent."""
    heard: list[str] = []

    class Hears(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Hears) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_port, heard
        listening.shutdown()


def test_the_server_would_hear(browser: Any, server: tuple[int, list[str]], tmp_path: Path) -> None:
    file = tmp_path / "open.html"
    file.write_text(f"<img src='http://127.0.0.1:{server[0]}/heard.png'>", "utf-8")
    visit(browser, file)

    assert server[1] == ["/heard.png"]
    server[1].clear()


@pytest.mark.parametrize(
    "attack",
    [
        "<script>window.pwned=1</script>",
        "<img src=x onerror='window.pwned=1'>",
        "<img src='http://127.0.0.1:9/x.png'>",
        "<svg onload='window.pwned=1'></svg>",
        "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
        "<style>@import 'http://127.0.0.1:9/x.css'; p { background: url(http://127.0.0.1:9/y.png) }</style><p>x</p>",
        "<link rel='stylesheet' href='http://127.0.0.1:9/x.css'>",
        "<base href='http://127.0.0.1:9/'><img src='x.png'>",
    ],
)
def test_markup_that_got_into_a_page_would_still_do_nothing(
    browser: Any, report: Outcome, server: tuple[int, list[str]], tmp_path: Path, attack: str
) -> None:
    attack = attack.replace("127.0.0.1:9", f"127.0.0.1:{server[0]}")
    page = (report.folder / "history.en.html").read_text("utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(page.replace("</main>", f"{attack}</main>", 1), "utf-8")
    assert attack in broken.read_text("utf-8")
    _, dialogs, (pwned, _, _) = visit(browser, broken)

    assert (server[1], dialogs, pwned) == ([], [], None)


def _texts(table: Any) -> set[str]:
    return {v for column in table.columns for v in column.to_pylist() if isinstance(v, str)}


def _numbers(facts: Any) -> Iterator[float]:
    if isinstance(facts, dict):
        for value in facts.values():
            yield from _numbers(value)
    elif isinstance(facts, int | float):
        yield float(facts)

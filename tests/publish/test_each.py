"""A report for each part of a company: one reading of the data, one failure does not stop the rest, hostile names."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests import reports
from tests.conftest import shared_data
from tests.publish.conftest import SHOW, manifest_of
from workbench import publish, remember
from workbench.errors import ParameterError
from workbench.publish import Request, each, executors, ranking
from workbench.publish.each import Many
from workbench.publish.worker import Done
from workbench.run import Run, scope_text
from workbench.settings import Settings

ROOT = Path(__file__).parents[2]
GROWTH = """growth = {"a": 0.1, "b": 0.3}.get(scope.partition("=")[2], -0.05)
print(json.dumps({"growth": growth, "sales": 1e6, "scope": scope}))"""


def named(*values: str) -> Callable[[Run, tuple[str, ...]], tuple[list[dict[str, str]], float]]:
    return lambda run, levels: ([{levels[0]: value} for value in values], 0.0)


@pytest.fixture(scope="module")
def asked(company: Path, notebook: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Request:
    fails = notebook("parts", SHOW, "assert 'c' not in scope", GROWTH, tags={3: ["facts"]})
    out = tmp_path_factory.mktemp("out")
    return Request((str(fails),), company / "workbench.toml", out=out, timeout=120.0, as_of="2026-09-30", workers=2)


@pytest.fixture(scope="module")
def made(asked: Request) -> Many:
    return each.run(asked, ["region"], named("a", "b", "c", "d"))


def test_each_part_gets_its_report_and_a_failure_stops_no_other(made: Many, asked: Request) -> None:
    assert [(p.scope, p.done.status) for p in made.parts] == [
        ("region=a", "ok"), ("region=b", "ok"), ("region=c", "failed"), ("region=d", "ok"),
    ]  # fmt: skip
    assert not made.good
    assert "AssertionError" in made.parts[2].done.reason
    assert [manifest_of(Path(p.done.folder))["scope"] for p in made.parts] == [p.scope for p in made.parts]
    assert "4 reports" in made.text()
    assert "region=c: parts: failed in cell 4: AssertionError" in made.text()
    assert json.loads(made.json())["status"] == "failed"


def test_the_list_ranks_by_growth_and_shows_failures_last(made: Many) -> None:
    page = made.pages[0].read_text("utf-8")
    rows = re.findall(r'<th scope="row"[^>]*>(?:<a href="([^"]*)">)?<bdi>([^<]*)', page)

    assert [text for _, text in rows] == ["region b", "region a", "region d", "region c"]
    assert all((made.pages[0].parent / unquote(href)).is_file() for href, _ in rows)
    assert ["+30.0%" in page, "+10.0%" in page, "AssertionError" in page] == [True] * 3
    assert "<script" not in page


def test_the_list_leads_to_the_ranking_and_the_ranking_to_the_last_revision(
    company: Path, notebook: Callable[..., Path], tmp_path: Path
) -> None:
    path = notebook("again", SHOW, GROWTH, tags={2: ["facts"]})
    request = Request((str(path),), company / "workbench.toml", out=tmp_path, as_of="2026-09-30", lang="en")
    many = each.run(request, ["region"], named("a", "b"))
    publish.run(replace(request, scope="region=a", force=True))
    [page] = many.pages
    links = [unquote(href) for href in re.findall(r'<a href="([^"#][^"]*)"', page.read_text("utf-8"))]

    assert unquote(page.relative_to(tmp_path).as_posix()) in unquote((tmp_path / "index.html").read_text("utf-8"))
    assert links == ["../index.en.html", "Acme, region=b/r1/overview.en.html", "Acme, region=a/r2/overview.en.html"]
    assert all((page.parent / link).is_file() for link in links)


def test_data_that_change_meanwhile_are_told_of_all_and_of_each_and_the_work_is_not_done(
    company: Path, notebook: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "workbench.toml").write_text((company / "workbench.toml").read_text("utf-8"), "utf-8")
    orders = tmp_path / "orders.csv"
    orders.write_text("date,amount\n2026-01-01,3\n", "utf-8")
    path = notebook("moves", f"if scope == 'region=b': open({str(orders)!r}, 'a').write('2026-01-02,4\\n')")
    request = Request((str(path),), tmp_path / "workbench.toml", out=tmp_path / "out", as_of="2026-09-30", workers=1)
    many = each.run(request, ["region"], named("a", "b"))
    told = json.loads(many.json())

    assert (many.good, many.code, many.changed) == (False, 3, ("orders.csv",))
    assert [p.done.changed for p in many.parts] == [(), ("orders.csv",)]
    assert (told["status"], told["changed"], told["parts"][1]["done"]["changed"]) == (
        "ok",
        ["orders.csv"],
        ["orders.csv"],
    )
    assert "orders.csv changed while these reports were made" in many.text()
    assert "region=b: orders.csv changed meanwhile" in many.text()
    assert "Data changed while these reports were made" in many.pages[0].read_text("utf-8")
    assert each.run(request, ["region"], named("a")).parts[0].done.status == "ok"  # not taken for done


def test_reports_of_parts_stand_where_their_list_cannot_be_written(
    company: Path, notebook: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "index.html" / "mine").mkdir(parents=True)
    request = Request((str(notebook("unlisted", "1")),), company / "workbench.toml", out=tmp_path, as_of="2026-09-30")
    many = each.run(request, ["region"], named("a"))
    told = json.loads(many.json())

    assert (told["status"], many.code, many.good, many.pages) == ("ok", 1, False, ())
    assert (Path(told["parts"][0]["done"]["folder"]) / "overview.en.html").is_file()
    assert "The list of all reports cannot be written" in told["unlisted"]
    assert all(part in many.text() for part in (told["unlisted"], told["parts"][0]["done"]["folder"]))


def test_parts_that_differ_by_case_alone_have_folders_that_no_file_system_confuses(
    company: Path, notebook: Callable[..., Path], tmp_path: Path
) -> None:
    """Once a part has such a folder, it keeps it: whatever is made with it later, and on other days."""
    path = notebook("alike", SHOW, GROWTH, tags={2: ["facts"]})
    request = Request((str(path),), company / "workbench.toml", out=tmp_path, as_of="2026-06-30", lang="en")

    def alone(value: str, day: str) -> str:
        return reports.made(replace(request, scope=f"region={value}", as_of=day)).folder.parent.name

    first = {value: alone(value, "2026-06-30") for value in ("Nord", "b")}
    values = ("Nord", "nord", "NORD", "b")
    many = each.run(replace(request, as_of="2026-09-30"), ["region"], named(*values))
    later = {value: Path(p.done.folder).parent.name for value, p in zip(values, many.parts, strict=True)}
    rows = re.findall(r'<th scope="row"[^>]*><a href="([^"]*)">', many.pages[0].read_text("utf-8"))

    assert [p.done.made for p in many.parts] == [True] * len(values)
    assert first == {"Nord": "Acme, region=Nord", "b": "Acme, region=b"}
    assert (later["Nord"], later["b"]) == (first["Nord"], first["b"])
    assert re.fullmatch(r"Acme, region=nord-[0-9a-f]{8}", later["nord"])
    assert len({name.casefold() for name in later.values()}) == 4
    assert sorted(unquote(row).partition("/r")[0] for row in rows) == sorted(later.values())
    assert alone("nord", "2026-10-31") == later["nord"]
    assert re.fullmatch(r"Acme, region=B-[0-9a-f]{8}", alone("B", "2026-09-30"))
    assert manifest_of(tmp_path / "2026-09-30" / later["Nord"] / "r1")["since"]["then"] == "2026-06-30"


def test_what_has_not_changed_is_not_made_again_and_what_failed_is(made: Many, asked: Request) -> None:
    again = each.run(asked, ["region"], named("a", "b", "c", "d"))

    assert [p.done.status for p in again.parts] == ["unchanged", "unchanged", "failed", "unchanged"]
    assert again.parts[0].done.folder == made.parts[0].done.folder


def test_the_index_of_all_reports_lists_each(made: Many, asked: Request) -> None:
    page = (asked.out / "index.html").read_text("utf-8")

    assert [f"region {value}" in page for value in "abcd"] == [True] * 4


def test_nothing_shared_stays(made: Many) -> None:
    assert remember.ALL not in os.environ


@pytest.mark.parametrize(
    ("levels", "problem"),
    [(["planet"], "there is no level 'planet'"), ([], "name a level"), (["region", "region"], "named twice")],
)
def test_a_wrong_level_is_refused_before_anything_starts(asked: Request, levels: list[str], problem: str) -> None:
    with pytest.raises(ParameterError, match=problem):
        each.run(asked, levels, named("a"))


def test_a_level_of_the_scope_cannot_be_split_again(asked: Request) -> None:
    with pytest.raises(ParameterError, match="region is in --scope already"):
        each.run(replace(asked, scope="region=a"), ["region"], named("a"))


def hostile() -> list[str]:
    """Strings that break programs, as they could come from a file: no surrogates, which no text file holds."""
    strings = json.loads((shared_data("nasty") / "blns" / "blns.json").read_text("utf-8"))
    return list(dict.fromkeys(s for s in strings if s.strip()))


def test_any_name_comes_back_from_the_text_of_its_scope(company: Path) -> None:
    settings = Settings.model_validate(
        {"company": {"name": "A", "currency": "EUR"}, "sources": {}, "dimensions": {"p": ["region", "x"]}}
    )
    for name in [*hostile(), "a, x=b", "a,", " a", "{", "a=b", "Acme, Inc.", "a,,b"]:
        scope = {"region": name, "x": "1"}
        assert Run.start(settings, as_of="2026-09-30", scope=scope_text(scope)).scope == scope


def test_a_usual_name_is_written_as_people_write_it() -> None:
    assert scope_text({"region": "华东", "customer": "Acme, Inc."}) == "region=华东,customer=Acme, Inc."


def test_hostile_names_become_no_paths_no_markup_and_no_code(
    company: Path, notebook: Callable[..., Path], tmp_path: Path
) -> None:
    names = [n for n in hostile() if set(n) & set("<>'\"/\\=,{}$`\n") or ".." in n][::6][:10]
    names += ["../../../etc", "<script>alert(1)</script>", "a, channel=b", "r1"]
    quick = notebook("quick", "import json", "print(json.dumps({'scope': scope}))", tags={2: ["facts"]})
    request = Request((str(quick),), company / "workbench.toml", out=tmp_path / "out", as_of="2026-09-30", lang="en")
    many = each.run(request, ["region"], named(*names))

    assert [p.done.status for p in many.parts] == ["ok"] * len(names)
    folders = {Path(p.done.folder).parent for p in many.parts}
    assert len(folders) == len(names)
    assert {f.parent for f in folders} == {tmp_path / "out" / "2026-09-30"}
    assert [manifest_of(Path(p.done.folder))["notebooks"][0]["facts"]["scope"] for p in many.parts] == [
        scope_text({"region": name}) for name in names
    ]
    for page in [*many.pages, tmp_path / "out" / "index.html"]:
        text = page.read_text("utf-8")
        assert "<script" not in text
        links = re.findall(r'<a href="([^"#][^"]*)"', text)
        assert links
        assert [href for href in links if not (page.parent / unquote(href)).exists()] == []
    assert "\x1b" not in many.text()


class _Fake:
    """An executor that ends in another order than it was asked."""

    width = 3

    def results(self, tasks: list) -> object:
        for place in reversed(range(len(tasks))):
            yield place, Done("refused", "", f"scope {tasks[place]['request']['scope']}", 60.0)


def test_a_log_tells_rate_and_time_left_on_plain_lines(
    asked: Request, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(executors, "chosen", lambda *_: _Fake())
    many = each.run(asked, ["region"], named("x", "\x1b[31mred"))
    lines = capsys.readouterr().err.splitlines()

    assert [p.done.reason for p in many.parts] == ["scope region=x", "scope region=\x1b[31mred"]
    assert re.fullmatch(r"1/2  region=�\[31mred  refused  60\.0 s  \d+\.\d a minute, \d+ s left", lines[0])
    assert lines[1] == "2/2  region=x  refused  60.0 s"


def test_the_command_makes_a_report_for_each_region_of_real_orders(
    company: Path, notebook: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "workbench.toml").write_text((company / "workbench.toml").read_text("utf-8"), "utf-8")
    lines = ["date,region,amount", "2026-01-01,=1+1,3", "2026-02-01,North,5", '2026-02-01,"a, b",1', "2026-03-01,,2"]
    (tmp_path / "orders.csv").write_text("\n".join(lines), "utf-8")
    code = "import workbench as wb\nsold = wb.load(wb.Run.start(settings, as_of=as_of, scope=scope)).sales('year')"
    tell = "assert 'b' not in scope\nprint(json.dumps({'sales': float(sold['amount'].sum())}))"
    path = notebook("sold", "import json", code, tell, tags={3: ["facts"]})
    call = [sys.executable, "-m", "workbench.cli", "run", str(path), "--settings", str(tmp_path), "--each", "region",
            "--as-of", "2026-09-30", "--out", str(tmp_path / "out"), "--json"]  # fmt: skip
    done = subprocess.run(call, capture_output=True, text=True, timeout=240, cwd=ROOT)
    told = json.loads(done.stdout)
    scopes = {p["scope"]: p["done"] for p in told["parts"]}

    assert (done.returncode, told["status"], told["unnamed"]) == (1, "failed", 2.0)
    assert {s: d["status"] for s, d in scopes.items()} == {
        "region=North": "ok",
        "region==1+1": "ok",
        "region=a, b": "failed",
    }
    assert manifest_of(Path(scopes["region==1+1"]["folder"]))["notebooks"][0]["facts"] == {"sales": 3.0}
    assert all(Path(page).is_file() for page in told["pages"])
    assert len(done.stderr.splitlines()) == 3


def test_time_left_is_told_in_seconds_below_a_minute_and_what_was_only_found_has_no_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four found at once, then one made in 20 s: 3 a minute, whatever the four took."""
    now = iter([0.0, 1.0, 2.0, 3.0, 4.0, 24.0, 48.0])
    monkeypatch.setattr(each.time, "monotonic", lambda: next(now))
    found, fresh = Done("unchanged", "r1"), Done("ok", "r1", seconds=20.0)
    pace = each._Pace(8)

    assert [pace.told(found, count) for count in range(1, 5)] == [""] * 4
    assert pace.told(fresh, 5) == "3.0 a minute, 1 min left"
    assert pace.told(fresh, 6) == "2.7 a minute, 44 s left"


def test_a_report_that_was_begun_twice_is_said_with_its_reason() -> None:
    twice = Done("ok", "r1", begun=2, again="the process that made this report died: \x1b[31mKilled")
    many = Many((each.Part("region=a", twice), each.Part("region=b", Done("ok", "r1"))), (), 1.0)

    assert "region=a: begun 2 times: the process that made this report died: �[31mKilled" in many.text()
    assert "region=b" not in many.text()
    assert [p["done"]["begun"] for p in json.loads(many.json())["parts"]] == [2, 1]
    assert many.good


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_bar_with_rate_and_time_left(asked: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(executors, "chosen", lambda *_: _Fake())
    each.run(asked, ["region"], named("x", "[red]odd"))

    assert "2 of 2" in screen.getvalue()
    assert "a minute" in screen.getvalue()
    assert "0:00:00" in screen.getvalue()
    assert "[red]odd" in screen.getvalue() or "region=x" in screen.getvalue()


@pytest.mark.parametrize(
    ("notebooks", "told"),
    [
        ({"history": {"sales": 5.0, "growth": 0.1, "attainment": 0.9}, "plan": {"growth": 0.4, "chance": 0.6},
          "tracking": {"chance": 0.3}, "review": {"attainment": 1.05, "chance": 0.41}},
         {"sales": 5.0, "growth": 0.1, "attainment": 0.9, "chance": 0.3}),
        ({"plan": {"growth": 0.4, "chance": 0.6}, "review": {"attainment": 1.05}}, {"chance": 0.6}),
        ({"history": {"sales": 5.0, "growth": None}, "own": {"growth": 0.2}}, {"sales": 5.0, "growth": 0.2}),
    ],
)  # fmt: skip
def test_each_figure_of_the_ranking_comes_from_the_step_that_means_it(
    tmp_path: Path, notebooks: dict[str, dict[str, float]], told: dict[str, float]
) -> None:
    """Found on the demo: sales of the year beside the growth of the plan's target and the attainment of a quarter."""
    said = {"notebooks": [{"name": name, "facts": facts} for name, facts in notebooks.items()], "status": "ok",
            "as_of": "2026-09-30", "scope": "", "revision": 1, "languages": ["en"]}  # fmt: skip
    assert ranking.facts(tmp_path, said) == told

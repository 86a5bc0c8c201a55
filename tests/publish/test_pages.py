"""Each page says with which report it is compared, from real runs: a run of one notebook displaces no other page."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.publish.conftest import SHOW, manifest_of
from workbench import publish
from workbench.publish import Outcome, Request, manifest, prune
from workbench.publish.plan import plan

FACTS = 'show("answer", "answer", "Sales", "销售")\nprint(json.dumps({"level": float(as_of[5:7])}))'

Run = Callable[..., Outcome]


@pytest.fixture(scope="module")
def asked(company: Path, notebook: Callable[..., Path]) -> Callable[..., Request]:
    paths = {name: str(notebook(name, SHOW, FACTS, tags={2: ["facts"]})) for name in ("own", "other", "third")}

    def request(as_of: str, *names: str, force: bool = False) -> Request:
        return Request(notebooks=tuple(paths[n] for n in names), settings=company / "workbench.toml", as_of=as_of,
                       out=company / "reports", timeout=120.0, force=force)  # fmt: skip

    return request


@pytest.fixture(scope="module")
def run(asked: Callable[..., Request]) -> Run:
    return lambda as_of, *names, **more: publish.run(asked(as_of, *names, **more))


@pytest.fixture(scope="module")
def made(run: Run) -> Outcome:
    """As of June both notebooks, then one of them again; as of September both, and one for the first time."""
    run("2026-06-30", "own", "other")
    run("2026-06-30", "own", force=True)
    return run("2026-09-30", "own", "other", "third")


def text(folder: Path, page: str) -> str:
    return re.sub(r"<[^>]+>", "", (folder / f"{page}.html").read_text("utf-8"))


def test_each_page_is_compared_with_the_last_report_that_has_it(made: Outcome) -> None:
    assert "Compared with the report as of 30 Jun 2026 (revision 2)" in text(made.folder, "own.en")
    assert "Compared with the report as of 30 Jun 2026 (revision 1)" in text(made.folder, "other.en")
    assert "对比截至2026年6月30日的报告（第1版）" in text(made.folder, "other.zh-CN")
    assert "Compared with" not in text(made.folder, "third.en")


def test_the_overview_says_which_pages_are_compared_with_which_report(made: Outcome) -> None:
    page = text(made.folder, "overview.en")

    assert "own: compared with the report as of 30 Jun 2026 (revision 2)" in page
    assert "other: compared with the report as of 30 Jun 2026 (revision 1)" in page


def test_the_manifest_tells_what_was_compared_with_what(made: Outcome) -> None:
    told = manifest_of(made.folder)["since"]

    assert (told["then"], told["revision"]) == ("2026-06-30", 2)
    assert [(one["then"], one["revision"], one["pages"]) for one in told["with"]] == [
        ("2026-06-30", 2, ["own"]), ("2026-06-30", 1, ["other"]),
    ]  # fmt: skip


def test_an_unchanged_rerun_answers_at_once_though_one_notebook_was_run_alone_since(run: Run, made: Outcome) -> None:
    run("2026-09-30", "own", force=True)

    again = run("2026-09-30", "own", "other", "third")

    assert (again.status, again.folder) == ("unchanged", made.folder)


def test_what_is_compared_with_is_part_of_the_key_and_pruning_leaves_it(
    asked: Callable[..., Request], made: Outcome, company: Path
) -> None:
    request = asked("2026-09-30", "own", "other", "third")
    before = plan(request).key
    prune.apply(prune.planned(company / "reports", keep=1))
    pruned = plan(request).key
    first = company / "reports/2026-06-30/Acme/r1"
    told = manifest_of(first)
    manifest.write(first, told | {"status": "failed"})

    assert (before is not None, pruned) == (True, before)
    assert plan(request).key != before
    manifest.write(first, told)
    assert plan(request).key == before

"""Reports appear whole or not at all, each under its own number and a safe name."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.conftest import shared_data
from workbench.errors import RunError
from workbench.publish import folders
from workbench.publish.folders import finish, name, revisions, slug, staged

HOSTILE = ["../..", "/etc/passwd", "..", ".", "~", "CON", "nul.txt", "a/b", "a\\b", "a:b", "*?", "😀", "x" * 300,
           "华" * 200, "name.", " ", "\n", "a\x00b", "-rf", "con.", "\ud800", "region=东\u202e"]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_becomes_one_safe_folder_name(hostile: str, tmp_path: Path) -> None:
    made = slug(hostile)

    assert re.fullmatch(r"[^\W\d_.\-][^/\\:*?\"<>|\x00-\x1f]*|[\w][^/\\:*?\"<>|\x00-\x1f]*", made)
    assert len(os.fsencode(made)) <= 100
    assert made != hostile
    (tmp_path / made).mkdir()
    assert [p.name for p in tmp_path.iterdir()] == [made]


def test_a_usual_scope_stays_readable() -> None:
    assert slug("region=华东") == "region=华东"
    assert slug("region=华东,channel=直销") == "region=华东,channel=直销"
    assert slug("region=Hong Kong").startswith("region=Hong_Kong-")


def test_names_that_look_alike_once_cleaned_stay_apart() -> None:
    assert len({slug("a/b"), slug("a\\b"), slug("a_b"), slug("a b")}) == 4


def test_a_report_is_found_by_its_company_and_then_its_scope() -> None:
    assert name("远帆", "") == "远帆"
    assert name("远帆", "region=华东") == "远帆, region=华东"


def test_no_company_takes_the_place_of_another_or_of_its_part() -> None:
    asked = [("Acme", ""), ("Acme", "region=East"), ("Acme, region=East", ""), ("acme GmbH", ""), ("acme_GmbH", ""),
             ("..", ""), ("华" * 200, ""), ("华" * 201, ""), ("华" * 200, "region=" + "东" * 200)]  # fmt: skip
    made = [name(*one) for one in asked]

    assert len(set(made)) == len(asked)
    assert max(len(os.fsencode(one)) for one in made) < 255
    assert not any(one.startswith(".") for one in made)


def test_every_naughty_string_gives_its_own_safe_folder(tmp_path: Path) -> None:
    strings = {s for s in json.loads((shared_data("nasty") / "blns" / "blns.json").read_text("utf-8")) if s}
    made = {s: slug(s) for s in strings}

    assert len(set(made.values())) == len(strings)
    for safe in made.values():
        (tmp_path / safe).mkdir()
    assert len(list(tmp_path.iterdir())) == len(strings)


def test_a_finished_revision_is_renamed_into_place(tmp_path: Path) -> None:
    with staged(tmp_path / "company") as staging:
        (staging.folder / "page.html").write_text("whole")
        assert revisions(tmp_path / "company") == []
        place = finish(staging, good=True)

    assert place == tmp_path / "company" / "r1"
    assert [p.name for p in (tmp_path / "company").iterdir()] == ["r1"]


def test_a_failed_revision_says_so_and_leaves_the_good_one(tmp_path: Path) -> None:
    for good in (True, False, True):
        with staged(tmp_path) as staging:
            finish(staging, good=good)

    assert [p.name for _, p in revisions(tmp_path)] == ["r1", "r2-failed", "r3"]


def test_two_runs_at_once_get_two_revisions(tmp_path: Path) -> None:
    with staged(tmp_path) as one, staged(tmp_path) as two:
        assert {one.revision, two.revision} == {1, 2}
        finish(two, good=True)
        finish(one, good=True)

    assert [p.name for _, p in revisions(tmp_path)] == ["r1", "r2"]


def test_a_run_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), staged(tmp_path / "2026-09-30" / "company") as staging:
        (staging.folder / "half").write_text("half")
        raise KeyboardInterrupt

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_swept_by_the_next(tmp_path: Path) -> None:
    (tmp_path / ".r1").mkdir()
    (tmp_path / ".r1" / "half").write_text("half")

    with staged(tmp_path) as staging:
        assert staging.revision == 1
        assert list(staging.folder.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file stands where the folder should be")

    with pytest.raises(RunError, match="--out"), staged(tmp_path / "reports" / "2026-09-30"):
        pytest.fail("must not start")


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "index.html"
    folders.write(file, "old")
    monkeypatch.setattr(Path, "replace", _full)

    with pytest.raises(RunError, match="No space left"), folders.writable(tmp_path):
        folders.write(file, "new")

    assert file.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["index.html"]


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")

"""Old reports go, but never the last good one, never what was issued, never anything outside."""

from pathlib import Path

import pytest

from tests.publish.stored import report, sales
from workbench.errors import ParameterError
from workbench.publish import index, manifest, prune

DAYS = tuple(f"2026-0{month}-28" for month in range(1, 7))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    for day in DAYS:
        report(made, day, history=sales())
    report(made, DAYS[0], name="Other", history=sales())
    index.rebuild(made)
    return made


def left(out: Path) -> list[str]:
    return sorted(p.parent.relative_to(out).as_posix() for p in out.glob(f"*/*/r*/{manifest.NAME}"))


def test_a_dry_run_says_what_would_go_and_changes_nothing(out: Path) -> None:
    before = sorted(p for p in out.rglob("*"))

    text = prune.planned(out, keep=2).text(done=False)

    assert "would go  2026-01-28/Acme/r1" in text
    assert "stays     2026-06-28/Acme/r1" in text
    assert "--yes" in text
    assert sorted(p for p in out.rglob("*")) == before


def test_the_newest_stay_of_each_company_and_what_was_issued_stays_of_all(out: Path) -> None:
    prune.apply(prune.planned(out, keep=2))

    assert left(out) == ["2026-01-28/Other/r1", "2026-05-28/Acme/r1", "2026-06-28/Acme/r1"]
    assert len(list(out.glob("*/Acme/r1/vintages/history.parquet"))) == len(DAYS)
    assert [p.name for p in (out / "2026-01-28/Acme/r1").iterdir()] == ["vintages"]
    page = (out / index.NAME).read_text("utf-8")
    assert "2026-06-28/Acme/r1" in page
    assert "2026-02-28/Acme/r1" not in page


def test_pruning_twice_is_pruning_once(out: Path) -> None:
    prune.apply(prune.planned(out, keep=2))

    again = prune.planned(out, keep=2)

    assert again.go == ()
    assert again.strange == ()


def test_the_last_good_report_stays_though_later_ones_failed(tmp_path: Path) -> None:
    report(tmp_path, "2026-01-31")
    report(tmp_path, "2026-02-28", status="failed")
    report(tmp_path, "2026-03-31", status="failed")

    assert prune.planned(tmp_path, keep=1).go == ()


def test_replaced_revisions_and_failures_before_the_last_good_one_go(tmp_path: Path) -> None:
    report(tmp_path, "2026-01-31", status="failed", history=sales())
    report(tmp_path, "2026-01-31", revision=2, history=sales())
    report(tmp_path, "2026-01-31", revision=3, history=sales())

    planned = prune.planned(tmp_path, keep=1)
    prune.apply(planned)

    assert [f.name for f in planned.go] == ["r1-failed", "r2"]
    assert left(tmp_path) == ["2026-01-31/Acme/r3"]
    assert not (tmp_path / "2026-01-31/Acme/r1-failed").exists()  # what failed had issued nothing


def test_only_days_before_the_one_given_go(out: Path) -> None:
    planned = prune.planned(out, keep=1, older_than="2026-03-01")

    assert sorted(f.parent.parent.name for f in planned.go) == ["2026-01-28", "2026-02-28"]
    with pytest.raises(ParameterError, match="write a day as"):
        prune.planned(out, older_than="March")


def test_links_that_lead_out_are_not_followed(out: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    far = report(outside, "2020-01-31", name="Acme")
    (out / "2020-01-31").symlink_to(outside / "2020-01-31")
    (out / DAYS[0] / "Linked").symlink_to(far.parent)
    (out / DAYS[0] / "Acme" / "r1" / "tables" / "link").symlink_to(far)
    (out / DAYS[0] / "Acme" / "r0").symlink_to(far)

    planned = prune.planned(out, keep=1)
    prune.apply(planned)

    assert (far / manifest.NAME).is_file()
    assert {p.name for p, _ in planned.strange} == {"2020-01-31", "Linked", "r0"}


def test_stopped_in_the_middle_the_list_is_right_and_the_next_prune_goes_on(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(prune.shutil, "rmtree", stop)
        with pytest.raises(KeyboardInterrupt):
            prune.apply(prune.planned(out, keep=1))
    page = (out / index.NAME).read_text("utf-8")
    assert "2026-01-28/Acme/r1" not in page
    assert "2026-02-28/Acme/r1" in page

    prune.apply(prune.planned(out, keep=1))

    assert left(out) == ["2026-01-28/Other/r1", "2026-06-28/Acme/r1"]
    assert not list(out.rglob(".pruned"))


def test_what_is_no_report_is_told_and_left_alone(out: Path) -> None:
    (out / DAYS[0] / "Acme" / "r9").mkdir()
    (out / DAYS[0] / "Acme" / "r9" / "mine.txt").write_text("kept")

    planned = prune.planned(out, keep=1)
    prune.apply(planned)

    assert (out / DAYS[0] / "Acme" / "r9" / "mine.txt").read_text() == "kept"
    assert "has no manifest" in planned.text(done=True)

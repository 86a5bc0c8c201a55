"""Old reports go, but never the last good page of a notebook, never what was issued, never anything outside."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

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


def only(*names: str, **more: Any) -> dict[str, Any]:
    """A manifest's notebooks, of these names alone."""
    return {"notebooks": [{"name": n, "status": "ok", "pages": {"en": f"{n}.en.html"}, **more} for n in names]}


def test_a_run_of_one_notebook_does_not_displace_the_other_pages_of_its_day(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30", **only("history", "market", "plan"))
    report(tmp_path, "2026-09-30", revision=2, **only("history"))

    planned = prune.planned(tmp_path, keep=1)

    assert planned.go == ()
    assert "stays     2026-09-30/Acme/r1: the newest day, the last good market, plan\n" in planned.text(done=False)
    assert "stays     2026-09-30/Acme/r2: the newest day, the last good history\n" in planned.text(done=False)


def test_a_revision_goes_once_each_of_its_pages_has_a_later_good_version(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30", **only("history", "plan"))
    report(tmp_path, "2026-09-30", revision=2, **only("history"))
    report(tmp_path, "2026-09-30", revision=3, **only("plan", "market"))
    report(tmp_path, "2026-09-30", revision=4, **only("history"))

    assert [f.name for f in prune.planned(tmp_path).go] == ["r1", "r2"]


def test_the_last_good_page_of_a_notebook_stays_however_old_it_is(tmp_path: Path) -> None:
    report(tmp_path, "2025-12-31", **only("history", "market"))
    report(tmp_path, "2026-03-31", **only("history", "market"))
    for month in (4, 5, 6):
        report(tmp_path, f"2026-0{month}-30", **only("history"))

    planned = prune.planned(tmp_path, keep=1, older_than="2026-06-30")
    prune.apply(planned)

    assert left(tmp_path) == ["2026-03-31/Acme/r1", "2026-06-30/Acme/r1"]
    assert planned.why[tmp_path / "2026-03-31/Acme/r1"] == "the last good market"


def test_pages_in_a_language_that_no_later_revision_speaks_stay(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30", **only("history"), languages=["en", "zh-TW"])
    report(tmp_path, "2026-09-30", revision=2, **only("history"), languages=["en"])

    planned = prune.planned(tmp_path)

    assert planned.go == ()
    assert planned.why[tmp_path / "2026-09-30/Acme/r1"] == "one of the newest 8 days, the last good history.zh-TW"


def test_a_page_that_came_out_well_only_in_a_report_that_failed_elsewhere_stays(tmp_path: Path) -> None:
    bad = {"name": "plan", "status": "failed", "pages": {}}
    for revision in (1, 2):
        books = [*only("history", "market")["notebooks"], bad]
        report(tmp_path, "2026-09-30", revision=revision, status="failed", notebooks=books)
    report(tmp_path, "2026-09-30", revision=3, **only("history"))
    report(tmp_path, "2026-10-31", **only("history", "plan"))

    planned = prune.planned(tmp_path, keep=1)

    assert [f.relative_to(tmp_path).as_posix() for f in planned.go] == [
        "2026-09-30/Acme/r1-failed",
        "2026-09-30/Acme/r3",
    ]
    assert planned.why[tmp_path / "2026-09-30/Acme/r2-failed"] == "the last good market"


def test_a_failure_stays_until_the_page_that_failed_has_come_out_well(tmp_path: Path) -> None:
    bad = {"name": "plan", "status": "failed", "pages": {}}
    report(tmp_path, "2026-09-30", **only("history", "plan"))
    report(tmp_path, "2026-09-30", revision=2, status="failed", notebooks=[*only("history")["notebooks"], bad])
    report(tmp_path, "2026-09-30", revision=3, **only("history"))

    assert prune.planned(tmp_path).go == ()
    report(tmp_path, "2026-09-30", revision=4, **only("plan"))
    assert [f.name for f in prune.planned(tmp_path).go] == ["r1", "r2-failed"]


def test_what_the_last_pages_are_compared_with_stays(tmp_path: Path) -> None:
    for day in ("2026-06-30", "2026-07-31", "2026-08-31"):
        report(tmp_path, day, **only("history", "plan"))
    seen = [{"then": "2026-08-31", "revision": 1, "pages": ["history"]},
            {"then": "2026-06-30", "revision": 1, "pages": ["plan"]}]  # fmt: skip
    report(tmp_path, "2026-09-30", **only("history", "plan"), since={"then": "2026-08-31", "revision": 1, "with": seen})

    planned = prune.planned(tmp_path, keep=1)

    assert [f.parent.parent.name for f in planned.go] == ["2026-07-31"]
    assert planned.why[tmp_path / "2026-06-30/Acme/r1"] == "2026-09-30/r1 is compared with it"


def test_no_page_that_stays_leads_to_what_went(out: Path) -> None:
    report(out, DAYS[-1], revision=2, **only("history"))
    prune.apply(prune.planned(out, keep=2))

    for page in (*out.glob("*.html"), *out.glob("*/*.html")):
        links = re.findall(r'href="([^"#]+)/overview', page.read_text("utf-8"))
        assert [link for link in links if not (page.parent / unquote(link) / manifest.NAME).is_file()] == []
        assert links


def test_a_report_whose_data_changed_meanwhile_is_never_the_only_one_that_stays(tmp_path: Path) -> None:
    report(tmp_path, "2026-03-31", **only("history"))
    report(tmp_path, "2026-06-30", **only("history"))
    report(tmp_path, "2026-06-30", revision=2, **only("history"), inputs_changed=True)
    for month in (7, 8):
        report(tmp_path, f"2026-0{month}-31", **only("history"), inputs_changed=True)

    planned = prune.planned(tmp_path, keep=1)

    assert [f.relative_to(tmp_path).as_posix() for f in planned.stay] == ["2026-06-30/Acme/r1", "2026-08-31/Acme/r1"]
    assert planned.why[tmp_path / "2026-06-30/Acme/r1"] == "the last good history"


def test_a_report_whose_data_changed_meanwhile_stays_until_one_is_made_undisturbed(tmp_path: Path) -> None:
    report(tmp_path, "2026-09-30", **only("history"))
    report(tmp_path, "2026-09-30", revision=2, **only("history", "plan"), inputs_changed=True)
    report(tmp_path, "2026-09-30", revision=3, **only("plan"))

    why = prune.planned(tmp_path, keep=1).why

    assert "data changed" in why[tmp_path / "2026-09-30/Acme/r2"]
    report(tmp_path, "2026-09-30", revision=4, **only("history"))
    assert [f.name for f in prune.planned(tmp_path, keep=1).go] == ["r1", "r2"]


def test_reports_whose_data_always_change_meanwhile_go_as_others_do(tmp_path: Path) -> None:
    for month in (1, 3, 5):
        report(tmp_path, f"2026-0{month}-31", **only("history"), inputs_changed=True)

    assert len(prune.planned(tmp_path, keep=1).go) == 2

"""Results shared by the notebooks of one report run: computed once, whatever happens to the one that computes."""

import multiprocessing
import os
import pickle
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from workbench import remember

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Path:
    with remember.kept() as folder:
        monkeypatch.setenv(remember.FOLDER, str(folder))
        yield folder


def _counted(log: Path, value: object) -> object:
    """Says in a file that it was computed."""
    with log.open("a") as lines:
        lines.write("x")
    return value


def _slow(log: Path, barrier: object) -> int:
    barrier.wait(30)
    return remember.remembered(_counted, log, 5)


def test_two_that_ask_at_once_compute_once(shared: Path, tmp_path: Path) -> None:
    barrier, log = FORK.Barrier(4), tmp_path / "log"
    processes = [FORK.Process(target=_slow, args=(log, barrier)) for _ in range(4)]
    [p.start() for p in processes]
    [p.join(30) for p in processes]

    assert [p.exitcode for p in processes] == [0] * 4
    assert log.read_text() == "x"
    assert remember.remembered(_counted, log, 5) == 5
    assert log.read_text() == "x"


def _hangs(ready: object) -> None:
    def never() -> None:
        ready.set()
        signal.pause()

    remember.once("slow", never, 1)


def test_a_killed_process_frees_what_it_was_computing(shared: Path) -> None:
    ready = FORK.Event()
    process = FORK.Process(target=_hangs, args=(ready,))
    process.start()
    assert ready.wait(30)
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)

    assert remember.once("slow", lambda: "ours", 1) == "ours"


def test_one_that_hangs_is_not_waited_for_without_end(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remember, "LONGEST_WAIT", 0.05)
    ready = FORK.Event()
    process = FORK.Process(target=_hangs, args=(ready,))
    process.start()
    try:
        assert ready.wait(30)
        assert remember.once("slow", lambda: "ours", 1) == "ours"
    finally:
        process.kill()
        process.join(30)


def test_by_itself_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(remember.FOLDER, raising=False)
    log = tmp_path / "log"

    assert [remember.remembered(_counted, log, 5) for _ in range(2)] == [5, 5]
    assert log.read_text() == "xx"


def test_a_failure_is_not_kept(shared: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        remember.once("name", lambda: 1 // 0, 1)

    assert remember.once("name", lambda: 2, 1) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pd.DataFrame({"a": [1.0, 2.0]}), pd.DataFrame({"a": [1.0, 2.5]})),
        (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"b": [1, 2]})),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1.0]})),
        (pd.DataFrame({"a": ["x", None]}), pd.DataFrame({"a": [None, "x"]})),
        ({"scope": "region=a"}, {"scope": "region=b"}),
        (("a", "b"), ("ab",)),
        ((("a",), "b"), ("a", ("b",))),
        (np.arange(3), np.arange(3.0)),
        (1, True),
        (pd.Timestamp("2026-09-30"), pd.Timestamp("2026-09-29")),
    ],
)
def test_different_content_is_a_different_result(shared: Path, one: object, other: object) -> None:
    assert remember.place_of("name", one) != remember.place_of("name", other)


def test_equal_frames_are_equal_however_they_lie_in_memory(shared: Path) -> None:
    whole = pd.DataFrame({"name": ["华东", None, "b"], "amount": [1.5, np.nan, 3], "day": pd.Timestamp("2026-01-01")})
    pieces = pd.concat([whole.iloc[:1], whole.iloc[1:]])

    assert remember.place_of("name", whole) == remember.place_of("name", pieces)
    read = pickle.loads(pickle.dumps(whole.assign(more=1.0)))
    assert remember.place_of("name", read) == remember.place_of("name", whole.assign(more=1.0))
    assert remember.place_of("name", {"a", "b", "c"}) == remember.place_of("name", {"c", "b", "a"})


def test_the_forecast_of_two_notebooks_is_one(
    company: Path, shared: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run, log = wb.Run.start(company, as_of="2025-12-31"), tmp_path / "log"
    for _ in range(2):  # as two notebooks: each loads, and asks with what it loaded
        sales = wb.load(run).sales("month", by=("region",))
        remember.remembered(_counted, log, (sales, ("region",), run.calendar, {"months": 15, "every": "month"}))

    assert log.read_text() == "x"


def test_what_cannot_be_told_by_its_content_is_computed_each_time(shared: Path) -> None:
    assert remember.place_of("name", lambda: 1) is None
    assert remember.once("name", lambda: 3, lambda: 1) == 3


def test_what_cannot_be_kept_is_still_returned(shared: Path) -> None:
    assert remember.once("name", lambda: lambda: 4, 1)() == 4


def test_a_damaged_result_is_computed_again(shared: Path) -> None:
    remember.once("name", lambda: 1, 1)
    remember.place_of("name", 1).write_bytes(b"\x80\x05half")

    assert remember.once("name", lambda: 2, 1) == 2


def test_a_folder_that_others_can_write_to_is_not_trusted(shared: Path) -> None:
    assert shared.stat().st_mode & 0o777 == 0o700
    remember.once("name", lambda: 1, 1)
    shared.chmod(0o777)

    assert remember.once("name", lambda: 2, 1) == 2


def test_the_folder_goes_with_the_run() -> None:
    with remember.kept() as folder:
        (folder / "x").write_text("x")

    assert not folder.exists()


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    lines = "".join(f"2025-{m:02d}-{d:02d},{r},{m * d}\n" for m in range(1, 13) for d in (3, 17) for r in ("a", "=1"))
    (folder / "orders.csv").write_text(f"date,region,amount\n{lines}2025-12-30,,7\n", "utf-8")
    (folder / "workbench.toml").write_text(
        '[company]\nname = "Acme"\ncurrency = "EUR"\n[sources.orders]\nfiles = ["orders.csv"]\n'
        '[sources.orders.columns]\ndate = "date"\namount = "amount"\nregion = "region"\n'
        '[dimensions]\nplace = ["region"]\n',
        "utf-8",
    )
    return folder / "workbench.toml"


@pytest.mark.parametrize("scope", ["", "region=a"])
def test_shared_data_are_the_same_data(
    company: Path, shared: Path, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    run = wb.Run.start(company, as_of="2025-12-31", scope=scope)
    first, second = wb.load(run), wb.load(run)
    monkeypatch.delenv(remember.FOLDER)
    alone = wb.load(run)

    assert len(list(shared.glob("*.parquet"))) == (2 if scope else 1)  # the company's lines, and those of its part
    for data in (first, second):
        assert data.quality == alone.quality
        pd.testing.assert_frame_equal(data.sales("month", by="region"), alone.sales("month", by="region"))
        pd.testing.assert_frame_equal(data.components(), alone.components())


def test_a_part_of_a_company_is_cut_out_once_for_the_notebooks_of_its_report_from_what_all_reports_read(
    company: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with remember.kept() as by_all:
        monkeypatch.setenv(remember.ALL, str(by_all))
        run = wb.Run.start(company, as_of="2025-12-31", scope="region=a")
        first = wb.load(run)
        monkeypatch.setattr("workbench.sources.loading.within", None)
        monkeypatch.setattr("workbench.sources.loading._Loading.prepared", None)
        second = wb.load(run)
        kept = [[pd.read_parquet(file)["region"].nunique() for file in f.glob("*.parquet")] for f in (by_all, shared)]

    assert kept == [[2], [1]]
    pd.testing.assert_frame_equal(second.sales("week"), first.sales("week"))


def test_a_file_that_changes_in_between_is_read_again(company: Path, shared: Path) -> None:
    run = wb.Run.start(company, as_of="2025-12-31")
    before = wb.load(run).sales("year")["amount"].sum()
    with (company.parent / "orders.csv").open("a") as lines:
        lines.write("2025-12-31,a,1000\n")

    assert wb.load(run).sales("year")["amount"].sum() == before + 1000


def test_a_scope_is_told_as_before(company: Path, shared: Path) -> None:
    from workbench.errors import ParameterError

    with pytest.raises(ParameterError, match=r"no order has region = 'A'\. Did you mean 'a'"):
        wb.load(wb.Run.start(company, as_of="2025-12-31", scope="region=A"))

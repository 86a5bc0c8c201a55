"""Temporary folders go with their process, however it ends."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from workbench import temporary

MADE = "import time; from workbench import temporary; f = temporary.folder('engine'); print(f.name, flush=True)"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def old(folder: Path) -> Path:
    """A folder that nobody can take for one that was just made."""
    os.utime(folder, (1, 1))
    return folder


def test_a_folder_goes_with_the_object_that_made_it() -> None:
    with temporary.folder("engine") as name:
        (Path(name) / "x").write_text("x")

    assert not Path(name).exists()


def test_a_folder_goes_with_a_process_that_ends(place: Path) -> None:
    made = subprocess.run([sys.executable, "-c", MADE], capture_output=True, text=True, check=True).stdout

    assert made.startswith(str(place / "workbench-engine-"))
    assert not list(place.iterdir())


def test_the_next_folder_sweeps_what_a_killed_process_left_and_nothing_that_is_held() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", f"{MADE}; time.sleep(600)"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        other = old(Path(process.stdout.readline().strip()))
        with temporary.folder("engine") as own:
            old(Path(own))
            with temporary.folder("engine"):
                assert (other.exists(), Path(own).exists()) == (True, True)
        process.send_signal(signal.SIGKILL)
    with temporary.folder("engine"):
        assert not other.exists()


def test_a_young_folder_may_be_about_to_be_held(place: Path) -> None:
    young = place / "workbench-engine-young"
    young.mkdir()
    with temporary.folder("engine"):
        assert young.exists()


def test_what_is_kept_for_something_else_is_left_alone(place: Path) -> None:
    other = place / "workbench-shared-1"
    other.mkdir()
    old(other)
    with temporary.folder("engine"):
        assert other.exists()


def test_without_locks_folders_are_made_and_none_is_taken_for_left(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporary, "fcntl", None)
    other = place / "workbench-engine-1"
    other.mkdir()
    old(other)
    with temporary.folder("engine") as name:
        assert Path(name).exists()
        assert other.exists()

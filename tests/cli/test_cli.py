"""The command line says what it did in plain words, on the right stream, with the right exit code."""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.publish.conftest import SETTINGS, SHOW, write_notebook

FACTS = 'import sys; print("warning", file=sys.stderr)\nprint(json.dumps({"sales": 4.5}))'
Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company's folder, as a person would stand in it."""
    folder = tmp_path_factory.mktemp("company")
    (folder / "workbench.toml").write_text(SETTINGS.replace("made_up = true", ""), "utf-8")
    (folder / "orders.csv").write_text("date,amount\n2026-01-01,3\n", "utf-8")
    write_notebook(folder / "good.ipynb", SHOW, FACTS, tags={2: ["facts"]})
    write_notebook(folder / "bad.ipynb", "x = {}", "x['sales']")
    return folder


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "workbench.cli", *arguments]


@pytest.fixture(scope="module")
def call(here: Path) -> Call:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command(*arguments), cwd=here, capture_output=True, text=True, timeout=300)

    return run


@pytest.fixture(scope="module")
def good(call: Call) -> subprocess.CompletedProcess[str]:
    return call("run", "good.ipynb", "--as-of", "2026-03-31", "--lang", "en,zh-TW", "--json")


def test_help_lists_the_commands(call: Call) -> None:
    done = call("--help")

    assert done.returncode == 0
    assert {"run", "init", "check"} <= {line.split()[0] for line in done.stdout.splitlines() if line.strip()}


def test_help_loads_no_heavy_library(call: Call) -> None:
    heavy = {"pandas", "numpy", "pydantic", "papermill", "rich"}
    code = f"import sys, workbench.cli; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""


def test_json_is_one_object_with_every_page(good: subprocess.CompletedProcess[str], here: Path) -> None:
    told = json.loads(good.stdout)

    assert good.returncode == 0
    assert told["status"] == "ok"
    assert [(r["notebook"], r["lang"], r["status"], r["facts"]) for r in told["reports"]] == [
        ("good", "en", "ok", {"sales": 4.5}),
        ("good", "zh-TW", "ok", {"sales": 4.5}),
    ]
    assert all((here / r["html"]).is_file() for r in told["reports"])
    assert set(told["reports"][0]) == {"notebook", "lang", "status", "html", "facts", "seconds", "error"}


def test_progress_on_no_terminal_is_one_plain_line(good: subprocess.CompletedProcess[str]) -> None:
    assert good.stderr.split()[:2] == ["good", "ok"]
    assert len(good.stderr.splitlines()) == 1


def test_nothing_new_is_not_run_again(call: Call, good: subprocess.CompletedProcess[str]) -> None:
    done = call("run", "good.ipynb", "--as-of", "2026-03-31", "--lang", "en,zh-TW")

    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "Nothing has changed since this report; --force runs it anyway.",
        "reports/2026-03-31/Acme/r1/overview.en.html",
        "reports/2026-03-31/Acme/r1/overview.zh-TW.html",
    ]


def test_a_failing_cell_is_told_and_kept(call: Call, here: Path) -> None:
    done = call("run", "bad.ipynb", "--as-of", "2026-03-30", "--lang", "en")
    kept = "reports/2026-03-30/Acme/r1-failed/bad.ipynb"

    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == [
        "bad: failed in cell 4: KeyError: 'sales'",
        f"The notebook as it stopped: {kept}",
    ]
    assert (here / kept).is_file()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("-p", "as_off=1"), "Did you mean 'as_of'?"),
        (("-p", "password=hunter2"), "looks like a secret"),
        (("--as-of", "yesterday"), "write a day as 2026-09-30"),
        (("--timeout", "soon"), "--timeout"),
        (("--bogus",), "--bogus"),
    ],
)
def test_a_wrong_call_is_refused_in_plain_words(call: Call, arguments: tuple[str, ...], text: str) -> None:
    done = call("run", "good.ipynb", *arguments)

    assert done.returncode == 2
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
    assert done.stdout == ""


def test_json_tells_a_refusal_too(call: Call) -> None:
    done = call("run", "good.ipynb", "--json", "-p", "as_off=1")

    assert done.returncode == 2
    assert json.loads(done.stdout)["status"] == "refused"


def test_a_file_where_the_reports_should_go_is_told(call: Call, here: Path) -> None:
    (here / "taken").write_text("")
    done = call("run", "good.ipynb", "--out", "taken")

    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
def test_a_killed_run_takes_its_kernel_along(here: Path) -> None:
    running, pids, scratch = under_way(here, "killed")
    running.kill()
    running.communicate(timeout=60)

    assert gone(pids)
    shutil.rmtree(Path(scratch).parent, ignore_errors=True)  # nobody was left to do it


@pytest.mark.parametrize("loading", ["typer", "workbench.publish", "pydantic"])
def test_stopping_while_it_still_loads_is_told_as_plainly(here: Path, loading: str) -> None:
    code = f"""
import sys
class Stopping:
    def find_spec(self, name, *_):
        if name == {loading!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stopping())
from workbench.cli import main
sys.argv = ["workbench", "run", "good.ipynb"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, timeout=60)

    assert done.returncode == 130
    assert [line.partition(".")[0] for line in done.stderr.splitlines()] == ["Stopped"]


def test_a_query_that_is_interrupted_is_a_run_that_is_stopped(here: Path) -> None:
    """DuckDB turns Ctrl-C into an error of its own."""
    code = """
import sys
from workbench import publish
def asked(request): raise RuntimeError("Query interrupted")
publish.run = asked
from workbench.cli import main
sys.argv = ["workbench", "run", "good.ipynb"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (130, "Stopped.\n")


def under_way(here: Path, name: str) -> tuple[subprocess.Popen[str], list[int], str]:
    """A run whose notebook sleeps; the processes of its kernel and the kernel's parent, and its scratch folder."""
    pipe = here / f"pipe-{name}"
    os.mkfifo(pipe)
    handle = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    told = f"import os\nopen({str(pipe)!r}, 'w').write(f\"{{os.getpid()}} {{os.getppid()}} {{os.environ['TMPDIR']}}\")"
    write_notebook(here / "long.ipynb", told, "import time; time.sleep(600)")
    running = subprocess.Popen(
        command("run", "long.ipynb", "--out", name), cwd=here, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=heeds_interrupts,
    )  # fmt: skip
    *pids, scratch = heard(handle)
    return running, [int(pid) for pid in pids], scratch


def heeds_interrupts() -> None:
    """Where the tests run in the background, the shell has them ignore Ctrl-C, and the run would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def gone(pids: list[int]) -> bool:
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):  # it may go between two looks
            psutil.Process(pid).wait(timeout=20)
    return not any(psutil.pid_exists(pid) for pid in pids)


def heard(pipe: int) -> list[str]:
    """What a notebook wrote into a pipe, as soon as it does."""
    ready, _, _ = select.select([pipe], [], [], 200)
    assert ready, "the notebook did not start"
    try:
        return os.read(pipe, 1000).decode().split()
    finally:
        os.close(pipe)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_nothing(here: Path, sign: signal.Signals) -> None:
    running, pids, scratch = under_way(here, f"stopped-{sign.name}")
    running.send_signal(sign)
    output, errors = running.communicate(timeout=60)

    assert running.returncode == 130
    assert output == ""
    assert errors.splitlines()[-1] == "Stopped. Nothing was left behind, and earlier reports are as they were."
    assert "Traceback" not in errors
    assert gone(pids)
    assert not Path(scratch).exists()
    assert list((here / f"stopped-{sign.name}").rglob("*")) == []

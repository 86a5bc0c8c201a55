"""A report's pages as PDF, printed by a Chromium browser of this machine. A PDF is there whole or not at all."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import ParameterError, RunError
from workbench.publish import folders, manifest

SECONDS = 120  # for one page
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


def browser() -> str:
    """The program that prints; an error that says what to install where there is none."""
    named = (shutil.which(name) for name in _NAMES)
    found = next((p for p in named if p), None) or next((p for p in _PLACES if Path(p).is_file()), None)
    if found is None:
        told = "no Chromium browser is installed, and only a browser prints these pages as they look. Install one "
        raise ParameterError(
            "PDF", [told + "(Debian: apt-get install chromium), or print a page from your own browser"]
        )
    return found


def report(folder: Path, *, lang: str = "", force: bool = False) -> list[Path]:
    """The PDF of each page of a report, beside the page; those that are there stay unless `force`."""
    program, pages = browser(), _pages(folder, lang)
    with folders.writable(folder, "The PDF"):
        for page in pages:
            if force or not page.with_suffix(".pdf").exists():
                folders.write(page.with_suffix(".pdf"), printed(program, page))
    return [page.with_suffix(".pdf") for page in pages]


def printed(program: str, page: Path) -> bytes:
    """A page as PDF. The browser gets a fresh profile, no network, and a limit of time."""
    with tempfile.TemporaryDirectory(prefix="workbench-pdf-") as scratch:
        made = Path(scratch) / "page.pdf"
        call = [
            program, "--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer", "--disable-extensions",
            "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={scratch}",
            *_sandbox(), f"--print-to-pdf={made}", page.resolve().as_uri(),
        ]  # fmt: skip
        why = _run(call)
        content = made.read_bytes() if made.is_file() else b""
    if why or not (content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")):
        raise RunError(
            f"{page.name} could not be printed: {why or 'the browser made no whole PDF'}. The page is as it was."
        )
    return content


def _run(call: list[str]) -> str:
    """Why a browser did not do its work; empty: it did. It and all that it started are gone afterwards."""
    from workbench.publish import processes

    try:
        started = subprocess.Popen(call, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  # fmt: skip
    except OSError as error:
        return f"{call[0]} does not start ({error.strerror})"
    try:
        return f"{call[0]} ended with {code}" if (code := started.wait(SECONDS)) else ""
    except subprocess.TimeoutExpired:
        return f"{call[0]} took longer than {SECONDS} s"
    finally:
        processes.end_descendants(started.pid)
        started.kill()
        started.wait()


def _sandbox() -> Iterator[str]:
    """Chromium refuses to start for root with its sandbox; the pages hold no script."""
    if sys.platform == "linux" and os.geteuid() == 0:
        yield "--no-sandbox"


def _pages(folder: Path, lang: str) -> list[Path]:
    told = manifest.read(folder)
    if told is None:
        raise ParameterError("workbench pdf", [f"'{folder}' is no report: name the folder that holds manifest.json"])
    if lang and lang not in told["languages"]:
        raise ParameterError("workbench pdf", [f"lang is '{lang}'; the report speaks {', '.join(told['languages'])}"])
    names = ("overview", *(book["name"] for book in told["notebooks"]))
    pages = (folder / f"{name}.{one}.html" for one in ([lang] if lang else told["languages"]) for name in names)
    return [page for page in pages if page.is_file()]

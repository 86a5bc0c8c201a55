"""What a command needs of stdin, stdout and stderr before it begins."""

import contextlib
import io
import os
import sys


def open_missing() -> None:
    """Gives a start without stdin, stdout or stderr (`>&-`) empty ones: files of a run would take their numbers."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, "r" if number == 0 else "w", closefd=False))  # noqa: SIM115


def speak_utf8() -> None:
    """Starts anew where the locale cannot write all names (C, Latin-1): files and kernels would fail one by one."""
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8" and os.environ.get("PYTHONUTF8") != "1":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def tolerate_any_name() -> None:
    """A name that the terminal cannot write must not end a run: it is written by its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

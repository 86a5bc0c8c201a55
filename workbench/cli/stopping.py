"""Ctrl-C, said in plain words. Loads nothing, since people stop a command before it begins."""

import sys
from typing import NoReturn


def stopped(more: str = "") -> NoReturn:
    """Ctrl-C in plain words, with the exit code that shells expect."""
    sys.stderr.write(f"Stopped.{more}\n")
    sys.exit(130)

"""`make bench`: every bench_*.py beside this file, one JSON line per figure; the exit code tells if a limit was missed.

A figure: name, value, unit, peer (what it is measured against, in the same run), ratio, limit, ok.
"""

import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

for library in ("OMP", "OPENBLAS", "MKL"):  # costs are CPU seconds of one thread: idle ones that wait would count too
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def figures(only: list[str]) -> Iterator[dict]:
    for file in sorted(Path(__file__).parent.glob("bench_*.py")):
        if not only or file.stem.removeprefix("bench_") in only:
            yield from import_module(f"tests.benchmarks.{file.stem}").main()


def main() -> int:
    missed = 0
    for figure in figures(sys.argv[1:]):
        print(json.dumps(figure, ensure_ascii=False), flush=True)
        missed += not figure["ok"]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""A notebook's report as `workbench run` makes it: its folder, its facts, its tables, what a reader sees."""

import atexit
import json
import re
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import publish
from workbench.publish import warm
from workbench.publish.report import Means

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data" / "demo" / "workbench.toml"
CASES = ROOT / "tests" / "cases"


@dataclass(frozen=True)
class Report:
    notebook: str
    folder: Path
    facts: dict[str, Any]

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "tables" / f"{self.notebook}.{name}.parquet")

    def text(self, lang: str = "en") -> str:
        """What a reader sees, without markup and figures."""
        page = (self.folder / f"{self.notebook}.{lang}.html").read_text("utf-8")
        page = re.sub(r"<(style|svg).*?</\1>", "", page, flags=re.S)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def report(notebook: str, settings: Path, as_of: str, out: Path, **more: Any) -> Report:
    """Makes the report; fails with what the command would say. `more` are other fields of a request."""
    asked = publish.Request((notebook,), settings, as_of=as_of, out=out, timeout=600.0, **more)
    return _read(notebook, made(asked).json())


def whole(settings: Path, as_of: str, out: Path) -> Path:
    """The folder of a report of all notebooks."""
    return made(publish.Request((), settings, as_of=as_of, out=out, timeout=600.0)).folder


def made(request: publish.Request) -> publish.Outcome:
    """A report that succeeds, from the warm process that all these tests share."""
    outcome = publish.run(request, _means())
    assert outcome.good, outcome.text()
    return outcome


def commanded(notebook: str, settings: Path, as_of: str, out: Path, *more: str) -> Report:
    """The same by the command, in a process of its own, as a person types it."""
    asked = ["run", notebook, "--settings", str(settings), "--as-of", as_of, "--out", str(out), "--json", *more]
    told = subprocess.run(
        [sys.executable, "-m", "workbench.cli", *asked], capture_output=True, text=True, timeout=600, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return _read(notebook, told.stdout)


def _read(notebook: str, told: str) -> Report:
    outcome = json.loads(told)
    return Report(notebook, Path(outcome["folder"]), outcome["reports"][0]["facts"])


@cache
def _means() -> Means:
    """The warm process that all reports of these tests fork their kernels from, as those of `--each` do."""
    held = ExitStack()
    atexit.register(held.close)
    return Means(held.enter_context(warm.nursery()), None)


def company(folder: Path, lines: pd.DataFrame, *, more: str = "") -> Path:
    """The settings of a company that has nothing but order lines: date, amount and any of the columns below."""
    lines.to_csv(folder / "orders.csv", index=False)
    named = [c for c in ("date", "amount", "order", "customer", "product", "region", "quantity") if c in lines]
    levels = [c for c in ("region", "product") if c in lines]
    text = [
        '[company]\nname = "Only orders"\ncurrency = "EUR"\nlanguages = ["en"]\n\n[calendar]\ncountry = "DE"\n',
        '[sources.orders]\nfiles = ["orders.csv"]\n\n[sources.orders.columns]',
        *(f'{c} = "{c}"' for c in named),
        *(["\n[dimensions]", *(f'{level} = ["{level}"]' for level in levels)] if levels else []),
        more,
    ]
    (folder / "workbench.toml").write_text("\n".join(text), "utf-8")
    return folder / "workbench.toml"


def orders(first: str = "2022-01-01", last: str = "2024-12-31", a_day: int = 4) -> pd.DataFrame:
    """Steady made-up orders of working days with a summer, three regions and a few products."""
    import numpy as np

    rng, days = np.random.default_rng(11), pd.bdate_range(first, last).repeat(a_day)
    count = len(days)
    season = 1 + 0.25 * np.sin(2 * np.pi * days.day_of_year.to_numpy() / 365.25)
    quantity = rng.integers(1, 12, count)
    return pd.DataFrame({
        "date": days, "order": np.arange(count), "customer": rng.integers(0, count // 12, count),
        "product": rng.choice(["pump", "valve", "hose"], count),
        "region": rng.choice(["North", "South", "East"], count), "quantity": quantity,
        "amount": np.round(quantity * rng.lognormal(4, 0.4, count) * season, 2),
    })  # fmt: skip

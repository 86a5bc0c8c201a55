"""A report whose order lines lie in another engine says the same, to the cent, by changing the address alone."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.reports import made
from workbench import settings
from workbench.publish import Request

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "demo"


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    """The demo company's order lines, under the names that its settings give them."""
    source = settings.load(DEMO / "workbench.toml").sources["orders"]
    names = {header: column for column, header in source.columns.items()}
    numbers = {"数量": float, "单价": float, "金额": float, "成本": float}
    kinds = {header: numbers.get(header, str) for header in names}
    frame = pd.read_csv(DEMO / source.files[0], encoding=source.encoding, usecols=[*names], dtype=kinds)
    return frame.rename(columns=names).assign(date=lambda f: pd.to_datetime(f["date"]))


def written(folder: Path, source: str) -> Path:
    """The demo company's settings with the order lines elsewhere."""
    text = (DEMO / "workbench.toml").read_text("utf-8").replace('files = ["', f'files = ["{DEMO}/')
    text = re.sub(r"\[sources\.orders\].*?\n\n", f"[sources.orders]\n{source}\n\n", text, flags=re.S)
    (folder / "workbench.toml").write_text(text, "utf-8")
    return folder / "workbench.toml"


def facts(file: Path, out: Path) -> list[dict[str, Any]]:
    asked = Request(("history", "forecast"), file, as_of="2026-09-30", lang="en", out=out, timeout=900.0)
    return [report.facts for report in made(asked).reports]


@pytest.mark.parametrize("engine", ["in_postgres", "in_spark"])
def test_only_the_address_of_the_order_lines_changes(
    engine: str, lines: pd.DataFrame, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url, table = request.getfixturevalue(engine)(lines, tmp_path)
    lines.to_parquet(tmp_path / "lines.parquet", index=False)
    columns = (
        'covers = ["2022-10-01", "2026-09-30"]\nexclude = { status = ["已取消"] }\ncolumns = { '
        + ", ".join(f'"{c}" = "{c}"' for c in lines.columns)
        + " }"
    )
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    here = written(tmp_path / "here", f'files = ["{tmp_path}/lines.parquet"]\n{columns}')
    there = written(tmp_path / "there", f'url = "{url}"\ntable = "{table}"\n{columns}')

    assert facts(here, tmp_path / "a") == facts(there, tmp_path / "b")

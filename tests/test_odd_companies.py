"""Companies whose figures leave nothing to estimate: every notebook tells what it can, and no number without end."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from tests.reports import company, whole

DAYS = pd.date_range("2023-10-01", "2026-09-30")


def the_same_every_day() -> pd.DataFrame:
    return pd.DataFrame({"date": DAYS, "amount": 100.0, "customer": "one", "region": "here"})


def on_weekends_only() -> pd.DataFrame:
    days = DAYS[DAYS.day_of_week >= 5].repeat(3)
    amount = np.random.default_rng(1).gamma(2, 100, len(days)).round(2)
    return pd.DataFrame({"date": days, "amount": amount, "region": np.resize(["North", "South"], len(days))})


def more_comes_back_than_is_sold() -> pd.DataFrame:
    sold = on_weekends_only()
    return sold.assign(amount=sold["amount"] * np.resize([1, -1, -1], len(sold)))


def customers_all_alike() -> pd.DataFrame:
    at = np.arange(12 * 36)
    days = pd.Timestamp("2023-10-01") + pd.to_timedelta(at * 1096 // len(at), "D")
    return pd.DataFrame({
        "date": days, "amount": 100.0 + at * 7 % 90, "order": at, "customer": at * 31 % 97, "product": at % 5,
        "quantity": 1 + at % 4,
    })  # fmt: skip


@pytest.mark.parametrize(
    "lines", [the_same_every_day, on_weekends_only, more_comes_back_than_is_sold, customers_all_alike]
)
def test_every_notebook_tells_what_it_can_of(lines: Callable[[], pd.DataFrame], tmp_path: Path) -> None:
    folder = whole(company(tmp_path, lines()), "2026-09-30", tmp_path / "reports")

    assert {file.name: found for file in folder.glob("*.ipynb") if (found := _warned(file))} == {}
    assert [file.name for file in folder.glob("tables/*.parquet") if _endless(file)] == []
    pages = [file.read_text("utf-8") for file in folder.glob("*.html")]
    assert len(pages) == 7
    assert not [word for page in pages for word in (">nan<", "∞", " nan ", " inf ") if word in page]


def _warned(file: Path) -> list[str]:
    """What cells wrote beside their outputs: warnings of arithmetic that went wrong."""
    outputs = (o for cell in nbformat.read(file, as_version=4).cells for o in cell.get("outputs", ()))
    return [o.text for o in outputs if o.get("name") == "stderr" and "Warning" in o.text]


def _endless(file: Path) -> bool:
    return bool(np.isinf(pd.read_parquet(file).select_dtypes("float")).any(axis=None))

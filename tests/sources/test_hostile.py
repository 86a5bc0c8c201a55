"""Names that are markup, formulas, SQL, paths or unprintable are names: kept as they are, and their money with them."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import shared_data
from tests.sources.made import company, settings, steps
from workbench.run import Run
from workbench.sources import load

NAMES = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")',
    'O\'Brien "the" %s {0} ${x} ; DROP TABLE orders; --',
    "two\nlines",
    "\U0001f600 emoji",
    "../..",
    "C:\\temp",
    "NaN",
    "null?",
    "-1",
    "__key",
    "%",
    "\u202eright to left",
]


def frames(names: list[str]) -> dict[str, pd.DataFrame]:
    orders = pd.DataFrame(
        {
            "date": pd.Timestamp("2026-01-05"),
            "amount": [float(i + 1) for i in range(len(names))],
            "customer": names,
            "product": names,
            "region": names,
            "order": names,
        }
    )
    return {
        "orders": orders,
        "products": pd.DataFrame({"product": names, "product_line": names}),
        "customers": pd.DataFrame({"customer": names, "name": names}),
    }


DIMENSIONS = {"customer": ["customer"], "product": ["product_line"], "region": ["region"]}


@pytest.mark.parametrize("level", ["customer", "product_line", "region"])
def test_hostile_names_keep_their_money(tmp_path: Path, level: str) -> None:
    data = company(tmp_path, frames(NAMES), dimensions=DIMENSIONS)
    found = data.sales(by=level)
    assert dict(zip(found[level], found["amount"], strict=True)) == {n: float(i + 1) for i, n in enumerate(NAMES)}
    assert steps(data, "unmatched") == []


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_may_be_scoped_renamed_and_left_out(tmp_path: Path, name: str) -> None:
    made = settings(tmp_path, frames(NAMES), dimensions=DIMENSIONS, orders={"rename": {"region": {name: "plain"}}})
    run = Run.start(made, as_of="2026-12-31")
    value = float(NAMES.index(name) + 1)
    renamed = load(Run(run.settings, run.as_of, {"region": "plain"}))
    assert renamed.sales()["amount"].tolist() == [value]
    assert load(Run(run.settings, run.as_of, {"customer": name})).sales()["amount"].tolist() == [value]


def test_the_big_list_of_naughty_strings_adds_up(tmp_path: Path) -> None:
    names = json.loads(shared_data("nasty/blns/blns.json").read_text("utf-8"))  # some say that there is no name: "NULL"
    orders = frames(names)["orders"]
    data = company(tmp_path, orders, dimensions=DIMENSIONS | {"product": ["product"]})
    for level in ("customer", "product", "region"):
        found = data.sales(by=level)
        assert found["amount"].sum() == orders["amount"].sum()
        assert found[level].nunique() > 480


def test_a_hostile_column_name_is_a_column(tmp_path: Path) -> None:
    hostile = "a\"b'; DROP TABLE x; --<script>"
    frame = pd.DataFrame({"date": [pd.Timestamp("2026-01-05")], "amount": [3.0], hostile: ["v"]})
    data = company(tmp_path, frame, dimensions={"d": [hostile]})
    assert data.sales(by=hostile)[hostile].tolist() == ["v"]

"""What all history functions share: any number type, any kind of node, any order of rows."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.made import YEAR, keys_of, months
from workbench.analytics import history, kpis
from workbench.analytics.keys import KEYS, fact


def compare(kind: object) -> pd.DataFrame:
    frame = pd.DataFrame({"span": ["now", "now", "before", "before"], "product": ["A", None, "A", "B"]})
    return frame.assign(amount=[3, 1, 2, 4], quantity=[1, 1, 1, 2]).astype({"amount": kind, "quantity": kind})


@pytest.mark.parametrize("kind", ["int64", "Int64", "Float64", "float32", "double[pyarrow]"])
def test_any_type_of_number_gives_the_same_result(kind: str) -> None:
    for make in (lambda f: history.breakdown(f, "product", YEAR), lambda f: history.bridge(f, "product", YEAR)):
        pd.testing.assert_frame_equal(make(compare(kind)).table, make(compare("float64")).table)
    found = kpis.evaluate(compare(kind), "span", ["sales"])
    pd.testing.assert_frame_equal(found, kpis.evaluate(compare("float64"), "span", ["sales"]))


def test_decimals_from_a_database_are_numbers() -> None:
    frame = compare("float64")
    exact = frame.assign(amount=[Decimal(str(v)) for v in frame["amount"]])

    assert history.breakdown(exact, "product", YEAR).table["amount"].sum() == 4
    assert kpis.evaluate(exact, (), ["sales"])["sales"].tolist() == [10]


@pytest.mark.parametrize("kind", ["object", "str", "category"])
def test_any_type_of_node_gives_the_same_rows(kind: str) -> None:
    frame = compare("float64")
    table = history.breakdown(frame.astype({"product": kind, "span": kind}), "product", YEAR).table

    assert [str(n) for n in table.index if pd.notna(n)] == ["A", "B"]
    assert table["amount"].tolist() == [3, 1, 0]


@pytest.mark.parametrize("name", ["<script>", '=HYPERLINK("x")', 'a"b', "two\nlines", "😀", "../..", "nan", "None", ""])
def test_a_name_passes_through_as_it_is(name: str) -> None:
    frame = compare("float64").assign(product=[name, "x", name, "x"])
    result = history.breakdown(frame, "product", YEAR)

    assert name in result.table.index
    assert any(f.values.get("node") == name for f in result.findings)


def test_numbers_may_name_nodes() -> None:
    frame = compare("float64").assign(product=[7, 8, 7, 9])

    assert history.breakdown(frame, "product", YEAR).table.index.tolist() == [7, 8, 9]


def test_a_finding_with_other_values_than_declared_is_refused() -> None:
    with pytest.raises(TypeError, match=r"history\.bridge_lost has values"):
        fact("history.bridge_lost", by="product", count=1)


def test_what_is_unknown_is_none_and_numbers_are_plain() -> None:
    finding = fact(
        "history.breakdown_missing", weight=np.nan, about=pd.NA, level="x", amount=np.float64(2), share=np.nan
    )

    assert finding.values == {"level": "x", "amount": 2.0, "share": None}
    assert type(finding.values["amount"]) is float
    assert (finding.weight, finding.subject) == (0.0, "")


def test_every_declared_finding_is_said_somewhere() -> None:
    from pathlib import Path

    folder = Path(kpis.__file__).parent
    code = "".join(p.read_text("utf-8") for p in folder.rglob("*.py") if p.parent.name != "keys")
    made = {"history.breakdown_rise", "history.breakdown_fall", "history.bridge_new", "history.bridge_lost"}

    assert [key for key in KEYS if key not in made and f'"{key}"' not in code] == []


amounts = st.lists(st.integers(1, 10**8).map(lambda c: c / 100), min_size=1, max_size=40)


@given(sizes=amounts, scale=st.sampled_from([0.01, 7.3, 1e6]))
def test_another_currency_changes_no_rate_of_a_period(sizes: list[float], scale: float) -> None:
    one, other = history.totals(months(sizes)), history.totals(months(v * scale for v in sizes))

    pd.testing.assert_frame_equal(
        one.table[["change", "yoy"]], other.table[["change", "yoy"]], check_exact=False, rtol=1e-9, atol=1e-9
    )


@given(now=st.floats(0.01, 1e9), before=st.floats(0.01, 1e9), scale=st.sampled_from([0.01, 7.3, 1e6]))
def test_another_currency_changes_no_headline_rate(now: float, before: float, scale: float) -> None:
    frame = pd.DataFrame({"span": ["now", "before"], "amount": [now, before]})
    one, other = (history.growth(f, YEAR) for f in (frame, frame.assign(amount=frame["amount"] * scale)[::-1]))

    assert other.rate == pytest.approx(one.rate)
    assert keys_of(one) == keys_of(other)

"""The same expressions on PostgreSQL and on Spark give the embedded engine's results to the cent."""

import numpy as np
import pandas as pd
import pytest

from tests.sources.made import company, settings
from workbench.run import Run
from workbench.sources import Data, load

PRODUCTS = pd.DataFrame({"product": [f"p{i}" for i in range(20)], "product_line": [f"line {i % 4}" for i in range(20)]})
CUSTOMERS = pd.DataFrame({"customer": [f"c{i}" for i in range(49)], "name": [f"客户 {i % 40}" for i in range(49)]})
LOOKED_UP = pd.DataFrame({"rep": ["1", "2"], "name": ["Ann", "Bo"], "number": ["E1", "E2"]})
DAYS = pd.to_datetime(["2024-01-01", "2025-07-01"])
RATES = pd.DataFrame({"currency": ["USD", "USD"], "date": DAYS, "rate": [0.9137, 0.8731]})


def orders() -> pd.DataFrame:
    """Lines with every oddity: fractions of cents, returns, missing customers, an unknown product, two currencies."""
    rng = np.random.default_rng(7)
    count = 4000
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 900, count), unit="D"),
            "order": [f"o{i}" for i in rng.integers(0, 1500, count)],
            "customer": [f"c{i}" for i in rng.integers(0, 49, count)],
            "product": [f"p{i}" for i in rng.integers(0, 21, count)],
            "rep": [f"E{i}" for i in rng.integers(1, 3, count)],
            "quantity": rng.integers(-2, 9, count).astype("float64"),
            "price": (rng.random(count) * 100).round(3),
            "discount": rng.choice([0.0, 0.05, 0.1], count),
            "currency": rng.choice(["EUR", "USD"], count),
            "region": rng.choice(["华东", "华南", "a'b"], count),
        }
    )
    frame.loc[::17, "customer"] = None
    frame.loc[::23, "region"] = None
    return frame


MORE = {
    "dimensions": {
        "region": ["region"],
        "product": ["product_line", "product"],
        "customer": ["customer"],
        "rep": ["rep"],
    },
    "calendar": {"fiscal_year_starts": 2},
}
SOURCE = {"lookup": {"rep": {"table": "reps", "by": "number"}}, "exclude": {"region": ["a'b"]}}
SMALL = {"products": PRODUCTS, "customers": CUSTOMERS, "reps": LOOKED_UP, "rates": RATES}


@pytest.fixture(scope="module", params=["in_postgres", "in_spark"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Data, Data]:
    """The same company in the embedded engine and elsewhere."""
    folder = tmp_path_factory.mktemp("company")
    url, table = request.getfixturevalue(request.param)(orders(), folder)
    embedded = company(folder, {"orders": orders(), **SMALL}, as_of="2026-05-31", orders=SOURCE, **MORE)
    place = {"url": url, "table": table, "columns": {c: c for c in orders().columns}} | SOURCE
    made = settings(folder, SMALL, orders=place, **MORE)
    return embedded, load(Run.start(made, as_of="2026-05-31"))


@pytest.mark.parametrize("by", [(), ("region",), ("product_line",), ("customer",), ("rep", "region")])
def test_sums_and_counts_by_period_and_span_are_equal(both: tuple[Data, Data], by: tuple[str, ...]) -> None:
    embedded, elsewhere = both
    assert len(embedded.sales(by=by)) > 20
    for every in ("week", "month", "quarter", "year"):
        pd.testing.assert_frame_equal(embedded.sales(every, by), elsewhere.sales(every, by), check_exact=True)
    pd.testing.assert_frame_equal(embedded.compare(by), elsewhere.compare(by), check_exact=True)


def test_what_was_found_in_the_rows_is_equal(both: tuple[Data, Data]) -> None:
    embedded, elsewhere = both
    told = [[(s.table, s.kind, s.rows, s.amount) for s in d.quality.steps] for d in both]
    assert told[0] == told[1]
    kinds = {kind for _, kind, *_ in told[0]}
    assert {"read", "excluded", "unmatched", "no_customer", "after_as_of"} <= kinds
    assert embedded.covers == elsewhere.covers
    pd.testing.assert_frame_equal(embedded.components(), elsewhere.components(), check_exact=True)


def test_customers_cohorts_and_new_against_repeat_are_equal(both: tuple[Data, Data]) -> None:
    embedded, elsewhere = both
    assert len(embedded.customers()) == 49
    for ask in (Data.customers, Data.holdout, Data.cohorts, Data.new_and_repeat):
        pd.testing.assert_frame_equal(ask(embedded), ask(elsewhere), check_exact=True)  # type: ignore[operator]
    by = [data.new_and_repeat("quarter", by="product_line") for data in both]
    pd.testing.assert_frame_equal(*by, check_exact=True)

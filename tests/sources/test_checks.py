"""Everything wrong with all tables is told at once, with file, column and rows as the person sees them."""

from pathlib import Path

import pandas as pd
import pytest

from tests.sources.made import company, lines
from workbench.errors import DataError, ParameterError
from workbench.run import Run
from workbench.settings import Settings
from workbench.sources import Data, load

ORDERS = "date,amount,customer\n2026-01-05,10,a\n2026-01-06,20,b\n"


def from_text(folder: Path, texts: dict[str, str], **more: dict[str, object]) -> Data:
    """A company whose tables are CSV files with our column names."""
    sources: dict[str, object] = {}
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
        header = text.partition("\n")[0].split(",")
        sources[name] = {"files": [f"{name}.csv"], "columns": {c: c for c in header if c}} | more.get(name, {})
    made = Settings(company={"name": "Made", "currency": "EUR"}, sources=sources, folder=folder, path=folder / "w.toml")
    return load(Run.start(made, as_of="2026-12-31"))


def problems(folder: Path, texts: dict[str, str], **more: dict[str, object]) -> list[str]:
    with pytest.raises(DataError) as caught:
        from_text(folder, texts, **more)
    return caught.value.problems


def test_all_tables_are_told_of_at_once(tmp_path: Path) -> None:
    texts = {
        "orders": "date,amount,customer\n2026-01-05,10,a\n2026-01-06,,b\n,5,a\n",
        "customers": "customer,employees\na,5\na,6\nb,-3\n",
        "targets": "period,amount\n2026-01-01,-4\n",
    }
    found = problems(tmp_path, texts)
    amount, date, key, low, target = (
        next(p for p in found if words in p)
        for words in (
            "'amount' has no value",
            "'date' has no value",
            "1 key repeats",
            "'employees' is below 0",
            "'amount' is below 0",
        )
    )
    assert "orders.csv: rows 3" in amount
    assert "orders.csv: rows 4" in date
    assert "'a' 2 times" in key
    assert "customers.csv: rows 2, 3" in key
    assert "e.g. -3" in low
    assert "targets.csv: rows 2" in target
    assert len(found) == 5


def test_many_bad_rows_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    rows = "".join("2026-01-05,\n" if i % 10 == 0 else "2026-01-05,1\n" for i in range(2000))
    (found,) = problems(tmp_path, {"orders": "date,amount\n" + rows})
    assert "200 rows" in found
    assert "rows 2, 12, 22, 32, 42" in found


def test_text_among_numbers_is_named_with_its_rows(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, {"orders": "date,amount\n2026-01-05,10\n2026-01-06,ten\n"})
    assert "ten" in found
    assert "row 3" in found


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    found = problems(tmp_path, {"orders": "date,customer\n2026-01-05,a\n"})
    assert any("amount" in p and "quantity" in p and "price" in p for p in found)


def test_a_file_without_rows_or_without_anything_is_an_error_that_names_it(tmp_path: Path) -> None:
    assert any("orders.csv" in p for p in problems(tmp_path, {"orders": "date,amount\n"}))
    assert any("orders.csv" in p for p in problems(tmp_path, {"orders": ""}))


def test_a_column_of_nulls_is_an_error_where_it_is_needed_and_unknown_where_not(tmp_path: Path) -> None:
    found = problems(tmp_path, {"orders": "date,amount\n2026-01-05,\n2026-01-06,\n"})
    assert "2 rows" in found[0]
    frame = lines(("2026-01-05", 1.0, None), columns="date amount cost")
    assert company(tmp_path, frame.astype({"cost": "float64"})).sales()["cost"].isna().all()


def test_rows_may_be_left_out_instead_of_corrected(tmp_path: Path) -> None:
    texts = {"orders": "date,amount\n2026-01-05,10\n2026-01-06,\n"}
    data = from_text(tmp_path, texts, orders={"exclude": {"amount": [""]}})
    assert data.sales()["amount"].tolist() == [10]
    assert [(s.rows, s.detail["column"]) for s in data.quality.of("excluded")] == [(1, "amount")]


def test_infinity_is_no_amount(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no finite number") as caught:
        company(tmp_path, lines(("2026-01-05", 1.0), ("2026-01-06", float("inf"))))
    assert "'amount'" in caught.value.problems[0]


def test_a_market_of_nothing_is_refused_and_an_unknown_one_is_not(tmp_path: Path) -> None:
    texts = {"orders": "date,amount\n2026-01-05,10\n", "market": "period,size\n2025-01-01,0\n2025-04-01,7\n"}
    (found,) = problems(tmp_path, texts)
    assert "'size' is not above 0 in 1 row, e.g. 0.0 (market.csv: rows 2)" in found
    texts["market"] = texts["market"].replace(",0", ",")
    assert from_text(tmp_path, texts).table("market")["size"].isna().tolist() == [True, False]


def test_amounts_that_add_up_to_more_than_can_be_counted_are_refused_with_what_to_do(tmp_path: Path) -> None:
    days = [f"2026-{month:02d}-05" for month in range(1, 13)]
    with pytest.raises(DataError, match=r"amounts add up to 9\.6e\+14.*in thousands or millions"):
        company(tmp_path, lines(*((day, 8e13) for day in days)))
    assert company(tmp_path, lines(*((day, 7e13) for day in days))).sales()["amount"].sum() == 8.4e14


def test_keys_that_none_join_are_an_error_that_names_the_column_that_would(tmp_path: Path) -> None:
    texts = {"orders": "date,amount,rep\n2026-01-05,10,E7\n2026-01-06,10,E8\n", "reps": "rep,number\n1,E7\n2,E8\n"}
    (found,) = problems(tmp_path, texts)
    assert "no value of 'rep' joins the table reps" in found
    assert 'rep = { table = "reps", by = "number" }' in found
    data = from_text(tmp_path, texts, orders={"lookup": {"rep": {"table": "reps", "by": "number"}}})
    assert data.sales()["amount"].tolist() == [20]


def test_an_identifier_that_stands_for_two_keys_cannot_be_looked_up(tmp_path: Path) -> None:
    texts = {"orders": "date,amount,rep\n2026-01-05,10,E7\n", "reps": "rep,number\n1,E7\n2,E7\n"}
    found = problems(tmp_path, texts, orders={"lookup": {"rep": {"table": "reps", "by": "number"}}})
    assert any("stand for several keys" in p and "'E7'" in p for p in found)


def test_a_lookup_in_nothing_is_told(tmp_path: Path) -> None:
    found = problems(tmp_path, {"orders": ORDERS}, orders={"lookup": {"customer": {"table": "customers", "by": "no"}}})
    assert any("customers.no" in p for p in found)


def test_a_run_before_the_first_order_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the first is of 2026-01-05"):
        company(tmp_path, lines(("2026-01-05", 1.0)), as_of="2025-12-31")


def test_a_scope_that_nothing_is_in_names_what_there_is(tmp_path: Path) -> None:
    frame = lines(("2026-01-05", 1.0, "North"), columns="date amount region")
    with pytest.raises(ParameterError, match="Did you mean 'North'"):
        company(tmp_path, frame, dimensions={"r": ["region"]}, scope="region=north")


def test_a_table_without_orders_is_told_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"\[sources.orders\]"):
        company(tmp_path, {"reps": pd.DataFrame({"rep": ["a"]})})


@pytest.mark.parametrize("placeholder", ["1900-01-01", "1024-02-01", "9999-12-31"])
def test_a_day_that_stands_for_no_day_is_told_with_its_row(tmp_path: Path, placeholder: str) -> None:
    found = problems(tmp_path, {"orders": f"date,amount\n2026-01-05,10\n{placeholder},5\n"})
    assert any("column 'date' is no day from 1950 to 2200 in 1 row" in p and "rows 3" in p for p in found)

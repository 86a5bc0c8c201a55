"""Lines that stand in several files count once; true repeats stay."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.conftest import shared_data
from tests.sources.made import company, lines, steps
from workbench.run import Run
from workbench.settings import Settings
from workbench.sources import load

COLUMNS = {
    "date": "InvoiceDate",
    "order": "Invoice",
    "customer": "Customer ID",
    "product": "StockCode",
    "quantity": "Quantity",
    "price": "Price",
    "country": "Country",
}


def retail(folder: Path, files: list[str], **more: object) -> Settings:
    return Settings(
        company={"name": "Shop", "currency": "GBP"},
        folder=folder,
        path=folder / "workbench.toml",
        sources={"orders": {"files": files, "columns": COLUMNS, **more}},
        dimensions={"region": ["country"]},
    )


def test_nine_days_that_two_exports_share_are_counted_once() -> None:
    # tests of the real shop: stacked, December 2010 reads 1,126,445; its own sheet says 748,957 (the data set's README)
    data = load(Run.start(retail(shared_data("online_retail_ii"), ["*.parquet"]), as_of="2011-12-09"))
    months = data.sales().set_index("period")["amount"]
    assert months["2010-12-01"] == pytest.approx(748_957.02, abs=0.005)
    assert months.sum() == pytest.approx(18_909_744.12, abs=0.005)
    (step,) = data.quality.of("overlap")
    assert (step.rows, step.amount) == (22_523, 377_488.45)
    assert step.detail["first"] == pd.Timestamp("2010-12-01")
    assert step.detail["last"] == pd.Timestamp("2010-12-09")
    assert step.detail["files"] == ["online_retail_2009_2010.parquet", "online_retail_2010_2011.parquet"]


def test_a_line_twice_in_one_file_and_twice_in_another_is_two_lines(tmp_path: Path) -> None:
    twice = lines(("2026-03-02", 10.0, "A"), ("2026-03-02", 10.0, "A"), columns="date amount order")
    data = company(tmp_path, {"orders": twice, "orders@2": twice})
    assert data.sales()["amount"].sum() == 20
    assert steps(data, "overlap") == [(2, 20.0)]
    assert steps(data, "repeats") == [(1, 10.0)]


def test_the_file_that_has_a_line_most_often_says_how_often_it_was_sold(tmp_path: Path) -> None:
    one = lines(("2026-03-02", 10.0, "A"), ("2026-03-03", 5.0, "B"), columns="date amount order")
    three = lines(*[("2026-03-02", 10.0, "A")] * 3, ("2026-03-03", 5.0, "B"), columns="date amount order")
    data = company(tmp_path, {"orders": one, "orders@2": three})
    assert data.sales()["amount"].sum() == 35
    assert steps(data, "overlap") == [(2, 15.0)]


def test_missing_values_are_equal_when_lines_are_compared(tmp_path: Path) -> None:
    one = lines(("2026-03-02", 10.0, "A", None), columns="date amount order customer")
    more = lines(("2026-03-02", 10.0, "A", None), ("2026-03-05", 1.0, "B", "c"), columns="date amount order customer")
    assert company(tmp_path, {"orders": one, "orders@2": more}).sales()["amount"].sum() == 11


def test_repeats_within_one_file_stay_unless_the_settings_drop_them(tmp_path: Path) -> None:
    frame = lines(*[("2026-03-02", 10.0)] * 3, ("2026-03-03", 1.0))
    kept = company(tmp_path, frame)
    assert (kept.sales()["amount"].sum(), steps(kept, "repeats")) == (31, [(2, 20.0)])
    dropped = company(tmp_path, frame, orders={"repeats": "drop"})
    assert (dropped.sales()["amount"].sum(), steps(dropped, "repeats")) == (11, [(2, 20.0)])


def test_branches_that_sell_on_the_same_days_are_not_one_export(tmp_path: Path) -> None:
    # no order number tells lines apart: one price in common must not make the south's sale disappear
    north = lines(*[(f"2026-03-{d:02d}", 100.0 + d) for d in range(1, 20)], ("2026-03-20", 9.9))
    south = lines(*[(f"2026-03-{d:02d}", 200.0 + d) for d in range(1, 20)], ("2026-03-20", 9.9))
    data = company(tmp_path, {"orders": north, "orders@2": south})
    assert data.sales()["amount"].sum() == pytest.approx(north["amount"].sum() + south["amount"].sum())
    assert [s.detail["files"] for s in data.quality.of("alike")] == [["orders.parquet", "orders_2.parquet"]]
    assert steps(data, "overlap") == []


def test_an_export_taken_at_noon_overlaps_the_next_without_order_numbers(tmp_path: Path) -> None:
    # the shared day holds three of the later file's eight lines: all of the smaller side are copies
    noon = lines(("2026-03-01", 1.0), *[("2026-03-02", float(i)) for i in range(3)])
    later = lines(*[("2026-03-02", float(i)) for i in range(8)], ("2026-03-03", 7.0))
    assert company(tmp_path, {"orders": noon, "orders@2": later}).sales()["amount"].sum() == 1 + 28 + 7


def test_three_monthly_exports_that_each_share_a_day_with_the_next(tmp_path: Path) -> None:
    days = pd.date_range("2026-01-01", "2026-01-30")
    full = pd.DataFrame({"date": days, "amount": range(30), "order": [f"o{i}" for i in range(30)]})
    data = company(tmp_path, {"orders": full[:11], "orders@2": full[10:21], "orders@3": full[20:]})
    assert data.sales()["amount"].sum() == full["amount"].sum()
    assert steps(data, "overlap") == [(2, 30.0)]


def test_payments_in_two_overlapping_files_are_counted_once(tmp_path: Path) -> None:
    paid = lines(("2026-01-05", 7.0), ("2026-02-05", 8.0))
    frames = {"orders": lines(("2026-01-02", 10.0)), "payments": paid, "payments@2": paid[1:]}
    data = company(tmp_path, frames)
    assert data.table("payments")["amount"].tolist() == [7.0, 8.0]
    assert steps(data, "overlap", table="payments") == [(1, 8.0)]


@pytest.mark.parametrize(("figure", "same"), [(0.3, 0.1 * 3), (2.67345, 2.67345 - 1e-15)])
def test_the_last_bits_of_a_float_do_not_make_two_lines_of_one(tmp_path: Path, figure: float, same: float) -> None:
    days = pd.date_range("2026-01-01", periods=20)
    one = pd.DataFrame({"date": days, "amount": figure, "order": [f"o{i}" for i in range(20)]})
    data = company(tmp_path, {"orders": one, "orders@2": one.assign(amount=same)})
    assert data.sales()["lines"].sum() == 20
    assert steps(data, "restated") == []


def test_an_order_whose_lines_differ_between_files_is_told(tmp_path: Path) -> None:
    days = pd.date_range("2026-01-01", periods=20)
    old = pd.DataFrame({"date": days, "amount": 2.0, "order": [f"o{i}" for i in range(20)], "status": "open"})
    new = old.assign(status=["shipped"] * 5 + ["open"] * 15, amount=[3.0] * 5 + [2.0] * 15)
    more = pd.DataFrame({"date": [pd.Timestamp("2026-01-25")], "amount": 1.0, "order": "o99", "status": "open"})
    data = company(tmp_path, {"orders": pd.concat([new, more]), "orders@2": old})
    assert data.sales()["amount"].sum() == 30 + 1 + 5 * (2 + 3)  # both versions
    (step,) = data.quality.of("restated")
    assert (step.rows, step.amount, step.detail["orders"], step.detail["newer"]) == (5, 10.0, 5, "orders.parquet")
    assert (step.detail["first"], step.detail["last"]) == (days[0], days[-1])


def test_an_order_that_grew_between_two_exports_is_not_restated(tmp_path: Path) -> None:
    noon = lines(("2026-03-01", 1.0, "A"), ("2026-03-02", 2.0, "B"), columns="date amount order")
    later = lines(("2026-03-02", 2.0, "B"), ("2026-03-02", 5.0, "B"), columns="date amount order")
    data = company(tmp_path, {"orders": noon, "orders@2": later})
    assert (data.sales()["amount"].sum(), steps(data, "restated")) == (8.0, [])


LINE = st.tuples(
    st.integers(0, 40), st.integers(-3, 3), st.sampled_from(["a", "b", None]), st.sampled_from(["N", "S", None])
)


@given(rows=st.lists(LINE, min_size=1, max_size=40), first=st.integers(0, 40), last=st.integers(0, 40))
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_splitting_a_file_into_two_that_overlap_changes_no_total(
    tmp_path: Path, rows: list[tuple[int, int, str | None, str | None]], first: int, last: int
) -> None:
    first, last = min(first, last), max(first, last)
    frame = pd.DataFrame(rows, columns=["day", "amount", "customer", "region"]).astype({"amount": "float64"})
    frame = frame.assign(date=pd.Timestamp("2026-01-01") + pd.to_timedelta(frame["day"], unit="D")).drop(columns="day")
    frame = frame.astype({"customer": "str", "region": "str"}).where(frame.notna(), None)
    day = (frame["date"] - pd.Timestamp("2026-01-01")).dt.days
    early, late = frame[day <= last], frame[day >= first]
    one = company(tmp_path, frame, dimensions={"region": ["region"]})
    parts = {n: f for n, f in {"orders": early, "orders@2": late}.items() if len(f)}
    parts = parts if "orders" in parts else {"orders": late}
    two = company(tmp_path, parts, dimensions={"region": ["region"]})
    pd.testing.assert_frame_equal(one.sales(by="region"), two.sales(by="region"))
    assert steps(one, "repeats") == steps(two, "repeats")

"""Sums by period, span and level: exact, counted at each grain, nothing unknown as zero."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.sources.made import company, lines, steps
from workbench.errors import DataError

DAILY = pd.DataFrame({"date": pd.date_range("2024-01-01", "2026-08-14"), "amount": 1.0})
MADE_ONCE = [HealthCheck.function_scoped_fixture]


def test_a_period_is_whole_when_the_data_reach_over_it(tmp_path: Path) -> None:
    data = company(tmp_path, DAILY, as_of="2026-08-14")
    months = data.sales().set_index("period")["whole"]
    assert months["2024-01-01"]
    assert months["2026-07-01"]
    assert not months["2026-08-01"]
    assert data.sales("year").set_index("period")["whole"].tolist() == [True, True, False]


def test_a_month_that_starts_on_a_weekend_is_whole_for_who_rests_on_weekends(tmp_path: Path) -> None:
    days = pd.bdate_range("2026-02-02", "2026-05-29")  # 1 February and 30 and 31 May 2026 are a Sunday and a weekend
    data = company(tmp_path, pd.DataFrame({"date": days, "amount": 5.0}), as_of="2026-05-31")
    assert data.sales()["whole"].all()
    assert data.covers == (pd.Timestamp("2026-02-01"), pd.Timestamp("2026-05-31"))


def test_a_silent_month_is_zero_and_present(tmp_path: Path) -> None:
    data = company(tmp_path, lines(("2026-01-31", 4.0), ("2026-03-01", 6.0)), as_of="2026-03-31")
    found = data.sales()
    assert found["amount"].tolist() == [4, 0, 6]
    assert found["lines"].tolist() == [1, 0, 1]


def test_a_part_that_stopped_selling_has_sold_nothing_since_where_the_company_sold_on(tmp_path: Path) -> None:
    """Its history seemed to end with its last sale, so that years that are over were forecast."""
    rows = [("2026-01-31", 4.0, "West"), ("2026-01-31", 9.0, "East"), ("2026-02-10", 9.0, "East"),
            ("2026-03-31", 6.0, "East"), ("2026-05-31", 6.0, "East")]  # fmt: skip
    frame, levels = lines(*rows, columns="date amount region"), {"r": ["region"]}
    data = company(tmp_path, frame, as_of="2026-05-31", dimensions=levels, scope="region=West")
    found = data.sales(by="region")
    assert found["period"].dt.month.tolist() == [1, 2, 3, 5]  # in April nobody sold: that may be a hole in the data
    assert found["amount"].tolist() == [4, 0, 0, 0]
    assert found["lines"].tolist() == [1, 0, 0, 0]
    assert len(company(tmp_path, frame, as_of="2026-05-31", dimensions=levels).sales(by="region")) == 5


def test_the_export_says_what_it_covers_where_the_rows_cannot(tmp_path: Path) -> None:
    frame = lines(("2026-01-20", 4.0), ("2026-02-20", 6.0))
    data = company(tmp_path, frame, orders={"covers": ("2026-01-01", "2026-02-28")})
    assert data.sales()["whole"].tolist() == [True, True]


def test_an_order_in_two_months_or_regions_is_one_order_above_them(tmp_path: Path) -> None:
    rows = [("2026-01-31", 1.0, "A", "N"), ("2026-02-01", 1.0, "A", "S"), ("2026-02-02", 1.0, "B", "S")]
    data = company(tmp_path, lines(*rows, columns="date amount order region"), dimensions={"region": ["region"]})
    assert data.sales("month")["orders"].tolist()[:2] == [1, 2]
    assert data.sales("quarter")["orders"].tolist()[0] == 2
    assert data.sales("quarter", by="region")["orders"].tolist() == [1, 2]


def test_a_credit_note_is_no_order_and_its_money_is_a_return(tmp_path: Path) -> None:
    rows = [("2026-01-05", 100.0, "A"), ("2026-01-06", -30.0, "C1")]
    found = company(tmp_path, lines(*rows, columns="date amount order")).sales()
    assert found.loc[0, ["amount", "returns", "lines", "orders"]].tolist() == [70, -30, 2, 1]


def test_a_missing_value_of_a_level_is_a_group_of_its_own(tmp_path: Path) -> None:
    rows = [("2026-01-05", 100.0, "N"), ("2026-01-06", 30.0, None)]
    found = company(tmp_path, lines(*rows, columns="date amount region"), dimensions={"r": ["region"]}).sales(
        by="region"
    )
    assert found["amount"].sum() == 130
    assert found.loc[found["region"].isna(), "amount"].tolist() == [30]


def test_a_sum_that_lacks_a_line_is_unknown(tmp_path: Path) -> None:
    rows = [("2026-01-05", 100.0, 60.0), ("2026-01-06", 30.0, None), ("2026-02-01", 10.0, 5.0)]
    data = company(tmp_path, lines(*rows, columns="date amount cost"))
    found = data.sales()["cost"]
    assert pd.isna(found[0])
    assert found[1] == 5
    assert steps(data, "no_cost") == [(1, 30.0)]


def test_fiscal_quarters_start_where_the_fiscal_year_does(tmp_path: Path) -> None:
    frame = lines(("2026-01-31", 1.0), ("2026-02-01", 2.0), ("2026-04-30", 4.0), ("2026-05-01", 8.0))
    found = company(tmp_path, frame, calendar={"fiscal_year_starts": 2}).sales("quarter")
    assert dict(zip(found["period"].dt.strftime("%Y-%m-%d"), found["amount"], strict=True)) == {
        "2025-11-01": 1,
        "2026-02-01": 6,
        "2026-05-01": 8,
    }


def test_weeks_and_4_4_5_months_come_from_the_calendar(tmp_path: Path) -> None:
    # fiscal 2026 of a 4-4-5 calendar starts on Monday 2025-12-29; its second month on 2026-01-26
    frame = lines(("2025-12-29", 1.0), ("2026-01-25", 2.0), ("2026-01-26", 4.0))
    data = company(tmp_path, frame, calendar={"pattern": "4-4-5"})
    assert data.sales("month")["amount"].tolist() == [3, 4]
    assert data.sales("month")["period"].tolist() == [pd.Timestamp("2025-12-29"), pd.Timestamp("2026-01-26")]
    assert data.sales("week")["amount"].tolist() == [1, 0, 0, 2, 4]


def test_spans_are_compared_on_exact_days(tmp_path: Path) -> None:
    data = company(tmp_path, DAILY, as_of="2026-08-14")
    found = data.compare().set_index("span")["amount"]
    assert data.spans.name == "year_to_date"
    assert found.to_dict() == {"before": 226.0, "now": 226.0}  # 1 January to 14 August of a common year


def test_nothing_comparable_gives_an_empty_frame_with_its_columns(tmp_path: Path) -> None:
    data = company(tmp_path, lines(("2026-01-05", 1.0)))
    assert data.spans is None
    assert data.compare().empty
    assert {"span", "amount", "returns", "lines"} <= set(data.compare().columns)
    assert data.components().empty


def test_keys_show_as_names_and_namesakes_keep_their_keys(tmp_path: Path) -> None:
    frames = {
        "orders": lines(
            ("2026-01-05", 1.0, "1"),
            ("2026-01-05", 2.0, "2"),
            ("2026-01-05", 4.0, "3"),
            ("2026-01-05", 8.0, "9"),
            columns="date amount customer",
        ),
        "customers": pd.DataFrame({"customer": ["1", "2", "3"], "name": ["Li", "Li", "Wu"]}),
    }
    found = company(tmp_path, frames, dimensions={"c": ["customer"]}).sales(by="customer")
    assert dict(zip(found["customer"], found["amount"], strict=True)) == {"Li (1)": 1, "Li (2)": 2, "Wu": 4, "9": 8}


def test_a_level_may_stand_two_tables_away(tmp_path: Path) -> None:
    frames = {
        "orders": lines(("2026-01-05", 1.0, "1"), ("2026-01-06", 2.0, "2"), columns="date amount customer"),
        "customers": pd.DataFrame({"customer": ["1", "2"], "city": ["Lyon", "Rome"]}),
        "cities": pd.DataFrame({"city": ["Lyon", "Rome"], "country": ["France", "Italy"]}),
    }
    data = company(tmp_path, frames, dimensions={"place": ["country", "city"]}, cities={"key": "city"})
    assert data.dimensions == ("country",)
    assert data.sales(by=("country", "city"))["country"].tolist() == ["France", "Italy"]


def test_ten_thousand_regions_add_up(tmp_path: Path) -> None:
    count = 10_000
    frame = pd.DataFrame(
        {"date": pd.Timestamp("2026-01-05"), "amount": 1.01, "region": [f"r{i}" for i in range(count)]}
    )
    found = company(tmp_path, frame, dimensions={"r": ["region"]}).sales(by="region")
    assert len(found) == count
    assert found["amount"].sum() == pytest.approx(count * 1.01, abs=1e-6)


def test_a_fifty_column_export_is_read_by_the_columns_that_matter(tmp_path: Path) -> None:
    wide = {f"column {i}": ["x"] for i in range(48)}
    frame = pd.DataFrame({"date": [pd.Timestamp("2026-01-05")], "amount": [3.0], **wide})
    assert company(tmp_path, frame).sales()["amount"].tolist() == [3.0]


def test_one_customer_one_period_and_all_returns_are_counted(tmp_path: Path) -> None:
    rows = [("2026-01-05", -1.5, "A", "c"), ("2026-01-06", -2.5, "B", "c")]
    found = company(tmp_path, lines(*rows, columns="date amount order customer")).sales()
    assert found.loc[0, ["amount", "returns", "orders", "customers"]].tolist() == [-4, -4, 0, 0]


def test_many_lines_in_parts_count_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame(
        {"date": pd.date_range("2025-01-15", periods=400), "amount": 1.25, "order": [f"o{i // 3}" for i in range(400)]}
    )
    whole = company(tmp_path, frame)
    expected = {every: whole.sales(every) for every in ("week", "month", "quarter", "year")}
    monkeypatch.setattr("workbench.sources.cube.AT_ONCE", 50)
    parts = company(tmp_path, frame)
    for every, table in expected.items():
        pd.testing.assert_frame_equal(parts.sales(every), table)


def test_a_result_that_is_changed_does_not_change_the_next(tmp_path: Path) -> None:
    data = company(tmp_path, lines(("2026-01-05", 1.0)))
    first = data.sales()
    first.loc[0, "amount"] = 0
    assert data.sales()["amount"].tolist() == [1.0]


ROW = st.tuples(
    st.integers(0, 300), st.integers(-9999, 99999), st.sampled_from(["a", "b", "", None]), st.sampled_from(["x", None])
)


@given(rows=st.lists(ROW, min_size=1, max_size=30))
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=MADE_ONCE)
def test_parts_sum_to_the_whole_over_any_dimension(
    tmp_path: Path, rows: list[tuple[int, int, str | None, str | None]]
) -> None:
    frame = pd.DataFrame(rows, columns=["day", "cents", "region", "channel"])
    frame = frame.assign(
        date=pd.Timestamp("2026-01-01") + pd.to_timedelta(frame["day"], unit="D"), amount=frame["cents"] / 100
    )
    frame = frame.drop(columns=["day", "cents"]).astype({"region": "str", "channel": "str"})
    data = company(tmp_path, frame, dimensions={"r": ["region"], "c": ["channel"]}, as_of="2026-12-31")
    total = data.sales().set_index("period")[["amount", "returns", "lines"]]
    assert total["amount"].sum() == pytest.approx(sum(r[1] for r in rows) / 100, abs=1e-9)
    for by in ("region", "channel", ("region", "channel")):
        parts = data.sales(by=by).groupby("period")[["amount", "returns", "lines"]].sum()
        pd.testing.assert_frame_equal(parts, total.loc[parts.index], check_exact=False, atol=1e-9, check_freq=False)


@given(late=st.lists(st.tuples(st.integers(1, 400), st.integers(-9999, 9999)), max_size=20))
@hypothesis_settings(max_examples=10, deadline=None, suppress_health_check=MADE_ONCE)
def test_nothing_after_as_of_matters(tmp_path: Path, late: list[tuple[int, int]]) -> None:
    as_of = pd.Timestamp("2026-08-14")
    more = pd.DataFrame(
        {"date": [as_of + pd.Timedelta(days=d) for d, _ in late], "amount": [float(a) for _, a in late]}
    )
    known, told = (
        company(tmp_path, f, as_of="2026-08-14") for f in (DAILY, pd.concat([DAILY, more], ignore_index=True))
    )
    pd.testing.assert_frame_equal(known.sales(), told.sales())
    pd.testing.assert_frame_equal(known.compare(), told.compare())
    assert known.covers == told.covers


def test_orders_without_customers_have_them_missing_in_every_row(tmp_path: Path) -> None:
    rows = [(f"{year}-{month:02d}-05", 10.0) for year in (2025, 2026) for month in range(1, 13)]
    data = company(tmp_path, lines(*rows))
    found = data.compare(by=("customer", "product"))
    assert list(found.columns)[:3] == ["span", "customer", "product"]
    assert found[["customer", "product"]].isna().all(axis=None)
    assert found["amount"].tolist() == [120, 120]
    assert data.sales("year", by="customer")["amount"].tolist() == [120, 120]


def test_a_level_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="do not lead to 'regoin'"):
        company(tmp_path, lines(("2026-01-05", 1.0))).sales(by="regoin")

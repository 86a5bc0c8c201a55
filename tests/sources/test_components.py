"""The sums behind KPIs: like for like, no manager's total added to the team's, the unknown left unknown."""

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import shared_data
from tests.sources.made import company, steps
from workbench.periods import Calendar
from workbench.run import Run
from workbench.settings import Settings
from workbench.sources import load
from workbench.sources.small import grain

DAYS = pd.date_range("2025-01-01", "2026-06-30")
ORDERS = pd.DataFrame({"date": DAYS, "amount": 1.0, "order": [f"o{i}" for i in range(len(DAYS))]})
MONTHS = pd.date_range("2025-01-01", "2026-12-01", freq="MS")


def targets(**reps: float) -> pd.DataFrame:
    rows = [(month, amount, rep) for month in MONTHS for rep, amount in reps.items()]
    return pd.DataFrame(rows, columns=["period", "amount", "rep"])


def test_a_managers_target_is_not_added_to_the_teams(tmp_path: Path) -> None:
    reps = pd.DataFrame({"rep": ["boss", "lead", "ann", "bo"], "manager": [None, "boss", "lead", "lead"]})
    frames = {"orders": ORDERS, "reps": reps, "targets": targets(boss=100, lead=50, ann=20, bo=10)}
    data = company(tmp_path, frames, as_of="2026-06-30")
    assert data.components()["target"].to_dict() == {"before": 180.0, "now": 180.0}  # 6 months of 20 + 10
    assert steps(data, "rolled_up") == [(48, 3600.0)]  # 24 months of 100 + 50
    assert data.quality.of("rolled_up")[0].detail["nodes"] == ["boss", "lead"]


def test_a_manager_who_alone_has_a_target_keeps_it(tmp_path: Path) -> None:
    reps = pd.DataFrame({"rep": ["lead", "ann"], "manager": [None, "lead"]})
    data = company(tmp_path, {"orders": ORDERS, "reps": reps, "targets": targets(lead=50)}, as_of="2026-06-30")
    assert data.components().loc["now", "target"] == 300


def test_a_total_among_the_targets_is_not_added_to_them_though_nobody_says_who_leads(tmp_path: Path) -> None:
    frames = {"orders": ORDERS, "targets": targets(ann=20, bo=10.04, director=30)}  # 0.13 % apart
    data = company(tmp_path, frames, as_of="2026-06-30")
    assert data.components().loc["now", "target"] == pytest.approx(6 * 30.04)
    assert steps(data, "rolled_up") == [(24, 720.0)]
    assert data.quality.of("rolled_up")[0].detail["nodes"] == ["director"]


def test_people_who_sell_next_to_nothing_of_their_targets_are_named_as_probable_leaders(tmp_path: Path) -> None:
    """ann sells 15 of 30 a month and bo 10 of 25; cy, who leads them, 1 of 50."""
    rows = [
        (month, amount, rep) for month in MONTHS[:18] for rep, amount in {"ann": 15.0, "bo": 10.0, "cy": 1.0}.items()
    ]
    orders = pd.DataFrame(rows, columns=["date", "amount", "rep"])
    asked = {"orders": orders, "targets": targets(ann=30, bo=25, cy=50)}
    data = company(tmp_path, asked, as_of="2026-06-30", orders={"covers": ["2025-01-01", "2026-06-30"]})
    (step,) = data.quality.of("leading")
    assert (step.rows, step.amount) == (18, 18 * 50)
    assert step.detail == {"nodes": ("cy",), "share": pytest.approx(0.02), "usual": pytest.approx(0.4)}


def test_nobody_is_taken_for_a_leader_where_managers_are_known_or_all_sell(tmp_path: Path) -> None:
    rows = [(month, 10.0, rep) for month in MONTHS[:18] for rep in ("ann", "bo", "cy")]
    orders = pd.DataFrame(rows, columns=["date", "amount", "rep"])
    reps = pd.DataFrame({"rep": ["ann", "bo", "cy"], "manager": [None, None, None]}).astype("str")
    even = company(tmp_path, {"orders": orders, "targets": targets(ann=30, bo=25, cy=40)}, as_of="2026-06-30")
    known = {
        "orders": orders,
        "reps": reps.assign(manager=["cy", "cy", "zo"]),
        "targets": targets(ann=30, bo=25, cy=900),
    }
    told = company(tmp_path, known, as_of="2026-06-30")
    assert even.quality.of("leading") == told.quality.of("leading") == ()


@pytest.mark.parametrize(
    ("made", "months"),
    [
        (targets(ann=30, bo=30), 24),  # two with the same target: none leads the other
        (targets(ann=20, bo=10, cy=30).query("period < '2025-03-01'"), 2),  # two months may be chance
        (targets(ann=20, bo=10, cy=30).assign(amount=lambda t: t["amount"] + (t["period"] == MONTHS[9]) * 5), 24),
    ],
)
def test_targets_that_equal_the_others_by_chance_count(tmp_path: Path, made: pd.DataFrame, months: int) -> None:
    data = company(tmp_path, {"orders": ORDERS, "targets": made}, as_of="2026-06-30")
    assert (made["period"].nunique(), steps(data, "rolled_up")) == (months, [])


def test_targets_in_another_unit_than_the_sales_are_told(tmp_path: Path) -> None:
    sold = ORDERS.assign(amount=10_000.0)
    data = company(tmp_path, {"orders": sold, "targets": targets(ann=20, bo=10)}, as_of="2026-06-30")
    (step,) = data.quality.of("target_unit")
    assert step.detail == {"target": 180.0, "sold": 1_810_000.0}
    near = company(tmp_path, {"orders": ORDERS, "targets": targets(ann=4)}, as_of="2026-06-30")  # 754 %
    assert near.quality.of("target_unit") == ()


def test_a_regions_target_is_not_added_to_its_reps(tmp_path: Path) -> None:
    month = pd.Timestamp("2026-01-01")
    rows = [(month, 100.0, "N", None), (month, 60.0, "N", "ann"), (month, 30.0, "N", "bo"), (month, 50.0, "S", None)]
    frame = pd.DataFrame(rows, columns=["period", "amount", "region", "rep"])
    data = company(tmp_path, {"orders": ORDERS.assign(region="N"), "targets": frame}, dimensions={"r": ["region"]})
    kept = data.table("targets")
    assert kept.loc[~kept["rolls_up"], "amount"].sum() == 140
    assert steps(data, "rolled_up") == [(1, 100.0)]


def test_only_whole_periods_to_date_count_and_later_targets_stay_in_the_table(tmp_path: Path) -> None:
    data = company(tmp_path, {"orders": ORDERS, "targets": targets(ann=10)}, as_of="2026-06-14")
    found = data.components().loc["now"]
    assert (found["target"], found["targets_amount"]) == (50.0, 151.0)  # January to May 2026 have 151 days
    assert data.table("targets")["period"].max() == pd.Timestamp("2026-12-01")


def test_quarterly_targets_are_compared_with_quarters(tmp_path: Path) -> None:
    quarters = pd.DataFrame({"period": pd.date_range("2025-01-01", "2026-10-01", freq="QS"), "amount": 90.0})
    found = company(tmp_path, {"orders": ORDERS, "targets": quarters}, as_of="2026-06-30").components()
    assert found["target"].tolist() == [180, 180]
    assert found["targets_amount"].tolist() == [181, 181]


@pytest.mark.parametrize(
    ("days", "every"),
    [
        (["2025-01-01", "2026-01-01"], "year"),
        (["2025-01-01", "2025-04-01"], "quarter"),
        (["2025-01-01", "2025-02-01"], "month"),
        (["2025-03-01", "2025-04-01"], "month"),
        (["2025-12-01", "2026-01-01", "2026-02-01"], "month"),
        (["2026-01-05", "2026-01-12"], "week"),
        (["2026-01-01"], None),
    ],
)
def test_how_long_target_periods_are_is_read_from_their_dates(days: list[str], every: str | None) -> None:
    assert grain(pd.to_datetime(pd.Series(days)), Calendar()) == every


def test_targets_of_other_things_than_sales_are_left_out_and_named(tmp_path: Path) -> None:
    money, visits = targets(ann=10).assign(metric="销售额"), targets(ann=3).assign(metric="visits")
    data = company(tmp_path, {"orders": ORDERS, "targets": pd.concat([money, visits])}, as_of="2026-06-30")
    assert data.components().loc["now", "target"] == 60
    assert data.quality.of("other_metric")[0].detail["metrics"] == ["visits"]


STAGES = {"stages": {"won": ["Won"], "lost": ["Lost"]}}


def closed_deals() -> pd.DataFrame:
    days = pd.Series(pd.date_range("2024-12-01", "2026-06-30", freq="5D"))
    stage = days.index.to_series().mod(2).map({0: "Won", 1: "Lost"})
    names = [f"d{i}" for i in range(len(days))]
    return pd.DataFrame({"opportunity": names, "created": days, "closed": days + pd.Timedelta(days=3), "stage": stage})


def test_deals_are_counted_when_they_close(tmp_path: Path) -> None:
    deals = closed_deals().assign(amount=10.0)
    frames = {"orders": ORDERS, "opportunities": deals}
    found = company(tmp_path, frames, as_of="2026-06-30", opportunities=STAGES).components()
    inside = deals[deals["closed"].between("2026-01-01", "2026-06-30")]
    won = inside[inside["stage"] == "Won"]
    assert found.loc["now", ["won", "closed"]].tolist() == [len(won), len(inside)]
    assert found.loc["now", ["won_amount", "closed_amount"]].tolist() == [10 * len(won), 10 * len(inside)]


def test_lost_deals_without_amounts_leave_the_win_rate_by_value_unknown(tmp_path: Path) -> None:
    deals = closed_deals().assign(amount=lambda d: d["stage"].map({"Won": 10.0, "Lost": 0.0}))
    frames = {"orders": ORDERS, "opportunities": deals}
    found = company(tmp_path, frames, as_of="2026-06-30", opportunities=STAGES).components()
    assert "won_amount" in found
    assert "closed_amount" not in found


def test_an_export_without_a_single_return_leaves_returns_unknown(tmp_path: Path) -> None:
    sold = company(tmp_path, ORDERS, as_of="2026-06-30").components()
    one = pd.DataFrame({"date": [pd.Timestamp("2025-02-01")], "amount": [-1.0], "order": ["r1"]})
    returned = company(tmp_path, pd.concat([ORDERS, one]), as_of="2026-06-30").components()
    assert {"returns", "gross"}.isdisjoint(sold.columns)
    assert returned["returns"].tolist() == [-1, 0]


def test_payments_scores_activities_and_spend_are_summed_and_the_absent_is_absent(tmp_path: Path) -> None:
    frames = {
        "orders": ORDERS,
        "payments": pd.DataFrame({"date": DAYS, "amount": 0.5}),
        "satisfaction": pd.DataFrame({"date": DAYS, "score": 4.0, "answers": 2.0}),
        "activities": pd.DataFrame({"date": DAYS, "kind": "visit"}),
    }
    found = company(tmp_path, frames, as_of="2026-06-30").components()
    assert found.loc["now", ["paid", "billed", "score_sum", "scores", "activities"]].tolist() == [
        90.5,
        181,
        1448,
        362,
        181,
    ]
    assert {"spend", "target", "won"}.isdisjoint(found.columns)


def test_a_table_that_begins_too_late_is_unknown_before(tmp_path: Path) -> None:
    paid = pd.DataFrame({"date": pd.date_range("2025-05-10", "2026-06-30"), "amount": 0.5})
    found = company(tmp_path, {"orders": ORDERS, "payments": paid}, as_of="2026-06-30").components()["paid"]
    assert pd.isna(found["before"])
    assert found["now"] == 90.5


def test_the_resellers_sales_targets_and_names_join_though_they_are_keyed_differently() -> None:
    folder = shared_data("adventureworks_reseller")
    made = Settings(
        company={"name": "AW", "currency": "USD"},
        folder=folder,
        path=folder / "w.toml",
        dimensions={"rep": ["rep"]},
        sources={
            "orders": {
                "files": ["Sales.csv"],
                "columns": {"date": "OrderDate", "order": "SalesOrderNumber", "rep": "EmployeeKey", "amount": "Sales"},
            },
            "reps": {
                "files": ["Salesperson.csv"],
                "columns": {"rep": "EmployeeKey", "employee": "EmployeeID", "role": "Title", "name": "Salesperson"},
            },
            "targets": {
                "files": ["Targets.csv"],
                "columns": {"period": "TargetMonth", "amount": "TargetAmount", "rep": "EmployeeID"},
                "lookup": {"rep": {"table": "reps", "by": "employee"}},
                "exclude": {"role": ["Director of Sales"]},
            },
        },
    )
    data = load(Run.start(made, as_of="2020-05-31"))
    assert data.sales()["amount"].sum() == pytest.approx(77_548_570.20, abs=0.005)
    assert data.quality.of("read", table="targets")[0].amount == 676_210_000
    assert data.quality.of("unmatched") == ()
    assert "Linda Mitchell" in set(data.sales(by="rep")["rep"])


def test_a_span_that_is_held_and_has_no_lines_sold_nothing(tmp_path: Path) -> None:
    gone = ORDERS.assign(region=["S" if day.year == 2025 else "N" for day in ORDERS["date"]])
    data = company(tmp_path, gone, as_of="2026-06-30", dimensions={"r": ["region"]}, scope="region=S")
    assert data.components()["amount"].to_dict() == {"before": 181.0, "now": 0.0}


def test_a_column_of_customers_without_any_is_unknown_not_none(tmp_path: Path) -> None:
    nobody = company(tmp_path, ORDERS.assign(customer=None, order=None), as_of="2026-06-30").components()
    assert nobody["amount"].tolist() == [181.0, 181.0]
    assert not {"customers", "orders"} & set(nobody)

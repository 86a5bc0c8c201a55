"""What was left out, repaired and not joined is counted with its money; as_of and scope reach every table."""

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import shared_data
from tests.sources.made import company, lines, steps
from workbench.errors import DataError
from workbench.run import Run
from workbench.settings import Settings
from workbench.sources import load


def test_what_does_not_join_is_named_with_what_was_meant(tmp_path: Path) -> None:
    frames = {
        "orders": lines(
            ("2026-01-05", 5.0, "GTXPro"),
            ("2026-01-05", 6.0, "GTXPro"),
            ("2026-01-05", 9.0, "GTX Pro"),
            columns="date amount product",
        ),
        "products": pd.DataFrame({"product": ["GTX Pro", "MG"], "product_line": ["GTX", "MG"]}),
    }
    data = company(tmp_path, frames, dimensions={"p": ["product_line"]})
    (step,) = data.quality.of("unmatched")
    assert (step.rows, step.amount) == (2, 11.0)
    assert step.detail["nearest"] == ("GTX Pro",)
    assert step.detail["values"] == {"GTXPro": {"rows": 2, "amount": 11.0}}
    found = data.sales(by="product_line")
    assert found.loc[found["product_line"].isna(), "amount"].tolist() == [11]
    repaired = company(tmp_path, frames, orders={"rename": {"product": {"GTXPro": "GTX Pro"}}})
    assert repaired.quality.of("unmatched") == ()


def test_lines_without_a_customer_are_counted_with_their_money(tmp_path: Path) -> None:
    frame = lines(("2026-01-05", 5.0, "a"), ("2026-01-06", 7.0, None), columns="date amount customer")
    assert steps(company(tmp_path, frame), "no_customer") == [(1, 7.0)]


def test_rows_left_out_by_value_are_counted_with_their_money(tmp_path: Path) -> None:
    frame = lines(("2026-01-05", 5.0, "paid"), ("2026-01-06", 7.0, "test"), columns="date amount status")
    data = company(tmp_path, frame, orders={"exclude": {"status": ["test"]}})
    assert (data.sales()["amount"].sum(), steps(data, "excluded")) == (5, [(1, 7.0)])


def test_rows_may_be_left_out_by_a_column_of_a_reference_table(tmp_path: Path) -> None:
    frames = {
        "orders": lines(("2026-01-05", 5.0)),
        "reps": pd.DataFrame({"rep": ["1", "2"], "role": ["Director of Sales", "Rep"]}),
        "targets": pd.DataFrame(
            {"period": pd.to_datetime(["2026-01-01"] * 2), "amount": [90.0, 10.0], "rep": ["1", "2"]}
        ),
    }
    for column in ("role", "reps.role"):
        data = company(tmp_path, frames, targets={"exclude": {column: ["Director of Sales"]}})
        assert data.table("targets")["amount"].tolist() == [10]
        assert steps(data, "excluded") == [(1, 90.0)]


def test_the_amount_is_quantity_times_price_less_discount(tmp_path: Path) -> None:
    frame = lines(
        ("2026-01-05", 3.0, 10.0, 0.1), ("2026-01-05", 1.0, 5.0, None), columns="date quantity price discount"
    )
    assert company(tmp_path, frame).sales()["amount"].tolist() == [32]


RATES = pd.DataFrame(
    {"currency": ["USD", "USD"], "date": pd.to_datetime(["2026-01-01", "2026-02-01"]), "rate": [0.5, 0.8]}
)


def test_each_line_is_worth_what_its_currency_was_on_its_day(tmp_path: Path) -> None:
    rows = [("2026-01-31", 10.0, "USD"), ("2026-02-01", 10.0, "usd"), ("2026-02-02", 1.0, "EUR")]
    data = company(tmp_path, {"orders": lines(*rows, columns="date amount currency"), "rates": RATES})
    assert data.sales()["amount"].tolist() == [5, 9]


def test_a_currency_or_day_without_a_rate_is_an_error_with_its_money(tmp_path: Path) -> None:
    rows = [
        ("2025-12-31", 10.0, "USD"),
        ("2026-02-01", 7.0, "GBP"),
        ("2026-02-02", 1.0, "EUR"),
        ("2026-02-02", 2.0, None),
    ]
    with pytest.raises(DataError) as caught:
        company(tmp_path, {"orders": lines(*rows, columns="date amount currency"), "rates": RATES})
    found = "\n".join(caught.value.problems)
    assert "1 rows (USD 10.00, 2025-12-31 to 2025-12-31)" in found
    assert "1 rows (GBP 7.00, 2026-02-01 to 2026-02-01)" in found
    assert "1 rows (2.00, 2026-02-02 to 2026-02-02) have no currency" in found
    assert 'currency = { "" = "EUR" }' in found


def test_a_footer_of_totals_without_a_day_or_a_currency_is_told_as_a_row_without_a_day(tmp_path: Path) -> None:
    frame = lines(("2026-01-31", 10.0, "USD"), (None, 10.0, None), columns="date amount currency")
    with pytest.raises(DataError, match="column 'date' has no value in 1 row"):
        company(tmp_path, {"orders": frame, "rates": RATES.assign(date=pd.Timestamp("2026-01-01"))[:1]})


@pytest.mark.parametrize(("table", "day"), [("payments", "date"), ("spend", "date"), ("targets", "period")])
def test_money_of_the_small_tables_is_converted_like_that_of_orders(tmp_path: Path, table: str, day: str) -> None:
    dollars = [("2026-01-31", 10.0, "usd "), ("2026-02-01", 10.0, "USD")]
    rows = [*dollars, ("2026-02-01", 7.0, "EUR"), ("2026-02-01", 9.0, "GBP")]
    frame = lines(*rows, columns="date amount currency").rename(columns={"date": day})
    data = company(tmp_path, {"orders": lines(("2026-01-05", 5.0)), "rates": RATES, table: frame})
    assert sorted(data.table(table)["amount"].dropna()) == [5, 7, 8]
    assert steps(data, "converted", table=table) == [(2, 13.0)]
    (left,) = data.quality.of("no_rate")
    assert (left.rows, left.detail) == (1, {"currencies": ["GBP"]})


def test_a_deal_is_worth_what_its_currency_was_worth_when_it_closed_or_is_worth_now(tmp_path: Path) -> None:
    days = pd.to_datetime(["2026-01-31", "2026-02-01", None])
    deals = pd.DataFrame({"opportunity": ["a", "b", "c"], "stage": ["Won", "Won", "Open"], "closed": days})
    deals = deals.assign(amount=10.0, currency="USD")
    frames = {"orders": lines(("2026-01-05", 5.0)), "rates": RATES, "opportunities": deals}
    stages = {"stages": {"won": ["Won"], "lost": ["Lost"]}}
    found = company(tmp_path, frames, opportunities=stages).table("opportunities").set_index("opportunity")["amount"]
    assert found.to_dict() == {"a": 5, "b": 8, "c": 8}


def test_two_spellings_of_a_currency_do_not_count_its_lines_twice(tmp_path: Path) -> None:
    rates = RATES.assign(currency=["usd ", "USD"])
    rows = [("2026-01-31", 10.0, "USD"), ("2026-02-01", 10.0, " Usd")]
    data = company(tmp_path, {"orders": lines(*rows, columns="date amount currency"), "rates": rates})
    assert data.sales()["amount"].tolist() == [5, 8]


def test_two_rates_of_one_day_are_an_error_however_the_currency_is_spelled(tmp_path: Path) -> None:
    rates = RATES.assign(currency=["usd", "USD"], date=pd.Timestamp("2026-01-01"))
    frame = lines(("2026-01-31", 10.0, "USD"), columns="date amount currency")
    with pytest.raises(DataError, match="1 key repeats: 'USD"):
        company(tmp_path, {"orders": frame, "rates": rates})


def test_a_rate_of_nothing_is_an_error(tmp_path: Path) -> None:
    frame = lines(("2026-01-31", 10.0, "USD"), columns="date amount currency")
    with pytest.raises(DataError, match="column 'rate' is 0 in 1 row"):
        company(tmp_path, {"orders": frame, "rates": RATES.assign(rate=[0.5, 0.0])})


def test_one_currency_needs_no_rates(tmp_path: Path) -> None:
    frame = lines(("2026-01-31", 10.0, "EUR"), ("2026-01-31", 1.0, None), columns="date amount currency")
    assert company(tmp_path, frame, orders={"rename": {"currency": {"": "EUR"}}}).sales()["amount"].tolist() == [11]


def test_orders_come_from_won_opportunities_and_the_real_company_wins_63_percent() -> None:
    folder = shared_data("crm_opportunities")
    columns = {
        "opportunity": "opportunity_id",
        "created": "engage_date",
        "closed": "close_date",
        "stage": "deal_stage",
        "amount": "close_value",
        "customer": "account",
        "product": "product",
        "rep": "sales_agent",
    }
    made = Settings(
        company={"name": "CRM", "currency": "USD"},
        folder=folder,
        path=folder / "w.toml",
        sources={
            "orders": {"derive": "won opportunities"},
            "opportunities": {
                "files": ["sales_pipeline.csv"],
                "columns": columns,
                "stages": {"won": ["Won"], "lost": ["Lost"]},
            },
            "products": {"files": ["products.csv"], "columns": {"product": "product", "product_line": "series"}},
        },
    )
    data = load(Run.start(made, as_of="2017-12-31"))
    assert data.sales()["amount"].sum() == 10_005_534
    assert data.sales()["orders"].sum() == 4_238
    deals = data.table("opportunities")["stage"].value_counts()
    assert deals["Won"] / (deals["Won"] + deals["Lost"]) == pytest.approx(0.6315, abs=5e-5)
    step = next(s for s in data.quality.of("unmatched", table="opportunities") if s.detail["column"] == "product")
    assert step.detail["nearest"] == ("GTX Pro",)


def test_won_stages_that_do_not_occur_are_told_with_those_that_do(tmp_path: Path) -> None:
    deals = pd.DataFrame(
        {"opportunity": ["1"], "stage": ["签约"], "closed": pd.to_datetime(["2026-01-05"]), "amount": [5.0]}
    )
    with pytest.raises(DataError, match="'签约'"):
        company(
            tmp_path,
            {"opportunities": deals},
            orders={"derive": "won opportunities"},
            opportunities={"stages": {"won": ["Won"]}},
        )


def test_rows_after_as_of_are_cut_from_every_dated_table_and_counted(tmp_path: Path) -> None:
    frames = {
        "orders": lines(("2026-01-05", 5.0), ("2026-02-05", 7.0)),
        "payments": lines(("2026-01-06", 5.0), ("2026-02-06", 7.0)),
    }
    data = company(tmp_path, frames, as_of="2026-01-31")
    assert data.table("payments")["amount"].tolist() == [5]
    assert steps(data, "after_as_of") == [(1, 7.0), (1, 7.0)]


def test_a_deal_closed_after_as_of_is_open_as_it_was_then(tmp_path: Path) -> None:
    frames = {
        "orders": lines(("2026-01-05", 5.0)),
        "opportunities": pd.DataFrame(
            {
                "opportunity": ["1", "2"],
                "created": pd.to_datetime(["2026-01-01"] * 2),
                "amount": [9.0, 4.0],
                "closed": pd.to_datetime(["2026-02-10", "2026-01-20"]),
                "stage": ["Won", "Won"],
            }
        ),
        "stage_history": pd.DataFrame(
            {
                "opportunity": ["1", "1", "1"],
                "stage": ["Lead", "Offer", "Won"],
                "entered": pd.to_datetime(["2026-01-01", "2026-01-15", "2026-02-10"]),
            }
        ),
    }
    data = company(tmp_path, frames, as_of="2026-01-31", opportunities={"stages": {"won": ["Won"]}})
    deals = data.table("opportunities").set_index("opportunity")
    assert deals["stage"].to_dict() == {"1": "Offer", "2": "Won"}
    assert deals["amount"].isna().to_dict() == {"1": True, "2": False}
    assert steps(data, "reopened") == [(1, None)]


SCOPED = {
    "orders": lines(("2026-01-05", 5.0, "1", "c"), ("2026-01-06", 7.0, "2", "c"), columns="date amount rep customer"),
    "reps": pd.DataFrame({"rep": ["1", "2"], "name": ["Ann", "Bo"], "team": ["East", "West"]}),
    "targets": pd.DataFrame({"period": pd.to_datetime(["2026-01-01"] * 2), "amount": [6.0, 8.0], "rep": ["1", "2"]}),
    "payments": lines(("2026-01-06", 5.0)),
    "events": pd.DataFrame({"date": pd.to_datetime(["2026-01-02"]), "kind": ["fair"]}),
}


def test_scope_keeps_what_belongs_to_it_through_reference_tables(tmp_path: Path) -> None:
    data = company(tmp_path, SCOPED, dimensions={"team": ["team", "rep"]}, scope="team=West")
    assert data.sales()["amount"].tolist() == [7]
    assert data.table("targets")["amount"].tolist() == [8]
    assert steps(data, "out_of_scope", table="orders") == [(1, 5.0)]
    assert company(tmp_path, SCOPED, dimensions={"team": ["team", "rep"]}, scope="rep=Ann").sales()[
        "amount"
    ].tolist() == [5]


def test_a_table_that_does_not_know_the_scope_is_named_and_its_money_not_used(tmp_path: Path) -> None:
    data = company(tmp_path, SCOPED, dimensions={"team": ["team"]}, scope="team=West")
    assert data.table("payments") is None
    assert not data.has("payments")
    assert len(data.table("events")) == 1
    told = {s.table: s.detail["kept"] for s in data.quality.of("not_scoped")}
    assert told == {"payments": False, "events": True}


def test_a_part_has_the_people_who_work_for_it_and_their_leaders_not_those_of_the_whole_company(tmp_path: Path) -> None:
    sold = lines(("2026-01-05", 5.0, "1", "West"), ("2026-01-06", 7.0, "2", "East"), columns="date amount rep region")
    reps = pd.DataFrame({"rep": ["1", "2", "3", "4"], "manager": ["4", "4", "4", None],
                         "joined": pd.to_datetime(["2020-01-01"] * 4)})  # fmt: skip
    deals = pd.DataFrame({"opportunity": ["a"], "stage": ["Offer"], "rep": ["3"], "region": ["West"],
                          "created": pd.to_datetime(["2026-01-02"])})  # fmt: skip
    frames = {"orders": sold, "reps": reps, "opportunities": deals}
    data = company(tmp_path, frames, dimensions={"region": ["region"]}, scope="region=West")
    assert data.table("reps")["rep"].tolist() == ["1", "3", "4"]
    assert steps(data, "out_of_scope", table="reps") == [(1, None)]
    assert data.table("reps")["inside"].fillna(-1).tolist() == [1.0, -1.0, -1.0]
    assert len(company(tmp_path, frames, dimensions={"region": ["region"]}).table("reps")) == 4


WHERE = ["West", None, "East"]
DATES = pd.to_datetime(["2026-01-02", "2026-01-03", "2026-01-04"])
NAMED = {  # a row of the part, one that names no part, one of another part
    "events": pd.DataFrame({"date": DATES, "kind": ["fair", "price list", "fair"]}),
    "competitors": pd.DataFrame({"date": DATES, "competitor": ["a", "b", "c"], "sales": [1.0, 2.0, 3.0]}),
    "spend": pd.DataFrame({"date": DATES, "amount": [1.0, 2.0, 3.0]}),
    "satisfaction": pd.DataFrame({"date": DATES, "score": [7.0, 8.0, 9.0]}),
    "payments": pd.DataFrame({"date": DATES, "amount": [1.0, 2.0, 3.0]}),
    "goals": pd.DataFrame({"statement": ["a", "b", "c"]}),
}


def test_what_happened_to_the_whole_company_happened_to_each_part_but_no_money_is_a_parts_that_names_none(
    tmp_path: Path,
) -> None:
    sold = lines(("2026-01-05", 5.0, "West"), ("2026-01-06", 7.0, "East"), columns="date amount region")
    frames = {"orders": sold, **{name: frame.assign(region=WHERE) for name, frame in NAMED.items()}}
    data = company(tmp_path, frames, dimensions={"region": ["region"]}, scope="region=West")

    assert {name: len(data.table(name)) for name in NAMED} == {
        "events": 2, "competitors": 2, "spend": 1, "satisfaction": 1, "payments": 1, "goals": 1,
    }  # fmt: skip
    assert data.table("events")["kind"].tolist() == ["fair", "price list"]
    assert data.table("competitors")["sales"].fillna(-1).tolist() == [1.0, -1.0]
    assert steps(data, "out_of_scope", table="events") == [(1, None)]
    assert steps(data, "out_of_scope", table="spend") == [(2, 5.0)]


def test_spend_by_the_source_of_leads_is_not_known_for_a_channel_that_sells(tmp_path: Path) -> None:
    sold = lines(("2026-01-05", 5.0, "direct"), ("2026-01-06", 7.0, "online"), columns="date amount channel")
    spend = pd.DataFrame({"date": DATES, "channel": ["fair", "search", "fair"], "amount": [1.0, 2.0, 3.0]})
    data = company(tmp_path, {"orders": sold, "spend": spend}, dimensions={"c": ["channel"]}, scope="channel=online")
    assert data.table("spend") is None
    assert [s.detail["kept"] for s in data.quality.of("not_scoped")] == [False]


def test_missing_tables_are_listed_and_the_edge_that_is_in_part_there_is_named(tmp_path: Path) -> None:
    frame = pd.DataFrame({"date": pd.date_range("2026-01-10", "2026-03-31"), "amount": 1.0})
    data = company(tmp_path, frame, as_of="2026-03-31")
    assert "targets" in data.quality.missing
    assert "orders" not in data.quality.missing
    (step,) = data.quality.of("partial")
    assert (step.detail["period"], step.amount) == (pd.Timestamp("2026-01-01"), 22.0)
    assert list(data.quality.digests) == ["orders/orders.parquet"]


def test_findings_name_each_step_the_most_money_first(tmp_path: Path) -> None:
    frame = lines(("2026-01-05", 5.0, None), ("2026-02-05", 700.0, "a"), columns="date amount customer")
    found = company(tmp_path, frame, as_of="2026-01-31").quality.findings
    assert [f.key for f in found][:2] == ["quality.after_as_of", "quality.no_customer"]


def test_targets_in_words_have_units_of_their_own_and_add_up_to_no_money(tmp_path: Path) -> None:
    goals = pd.DataFrame({"statement": ["a", "b"], "amount": [8680.0, 30.0], "unit": ["万元", "%"]})
    frames = {"orders": lines(("2026-01-05", 5.0), columns="date amount"), "goals": goals}

    data = company(tmp_path, frames)

    assert [(s.rows, s.amount) for s in data.quality.of("read", table="goals")] == [(2, None)]
    assert [s.amount for s in data.quality.of("read", table="orders")] == [5.0]


@pytest.mark.parametrize(("part", "sizes"), [("North", [100.0]), ("East", [100.0, 300.0])])
def test_of_a_market_published_by_region_a_region_sees_its_own_and_one_that_is_not_in_it_sees_all(
    part: str, sizes: list[float], tmp_path: Path
) -> None:
    frames = {
        "orders": lines(
            ("2026-01-05", 5.0, "North"), ("2026-01-05", 7.0, "South"), ("2026-01-05", 9.0, "East"),
            columns="date amount region",
        ),
        "market": pd.DataFrame({"period": ["2026-01-01"] * 2, "segment": ["North", "South"], "size": [100.0, 300.0]}),
    }  # fmt: skip

    data = company(tmp_path, frames, dimensions={"region": ["region"]}, scope=f"region={part}")

    assert data.table("market")["size"].tolist() == sizes

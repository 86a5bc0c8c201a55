"""The sums behind process KPIs: leads, visits, stages, records, spend, people and days to pay, by hand."""

from pathlib import Path

import pandas as pd
import pytest

from tests.sources.made import company
from workbench.analytics import kpis

DAYS = pd.date_range("2025-01-01", "2026-06-30")
ORDERS = pd.DataFrame({"date": DAYS, "amount": 1.0, "order": [f"o{i}" for i in range(len(DAYS))]})
STAGES = {"stages": {"won": ["Won"], "lost": ["Lost"], "order": ["Lead", "Offer"]}}
EDGES = ("2025-01-02", "2026-06-30")  # rows at both ends show that a table reaches over both spans


def card(tmp_path: Path, frames: dict[str, pd.DataFrame], **more: object) -> pd.DataFrame:
    """The scorecard's table of a company with these tables beside its orders of 1 a day."""
    data = company(tmp_path, {"orders": ORDERS, **frames}, as_of="2026-06-30", **more)
    return kpis.scorecard(data.components()).table


def frame(columns: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=columns.split())
    dates = [c for c in made if c in {"date", "created", "closed", "entered", "joined", "left", "since"}]
    return made.assign(**{c: pd.to_datetime(made[c]) for c in dates})


def test_leads_and_what_one_costs(tmp_path: Path) -> None:
    months = pd.date_range("2025-01-01", "2026-06-01", freq="MS")
    spend = pd.DataFrame({"date": months, "amount": 300.0, "leads": 10})

    found = card(tmp_path, {"spend": spend})["now"]
    assert (found["leads"], found["cost_per_lead"]) == (60, 30)
    assert "leads" not in card(tmp_path, {"spend": spend.drop(columns="leads")}).index


def test_visits_are_known_by_their_name_and_valid_ones_by_their_mark(tmp_path: Path) -> None:
    rows = [
        (day, kind, count, valid)
        for day in ("2025-01-02", "2026-02-01", "2026-06-30")
        for kind, count, valid in (("拜访", 3, "是"), ("Visit", 1, "no"), ("电话", 9, None), ("演示", 2, None))
    ]
    found = card(tmp_path, {"activities": frame("date kind count valid", *rows)})["now"]

    assert (found["visits"], found["demos"], found["valid_visits"]) == (8, 4, 0.75)


def deals(*rows: tuple[str, str | None, str, str, str | None]) -> dict[str, pd.DataFrame]:
    """Opportunities (created, entered Offer, stage, closed) with their stage history."""
    made = frame("opportunity created offered stage closed", *rows)
    steps = [(r.opportunity, "Lead", r.created) for r in made.itertuples()]
    steps += [(r.opportunity, "Offer", r.offered) for r in made.itertuples() if pd.notna(r.offered)]
    steps += [(r.opportunity, r.stage, r.closed) for r in made.itertuples() if pd.notna(r.closed)]
    history = frame("opportunity stage entered", *steps)
    return {"opportunities": made.drop(columns="offered"), "stage_history": history}


def test_a_deal_that_is_still_a_lead_is_neither_valid_nor_invalid(tmp_path: Path) -> None:
    frames = deals(
        ("a", "2025-01-02", "2025-01-03", "Offer", None),
        ("b", "2026-01-10", "2026-02-01", "Won", "2026-03-01"),
        ("c", "2026-01-10", None, "Lost", "2026-02-05"),
        ("d", "2026-01-10", None, "Lead", None),
        ("e", "2025-12-10", "2026-01-05", "Lost", "2026-06-30"),
    )
    table = card(tmp_path, frames, opportunities=STAGES)

    assert table["now"]["qualification"] == pytest.approx(2 / 3)  # b and e went on, c was lost as a lead, d waits


def test_records_are_complete_by_the_fields_that_the_export_has(tmp_path: Path) -> None:
    made = frame(
        "opportunity created stage amount source",
        ("a", EDGES[0], "Lead", 5.0, "fair"),
        ("b", "2026-02-01", "Lead", None, "fair"),
        ("c", EDGES[1], "Lead", 7.0, None),
    )
    found = card(tmp_path, {"opportunities": made}, opportunities=STAGES)["now"]

    assert found["crm_completeness"] == 0.5


def test_a_new_customer_costs_the_spend_of_the_time_in_which_it_came(tmp_path: Path) -> None:
    months = pd.date_range("2025-01-01", "2026-06-01", freq="MS")
    spend = pd.DataFrame({"date": months, "amount": 100.0})
    customers = frame("customer since", ("x", "2025-01-02"), ("y", "2026-03-01"), ("z", "2026-06-30"), ("p", None))

    assert card(tmp_path, {"spend": spend, "customers": customers})["now"]["cac"] == 300  # 600 for y and z


def test_spend_is_set_against_what_it_won_as_long_after_as_deals_take(tmp_path: Path) -> None:
    months = pd.date_range("2024-11-01", "2026-06-01", freq="MS")
    spend = pd.DataFrame({"date": months, "amount": 10.0, "channel": "fair"})
    spend.loc[spend["date"] == "2025-12-01", "amount"] = 50.0  # wins from February on: deals take two months
    made = frame(
        "opportunity created stage closed amount source",
        ("a", "2024-12-01", "Won", "2025-01-31", 90.0, "fair"),
        ("b", "2026-02-01", "Won", "2026-04-03", 900.0, "fair"),
        ("c", "2026-02-01", "Won", "2026-04-03", 500.0, "own"),
        ("d", "2026-04-30", "Won", "2026-06-30", 100.0, "fair"),
    )
    found = card(tmp_path, {"spend": spend, "opportunities": made}, opportunities=STAGES)["now"]

    assert found["marketing_return"] == pytest.approx(1000 / 100)  # November to April: 5 × 10 and once 50


def test_sales_are_divided_by_those_who_sold_and_not_by_who_leads_them(tmp_path: Path) -> None:
    reps = frame(
        "rep manager joined left",
        ("boss", None, "2020-01-01", None),
        ("ann", "boss", "2020-01-01", None),
        ("bo", "boss", "2020-01-01", "2025-03-31"),
        ("cy", "boss", "2026-04-01", None),
    )
    found = card(tmp_path, {"reps": reps})

    # January to June 2026 has 181 days: ann all of them, cy the 91 from April on
    assert found["now"]["sales_per_rep"] == pytest.approx(181 / (1 + 91 / 181))
    assert found["before"]["sales_per_rep"] == pytest.approx(181 / (1 + 90 / 181))


def test_days_to_pay_are_weighted_by_the_money(tmp_path: Path) -> None:
    # order o365 is of 1 January 2026, o0 of 1 January 2025
    payments = frame(
        "order date amount",
        ("o0", "2025-01-02", 5.0),
        ("o365", "2026-01-11", 30.0),
        ("o365", "2026-01-31", 10.0),
        ("unknown", "2026-06-30", 99.0),
    )
    found = card(tmp_path, {"payments": payments})["now"]

    assert found["days_to_pay"] == pytest.approx((30 * 10 + 10 * 30) / 40)


def test_points_of_what_is_no_money_ask_for_no_decision() -> None:
    sums = pd.DataFrame({"fields": [1000.0, 1000.0], "fields_filled": [900.0, 500.0]}, index=["before", "now"])

    assert kpis.scorecard(sums).decisions == ()

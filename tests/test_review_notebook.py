"""The review notebook on the demo company, real companies and made-up ones, as `workbench run` runs it."""

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import shared_data
from tests.reports import CASES, DEMO, Report, company, orders, report


@pytest.fixture(scope="module")
def autumn(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The demo's quarter after the key rep left."""
    return report("review", DEMO, "2025-12-31", tmp_path_factory.mktemp("autumn"))


def test_the_causes_add_up_to_the_gap_to_the_cent(autumn: Report) -> None:
    causes = autumn.table("causes")

    assert causes["money"].sum() == pytest.approx(autumn.facts["gap"], abs=0.005)


def test_the_way_from_target_to_sales_adds_up_to_the_cent(autumn: Report) -> None:
    steps = autumn.table("target-bridge-steps-region")["effect"]

    assert steps.iloc[:-1].sum() == pytest.approx(steps.iloc[-1], abs=0.005)
    assert steps.iloc[-1] == pytest.approx(autumn.facts["amount"], abs=0.005)


def test_the_lost_rep_is_a_cause_with_day_and_size(autumn: Report) -> None:
    # planted: 朱晨若 leaves on 2025-08-16, orders of the customers fall by 60 %
    effects = autumn.table("effects").set_index("name")
    found = effects.loc["朱晨若"]

    assert found["first"] == pd.Timestamp("2025-08-16")
    assert found["lo"] < -0.6 * found["expected"] < found["hi"] < 0
    assert found["p"] < 0.01
    assert autumn.facts["cause_people"] == pytest.approx(found["effect"], rel=0.001)
    assert "朱晨若" in autumn.text("zh-CN")


def test_the_price_war_is_a_cause_with_place_days_and_size(tmp_path: Path) -> None:
    # planted: prices × 0.88 and orders × 0.85 from 2024-04-01 to 2024-09-30 in 华南 × 工业传感
    effects = report("review", DEMO, "2024-06-30", tmp_path, lang="en").table("effects").set_index("name")
    found = effects.loc["华南工业传感价格战"]

    assert (found["first"], found["last"]) == (pd.Timestamp("2024-04-01"), pd.Timestamp("2024-09-30"))
    assert "华南" in found["place"]
    assert "工业传感" in found["place"]
    assert found["lo"] < (0.88 * 0.85 - 1) * found["expected"] < 0
    assert found["effect"] < 0
    assert found["told"] == "beyond chance"


def test_the_campaign_raised_what_it_touched(tmp_path: Path) -> None:
    # planted: orders of 机器视觉 × 1.5 from 2025-05-12 to 2025-06-22
    effects = report("review", DEMO, "2025-06-30", tmp_path, lang="en").table("effects")
    found = effects[effects["first"] == pd.Timestamp("2025-05-12")].iloc[0]

    assert found["last"] == pd.Timestamp("2025-06-22")
    assert found["lo"] < 0.5 * found["expected"] < found["hi"]
    assert found["effect"] > 0


def test_a_company_s_first_quarter_is_reviewed_against_its_target(tmp_path: Path) -> None:
    first = report("review", DEMO, "2022-12-31", tmp_path, lang="en")
    answer = first.text().split("What needs a decision")[1]  # after the list of contents

    assert first.facts["attainment"] == pytest.approx(1.064, abs=0.001)
    assert answer.count("so the forecast cannot be told") == 1


def test_resellers_targets_are_told_from_what_could_be_reached(tmp_path: Path) -> None:
    shared_data("adventureworks_reseller")
    made = report("review", CASES / "adventureworks_reseller" / "workbench.toml", "2020-03-31", tmp_path, lang="en")
    causes = made.table("causes")

    assert made.facts["gap"] == pytest.approx(made.facts["amount"] - made.facts["target"], abs=0.005)
    assert causes["money"].sum() == pytest.approx(made.facts["gap"], abs=0.005)
    assert made.facts["cause_target"] < 0.5 * made.facts["gap"] < 0


def test_won_deals_of_one_year_are_compared_with_the_quarter_before(tmp_path: Path) -> None:
    shared_data("crm_opportunities")
    made = report("review", CASES / "crm" / "workbench.toml", "2017-12-31", tmp_path, lang="en")

    assert made.facts["before"] == pytest.approx(2_982_255)
    assert made.facts["amount"] == pytest.approx(2_802_496)
    assert made.facts["attainment"] is None
    assert "season included" in made.text()


def test_what_no_customer_table_tells_is_not_told(tmp_path: Path) -> None:
    settings = company(tmp_path, orders().drop(columns="customer"))
    page = report("review", settings, "2024-12-31", tmp_path / "out", lang="en").text()

    assert "new and repeat customers cannot be told apart" in page


def test_a_company_with_dates_and_amounts_alone_is_reviewed_as_a_whole(tmp_path: Path) -> None:
    lines = orders()[["date", "amount"]]
    made = report("review", company(tmp_path, lines), "2024-12-31", tmp_path / "out", lang="en")
    quarter = lines[lines["date"] >= "2024-10-01"]["amount"].sum()

    assert made.facts["amount"] == pytest.approx(quarter)
    assert made.facts["chance"] is None
    assert " 1 – " not in made.text()  # no node but the whole


def test_facts_grow_with_the_currency_s_unit_and_ratios_stay(tmp_path: Path) -> None:
    lines = orders()
    found = []
    for name, times in (("small", 1), ("large", 1000)):
        (tmp_path / name).mkdir()
        settings = company(tmp_path / name, lines.assign(amount=lines["amount"] * times))
        found.append(report("review", settings, "2024-12-31", tmp_path / f"out-{name}", lang="en").facts)
    small, large = found

    assert small.keys() == large.keys()
    for name in ("amount", "before", "gap"):
        assert large[name] == pytest.approx(1000 * small[name], rel=1e-6), name
    assert large["place"] == pytest.approx(small["place"], abs=0.02)
    assert large["expected"] == pytest.approx(1000 * small["expected"], rel=0.005)


def test_nothing_after_the_report_s_day_matters(tmp_path: Path) -> None:
    lines = orders()
    found = []
    for name, own in (("whole", lines), ("cut", lines[lines["date"] <= "2024-09-30"])):
        (tmp_path / name).mkdir()
        settings = company(tmp_path / name, own)
        found.append(report("review", settings, "2024-09-30", tmp_path / f"out-{name}", lang="en"))

    assert found[0].facts == found[1].facts
    pd.testing.assert_frame_equal(found[0].table("verdict"), found[1].table("verdict"))


def test_one_person_alone_is_the_whole_of_the_report(tmp_path: Path) -> None:
    made = report("review", DEMO, "2026-08-15", tmp_path, scope="rep=朱安文", lang="en")
    verdict = made.table("verdict")

    assert made.facts["attainment"] == pytest.approx(made.facts["amount"] / made.facts["target"], abs=1e-4)
    assert verdict["target"].iloc[0] == pytest.approx(made.facts["target"])


def test_a_report_on_the_first_day_of_the_data_says_what_is_missing(tmp_path: Path) -> None:
    settings = company(tmp_path, orders())
    made = report("review", settings, "2022-01-03", tmp_path / "out", lang="en")

    assert made.facts == {}
    assert "Not told" in made.text()

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.made import keys_of, said
from workbench.analytics import kpis
from workbench.analytics.results import Scorecard, Unknown
from workbench.errors import DataError
from workbench.settings import LANGUAGES


def components(now: dict, before: dict | None = None) -> pd.DataFrame:
    rows = {"now": now} if before is None else {"now": now, "before": before}
    return pd.DataFrame(rows.values(), index=list(rows))


def test_a_ratio_is_summed_before_it_is_divided() -> None:
    frame = pd.DataFrame({"region": ["N", "N", "S"], "won": [1, 9, 1], "closed": [1, 99, 2]})

    assert kpis.evaluate(frame, "region")["win_rate"].to_dict() == {"N": 0.10, "S": 0.50}
    assert kpis.evaluate(frame, ())["win_rate"].tolist() == [11 / 102]


def test_a_kpi_appears_only_where_its_components_are_known() -> None:
    columns = kpis.evaluate(pd.DataFrame({"region": ["N"], "amount": [10.0], "orders": [2]}), "region").columns

    assert list(columns) == ["sales", "orders", "average_order_value"]


def test_a_zero_denominator_is_unknown_not_zero() -> None:
    frame = pd.DataFrame({"region": ["N"], "won": [0], "closed": [0], "amount": [-5.0], "cost": [1.0]})
    values = kpis.evaluate(frame, "region").loc["N"]

    assert values[["win_rate", "win_rate_lo_95", "gross_margin"]].isna().all()


def test_different_customers_are_not_added_over_rows() -> None:
    frame = pd.DataFrame({"region": ["N", "N", "S"], "amount": [1.0, 2.0, 3.0], "customers": [5, 5, 7]})
    values = kpis.evaluate(frame, "region")

    assert np.isnan(values["customers"]["N"])
    assert values["customers"]["S"] == 7
    assert values["sales"]["N"] == 3


def test_a_missing_node_keeps_its_row() -> None:
    values = kpis.evaluate(pd.DataFrame({"region": ["N", None, None], "amount": [1.0, 2.0, 3.0]}), "region")

    assert values["sales"][values.index.isna()].tolist() == [5.0]


@pytest.mark.parametrize(
    ("cases", "of", "lo", "hi"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_wilson_interval_is_newcombes(cases: int, of: int, lo: float, hi: float) -> None:
    # Newcombe (1998), Statistics in Medicine 17, Table I, method 3
    low, high = kpis.wilson(pd.Series([float(cases)]), pd.Series([float(of)]))

    assert (round(low[0], 4), round(high[0], 4)) == (lo, hi)


@given(of=st.integers(1, 10_000), share=st.floats(0, 1))
def test_the_wilson_interval_is_statsmodels(of: int, share: float) -> None:
    from statsmodels.stats.proportion import proportion_confint

    cases = round(of * share)
    low, high = kpis.wilson(pd.Series([float(cases)]), pd.Series([float(of)]))

    assert (low[0], high[0]) == pytest.approx(proportion_confint(cases, of, method="wilson"), abs=1e-12)


def test_attainment_is_sales_over_target_where_there_is_one() -> None:
    # Digiwin's worked example: 24 000 of 30 000 is 80 %
    card = kpis.scorecard(components({"targets_amount": 24_000.0, "target": 30_000.0}))

    assert card.table["now"].to_dict() == {"attainment": 0.8}
    assert keys_of(card) == ["kpis.now"]


def test_money_changes_by_a_ratio_and_a_ratio_by_points() -> None:
    card = kpis.scorecard(components({"amount": 110.0, "cost": 55.0}, {"amount": 100.0, "cost": 40.0}))

    assert card.table["change"].to_dict() == pytest.approx({"sales": 0.10, "gross_margin": -0.10})
    assert card.table["unit"].to_dict() == {"sales": "money", "gross_margin": "ratio"}


def test_a_shrinking_margin_asks_for_a_decision_with_its_money() -> None:
    card = kpis.scorecard(components({"amount": 110.0, "cost": 55.0}, {"amount": 100.0, "cost": 40.0}))
    worse = said(card, "kpis.worse")

    assert worse["kpi"] == "gross_margin"
    assert worse["effect"] == pytest.approx(11.0)  # 10 points of sales of 110
    assert card.decisions[0].weight == pytest.approx(11.0)


def test_rising_returns_are_worse_although_the_number_rises() -> None:
    card = kpis.scorecard(components({"amount": 90.0, "returns": -10.0}, {"amount": 100.0, "returns": 0.0}))

    assert said(card, "kpis.worse")["kpi"] == "return_rate"
    assert card.table["now"]["return_rate"] == pytest.approx(0.10)


def test_half_a_point_asks_for_no_decision() -> None:
    card = kpis.scorecard(components({"amount": 100.0, "cost": 50.5}, {"amount": 100.0, "cost": 50.0}))

    assert card.decisions == ()


def test_a_win_rate_within_noise_asks_for_no_decision() -> None:
    few = kpis.scorecard(components({"won": 4, "closed": 10}, {"won": 6, "closed": 10}))
    many = kpis.scorecard(components({"won": 400, "closed": 1000}, {"won": 600, "closed": 1000}))

    assert said(few, "kpis.interval")["beyond_noise"] is False
    assert few.decisions == ()
    assert said(many, "kpis.interval")["beyond_noise"] is True
    assert said(many, "kpis.worse")["judged"] == "interval"


def test_a_lost_win_is_worth_an_average_deal() -> None:
    now, before = {"won": 400, "closed": 1000, "won_amount": 4000.0}, {"won": 600, "closed": 1000, "won_amount": 6000.0}

    assert said(kpis.scorecard(components(now, before)), "kpis.worse")["effect"] == pytest.approx(2000.0)


def test_the_difference_of_two_shares_is_judged_as_newcombe_does() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 873-890, Table II: 56/70 - 48/80 is 0.0524 to 0.3339 by method 10
    kpi = kpis.declared()["win_rate"]
    clear = components({"won": 56.0, "closed": 70.0}, {"won": 48.0, "closed": 80.0})
    unclear = components({"won": 9.0, "closed": 10.0}, {"won": 6.0, "closed": 10.0})

    assert kpis._beyond_noise(kpi, clear) is True
    assert kpis._beyond_noise(kpi, unclear) is False


def test_without_an_earlier_span_the_scorecard_tells_only_now() -> None:
    card = kpis.scorecard(components({"amount": 100.0}))

    assert card.table["now"].tolist() == [100.0]
    assert card.table[["before", "change"]].isna().all(axis=None)


def test_without_components_the_scorecard_is_unknown() -> None:
    assert isinstance(kpis.scorecard(pd.DataFrame(index=["now", "before"])), Unknown)


def test_keys_choose_and_a_wrong_key_is_named() -> None:
    card = kpis.scorecard(components({"amount": 100.0, "orders": 4}), ["orders"])

    assert list(card.table.index) == ["orders"]
    with pytest.raises(DataError, match="no KPI 'win_rat'"):
        kpis.scorecard(components({"amount": 100.0}), ["win_rat"])


def test_one_more_block_is_one_more_kpi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = '[kpi.order_lines]\nnumerator = "lines"\ndenominator = "orders"\nunit = "quantity"\nbetter = "neither"\n'
    file = tmp_path / "kpis.toml"
    file.write_text(kpis.FILE.read_text("utf-8") + "\n" + block, "utf-8")
    monkeypatch.setattr(kpis, "FILE", file)
    card = kpis.scorecard(components({"lines": 30, "orders": 10}, {"lines": 20, "orders": 10}))

    assert isinstance(card, Scorecard)
    assert card.table["now"]["order_lines"] == 3
    by_region = kpis.evaluate(pd.DataFrame({"region": ["N"], "lines": [9], "orders": [3]}), "region")
    assert by_region["order_lines"]["N"] == 3


def test_all_mistakes_in_the_declarations_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "kpis.toml"
    block = '[kpi.a]\nnumerator = "amout"\nunit = "metre"\nbetter = "up"\n'
    file.write_text('[components]\nmoney = ["amount"]\n' + block, "utf-8")
    monkeypatch.setattr(kpis, "FILE", file)

    with pytest.raises(DataError) as told:
        kpis.declared()
    assert len(told.value.problems) == 3


@pytest.mark.parametrize("key", list(tomllib.loads(kpis.FILE.read_text("utf-8"))["kpi"]))
def test_every_kpi_has_its_texts_in_all_languages(key: str) -> None:
    kpi = kpis.declared()[key]

    for texts in (kpi.name, kpi.definition):
        assert set(texts) == set(LANGUAGES)
        assert all(text.strip() for text in texts.values())


def test_traditional_and_simplified_texts_are_not_mixed_up() -> None:
    only_simplified = set("销单额订户数获赢达标总个应过时")
    only_traditional = set("銷單額訂戶數獲贏達標總個應過時")

    for kpi in kpis.declared().values():
        assert not only_traditional & set(kpi.name["zh-CN"] + kpi.definition["zh-CN"]), kpi.key
        assert not only_simplified & set(kpi.name["zh-TW"] + kpi.definition["zh-TW"]), kpi.key


amounts = st.floats(1, 1e6)


@given(now=amounts, before=amounts, cost=amounts, scale=st.sampled_from([1e-3, 7.0, 1e6]))
def test_another_currency_changes_no_ratio(now: float, before: float, cost: float, scale: float) -> None:
    card = kpis.scorecard(components({"amount": now, "cost": cost}, {"amount": before, "cost": cost}))
    scaled = kpis.scorecard(
        components({"amount": now * scale, "cost": cost * scale}, {"amount": before * scale, "cost": cost * scale})
    )

    assert scaled.table["change"].tolist() == pytest.approx(card.table["change"].tolist(), rel=1e-6, abs=1e-9)
    assert keys_of(scaled) == keys_of(card)

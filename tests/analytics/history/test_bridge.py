import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.made import YEAR, items, keys_of, said
from workbench.analytics import history
from workbench.errors import DataError

ABC = items({"A": (1000, 10), "B": (800, 15), "C": (500, 20)}, {"A": (1000, 11), "B": (700, 15), "C": (800, 23)})


def steps(frame: pd.DataFrame, **options: str) -> pd.Series:
    return history.bridge(frame, "product", YEAR, **options).steps


def sides(before: dict, after: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    return tuple(pd.DataFrame(s, index=["quantity", "price"]).T for s in (before, after))


def test_price_volume_and_mix_of_three_products() -> None:
    # accountancyindex.com "price volume mix analysis"; its "mix" is the joint term of the 2-way split, so the 3-way
    # numbers are worked here: Q 2300 → 2500, average price before 32 000 / 2300
    found = steps(ABC)

    assert found["before"] == 32_000
    assert found["after"] == 39_900
    assert found["volume"] == pytest.approx(200 * 32_000 / 2300)
    assert found[["volume", "mix", "price"]].round(2).tolist() == [2782.61, 1717.39, 3400.0]


def test_mix_and_quantity_variance_of_contribution() -> None:
    # ACCA (OpenTuition): X 7000 at 9, Y 3000 at 12 budgeted; 8000 and 7000 sold. Mix 7 500 F, quantity 49 500 F
    found = steps(items({"X": (7000, 9), "Y": (3000, 12)}, {"X": (8000, 9), "Y": (7000, 12)}))

    assert found[["price", "volume", "mix"]].tolist() == pytest.approx([0, 49_500, 7_500])


def test_mix_and_quantity_variance_by_item() -> None:
    # Horngren, tickets: 12 500 → 10 000, contribution 14 and 3, mix 44/56 → 32/68.
    # Quantity 15 400 U + 4 200 U = 19 600 U; mix 16 800 U, 3 600 F = 13 200 U
    result = history.bridge(
        items({"lower": (5500, 14), "upper": (7000, 3)}, {"lower": (3200, 14), "upper": (6800, 3)}), "product", YEAR
    )

    assert result.steps[["volume", "mix"]].tolist() == pytest.approx([-19_600, -13_200])
    assert result.table["volume"].to_dict() == pytest.approx({"lower": -15_400, "upper": -4_200})
    assert result.table["mix"].to_dict() == pytest.approx({"lower": -16_800, "upper": 3_600})


def test_two_way_split_shows_what_belongs_to_both() -> None:
    # pongora.com: 1000 at 50 → 1100 at 52
    found = history.price_volume(*sides({"x": (1000, 50)}, {"x": (1100, 52)}))

    assert (found.price, found.volume, found.joint) == (2000, 5000, 200)


def test_the_sites_mix_is_the_joint_term() -> None:
    before, after = sides(
        {"A": (1000, 10), "B": (800, 15), "C": (500, 20)}, {"A": (1000, 11), "B": (700, 15), "C": (800, 23)}
    )
    found = history.price_volume(before, after)
    shapley, lmdi = (history.price_volume(before, after, m) for m in ("shapley", "lmdi"))

    assert (found.price, found.volume, found.joint) == (2500, 4500, 900)
    assert (shapley.price, shapley.volume, shapley.joint) == (2950, 4950, 0)
    assert (round(lmdi.price, 2), round(lmdi.volume, 2)) == (2925.33, 4974.67)


def test_the_logarithmic_mean_splits_as_in_angs_guide() -> None:
    # Ang (2005), two sectors: activity × intensity of each sector, 30/20 → 80/16; structure and activity are one here,
    # so 32.385 + 38.285 = 70.670 and intensity -24.670, together 46
    before, after = sides({"1": (10, 3), "2": (40, 0.5)}, {"1": (40, 2), "2": (40, 0.4)})
    found = history.price_volume(before, after, "lmdi")

    assert (round(found.volume, 3), round(found.price, 3)) == (70.670, -24.670)


def test_two_way_split_refuses_what_has_no_price() -> None:
    with pytest.raises(DataError, match="above 0"):
        history.price_volume(*sides({"x": (0, 50)}, {"x": (1, 50)}))
    with pytest.raises(DataError, match="the same items"):
        history.price_volume(*sides({"x": (1, 50)}, {"x": (1, 50), "y": (1, 1)}))


def test_at_before_prices_volume_holds_the_mix() -> None:
    found = steps(ABC, convention="before_prices")

    assert found["volume"] == pytest.approx(2782.61 + 1717.39, abs=0.01)
    assert found["price"] == 3400
    assert "mix" not in found


def test_counting_one_item_in_dozens_moves_volume_against_mix_only() -> None:
    dozens = ABC.assign(quantity=ABC["quantity"].where(ABC["product"] != "C", ABC["quantity"] / 12))
    pieces, boxes = steps(ABC), steps(dozens, convention="total_quantity")

    assert boxes["price"] == pytest.approx(pieces["price"])
    assert boxes["volume"] + boxes["mix"] == pytest.approx(pieces["volume"] + pieces["mix"])
    assert abs(boxes["mix"] - pieces["mix"]) > 100


BIKES_AND_CAPS = items({"bike": (100, 2000), "cap": (900, 5)}, {"bike": (100, 2000), "cap": (1800, 5)})


def test_where_units_are_unlike_volume_is_measured_at_before_prices() -> None:
    result = history.bridge(BIKES_AND_CAPS, "product", YEAR)

    assert result.convention == "before_prices"
    assert result.steps["volume"] == pytest.approx(4500)  # 900 more caps at 5; as total quantity it would read 184 050
    assert history.bridge(ABC, "product", YEAR).convention == "total_quantity"


def test_unlike_units_are_said() -> None:
    result = history.bridge(BIKES_AND_CAPS, "product", YEAR, convention="total_quantity")
    unlike = said(result, "history.bridge_unlike")

    assert unlike["times"] == pytest.approx(400)
    assert unlike["volume_and_mix"] == pytest.approx(4500)  # 900 more caps at 5; volume alone would say 184 050
    assert "history.bridge_unlike" not in keys_of(history.bridge(ABC, "product", YEAR))


def test_new_and_lost_items_stand_apart() -> None:
    result = history.bridge(items({"A": (10, 1), "gone": (5, 2)}, {"A": (10, 1), "fresh": (1, 7)}), "product", YEAR)

    assert result.steps[["new", "lost", "price", "volume", "mix"]].tolist() == [7, -10, 0, 0, 0]
    assert said(result, "history.bridge_new")["amount"] == 7
    assert said(result, "history.bridge_lost") == {"by": "product", "count": 1, "amount": 10}
    assert said(result, "history.items_lost")["item"] == "gone"
    assert result.table["price"][["gone", "fresh"]].isna().all()


def test_returns_adjustments_and_unnamed_items_are_other_with_their_money() -> None:
    frame = items({"A": (10, 1), "R": (5, 1), None: (1, 3)}, {"A": (10, 1), "R": (-2, 1), None: (1, 8)})
    frame.loc[len(frame)] = ["now", "adjust", -4.0, 1.0]
    frame.loc[len(frame)] = ["now", "no quantity", 2.0, np.nan]
    frame.loc[len(frame)] = ["before", "no quantity", 1.0, 1.0]
    result = history.bridge(frame, "product", YEAR)
    kinds = result.table["kind"]

    assert kinds[kinds.index.notna()].to_dict() == {
        "A": "both",
        "R": "other",
        "adjust": "other",
        "no quantity": "other",
    }
    assert kinds[kinds.index.isna()].tolist() == ["other"]
    assert result.steps["other"] == (-2 - 5) + (8 - 3) - 4 + (2 - 1)
    assert said(result, "history.bridge_other")["count"] == 4


def test_falling_prices_ask_for_a_decision_with_the_item_that_lost_most() -> None:
    result = history.bridge(items({"A": (10, 10), "B": (10, 10)}, {"A": (10, 9), "B": (10, 7)}), "product", YEAR)
    falling = said(result, "history.price_falling")

    assert (falling["effect"], falling["item"], falling["item_effect"]) == (-40, "B", -30)
    assert falling["rate"] == pytest.approx(-0.20)


def test_a_bridge_over_few_of_the_sales_says_so() -> None:
    result = history.bridge(items({"A": (1, 1)}, {"A": (1, 1), "new": (1, 3)}), "product", YEAR)

    assert said(result, "history.bridge_coverage")["share"] == 0.25


def test_without_quantities_or_common_items_it_is_unknown() -> None:
    no_quantity, apart = ABC.drop(columns="quantity"), items({"A": (1, 1)}, {"B": (1, 1)})

    assert keys_of(history.bridge(no_quantity, "product", YEAR)) == ["history.unknown_quantity"]
    assert keys_of(history.bridge(ABC.assign(quantity=np.nan), "product", YEAR)) == ["history.unknown_quantity"]
    assert keys_of(history.bridge(apart, "product", YEAR)) == ["history.unknown_compared"]
    assert keys_of(history.bridge(ABC.head(0), "product", YEAR)) == ["history.unknown_empty"]
    assert keys_of(history.bridge(ABC, "product", None)) == ["history.unknown_spans"]


cents = st.integers(-5_000, 500_000).map(lambda c: c / 100)
rows = st.lists(
    st.tuples(
        st.sampled_from(["now", "before"]),
        st.sampled_from(["A", "B", "C", "D", "E", None]),
        cents,
        st.one_of(st.none(), st.integers(-3, 200)),
    ),
    max_size=25,
)


def frame_of(lines: list) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=["span", "product", "amount", "quantity"]).astype({"quantity": "float64"})


@given(lines=rows, convention=st.sampled_from(["total_quantity", "before_prices"]))
def test_the_steps_lead_from_before_to_after_to_the_cent(lines: list, convention: str) -> None:
    frame = frame_of(lines)
    result = history.bridge(frame, "product", YEAR, convention=convention)
    if isinstance(result, history.Unknown):
        return
    sums = frame.groupby("span")["amount"].sum()
    compared = result.table[result.table["kind"] == "both"]
    effects = compared[["price", "volume", "mix"]].sum(axis=1)

    assert result.steps["before"] == pytest.approx(sums.get("before", 0), abs=0.005)
    assert result.steps["after"] == pytest.approx(sums.get("now", 0), abs=0.005)
    assert result.steps.drop("after").sum() == pytest.approx(result.steps["after"], abs=0.005)
    assert effects.tolist() == pytest.approx(compared["change"].tolist(), abs=0.005)


@given(lines=rows, scale=st.sampled_from([0.01, 6.9, 1e7]))
def test_another_currency_scales_every_step(lines: list, scale: float) -> None:
    one = history.bridge(frame_of(lines), "product", YEAR)
    frame = frame_of(lines)
    other = history.bridge(frame.assign(amount=frame["amount"] * scale), "product", YEAR)

    assert type(one) is type(other)
    if isinstance(one, history.Bridge):
        assert (one.steps * scale).tolist() == pytest.approx(other.steps.tolist(), rel=1e-6, abs=1e-6 * scale)


@given(lines=rows, seed=st.integers(0, 99))
def test_the_order_of_the_rows_does_not_matter(lines: list, seed: int) -> None:
    frame = frame_of(lines)
    one, other = (history.bridge(f, "product", YEAR) for f in (frame, frame.sample(frac=1, random_state=seed)))

    assert keys_of(one) == keys_of(other)
    if isinstance(one, history.Bridge):
        assert one.steps.tolist() == pytest.approx(other.steps.tolist(), abs=1e-6)
        assert one.table["kind"].to_dict() == other.table["kind"].to_dict()

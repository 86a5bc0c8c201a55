"""What a reader sees of customers: in every language, with figures whose text fits."""

import pytest

from tests.analytics.made import YEAR
from tests.analytics.test_customers import COHORTS, END, activity, by_month, made
from tests.views import labels
from workbench.analytics import customers
from workbench.analytics.customers.scoring import CLASSES
from workbench.analytics.results import Result
from workbench.settings import LANGUAGES
from workbench.views import show
from workbench.views.words import Words

HOSTILE = "<b>$x^2$ & {x}</b>"


@pytest.fixture(scope="module")
def results() -> list[Result]:
    table = made(n=1500, later=52)
    table.loc[0, "customer"] = HOSTILE
    value = customers.lifetime_value(table, table)
    return [
        customers.rfm(table, END),
        customers.cohorts(activity(COHORTS)),
        customers.repurchase({"now": table, "before": table}, YEAR),
        customers.new_and_repeat(by_month([50] * 12 + [20] * 12 + [10] * 12, unnamed=400.0)),
        customers.churn(table),
        value,
        customers.at_risk(value),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_result_has_a_heading_a_point_a_method_and_a_figure_or_table(lang: str, results: list[Result]) -> None:
    w = Words(lang, "CNY")
    for result in results:
        view = show.view(result, w, END)
        assert view.heading
        assert view.how
        assert str(view.point)
        assert view.draw or view.tables
        assert all(w.has(f"terms.define.{term}.is") for term in view.terms), view.terms


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_label_leaves_its_figure_or_runs_into_another(lang: str, results: list[Result]) -> None:
    w = Words(lang, "CNY")
    drawn = [draw() for result in results if (draw := show.view(result, w, END).draw)]
    for picture in drawn:
        labels.assert_apart(picture, "customers")
    assert len(drawn) == 5


def test_the_three_classes_are_named_as_the_articles_name_them() -> None:
    names = {lang: [Words(lang).phrase(f"sections.rfm.class.{c}") for c in CLASSES] for lang in LANGUAGES}

    assert names["zh-CN"][:3] == ["高价值", "潜力", "沉睡"]
    assert names["zh-TW"][:3] == ["高價值", "潛力", "沉睡"]


def test_a_customer_s_own_name_is_never_markup() -> None:
    from workbench.views.markup import render

    table = made(n=600, later=52)
    value = customers.lifetime_value(table, None)
    risk = customers.at_risk(value)
    assert isinstance(risk, customers.AtRisk)
    named = risk.table.rename(index={risk.table.index[0]: HOSTILE})
    view = show.view(customers.AtRisk(**{**vars(risk), "table": named}), Words("en", "USD"), END)
    html = render(
        "section.html",
        view=view,
        picture=None,
        repeated=False,
        lead=False,
        folded=False,
        t=Words("en").phrase,
        data_used="",
    )

    assert "&lt;b&gt;$x^2$ &amp; {x}&lt;/b&gt;" in html


def test_what_is_saved_for_the_workbook_has_the_columns_it_declares(results: list[Result]) -> None:
    for result in results:
        for name, sheet in show.view(result, Words("en", "USD"), END).sheets.items():
            missing = [c.name for c in sheet.columns[1:] if c.name not in sheet.frame]
            assert missing == [], name


def test_thin_data_are_told_with_what_would_be_needed() -> None:
    few = made(n=40).head(5)
    view = show.view(customers.churn(few), Words("zh-CN"), END)

    assert str(view.point) == "目前只有5家客户，至少需要30家，无法得出客户流失情况。"

"""`workbench init`: what a file is, which column is which, and a settings file that reads back as it was meant."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from tests.conftest import shared_data
from workbench import settings
from workbench.errors import DataError, ParameterError
from workbench.settings import CalendarSettings, Company, Source
from workbench.sources import guess
from workbench.sources.contracts import TABLES
from workbench.sources.guess import company, guesses, sheets, written
from workbench.sources.guess.sheets import LEVELS, Sheet
from workbench.sources.readers import UNTOLD
from workbench.views.words import phrases

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
HOSTILE = ['a"b', "line\nbreak", "]]", '"""', "'''", "😀", "../../etc", "= 1\n[company]", "#", "\\", "\x7f\x00"]


def sheet(name: str = "export.csv", **columns: Sequence[Any]) -> Sheet:
    return Sheet(Path(name), pd.DataFrame(columns, dtype="str"))


def made(found: Sequence[Sheet], folder: Path = Path()) -> dict[str, Any]:
    """The settings that a look at these sheets gives, read back."""
    return tomllib.loads(text_of(found, folder))


def text_of(found: Sequence[Sheet], folder: Path = Path()) -> str:
    seen = company.guess(found)
    name = guesses.Column("A", "")
    return written.settings(seen, folder, name=name, currency=seen.currency, languages=seen.language)


@pytest.fixture
def init(tmp_path: Path) -> Callable[..., tuple[settings.Settings, str, str]]:
    """Runs init on files and gives the settings read back, their text and what was told."""

    def run(*files: Path, **options: Any) -> tuple[settings.Settings, str, str]:
        out = tmp_path / "workbench.toml"
        told = guess.init(files, out, **options)
        return settings.load(out), out.read_text("utf-8"), told

    return run


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


PLACES = ["上海,华东", "苏州,华东", "北京,华北"]
ORDERS_CN = "订单编号,订单日期,客户名称,销售额,数量,城市,区域\n" + "".join(
    f"S{i},2024-{i % 12 + 1:02d}-{i % 28 + 1:02d},客户{i % 9},{i}.50,{i},{PLACES[i % 3]}\n" for i in range(60)
)


# Which table, which column


def test_chinese_headers_in_gb18030_are_recognized(init, tmp_path):
    found, text, _ = init(write(tmp_path / "订单明细.csv", ORDERS_CN, "gb18030"))
    assert found.sources["orders"].columns == {
        "date": "订单日期", "amount": "销售额", "order": "订单编号", "customer": "客户名称", "quantity": "数量",
        "region": "区域", "city": "城市",
    }  # fmt: skip
    assert found.company.languages == ("zh-CN",)
    assert found.company.currency == "CNY"
    assert 'encoding "gb18030"' in text


def test_traditional_headers_in_big5_are_recognized(init, tmp_path):
    rows = "".join(f"A{i},2024/{i % 12 + 1}/{i % 28 + 1},客戶{i % 7},{i}00,{i}\n" for i in range(50))
    text = "訂單編號,訂單日期,客戶名稱,銷售額,數量\n" + rows
    found, written_text, _ = init(write(tmp_path / "銷售.csv", text, "big5"))
    assert found.sources["orders"].columns == {
        "date": "訂單日期", "amount": "銷售額", "order": "訂單編號", "customer": "客戶名稱", "quantity": "數量",
    }  # fmt: skip
    assert found.company.languages == ("zh-TW",)
    assert 'encoding "big5"' in written_text


def test_each_sheet_of_a_workbook_is_looked_at_on_its_own(init, tmp_path):
    book = tmp_path / "销售.xlsx"
    days = pd.date_range("2024-01-01", periods=40).strftime("%Y-%m-%d")
    products = [f"P{i % 4}" for i in range(40)]
    tables: dict[str, dict[str, Any]] = {
        "订单": {"订单日期": days, "销售额": [i + 0.5 for i in range(40)], "产品编号": products},
        "产品": {"产品编号": products[:4], "产品名称": list("甲乙丙丁"), "产品线": list("AABB")},
        "目标": {"月份": ["2024-01-01", "2024-02-01"], "目标金额": [1, 2]},
    }
    with pd.ExcelWriter(book) as writer:
        for name, columns in tables.items():
            pd.DataFrame(columns).to_excel(writer, sheet_name=name, index=False)
    found, _, _ = init(book)
    assert {n: (s.files, s.sheets) for n, s in found.sources.items()} == {
        "orders": (["销售.xlsx"], ["订单"]),
        "products": (["销售.xlsx"], ["产品"]),
        "targets": (["销售.xlsx"], ["目标"]),
    }
    assert found.sources["products"].columns["product"] == "产品编号"
    assert found.dimensions["product_line"] == ["product_line", "product"]


@pytest.mark.parametrize("header", ["订单日期", "  订单日期 ", "订单日期（下单）", "Order Date", "ORDER_DATE"])
def test_headers_are_recognized_through_case_blanks_and_marks(header):
    found = sheets.matches(sheet(**{header: ["2024-01-02", "2024-01-03"], "Amount": ["1.5", "2"]}))
    assert found[0].headers == {"date": header, "amount": "Amount"}


def test_a_header_that_only_ends_in_a_known_name_is_a_guess_and_says_so():
    days = ["2024-01-02", "2024-01-03"]
    text = text_of([sheet(**{"Posting Date": days, "Total Sales Amount": ["1.5", "2"]})])
    assert 'date = "Posting Date"  # guess: the name ends like a known one for date' in text
    assert 'amount = "Total Sales Amount"  # guess' in text


def test_cells_overrule_a_header():
    # 销售 may be the seller or the sales; the cells hold money, so it is not the seller
    found = sheets.matches(sheet(日期=["2024-01-02", "2024-01-03"], 销售=["10.50", "-3.20"], 金额=["10.50", "-3.20"]))
    assert "rep" not in found[0].headers


def test_what_does_not_name_each_row_is_no_key():
    found = sheets.matches(sheet("product.csv", Product=["Road", "Road", "Helmet"], ProductKey=["1", "2", "3"]))
    assert found[0].headers == {"product": "ProductKey", "name": "Product"}


def test_the_files_name_decides_between_two_tables_with_the_same_headers():
    columns = {"日期": ["2024-01-02", "2024-01-03"], "金额": ["1.5", "2.5"], "客户": ["甲", "乙"]}
    assert sheets.matches(sheet("回款2024.csv", **columns))[0].table == "payments"
    assert sheets.matches(sheet("订单2024.csv", **columns))[0].table == "orders"


def test_two_tables_that_fit_alike_are_asked_about():
    found = company.guess([sheet("2024.csv", date=["2024-01-02"] * 3, amount=["1.5", "2", "3"])])
    assert any("could be" in q.asked for q in found.questions)


def test_files_with_the_same_headers_are_one_source():
    columns = {"订单日期": ["2024-01-02"], "销售额": ["1.5"]}
    found = made([sheet("b.csv", **columns), sheet("a.csv", **columns)])
    assert found["sources"]["orders"]["files"] == ["a.csv", "b.csv"]


def test_a_second_file_of_a_table_with_other_headers_is_a_question():
    first = sheet("订单1.csv", 订单日期=["2024-01-02"] * 2, 销售额=["1.5", "2"], 客户名称=["甲", "乙"])
    found = company.guess([first, sheet("订单2.csv", 下单日期=["2024-01-02"] * 2, 销售金额=["1.5", "2"])])
    assert any("both look like orders" in q.asked for q in found.questions)
    assert [u.header for u in found.unused] == ["订单2.csv"]


# What cannot be told is asked


def test_two_columns_that_could_be_the_amount_are_asked_with_what_tells_them_apart():
    days = ["2024-01-02", "2024-01-03"]
    found = sheet(订单日期=days, 销售额=["10", "20"], 含税金额=["11.3", "22.6"], 数量=["1", "2"], 单价=["10", "10"])
    text = text_of([found])
    assert "PLEASE DECIDE: orders: which column is the amount?" in text
    assert "quantity × price in 100% of them" in " ".join(text.replace("# ", "").split())
    assert '\n# amount = "销售额"\n# amount = "含税金额"\n' in text
    assert "amount" not in tomllib.loads(text)["sources"]["orders"]["columns"]


def test_two_columns_with_the_same_money_are_no_question():
    found = company.guess([sheet(订单日期=["2024-01-02"] * 2, 销售额=["1", "2.5"], 金额=["1", "2.5"])])
    assert found.sources["orders"].columns["amount"].header == "销售额"
    assert not any("amount" in q.asked for q in found.questions)


def test_an_order_of_day_and_month_that_no_value_proves_is_asked(init, tmp_path):
    rows = "".join(f"0{i}/03/2024,{i}.50\n" for i in range(1, 9))
    _, text, told = init(write(tmp_path / "orders.csv", "order date,amount\n" + rows), currency="USD")
    assert '# dates = "day-first"\n# dates = "month-first"\n' in text
    assert "none of them tells the day from the month" in told


def test_an_order_of_day_and_month_that_the_values_prove_is_kept_for_later_files(init, tmp_path):
    rows = "".join(f"{i}/03/2024,{i}.50\n" for i in range(1, 29))
    found, text, _ = init(write(tmp_path / "orders.csv", "order date,amount\n" + rows))
    assert found.sources["orders"].dates == "day-first"
    assert 'dates = "day-first"  # proven by the values' in text


def test_a_decimal_comma_is_proven_or_asked(init, tmp_path):
    proven = "order date;amount\n" + "".join(f"2024-03-{i:02d};{i}.234,50\n" for i in range(1, 9))
    found, text, _ = init(write(tmp_path / "orders.csv", proven))
    assert found.sources["orders"].decimal == ","
    assert 'delimiter ";"' in text
    open_one = "order date;amount\n" + "".join(f"2024-03-{i:02d};{i},234\n" for i in range(1, 9))
    _, text, told = init(write(tmp_path / "orders.csv", open_one), force=True)
    assert "none of them tells thousands from decimals" in told
    assert '# decimal = ","' in text


def test_a_currency_that_no_file_names_is_asked_unless_it_is_given(init, tmp_path):
    file = write(tmp_path / "orders.csv", "order date,amount\n2024-03-13,1.50\n2024-03-14,2.50\n")
    assert "in which currency is the money?" in init(file)[2]
    found, text, told = init(file, currency="eur", force=True)
    assert found.company.currency == "EUR"
    assert "currency is the money" not in text + told


@pytest.mark.parametrize(("header", "code"), [("Amount (EUR)", "EUR"), ("金额（人民币）", "CNY"), ("Amount £", "GBP")])
def test_a_currency_in_a_header_is_used(header, code):
    found = company.guess([sheet(**{"date": ["2024-01-02"] * 2, header: ["1.5", "2.5"]})])
    assert found.currency.header == code


@pytest.mark.parametrize(
    ("header", "column"), [("Sales Amount USD", "amount"), ("Nettoumsatz EUR", "amount"), ("Order QTY", "quantity")]
)
def test_a_currency_at_the_end_of_a_header_is_no_part_of_its_name(header, column):
    columns = {"Order Date": ["2024-01-02"] * 2, "Customer": ["A", "B"], header: ["1.5", "2.5"]}
    found = sheets.match(sheet(**columns), TABLES["orders"])
    assert found is not None
    assert found.headers[column] == header


def test_currencies_written_as_words_get_their_codes_and_the_rates_tell_which_is_the_companys_own():
    orders = sheet("订单.csv", 订单日期=["2024-01-02"] * 3, 销售额=["1.5", "2", "3"], 币种=["人民币", "USD", "美元"])
    rates = sheet("汇率.csv", 日期=["2024-01-01"] * 2, 币种=["USD", "EUR"], 汇率=["7.1", "7.8"])
    seen = company.guess([orders, rates])
    assert (seen.currency.header, seen.questions) == ("CNY", ())
    assert made([orders, rates])["sources"]["orders"]["rename"] == {"currency": {"人民币": "CNY", "美元": "USD"}}


def test_currencies_of_a_crm_export_are_those_of_its_derived_orders():
    columns = {"Opportunity ID": list("123"), "Stage": ["Won", "Lost", "Won"], "Close Date": ["2024-01-13"] * 3}
    deals = sheet("deals.csv", **columns, Amount=["5.5", "6", "7"], **{"Amount Currency": ["USD", "GBP", "USD"]})
    assert made([deals])["sources"]["opportunities"]["columns"]["currency"] == "Amount Currency"
    assert "the orders are in USD, GBP" in company.guess([deals]).questions[-1].asked


@pytest.mark.parametrize(
    ("header", "said"),
    [("目标（万元）", "万元"), ("Quota (k$)", "k$"), ("Umsatz TEUR", "TEUR"), ("Sales (Millions)", "Millions"),
     ("Ziel [Mio. EUR]", "Mio. EUR"), ("Target (in thousands)", "in thousands"), ("金额（元）", ""), ("Amount USD", ""),
     ("Amount (net)", ""), ("Umsatz (EUR)", "")],
)  # fmt: skip
def test_a_unit_of_money_in_a_header_is_seen(header, said):
    assert sheets.unit(header) == said


def test_targets_in_ten_thousands_are_asked_about():
    targets = sheet("目标.xlsx", **{"月份": ["2026-01", "2026-02"], "业务员": ["甲", "乙"], "目标（万元）": ["5", "6"]})
    text = " ".join(text_of([targets]).replace("# ", "").split())
    assert "PLEASE DECIDE: targets: '目标（万元）' says it is in 万元, and numbers are read as they stand." in text


def test_rates_are_not_taken_for_orders_without_money():
    rates = sheet("fx.csv", Date=["2024-01-13"] * 2, Currency=["GBP", "EUR"], **{"Rate to USD": ["1.27", "1.09"]})
    assert set(made([rates])["sources"]) == {"rates"}


def test_totals_below_the_lines_are_asked_about_together_with_what_was_cancelled():
    days = ["2024-01-13", "2024-01-14", "2024-01-15", ""]
    states = ["已审核", "作废", "已审核", ""]
    text = text_of([sheet("订单.csv", 订单号=["1", "2", "3", "合计"], 订单日期=days, 销售额=list("1236"), 状态=states)])
    assert "1 row of 订单.csv bear no day" in " ".join(text.replace("# ", "").split())
    assert '# exclude = { status = ["作废"], date = [""] }' in text


def test_subtotals_between_the_lines_are_asked_about_too():
    days = ["2024-01-13", "", "2024-02-15", "", "", ""]
    names = ["1", "1月小计", "2", "2月小计", "合计", "备注：含税"]
    text = text_of([sheet("订单.csv", 单号=names, 日期=days, 金额=["1", "1", "2", "2", "3", ""])])
    assert "4 rows of 订单.csv bear no day" in " ".join(text.replace("# ", "").split())
    assert '# exclude = { date = [""] }' in text


def test_a_file_that_may_be_the_orders_is_told_with_its_columns():
    text = text_of([sheet("trips.csv", when=["1998-01-01", "1998-04-01"], Region=["A", "B"], Trips=["135.1", "109.9"])])
    assert '"trips.csv": its headers fit no table; it has the columns "when", "Region", "Trips"' in " ".join(
        text.replace("# ", "").split()
    )


def test_a_missing_day_among_the_lines_is_no_total():
    days = ["2024-01-13", "", "2024-01-15"]
    text = text_of([sheet("订单.csv", 订单号=["1", "2", "3"], 订单日期=days, 销售额=list("123"))])
    assert "bear no day" not in text


@pytest.mark.parametrize(
    "columns",
    [
        ["业务员", "1月", "2月", "3月", "4月", "合计"],
        ["Rep", "Manager", "Q1 FY26", "Q2 FY26", "Q3 FY26", "Q4 FY26"],
        ["Vertreter", "Jan 2026", "Feb 2026", "Mrz 2026", "Apr 2026"],
        ["姓名", "部门", "2026年1月", "2026年2月", "2026年3月", "2026年4月"],
        ["Sales Rep", "2026-01", "2026-02", "2026-03", "2026-04"],
    ],
)
def test_periods_in_headers_are_named_with_what_to_do(columns):
    seen = company.guess([sheet("targets.xlsx", **{c: ["5", "6"] for c in columns})])
    assert not seen.sources
    assert "its periods are columns" in seen.unused[0].why


def test_a_year_and_a_month_in_two_columns_are_named_with_what_to_do():
    split = sheet("Ziele.xlsx", Vertreter=["A", "B"], Jahr=["2026"] * 2, Monat=["1", "2"], Umsatzziel=["5.5", "6.5"])
    assert "(Jahr and Monat): write it in one" in company.guess([split]).unused[0].why


def test_another_files_proof_of_the_order_of_days_is_told():
    rates = sheet("fx.csv", Date=["1/1/2024"] * 2, Currency=["GBP", "EUR"], Rate=["1.27", "1.09"])
    orders = sheet("orders.csv", **{"Order Date": ["1/13/2024"] * 2, "Amount": ["5.5", "6"], "Currency": ["USD"] * 2})
    rates, orders = replace(rates, forms={"Date": UNTOLD}), replace(orders, forms={"Order Date": "month-first"})
    asked = " ".join(q.asked for q in company.guess([rates, orders]).questions)
    assert "orders is month-first." in asked


def test_german_headers_are_recognized(init, tmp_path):
    rows = "".join(
        f"RE{i};{i % 28 + 1:02d}.0{i % 9 + 1}.2026;K{i % 7};{i}.234,50;{('Nord', 'Süd')[i % 2]}\n" for i in range(1, 60)
    )
    file = write(tmp_path / "Umsatz.csv", f"Belegnr.;Belegdatum;Kd.-Nr.;Nettoumsatz EUR;Gebiet\n{rows}", "cp1252")
    found = init(file)[0]
    names = ("Belegdatum", "Nettoumsatz EUR", "Belegnr.", "Kd.-Nr.", "Gebiet")
    assert tuple(found.sources["orders"].columns[c] for c in ("date", "amount", "order", "customer", "region")) == names
    assert found.company.currency == "EUR"


def test_a_folder_stands_for_the_exports_in_it(init, tmp_path):
    (tmp_path / "exports").mkdir()
    write(tmp_path / "exports" / "orders.csv", "order date,amount\n2024-03-13,1.50\n")
    write(tmp_path / "exports" / "readme.md", "none of ours")
    found = init(tmp_path / "exports", currency="EUR")[0]
    assert found.sources["orders"].files == ["exports/orders.csv"]


def test_a_folder_without_exports_is_named(tmp_path):
    with pytest.raises(ParameterError, match="there are no exports in the folder"):
        guess.init([tmp_path], tmp_path / "workbench.toml")


def test_names_of_persons_are_no_dimension():
    columns = {"order date": ["2024-01-13"] * 40, "amount": ["1.5"] * 40, "last name": ["Li", "Wu"] * 20}
    assert not company.guess([sheet("orders.csv", **columns)]).dimensions


def test_cancelled_orders_are_asked_about():
    columns = {"订单日期": ["2024-01-02"] * 3, "销售额": ["1.5", "2", "3"], "订单状态": ["已完成", "已取消", "已完成"]}
    text = text_of([sheet("订单.csv", **columns)])
    assert "1 rows have the status '已取消'" in " ".join(text.replace("# ", "").split())
    assert '# exclude = { status = ["已取消"] }' in text


# Dimensions and joins


def test_a_hierarchy_is_proven_by_the_rows_or_not_made():
    days, money = ["2024-01-02"] * 8, [f"{i}.5" for i in range(8)]
    place = {"城市": list("abcdabcd"), "区域": list("xxyyxxyy")}
    proven = made([sheet(订单日期=days, 销售额=money, **place)])
    assert proven["dimensions"] == {"region": ["region", "city"]}
    broken = made([sheet(订单日期=days, 销售额=money, **(place | {"区域": list("xxyyyxyy")}))])
    assert broken["dimensions"] == {"city": ["city"], "region": ["region"]}


def test_order_numbers_dates_and_free_text_are_no_dimensions():
    n = 1_200
    found = made([sheet(
        订单日期=["2024-01-02"] * n, 销售额=["1.5"] * n, 订单编号=[f"S{i}" for i in range(n)],
        渠道=list("abcd") * (n // 4), 备注=[f"说明 {i}" for i in range(n)],
        发货日期=["2024-01-03", "2024-01-04"] * (n // 2), 仓库编号=list("12") * (n // 2),
    )])  # fmt: skip
    assert found["dimensions"] == {"channel": ["channel"]}


@pytest.mark.parametrize("value", ["#FF{i:02X}00", "https://example.com/{i}", "shop{i}@example.com"])
def test_what_is_written_for_programs_is_no_dimension(value):
    written = [value.format(i=i % 4) for i in range(40)]
    found = made([sheet(订单日期=["2024-01-02"] * 40, 销售额=["1.5"] * 40, 标记=written, 渠道=list("ab") * 20)])
    assert found["dimensions"] == {"channel": ["channel"]}


def test_a_column_of_thousands_of_places_is_named_and_left_out():
    n = 20_000
    found = text_of([sheet(订单日期=["2024-01-02"] * n, 销售额=["1.5"] * n, 区域=[f"地{i % 1000}" for i in range(n)])])
    assert "'区域' has 1,000 values, too many for a dimension" in found
    assert tomllib.loads(found)["dimensions"] == {}


def test_a_table_whose_key_stands_in_the_orders_is_a_reference_table_of_their_own():
    orders = sheet("Sales.csv", date=["2024-01-02"] * 4, amount=list("1234"), TerritoryKey=list("1212"))
    found = made([orders, sheet("Region.csv", TerritoryKey=list("123"), Region=list("NSW"), Group=list("AAB"))])
    assert found["sources"]["region"]["key"] == "territory_key"
    assert found["sources"]["orders"]["columns"]["territory_key"] == "TerritoryKey"
    assert found["dimensions"] == {"group": ["group", "region"]}


def test_a_level_of_the_orders_that_customers_repeat_goes_on_below_by_their_finer_ones():
    places = {"区域": list("xxyyx") * 2, "客户编号": list("12345") * 2}
    orders = sheet("订单.csv", 订单日期=["2024-01-02"] * 10, 销售额=["1.5"] * 10, **places)
    n = 12
    customers = {"客户编号": [str(i) for i in range(1, n + 1)], "区域": (list("xxyyx") * 3)[:n]}
    cities = {"城市": (["a", "b", "c", "c", "a"] * 3)[:n]}
    found = made([orders, sheet("客户.csv", **customers, **cities)])
    assert found["dimensions"] == {"region": ["region", "city"]}
    assert found["sources"]["customers"]["columns"] == {"customer": "客户编号", "city": "城市"}


def test_targets_that_name_reps_by_another_number_are_looked_up():
    reps = sheet("reps.csv", EmployeeKey=["1", "2", "3"], EmployeeID=["901", "902", "903"], Name=["Ann", "Bo", "Cy"])
    targets = sheet("targets.csv", EmployeeID=["901", "902", "903"], Target=["1", "2", "3"], Month=["2024-01-01"] * 3)
    found = made([sheet("sales.csv", date=["2024-01-02"], amount=["1"], EmployeeKey=["1"]), reps, targets])
    assert found["sources"]["targets"]["lookup"] == {"rep": {"table": "reps", "by": "employee_id"}}
    assert found["sources"]["reps"]["columns"]["employee_id"] == "EmployeeID"


def test_targets_are_split_by_the_levels_of_the_orders():
    orders = sheet("订单.csv", 订单日期=["2024-01-02"] * 4, 销售额=list("1234"), 大区=["华东", "华东", "华北", "华北"])
    found = made([orders, sheet("月度目标.csv", 月份=["2024-01"] * 2, 大区=["华东", "华北"], 金额数=["100", "200"])])
    assert found["sources"]["targets"]["columns"] == {"period": "月份", "amount": "金额数", "region": "大区"}


def test_a_date_alone_makes_no_table():
    assert sheets.matches(sheet("日志.csv", 月份=["2024-01", "2024-02"], 备注=["a", "b"])) == []


def test_values_that_join_but_for_blanks_and_case_are_proposed_as_a_comment_only():
    products = sheet("products.csv", product=["GTX Pro", "MG Special"], series=["GTX", "MG"])
    orders = sheet("orders.csv", date=["2024-01-02"] * 2, amount=["1", "2"], product=["GTXPro", "MG Special"])
    text = text_of([orders, products])
    assert '# rename = { product = { "GTXPro" = "GTX Pro" } }' in text
    assert "rename" not in tomllib.loads(text)["sources"]["orders"]


def test_a_company_with_only_a_crm_export_gets_orders_from_won_opportunities():
    closing = {"成交日期": ["2024-01-02"] * 3, "商机金额": ["5.5", "6", "7"]}
    deals = sheet("pipeline.csv", 商机编号=list("123"), 阶段=["赢单", "输单", "报价"], **closing)
    found = made([deals])["sources"]
    assert found["orders"] == {"derive": "won opportunities"}
    assert found["opportunities"]["stages"] == {"won": ["赢单"], "lost": ["输单"], "order": ["报价"]}


# The file


def test_nothing_is_overwritten_without_being_asked_to(init, tmp_path):
    file = write(tmp_path / "orders.csv", "order date,amount\n2024-03-13,1.50\n")
    kept = write(tmp_path / "workbench.toml", "mine")
    with pytest.raises(ParameterError, match="--force"):
        init(file)
    assert kept.read_text() == "mine"


def test_missing_files_and_unknown_languages_are_told_at_once(tmp_path):
    with pytest.raises(ParameterError) as caught:
        guess.init([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "workbench.toml", lang="en,fr")
    assert len(caught.value.problems) == 3


def test_all_files_that_cannot_be_read_are_named_at_once(tmp_path):
    texts = {"empty.csv": "", "fake.xlsx": "PK no", "b.csv": "a,b\n1,2"}
    files = [write(tmp_path / name, text) for name, text in texts.items()]
    with pytest.raises(DataError) as caught:
        guess.init(files, tmp_path / "workbench.toml")
    assert ["empty.csv" in caught.value.problems[0], "fake.xlsx" in caught.value.problems[1]] == [True, True]
    assert not (tmp_path / "workbench.toml").exists()


def test_files_without_orders_are_a_question(tmp_path):
    out = tmp_path / "workbench.toml"
    told = guess.init([write(tmp_path / "b.csv", "a,b\nx,y\n")], out)
    assert "no file looks like orders" in told
    assert "PLEASE DECIDE: no file looks like orders" in out.read_text("utf-8")


def test_headers_below_a_title_are_found(init, tmp_path):
    title = "2024年销售明细,,\n,,\n订单日期,销售额,区域\n"
    rows = "".join(f"2024-03-{i:02d},{i}.50,{'华东' if i % 2 else '华南'}\n" for i in range(1, 29))
    found, text, _ = init(write(tmp_path / "订单.csv", title + rows))
    assert found.sources["orders"].columns == {"date": "订单日期", "amount": "销售额", "region": "区域"}
    assert found.sources["orders"].header == 3
    assert "header = 3  # guess: the row that looks like headers" in text


@pytest.mark.parametrize("model", [Company, CalendarSettings, Source])
def test_the_comments_of_settings_are_those_beside_the_fields(model):
    told = written.meanings(model)
    assert list(told) == list(model.model_fields)
    assert not [n for n, why in told.items() if not why and n not in ("name", "week_starts")]


def test_every_setting_that_a_company_or_a_source_may_have_is_in_the_file():
    text = text_of([sheet(订单日期=["2024-01-02"], 销售额=["1.5"])])
    for model in (Company, CalendarSettings, Source):
        for field in model.model_fields:
            assert f"{field} = " in text or f"#   {field}: " in text
    for table in TABLES:
        assert table in text


@given(ANY_TEXT)
def test_any_text_reads_back_from_toml_as_it_was(text):
    assert tomllib.loads(f"{written.key(text)} = {written.text(text)}") == {text: text}


@given(st.lists(st.sampled_from(HOSTILE) | ANY_TEXT.filter(str.strip), min_size=1, max_size=5, unique=True))
@trial(max_examples=60, deadline=None)
def test_any_header_reads_back_wherever_it_stands(headers):
    columns: dict[str, list[str]] = {h: ["x", "y", "x", "y"] for h in headers}
    columns |= {"订单日期": ["2024-01-02"] * 4, "销售额": ["1.5"] * 4}
    found = made([Sheet(Path('we"ird\n].csv'), pd.DataFrame(columns, dtype="str"))])
    mapped = found["sources"]["orders"]["columns"]
    assert (mapped["date"], mapped["amount"]) == ("订单日期", "销售额")
    assert set(mapped.values()) <= {"订单日期", "销售额", *headers}
    assert found["sources"]["orders"]["files"] == ['we"ird\n].csv']
    assert set(found) == {"company", "calendar", "sources", "dimensions"}


@pytest.mark.parametrize("name", ['a"b.csv', "]].csv", "[1].csv", "a*b?.csv", "😀 #1.csv", "line\nbreak.csv", '"""'])
def test_a_file_of_any_name_is_found_again(init, tmp_path, name):
    folder = tmp_path / "in"
    folder.mkdir()
    found, _, _ = init(write(folder / name, "order date,amount\n2024-03-13,1.50\n2024-03-14,2.50\n"))
    from workbench.sources.readers import files

    assert files.find(found.sources["orders"].files, tmp_path) == ([tmp_path / "in" / name], [])


def test_the_words_of_levels_are_known_to_the_reports():
    assert [name for name in LEVELS if f"terms.levels.{name}" not in phrases()] == []


# Real files


@pytest.mark.parametrize(
    ("folder", "pattern", "tables", "dimensions"),
    [
        ("online_retail_ii", "*.parquet", {"orders"}, {"country"}),
        ("crm_opportunities", "*.csv", {"orders", "opportunities", "reps", "products", "customers"},
         {"team", "product_line", "industry", "office_location", "subsidiary_of"}),
        ("adventureworks_reseller", "*.csv", {"orders", "targets", "reps", "products", "customers", "region"},
         {"role", "product_line", "color", "industry", "city", "country", "group"}),
    ],
)  # fmt: skip
def test_real_exports_are_recognized(init, folder, pattern, tables, dimensions):
    found, _, _ = init(*sorted(shared_data(folder).glob(pattern)))
    assert set(found.sources) == tables
    assert set(found.dimensions) == dimensions


def test_the_made_up_company_is_recognized_as_its_own_settings_have_it(init):
    folder = Path(__file__).parents[2] / "data" / "demo"
    meant = settings.load(folder)
    found, _, _ = init(*sorted(f for f in folder.iterdir() if f.suffix in (".csv", ".xlsx")))
    assert set(found.sources) == set(meant.sources)
    for name, source in meant.sources.items():
        wanted = {c: h for c, h in source.columns.items() if c in TABLES[name].columns}
        assert {c: found.sources[name].columns.get(c) for c in wanted} == wanted, name
    assert found.sources["targets"].lookup == meant.sources["targets"].lookup
    assert found.sources["opportunities"].stages == meant.sources["opportunities"].stages


FOREIGN = {
    "German": {"date": "Fakturadatum", "customer": "Debitor", "product": "Artikelnr.", "quantity": "Absatzmenge",
                   "amount": "Umsatzerlöse", "cost": "Einstandskosten"},
    "French": {"date": "Date de facture", "customer": "Code client", "product": "Référence", "quantity": "Quantité",
                   "amount": "Montant HT", "cost": "Coût total"},
    "Spanish": {"date": "Fecha de factura", "customer": "Cliente", "product": "Artículo", "quantity": "Cantidad",
                    "amount": "Importe neto", "cost": "Coste total"},
    "Japanese": {"date": "売上日", "customer": "得意先名", "product": "商品コード", "quantity": "数量",
                 "amount": "売上金額", "cost": "原価"},
}  # fmt: skip


@pytest.mark.parametrize("language", FOREIGN)
def test_the_usual_headers_of_an_invoice_list_are_known_in_the_language(language: str) -> None:
    cells = {"date": ["2024-01-15", "2024-02-20"], "customer": ["Bo", "Cy"], "product": ["P-1", "P-2"],
             "quantity": ["2", "3"], "amount": ["20.50", "30.75"], "cost": ["10.25", "15.10"]}  # fmt: skip
    found = made([sheet(**{header: cells[column] for column, header in FOREIGN[language].items()})])

    assert found["sources"]["orders"]["columns"] == FOREIGN[language]


def test_what_one_piece_costs_is_asked_about_before_it_counts_as_the_cost_of_a_line() -> None:
    text = text_of([sheet(Datum=["2024-01-15"], Kunde=["Bo"], Menge=["2"], Umsatz=["20.50"], Einstandspreis=["5.10"])])

    assert "cost" not in tomllib.loads(text)["sources"]["orders"]["columns"]
    assert 'add cost = "Einstandspreis" to its columns' in " ".join(text.replace("# ", "").split())


def test_an_export_of_pieces_alone_is_counted_in_pieces_without_a_currency() -> None:
    text = text_of([sheet(Date=["2024-01-15", "2024-02-20"], Product=["P-1", "P-2"], Quantity=["2", "3"])])
    found = tomllib.loads(text)

    assert found["company"]["currency"] == "XXX"
    assert found["sources"]["orders"]["columns"] == {"date": "Date", "product": "Product", "amount": "Quantity"}
    assert "the pieces in 'Quantity' are taken as the amount" in " ".join(text.replace("# ", "").split())


def test_japanese_headers_are_not_taken_for_chinese() -> None:
    found = made([sheet(売上日=["2024-01-15"], 得意先名=["Bo"], 売上金額=["20.50"])])["company"]

    assert (found["languages"], found["currency"]) == (["en"], "USD")

"""`workbench init` and `workbench check` from the command line, as a newcomer uses them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from workbench.cli import app

SETTINGS = """[company]
name = "甲公司"
currency = "CNY"
languages = ["zh-CN"]
[sources.orders]
files = ["订单.csv"]
[sources.orders.columns]
date = "订单日期"
amount = "销售额"
region = "区域"
product = "产品"
[dimensions]
region = ["region"]
"""
LINES = "订单日期,销售额,区域,产品\n2024-01-15,100.50,华东,甲\n2024-02-15,-20.25,华北,乙\n2024-03-31,50,华东,甲\n"
SOLD = ((10, 100.5, "李"), (29, 20.25, "王"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def called(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def written(folder: Path, settings: str = SETTINGS, lines: str = LINES) -> None:
    (folder / "workbench.toml").write_text(settings, "utf-8")
    (folder / "订单.csv").write_text(lines, "utf-8")


def test_a_problem_with_a_file_stands_under_the_table_that_reads_it(here):
    written(here, lines=LINES + "2024-04-01,5\n")
    told = called("check").stderr.splitlines()
    assert told[0] == "orders (订单.csv): 1 problem"
    assert "订单.csv: 1 rows do not have the header's 4 fields" in told[1]


def test_cells_that_are_no_numbers_do_not_hide_the_ones_that_are_empty(here):
    written(here, lines=LINES + "2024-04-01,viel,华东,甲\n2024-04-02,,华东,甲\n,7,华东,甲\n")
    told = called("check").stderr.splitlines()
    assert told[0] == "orders (订单.csv): 3 problems"
    assert "1 value is not a number, row 5: 'viel'" in told[1]
    assert "column '订单日期' (date) has no value in 1 row (订单.csv: rows 7)" in told[2]
    assert "column '销售额' (amount) has no value in 1 row (订单.csv: rows 6)" in told[3]


def test_rows_that_are_left_out_may_be_empty_where_other_cells_are_no_numbers(here):
    left_out = SETTINGS.replace("[sources.orders.columns]", 'exclude = { product = ["丙"] }\n[sources.orders.columns]')
    written(here, left_out, LINES + "2024-04-01,viel,华东,甲\n,,华东,丙\n")
    assert called("check").stderr.splitlines()[0] == "orders (订单.csv): 1 problem"


def test_right_settings_end_with_a_summary(here):
    written(here)
    told = called("check")
    assert told.exit_code == 0
    assert "nothing is wrong" in told.stdout
    assert "3 lines count, 2024-01-15 to 2024-03-31, 130.25 CNY in all" in told.stdout
    assert "region: region (区域)" in told.stdout
    assert "Targets: would add attainment" in told.stdout


def test_a_value_that_joins_nothing_is_said_with_what_it_probably_means(here):
    table = (
        '[sources.products]\nfiles = ["产品.csv"]\n[sources.products.columns]\nproduct = "产品"\nproduct_line = "线"\n'
    )
    levels = SETTINGS.replace("[dimensions]", f'{table}[dimensions]\nproduct = ["product_line"]')
    written(here, levels.replace("zh-CN", "en"), LINES.replace("乙", "GTXPro"))
    (here / "产品.csv").write_text("产品,线\n甲,一\nGTX Pro,二\n", "utf-8")
    assert "does not list (GTXPro); did they mean GTX Pro?" in called("check").stdout


def test_everything_wrong_is_said_at_once_by_where_it_is(here):
    typos = SETTINGS.replace("languages", "langauges")
    typos = typos.replace("[sources.orders]", "[sources.orders]\ncolums = {}")
    written(here, typos, LINES.replace("100.50", "abc").replace("2024-02-15", "2024-13-45"))
    told = called("check")
    assert told.exit_code == 1
    assert told.stderr.count("\n  - ") == 4
    assert "workbench.toml: 2 problems" in told.stderr
    assert "unknown key 'company.langauges'. Did you mean 'languages'?" in told.stderr
    assert "unknown key 'sources.orders.colums'. Did you mean 'columns'?" in told.stderr
    assert "orders (订单.csv): 2 problems" in told.stderr
    assert "'abc'" in told.stderr
    assert "2024-13-45" in told.stderr


def test_a_missing_column_is_named_with_the_nearest(here):
    written(here, lines=LINES.replace("销售额", "销售金额"))
    told = called("check")
    assert told.exit_code == 1
    assert "there is no column '销售额' (amount). Nearest: '销售金额'" in told.stderr


def test_a_missing_file_is_named_with_the_nearest(here):
    written(here)
    (here / "订单.csv").rename(here / "订单1.csv")
    told = called("check")
    assert told.exit_code == 1
    assert "'订单1.csv'" in told.stderr


def test_a_level_that_no_table_has_is_an_error_with_a_suggestion(here):
    written(here, SETTINGS.replace('["region"]', '["regoin"]'))
    told = called("check")
    assert told.exit_code == 1
    assert "'regoin' of region is no column of orders, nor of a table that they point to." in told.stderr
    assert "Did you mean 'region'?" in told.stderr


def test_a_missing_secret_is_a_problem_like_any_other(here, monkeypatch):
    monkeypatch.delenv("NOT_SET", raising=False)
    settings = SETTINGS.replace('files = ["订单.csv"]', 'url = "postgresql://u:${NOT_SET}@localhost/d"\ntable = "t"')
    written(here, settings)
    told = called("check")
    assert told.exit_code == 1
    assert "NOT_SET is not set" in told.stderr


def test_a_day_still_to_come_is_pointed_out(here):
    written(here, lines=LINES + "2190-05-06,1,华东,甲\n")
    told = called("check")
    assert told.exit_code == 0
    assert "the last is dated 2190-05-06, which is still to come" in told.stdout


def test_targets_in_ten_thousands_and_of_people_who_never_sell_are_pointed_out(here):
    sold = [f"2024-0{month}-{day},{amount},华东,甲,{who}" for month in (1, 2) for day, amount, who in SOLD]
    targets = '[sources.targets]\nfiles = ["目标.csv"]\n[sources.targets.columns]\n'
    targets += 'period = "月份"\namount = "目标（万元）"\nrep = "销售员"\n[dimensions]'
    settings = SETTINGS.replace('产品"\n', '产品"\nrep = "销售员"\n').replace("[dimensions]", targets)
    written(here, settings, "\n".join(["订单日期,销售额,区域,产品,销售员", *sold]))
    asked = [f"2024-0{month},{who},{amount}" for month in (1, 2) for who, amount in (("李", 5), ("王", 6), ("孙总", 9))]
    (here / "目标.csv").write_text("\n".join(["月份,销售员,目标（万元）", *asked]), "utf-8")
    told = called("check").stdout
    assert "targets: '目标（万元）' says it is in 万元" in told
    assert "孙总 sold nothing of what they were to sell" in told


def test_sums_of_quarters_are_pointed_out(here):
    days = [f"{year}-{month}-01" for year in (2023, 2024) for month in ("01", "04", "07", "10")]
    written(here, lines="订单日期,销售额,区域,产品\n" + "".join(f"{day},5,华东,甲\n" for day in days))
    assert '[forecast] every = "quarter"' in called("check").stdout


def test_settings_without_a_source_say_what_a_report_needs(here):
    written(here, settings=SETTINGS[: SETTINGS.index("[sources")])
    assert "'sources' is missing. Every report needs order lines" in called("check").stderr


def test_settings_that_are_not_there_say_how_to_get_them(here):
    told = called("check")
    assert told.exit_code == 1
    assert "workbench init" in str(told.exception)


def test_init_then_check_goes_through_on_a_chinese_export(here):
    days = [f"{i % 28 + 1}.{i % 12 + 1}.2024" for i in range(60)]
    rows = "".join(f"A{i};{day};客户{i % 9};华{'东南'[i % 2]};1.234,5{i % 10}\n" for i, day in enumerate(days))
    (here / "销售明细.csv").write_bytes(("单号;下单日期;客户;大区;销售额\n" + rows).encode("gb18030"))
    made = called("init", "销售明细.csv", "--name", "乙公司", "--lang", "zh-CN,en")
    assert made.exit_code == 0
    assert "Please decide" not in made.stdout
    told = called("check")
    assert told.exit_code == 0
    assert "60 lines count, 2024-01-01 to 2024-12-24, 74,072.70 CNY in all" in told.stdout


def test_an_open_question_of_init_is_named_by_check(here):
    days = "".join(f"0{i}/0{i % 3 + 1}/2024,{i}.50\n" for i in range(1, 9))
    (here / "orders.csv").write_text("order date,amount\n" + days, "utf-8")
    assert "none of them tells the day from the month" in called("init", "orders.csv", "--currency", "USD").stdout
    told = called("check")
    assert told.exit_code == 1
    assert 'dates = "day-first" or dates = "month-first"' in told.stderr
    settings = here / "workbench.toml"
    answered = settings.read_text("utf-8").replace('# dates = "month-first"', 'dates = "month-first"')
    settings.write_text(answered, "utf-8")
    assert called("check").exit_code == 0


def test_init_refuses_to_overwrite(here):
    written(here)
    told = called("init", "订单.csv")
    assert told.exit_code == 1
    assert "--force" in str(told.exception)
    assert (here / "workbench.toml").read_text("utf-8") == SETTINGS


def test_nothing_in_a_file_becomes_a_setting(here):
    hostile = ["\"]\n[company]\nname = 'x'", "<script>", "=HYPERLINK(1)", "a\tb", "😀", "../.."]
    header = ",".join('"' + h.replace('"', '""') + '"' for h in ["订单日期", "销售额", *hostile])
    rows = "".join(f"2024-01-{i:02d},{i}.5{',x' * len(hostile)}\n" for i in range(13, 29))
    (here / "x.csv").write_text(header + "\n" + rows, "utf-8")
    assert called("init", "x.csv", "--name", 'A"\n[calendar]').exit_code == 0
    assert called("check").exit_code == 0

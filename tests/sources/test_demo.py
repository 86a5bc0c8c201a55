"""The demo company: the same bytes for a seed, whole by its contracts, and with what was planted in it."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench import settings
from workbench.periods import spring_festival
from workbench.sources import demo
from workbench.sources.contracts import REFERENCE_TABLES, TABLES
from workbench.sources.demo import EFFECTS, KEY_REP

COMMITTED = Path(__file__).parents[2] / "data" / "demo"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo")
    demo.generate(made)
    return made


@pytest.fixture(scope="module")
def tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Each table with our column names, read by plain pandas, so that these tests stand apart from the readers."""
    return {name: _read(folder, source) for name, source in settings.load(folder).sources.items()}


@pytest.fixture(scope="module")
def orders(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Lines that count, with their product line and year."""
    lines = tables["products"].set_index("product").product_line
    frame = tables["orders"].query("status != '已取消'")
    return frame.assign(product_line=frame["product"].map(lines), year=frame.date.dt.year)


def _read(folder: Path, source: settings.Source) -> pd.DataFrame:
    path = folder / source.files[0]
    if path.suffix == ".xlsx":
        frame = pd.concat(pd.read_excel(path, sheet_name=source.sheets, engine="openpyxl"))
    else:
        frame = pd.read_csv(path, encoding=source.encoding or "utf-8-sig")
    frame = frame[list(source.columns.values())].set_axis(list(source.columns), axis=1)
    dates = [c for c in frame if c in {"date", "period", "created", "closed", "expected", "entered", "due", "joined",
                                       "left", "since", "launched", "end"}]  # fmt: skip
    dates = [] if "statement" in frame else dates  # targets in words name their periods in words
    return frame.assign(**{c: pd.to_datetime(frame[c], format="%Y-%m-%d") for c in dates}).reset_index(drop=True)


def _between(frame: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    return frame[(frame.date >= first) & (frame.date <= last)]


# the files


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = demo.generate(tmp_path, seed=7)
    assert {p.name: p.read_bytes() for p in again} == {p.name: (folder / p.name).read_bytes() for p in again}


def test_another_seed_gives_another_company(folder: Path, tmp_path: Path) -> None:
    demo.generate(tmp_path, seed=8)
    assert (tmp_path / "订单.csv").read_bytes() != (folder / "订单.csv").read_bytes()


def test_the_committed_company_is_what_the_generator_makes(folder: Path) -> None:
    made = {p.name: p.read_bytes() for p in folder.iterdir()}
    kept = {p.name: p.read_bytes() for p in COMMITTED.iterdir() if not p.name.startswith(".")}
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_the_files_are_small_enough_to_commit(folder: Path) -> None:
    assert sum(p.stat().st_size for p in folder.iterdir()) < 4_000_000


def test_formats_and_encodings_are_mixed(folder: Path) -> None:
    with pytest.raises(UnicodeDecodeError):
        (folder / "订单.csv").read_bytes().decode("utf-8")
    assert (folder / "订单.csv").read_bytes().decode("gb18030").startswith("订单号,订单日期")
    assert (folder / "客户.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(pd.ExcelFile(folder / "目标.xlsx", engine="openpyxl").sheet_names) == 2


# the settings and contracts


def test_the_settings_load_and_say_that_the_company_is_made_up(folder: Path) -> None:
    company = settings.load(folder).company
    assert company.made_up
    assert company.languages == ("zh-CN", "en", "zh-TW")


def test_every_table_but_currency_rates_is_there(tables: dict[str, pd.DataFrame]) -> None:
    assert set(TABLES) - set(tables) == {"rates"}


def test_every_mapped_column_is_one_of_the_contract_or_a_level(folder: Path) -> None:
    company = settings.load(folder)
    for name, source in company.sources.items():
        assert set(source.columns) - set(TABLES[name].columns) <= set(company.levels), name


def test_required_columns_are_filled_and_keys_name_one_row(tables: dict[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        required = [c for c, column in TABLES[name].columns.items() if column.required]
        assert not frame[required].isna().to_numpy().any(), name
        if key := [k for k in TABLES[name].key if k in frame]:
            assert not frame.duplicated(key).any(), name


def test_numbers_are_not_below_what_their_contract_allows(tables: dict[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        for column, rule in TABLES[name].columns.items():
            if column in frame and rule.at_least is not None:
                assert frame[column].dropna().ge(rule.at_least).all(), (name, column)


def test_every_reference_leads_to_a_row(tables: dict[str, pd.DataFrame]) -> None:
    names = tables["reps"].set_index("name").rep  # targets name people: the settings' lookup
    tables = tables | {"targets": tables["targets"].assign(rep=tables["targets"].rep.map(names))}
    keys = REFERENCE_TABLES | {"opportunities": "opportunity"}
    for name, frame in tables.items():
        for column, rule in TABLES[name].columns.items():
            if column in frame and rule.references:
                known = tables[rule.references][keys[rule.references]]
                assert frame[column].dropna().isin(known).all(), (name, column)
    assert tables["targets"].rep.notna().all()
    assert tables["reps"].name.is_unique


def test_nothing_but_plans_is_dated_after_the_export(tables: dict[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        dates = [c for c in frame.select_dtypes("datetime") if c not in ("expected", "due", "end")]
        late = [c for c in dates if (frame[c] > demo.AS_OF).any()]
        assert late == (["period"] if name == "targets" else []), name


def test_the_export_says_which_days_it_holds(folder: Path) -> None:
    written = tomllib.loads((folder / "workbench.toml").read_text("utf-8"))
    assert written["sources"]["orders"]["covers"] == [demo.START, demo.AS_OF]


# sums that tie


def test_amount_is_quantity_times_price(orders: pd.DataFrame) -> None:
    assert (orders.quantity * orders.price == orders.amount).all()


def test_a_won_deal_is_worth_its_order(tables: dict[str, pd.DataFrame]) -> None:
    deals = tables["opportunities"].set_index("opportunity")
    sold = tables["orders"].groupby("opportunity").agg(amount=("amount", "sum"), date=("date", "first"),
                                                       orders=("order", "nunique"))  # fmt: skip
    won = deals[deals.stage == "赢单"]
    assert set(won.index) == set(sold.index)
    assert (sold.orders == 1).all()
    assert (won.amount == sold.amount.reindex(won.index)).all()
    assert (won.closed == sold.date.reindex(won.index)).all()


def test_no_order_is_paid_more_than_its_amount(tables: dict[str, pd.DataFrame]) -> None:
    paid = tables["payments"].groupby("order").amount.sum()
    sold = tables["orders"].query("amount > 0 and status != '已取消'").groupby("order").amount.sum()
    assert paid.index.isin(sold.index).all()
    assert (paid <= sold.reindex(paid.index)).all()
    assert 0.90 < paid.sum() / sold.sum() < 0.97  # some are not due, some are late, some never come


def test_the_targets_of_people_add_up_to_their_managers_and_the_directors(tables: dict[str, pd.DataFrame]) -> None:
    targets = tables["targets"].merge(tables["reps"][["name", "rep", "manager"]], left_on="rep", right_on="name")
    own = targets.set_index(["period", "rep_y"]).amount
    led = targets.dropna(subset="manager").groupby(["period", "manager"]).amount.sum()
    assert (own.reindex(led.index) == led).all()
    assert set(led.index.get_level_values(1)) == {
        "M01",
        "M02",
        "M03",
        "M04",
        "D01",
    }


def test_a_years_target_is_last_years_sales_times_one_point_two_split_evenly(
    tables: dict[str, pd.DataFrame], orders: pd.DataFrame
) -> None:
    director = tables["reps"].set_index("rep")["name"]["D01"]
    targets = tables["targets"]
    months = targets[targets.rep == director].set_index("period").amount
    assert months["2026"].nunique() == 1
    assert len(months["2026"]) == 12
    assert months["2026"].sum() / orders[orders.year == 2025].amount.sum() == pytest.approx(1.2, abs=0.001)


def test_the_last_stage_entered_is_the_deals_stage(tables: dict[str, pd.DataFrame]) -> None:
    deals, steps = tables["opportunities"], tables["stage_history"]
    last = steps.groupby("opportunity").stage.last()
    assert (deals.stage == deals.opportunity.map(last)).all()
    assert steps.groupby("opportunity").entered.apply(lambda s: s.is_monotonic_increasing).all()
    first = steps.drop_duplicates("opportunity").set_index("opportunity").entered
    assert (deals.set_index("opportunity").created == first).all()


# a plausible company


def test_yearly_sales_average_order_and_attainment_are_those_of_a_mid_size_company(
    tables: dict[str, pd.DataFrame], orders: pd.DataFrame
) -> None:
    year = orders.groupby("year").amount.sum().loc[2023:2025]
    assert year.between(180e6, 260e6).all()
    assert year.pct_change().dropna().between(0.04, 0.16).all()
    assert 30_000 < orders[orders.amount > 0].groupby("order").amount.sum().mean() < 82_000
    target = tables["targets"].merge(tables["reps"].query("role == '销售总监'"), left_on="rep", right_on="name")
    attained = year / target.groupby(target.period.dt.year).amount.sum().loc[2023:2025]
    assert attained.between(0.80, 1.05).all()


def test_ten_customers_bring_about_a_third_of_sales(orders: pd.DataFrame) -> None:
    bought = orders[orders.year == 2025].groupby("customer").amount.sum().sort_values(ascending=False)
    assert 0.25 < bought.head(10).sum() / bought.sum() < 0.35


def test_customers_come_and_go(tables: dict[str, pd.DataFrame], orders: pd.DataFrame) -> None:
    by_year = {year: set(frame.customer.dropna()) for year, frame in orders.groupby("year")}
    assert len(by_year[2023] - by_year[2025]) > 15
    assert len(by_year[2025] - by_year[2023]) > 30
    since = tables["customers"].set_index("customer").since
    newcomers = since[since >= demo.START]
    first = orders.groupby("customer").date.min().reindex(newcomers.index)
    assert len(newcomers) > 100
    assert (first == newcomers).all()


def test_deals_are_won_and_take_as_long_as_in_such_companies(tables: dict[str, pd.DataFrame]) -> None:
    deals = tables["opportunities"]
    closed = deals[deals.stage.isin(["赢单", "输单"])]
    won = closed.stage == "赢单"
    assert 0.22 < won.mean() < 0.28
    assert closed.closed.notna().all()
    assert 40 < (closed.closed - closed.created)[won].dt.days.median() < 60
    by_channel, by_rep = won.groupby(closed.channel).mean(), won.groupby(closed.rep).agg(["mean", "size"])
    assert by_channel["系统集成商"] > by_channel["线上商城"] + 0.04
    assert by_rep.query("size > 150")["mean"].agg(np.ptp) > 0.08


def test_some_deals_are_open_and_some_of_them_stuck(tables: dict[str, pd.DataFrame]) -> None:
    deals = tables["opportunities"]
    age = (pd.Timestamp(demo.AS_OF) - deals[deals.closed.isna()].created).dt.days
    assert 150 < len(age) < 400
    assert 30 < (age > 150).sum() < 120


def test_the_crm_is_not_filled_in_completely(tables: dict[str, pd.DataFrame]) -> None:
    gaps = tables["opportunities"][["amount", "customer", "product_line", "source"]].isna().mean()
    assert gaps.between(0.005, 0.12).all()


def test_awkward_names_are_among_the_customers(tables: dict[str, pd.DataFrame]) -> None:
    names = "\n".join(tables["customers"].name)
    assert '"' in names
    assert "&" in names
    assert "（" in names
    assert "," in names


# planted effects


def test_returns_missing_customers_and_cancellations_have_their_planted_sizes(tables: dict[str, pd.DataFrame]) -> None:
    lines = tables["orders"]
    back, kept = lines[lines.amount < 0], lines.query("amount > 0 and status != '已取消'")
    assert -back.amount.sum() / kept.amount.sum() == pytest.approx(EFFECTS["returns"].factor, rel=0.35)
    assert back.order.str.startswith("TH").all()
    assert not kept.order.str.startswith("TH").any()
    assert lines.customer.isna().mean() == pytest.approx(EFFECTS["missing_customer"].factor, rel=0.5)
    orders = lines[lines.amount > 0].drop_duplicates("order")
    assert (orders.status == "已取消").mean() == pytest.approx(EFFECTS["cancelled"].factor, rel=0.5)


@pytest.mark.parametrize(("year", "day"), [(2024, "2024-02-10"), (2025, "2025-01-29"), (2026, "2026-02-17")])
def test_spring_festival_is_on_its_day(year: int, day: str) -> None:
    assert spring_festival(year) == pd.Timestamp(day)  # General Office of the State Council, holiday notices


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_nothing_is_sold_at_spring_festival_and_more_before_it(orders: pd.DataFrame, year: int) -> None:
    away = (orders.date - spring_festival(year)).dt.days
    placed = orders[orders.amount > 0].groupby(away).order.nunique()

    def a_day(first: int, last: int) -> float:
        return placed.reindex(range(first, last + 1), fill_value=0).mean()

    usual = a_day(-100, -62)  # autumn: no festival, no end of a quarter
    assert a_day(-4, 7) < 0.25 * usual
    assert a_day(9, 20) < a_day(-26, -9)
    assert a_day(-26, -9) > 1.08 * usual


def test_the_last_two_weeks_of_a_quarter_sell_more_than_the_two_before(orders: pd.DataFrame) -> None:
    to_end = (orders.date - (orders.date + pd.offsets.QuarterEnd(0))).dt.days
    by_day = orders.loc[orders.date.dt.quarter > 1].groupby(to_end).order.nunique()
    ratio = by_day.loc[-13:0].sum() / by_day.loc[-27:-14].sum()
    assert ratio == pytest.approx(EFFECTS["quarter_end_push"].factor / 0.91, rel=0.2)


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_prices_of_the_old_lines_rise_in_january(orders: pd.DataFrame, year: int) -> None:
    old = orders[orders.product_line.isin(["运动控制", "机器视觉"])]
    before, after = (_between(old, f"{y}-{m}-01", f"{y}-{n}-30").groupby("product").price.median()
                     for y, m, n in ((year - 1, 10, 12), (year, 2, 6)))  # fmt: skip
    assert (after / before).median() == pytest.approx(EFFECTS[f"price_rise_{year}"].factor, abs=0.012)


def test_the_price_war_lowers_prices_and_orders_there_and_nowhere_else(orders: pd.DataFrame) -> None:
    price, volume = EFFECTS["price_war_price"], EFFECTS["price_war_orders"]
    sensors = orders[(orders.product_line == price.where["product_line"]) & (orders.amount > 0)]
    war = sensors.date.between(price.start, price.end)
    there = sensors.region == price.where["region"]
    near = sensors.date.between("2024-01-01", "2024-12-31")  # one price list
    level = sensors[near].groupby([there[near], war[near], "product"]).price.median().unstack("product")
    assert (level.loc[(True, True)] / level.loc[(True, False)]).median() == pytest.approx(price.factor, abs=0.02)
    assert (level.loc[(False, True)] / level.loc[(False, False)]).median() == pytest.approx(1, abs=0.02)
    count = sensors.groupby([there, sensors.date.between(volume.start, volume.end)]).order.nunique()
    same_months = sensors.date.dt.month.between(4, 9) & (sensors.year != 2024)
    usual = sensors[same_months & there & (sensors.year < 2026)].order.nunique() / 2  # 2023 and 2025
    assert count[(True, True)] / usual < 0.95


def test_the_key_reps_customers_buy_less_after_the_departure_while_others_do_not(orders: pd.DataFrame) -> None:
    lost = EFFECTS["key_rep_lost"]
    before = _between(orders, "2024-08-16", "2025-03-31")
    theirs = _between(orders, "2025-05-01", "2025-08-15").loc[lambda f: f.rep == KEY_REP].customer.dropna().unique()
    east = before[before.region == "华东"].amount.sum()
    assert 0.15 < before[before.rep == KEY_REP].amount.sum() / east < 0.35
    after = _between(orders, lost.start, lost.end)
    change = after[after.customer.isin(theirs)].amount.sum() / before[before.customer.isin(theirs)].amount.sum()
    others = after[~after.customer.isin(theirs)].amount.sum() / before[~before.customer.isin(theirs)].amount.sum()
    assert change == pytest.approx(lost.factor, abs=0.15)
    assert others > 1.0
    assert not (orders[orders.rep == KEY_REP].date > "2025-10-15").any()  # only returns trickle in


@pytest.mark.parametrize(("line", "effect"), [("边缘网关", "launch_gateway"), ("运维云", "launch_cloud")])
def test_new_lines_start_on_their_day_and_ramp_up(orders: pd.DataFrame, line: str, effect: str) -> None:
    start = pd.Timestamp(EFFECTS[effect].start)
    sold = orders[orders.product_line == line]
    assert sold.date.min() >= start
    months = sold.amount.groupby((sold.date - start).dt.days // 182).sum()
    assert months[0] < months[1] < months[2]
    old = orders[~orders.product_line.isin(["边缘网关", "运维云"])]
    assert (
        _between(sold, "2026-01-01", "2026-09-30").amount.sum()
        < 0.15 * _between(old, "2026-01-01", "2026-09-30").amount.sum()
    )


def test_the_campaign_raises_orders_of_its_line_and_leads_of_its_source(
    tables: dict[str, pd.DataFrame], orders: pd.DataFrame
) -> None:
    campaign = EFFECTS["campaign"]

    def against_old_lines(year: int) -> float:
        during = _between(orders[orders.amount > 0], f"{year}-05-12", f"{year}-06-22").product_line.value_counts()
        return during[campaign.where["product_line"]] / (during["工业传感"] + during["运动控制"])

    usual = np.mean([against_old_lines(year) for year in (2023, 2024, 2026)])
    assert against_old_lines(2025) / usual == pytest.approx(campaign.factor, rel=0.25)
    leads = tables["spend"].query("channel == '展会'").set_index("date").leads
    assert leads["2025-05":"2025-06"].mean() > 1.4 * leads["2024-07":"2025-04"].mean()


def test_new_reps_grow_into_their_customers_and_leavers_stop(
    tables: dict[str, pd.DataFrame], orders: pd.DataFrame
) -> None:
    reps = tables["reps"].set_index("rep")
    left = orders.rep.map(reps["left"])
    sold = orders[orders.amount > 0]
    assert not (sold.date > left[sold.index] + pd.Timedelta(days=1)).any()
    assert reps["left"].notna().sum() >= 5
    assert (reps.joined > demo.START).sum() >= 7


def test_dealers_pay_later_in_the_end(tables: dict[str, pd.DataFrame]) -> None:
    late = EFFECTS["dealers_pay_later"]
    channel = tables["orders"].drop_duplicates("order").set_index("order").channel
    paid = tables["payments"].assign(channel=tables["payments"].order.map(channel))
    paid = paid[(paid.channel == late.where["channel"]) & (paid.due <= "2026-07-01")]
    days = (paid.date - paid.due).dt.days
    assert days[paid.due >= late.start].median() - days[paid.due < late.start].median() == pytest.approx(
        late.factor, abs=5
    )


def test_targets_in_words_name_leaders_and_add_up_to_less_than_the_whole(tables: dict[str, pd.DataFrame]) -> None:
    goals, reps = tables["goals"].set_index("name"), tables["reps"]
    parts = goals[goals["parent"] == "G1"]
    assert set(goals["owner"].dropna()) <= set(reps.loc[reps["role"] == "大区经理", "name"])
    assert "3.05亿元" in goals["statement"]["G1"]
    assert parts["amount"].sum() == 29_920  # 万元: 580 short of the 30,500 that they are parts of
    assert parts["amount"]["G4"] / parts["baseline"]["G4"] - 1 < 0.05  # where 15 % is written beside it


def test_every_planted_date_is_in_the_calendar_of_events(tables: dict[str, pd.DataFrame]) -> None:
    dated = {e.start for name, e in EFFECTS.items() if e.start > demo.START and name not in (
        "price_war_orders", "key_rep_lost_later", "campaign_leads")}  # fmt: skip
    known = set(tables["events"].date.dt.strftime("%Y-%m-%d"))
    assert dated <= known
    assert {f"{spring_festival(y):%Y-%m-%d}" for y in range(2023, 2027)} <= known
    moves = tables["competitors"]
    assert ((moves.kind == "降价") & moves.date.between("2024-03-01", "2024-04-01")).any()

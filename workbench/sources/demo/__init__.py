"""A made-up company in its own files, for trying the workbench: the same seed gives the same bytes.

What was planted in the data is listed in `EFFECTS`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.periods import Calendar
from workbench.settings import CalendarSettings
from workbench.sources.demo import company, crm, demand, money, orders, outside
from workbench.sources.demo.company import DAYS, LINES, released
from workbench.sources.demo.effects import AS_OF, EFFECTS, KEY_REP, START, Effect
from workbench.sources.demo.files import write_csv, write_excel

__all__ = ["AS_OF", "EFFECTS", "KEY_REP", "START", "Effect", "generate"]


@dataclass(frozen=True)
class _Company:
    reps: pd.DataFrame
    products: pd.DataFrame
    customers: pd.DataFrame
    lines: pd.DataFrame  # up to the horizon
    deals: pd.DataFrame


def generate(folder: str | Path, seed: int = 7) -> list[Path]:
    """The files written into `folder`: four years of a made-up company's exports and its workbench.toml."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    made = _imagine(seed)
    return [
        _settings(folder),
        *_sales(folder, made),
        *_crm(folder, made, seed),
        *_money(folder, made, seed),
        *_cast(folder, made),
        *_outside(folder, seed),
    ]


def _random(seed: int, part: int) -> np.random.Generator:
    """Each part draws from its own stream, so a change in one leaves the others as they were."""
    return np.random.default_rng([seed, part])


def _imagine(seed: int) -> _Company:
    reps, products = company.reps(_random(seed, 1)), company.products(_random(seed, 2))
    customers = company.customers(_random(seed, 3))
    owner = company.owners(_random(seed, 4), customers, reps)
    expected = demand.orders(_random(seed, 5), customers, reps, owner)
    lines = orders.lines(_random(seed, 6), expected, customers, products, owner)
    lines = orders.finished(_random(seed, 7), lines)
    customers = customers.assign(since=customers.since.fillna(_first_orders(lines)))
    return _Company(reps, products, customers, lines, crm.opportunities(_random(seed, 8), lines, customers, reps))


def _first_orders(lines: pd.DataFrame) -> pd.Series:
    bought = lines[(lines.status == "已完成") & ~lines.unnamed]
    return bought.groupby("customer").date.min()


def _settings(folder: Path) -> Path:
    path = folder / "workbench.toml"
    path.write_bytes(Path(__file__).with_name("workbench.toml").read_bytes().replace(b"\r\n", b"\n"))
    return path


def _sales(folder: Path, made: _Company) -> list[Path]:
    frame = made.lines[made.lines.date <= AS_OF]
    numbers = made.customers.customer.to_numpy()[frame.customer]
    deal = made.deals[made.deals.won].set_index("bundle").opportunity
    tied = frame.bundle.map(deal).where(frame.status == "已完成")
    return [write_csv(folder / "订单.csv", encoding="gb18030", frame=pd.DataFrame({
        "订单号": frame["order"],
        "订单日期": frame.date,
        "客户编号": pd.Series(numbers, index=frame.index).mask(frame.unnamed),
        "产品编号": made.products["product"].to_numpy()[frame["product"]],
        "数量": frame.quantity,
        "单价": frame.price,
        "金额": frame.amount,
        "成本": frame.cost,
        "销售员": made.reps.rep.to_numpy()[frame.rep],
        "区域": made.customers.region.to_numpy()[frame.customer],
        "渠道": frame.channel,
        "状态": frame.status,
        "商机编号": tied,
    }))]  # fmt: skip


def _crm(folder: Path, made: _Company, seed: int) -> list[Path]:
    steps = crm.stage_history(_random(seed, 9), made.deals)
    frame = crm.as_exported(_random(seed, 10), made.deals, steps)
    region = made.customers.region.to_numpy()[made.deals.customer]
    number = dict(enumerate(made.customers.customer))
    opportunities = pd.DataFrame({
        "商机编号": frame.opportunity, "创建日期": frame.created, "阶段": frame.stage, "预计金额": frame.amount,
        "客户编号": frame.customer.map(number), "产品线": frame["line"].map(dict(enumerate(LINES))),
        "负责人": made.reps.rep.to_numpy()[frame.rep], "区域": region, "渠道": frame.channel, "来源": frame.source,
        "预计成交日期": pd.to_datetime(frame.expected), "关闭日期": frame.closed, "输单原因": frame.reason,
    })  # fmt: skip
    weekly = crm.activities(_random(seed, 11), made.reps, _working())
    return [
        write_csv(folder / "商机.csv", opportunities, "utf-8-sig"),
        write_csv(folder / "商机阶段.csv", steps.drop(columns="at").set_axis(["商机编号", "阶段", "进入日期"], axis=1)),
        write_csv(folder / "活动.csv", weekly.set_axis(["日期", "销售员", "类型", "次数", "是否有效"], axis=1)),
    ]


def _working() -> pd.Series:
    calendar = Calendar(CalendarSettings(country="CN"))
    return pd.Series([calendar.working_days(day, day) for day in DAYS], index=DAYS)


def _money(folder: Path, made: _Company, seed: int) -> list[Path]:
    paid = money.payments(_random(seed, 12), made.lines, made.customers)[["order", "due", "date", "amount"]]
    spent = money.spend(_random(seed, 13), made.deals)[["date", "source", "amount", "leads"]]
    target = money.targets(made.lines, made.customers, made.reps)
    target = target.merge(made.reps[["rep", "name", "role", "region"]], on="rep")
    sheet = target[["month", "name", "role", "region", "amount"]].set_axis(
        ["月份", "姓名", "岗位", "大区", "目标金额"], axis=1
    )
    early = sheet.月份 < "2025"
    return [
        write_csv(folder / "回款.csv", paid.set_axis(["订单号", "到期日", "回款日期", "回款金额"], axis=1)),
        write_csv(folder / "投放.csv", spent.set_axis(["月份", "投放渠道", "费用", "线索数"], axis=1)),
        write_excel(folder / "目标.xlsx", {"2022-2024": sheet[early], "2025-2026": sheet[~early]}),
    ]


def _cast(folder: Path, made: _Company) -> list[Path]:
    known = released(made.customers).sort_values("customer", kind="stable")
    hired = made.reps[made.reps.joined <= AS_OF]
    return [
        write_csv(folder / "销售人员.csv", pd.DataFrame({
            "工号": hired.rep, "姓名": hired["name"], "岗位": hired.role, "大区": hired.region, "团队": hired.team,
            "上级工号": hired.manager, "入职日期": hired.joined, "离职日期": hired.left,
        })),
        write_csv(folder / "产品.csv", pd.DataFrame({
            "产品编号": made.products["product"], "产品名称": made.products["name"],
            "产品线": made.products.product_line, "上市日期": made.products.launched,
            "标准价": made.products.list_price, "单位成本": made.products.unit_cost,
        })),
        write_csv(folder / "客户.csv", encoding="utf-8-sig", frame=pd.DataFrame({
            "客户编号": known.customer, "客户名称": known["name"], "行业": known.industry, "规模": known["size"],
            "区域": known.region, "城市": known.city, "渠道": known.channel, "首次合作日期": known.since,
            "员工人数": known.employees, "账期天数": known.terms,
        })),
    ]  # fmt: skip


def _outside(folder: Path, seed: int) -> list[Path]:
    tables = {
        "市场.csv": (outside.market(_random(seed, 14)), ["季度", "区域", "市场规模", "同比增速", "单位"]),
        "竞争对手.csv": (outside.competitors(), ["日期", "竞争对手", "类型", "说明"]),
        "满意度.csv": (outside.satisfaction(_random(seed, 15)), ["日期", "区域", "评分", "样本数"]),
        "目标陈述.csv": (outside.goals(), ["目标编号", "目标描述", "指标", "目标值", "单位", "基数", "增长率", "目标期间",
                                       "目标客户", "负责人", "上级目标"]),
        "事件.csv": (outside.events(), ["开始日期", "结束日期", "类型", "名称", "区域", "产品线"]),
    }
    return [write_csv(folder / name, frame.set_axis(header, axis=1)) for name, (frame, header) in tables.items()]

"""What happens around the company: market, competitors, satisfaction, events."""

import numpy as np
import pandas as pd

from workbench.periods import spring_festival
from workbench.sources.demo.company import REGIONS
from workbench.sources.demo.effects import AS_OF, EFFECTS, START

_MARKET = {
    "华东": (6.0, 1.068),
    "华南": (4.3, 1.060),
    "华北": (3.5, 1.045),
    "西南": (2.1, 1.105),
}  # 亿元 a quarter; yearly
_COMPETITORS = ("竞品甲公司", "竞品乙公司", "竞品丙公司")
_MOVES = (
    ("2023-02-20", 0, "新品", "发布新一代光电传感器，主打食品饮料客户"),
    ("2023-06-12", 1, "渠道", "华南新签两家经销商"),
    ("2023-11-06", 2, "促销", "年末满十台赠一台，工业相机"),
    ("2024-03-11", 0, "融资", "宣布扩产传感器产线"),
    ("2024-03-25", 0, "降价", "华南工业传感全线降价约一成五"),
    ("2024-05-20", 1, "降价", "跟进下调接近开关价格"),
    ("2024-09-23", 0, "调价", "恢复华南工业传感原价"),
    ("2024-12-02", 2, "新品", "推出低价读码器"),
    ("2025-04-14", 1, "新品", "推出边缘网关，价格低约百分之八"),
    ("2025-09-08", 2, "招聘", "华东高薪招聘销售，接触我方客户"),
    ("2025-10-20", 2, "促销", "华东老客户换新补贴"),
    ("2026-03-16", 1, "渠道", "与西南系统集成商签独家协议"),
    ("2026-07-06", 0, "新品", "发布设备运维平台，首年免费"),
)
_GOALS = (  # as people write them: some whole, some vague, some that contradict themselves or each other
    ("G1", "2027年公司销售额从2.72亿元增长12%至3.05亿元，负责人：姜欣若", *[""] * 9),
    ("G2", "华东2027年销售额", "销售额", "8680", "万元", "7920", "0.096", "2027年", "华东", "张知行", "G1"),
    ("G3", "华南2027年销售额", "销售额", "8510", "万元", "7690", "0.107", "2027年", "华南", "钱文知", "G1"),
    ("G4", "华北2027年销售额", "销售额", "4910", "万元", "4690", "0.15", "2027年", "华北", "孙欣思", "G1"),
    ("G5", "西南2027年销售额", "销售额", "7820", "万元", "6950", "0.125", "2027年", "西南", "李晓行", "G1"),
    ("G6", "运维云2027年销售额从1540万元增长35%至2080万元，负责人：李晓行", *[""] * 6, "运维云", "", ""),
    ("G7", "今年销售额提升50%", *[""] * 9),
    ("G8", "赢单率从25%提升到30%，提升20%", *[""] * 5, "2027年", "全部商机", "钱文知", ""),
    ("G9", "尽快大幅提升客户满意度", *[""] * 9),
    ("G10", "2027年每季度销售额环比增长10%：Q1完成6500万元，Q2完成7200万元，Q3完成7500万元，Q4完成8400万元",
     *[""] * 9),
)  # fmt: skip


def market(rng: np.random.Generator) -> pd.DataFrame:
    """Quarterly market size by region, in 亿元 as statistics state it; the latest quarter is not published yet."""
    quarters = pd.date_range("2021-01-01", "2026-04-01", freq="QS")
    parts = []
    for region, (size, growth) in _MARKET.items():
        season = np.array([0.90, 1.0, 0.98, 1.12])[quarters.quarter - 1]
        level = size * growth ** (np.arange(len(quarters)) / 4) * season * rng.normal(1, 0.012, len(quarters))
        frame = pd.DataFrame({"period": quarters, "segment": region, "size": level.round(2)})
        parts.append(frame.assign(growth=(frame["size"] / frame["size"].shift(4) - 1).round(3)))
    return pd.concat(parts).sort_values("period", kind="stable", ignore_index=True).assign(unit="亿元")


def goals() -> pd.DataFrame:
    """Ten targets for 2027 as people write them, a sentence or its parts in columns."""
    columns = ["name", "statement", "metric", "amount", "unit", "baseline", "growth", "period", "segment", "owner",
               "parent"]  # fmt: skip
    return pd.DataFrame([row[:11] for row in _GOALS], columns=columns)


def competitors() -> pd.DataFrame:
    """Dated moves of three competitors, the one that starts the price war among them."""
    frame = pd.DataFrame(_MOVES, columns=["date", "competitor", "kind", "note"])
    return frame.assign(competitor=[_COMPETITORS[i] for i in frame.competitor])


def satisfaction(rng: np.random.Generator) -> pd.DataFrame:
    """Mean score (of 10) and answers of each quarter's survey by region; lower once the key rep is gone."""
    rows = []
    for day in pd.date_range("2022-12-01", AS_OF, freq="3MS") + pd.Timedelta(days=14):
        for region, base in zip(REGIONS, (8.6, 8.3, 8.1, 8.4), strict=True):
            lost = region == "华东" and day >= pd.Timestamp(EFFECTS["key_rep_lost"].start)
            mean = base + 0.06 * (day - pd.Timestamp(START)).days / 365 - 0.6 * lost
            answers = int(rng.poisson({"华东": 46, "华南": 30, "华北": 24, "西南": 18}[region]))
            rows.append((day, region, round(float(mean + rng.normal(0, 1.4) / np.sqrt(answers)), 2), answers))
    return pd.DataFrame(rows, columns=["date", "region", "score", "answers"])


def events() -> pd.DataFrame:
    """What an analyst would note in a calendar: festivals, price lists, launches, what went well and badly."""
    rows = [_festival(year) for year in range(2023, 2027)]
    rows += [(f"{y}-12-01", f"{y}-12-31", "节日促销", "年终冲刺", "", "") for y in range(2022, 2026)]
    rows += [_of(name, "调价", f"年度价目表上调 {(e.factor - 1) * 100:.1f}%") for name, e in EFFECTS.items()
             if name.startswith("price_rise")]  # fmt: skip
    rows += [
        _of("launch_gateway", "新品上市", "边缘网关产品线上市"),
        _of("launch_cloud", "新品上市", "运维云产品线上市"),
        _of("price_war_price", "价格战", "华南工业传感价格战"),
        _of("campaign", "市场活动", "视觉质检升级季"),
        _of("key_rep_lost", "人员离职", "华东核心销售离职"),
        _of("dealers_pay_later", "账期", "经销商回款放缓"),
    ]
    columns = ["date", "end", "kind", "name", "region", "product_line"]
    return pd.DataFrame(rows, columns=columns).sort_values(["date", "kind"], kind="stable", ignore_index=True)


def _festival(year: int) -> tuple[str, ...]:
    day = spring_festival(year)
    last = day + pd.Timedelta(days=6)
    return (f"{day:%Y-%m-%d}", f"{last:%Y-%m-%d}", "节假日", f"{year} 年春节", "", "")


def _of(effect: str, kind: str, name: str) -> tuple[str, ...]:
    planted = EFFECTS[effect]
    end = "" if effect == "key_rep_lost" else planted.end
    region = "华东" if effect == "key_rep_lost" else planted.where.get("region", "")
    return planted.start, end, kind, name, region, planted.where.get("product_line", "")

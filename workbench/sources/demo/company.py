"""Who and what: reps, products, customers, and which rep looks after which customer on which day."""

import numpy as np
import pandas as pd

from workbench.sources.demo import names
from workbench.sources.demo.effects import AS_OF, EFFECTS, HORIZON, KEY_REP, START

DAYS = pd.date_range(START, HORIZON, name="day")
CITIES = {
    "华东": ("上海", "苏州", "杭州", "宁波", "合肥"),
    "华南": ("深圳", "广州", "东莞", "佛山"),
    "华北": ("北京", "天津", "太原", "石家庄"),
    "西南": ("成都", "重庆", "昆明", "贵阳"),
}
REGIONS = tuple(CITIES)
REGION_BLOCK = ("华东",) * 8 + ("华南",) * 5 + ("华北",) * 4 + ("西南",) * 3  # of every 20 customers
CHANNELS = ("直销", "经销商", "系统集成商", "线上商城")
LINES = ("工业传感", "运动控制", "机器视觉", "边缘网关", "运维云")
LINE_SHARE = (0.33, 0.29, 0.38, EFFECTS["launch_gateway"].factor, EFFECTS["launch_cloud"].factor)
BUYERS, PROSPECTS, FIRST_DAY_BUYERS = 352, 150, 205

_LEFT = EFFECTS["key_rep_lost"].start
_TEAM = (  # region, joined, left
    ("华东", "2016-03-07", ""), ("华东", "2018-07-02", ""), ("华东", "2015-05-11", _LEFT), ("华东", "2019-09-02", ""),
    ("华东", "2020-04-06", "2024-02-29"), ("华东", "2021-03-01", ""), ("华东", "2022-05-05", ""),
    ("华东", "2023-07-03", ""), ("华东", "2024-03-18", "2025-11-28"), ("华东", "2025-09-15", ""),
    ("华南", "2017-02-20", ""), ("华南", "2019-06-03", ""), ("华南", "2020-08-10", "2024-11-15"),
    ("华南", "2021-09-01", ""), ("华南", "2022-07-04", ""), ("华南", "2024-05-06", ""), ("华南", "2025-02-17", ""),
    ("华北", "2016-10-10", ""), ("华北", "2019-03-04", ""), ("华北", "2021-06-07", "2023-05-31"),
    ("华北", "2022-03-01", ""), ("华北", "2023-06-12", ""), ("华北", "2026-03-09", ""),
    ("西南", "2018-11-05", ""), ("西南", "2020-10-12", ""), ("西南", "2022-08-15", "2025-04-30"),
    ("西南", "2024-07-01", ""), ("西南", "2025-05-19", ""),
)  # fmt: skip
_PRODUCTS = {  # line: code, model words, lowest and highest list price, share of the price that is cost, how many
    "工业传感": ("CG", ("光电传感器", "接近开关", "压力变送器"), 260, 3200, 0.62, 9),
    "运动控制": ("YD", ("伺服驱动器", "运动控制卡", "步进套件"), 1500, 14800, 0.64, 9),
    "机器视觉": ("SJ", ("工业相机", "智能读码器", "检测工站"), 5800, 46800, 0.55, 9),
    "边缘网关": ("WG", ("采集网关", "边缘控制器"), 2600, 13800, 0.52, 7),
    "运维云": ("YY", ("设备运维云年费", "远程诊断年费"), 9800, 39800, 0.30, 6),
}


def reps(rng: np.random.Generator) -> pd.DataFrame:
    """A row for each seller, then the four regional managers and the sales director; skill is around 1."""
    people = names.people(rng, len(_TEAM) + 5)
    sellers = pd.DataFrame(_TEAM, columns=["region", "joined", "left"])
    sellers.insert(0, "rep", [f"S{i:03d}" for i in range(1, len(_TEAM) + 1)])
    sellers["manager"] = sellers.region.map({r: f"M{i:02d}" for i, r in enumerate(REGIONS, 1)})
    sellers["role"] = np.where(sellers.joined < "2021", "资深销售", "销售代表")
    managers = pd.DataFrame({"rep": [f"M{i:02d}" for i in range(1, 5)], "region": REGIONS, "joined": "2015-01-05",
                             "left": "", "manager": "D01", "role": "大区经理"})  # fmt: skip
    director = pd.DataFrame({"rep": ["D01"], "region": "", "joined": "2014-06-03", "left": "", "manager": "",
                             "role": "销售总监"})  # fmt: skip
    team = pd.concat([sellers, managers, director], ignore_index=True)
    team["skill"] = rng.lognormal(0, 0.12, len(team))
    return team.assign(name=people, team=team.region.map(lambda r: f"{r}大区" if r else "总部"))


def products(rng: np.random.Generator) -> pd.DataFrame:
    """A row for each product, with the list price and unit cost of autumn 2022 (or of the launch)."""
    rows = []
    for line, (code, words, low, high, cost, count) in _PRODUCTS.items():
        launched = {"边缘网关": EFFECTS["launch_gateway"].start, "运维云": EFFECTS["launch_cloud"].start}.get(line)
        for i, price in enumerate(np.geomspace(low, high, count)):
            rows.append({
                "product": f"{code}-{110 + 10 * i}",
                "name": f"{words[i * len(words) // count]} {code}{110 + 10 * i}",
                "product_line": line,
                "launched": launched or f"{2015 + int(rng.integers(0, 6))}-{int(rng.integers(1, 13)):02d}-15",
                "list_price": round(float(price), -1),
                "unit_cost": round(float(price) * cost * rng.uniform(0.94, 1.06), 1),
                "popularity": 1 / (1 + abs(i - count / 3)),
            })  # fmt: skip
    return pd.DataFrame(rows)


def customers(rng: np.random.Generator) -> pd.DataFrame:
    """A row for each buyer, then for each prospect that has not bought; `weight` is the share of a year's demand."""
    count = BUYERS + PROSPECTS
    industry = [str(i) for i in rng.choice(names.INDUSTRIES, count, p=(0.24, 0.26, 0.18, 0.12, 0.10, 0.10))]
    region = np.concatenate([rng.permutation(REGION_BLOCK) for _ in range(count // 20 + 1)])[:count]
    frame = pd.DataFrame(
        {
            "name": names.companies(rng, industry),
            "industry": industry,
            "region": region,
            "city": [str(rng.choice(CITIES[r])) for r in region],
            "channel": rng.choice(CHANNELS, count, p=(0.46, 0.26, 0.18, 0.10)),
        }
    )
    return _numbered(rng, _lives(rng, _weights(rng, frame)))


def _weights(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    rank = np.arange(1, len(frame) + 1)
    weight = (rank + 4.0) ** -1.0 * rng.lognormal(0, 0.22, len(frame))
    newcomer = (rank > FIRST_DAY_BUYERS) & (rank <= BUYERS)
    weight[newcomer] = rng.permutation((np.arange(newcomer.sum()) + 9.0) ** -0.62 * 0.075)
    weight[BUYERS:] = 0.0
    size = np.select([weight > 0.030, weight > 0.0085], ["大型", "中型"], "小型")
    size[BUYERS:] = rng.choice(["大型", "中型", "小型"], PROSPECTS, p=(0.1, 0.3, 0.6))
    employees = np.select([size == "大型", size == "中型"], [1800, 420], 90) * rng.lognormal(0, 0.45, len(frame))
    return frame.assign(weight=weight, size=size, employees=employees.round(-1).astype(int) + 10)


def _lives(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """First and last day as a customer (positions in DAYS): newcomers come over time, about a tenth leaves a year."""
    old = np.arange(len(frame)) < FIRST_DAY_BUYERS
    first = np.where(old, 0, rng.integers(20, len(DAYS) - 25, len(frame)))
    big = frame["weight"].to_numpy() > 0.05
    years = rng.exponential(1 / np.where(big, 0.02, 0.11), len(frame)) + np.where(old, 0.1, 0.6)
    last = np.minimum(first + years * 365, len(DAYS) * 3).astype(int)
    return frame.assign(first=first, last=last)


def _numbered(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers do not tell the size: customers are numbered in the order in which a CRM met them."""
    met = rng.permutation(len(frame))
    old = np.arange(len(frame)) < FIRST_DAY_BUYERS
    since = pd.Timestamp(START) - pd.to_timedelta(rng.integers(60, 2800, len(frame)), unit="D")
    terms = frame.channel.map({"直销": 60, "经销商": 30, "系统集成商": 90, "线上商城": 0}).to_numpy()
    return frame.assign(customer=[f"C{1001 + m}" for m in met], since=since.where(old, None), terms=terms)


def owners(rng: np.random.Generator, customers: pd.DataFrame, reps: pd.DataFrame) -> np.ndarray:
    """The position in `reps` of each customer's rep (rows) on each of DAYS (columns)."""
    sellers = reps[reps.role.isin(["资深销售", "销售代表"])]
    owner = np.zeros((len(customers), len(DAYS)), dtype=int)
    for region in REGIONS:
        team, mine = sellers[sellers.region == region], np.flatnonzero(customers.region == region)
        owner[mine] = _shared_out(rng, team, customers.iloc[mine])
    return owner


def _shared_out(rng: np.random.Generator, team: pd.DataFrame, customers: pd.DataFrame) -> np.ndarray:
    joined = np.searchsorted(DAYS, pd.to_datetime(team.joined))
    left = np.where(
        team.left == "", len(DAYS), np.searchsorted(DAYS, pd.to_datetime(team.left.replace("", HORIZON))) + 1
    )
    here, weight, load = team.index.to_numpy(), customers["weight"].to_numpy(), np.full(len(team), 0.02)

    def someone(day: int, extra: float) -> int:
        """A rep who is there that day; who has much already is chosen less often."""
        chance = np.where((joined <= day) & (day < left), _standing(team) / load**2, 0)
        at = int(rng.choice(len(team), p=chance / chance.sum()))
        load[at] += extra
        return int(here[at])

    held = np.array([someone(int(day), w) for day, w in zip(customers["first"], weight, strict=True)])
    if KEY_REP in set(team.rep):
        held[1] = team.index[team.rep == KEY_REP][0]
    owner = np.repeat(held[:, None], len(DAYS), axis=1)
    for day in sorted({int(d) for d in (*joined, *left) if 0 < d < len(DAYS)}):
        gone, new = here[left == day], here[joined == day]
        for row in range(len(customers)):
            if owner[row, day] in gone:
                owner[row, day:] = someone(day, weight[row])
            elif len(new) and weight[row] < 0.03 and rng.random() < 0.16:
                owner[row, day:] = new[0]
    return owner


def _standing(team: pd.DataFrame) -> np.ndarray:
    return np.select([team.rep == KEY_REP, team.role == "资深销售"], [12.0, 1.8], 1.0)


def released(frame: pd.DataFrame) -> pd.DataFrame:
    """Customers as known at AS_OF: who has not come yet is still a prospect."""
    return frame.assign(since=frame.since.where(frame.since <= pd.Timestamp(AS_OF), None))

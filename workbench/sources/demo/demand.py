"""How many orders to expect: customer by product line by day, all planted effects multiplied in."""

import numpy as np
import pandas as pd

from workbench.periods import Calendar, spring_festival
from workbench.settings import CalendarSettings
from workbench.sources.demo.company import DAYS, LINE_SHARE, LINES
from workbench.sources.demo.effects import EFFECTS, KEY_REP, Effect

ORDERS_A_YEAR = 2620
_MONTHS = (0.97, 0.93, 1.02, 0.94, 0.98, 1.07, 0.91, 0.94, 1.04, 0.97, 1.05, 1.14)
_RAMP_DAYS = {"边缘网关": (360, 150), "运维云": (280, 85)}  # half-way after launch, and width


def orders(rng: np.random.Generator, customers: pd.DataFrame, reps: pd.DataFrame, owner: np.ndarray) -> np.ndarray:
    """Expected orders: customers x LINES x DAYS."""
    who = frequency(customers)[:, None] * _tastes(rng, customers)
    when = np.stack([_season() * _line(line) for line in LINES])
    what = who[:, :, None] * when[None, :, :] * _alive(customers)[:, None, :]
    return what * _regions(customers)[:, None, :] * _care(reps, owner)[:, None, :] * _local(customers)


def frequency(customers: pd.DataFrame) -> np.ndarray:
    """Orders a day, on average; large customers order more often and larger (both with the root of their weight)."""
    root = np.sqrt(customers["weight"].to_numpy())
    return ORDERS_A_YEAR / 365 * root / root[:205].sum()


def active(effect: Effect) -> np.ndarray:
    """Which of DAYS an effect with dates covers."""
    return np.asarray(pd.Series(DAYS).between(effect.start, effect.end or DAYS[-1]))


def _season() -> np.ndarray:
    calendar = Calendar(CalendarSettings(country="CN"))
    working = np.array([calendar.working_days(d, d) for d in DAYS])
    day = np.where(working == 1, 1.42, 0.06) * np.array(_MONTHS)[DAYS.month - 1]
    to_end = (DAYS - (DAYS + pd.offsets.QuarterEnd(0))).days
    push = EFFECTS["quarter_end_push"]
    day = day * np.where(to_end >= push.days[0], push.factor, 0.91)
    for name in ("festival_rush", "festival_closed", "festival_return"):
        day = day * np.where(_near_festival(EFFECTS[name].days), EFFECTS[name].factor, 1)
    return np.asarray(day)


def _near_festival(days: tuple[int, int]) -> np.ndarray:
    near = np.zeros(len(DAYS), dtype=bool)
    for year in range(DAYS[0].year, DAYS[-1].year + 1):
        away = (DAYS - spring_festival(year)).days
        near |= np.asarray((away >= days[0]) & (away <= days[1]))
    return near


def _line(line: str) -> np.ndarray:
    if line in _RAMP_DAYS:
        start = EFFECTS["launch_gateway" if line == "边缘网关" else "launch_cloud"].start
        age = np.asarray((DAYS - pd.Timestamp(start)).days)
        middle, width = _RAMP_DAYS[line]
        return np.where(age >= 0, 1 / (1 + np.exp(-(age - middle) / width)), 0.0)
    growth = EFFECTS["growth"].factor ** (np.arange(len(DAYS)) / 365.25)
    campaign = EFFECTS["campaign"]
    return growth * np.where(active(campaign) & (line == campaign.where["product_line"]), campaign.factor, 1)


def _tastes(rng: np.random.Generator, customers: pd.DataFrame) -> np.ndarray:
    return np.array(LINE_SHARE) * rng.gamma(3, 1 / 3, (len(customers), len(LINES)))


def _alive(customers: pd.DataFrame) -> np.ndarray:
    """0 before a customer comes and after it goes; slow at first, and in the months before it goes."""
    age = np.arange(len(DAYS))[None, :] - customers["first"].to_numpy()[:, None]
    rest = customers["last"].to_numpy()[:, None] - np.arange(len(DAYS))[None, :]
    starting = np.where(customers["first"].to_numpy()[:, None] == 0, 1, np.clip(0.35 + age / 400, 0, 1))
    return np.where((age >= 0) & (rest >= 0), starting * np.clip(0.4 + rest / 300, 0, 1), 0.0)


def _regions(customers: pd.DataFrame) -> np.ndarray:
    years = np.arange(len(DAYS)) / 365.25
    extra = customers.region.map({e.where["region"]: e.factor for n, e in EFFECTS.items() if n.startswith("growth_")})
    return np.asarray(extra.fillna(1.0).to_numpy()[:, None] ** years[None, :])


def _care(reps: pd.DataFrame, owner: np.ndarray) -> np.ndarray:
    """What the rep makes of a customer: skill, the first two quarters of a new rep, the key rep's departure."""
    joined = pd.to_datetime(reps.joined).to_numpy()[owner]
    tenure = (DAYS.to_numpy()[None, :] - joined) / np.timedelta64(1, "D")
    first, second = EFFECTS["ramp_first_quarter"], EFFECTS["ramp_second_quarter"]
    ramp = np.select([tenure <= first.days[1], tenure <= second.days[1]], [first.factor, second.factor], 1.0)
    return reps.skill.to_numpy()[owner] * ramp * _orphaned(reps, owner)


def _orphaned(reps: pd.DataFrame, owner: np.ndarray) -> np.ndarray:
    lost, later = EFFECTS["key_rep_lost"], EFFECTS["key_rep_lost_later"]
    key = reps.index[reps.rep == KEY_REP][0]
    theirs = owner[:, (pd.Timestamp(lost.start) - DAYS[0]).days - 1] == key
    after = np.where(active(lost), lost.factor, 1.0) * np.where(active(later), later.factor, 1.0)
    return np.where(theirs[:, None], after[None, :], 1.0)


def _local(customers: pd.DataFrame) -> np.ndarray:
    war = EFFECTS["price_war_orders"]
    there = (customers.region == war.where["region"]).to_numpy()[:, None, None]
    line = (np.array(LINES) == war.where["product_line"])[None, :, None]
    return np.where(there & line & active(war)[None, None, :], war.factor, 1.0)

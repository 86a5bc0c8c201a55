"""Order lines: what was bought, at which price, what came back."""

import numpy as np
import pandas as pd

from workbench.sources.demo.company import DAYS, LINES
from workbench.sources.demo.effects import EFFECTS

_LINE_MONEY = 52_000  # average amount of a line, before price changes
_SPREAD = 0.65


def lines(
    rng: np.random.Generator, expected: np.ndarray, customers: pd.DataFrame, products: pd.DataFrame, owner: np.ndarray
) -> pd.DataFrame:
    """One row a line up to the horizon, in order of date: integers for customer and product are row positions."""
    count = _regular(rng, expected)
    customer, line, day = (np.repeat(i, count[count > 0]) for i in np.nonzero(count))
    more = rng.poisson(0.33, len(day))
    frame = pd.DataFrame({"customer": customer, "line": line, "day": day}).loc[lambda f: np.repeat(f.index, 1 + more)]
    frame = frame.reset_index(drop=True)
    frame["line"] = _companions(rng, frame)
    frame = frame.sort_values(["day", "customer"], kind="stable").reset_index(drop=True)
    frame["bundle"] = frame.groupby(["day", "customer"], sort=False).ngroup()
    frame["product"] = _chosen(rng, frame["line"].to_numpy(), products)
    frame = _priced(rng, _channelled(rng, frame, customers), customers, products)
    return frame.assign(rep=owner[frame.customer, frame.day], date=DAYS[frame.day])


def _regular(rng: np.random.Generator, expected: np.ndarray) -> np.ndarray:
    """Orders a day: every third event of a process three times as fast, for companies order more evenly than chance."""
    events = rng.poisson(3 * expected).cumsum(axis=2, dtype=np.int32)
    turn = (events + rng.integers(0, 3, expected.shape[:2])[:, :, None]) // 3
    return np.diff(turn, axis=2, prepend=0)


def _companions(rng: np.random.Generator, frame: pd.DataFrame) -> np.ndarray:
    """Now and then a further line of an order is from another product line that is on sale."""
    further = frame.duplicated(["customer", "line", "day"]).to_numpy() & (rng.random(len(frame)) < 0.35)
    other = rng.integers(0, 3, len(frame))
    return np.where(further, other, frame["line"])


def _chosen(rng: np.random.Generator, line: np.ndarray, products: pd.DataFrame) -> np.ndarray:
    product = np.zeros(len(line), dtype=int)
    for i, name in enumerate(LINES):
        of_line = products[products.product_line == name]
        share = (of_line.popularity / of_line.popularity.sum()).to_numpy()
        product[line == i] = rng.choice(of_line.index, int((line == i).sum()), p=share)
    return product


def _channelled(rng: np.random.Generator, frame: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Direct customers use the shop for some orders, each year for more of them."""
    draw = rng.random(int(frame.bundle.max()) + 1)[frame.bundle]
    online = draw < EFFECTS["online_shift"].factor * (0.5 + frame.day / 365.25)
    home = customers.channel.to_numpy()[frame.customer]
    return frame.assign(channel=np.where((home == "直销") & online, "线上商城", home))


def _priced(
    rng: np.random.Generator, frame: pd.DataFrame, customers: pd.DataFrame, products: pd.DataFrame
) -> pd.DataFrame:
    listed = products.list_price.to_numpy()[frame["product"]]
    root = np.sqrt(customers["weight"].to_numpy())
    typical = _LINE_MONEY * (root / np.average(root, weights=root + 1e-9))[frame.customer]
    wanted = typical * rng.lognormal(-(_SPREAD**2) / 2, _SPREAD, len(frame))
    quantity = np.maximum(1, np.rint(wanted / listed)).astype(int)
    terms = 1 - np.select([quantity >= 50, quantity >= 10], [0.06, 0.03], 0.0) - 0.06 * (frame.channel == "经销商")
    price = np.rint(listed * terms * _prices(frame, customers) * rng.normal(1, 0.012, len(frame)).clip(0.97, 1.03))
    cost = products.unit_cost.to_numpy()[frame["product"]] * 1.018 ** (frame.day / 365.25) * quantity
    return frame.assign(quantity=quantity, price=price.astype(int), amount=(price * quantity).astype(int),
                        cost=np.rint(cost).astype(int))  # fmt: skip


def _prices(frame: pd.DataFrame, customers: pd.DataFrame) -> np.ndarray:
    """The price level of each line's day against autumn 2022."""
    date = pd.Series(DAYS[frame.day], index=frame.index)
    level = np.ones(len(frame))
    for name, rise in EFFECTS.items():
        if name.startswith("price_rise"):
            level *= np.where((date >= pd.Timestamp(rise.start)) & (frame["line"] < 3), rise.factor, 1.0)
    war = EFFECTS["price_war_price"]
    there = customers.region.to_numpy()[frame.customer] == war.where["region"]
    fought = there & (frame["line"] == LINES.index(war.where["product_line"])) & date.between(war.start, war.end)
    return level * np.where(fought, war.factor, 1.0)


def finished(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    """Lines with order numbers and status, some orders cancelled or without a customer, and the returns after them."""
    per_order = rng.random((2, int(lines.bundle.max()) + 1))[:, lines.bundle]
    cancelled = per_order[0] < EFFECTS["cancelled"].factor
    frame = lines.assign(status=np.where(cancelled, "已取消", "已完成"),
                         unnamed=~cancelled & (per_order[1] < EFFECTS["missing_customer"].factor))  # fmt: skip
    frame["order"] = _numbers("SO", frame.date, frame.bundle)
    return pd.concat([frame, _returns(rng, frame[~cancelled])]).sort_values("date", kind="stable", ignore_index=True)


def _returns(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    back = lines[rng.random(len(lines)) < EFFECTS["returns"].factor * 1.7].copy()
    back["quantity"] = -np.ceil(back.quantity * rng.choice([0.25, 0.5, 1.0], len(back), p=(0.3, 0.3, 0.4))).astype(int)
    back["cost"] = np.rint(back.cost * back.quantity / lines.quantity.loc[back.index]).astype(int)
    back["of_order"] = back["order"]
    back["date"] = back.date + pd.to_timedelta(rng.integers(5, 46, len(back)), unit="D")
    back = back.assign(amount=back.quantity * back.price, status="已退货").sort_values("date", kind="stable")
    return back.assign(order=_numbers("TH", back.date, pd.Series(range(len(back)), index=back.index)))


def _numbers(prefix: str, date: pd.Series, group: pd.Series) -> pd.Series:
    """Numbers that start anew each year, in order of date."""
    year = date.dt.strftime("%y")
    rank = group.groupby(year).transform(lambda g: g.rank(method="dense")).astype(int)
    return prefix + year + "-" + rank.astype(str).str.zfill(5)

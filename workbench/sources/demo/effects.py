"""Everything planted in the demo company's data: what, when, where, how much, for tests and analysts to look up."""

from dataclasses import dataclass, field

START, AS_OF = "2022-10-01", "2026-09-30"  # what the exports hold
HORIZON = "2027-01-31"  # simulated further, so that deals open at AS_OF are real deals that are not over yet
KEY_REP = "S003"


@dataclass(frozen=True)
class Effect:
    """`factor` multiplies what `on` names (above 1 raises it), from `start` to `end` (empty: for good), within `where`.

    `days` counts from Spring Festival (day 0) or from a quarter's last day, where the dates move with the year.
    """

    on: str  # price | quantity | orders | leads | delay_days | share
    factor: float
    start: str = START
    end: str = ""
    where: dict[str, str] = field(default_factory=dict)
    days: tuple[int, int] = (0, 0)


EFFECTS: dict[str, Effect] = {
    # price lists change on 1 January; new lines keep their prices
    "price_rise_2023": Effect("price", 1.020, "2023-01-01"),
    "price_rise_2024": Effect("price", 1.030, "2024-01-01"),
    "price_rise_2025": Effect("price", 1.030, "2025-01-01"),
    "price_rise_2026": Effect("price", 1.025, "2026-01-01"),
    # a year in volume of the mature lines; with prices, new lines and new customers the company grows about 9 %
    "growth": Effect("orders", 1.01),
    "growth_southwest": Effect("orders", 1.045, where={"region": "西南"}),  # on top of the company's
    "growth_north": Effect("orders", 0.970, where={"region": "华北"}),
    # days from Spring Festival
    "festival_rush": Effect("orders", 1.50, days=(-26, -9)),
    "festival_closed": Effect("orders", 0.05, days=(-5, 8)),
    "festival_return": Effect("orders", 0.60, days=(9, 20)),
    # days from the last day of a quarter
    "quarter_end_push": Effect("orders", 1.42, days=(-13, 0)),
    # a competitor cuts prices, the company follows: cheaper, and still fewer orders
    "price_war_price": Effect(
        "price", 0.88, "2024-04-01", "2024-09-30", {"region": "华南", "product_line": "工业传感"}
    ),
    "price_war_orders": Effect(
        "orders", 0.85, "2024-04-01", "2024-09-30", {"region": "华南", "product_line": "工业传感"}
    ),
    # the key rep leaves; part of what the customers bought comes back later
    "key_rep_lost": Effect("orders", 0.40, "2025-08-16", "2026-03-31", {"rep": KEY_REP}),
    "key_rep_lost_later": Effect("orders", 0.55, "2026-04-01", "", {"rep": KEY_REP}),
    # new lines: `factor` is the share of the three old lines' starting sales that the line grows to (logistic)
    "launch_gateway": Effect("share", 0.11, "2023-09-01", where={"product_line": "边缘网关"}),
    "launch_cloud": Effect("share", 0.10, "2025-03-03", where={"product_line": "运维云"}),
    "campaign": Effect("orders", 1.50, "2025-05-12", "2025-06-22", {"product_line": "机器视觉"}),
    "campaign_leads": Effect("leads", 1.80, "2025-05-12", "2025-06-22", {"source": "展会"}),
    # a rep's first days: what handed-over customers buy
    "ramp_first_quarter": Effect("orders", 0.70, days=(0, 90)),
    "ramp_second_quarter": Effect("orders", 0.85, days=(91, 180)),
    "online_shift": Effect("share", 0.08),  # of direct customers' orders that move to the shop, more each year
    "dealers_pay_later": Effect("delay_days", 20, "2026-03-01", where={"channel": "经销商"}),
    "returns": Effect("share", 0.015),  # of money
    "missing_customer": Effect("share", 0.005),  # of lines
    "cancelled": Effect("share", 0.006),  # of orders; exported with their amounts, as CRMs do
}

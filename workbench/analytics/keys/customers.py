"""What the findings of customers hold, by key."""

_SPANS = ("span", "now_first", "now_last", "before_first", "before_last")

KEYS: dict[str, tuple[str, ...]] = {
    # customers: a purchase day is a customer's day whose lines add up to more than 0
    "customers.rfm_high_value": ("customers", "amount", "share", "of"),  # share of the amount; of: all customers
    "customers.rfm_potential": ("customers", "amount", "share", "of"),
    "customers.rfm_dormant": ("customers", "amount", "share", "of"),
    "customers.rfm_other": ("customers", "amount", "share", "of"),
    "customers.retention": (  # age: periods since the first purchase; first: retention one period after it
        "every", "age", "retention", "lo", "hi", "customers", "first",
    ),
    "customers.repurchase": (  # rate: customers with two purchase days or more, in the span; change in points
        "customers", "repeat", "rate", "lo", "hi", "rate_before", "change", "direction", "beyond_noise", *_SPANS,
    ),
    "customers.repurchase_amount": ("customers", "amount", "share"),  # what those who bought again brought
    "customers.new_and_repeat": (  # of `periods` whole periods from first to last; share of the named amount
        "every", "periods", "first", "last", "amount_new", "share_new", "customers_new",
        "amount_new_before", "share_new_before", "customers_new_before",
    ),
    "customers.unnamed": ("amount", "share"),  # sales that name no customer
    "customers.survival": ("months", "still", "lo", "hi"),  # Kaplan-Meier, 95 %
    "customers.churn": ("customers", "left", "share", "times", "shortest", "usual"),  # left: see customers.churn
    "customers.median_stay": ("months",),
    "customers.lifetime_value": ("total", "lo", "hi", "weeks", "customers", "widened"),  # 80 % prediction interval
    "customers.lifetime_tenth": ("customers", "value", "share"),  # the tenth of the customers who bring most
    "customers.holdout": (  # error: forecast / actual - 1; held: actual in the 80 % interval
        "weeks", "customers", "forecast", "lo", "hi", "actual", "error", "held",
    ),
    "customers.no_holdout": (),  # too little data before the holdout
    "customers.under_two_years": ("weeks",),
    "customers.spend_goes_with_frequency": ("correlation",),
    "customers.at_risk": ("customers", "at_stake", "top", "weeks", "of"),  # top: of the ten with most at stake
    "customers.gone": ("customers", "share"),  # chance to be still there below 20 %
    "customers.unknown_nobody": ("section",),  # orders name no customer
    "customers.unknown_few": ("section", "have", "need"),  # customers
    "customers.unknown_repeaters": ("section", "have", "need"),  # customers who came back
    "customers.unknown_left": ("section", "have", "need"),  # customers who have left
    "customers.unknown_periods": ("section", "have", "need", "every"),
    "customers.unknown_weeks": ("section", "have", "need"),
    "customers.unknown_settled": ("section",),  # under a year before the first whole period
    "customers.unknown_spend": ("section",),  # spend differs so much that it has no mean
    "customers.about_to_leave": (  # decision
        "by", "node", "at_stake", "p_alive", "silent_days", "usual_gap_days", "amount", "weeks",
    ),
    "customers.new_falling": (  # decision: new customers of a year against the year before
        "customers_new", "customers_new_before", "amount_new", "amount_new_before", "rate", "judged",
    ),
}  # fmt: skip

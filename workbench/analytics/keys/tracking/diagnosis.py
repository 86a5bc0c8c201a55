"""What the findings of tracking.diagnosis, coaching and pushes hold, by key."""

# factor: carried, leads, cycle, conversion or size (of deals); customers, orders_per_customer, order_value, orders,
# quantity or price (of orders). now, before: its values; effect: what it brought, money. against: "plan" or "before"
# compared: "year_before" or "period_before". past: a count then, where `before` is what the plan asks for; else None
_NODE = ("level", "node", "gap", "rate", "factor", "effect", "now", "before", "past", "against", "compared")

KEYS: dict[str, tuple[str, ...]] = {
    "tracking.diagnosis.gap": ("actual", "expected", "gap", "rate", "span", "against", "compared"),
    "tracking.diagnosis.chain": (
        "chain", "factor", "effect", "now", "before", "beyond", "judged", "through", "others",
        "past", "compared",
    ),  # chain: "orders" or "deals"; through: share of sales that deals bring; others: more factors beyond chance
    "tracking.diagnosis.quadrant": ("quadrant", "now", "before", "past", "compared", "repeated", "through"),  # leads
    "tracking.diagnosis.node": _NODE,
    "tracking.diagnosis.no_node": ("level", "nodes", "judged"),
    "tracking.diagnosis.weeks": ("weeks", "low", "high", "day", "factor", "now", "usual"),  # the latest that was low
    "tracking.diagnosis.decide": _NODE,
    "tracking.diagnosis.unknown": ("section",),
    # coaching: need is "closing" (a win rate below the others') or "prospecting" (too few opportunities)
    "tracking.diagnosis.coaches": ("reps", "need", "closing", "prospecting", "by_chance", "mean"),
    "tracking.diagnosis.coach": (
        "rep", "need", "won", "decided", "rate", "lo", "hi", "mean", "opportunities", "expected", "stage", "topic",
        "amount",
    ),  # amount: what the others' rate would have brought; None unknown
    "tracking.diagnosis.decide_coach": (
        "rep", "need", "won", "decided", "rate", "lo", "hi", "mean", "opportunities", "expected", "stage", "topic",
        "amount",
    ),
    "tracking.diagnosis.unknown_coaching": ("have", "need"),
    # pushes: share of a quarter's sales in its last fortnight against the working days' share
    "tracking.diagnosis.push": ("share", "days_share", "times", "lo", "hi", "quarters", "amount", "beyond"),
    "tracking.diagnosis.slack": ("share", "days_share", "times", "lo", "hi", "beyond"),
    "tracking.diagnosis.push_nodes": ("level", "nodes", "beyond", "names"),
    "tracking.diagnosis.push_node": ("level", "node", "times", "lo", "hi", "whole"),
    "tracking.diagnosis.unknown_push": ("have", "need", "daily"),
}  # fmt: skip

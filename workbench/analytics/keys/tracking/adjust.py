"""What the findings of tracking.triggers, adjust and revisions hold, by key."""

# family: "market", "resources" or "difficulty"; kind: "event", "competitor", "market_size", "satisfaction", "rep_left",
# "headcount" or "chance"; market, resources, difficulty: how many of each family fire; sure: whether the move is beyond
# chance, None unknown; amount: money (people for headcount, points for satisfaction); chance: of reaching the target,
# only of that kind
_TRIGGER = (
    "family", "kind", "what", "date", "level", "node", "change", "lo", "hi", "amount", "share", "direction", "chance",
    "sure",
)  # fmt: skip

KEYS: dict[str, tuple[str, ...]] = {
    "tracking.adjust.triggers": ("fired", "market", "resources", "difficulty", "known", "judged", "decided"),
    "tracking.adjust.trigger": _TRIGGER,
    "tracking.adjust.felt": _TRIGGER,  # known when targets were decided, and beyond chance since
    "tracking.adjust.look": (*_TRIGGER, "owner"),
    "tracking.adjust.unknown_triggers": ("section",),
    # the rest of the period: needed and usual are money a working day; deals and open_deals are counts, None unknown
    "tracking.adjust.rest": (
        "remaining", "expected", "lo", "hi", "needed", "usual", "times", "chance", "days", "deals", "open_deals",
        "size", "win_rate", "through",
    ),
    # direction: "up", "down" or "same"; odds: the chance that the new target is set for
    "tracking.adjust.proposal": (
        "direction", "target", "proposed", "change", "rate", "chance", "chance_new", "odds", "span", "market",
        "resources", "difficulty",
    ),
    "tracking.adjust.keep": ("target", "chance", "unlikely", "likely", "span"),
    # months that are over ask for more than the period will bring: no target of the months to come makes it likely
    "tracking.adjust.beyond": ("target", "expected", "chance", "span"),
    "tracking.adjust.parts": ("level", "nodes", "moved", "node", "target", "proposed", "rate",
                              "chance_new"),
    "tracking.adjust.shift": ("level", "up", "down", "from_share", "to_share", "down_from", "down_to", "points"),
    "tracking.adjust.decide": (
        "direction", "target", "proposed", "change", "rate", "chance", "chance_new", "span", "market", "resources",
        "difficulty",
    ),
    "tracking.adjust.decide_shift": ("level", "up", "down", "points", "amount", "from_share", "to_share"),
    "tracking.adjust.met": ("target", "booked", "over"),
    "tracking.adjust.ended": ("span",),
    "tracking.adjust.unknown_adjust": ("section",),
    # the ledger's versions of the period's target
    "tracking.adjust.versions": ("versions", "first", "last", "amount", "amount_first", "author", "reason", "told"),
    "tracking.adjust.no_versions": ("span",),
}  # fmt: skip

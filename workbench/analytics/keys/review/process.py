"""What the findings of review.process, review.fairness and review.cases hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {
    # process: shares of the deals that closed in the period; `before`: of the year before it
    "review.process.unknown_few": ("have", "need", "span"),
    "review.process.followed": ("share", "before", "deals", "closed", "back", "beyond_noise", "span"),
    "review.process.skipped": ("stage", "share", "lo", "hi", "reached", "before"),
    # win rates of deals that got beyond the stage, through it and around it
    "review.process.matters": ("stage", "with_it", "without", "around", "p", "better"),
    "review.process.no_matter": ("stages",),
    "review.process.days": ("stage", "won", "lost", "p", "slower", "stages", "of"),
    "review.process.reps_below": ("count", "names", "share", "lowest"),
    "review.process.reps_alike": ("reps",),
    "review.process.keep": ("stage", "skipped", "share", "with_it", "without", "money"),
    # fairness: attainments of the period, and of all periods so far
    "review.process.unknown_quotas": (),
    "review.process.no_quotas": ("span",),
    "review.process.attained": (
        "people",
        "mean",
        "together",
        "reached",
        "all",
        "all_mean",
        "all_reached",
        "span",
        "every",
    ),
    "review.process.no_record": (),
    "review.process.missed": ("missed", "by_quota", "by_both", "by_work", "by_chance", "luck", "people"),
    "review.process.own_doing": ("verdict", "count", "names"),
    "review.process.luck": ("part", "repeats", "people", "every"),
    "review.process.not_judged": ("count", "names", "money", "chance"),
    # cases
    "review.process.no_deals": ("span",),
    "review.process.cases": ("won", "lost", "closed", "span"),
    "review.process.pattern": ("level", "node", "rate", "lo", "hi", "rest", "deals", "p", "better"),
    "review.process.no_pattern": ("tried",),
    "review.process.reason": ("reason", "deals", "share", "before", "lost"),
}

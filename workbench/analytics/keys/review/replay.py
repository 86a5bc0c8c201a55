"""What the findings of review.replay hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {
    "review.replay.unknown": ("have", "need"),  # quarters
    # `verdict`: "fits", "easy" (reached more often than stated) or "hard"
    "review.replay.targets": ("quarters", "reached", "rate", "lo", "hi", "stated", "verdict", "first", "last"),
    "review.replay.coverage": ("quarters", "coverage_80", "inside_80", "coverage_95", "inside_95"),
    # `other`: "uplift" (last year × 1.2) or "naive" (last year again); sure: beyond chance
    "review.replay.against": ("other", "crps", "crps_other", "gain", "better", "quarters", "sure"),
    "review.replay.years": ("origins", "reached", "stated", "gain", "gain_naive"),
    "review.replay.short": ("quarters", "tried"),
    "review.alarms.unknown": (),
    # of missed quarters those with an alarm (warned), of the others (calm) likewise (needless)
    "review.alarms.raised": ("quarters", "alarms", "by_chance", "missed", "warned", "calm", "needless"),
}

"""What the findings of review.verdict and review.causes hold, by key."""

_WHOLE = ("span", "every", "actual", "place", "expected", "lo_95", "hi_95")
_MONEY = ("money", "size", "direction")

KEYS: dict[str, tuple[str, ...]] = {
    # `verdict`: see review.verdict.Verdict; `chance`: of the target before the first day, or on `since`,
    # the day within the period on which it came into force; `place`: share of what was to be expected that lies below
    # what came
    "review.causes.verdict": ("verdict", "target", "attainment", "chance", "gap", "since", *_WHOLE),
    "review.causes.no_target": ("within", *_WHOLE),
    "review.causes.verdict_parts": ("verdict", "count", "names", "missed"),
    # errors ÷ sales, signed as actual - what was said; `added`: 1 - error of the forecast ÷ error of last year, parts
    "review.causes.added": ("size", "naive_size", "target_size", "added"),
    # `why` the forecast issued is not the one judged: see review.verdict.Verdict.judged; None: it is
    "review.causes.issued": ("day", "amount", "error", "size", "expected", "why"),
    "review.causes.set_otherwise": ("target", "expected", "chance", "since", "asked", "rate"),
    "review.causes.unknown_sales": ("span",),
    # the gap by cause; `against`: "target" or "expected"; `name`, `money`: the largest cause besides the target; its
    # `kind`: "left" (a rep), "event", or as of suspects
    "review.causes.gap": ("gap", "direction", "against", "span", "named", "name", "kind", "money", "apart"),
    "review.causes.target": (*_MONEY, "chance", "since"),
    "review.causes.happening": (*_MONEY, "family", "name", "rep", "first", "last", "lo", "hi", "known", "p"),
    # `kind`: "churn", "new", "product", "market" or "win_rate"; `now`, `usual`: rates, growth, or money of a product
    "review.causes.suspect": (*_MONEY, "family", "name", "kind", "lo", "hi", "now", "usual", "cases", "p"),
    "review.causes.rest": (*_MONEY, "lo", "hi", "within", "apart"),
    "review.causes.quiet": ("tried", "quiet", "kinds"),
    "review.causes.look": ("kind", "name", "size", "now", "usual", "p"),
    "review.causes.unexplained": ("size", "span"),
}

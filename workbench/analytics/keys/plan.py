"""What the findings of plan hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {
    # targets: strategy, baseline and market side by side, and what is recommended
    "plan.targets.unknown_horizon": ("until", "need"),
    "plan.targets.unknown_negative": ("period", "every", "expected", "amount"),
    "plan.targets.short_history": ("have", "need"),
    "plan.targets.unknown_customers": (),
    # `source`: "strategy", "chance" or "given"; `every`: "year" or "quarter"; before_is_forecast: it still runs
    "plan.targets.recommended": (
        "every", "period", "amount", "before", "rate", "direction", "chance", "source", "means", "before_is_forecast",
        "strategy", "strategy_chance", "expected", "rough",  # strategy: if it is another number; rough: short history
    ),
    # `verdict`: "high", "low" or "within" the stretch band
    "plan.targets.strategy": ("amount", "rate", "chance", "verdict"),
    "plan.targets.no_strategy": ("growth",),  # given as growth on a year that is not known
    "plan.targets.baseline": ("every", "period", "amount", "lo_80", "hi_80", "rate"),
    "plan.targets.levels": ("commit", "commit_chance", "stretch", "stretch_chance"),
    "plan.targets.reserve": ("rate", "amount", "parts"),
    "plan.targets.flat_uplift": ("rate", "amount", "before", "why"),  # why: settings give a reason
    "plan.targets.quarters": ("rate", "low", "low_quarter", "high", "high_quarter", "each"),
    "plan.targets.habit": ("rate", "tried", "direction"),
    "plan.targets.market": ("amount", "lo_80", "hi_80", "rate", "chance"),
    "plan.targets.no_market": (),
    "plan.targets.outside": ("amount", "chance", "verdict", "lowest", "highest", "within", "given"),
    "plan.targets.hires": ("people", "amount", "lo_80", "hi_80", "each", "reps", "least", "most"),
    # `basis`: "leads" (estimated from them) or "assumed"
    "plan.targets.spend": (
        "growth", "amount", "lo_80", "hi_80", "slope", "slope_lo", "slope_hi", "basis", "reach",
    ),
    "plan.targets.hires_present": ("people",),  # settings' hires who had joined when history ends
    "plan.targets.means_missing": ("lever",),  # "hires"
    "plan.targets.means_none": (),
    # `of`: "strategy" or "target"
    "plan.targets.gap": (
        "of", "amount", "expected", "money", "deals", "opportunities", "points", "win_rate", "size", "size_rate",
    ),
    "plan.targets.gap_money": ("of", "amount", "expected", "money", "people"),
    "plan.targets.gap_none": ("of", "amount", "expected"),
    "plan.targets.anchor": ("repeat", "new", "share_repeat", "share_new"),
    "plan.targets.anchor_today": ("amount", "lo_80", "hi_80", "share", "rest", "expected", "gap"),
    "plan.targets.anchor_products": ("amount", "share", "items"),
    # `of`: "target", "strategy", "baseline" or "means"
    "plan.targets.share_held": ("of", "rate", "market", "change", "direction", "share", "points"),
    "plan.targets.no_scenarios": (),
    "plan.targets.scenario": ("name", "change", "amount", "chance", "base", "target"),
    # `driver`: "forecast", "chance", "strategy", "win_rate", "deal_size", "hires" or "spend"
    "plan.targets.sensitivity": ("driver", "low", "high", "target"),
    # proposal: the plan in three sentences, and the first decision
    # over: money above the cap of `rule`, on `node`; people, slower: those to join, and what they bring less by the
    # ramp that history shows; expected, chance: as reckoned; bound, bound_chance: if these hold
    "plan.proposal.left_out": (
        "rule", "node", "caps", "why", "over", "people", "slower", "expected", "bound", "amount", "chance",
        "bound_chance",
    ),
    "plan.proposal.parts": (
        "amount", "levels", "months", "reserve", "rate", "level", "node", "target", "share", "growth",
    ),
    # need and what follows: through deals; reach, odds, gap: with today's inflow; needed, ramped, chance: full sellers
    "plan.proposal.takes": (
        "need", "deals", "step", "count", "wanted", "today", "sure", "reach", "odds", "gap", "needed", "ramped",
        "chance",
    ),
    "plan.proposal.set_target": (  # decision
        "every", "period", "amount", "chance", "source", "strategy", "strategy_chance", "commit", "commit_chance",
        "stretch", "stretch_chance", "bound_chance",
    ),
    # split: one target to parts and periods
    "plan.split.whole": (
        "amount", "amount_before", "growth", "parts", "levels", "months", "unit", "period",
    ),
    "plan.split.rounded_total": ("asked", "amount", "unit"),
    "plan.split.rule_binds": ("rule", "node", "amount", "without", "moved", "share", "chance", "why"),
    "plan.split.rules": ("rules", "binding", "free"),
    "plan.split.rule_rounded": ("rule", "amount", "limit", "off", "unit"),
    "plan.split.unknown_parts": ("count", "names", "amount"),
    "plan.split.zero_asked": ("count", "names", "amount"),
    "plan.split.zero_parts": ("count", "names"),
    "plan.split.part": ("level", "node", "amount", "share", "nodes", "growth", "chance"),
    "plan.split.growth": ("level", "compared", "node", "growth", "amount", "amount_before", "other", "least"),
    "plan.split.chances": ("level", "compared", "high", "most", "low", "least", "amount", "expected", "means"),
    "plan.split.new_nodes": ("level", "count", "names", "amount"),
    "plan.split.months": ("high", "amount", "share", "low", "low_amount", "low_share", "months"),
    "plan.split.festival": ("month", "amount", "share", "amount_before", "expected"),
    "plan.split.selling_weeks": ("weeks", "off", "days", "average"),
    "plan.split.far_more": (
        "level", "node", "amount", "amount_before", "growth", "whole", "excess", "chance",
    ),
    "plan.split.conflict": ("rules", "count", "gap", "share", "left", "enough"),
    # people: capacity, quotas, fairness
    "plan.people.unknown_sales": (),
    "plan.people.unknown_months": ("have", "need"),
    "plan.people.unknown_people": ("have", "need"),
    "plan.people.sellers": ("sellers", "ramped", "new", "veterans", "hires", "leaders", "span"),
    "plan.people.pace": ("mean", "lo", "hi", "between", "monthly", "chance_part", "people", "drift"),
    "plan.people.silent": ("people", "names"),
    "plan.people.no_leaders": ("people",),
    "plan.people.leaving": ("rate", "lo", "hi", "people"),
    "plan.people.other": ("amount", "leaders", "left", "unnamed"),
    "plan.people.ramp_open": ("lo", "hi"),
    "plan.people.ramp_off": ("quarter", "setting", "found", "lo", "hi", "joiners"),
    "plan.people.ramp_fits": ("quarter", "setting", "found", "lo", "hi", "joiners"),
    "plan.people.change_ramp": ("quarter", "setting", "found", "lo", "hi", "joiners", "people"),
    "plan.people.capacity": (
        "target",
        "needed",
        "needed_lo",
        "needed_hi",
        "ramped",
        "short",
        "capacity",
        "lo_80",
        "hi_80",
        "chance",
    ),
    "plan.people.capacity_alone": ("ramped", "capacity", "lo_80", "hi_80", "each"),
    "plan.people.capacity_teams": ("most", "most_chance", "least", "least_chance"),
    "plan.people.team_short": ("level", "node", "short", "needed", "ramped", "gap", "chance", "owner"),
    "plan.people.quotas": (
        "target",
        "people",
        "median",
        "smallest",
        "largest",
        "by_history",
        "by_potential",
        "by_ramp",
        "by_equal",
    ),
    "plan.people.quotas_bound": ("people", "floor", "cap"),
    "plan.people.no_record": ("people", "names", "quota"),
    "plan.people.unplaced": ("level", "node", "amount"),
    "plan.people.unknown_fairness": ("people",),
    "plan.people.fairness": ("people", "low", "low_chance", "high", "high_chance", "far", "even", "moved"),
    "plan.people.fairness_potential": ("most", "most_ratio", "least", "least_ratio", "middle"),
    "plan.people.fairness_doubt": ("width", "even", "far"),
    "plan.people.quota_far": ("level", "node", "quota", "chance", "lo", "hi", "even", "others", "owner"),
    "plan.people.quotas_far": ("people", "names", "low", "high", "best", "moved", "all_moved", "others", "owner"),
    "plan.people.owners": ("parts", "owned", "named", "all_named", "open", "levels"),
    "plan.people.unknown_accounts": (),
    "plan.people.accounts": ("accounts", "share", "veteran", "fresh", "left"),
    "plan.people.extra": ("veterans", "gap", "mentees"),
    "plan.people.hand_over": ("kind", "accounts", "amount", "names"),
    "plan.people.unknown_training": (),
    "plan.people.training": ("people", "all", "wins", "amount"),
    "plan.people.train": (
        "level",
        "node",
        "stage",
        "topic",
        "shrunk",
        "lo",
        "hi",
        "others",
        "settled",
        "wins",
    ),
    # funnel: deals, opportunities and leads that the target needs
    "plan.funnel.needed": ("amount", "deal", "deals", "stage", "count", "chance_count", "sure", "whole"),
    "plan.funnel.rounded": ("amount", "deal", "deals", "exact", "gap", "share"),  # gap > 0: whole deals stay short
    "plan.funnel.actions_against": ("stage", "planned", "needed", "times", "fits", "deals", "amount"),  # fits: yes, …
    "plan.funnel.same_actions": ("large", "small", "times", "whole"),
    "plan.funnel.rates": ("yields", "lo", "hi", "win_rate", "closed", "never", "size", "days", "late", "since"),
    # share: of opportunities, those from leads; rate: opportunities per lead; unsourced: of opportunities
    "plan.funnel.from_leads": ("opportunities", "leads", "share", "rate", "unsourced"),
    "plan.funnel.undated": ("count",),  # open deals without a day of creation
    "plan.funnel.need": (
        "target", "need", "through", "credit", "deals", "step", "ratio", "chance", "sure", "first", "last",
    ),
    "plan.funnel.reach": ("today", "expected", "need", "gap", "short", "reach", "odds"),  # today: opportunities a month
    "plan.funnel.through": ("share", "rest", "opportunities"),  # more of them for each 1 % that the rest falls short
    "plan.funnel.lag": ("days", "early", "half", "first"),  # early: share to be created before the period
    "plan.funnel.too_late": ("share", "days", "last"),  # share of new deals' wins that come in time
    "plan.funnel.inflow": (  # decision
        "step", "today", "wanted", "ratio", "since", "yields", "yield_needed", "sure", "reach", "odds",
    ),
    "plan.funnel.actions": ("reps", "opportunities", "daily", "today", "times", "kind", "each", "kinds"),
    "plan.funnel.actions_capacity": ("beyond", "more", "fit", "names", "reps"),  # beyond: above their best quarter
    "plan.funnel.too_many_actions": ("reps", "of", "amount", "names", "actions", "people", "judged"),  # decision
    "plan.funnel.phases": ("known", "phases", "unknown", "without"),  # of the customer's life; without a target
    "plan.funnel.phase_channel": ("phase", "channel", "basis", "value", "told"),
    "plan.funnel.unknown_activities": ("section",),
    "plan.funnel.unknown_leads": (),
    "plan.funnel.unknown_sizes": ("section", "have", "need"),
    # scope: settings of the whole company that a part goes without; what: "amount", "rules", "new", "hires", …
    "plan.scope.left": ("what", "count"),
    # weights: KPIs by role
    "plan.weights.roles": ("roles", "kpis", "known", "unknown"),
    "plan.weights.mix": ("role", "outcome", "process", "quality", "growth"),
    "plan.weights.unmeasured": ("roles", "share", "kpis"),
    "plan.weights.unknown_goal": ("kpi",),
    "plan.weights.goals": ("goals", "reached", "known"),
    "plan.weights.stage": ("stage", "steps", "kpis", "known"),
    "plan.weights.stage_open": ("values",),
    "plan.weights.no_stage": (),
    "plan.weights.share_kept": ("teams", "at_least", "below"),
    "plan.weights.share_short": ("level", "node", "share", "at_least", "gap"),
    # pay: what attainment pays
    "plan.pay.unknown_tiers": (),
    "plan.pay.unknown_quotas": (),
    "plan.pay.cost": ("cost", "lo", "hi", "share", "people", "target"),
    "plan.pay.everyone": ("cost", "over", "share", "stretch", "stretch_cost"),
    "plan.pay.one": ("quota", "commit", "target", "stretch", "fixed_share"),
    "plan.pay.spread": ("low", "low_pay", "high", "high_pay"),
    "plan.pay.nothing": ("people", "chance"),
    "plan.pay.cap": ("cap", "people"),
    "plan.pay.falling": ("attainment", "rate", "before"),
    "plan.pay.milestone": ("amount", "chance", "cost"),
    # audit: targets as somebody wrote them; amounts are texts in the statement's own writing, as 217.5万
    "plan.audit.summary": ("statements", "complete", "contradictory", "incomplete"),
    "plan.audit.cells": ("sums", "wrong", "rounding"),
    "plan.audit.cut": ("sheet", "rows", "have"),
    "plan.audit.lacks": ("text", "part"),
    "plan.audit.vague": ("text", "part", "words", "first", "last"),
    "plan.audit.both": ("text", "metrics"),
    "plan.audit.growth_differs": ("text", "before", "growth", "implied", "after", "actual"),
    "plan.audit.lift": ("text", "before", "after", "relative", "points", "meant", "stated"),
    "plan.audit.implied_baseline": ("text", "after", "growth", "before", "whole"),
    "plan.audit.two_units": ("text", "metric", "level"),
    "plan.audit.steps": ("text", "growth", "actual", "total", "from_first", "to_total"),
    "plan.audit.each_period": ("text", "each", "every", "exit", "total"),
    "plan.audit.compounding": (
        "text", "year", "each", "every", "exit", "within", "simple", "total", "nearest", "needed_exit", "needed_total",
    ),
    "plan.audit.product": ("text", "count", "each", "product", "whole", "exact", "rounding"),
    "plan.audit.calendar": ("text", "whole", "part", "every", "of", "implied", "usual", "sum"),
    "plan.audit.parts": ("text", "sum", "whole", "gap"),
    "plan.audit.share_of": ("text", "share"),
    "plan.audit.flat": ("text", "growth", "nodes"),
    "plan.audit.flat_targets": ("year", "nodes", "growth"),
    "plan.audit.activity": ("text", "daily", "weekly", "needed", "times"),
    "plan.audit.same_activity": ("text", "earlier", "times"),
    "plan.audit.not_comparable": ("text", "first", "second"),
    "plan.audit.rates": ("text", "rates", "steps", "product", "leads"),
    "plan.audit.chained": (
        "text", "earlier", "before", "growth", "implied", "drifts", "segment", "segment_before",
    ),
    "plan.audit.children": ("text", "parts", "sum", "whole", "gap", "short"),
    "plan.audit.shares": ("text", "parts", "sum"),
    "plan.audit.cell_sum": ("sheet", "cell", "kind", "written", "expected", "gap", "rounding"),
    "plan.audit.cell_ratio": ("sheet", "cell", "kind", "written", "expected", "gap", "rounding"),
    "plan.audit.cell_flat": ("sheet", "cells", "growth", "nodes"),
    "plan.audit.cell_shares": ("sheet", "cells", "sum"),
    "plan.audit.cell_error": ("sheet", "cell", "written"),
    "plan.audit.cell_text": ("sheet", "cell", "written"),
    "plan.audit.which": ("text", "written", "implied", "parts", "short"),  # parts: other goals that should sum to it
    "plan.audit.unknown": ("section",),
    "plan.audit.unknown_sheets": ("section",),
    # ledger: draft, answers, confirmed
    "plan.ledger.none": (),
    "plan.ledger.confirmed": ("version", "author", "reason", "effective", "amount", "every", "period"),
    "plan.ledger.coming": ("version", "author", "reason", "effective", "amount", "every", "period"),
    "plan.ledger.draft": ("since", "nodes", "owners"),
    "plan.ledger.answers": ("since", "nodes", "answered", "changes", "change", "direction"),
    "plan.ledger.not_yet": ("every", "period"),
    "plan.ledger.apart": ("confirmed", "recommended", "change", "rate", "direction"),
    "plan.ledger.part_apart": ("level", "node", "confirmed", "recommended", "change", "rate", "direction"),
    "plan.ledger.ownerless": ("count", "nodes", "names"),
    "plan.ledger.decide_answers": ("changes", "answered", "nodes", "amount"),  # decision
    "plan.ledger.decide_apart": ("confirmed", "recommended", "change", "rate", "direction"),  # decision
    # lessons of earlier reviews that a person approved; done: something to do, not to set
    "plan.learned.used": ("count", "done", "authors", "since"),
    "plan.learned.left_out": ("state", "count", "names"),  # `state`: "changed", "gone" or "invalid"
}  # fmt: skip

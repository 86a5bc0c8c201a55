"""Settings of tracking: which period is watched, what gives warning, what calls for another look at the target."""

from typing import Literal

from pydantic import Field, model_validator

from workbench.settings.company import Language, Strict

Watched = Literal["", "this month", "this quarter", "this year"]
COURSE = ("pace", "landing")  # what a rule may be on besides KPIs: where the period stands and will end


class AlertRule(Strict):
    """What gives warning, how often it may do so by chance, who then acts and how.

    Either false_alarms or a threshold; without both the false alarms are those of the default.
    """

    on: str  # a key of the scorecard, as win_rate; pace (behind what is due by now); landing (chance of the target)
    by: str = ""  # level whose parts are watched one by one, as region; empty: the whole
    name: str | dict[Language, str] = ""  # what readers call the rule; empty: what it watches
    every: Literal["", "day", "week", "month"] = ""  # length of the periods; empty: week where the data allow it
    kind: Literal["", "cusum", "ewma", "shewhart"] = ""  # of chart; empty: cusum
    window: int = Field(0, ge=0, le=2000)  # periods before that tell what is usual; 0: 130 weeks, 48 months, 500 days
    change: float = Field(0.2, gt=0, lt=1)  # the change for the worse to catch: 0.2 is a fifth
    false_alarms: int = Field(0, ge=0, le=5000)  # one in so many periods, over all parts; 0: one in two years
    threshold: float | None = None  # instead: the value from which on it warns; pace -0.1: 10 % behind
    over: int = Field(1, ge=1, le=52)  # with a threshold: periods taken together
    owner: str = ""  # who acts; empty: who answers for the part's target, where that is known
    action: str | dict[Language, str] = ""  # what is then done

    @model_validator(mode="after")
    def _one_way(self) -> "AlertRule":
        if not self.on.strip():
            raise ValueError("a rule needs what it is on, as on = 'win_rate'")
        if self.threshold is not None and (self.false_alarms or self.kind):
            raise ValueError(f"the rule on {self.on} has a threshold; leave out its false_alarms and kind")
        if self.threshold is None and self.over > 1:
            raise ValueError(f"the rule on {self.on} takes {self.over} periods together; that needs a threshold")
        if self.on in COURSE:
            if self.threshold is None:
                raise ValueError(f"the rule on {self.on} needs a threshold, as threshold = {_USUAL[self.on]:g}")
            if self.every or self.window or self.over > 1:
                raise ValueError(f"the rule on {self.on} looks at the period's end; leave out every, window and over")
        if self.on == "landing" and not 0 < (self.threshold or 0) < 1:
            raise ValueError("the rule on landing needs a chance between 0 and 1 as its threshold")
        return self


_USUAL = {"pace": -0.1, "landing": 0.3}


OUTSIDE = (
    *("价格战", "價格戰", "降价", "降價", "政策", "法规", "法規", "关税", "關稅", "补贴", "補貼", "禁令"),
    *("price war", "price cut", "policy", "regulation", "tariff", "embargo"),
)
INSIDE = (
    *("离职", "離職", "调岗", "調職", "停产", "停產", "断货", "斷貨", "缺货", "缺貨", "裁员", "裁員"),
    *("resign", "leaves", "layoff", "shortage", "recall"),
)


class Triggers(Strict):
    """What calls for another look at a target, declared before it happens: the market, own means, or the target itself.

    Events and competitors' moves count by the words in their kind or name.
    """

    limit: float = Field(0.1, gt=0, le=1)  # change of a part's sales from which an event counts, 0.1 is 10 %
    market: tuple[str, ...] = OUTSIDE  # words of what happens outside the company
    resources: tuple[str, ...] = INSIDE  # words of what happens to its own means
    key_share: float = Field(0.05, gt=0, le=1)  # share of sales from which a person who leaves is a key person
    satisfaction: float = Field(0.5, gt=0)  # fall of the score, in points
    unlikely: float = Field(0.1, gt=0, lt=1)  # chance of reaching the target below which it is too hard
    likely: float = Field(0.95, gt=0, lt=1)  # chance above which it is too easy
    lookback: int = Field(18, ge=1, le=60)  # months of events that are shown
    owners: dict[Literal["market", "resources", "difficulty"], str] = Field({})  # who looks at it, by family

    @model_validator(mode="after")
    def _ordered(self) -> "Triggers":
        if self.unlikely >= self.likely:
            raise ValueError("unlikely must be below likely")
        return self


class Adjusting(Strict):
    """How a new target is proposed while the period runs."""

    chance: float = Field(0.5, gt=0, lt=1)  # with which the new target should be reached
    by: str = ""  # level whose parts share the change; empty: the first that has targets
    shift: float = Field(0.5, ge=0, le=1)  # how far weights move from the old shares (0) to where parts will land (1)


class TrackingSettings(Strict):
    """What is watched while the period runs."""

    period: Watched = ""  # what is watched; empty: the quarter that runs, or the year where the report ends a quarter
    rules: tuple[AlertRule, ...] = ()  # what gives warning; without any, rules that suit most companies
    milestones: tuple[float, ...] = (0.5,)  # attainments of the period that are worth a word when they are reached
    triggers: Triggers = Triggers()
    adjust: Adjusting = Adjusting()

    @model_validator(mode="after")
    def _rising(self) -> "TrackingSettings":
        if any(not 0 < at <= 2 for at in self.milestones) or list(self.milestones) != sorted(set(self.milestones)):
            raise ValueError("write the milestones from the lowest to the highest, each once, as [0.5, 0.8]")
        return self

    @property
    def levels(self) -> tuple[str, ...]:
        """Every level that the rules and the adjustment name."""
        return tuple(dict.fromkeys(level for level in (*(rule.by for rule in self.rules), self.adjust.by) if level))

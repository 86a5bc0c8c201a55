"""Settings of the plan: what is to be reached, how it is split, by whom, and what it pays."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from workbench.settings.company import Language, Strict

Share = Annotated[float, Field(ge=0, le=1.5)]
Tilt = Annotated[float, Field(ge=0, le=100)]
Weight = Annotated[float, Field(ge=0, le=1e15)]  # weights may be written as money; beyond this nothing adds up
Period = Literal["next year", "this year", "next quarter", "this quarter"]


class Strategy(Strict):
    """The number from above: an amount, or growth on the same period of the year before."""

    amount: float | None = Field(None, gt=0)  # money of the period
    growth: float | None = Field(None, gt=-1, le=10)  # 0.15 is 15 % more than the same period of the year before
    why: str = ""  # where the number comes from

    @model_validator(mode="after")
    def _one_number(self) -> "Strategy":
        if self.amount is not None and self.growth is not None:
            raise ValueError("write the strategy's amount or its growth, not both")
        return self


LIMITS = ("share", "min_share", "max_share", "amount", "at_least", "at_most", "min_growth", "max_growth")


class Rule(Strict):
    """A limit on one part of the plan. Shares are of the whole target, growth is on the same part a year before."""

    at: dict[str, str]  # which part: { region = "海外" }; several levels name a crossing
    share: float | None = Field(None, ge=0, le=1)  # exactly this share
    min_share: float | None = Field(None, ge=0, le=1)  # at least this share
    max_share: float | None = Field(None, ge=0, le=1)  # at most this share
    amount: float | None = Field(None, ge=0)  # exactly this money (a hold)
    at_least: float | None = Field(None, ge=0)  # a floor, money
    at_most: float | None = Field(None, ge=0)  # a cap, money
    min_growth: float | None = Field(None, ge=-1)  # at least this change on the year before
    max_growth: float | None = Field(None, ge=-1)  # at most this change on the year before
    why: str = ""  # shown beside the rule

    @model_validator(mode="after")
    def _says_what_it_means(self) -> "Rule":
        named = " × ".join(self.at.values())
        if not self.at:
            raise ValueError('name the part that the rule is for, as at = { region = "North" }')
        if not any(getattr(self, kind) is not None for kind in LIMITS):
            raise ValueError(f"the rule for {named} sets no limit; write one of {', '.join(LIMITS)}")
        pairs = (("min_share", "max_share"), ("at_least", "at_most"), ("min_growth", "max_growth"))
        for low, high in pairs:
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise ValueError(f"the rule for {named} asks for {low} {least:g} above its {high} {most:g}")
        return self


class Probabilities(Strict):
    """How likely each level of the target should be reached, as chances."""

    commit: float = Field(0.8, gt=0, lt=1)  # almost certainly reached
    target: float = Field(0.6, gt=0, lt=1)  # what people work for
    stretch: float = Field(0.3, gt=0, lt=1)  # what would take luck or more means
    lowest: float = Field(0.5, gt=0, lt=1)  # a target less likely than this is called too high
    highest: float = Field(0.7, gt=0, lt=1)  # a target more likely than this is called too low

    @model_validator(mode="after")
    def _ordered(self) -> "Probabilities":
        if not self.commit > self.target > self.stretch:
            raise ValueError("commit must be likelier than target, and target likelier than stretch")
        if not self.lowest < self.highest:
            raise ValueError("lowest must be below highest")
        return self


class Keys(Strict):
    """What the split goes by: a mixture; the weights are made to sum to 1."""

    history: Weight = 0.5  # sales of the year before
    forecast: Weight = 0.5  # what each part is expected to sell
    potential: Weight = 0.0  # the market's size, where the market table tells it by a level
    capacity: Weight = 0.0  # what its people can carry, ramp included
    unknown: Literal["others", "average", "smallest", "none"] = "others"  # share of a part that one source lacks
    new: dict[str, tuple[str, ...]] = Field({})  # parts that are to come: { region = ["海外"] }
    margins: dict[str, dict[str, float]] = Field({})  # { customers = { new = 0.4, repeat = 0.6 } }, beside the levels
    tilt: dict[str, dict[str, Tilt]] = Field({})  # weight shifted by hand: { region = { "华东" = 1.1 } } is 10 % more
    season: tuple[Weight, ...] = ()  # weights of the period's months or quarters; empty: from history and forecast

    @model_validator(mode="after")
    def _usable(self) -> "Keys":
        if self.history + self.forecast + self.potential + self.capacity <= 0:
            raise ValueError("give at least one of history, forecast, potential and capacity a weight above 0")
        for name, shares in self.margins.items():
            if any(share < 0 for share in shares.values()) or abs(sum(shares.values()) - 1) > 1e-6:
                raise ValueError(f"the shares of {name} must be 0 or more and sum to 1, not {sum(shares.values()):g}")
        if any(not name.strip() for names in self.new.values() for name in names):
            raise ValueError("a part that is to come needs a name")
        if self.season and sum(self.season) <= 0:
            raise ValueError("season needs weights of 0 or more, not all 0")
        return self


class Hires(Strict):
    """People who are to join."""

    count: int = Field(ge=1)
    joins: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")  # month in which they start, as 2027-01
    team: str = ""  # which team, where teams are known


class QuotaKeys(Strict):
    """What a team's target is handed to its people by: a mixture; the weights are made to sum to 1."""

    history: float = Field(0.5, ge=0)  # what each should sell by their own record, chance taken off
    potential: float = Field(0.2, ge=0)  # what the accounts of each could buy, where that is known
    ramp: float = Field(0.2, ge=0)  # time in the period, new people by how far they are
    equal: float = Field(0.1, ge=0)  # the same for everyone

    @model_validator(mode="after")
    def _some(self) -> "QuotaKeys":
        if self.history + self.potential + self.ramp + self.equal <= 0:
            raise ValueError("give at least one of history, potential, ramp and equal a weight above 0")
        return self


class People(Strict):
    """How people count towards capacity, and how a team's target becomes theirs."""

    ramp: tuple[Share, ...] = (0.3, 0.6, 1.0)  # by quarter since joining; the last goes on
    hires: tuple[Hires, ...] = ()
    quota: float | None = Field(None, gt=0)  # what a full year of one person should carry; empty: from history
    leaders: tuple[str, ...] = ()  # roles that lead and carry no quota of their own, beside those whom others report to
    new_until: int = Field(12, ge=0)  # months since joining in which a person is new
    veteran_from: int = Field(36, ge=0)  # months since joining from which a person is a veteran
    split: QuotaKeys = QuotaKeys()
    floor: float = Field(0.5, ge=0, le=1)  # least quota of a full seller, as a share of the team's mean
    cap: float = Field(3.0, ge=1)  # most, likewise
    key_accounts: float = Field(0.5, gt=0, le=1)  # key accounts: the largest that bring this share of sales
    new_products: float | None = Field(None, ge=0, le=1)  # least share of new products in each team's sales

    @model_validator(mode="after")
    def _makes_sense(self) -> "People":
        if not self.ramp:
            raise ValueError("write at least one quarter of the ramp, as ramp = [0.3, 0.6, 1.0]")
        if self.new_until > self.veteran_from:
            raise ValueError("new_until must not be above veteran_from")
        return self


class Means(Strict):
    """What the company puts in beyond last year's."""

    spend_growth: float = Field(0.0, gt=-1, le=10)  # of marketing spend
    additional: tuple[float, float] = (0.5, 1.0)  # of what new people sell, the share that would not have come anyway
    elasticity: tuple[float, float] = (0.05, 0.25)  # % more sales for 1 % more spend, where the data tell none
    reserve: float = Field(0.0, ge=0, lt=1)  # share of the target held back, not handed to parts

    @model_validator(mode="after")
    def _ranges(self) -> "Means":
        for name, (least, most) in (("additional", self.additional), ("elasticity", self.elasticity)):
            if not 0 <= least <= most <= 1:
                raise ValueError(f"{name} needs its least and most, from 0 to 1, as [0.5, 1.0]")
        return self


class Tier(Strict):
    """From this attainment on, each further piece of sales pays this rate of commission."""

    attainment: float = Field(ge=0)
    rate: float = Field(ge=0, le=1)


class Reward(Strict):
    """What is not paid in money: praise, titles, careers."""

    kind: Literal["recognition", "career", "other"] = "recognition"
    text: str | dict[Language, str]  # as "a place in the annual circle"
    attainment: float | None = Field(None, ge=0)  # from which attainment on


class Pay(Strict):
    """What attainment pays."""

    salary: float | None = Field(None, ge=0)  # yearly, of one person
    tiers: tuple[Tier, ...] = ()  # marginal rates of sales, as 0 → 2 %, 1 → 3 %; below the first nothing is paid
    milestone: float | None = Field(None, ge=0)  # paid for half of a quarter's target within its first half
    cap: float | None = Field(None, gt=0)  # attainment above which nothing more is paid; empty: none
    rewards: tuple[Reward, ...] = ()

    @model_validator(mode="after")
    def _rising(self) -> "Pay":
        starts = [tier.attainment for tier in self.tiers]
        if starts != sorted(set(starts)):
            raise ValueError("write the tiers from the lowest attainment to the highest, each attainment once")
        return self


class Goal(Strict):
    """What one KPI is to reach in the period; all goals must be reached for the plan to be met."""

    kpi: str  # a key of the scorecard, as satisfaction
    value: float | None = None  # to reach
    growth: float | None = Field(None, gt=-1)  # on what it is now: 0.15 is 15 % more
    points: float | None = None  # on what it is now, for ratios: 0.05 is 5 points more

    @model_validator(mode="after")
    def _one(self) -> "Goal":
        if sum(x is not None for x in (self.value, self.growth, self.points)) != 1:
            raise ValueError(f"the goal for {self.kpi} needs one of value, growth and points")
        return self


class Step(Strict):
    """One row of a stage's template: what comes first, and by which KPIs it is told."""

    step: int = Field(ge=1)
    months: tuple[int, int] | None = None  # from the start, as [0, 3]
    goal: str | dict[Language, str]  # {x} and {y} are filled from stage_values
    kpis: tuple[str | dict[Language, str], ...]  # as the company says, or keys of the scorecard


class Phase(Strict):
    """One phase of a customer's life: what it is to reach, and which channels are meant to work in it."""

    target: float | None = Field(None, ge=0)  # of its first measure: contacts a month for awareness, else a ratio
    channels: tuple[str, ...] = ()  # as the company calls them


class Phases(Strict):
    """The life of a customer: a template to change. Channels known here are named in each reader's language."""

    awareness: Phase = Phase(channels=("content", "social"))  # people reached
    interest: Phase = Phase(channels=("email", "event"))  # of them, those who become opportunities
    decision: Phase = Phase(channels=("ads", "affiliate"))  # of those, the won
    loyalty: Phase = Phase(channels=("service", "referral"))  # of customers, those who buy again
    referral: Phase = Phase()  # of opportunities, those that customers sent


class Funnel(Strict):
    """From money back to deals, opportunities and leads."""

    chance: float = Field(0.8, gt=0, lt=1)  # how sure the counts are to bring the money
    months: int = Field(24, ge=6, le=120)  # of history that the rates come from
    tolerance: float = Field(0.005, ge=0, lt=0.5)  # of the money that whole deals may leave open: 3 × 8.3 for 25
    through: float | None = Field(None, gt=0, le=1)  # share of sales that opportunities bring; empty: as in the history
    deal: float | None = Field(None, gt=0, le=1e15)  # by hand, shown beside the history: money of a won deal
    win_rate: float | None = Field(None, gt=0, le=1)  # by hand: opportunities won
    lead_rate: float | None = Field(None, gt=0, le=1)  # by hand: leads that become opportunities
    referrals: tuple[str, ...] = ("转介绍", "轉介紹", "推荐", "推薦", "referral", "word of mouth")  # sources so called
    phases: Phases = Phases()


class PlanSettings(Strict):
    """How targets are set and split."""

    period: Period = "next year"  # fiscal period that is planned
    by: tuple[str, ...] = ()  # levels to split by; empty: those that are forecast
    unit: float = Field(0.0, ge=0)  # money that each target is rounded to; 0: chosen by size
    selling_weeks: int = Field(0, ge=0, le=53)  # weeks of a year in which people sell; 0: the calendar's
    strategy: Strategy = Strategy()
    chances: Probabilities = Probabilities()
    keys: Keys = Keys()
    rules: tuple[Rule, ...] = ()
    owners: dict[str, dict[str, str]] = Field({})  # who answers for a part: { product_line = { "运维云" = "…" } }
    people: People = People()
    means: Means = Means()
    stage: Literal["", "start-up", "growth", "mature"] = ""  # of the company; picks the KPIs shown as a template
    stage_values: dict[str, float] = Field({})  # the X and Y of the template: { x = 0.2, y = 0.9 }
    stage_steps: tuple[Step, ...] = ()  # your own template in place of the shipped one
    weights: dict[str, dict[str, float]] = Field({})  # of KPIs by role: { rep = { sales = 0.6, new_customers = 0.4 } }
    goals: tuple[Goal, ...] = ()  # of KPIs beside the target itself
    pay: Pay = Pay()
    funnel: Funnel = Funnel()
    ledger: str = "ledger"  # folder of confirmed targets, beside this file
    scenarios: dict[str, str | dict[Language, str]] = Field({})  # forecast scenarios to plan under, by their key

    @field_validator("unit")
    @classmethod
    def _whole_cents(cls, value: float) -> float:
        if value and (value < 0.01 or abs(value * 100 - round(value * 100)) > 1e-9 * value):
            raise ValueError("write 0, or money of at least a cent in whole cents")
        return value

    @property
    def levels(self) -> tuple[str, ...]:
        """Every level that the plan names."""
        named = [*self.by, *(level for rule in self.rules for level in rule.at), *self.keys.new, *self.keys.tilt]
        return tuple(dict.fromkeys(level for level in named if level not in self.keys.margins))

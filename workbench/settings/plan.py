"""Settings of the plan: what is to be reached, how it is split, by whom, and what it pays."""

from typing import Literal

from pydantic import Field, model_validator

from workbench.settings.company import Language, Strict

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

    history: float = Field(0.5, ge=0)  # sales of the year before
    forecast: float = Field(0.5, ge=0)  # what each part is expected to sell
    potential: float = Field(0.0, ge=0)  # the market's size, where the market table tells it by a level
    capacity: float = Field(0.0, ge=0)  # what its people can carry, ramp included
    unknown: Literal["average", "smallest", "none"] = "average"  # share of a part without history


class Hires(Strict):
    """People who are to join."""

    count: int = Field(ge=1)
    joins: str  # month in which they start, as 2027-01
    team: str = ""  # which team, where teams are known


class People(Strict):
    """How people count towards capacity."""

    ramp: tuple[float, ...] = (0.3, 0.6, 1.0)  # productivity by quarter since joining; the last goes on
    hires: tuple[Hires, ...] = ()
    quota: float | None = Field(None, gt=0)  # what a full year of one person should carry; empty: from history


class Means(Strict):
    """What the company puts in beyond last year's."""

    spend_growth: float = Field(0.0, gt=-1, le=10)  # of marketing spend
    reserve: float = Field(0.0, ge=0, lt=1)  # share of the target held back, not handed to parts


class Tier(Strict):
    """From this attainment on, each further piece of sales pays this rate of commission."""

    attainment: float = Field(ge=0)
    rate: float = Field(ge=0, le=1)


class Pay(Strict):
    """What attainment pays."""

    salary: float | None = Field(None, ge=0)  # yearly, of one person
    tiers: tuple[Tier, ...] = ()  # marginal rates, as 0 → 2 %, 1 → 3 %
    milestone: float | None = Field(None, ge=0)  # paid for half of a quarter's target within its first half
    cap: float | None = Field(None, gt=0)  # attainment above which nothing more is paid; empty: none


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
    people: People = People()
    means: Means = Means()
    stage: Literal["", "start-up", "growth", "mature"] = ""  # of the company; picks the KPIs shown as a template
    weights: dict[str, dict[str, float]] = Field({})  # of KPIs by role: { rep = { sales = 0.6, new_customers = 0.4 } }
    pay: Pay = Pay()
    ledger: str = "ledger"  # folder of confirmed targets, beside this file
    scenarios: dict[str, str | dict[Language, str]] = Field({})  # forecast scenarios to plan under, by their key

    @property
    def levels(self) -> tuple[str, ...]:
        """Every level that the plan names."""
        return tuple(dict.fromkeys([*self.by, *(level for rule in self.rules for level in rule.at)]))

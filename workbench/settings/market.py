"""Settings of the market: what is believed of its size, as ranges with their reasons."""

from typing import Any

from pydantic import Field, model_validator

from workbench.settings.company import Strict


class Range(Strict):
    """A number that is not known exactly: one chance in ten that it is below `low`, one in ten that it is above `high`.

    A single number may be written for it; it is then taken as certain, and the page says that no range was given.
    """

    low: float  # one in ten below
    likely: float  # as likely above as below
    high: float  # one in ten above
    why: str = ""  # where it comes from

    @model_validator(mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"low": value, "likely": value, "high": value}
        return value

    @model_validator(mode="after")
    def _ordered(self) -> "Range":
        if not self.low <= self.likely <= self.high:
            raise ValueError(f"low {self.low:g}, likely {self.likely:g} and high {self.high:g} are not in this order")
        if self.low < 0:
            raise ValueError(f"low is {self.low:g}; sizes and shares are never below 0")
        if (self.low == self.likely) != (self.likely == self.high):
            raise ValueError("likely must lie between low and high, or all three must be the same number")
        return self

    @property
    def certain(self) -> bool:
        return self.low == self.high


class Share(Range):
    """A range of shares, each from 0 to 1."""

    @model_validator(mode="after")
    def _at_most_all(self) -> "Share":
        if self.high > 1:
            raise ValueError(f"high is {self.high:g}; a share is at most 1 (write 0.3 for 30 %)")
        return self


class Segment(Strict):
    """One segment of the market, counted from its accounts up."""

    accounts: Range  # how many accounts there are
    budget: Range  # what one spends a year on what we sell, money
    serviceable: Share = Share(low=1, likely=1, high=1)  # share of the accounts that we can serve
    obtainable: Share | None = None  # share of what they spend that we can win


class TopDown(Strict):
    """From the published market down."""

    serviceable: Share | None = None  # share of the published market that we can serve
    obtainable: Share | None = None  # share of that which we can win


class Proxy(Strict):
    """From our own sales up, where our share is known."""

    share: Share | None = None  # of the market that we serve
    serviceable: Share | None = None  # share of the whole market that we can serve
    obtainable: Share | None = None  # share of what we serve that we can win


class Launch(Strict):
    """A new product: what is believed of it before its sales speak."""

    product: str = ""  # as the orders name it; empty: not yet sold
    potential: Range | None = None  # units that will ever be taken up
    price: Range | None = None  # money for one unit
    innovation: Range = Range(low=0.003, likely=0.01, high=0.03)  # Bass p, per year
    imitation: Range = Range(low=0.25, likely=0.4, high=0.62)  # Bass q, per year
    replaces: Share | None = None  # share of its sales that other products of ours lose


class MarketSettings(Strict):
    """What the company believes of its market."""

    level: str = ""  # level of ours that the market's segments are; empty: found by their values
    accounts_by: str = ""  # level by which accounts are compared where no market is published by the level above
    unit: str = ""  # of the published figures where no column says it, as 亿元 or millions
    only: list[str] = Field([])  # published segments that count; empty: all, but no total beside its parts
    top_down: TopDown = TopDown()
    segments: dict[str, Segment] = Field({})  # bottom up, by segment
    proxy: Proxy = Proxy()
    launches: dict[str, Launch] = Field({})  # new products, by name
    together: float = Field(0.5, ge=0, le=1)  # how far errors of segments go together: 0 by chance, 1 all alike
    within_years: float | None = Field(
        None, gt=0, le=50
    )  # by when the parts that can be won are reached; empty: not said
    comparable: dict[str, list[str]] = Field({})  # nodes that may be compared with each other, by group; empty: all

    @property
    def levels(self) -> tuple[str, ...]:
        """Every level that the market names."""
        return tuple(one for one in (self.level, self.accounts_by) if one)

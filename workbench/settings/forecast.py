"""Settings of the forecast: how, and under which assumptions."""

from typing import Literal

from pydantic import Field, field_validator

from workbench.settings.company import Language, Strict


class Assumptions(Strict):
    """A scenario of the company's own: what is assumed, as ratios (0.03 is 3 % more).

    Sales follow as these data show it, where they show an effect, else in proportion (spend: not at all).
    """

    name: str | dict[Language, str] = ""  # what readers call it, or one for each language; empty: its key
    growth: float = Field(0.0, gt=-1, le=10)  # yearly growth beside the forecast's own, building up period by period
    shift: float = Field(0.0, ge=-1, le=10)  # of the level, at once
    price: float = Field(0.0, ge=-1, le=10)  # of prices, volume unchanged
    win_rate: float = Field(0.0, ge=-1, le=10)  # of the win rate: 0.1 lifts 25 % to 27.5 %
    reps: float = Field(0.0, ge=-1, le=10)  # of the number of people who sell, as productive as today's
    spend: float = Field(0.0, ge=-1, le=10)  # of what is spent to win customers
    market: float = Field(0.0, ge=-1, le=10)  # of the market's size
    after_months: int = Field(0, ge=0, le=60)  # months before it takes effect

    @field_validator("name")
    @classmethod
    def _known(cls, value: str | dict[Language, str]) -> str | dict[Language, str]:
        if isinstance(value, dict) and not value:
            raise ValueError("write the scenario's name, or one for each language")
        return value


class ForecastSettings(Strict):
    every: Literal["week", "month", "quarter"] = "month"  # length of the periods that are forecast
    by: tuple[str, ...] = ()  # levels to forecast by; empty: the broadest of each dimension, while parts are few
    scenarios: dict[str, Assumptions] = Field({})  # named sets of assumptions

"""KPIs by their unit: values and changes."""

from workbench.views.words.formats import in_slots
from workbench.views.words.money import Money

_OF_UNIT = {"money": "money", "ratio": "percent", "count": "number", "quantity": "short_number", "days": "days_long",
            "score": "score", "number": "number", "balance": "money_sign", "chance": "chance", "tenths": "tenths",
            "few": "number", "plain": "any_number"}  # fmt: skip
_CHANGE_OF_UNIT = {"ratio": "points", "chance": "points", "balance": "money_sign", "plain": "any_sign"}
_DECIMALS = {"days": 1, "score": 2, "tenths": 1, "few": 0}  # of a change in their own unit
DIFFERENCES = frozenset(_CHANGE_OF_UNIT) | frozenset(_DECIMALS)  # units whose change is not a ratio


class Units(Money):
    """What a KPI is shown as."""

    @in_slots(beside="unit", default="number")
    def by_unit(self, value: float, unit: str) -> str:
        """A KPI's value, by its unit."""
        return str(getattr(self, _OF_UNIT[unit])(value))

    @in_slots(beside="unit", default="money")
    def change_by_unit(self, change: float, unit: str) -> str:
        """A KPI's change: a ratio for amounts and counts, points for ratios, a difference for the rest."""
        if unit in _DECIMALS:
            return self.difference(change, _DECIMALS[unit])
        return str(getattr(self, _CHANGE_OF_UNIT.get(unit, "percent_sign"))(change))

"""The shortest periods that sales are dated by."""

import pandas as pd

from workbench.periods import Calendar, Every

DENSE = 3.0  # days with sales in a usual month, from which on sales are dated by day
WEEKLY = 1.5  # weeks with sales in a month


def grain(days: pd.DataFrame, calendar: Calendar) -> Every:
    """ "day", "month" or "quarter": how finely sales (period by day, amount or lines) are dated.

    Monthly figures stand on one day of each month, often the first: they are not daily sales.
    """
    count = days["lines"] if "lines" in days else days["amount"]
    sold = days.loc[count.fillna(0) != 0, "period"].drop_duplicates()
    if not len(sold):
        return "day"
    months = calendar.start(sold.reset_index(drop=True), "month")
    if months.value_counts().median() >= DENSE:
        return "day"
    steps = months.drop_duplicates().sort_values().diff().dt.days.median()
    return "quarter" if steps > 60 else "month"

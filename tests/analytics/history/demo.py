"""The demo company's order lines, read by plain pandas, so that analytics is tested apart from the readers."""

from functools import cache
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parents[3] / "data" / "demo"
NAMES = {"订单日期": "date", "订单号": "order", "客户编号": "customer", "产品编号": "product", "数量": "quantity",
         "金额": "amount", "销售员": "rep", "区域": "region", "渠道": "channel"}  # fmt: skip


@cache
def lines() -> pd.DataFrame:
    """Lines that were not cancelled, with their product line and month."""
    sold = pd.read_csv(FOLDER / "订单.csv", encoding="gb18030", parse_dates=["订单日期"])
    sold = sold[sold["状态"] != "已取消"].rename(columns=NAMES)
    line = pd.read_csv(FOLDER / "产品.csv").set_index("产品编号")["产品线"]
    return sold.assign(product_line=sold["product"].map(line), period=sold["date"].dt.to_period("M").dt.start_time)


def monthly(sold: pd.DataFrame, measure: str, how: str) -> pd.DataFrame:
    """A frame of sales by month, in which the measure is called amount."""
    periods = pd.date_range(lines()["period"].min(), lines()["period"].max(), freq="MS", name="period")
    values = sold.groupby("period")[measure].agg(how).reindex(periods, fill_value=0)
    return values.rename("amount").reset_index().assign(whole=True)


def daily() -> pd.DataFrame:
    """A frame of sales by day, silent days as 0."""
    sold = lines().groupby("date")["amount"].sum()
    days = pd.date_range(sold.index.min().replace(day=1), sold.index.max(), name="period")
    return sold.rename_axis("period").reindex(days, fill_value=0.0).reset_index().assign(whole=True)

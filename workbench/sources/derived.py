"""Orders of a company that has none: the opportunities that were won, dated when they closed."""

import pandas as pd

from workbench.settings import Source


def orders(source: Source | None, deals: pd.DataFrame | None) -> tuple[pd.DataFrame | None, str]:
    """The lines of orders, or None and what is wrong: "" where the opportunities could not be read, which was said."""
    if source is None:
        return None, "orders are to be derived from won opportunities: add [sources.opportunities]."
    if deals is None:
        return None, ""
    won = deals[deals["stage"].isin(source.stages.won)]
    missing = [c for c in ("closed", "amount") if c not in deals]
    if missing or not len(won):
        return None, f"orders cannot be derived from won opportunities: {_reason(deals, missing)}."
    lines = won.rename(columns={"closed": "date", "opportunity": "order"})
    lines = lines.drop(columns=["stage", "created"], errors="ignore")
    return lines.assign(date=lines["date"].dt.date, _file="opportunities"), ""


def _reason(deals: pd.DataFrame, missing: list[str]) -> str:
    if missing:
        return f"opportunities lack {' and '.join(missing)}; map them"
    stages = ", ".join(f"'{s}'" for s in deals["stage"].dropna().unique()[:12])
    return (
        f"none is in a stage that counts as won. The stages are {stages}: say which in"
        " [sources.opportunities.stages] won = […]"
    )

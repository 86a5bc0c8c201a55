"""Small funnels, worked by hand, that these tests share."""

import pandas as pd

from workbench.settings import Stages

STAGES = Stages(won=["Won"], lost=["Lost"], order=["Intent", "Proposal"])
DAY = pd.Timestamp("2025-01-01")


def funnel(parts: dict[tuple[str, str], int], **columns: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Opportunities and stage history from {(furthest open stage, stage now): how many}."""
    rows, steps = [], []
    for (furthest, stage), count in parts.items():
        for _ in range(count):
            name = f"{columns.get('prefix', 'D')}{len(rows)}"
            rows.append({"opportunity": name, "stage": stage, "created": DAY, "amount": 100.0})
            entered = STAGES.order[: STAGES.order.index(furthest) + 1]
            steps += [{"opportunity": name, "stage": s, "entered": DAY} for s in [*entered, stage]]
    more = {k: v for k, v in columns.items() if k != "prefix"}
    return pd.DataFrame(rows).assign(**more), pd.DataFrame(steps).drop_duplicates()


def durations(won: list[int], still_open: list[int], **columns: object) -> pd.DataFrame:
    """Opportunities that lasted so many days until they were won, or were still open after so many."""
    rows = [{"stage": "Won", "created": DAY, "closed": DAY + pd.Timedelta(days=d)} for d in won]
    as_of = DAY + pd.Timedelta(days=1000)
    rows += [{"stage": "Intent", "created": as_of - pd.Timedelta(days=d), "closed": pd.NaT} for d in still_open]
    frame = pd.DataFrame(rows).assign(**columns)
    return frame.assign(opportunity=[f"{columns}{n}" for n in range(len(frame))])


AS_OF = DAY + pd.Timedelta(days=1000)

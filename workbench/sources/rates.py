"""Money of the small tables in the company's currency, by the same rates as the orders."""

import pandas as pd

from workbench.sources.quality import Step

# the day whose rate counts; a deal that is open is worth what it is worth on the report's day
_DATED = {"opportunities": "closed", "targets": "period", "payments": "date", "spend": "date"}


def converted(
    name: str, frame: pd.DataFrame, own: str, rates: pd.DataFrame | None, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, list[Step]]:
    """The frame with its amounts in the company's currency, missing where no rate is known; and what was done."""
    if name not in _DATED or not {"currency", "amount"} <= set(frame.columns):
        return frame, []
    code = frame["currency"].astype("str").str.strip().str.upper().fillna("—")
    if (code == own).all():
        return frame, []
    day = frame.get(_DATED[name], pd.Series(as_of, frame.index))
    rate = _rate(code, day.where(day <= as_of, as_of), rates).mask(code == own, 1.0)
    amount = frame["amount"].astype("float64") * rate
    changed, lost = (code != own) & rate.notna(), rate.isna()
    steps = [
        Step(name, "converted", int(changed.sum()), float(amount[changed].sum()), _named(code[changed])),
        Step(name, "no_rate", int(lost.sum()), None, _named(code[lost])),
    ]
    return frame.assign(amount=amount, currency=own), [step for step in steps if step.rows]


def _rate(code: pd.Series, day: pd.Series, rates: pd.DataFrame | None) -> pd.Series:
    """The latest rate of each currency up to each day."""
    if rates is None or not len(rates):
        return pd.Series(float("nan"), code.index)
    asked = pd.DataFrame({"currency": code.astype(object), "date": day.astype("datetime64[us]"), "at": code.index})
    known = rates[["currency", "date", "rate"]].dropna().sort_values("date", kind="stable")
    known = known.astype({"currency": object, "date": "datetime64[us]", "rate": "float64"})
    found = pd.merge_asof(asked.sort_values("date", kind="stable"), known, on="date", by="currency")
    return found.set_index("at")["rate"].reindex(code.index)


def _named(code: pd.Series) -> dict[str, list[str]]:
    return {"currencies": sorted(code.unique())}

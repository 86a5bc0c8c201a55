"""Reports as they are stored, written by hand: a manifest, tables, and what was issued."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

MONTHS = pd.date_range("2023-01-01", "2026-08-01", freq="MS")
NODES = {"north": 60.0, "south": 40.0}


def sales(months: pd.DatetimeIndex = MONTHS, nodes: dict[str, float] | None = None) -> pd.DataFrame:
    """Sales by month, of the whole and by region: the same each month but for 10 % more each year, and a little noise
    that has a period of five months, so that no year is like another."""
    known = nodes or NODES
    rows = [
        {"level": "region", "node": node, "period": month, "amount": _amount(size, at, month), "whole": True}
        for node, size in known.items()
        for at, month in enumerate(months)
    ]
    parts = pd.DataFrame(rows)
    whole = parts.groupby("period", as_index=False)["amount"].sum().assign(level="", node="", whole=True)
    return pd.concat([whole, parts], ignore_index=True)


def _amount(size: float, at: int, month: pd.Timestamp) -> float:
    return size * 1.1 ** (month.year - 2023) * (1 + 0.01 * (at % 5 - 2))


def report(out: Path, as_of: str, *, name: str = "Acme", revision: int = 1, status: str = "ok",
           history: pd.DataFrame | None = None, forecast: pd.DataFrame | None = None, plan: pd.DataFrame | None = None,
           facts: dict[str, Any] | None = None, measures: dict[str, Any] | None = None,
           books: dict[str, dict[str, Any]] | None = None, **more: Any) -> Path:  # fmt: skip
    """A report's folder with what is given."""
    folder = out / as_of / name / f"r{revision}{'' if status == 'ok' else '-failed'}"
    (folder / "tables").mkdir(parents=True)
    for kind, frame in {"history": history, "forecast": forecast, "plan": plan}.items():
        if frame is not None:
            _issue(folder, kind, frame)
    given: dict[str, dict[str, Any]] = books or {}
    notebooks = [
        {"name": n, "status": status, "facts": facts or {} if n == "history" else {}, "parameters": {}, "defaults": {},
         "measures": measures or {} if n == "history" else {}, "seconds": 1.0, "error": None,
         "pages": {"en": f"{n}.en.html", "zh-CN": f"{n}.zh-CN.html"}, **given.get(n, {})}
        for n in ("history", "forecast", "plan")
    ]  # fmt: skip
    told = {
        "status": status, "company": name, "as_of": as_of, "scope": "", "revision": revision,
        "languages": ["en", "zh-CN"], "notebooks": notebooks, "data": {"rows": {"orders": 10}},
        "settings": {"company.currency": "CNY"}, "versions": {"workbench": "1.0", "pandas": "3.0"}, "commit": "abc",
        "code": "c0de", "started": f"{as_of}T10:00:00+00:00", "ended": f"{as_of}T10:00:42+00:00", **more,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    return folder


def table(folder: Path, name: str, frame: pd.DataFrame, **kinds: str) -> None:
    """A table beside the pages; the kinds of its columns by their names."""
    frame.to_parquet(folder / "tables" / f"{name}.parquet", index=False)
    columns = {column: {"title": {"en": str(column)}, "kind": kinds.get(str(column), "money")} for column in frame}
    about = {"title": {"en": "Sales by month", "zh-CN": "按月销售额"}, "columns": columns}
    (folder / "tables" / f"{name}.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")


def _issue(folder: Path, kind: str, frame: pd.DataFrame) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    (folder / "vintages").mkdir(exist_ok=True)
    made = pa.Table.from_pandas(frame, preserve_index=False)
    made = made.replace_schema_metadata({**(made.schema.metadata or {}), b"workbench": b'{"every": "month"}'})
    parquet.write_table(made, folder / "vintages" / f"{kind}.parquet")

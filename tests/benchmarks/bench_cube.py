"""Order lines by the million: the workbench against the same single query written by hand, and against pandas.

    python -m tests.benchmarks cube

One JSON line for each figure. WORKBENCH_BENCH_LINES sets the number of lines (20 million), WORKBENCH_BENCH_PAIRS the
pairs of runs (3). Each run is a process of its own; ours and the peer's take turns, and the middle ratio counts.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks import alone

LINES = int(os.environ.get("WORKBENCH_BENCH_LINES", 20_000_000))
PAIRS = int(os.environ.get("WORKBENCH_BENCH_PAIRS", 3))
AS_OF = "2026-12-31"
SAME = ("rows", "amount", "lines", "orders", "customers")
HAND_WRITTEN = """
    SELECT date_trunc('month', date) AS period, region, product_line, sum(amount) AS amount,
           sum(amount) FILTER (amount < 0) AS returns, count(*) AS lines, sum(quantity) AS quantity,
           count(DISTINCT "order") FILTER (amount >= 0) AS orders,
           count(DISTINCT customer) FILTER (amount >= 0) AS customers
    FROM read_parquet('{file}') GROUP BY ALL ORDER BY ALL
"""


def generate(file: Path, lines: int) -> None:
    """Four years of order lines, seeded by their number: three lines to an order, 3 % returns, 200,000 customers."""
    import duckdb

    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false; SET memory_limit = '2GB'")
    con.execute(f"""
        COPY (
            SELECT DATE '2023-01-01' + CAST(i * 1461 // {lines} AS INTEGER) AS date,
                   'SO' || lpad((i // 3)::VARCHAR, 9, '0') AS "order",
                   'C' || lpad((hash(i // 3) % least(200000, {lines} // 20 + 1))::VARCHAR, 6, '0') AS customer,
                   'P' || lpad((hash(i + 7) % 3000)::VARCHAR, 4, '0') AS product,
                   'Region ' || (hash(i // 3 + 11) % 12)::VARCHAR AS region,
                   'Line ' || (hash(i + 7) % 3000 % 20)::VARCHAR AS product_line,
                   (1 + hash(i + 13) % 9)::INTEGER AS quantity,
                   round((CASE WHEN hash(i + 17) % 100 < 3 THEN -1 ELSE 1 END)
                         * (100 + hash(i + 19) % 100000) / 100.0, 2)
                       AS amount
            FROM range({lines}) AS t(i)
        ) TO '{file}' (FORMAT parquet, COMPRESSION zstd)
    """)


def ours(file: str) -> dict[str, Any]:
    """Seconds by part of loading and one aggregate, and its totals."""
    started = time.perf_counter()
    from workbench.run import Run
    from workbench.settings import Settings
    from workbench.sources import load

    names = ("date", "order", "customer", "product", "region", "product_line", "quantity", "amount")
    settings = Settings(
        company={"name": "Many lines", "currency": "EUR"},
        folder=Path(file).parent,
        path=Path(file),
        sources={"orders": {"files": [Path(file).name], "columns": {n: n for n in names}}},
        dimensions={"region": ["region"], "product": ["product_line"]},
    )
    imported = time.perf_counter()
    data = load(Run.start(settings, as_of=AS_OF))
    loaded = time.perf_counter()
    found = data.sales(every="month", by=("region", "product_line"))
    done = time.perf_counter()
    parts = {"import": imported - started, "load": loaded - imported, "sales": done - loaded}
    return {"parts": parts, **_totals(found)}


def by_hand(file: str) -> dict[str, Any]:
    """The same aggregate as one query."""
    started = time.perf_counter()
    import duckdb

    imported = time.perf_counter()
    found = duckdb.connect().execute(HAND_WRITTEN.format(file=file)).df()
    return {"parts": {"import": imported - started, "query": time.perf_counter() - imported}, **_totals(found)}


def in_pandas(file: str) -> dict[str, Any]:
    """The same aggregate in pandas, reading only the columns it needs."""
    started = time.perf_counter()
    import pandas as pd

    columns = ["date", "order", "customer", "region", "product_line", "quantity", "amount"]
    lines = pd.read_parquet(file, columns=columns)
    lines["period"] = pd.to_datetime(lines["date"]).dt.to_period("M").dt.start_time
    lines["returns"] = lines["amount"].where(lines["amount"] < 0)
    sold = lines["amount"] >= 0
    lines["order"], lines["customer"] = lines["order"].where(sold), lines["customer"].where(sold)
    groups = lines.groupby(["period", "region", "product_line"])
    found = groups.agg(
        amount=("amount", "sum"),
        returns=("returns", "sum"),
        lines=("amount", "size"),
        quantity=("quantity", "sum"),
        orders=("order", "nunique"),
        customers=("customer", "nunique"),
    )
    return {"parts": {"all": time.perf_counter() - started}, **_totals(found)}


def main() -> Iterator[dict[str, Any]]:
    """The figures, one by one; the lines are in a temporary folder that goes when the last is told."""
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as folder:
        yield from _figures(Path(folder))


def _figures(folder: Path) -> Iterator[dict[str, Any]]:
    many, few = folder / "orders.parquet", folder / "fewer.parquet"
    generate(many, LINES)
    generate(few, LINES // 4)
    pairs = [(_run("ours", many), _run("by_hand", many)) for _ in range(PAIRS)]
    alone.same(*pairs[0], SAME)
    us, peer = min((u for u, _ in pairs), key=_seconds), min((p for _, p in pairs), key=_seconds)
    ratio = statistics.median(_seconds(u) / _seconds(p) for u, p in pairs)
    busy = f"{us['cpu']:.1f} CPU s, by hand {peer['cpu']:.1f}"  # tells on a busy machine what the clock cannot
    parts = " + ".join(f"{name} {value:.2f}" for name, value in us["parts"].items()) + f" of {_seconds(us):.2f}; {busy}"
    yield _told("history_aggregate", _seconds(us), "s", "duckdb by hand", ratio, 1.5, ok=ratio <= 1.5, parts=parts)
    peak = max(u["peak_mb"] for u, _ in pairs)
    more = peak / peer["peak_mb"]
    yield _told("history_aggregate_memory", peak, "MB", "duckdb by hand", more, 1000, ok=peak <= 1000)
    pandas = _run("in_pandas", many)
    alone.same(us, pandas, SAME)
    slower = _seconds(pandas) / _seconds(us)
    yield _told("history_aggregate_pandas", _seconds(pandas), "s", "ours", slower, 3, ok=slower >= 3)
    smaller = min((_run("ours", few) for _ in range(2)), key=_seconds)
    growth = (us["parts"]["load"] + us["parts"]["sales"]) / (smaller["parts"]["load"] + smaller["parts"]["sales"])
    unit = "times for 4 times the lines"
    yield _told("history_aggregate_growth", growth, unit, "linear", growth / 4, 1.15, ok=growth / 4 <= 1.15)


def _run(what: str, file: Path) -> dict[str, Any]:
    return alone.run("bench_cube", what, str(file))


def _told(name: str, value: float, unit: str, peer: str, ratio: float, limit: float, **more: Any) -> dict[str, Any]:
    return alone.told(name, value, unit, peer, ratio, limit, lines=LINES, **more)


def _seconds(result: dict[str, Any]) -> float:
    return float(result["seconds"])


def _totals(found: Any) -> dict[str, Any]:
    return {"rows": len(found), "amount": round(float(found["amount"].sum()), 2)} | {
        c: int(found[c].sum()) for c in ("lines", "orders", "customers")
    }

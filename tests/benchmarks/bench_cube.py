"""Order lines by the million: the workbench against the same single query written by hand, and against pandas.

    python -m tests.benchmarks cube

One JSON line for each figure. WORKBENCH_BENCH_LINES sets the number of lines (20 million), WORKBENCH_BENCH_PAIRS the
pairs of runs (3). Each run is a process of its own; ours and the peer's take turns, and the middle ratio counts.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LINES = int(os.environ.get("WORKBENCH_BENCH_LINES", 20_000_000))
PAIRS = int(os.environ.get("WORKBENCH_BENCH_PAIRS", 3))
AS_OF = "2026-12-31"
LIMIT = 900  # seconds for one process
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


def ours(file: Path) -> dict[str, Any]:
    """Seconds by part of loading and one aggregate, and its totals."""
    started = time.perf_counter()
    from workbench.run import Run
    from workbench.settings import Settings
    from workbench.sources import load

    names = ("date", "order", "customer", "product", "region", "product_line", "quantity", "amount")
    settings = Settings(
        company={"name": "Many lines", "currency": "EUR"},
        folder=file.parent,
        path=file,
        sources={"orders": {"files": [file.name], "columns": {n: n for n in names}}},
        dimensions={"region": ["region"], "product": ["product_line"]},
    )
    imported = time.perf_counter()
    data = load(Run.start(settings, as_of=AS_OF))
    loaded = time.perf_counter()
    found = data.sales(every="month", by=("region", "product_line"))
    done = time.perf_counter()
    parts = {"import": imported - started, "load": loaded - imported, "sales": done - loaded}
    return {"parts": parts, **_totals(found)}


def by_hand(file: Path) -> dict[str, Any]:
    """The same aggregate as one query."""
    started = time.perf_counter()
    import duckdb

    imported = time.perf_counter()
    found = duckdb.connect().execute(HAND_WRITTEN.format(file=file)).df()
    return {"parts": {"import": imported - started, "query": time.perf_counter() - imported}, **_totals(found)}


def in_pandas(file: Path) -> dict[str, Any]:
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
    pairs = [(_run(ours, many), _run(by_hand, many)) for _ in range(PAIRS)]
    _same(*pairs[0])
    us, peer = min((u for u, _ in pairs), key=_seconds), min((p for _, p in pairs), key=_seconds)
    ratio = statistics.median(_seconds(u) / _seconds(p) for u, p in pairs)
    busy = f"{us['cpu']:.1f} CPU s, by hand {peer['cpu']:.1f}"  # tells on a busy machine what the clock cannot
    parts = " + ".join(f"{name} {value:.2f}" for name, value in us["parts"].items()) + f" of {_seconds(us):.2f}; {busy}"
    yield _told("history_aggregate", _seconds(us), "s", "duckdb by hand", ratio, 1.5, parts=parts)
    yield _told(
        "history_aggregate_memory",
        max(u["peak_mb"] for u, _ in pairs),
        "MB",
        "duckdb by hand",
        max(u["peak_mb"] for u, _ in pairs) / peer["peak_mb"],
        1000,
        by="value",
    )
    pandas = _run(in_pandas, many)
    _same(us, pandas)
    yield _told(
        "history_aggregate_pandas", _seconds(pandas), "s", "ours", _seconds(pandas) / _seconds(us), 3, by="at least"
    )
    smaller = min((_run(ours, few) for _ in range(2)), key=_seconds)
    growth = (us["parts"]["load"] + us["parts"]["sales"]) / (smaller["parts"]["load"] + smaller["parts"]["sales"])
    yield _told("history_aggregate_growth", growth, "times for 4 times the lines", "linear", growth / 4, 1.15)


def _told(
    name: str, value: float, unit: str, peer: str, ratio: float, limit: float, by: str = "ratio", parts: str = ""
) -> dict[str, Any]:
    ok = {"ratio": ratio <= limit, "value": value <= limit, "at least": ratio >= limit}[by]
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "peer": peer,
        "ratio": round(ratio, 3),
        "limit": limit,
        "ok": ok,
        "lines": LINES,
    } | ({"parts": parts} if parts else {})


def _run(what: Callable[[Path], dict[str, Any]], file: Path) -> dict[str, Any]:
    """What a process of its own found, with its time from start to end and its peak memory."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.bench_cube", what.__name__, str(file)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT, cwd=Path(__file__).parents[2], check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"{what.__name__} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1]) | {"seconds": seconds}


def _seconds(result: dict[str, Any]) -> float:
    return float(result["seconds"])


def _totals(found: Any) -> dict[str, Any]:
    return {"rows": len(found), "amount": round(float(found["amount"].sum()), 2)} | {
        c: int(found[c].sum()) for c in ("lines", "orders", "customers")
    }


def _same(one: dict[str, Any], other: dict[str, Any]) -> None:
    differ = [k for k in ("rows", "amount", "lines", "orders", "customers") if one[k] != other[k]]
    if differ:
        raise RuntimeError(f"the results differ in {differ}: {one} and {other}")


def _peak_mb() -> float:
    """Peak resident memory of this process; ru_maxrss would carry the parent's across exec."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        told = [(print(json.dumps(figure), flush=True), figure["ok"]) for figure in main()]
        sys.exit(0 if all(ok for _, ok in told) else 1)
    call = {f.__name__: f for f in (ours, by_hand, in_pandas)}[sys.argv[1]]
    print(json.dumps(call(Path(sys.argv[2])) | {"peak_mb": _peak_mb(), "cpu": time.process_time()}))

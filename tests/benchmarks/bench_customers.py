"""Customers by the million: the customer table with RFM and cohorts against the same SQL by hand, and BG/NBD.

    python -m tests.benchmarks customers

WORKBENCH_BENCH_LINES sets the number of lines (10 million, a tenth as many customers), WORKBENCH_BENCH_PAIRS the pairs
of runs (3). Each run is a process of its own, ours and the peer's take turns, and the middle ratio counts. Reading and
checking the lines is bench_cube's; here the clock starts when they are loaded.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks import alone

LINES = int(os.environ.get("WORKBENCH_BENCH_LINES", 10_000_000))
PAIRS = int(os.environ.get("WORKBENCH_BENCH_PAIRS", 3))
AS_OF = "2026-12-31"
SAME = ("customers", "days", "orders", "amount", "cells", "buyers")
TABLE = """
    WITH orders AS (
        SELECT customer, CAST(date AS DATE) AS day, "order", sum(CAST(amount AS DECIMAL(18, 4))) AS net
        FROM read_parquet('{file}') WHERE customer IS NOT NULL AND date <= DATE '2026-12-31' GROUP BY ALL),
    days AS (SELECT customer, day, sum(net) AS net, count(*) FILTER (net > 0) AS orders FROM orders GROUP BY ALL)
    SELECT customer, min(day) FILTER (net > 0) AS first, max(day) FILTER (net > 0) AS last, count(*) FILTER (net > 0) AS
    days, sum(orders) AS orders, sum(net) AS amount, sum(net) FILTER (net > 0) AS paid, arg_min(net, day) FILTER (net >
    0) AS at_first FROM days GROUP BY customer HAVING count(*) FILTER (net > 0) > 0 ORDER BY customer
"""
COHORTS = """
    WITH days AS (
        SELECT customer, CAST(date AS DATE) AS day, sum(CAST(amount AS DECIMAL(18, 4))) AS net
        FROM read_parquet('{file}') WHERE customer IS NOT NULL AND date <= DATE '2026-12-31' GROUP BY ALL),
    active AS (SELECT customer, date_trunc('quarter', day) AS period, sum(net) AS net, bool_or(net > 0) AS bought
               FROM days GROUP BY ALL),
    began AS (SELECT customer, min(period) AS cohort FROM active WHERE bought GROUP BY customer)
    SELECT cohort, period, count(*) FILTER (bought) AS customers, sum(net) AS amount
    FROM active JOIN began USING (customer) WHERE period >= cohort GROUP BY ALL ORDER BY ALL
"""


def generate(file: Path, lines: int) -> None:
    """Four years of order lines, two to an order, 3 % returns, a customer for every ten lines with unequal rates."""
    import duckdb

    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false; SET memory_limit = '2GB'")
    con.execute(f"""
        COPY (
            SELECT DATE '2023-01-01' + CAST(i * 1461 // {lines} AS INTEGER) AS date,
                   'SO' || lpad((i // 2)::VARCHAR, 9, '0') AS "order",
                   'C' || lpad(least(hash(i // 2) % ({lines} // 10), hash(i // 2 + 5) % ({lines} // 5))::VARCHAR, 7,
                   '0') AS customer, round((CASE WHEN hash(i + 17) % 100 < 3 THEN -1 ELSE 1 END) * (100 + hash(i + 19) %
                   100000) / 100.0, 2) AS amount FROM range({lines}) AS t(i) ) TO '{file}' (FORMAT parquet, COMPRESSION
                   zstd)
    """)


def ours(file: str) -> dict[str, Any]:
    """Seconds of the customer table, RFM and cohorts once the lines are loaded."""
    import pandas as pd

    from workbench.analytics import customers
    from workbench.run import Run
    from workbench.settings import Settings
    from workbench.sources import load

    names = ("date", "order", "customer", "amount")
    settings = Settings(
        company={"name": "Many customers", "currency": "EUR"},
        folder=Path(file).parent,
        path=Path(file),
        sources={"orders": {"files": [Path(file).name], "columns": {n: n for n in names}}},
        dimensions={},
    )
    data = load(Run.start(settings, as_of=AS_OF))
    loaded = time.perf_counter()
    table = data.customers()
    tabled = time.perf_counter()
    classed = customers.rfm(table, pd.Timestamp(AS_OF))
    scored = time.perf_counter()
    cohorts = data.cohorts("quarter")
    done = time.perf_counter()
    parts = {"table": tabled - loaded, "rfm": scored - tabled, "cohorts": done - scored}
    classes = {name: int(n) for name, n in classed.table["customers"].items()}
    return {"parts": parts, "classes": classes, **_totals(table, cohorts)}


def by_hand(file: str) -> dict[str, Any]:
    """The same with two queries, and scores by their quantiles in a third."""
    import duckdb

    con = duckdb.connect()
    started = time.perf_counter()
    con.execute("CREATE TEMP TABLE customers AS " + TABLE.format(file=file))
    table = con.execute("SELECT * FROM customers").df()
    con.execute("""
        WITH cuts AS (SELECT quantile_cont(last, [1/3, 2/3]) AS r, quantile_cont(orders, [0.5]) AS f,
                             quantile_cont(amount, [1/3, 2/3]) AS m FROM customers)
        SELECT customer, (last > r[1])::INT + (last > r[2])::INT AS r, (orders > f[1])::INT AS f,
               (amount > m[1])::INT + (amount > m[2])::INT AS m FROM customers, cuts
    """).df()
    tabled = time.perf_counter()
    cohorts = con.execute(COHORTS.format(file=file)).df()
    return {"parts": {"table": tabled - started, "cohorts": time.perf_counter() - tabled}, **_totals(table, cohorts)}


def bg_nbd(customers: str) -> dict[str, Any]:
    """Seconds to fit BG/NBD to made-up customers, and how far the estimates are from what made them."""
    import numpy as np
    import pandas as pd

    from workbench.analytics.customers import lifetime

    rng, n = np.random.default_rng(1), int(customers)
    r, alpha, a, b = 0.6, 8.0, 0.8, 2.5
    age = rng.integers(30, 1461, n) / 7
    rate, leaves = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    until_left = rng.geometric(np.clip(leaves, 1e-9, 1))
    recency, frequency, here, time_of = np.zeros(n), np.zeros(n), np.ones(n, bool), np.zeros(n)
    while here.any():
        time_of[here] += rng.exponential(1 / np.maximum(rate[here], 1e-12))
        here &= time_of <= age
        frequency[here] += 1
        recency[here] = time_of[here]
        here &= frequency < until_left
    table = pd.DataFrame({"frequency": frequency, "recency": np.round(recency * 7) / 7, "age": age})
    started = time.perf_counter()
    model = lifetime.fit_bg_nbd(table)
    seconds = time.perf_counter() - started
    return {
        "seconds_fit": seconds,
        "off": max(abs(model.r / r - 1), abs(model.alpha / alpha - 1), abs(model.a / a - 1), abs(model.b / b - 1)),
    }


def main() -> Iterator[dict[str, Any]]:
    """The figures, one by one; the lines are in a temporary folder that goes when the last is told."""
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as folder:
        file = Path(folder) / "orders.parquet"
        generate(file, LINES)
        pairs = [(_run("ours", str(file)), _run("by_hand", str(file))) for _ in range(PAIRS)]
    alone.same(*pairs[0], SAME)
    us, peer = (min(runs, key=_seconds) for runs in zip(*pairs, strict=True))
    ratio = statistics.median(_seconds(u) / _seconds(p) for u, p in pairs)
    parts = {name: [round(x["parts"].get(name, 0.0), 2) for x in (us, peer)] for name in us["parts"]}
    yield _told(
        "customer_table_rfm_cohorts", _seconds(us), "s", "duckdb by hand", ratio, 1.5, ok=ratio <= 1.5, parts=parts
    )
    peak = max(u["peak_mb"] for u, _ in pairs)
    yield _told("customer_table_memory", peak, "MB", "duckdb by hand", peak / peer["peak_mb"], 1000, ok=peak <= 1000)
    fitted = _run("bg_nbd", str(LINES // 10))
    yield _told(
        "bg_nbd_fit",
        fitted["seconds_fit"],
        "s",
        "20 s",
        fitted["seconds_fit"] / 20,
        1,
        ok=fitted["seconds_fit"] < 20,
        customers=LINES // 10,
        estimates_off=round(fitted["off"], 4),
    )


def _told(name: str, value: float, unit: str, peer: str, ratio: float, limit: float, **more: Any) -> dict[str, Any]:
    return alone.told(name, value, unit, peer, ratio, limit, lines=LINES, **more)


def _run(what: str, argument: str) -> dict[str, Any]:
    return alone.run("bench_customers", what, argument)


def _seconds(run: dict[str, Any]) -> float:
    return float(sum(run["parts"].values()))


def _totals(table: Any, cohorts: Any) -> dict[str, Any]:
    sums = {c: int(table[c].sum()) for c in ("days", "orders")} | {"amount": round(float(table["amount"].sum()), 2)}
    return sums | {"customers": len(table), "cells": len(cohorts), "buyers": int(cohorts["customers"].sum())}

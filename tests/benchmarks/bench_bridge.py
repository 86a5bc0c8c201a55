"""How long a million cells take to split by price, volume and mix, and what is left on a thousand random cases."""

import json
import subprocess
import sys
from collections.abc import Iterator

PREPARE = """
import json, resource, time
import numpy as np, pandas as pd
from tests.analytics.review.bridges import QUARTER, sold, targets
from workbench.analytics.factors import lmdi, shapley
from workbench.analytics.results import Unknown
from workbench.analytics.review import bridge, price_mix
from workbench.analytics.review.cents import residual

rng = np.random.default_rng(7)
def left(effects):
    return abs(residual(effects.iloc[1:-1], effects.iloc[-1] - effects.iloc[0]))
"""
CELLS = """
count = 1_000_000
names = {"region": [f"region {i}" for i in range(50)], "line": [f"line {i}" for i in range(200)],
         "product": [f"product {i}" for i in range(100)]}
cells = pd.MultiIndex.from_product(names.values(), names=names).to_frame(index=False)
sides = []
for start in (QUARTER.before[0], QUARTER.first):
    there = rng.random(count) < 0.9
    quantity = np.round(rng.lognormal(3, 0.5, count))
    price = np.round(rng.lognormal(3, 0.2, count), 2)
    side = cells.assign(period=start, quantity=quantity, amount=np.round(quantity * price, 2), whole=True)
    sides.append(side[there])
sales = pd.concat(sides, ignore_index=True)
price_mix(sales.head(1000), tuple(names), QUARTER)  # what is loaded when first used is not measured
begun = time.process_time()
found = price_mix(sales, tuple(names), QUARTER)
seconds = time.process_time() - begun
print(json.dumps({"seconds": seconds, "left": left(found.steps["effect"]), "cells": len(found.items),
                  "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}))
"""
CASES = """
worst, told = 0.0, 0
for case in range(1000):
    size = int(rng.integers(1, 40))
    rows = pd.DataFrame({
        "period": rng.choice([QUARTER.before[0], QUARTER.first], size), "region": rng.choice(["N", "S", None], size),
        "product": rng.choice(["a", "b", "c", None], size), "quantity": np.round(rng.normal(20, 30, size)),
        "amount": np.round(rng.normal(1e5, 1e6, size) * 10.0 ** rng.integers(-3, 4), 2)})
    rows.loc[rng.random(size) < 0.1, "quantity"] = np.nan
    rows.loc[rng.random(size) < 0.1, "amount"] = 0.0
    safe = pd.DataFrame({"period": [QUARTER.before[0], QUARTER.first], "region": "safe", "product": "safe",
                         "quantity": [8.0, 10.0], "amount": [90.0, 100.0]})
    sales = pd.concat([safe, rows]).groupby(["period", "region", "product"], dropna=False, as_index=False)
    found = price_mix(sales.sum(min_count=1).assign(whole=True), ("region", "product"), QUARTER)
    worst, told = max(worst, left(found.steps["effect"])), told + (not isinstance(found, Unknown))
    nodes = {f"n{i}": list(np.round(rng.normal(1e4, 1e5, 5), 2)) for i in range(int(rng.integers(1, 12)))}
    asked = {n: float(np.round(abs(rng.normal(1e4, 1e5)), 2)) for n in nodes if rng.random() < 0.8}
    asked |= {"": float(np.round(abs(rng.normal(1e5, 1e5)), 2))} if rng.random() < 0.7 else {}
    way = bridge(sold(nodes), "region", QUARTER, goals=targets(asked) if asked else None)
    worst = max(worst, left(way.steps["effect"]))
factors = [pd.DataFrame(rng.lognormal(0, 2, (1000, 5))) for _ in range(2)]
factors = [f.where(rng.random(f.shape) > 0.05, 0.0) for f in factors]
change = factors[1].prod(axis=1) - factors[0].prod(axis=1)
sums = {way.__name__: way(*factors).sum(axis=1) for way in (lmdi, shapley)}
apart = {name: float(((values - change).abs() / (1 + change.abs())).max()) for name, values in sums.items()}
print(json.dumps({"left": worst, "told": told, **apart}))
"""


def main() -> Iterator[dict]:
    cells, cases = (_run(PREPARE + part) for part in (CELLS, CASES))
    yield _figure("bridge.million_cells", cells["seconds"], "CPU s", 2.0)
    yield _figure("bridge.million_cells_left", cells["left"], "money", 0.0)
    yield _figure("bridge.million_cells_memory", cells["memory"], "GB", 3.0)
    yield _figure("bridge.thousand_cases_left", cases["left"], "money", 0.0)
    yield _figure("bridge.lmdi_left", cases["lmdi"], "of the change", 1e-9)
    yield _figure("bridge.shapley_left", cases["shapley"], "of the change", 1e-9)


def _figure(name: str, value: float, unit: str, limit: float) -> dict:
    return {"name": name, "value": round(value, 12), "unit": unit, "peer": None, "ratio": None, "limit": limit,
            "ok": value <= limit}  # fmt: skip


def _run(code: str) -> dict:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout)

"""How long a large target takes to split, how much memory, and whether every sum is exact afterwards."""

import json
import subprocess
import sys
from collections.abc import Iterator

PREPARE = """
import json, resource, time
import numpy as np, pandas as pd
from workbench.analytics.plan.parts.keys_mix import Sources
from workbench.analytics.plan.period import period
from workbench.analytics.plan.parts.split import split
from workbench.analytics.plan.parts.split_result import by_day, by_week
from workbench.periods import Calendar
from workbench.settings import CalendarSettings
from workbench.settings.plan import PlanSettings

calendar = Calendar(CalendarSettings(country="CN"))
planned, rng = period(calendar, pd.Timestamp("2026-09-30")), np.random.default_rng(7)

def tell(begun, found, **more):
    units = np.rint(found.months.to_numpy() / found.unit)
    exact = bool((units.sum(axis=1) == np.rint(found.table["target"].to_numpy() / found.unit)).all())
    exact &= bool((units.sum(axis=0) == np.rint(found.year_months["target"].to_numpy() / found.unit)).all())
    exact &= int(units.sum()) == round(found.amount / found.unit)
    seconds, memory = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    broken = float(found.rules["broken"].abs().max() / found.unit) if len(found.rules) else 0.0
    told = {"seconds": seconds, "memory": memory, "exact": exact, "broken": broken}
    print(json.dumps(told | more))
"""
CUBE = """
cells = pd.MultiIndex.from_product([[f"r{i}" for i in range(50)], [f"p{i}" for i in range(40)],
                                    [f"c{i}" for i in range(10)]], names=["region", "product_line", "channel"])
frame = cells.to_frame(index=False)
history = frame.assign(amount=rng.lognormal(10, 1, len(frame)))
ahead = frame.assign(amount=history["amount"] * rng.lognormal(0, 0.2, len(frame)))
monthly = pd.concat([frame.assign(period=m, amount=ahead["amount"] / 12 * rng.lognormal(0, 0.3, len(frame)))
                     for m in planned.months], ignore_index=True)
rules = [{"at": {"region": "r0"}, "share": 0.05}, {"at": {"region": "r1"}, "min_share": 0.03},
         {"at": {"region": "r2"}, "max_growth": 0.02}, {"at": {"region": "r3"}, "min_growth": 0.3},
         {"at": {"product_line": "p0"}, "min_share": 0.04}, {"at": {"product_line": "p1"}, "max_share": 0.02},
         {"at": {"product_line": "p2"}, "share": 0.03}, {"at": {"channel": "c0"}, "min_share": 0.12},
         {"at": {"channel": "c1"}, "max_growth": 0.0}, {"at": {"region": "r4", "channel": "c0"}, "at_least": 4e6},
         {"at": {"product_line": "p3", "channel": "c2"}, "max_share": 0.001}, {"at": {"region": "r5"}, "at_most": 1e7}]
amount = float(np.round(history["amount"].sum() * 1.1, -4))
begun = time.perf_counter()
plan = PlanSettings(by=("region", "product_line", "channel"), rules=rules)
tell(begun, split(amount, planned, Sources(history=history, forecast=ahead, monthly=monthly), plan, calendar=calendar),
     rules=len(rules))
"""
REPS = """
frame = pd.DataFrame({"rep": [f"rep {i}" for i in range(10_000)]})
frame["team"] = [f"team {i % 400}" for i in range(10_000)]
history = frame.assign(amount=rng.lognormal(12, 0.6, len(frame)))
rules = [{"at": {"team": f"team {i}"}, "min_share": 0.003} for i in range(12)]
plan = PlanSettings(by=("team", "rep"), rules=rules, selling_weeks=48)
begun = time.perf_counter()
found = split(2e9, planned, Sources(history=history), plan, calendar=calendar)
weeks = np.rint(by_week(found).to_numpy() / found.unit)
agree = bool((weeks.sum(axis=1) == np.rint(found.table["target"].to_numpy() / found.unit)).all())
tell(begun, found, weeks=weeks.shape[1], agree=agree)
"""


def main() -> Iterator[dict]:
    cube, reps = _run(CUBE), _run(REPS)
    yield figure("split.cube_240k.wall", cube["seconds"], "s", 10.0)
    yield figure("split.cube_240k.memory", cube["memory"], "GB", 2.0)
    yield figure("split.cube_240k.sums_off", float(not cube["exact"]), "sums", 0.0)
    yield figure("split.cube_240k.rules_off", cube["broken"], "units", 1.0)
    yield figure("split.reps_10k_weeks.wall", reps["seconds"], "s", 5.0)
    yield figure("split.reps_10k_weeks.memory", reps["memory"], "GB", 2.0)
    yield figure("split.reps_10k_weeks.sums_off", float(not (reps["exact"] and reps["agree"])), "sums", 0.0)


def figure(name: str, value: float, unit: str, limit: float) -> dict:
    return {"name": name, "value": round(value, 4), "unit": unit, "peer": None, "ratio": None, "limit": limit,
            "ok": bool(value <= limit)}  # fmt: skip


def _run(code: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", PREPARE + code], capture_output=True, text=True, check=True, timeout=300
    )
    return json.loads(done.stdout)

"""A small company whose every name is hostile: markup, formulas, SQL, code, paths, odd Unicode."""

import json
from datetime import UTC, date, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.ledger import store
from workbench.ledger.version import Entry, Version
from workbench.lessons import Approval, Lesson

MARK = "pwned"  # what an attack that works would leave: a file, a variable, a request
OWN = (  # beside the collected ones, those that are made for the ways of this program
    "<script>window.pwned=1</script>",
    '<img src="http://pwned.example/x.png" onerror="window.pwned=1">',
    '"><svg onload=window.pwned=1>',
    "</title></style></pre><script>window.pwned=1</script>",
    "{{ 7 * 7 }}{% raw %}",
    "{amount:money}{0.__class__}%s%(x)s",
    '=HYPERLINK("http://pwned.example","x")',
    "=cmd|' /C touch pwned'!A0",
    "+1+1",
    "@SUM(1,1)",
    "-2+3",
    "'; DROP TABLE orders; COPY (SELECT 1) TO 'pwned'; --",
    '" OR ""="',
    "'); import os; os.system('touch pwned'); ('",
    "__import__('os').system('touch pwned')",
    "$(touch pwned)`touch pwned`",
    "../../../../pwned",
    "/etc/passwd",
    "C:\\Windows\\pwned",
    "CON",
    "[x](javascript:window.pwned=1)",
    "# heading\n<b>two lines</b>",
    "$\\input{/etc/passwd}$",
    "𝒳\u202eright to left\u202c",
    "x" * 300,
)
WEEKS = pd.date_range("2023-01-02", "2026-09-28", freq="W-MON")
KINDS = (*OWN[8:10], *OWN[0:3])  # stages: won, lost, and the way there
COMPANY = "../../" + OWN[0] + OWN[6]
COLUMN = "a\"b'; DROP TABLE x; --<script>window.pwned=1</script>"
FILE = "$(touch pwned); <img src=x onerror=window.pwned=1> '\"%s{0}=1+1"
SHEET = "=1+1<b>'\"%s{0};--"


def names(collected: Path, count: int, *, start: int = 0) -> list[str]:
    """Different names, ours first; none is blank, and none says that there is no name."""
    listed = json.loads(collected.read_text("utf-8"))
    told = [n for n in dict.fromkeys([*OWN, *listed]) if len(n.strip()) > 1 and "\0" not in n and n.strip() == n]
    plain = [n for n in told if n.casefold() not in {"null", "nil", "none", "nan", "n/a", "undefined", "undef", "-"}]
    return list(islice(cycle(plain), start, start + count))


def write(folder: Path, collected: Path) -> Path:
    """The settings of the company; its files, some of hostile names, stand beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    made = _tables(collected)
    sources: dict[str, Any] = {}
    for table, frame in made.items():
        name = f"{table} {FILE}.xlsx" if table == "orders" else f"{table} {FILE}.csv"
        if table == "orders":
            with pd.ExcelWriter(folder / name, engine="openpyxl") as book:
                frame.to_excel(book, sheet_name=SHEET, index=False)
        else:
            frame.to_csv(folder / name, index=False)
        sources[table] = {"files": [name], "columns": {c: c for c in frame.columns}}
    sources["orders"]["sheets"] = [SHEET]
    sources["orders"]["columns"][COLUMN] = COLUMN
    file = folder / "workbench.toml"
    file.write_text(_toml(_settings(made, sources)), "utf-8")
    _decided(folder, made)
    return file


def _decided(folder: Path, made: dict[str, pd.DataFrame]) -> None:
    """Targets that were confirmed, and lessons that were approved, by people of hostile names."""
    regions, at = list(made["orders"]["region"].unique()), datetime(2026, 1, 2, 9, tzinfo=UTC)
    lessons = (Lesson("tilt", "keys.tilt", 1.0, 1.1, {"region": regions[0]}),
               Lesson("training", "", None, OWN[3], {"rep": made["reps"]["rep"].iloc[0]}))  # fmt: skip
    approval = Approval(1, at, at.date(), OWN[0], OWN[6], lessons)
    store.create(folder / "lessons" / "a0001.json", approval.text())
    previous = ""
    for number, factor in enumerate((1.0, 1.2), 1):
        parts = [((("region", r),), 500_000 * factor, OWN[i]) for i, r in enumerate(regions)]
        whole = ((), 500_000 * factor * len(regions), OWN[9])
        starts = [date(2026, month, 1) for month in (1, 4, 7, 10)]
        rows = [Entry(n, "quarter", day, a, owner) for n, a, owner in (whole, *parts) for day in starts]
        version = Version(number, at, at.date(), OWN[number], OWN[5 + number], tuple(rows), base=number - 1,
                          previous=previous)  # fmt: skip
        store.create(folder / "ledger" / f"v{number:04d}.json", version.text())
        previous = version.digest


def _settings(made: dict[str, pd.DataFrame], sources: dict[str, Any]) -> dict[str, Any]:
    stages = list(made["opportunities"]["stage"].unique())
    won, lost = (s for s in KINDS[:2])
    sources["opportunities"]["stages"] = {"order": [s for s in stages if s not in (won, lost)], "won": [won],
                                          "lost": [lost]}  # fmt: skip
    region, *others = dict.fromkeys(made["orders"]["region"])
    line = made["products"]["product_line"].iloc[0]
    range_of = {"low": 0.2, "likely": 0.3, "high": 0.5, "why": OWN[2]}
    rules = [{"on": "pace", "by": "region", "threshold": -0.1, "name": OWN[0], "owner": OWN[1], "action": OWN[3]},
             {"on": "win_rate", "name": OWN[6], "owner": OWN[9], "action": OWN[10]}]  # fmt: skip
    return {
        "company": {"name": COMPANY, "currency": "CNY", "languages": ["en", "zh-CN", "zh-TW"]},
        "dimensions": {"region": ["region"], "channel": ["channel"], "product": ["product_line", "product"],
                       "team": ["team", "rep"], "customer": ["industry", "customer"], "odd": [COLUMN]},
        "sources": sources,
        "forecast": {"by": ["region"], "scenarios": {"rise": {"name": OWN[1], "price": 0.02}}},
        "market": {"top_down": {"serviceable": range_of, "obtainable": range_of},
                   "launches": {line: {"potential": {"low": 300, "likely": 600, "high": 900, "why": OWN[4]},
                                       "price": {"low": 100, "likely": 200, "high": 300, "why": OWN[5]}}}},
        "plan": {"strategy": {"growth": 0.1, "why": OWN[0]}, "by": ["region"],
                 "rules": [{"at": {"region": region}, "min_share": 0.1, "why": OWN[3]}],
                 "owners": {"region": dict(zip(others, OWN, strict=False))},
                 "pay": {"salary": 1000, "rewards": [{"text": OWN[1], "attainment": 1.0}]}},
        "tracking": {"rules": rules, "triggers": {"limit": 0.01, "market": [OWN[0]], "resources": [OWN[1]],
                     "owners": {"market": OWN[0], "resources": OWN[6], "difficulty": OWN[2]}}},
        "review": {"period": "year"},
    }  # fmt: skip


def _tables(collected: Path) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(7)
    customers, products = names(collected, 60), names(collected, 10, start=2)
    regions, reps = names(collected, 5, start=1), names(collected, 6, start=11)
    lines, teams, channels = (names(collected, n, start=s) for n, s in ((4, 0), (2, 5), (3, 14)))
    days = np.repeat(WEEKS.to_numpy(), 9)
    n = len(days)

    def some(of: list[str], size: int = n) -> list[str]:
        return [of[i] for i in rng.integers(0, len(of), size)]

    orders = pd.DataFrame({"order": [f"={i}+{i}" for i in range(n)], "date": days, "customer": some(customers),
        "product": some(products), "quantity": rng.integers(1, 9, n), "amount": rng.integers(100, 9000, n),
        "rep": some(reps), "region": some(regions), "channel": some(channels), COLUMN: some(OWN[:3])})  # fmt: skip
    years = (orders["date"] - WEEKS[0]).dt.days / 365  # the first region grows, so that there is something to learn
    orders["amount"] = (orders["amount"] * 2 ** years.where(orders["region"] == regions[0], 0)).round()
    m = 200
    created = pd.Series(rng.choice(WEEKS[:-30].to_numpy(), m))
    stage = pd.Series(some(KINDS, m))
    closed = (created + pd.Timedelta(days=40)).where(stage.isin(KINDS[:2]))
    deals = pd.DataFrame({"opportunity": [f"<{i}>{OWN[i % len(OWN)]}" for i in range(m)], "created": created,
        "stage": stage, "amount": rng.integers(100, 9000, m), "customer": some(customers, m), "rep": some(reps, m),
        "region": some(regions, m), "channel": some(channels, m), "product_line": some(lines, m),
        "source": some(channels, m), "closed": closed, "lost_reason": some(list(OWN), m)})  # fmt: skip
    return {
        "orders": orders,
        "opportunities": deals,
        "customers": pd.DataFrame({"customer": customers, "name": customers, "industry": some(lines, 60)}),
        "products": pd.DataFrame({"product": products, "name": products, "product_line": some(lines, 10)}),
        "reps": pd.DataFrame({"rep": reps, "name": reps, "team": some(teams, 6), "joined": WEEKS[0]}),
        "goals": pd.DataFrame({"statement": [f"{name} +10 % by 2026-12-31" for name in OWN], "owner": OWN}),
        **_process(deals, reps, regions),
        **_outside(regions, channels),
    }


def _process(deals: pd.DataFrame, reps: list[str], regions: list[str]) -> dict[str, pd.DataFrame]:
    """How deals went, what people did, and the targets they had."""
    steps = [{"opportunity": deal, "stage": stage, "entered": created + pd.Timedelta(days=5 * i)}
             for deal, created in zip(deals["opportunity"], deals["created"], strict=True)
             for i, stage in enumerate(KINDS[2:])]  # fmt: skip
    ends = deals.dropna(subset="closed")[["opportunity", "stage", "closed"]].rename(columns={"closed": "entered"})
    quarters = pd.date_range("2024-01-01", "2026-10-01", freq="QS")
    acts = [(day, kind, rep) for day in WEEKS for kind, rep in zip(OWN, reps, strict=False)]
    return {
        "stage_history": pd.concat([pd.DataFrame(steps), ends], ignore_index=True),
        "activities": pd.DataFrame(acts, columns=["date", "kind", "rep"]).assign(count=3, valid=OWN[1]),
        "targets": pd.DataFrame(
            [(q, rep, regions[i % len(regions)], 90_000) for q in quarters for i, rep in enumerate(reps)],
            columns=["period", "rep", "region", "amount"],
        ),
    }


def _outside(regions: list[str], channels: list[str]) -> dict[str, pd.DataFrame]:
    """What happens around the company, and what it spends."""
    months, quarters = (pd.date_range("2023-01-01", "2026-09-01", freq=f) for f in ("MS", "QS"))
    sizes = [(q, region, 5e6) for q in quarters for region in regions]
    spent = [(month, channel, 900.0, 12) for month in months for channel in channels]
    happened = WEEKS[[100, 150, 170, 185, 190]]
    return {
        "market": pd.DataFrame(sizes, columns=["period", "segment", "size"]),
        "spend": pd.DataFrame(spent, columns=["date", "channel", "amount", "leads"]),
        "satisfaction": pd.DataFrame({"date": months, "region": regions[0], "score": 4.0, "answers": 9}),
        "competitors": pd.DataFrame({"date": happened, "competitor": OWN[:5], "kind": OWN[:5], "note": OWN[3:8]}),
        "events": pd.DataFrame({"date": happened, "kind": OWN[:5], "name": OWN[3:8], "region": regions[0]}),
    }


def _toml(content: dict[str, Any]) -> str:
    """A settings file: what is below the first level in one line each."""
    lines: list[str] = []
    for key, value in content.items():
        lines += [f"[{key}]", *(f"{_value(k)} = {_value(v)}" for k, v in value.items())]
    return "\n".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_value(k)} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

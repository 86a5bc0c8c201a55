"""A small company whose every name is hostile: markup, formulas, SQL, code, paths, odd Unicode."""

import json
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

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
    return file


def _settings(made: dict[str, pd.DataFrame], sources: dict[str, Any]) -> dict[str, Any]:
    stages = list(made["opportunities"]["stage"].unique())
    sources["opportunities"]["stages"] = {"order": stages[2:], "won": stages[:1], "lost": stages[1:2]}
    region = made["orders"]["region"].iloc[0]
    return {
        "company": {"name": "../../" + OWN[0] + OWN[6], "currency": "CNY", "languages": ["en", "zh-CN", "zh-TW"]},
        "dimensions": {"region": ["region"], "channel": ["channel"], "product": ["product_line", "product"],
                       "team": ["team", "rep"], "customer": ["industry", "customer"], "odd": [COLUMN]},
        "sources": sources,
        "forecast": {"by": ["region"], "scenarios": {"rise": {"name": OWN[1], "price": 0.02}}},
        "plan": {"strategy": {"growth": 0.1, "why": OWN[0]}, "by": ["region"],
                 "rules": [{"at": {"region": region}, "min_share": 0.1, "why": OWN[3]}]},
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
    kinds = [*OWN[8:10], *OWN[0:3]]
    m = 200
    created = pd.Series(rng.choice(WEEKS[:-30].to_numpy(), m))
    stage = pd.Series(some(kinds, m))
    closed = (created + pd.Timedelta(days=40)).where(stage.isin(kinds[:2]))
    deals = pd.DataFrame({"opportunity": [f"<{i}>" for i in range(m)], "created": created, "stage": stage,
        "amount": rng.integers(100, 9000, m), "customer": some(customers, m), "rep": some(reps, m),
        "region": some(regions, m), "channel": some(channels, m), "product_line": some(lines, m),
        "source": some(channels, m), "closed": closed, "lost_reason": some(list(OWN), m)})  # fmt: skip
    return {
        "orders": orders,
        "opportunities": deals,
        "customers": pd.DataFrame({"customer": customers, "name": customers, "industry": some(lines, 60)}),
        "products": pd.DataFrame({"product": products, "name": products, "product_line": some(lines, 10)}),
        "reps": pd.DataFrame({"rep": reps, "name": reps, "team": some(teams, 6), "joined": WEEKS[0]}),
        "targets": pd.DataFrame({"period": ["2026-07-01"] * 6, "rep": reps, "amount": 90_000}),
        "events": pd.DataFrame({"date": WEEKS[150:153], "kind": OWN[:3], "name": OWN[3:6]}),
        "goals": pd.DataFrame({"statement": [f"{name} +10 % by 2026-12-31" for name in OWN], "owner": OWN}),
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

"""Which parts a company has, as the reports of each of them ask for it."""

from pathlib import Path

import pytest

import workbench as wb
from tests.conftest import shared_data
from workbench.sources.nodes import nodes

SETTINGS = """
[company]
name = "Acme"
currency = "EUR"
[sources.orders]
files = ["orders.csv"]
[sources.orders.columns]
date = "date"
amount = "amount"
region = "region"
channel = "channel"
[dimensions]
place = ["region"]
way = ["channel"]
"""


def run(folder: Path, lines: str, scope: str = "") -> wb.Run:
    (folder / "workbench.toml").write_text(SETTINGS, "utf-8")
    (folder / "orders.csv").write_text("date,region,channel,amount\n" + lines, "utf-8")
    return wb.Run.start(folder / "workbench.toml", as_of="2026-06-30", scope=scope)


LINES = """2025-03-01,North,web,10
2026-03-01,South,web,30
2026-03-02,North,shop,15
2026-03-03,,web,7
2026-07-01,East,web,99
"""


def test_parts_come_with_the_most_money_first_and_nothing_after_as_of(tmp_path: Path) -> None:
    assert nodes(run(tmp_path, LINES), ("region",)) == ([{"region": "South"}, {"region": "North"}], 7.0)


def test_parts_of_two_levels_are_those_that_have_lines(tmp_path: Path) -> None:
    found, _ = nodes(run(tmp_path, LINES), ("region", "channel"))

    assert found == [
        {"region": "South", "channel": "web"},
        {"region": "North", "channel": "shop"},
        {"region": "North", "channel": "web"},
    ]


def test_a_scope_holds_for_its_parts(tmp_path: Path) -> None:
    assert nodes(run(tmp_path, LINES, "channel=shop"), ("region",)) == ([{"region": "North"}], 0.0)


def test_what_leads_nowhere_is_told(tmp_path: Path) -> None:
    whole = run(tmp_path, "2026-03-01,,web,1\n")

    assert nodes(whole, ("region",)) == ([], 1.0)


def test_every_part_of_a_company_can_be_loaded_by_its_scope_and_they_add_up() -> None:
    import json

    names = json.loads((shared_data("nasty") / "blns" / "blns.json").read_text("utf-8"))
    usable = [n for n in dict.fromkeys(names) if n.strip() and n == n.strip() and n.isprintable()][:40]

    assert len(usable) == 40
    _add_up(usable)


def _add_up(names: list[str]) -> None:
    import csv
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = run(folder, "")
        with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, quoting=csv.QUOTE_ALL)
            rows.writerow(["date", "region", "channel", "amount"])
            rows.writerows([f"2026-0{1 + i % 6}-03", n, "web", 100 + i] for i, n in enumerate(names))
        total = wb.load(whole).sales("year")["amount"].sum()
        found, unnamed = nodes(whole, ("region",))
        sums = []
        for part in found:
            scoped = wb.Run(whole.settings, whole.as_of, part, whole.languages)
            sums.append(wb.load(scoped).sales("year")["amount"].sum())
        assert len(found) >= 30
        assert sum(sums) + unnamed == pytest.approx(total)

"""The audit's page: each target with its verdict and what to put right, in each language, with any text as text."""

from pathlib import Path

import pandas as pd
import pytest

from workbench.analytics import plan
from workbench.analytics.keys import KEYS
from workbench.analytics.plan.audit import Audit, Grid, of_statements, read
from workbench.settings import LANGUAGES
from workbench.sources import contracts
from workbench.views import show, tables
from workbench.views.plan.audit import told
from workbench.views.words import Words

AS_OF = pd.Timestamp("2026-09-30")
TEXTS = (
    "今年销售额提升50%",
    "将原150万的年度销售额目标调整为220万（市场增量空间达45%）",
    "raise Q1 2027 sales in East by 12 % to 34.5 M CNY from 30.8 M, owner: Li Wei",
    "<script>alert(1)</script> 销售额 {rate:percent} \u202e=cmd|' /C calc'!A0",
)
SHEET = Grid("2027", (("", "1月", "2月", "合计"), ("A", 1, 2, 4), ("B", "3万", 4, 30004)))


def audited() -> Audit:
    return of_statements([read(text, where=str(n), as_of=AS_OF) for n, text in enumerate(TEXTS, 1)])


def sheet() -> Audit:
    found = plan.of_sheets([SHEET], contracts.headers("goals"))
    assert isinstance(found, Audit)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_section_has_a_point_a_table_its_method_and_sheets(lang: str) -> None:
    for result in (audited(), sheet()):
        seen = show.view(result, Words(lang, "CNY"), AS_OF)
        assert seen.heading
        assert str(seen.point)
        assert seen.how
        assert seen.tables
        assert seen.sheets
        assert len([h for h in seen.tables[0].heads if not h.minor]) <= 4
        for table in seen.tables:
            assert all(len(line.cells) == len(table.heads) - 1 for line in table.lines)


def test_contradictions_come_first_with_what_to_put_right() -> None:
    table = show.view(audited(), Words("en", "CNY"), AS_OF).tables[0]
    assert table.lines[0].name == TEXTS[1]
    assert table.lines[0].cells[0] == "contradictory"
    assert table.lines[0].cells[1].startswith("make its numbers agree: 220万 or 217.5万; ")
    assert [line.cells[0] for line in table.lines] == ["contradictory", "incomplete", "incomplete", "complete"]
    assert table.lines[3].cells[1] == "–"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "150万 with growth of 45% is 217.5万, not 220万; from 150万 to 220万 is 46.67%."),
        ("zh-CN", "150万增长45%应为217.5万，而不是220万；从150万到220万实际增长46.67%。"),
        ("zh-TW", "150萬成長45%應為217.5萬，而非220萬；從150萬到220萬實際成長46.67%。"),
    ],
)
def test_a_contradiction_is_explained_in_the_reader_s_language(lang: str, said: str) -> None:
    assert said in told(audited(), Words(lang, "CNY"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_finding_of_the_audit_can_be_said_with_and_without_its_values(lang: str) -> None:
    w = Words(lang, "CNY")
    for key in (k for k in KEYS if k.startswith("plan.audit.")):
        for values in (_values(key, full=True), _values(key, full=False)):
            assert len(w.phrase(key, values)) > 10


_LISTS = {"metrics", "actual", "from_first", "to_total", "segment", "segment_before"}


def _values(key: str, full: bool) -> dict[str, object]:
    numbers = {
        "statements",
        "complete",
        "contradictory",
        "incomplete",
        "sums",
        "wrong",
        "nodes",
        "parts",
        "rates",
        "steps",
        "rows",
        "have",
    }
    found: dict[str, object] = {n: 2 if n in numbers else "x" for n in KEYS[key]}
    ratios = (
        {"relative", "points", "exit", "total", "times"}
        if key.endswith(("lift", "each_period", "activity"))
        else {"times"}
    )
    found |= dict.fromkeys(ratios & set(found), 0.5)
    found |= dict.fromkeys(_LISTS & set(found), ("a", "b"))
    if key.endswith("growth_differs"):
        found["actual"] = "x"
    if key.endswith("chained"):
        found["drifts"] = full
    part = "window" if key.endswith("lacks") else "relative"
    choices = {"part": part, "kind": "quarter", "every": "quarter", "of": "year", "nearest": "total",
               "meant": "relative", "section": "audit"}  # fmt: skip
    found |= {n: v for n, v in choices.items() if n in found}
    found |= {
        n: full for n in {"whole", "rounding"} & set(found) if key.endswith(("baseline", "cell_sum", "cell_ratio"))
    }
    if key.endswith("product"):
        found["rounding"] = full
    if key.endswith(".cells"):
        found["rounding"] = 3 if full else 0
    found |= {
        n: AS_OF if full else None
        for n in {"first", "last", "year"} & set(found)
        if key.endswith(("vague", "flat_targets"))
    }
    optional = {"actual", "stated", "exact", "leads"} if not full else set()
    return found | {n: None for n in optional & set(found) if not key.endswith("steps")}


@pytest.mark.parametrize("part", ["metric", "number", "unit", "specific", "window", "segment", "baseline", "owner"])
def test_each_missing_part_is_told_how_to_complete_in_each_language(part: str) -> None:
    for lang in LANGUAGES:
        assert len(Words(lang).phrase("plan.audit.lacks", {"text": "x", "part": part})) > 12
        assert Words(lang).phrase(f"plan.audit.fix.{part}")


def test_hostile_text_stays_text_on_the_page_and_in_the_workbook(tmp_path: Path) -> None:
    seen = show.view(audited(), Words("zh-CN", "CNY"), AS_OF)
    names = [line.name for line in seen.tables[0].lines]
    assert "\u202e" not in "".join(names)
    assert any("<script>alert(1)</script>" in name for name in names)  # the template escapes it
    tables.save(tmp_path, "audit", seen.sheets["audit"], {"zh-CN": Words("zh-CN", "CNY")}, {"zh-CN": "x"})
    assert len(pd.read_parquet(tmp_path / "audit.parquet")) == len(TEXTS)


def test_the_wrong_cells_are_listed_with_what_they_should_be() -> None:
    table = show.view(sheet(), Words("zh-CN"), AS_OF).tables[0]
    assert [(line.name, line.cells[2], line.cells[3]) for line in table.lines] == [("D2", "4", "3")]


def test_the_lines_end_with_how_much_is_to_be_put_right() -> None:
    lines = told(sheet(), Words("en")).splitlines()
    assert lines[0].startswith("wrong  2027 D2: 4 is written")
    assert lines[-1] == "1 thing is to be put right; 1 more is worth stating."


def test_what_cannot_be_told_is_headed_by_its_name() -> None:
    unknown = plan.audit(None)
    assert show.view(unknown, Words("en"), AS_OF).heading.endswith("the audit of targets as written")
    assert told(unknown, Words("zh-CN")).startswith("没有目标陈述表")  # type: ignore[arg-type]

"""What the headers of a target sheet say of their columns: months, quarters, totals, last year, growth, shares."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.analytics.plan.audit.vocabulary import fold

MOST_COLUMNS = 400  # of a sheet that are looked at
_YEAR = r"(?:(?:fy\s?)?(?P<year>20\d\d)\s*[年-]?\s*度?)?"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NTH = {c: n for n, c in enumerate("一二三四", 1)} | {str(n): n for n in range(1, 5)}
_TOTAL = r"(?:全年|年度?|本年|总)?(?:合计|总计|小计|汇总|总和|总额)|全年(?:目标)?|年度目标"
_TOTAL += r"|(?:sub|grand )?total|full year|sum"
_PAST = r"(?:last|prior|previous) year(?:'s)?(?: actual| sales)?|actual 20\d\d|20\d\d actual"
_AIM = r"(?:今年|本年|年度|总|销售)?(?:目标|任务)(?:额|值|金额)?|target|quota"
_ROLES: dict[str, str] = {
    "month": rf"{_YEAR}(?:(?P<m>1[0-2]|0?[1-9])月(?:份)?|(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
    r"|(?<=-)(?P<iso>0[1-9]|1[0-2]))(?:[ -]?(?P<after>20\d\d))?(?:目标|target)?",
    "quarter": rf"{_YEAR}(?:第?(?P<q>[一二三四1-4])季度?|q(?P<q2>[1-4]))(?:[ -]?20\d\d)?"
    r"(?:合计|小计|目标|total|target)?",
    "half": rf"{_YEAR}(?:(?P<up>上半年|h1)|下半年|h2)(?:合计|小计|目标|total)?",
    "growth": r"(?:同比)?(?:目标)?(?:增长率?|增幅|增速|同比|成长率?)(?:%|\(%\))?"
    r"|yoy|growth(?: rate)?|年增率?|年成长率?",
    "share": r"(?:目标)?(?:占比|比重|份额|占总额)(?:%|\(%\))?|share(?: of total)?",
    "last": r"(?:去年|上年|上一年)(?:度|同期)?(?:实际|完成|销售额|业绩|数|额)*"
    rf"|20\d\d\s*年?(?:度)?(?:实际|完成|业绩)(?:销售额|额|数)?|{_PAST}",
    "total": rf"{_TOTAL}|20\d\d\s*年?(?:度)?(?:总?目标|合计|总计)?|{_AIM}",
}
_FIRST_DAY = re.compile(r"(?P<year>20\d\d)[-/.](?P<m>1[0-2]|0?[1-9])(?:[-/.]0?1)?")  # a month written as a day


@dataclass(frozen=True)
class Heading:
    """What a column holds: a role of _ROLES, its number in the year, and the block of columns that it belongs to."""

    role: str
    number: int = 0
    group: str = ""


def headings(rows: Sequence[Sequence[Any]], at: int) -> dict[int, Heading]:
    """What the cells of a row say of their columns, with the row of merged headers above it."""
    cells = rows[at][:MOST_COLUMNS]
    above = rows[at - 1][:MOST_COLUMNS] if at else ()
    upper = _carried(above)
    found: dict[int, Heading] = {}
    for column, cell in enumerate(cells):
        if isinstance(cell, int | float):
            continue
        over = upper[column] if column < len(upper) else ""
        if cell == "" and column < len(above):  # merged downwards
            cell, over = above[column], ""
        if heading := _heading(cell, over):
            found[column] = heading
    groups = {h.group for h in found.values() if h.role == "month"} or {
        h.group for h in found.values() if h.role == "quarter"
    }
    if len(groups) <= 1:  # one block: what its headers are called does not part it
        found = {c: Heading(h.role, h.number) for c, h in found.items()}
    return found


def _heading(cell: Any, over: str) -> Heading | None:
    if isinstance(cell, dt.date | dt.datetime):
        return Heading("month", cell.month, str(cell.year))
    if not isinstance(cell, str) or not cell.strip() or len(cell) > 30:
        return None
    if day := _FIRST_DAY.fullmatch(fold(cell).strip()):
        return Heading("month", int(day["m"]), day["year"])
    said = re.sub(r"\s*[(\[].*?[)\]]\s*$", "", fold(cell)).strip()
    above = re.sub(r"\s*[(\[].*?[)\]]\s*$", "", fold(over)).strip()
    if (quarter := re.fullmatch(_ROLES["quarter"], above)) and re.fullmatch(
        r"(?:季度?)?(?:小计|合计|目标)|(?:sub)?total", said
    ):
        return Heading("quarter", _number("quarter", quarter), quarter["year"] or "")
    for role, words in _ROLES.items():
        if match := re.fullmatch(words, said):
            parts = match.groupdict()
            year = parts.get("year") or parts.get("after") or ""
            block = (
                ""
                if not above or re.fullmatch(f"{_ROLES['quarter']}|(?:上|下)半年", re.sub(r"\?P<\w+>", "?:", above))
                else above
            )
            return Heading(role, _number(role, match), year or block)
    return None


def _number(role: str, match: re.Match[str]) -> int:
    if role == "month":
        return _MONTHS.index(match["name"][:3]) + 1 if match["name"] else int(match["m"] or match["iso"])
    if role == "quarter":
        return _NTH[match["q"] or match["q2"]]
    return (1 if match["up"] else 2) if role == "half" else 0


def telling(columns: Mapping[int, Heading]) -> bool:
    """Whether headers are those of a table that can be checked: two periods, or an amount with growth or share."""
    roles = [h.role for h in columns.values()]
    return sum(r in ("month", "quarter", "half") for r in roles) >= 2 or ("total" in roles and len(set(roles)) > 1)


def _carried(cells: Sequence[Any]) -> list[str]:
    """A row of merged headers, each over all of its columns."""
    found: list[str] = []
    for cell in cells:
        said = cell if isinstance(cell, str) else ""
        found.append(said.strip() or (found[-1] if found else ""))
    return found


def plain_header(text: str) -> str:
    """A header without case, script, blanks and punctuation."""
    return "".join(c for c in fold(text) if c.isalnum())

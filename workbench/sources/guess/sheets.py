"""What a company's files are: which table each sheet is, which column is which, and how sure that is.

A guess rests on the headers (the aliases in contracts.py), on what the columns hold, and on what other files hold.
Nothing is guessed where two answers fit equally well: that becomes a question.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.sources.contracts import NUMBERS, TABLES, Column, Kind, Table

KNOWN, LIKELY = 0.75, 0.4  # fits: a header seen before; a header that ends in such a name
_CLOSE = 0.05  # two tables whose scores differ by less (as a share) cannot be told apart by their headers
_LOOK_AT = 2_000  # rows that show what a column holds

# What a file's name may say about it. A header says more.
HINTS: dict[str, str] = {
    "orders": "order sales invoice transaction 订单 销售明细 销售 出库 訂單 銷售 umsatz auftrag rechnung",
    "opportunities": "pipeline opportunit deal crm 商机 商機 機會",
    "stage_history": "stage history 阶段 階段",
    "activities": "activit visit 活动 拜访 跟进 活動 拜訪",
    "targets": "target quota budget 目标 指标 配额 目標 預算 ziele",
    "goals": "goal objective smart kpi 目标陈述 目标描述 目标卡 目標陳述 目標描述",
    "reps": "rep salesperson employee team staff 人员 员工 销售员 業務 人員 vertreter mitarbeiter",
    "products": "product item sku 产品 商品 物料 產品 artikel",
    "customers": "customer account client reseller 客户 客戶 会员 kunden",
    "market": "market 市场 市場",
    "competitors": "competitor 竞品 竞争 競品 競爭",
    "spend": "spend campaign marketing 费用 投放 費用",
    "payments": "payment receipt 回款 收款 付款",
    "satisfaction": "satisfaction survey nps csat 满意 滿意",
    "events": "event 事件 大事",
    "rates": "rate exchange fx 汇率 匯率 kurs",
}
# Levels that reports can word in every language; other headers keep their own name.
LEVELS: dict[str, str] = {
    "region": "region area 地区 区域 大区 销售区域 地區 區域 大區 gebiet vertriebsgebiet verkaufsgebiet",
    "province": "province state stateprovince 省份 省 省市",
    "city": "city town 城市 市 ort stadt",
    "country": "country countryregion nation 国家 國家 land",
    "territory": "territory salesterritory",
    "channel": "channel saleschannel 渠道 销售渠道 通路 銷售通路 vertriebsweg vertriebskanal",
    "product_line": "productline 产品线 產品線",
    "category": "category 类别 品类 产品类别 商品类别 存货分类 類別 品類 warengruppe artikelgruppe",
    "segment": "segment 细分 客户类型 客戶類型 kundengruppe",
    "team": "team 团队 團隊",
}


@dataclass(frozen=True)
class Sheet:
    """One table of one file. `values` are its cells as text; `whole` says whether they are all of them.

    `proven` is how the file is written, by setting; `forms` how each date or number is, or that it cannot be told.
    """

    path: Path
    values: pd.DataFrame
    sheet: str = ""
    whole: bool = True
    proven: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    _seen: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def title(self) -> str:
        """The sheet as a person would call it."""
        return f"{self.path.name}, sheet {self.sheet}" if self.sheet else self.path.name

    @property
    def headers(self) -> list[str]:
        return list(self.values.columns)

    def distinct(self, header: str) -> pd.Series:
        """The different values of a column, blanks left out."""
        return self._once("distinct", header, lambda: _filled(self.values[header]).drop_duplicates())

    def share(self, header: str, kind: Kind) -> float:
        """Share of a column's filled cells that can be of this kind, by its first rows."""
        group = "number" if kind in NUMBERS else "date" if kind == "date" else "text"
        return self._once(group, header, lambda: looks_like(self.values[header].dropna().head(_LOOK_AT), kind))

    def _once(self, what: str, header: str, find: Callable[[], Any]) -> Any:
        if (what, header) not in self._seen:
            self._seen[what, header] = find()
        return self._seen[what, header]


@dataclass(frozen=True)
class Mapped:
    """Our column, the file's header, and why ("": a known name, and its cells agree)."""

    column: str
    header: str
    why: str


@dataclass(frozen=True)
class Match:
    """A sheet taken as a table. `rivals`: columns for which several headers fit equally well, so none is taken."""

    table: str
    sheet: Sheet
    mapped: tuple[Mapped, ...]
    rivals: dict[str, tuple[str, ...]]
    score: float

    @property
    def headers(self) -> dict[str, str]:
        return {m.column: m.header for m in self.mapped}

    @property
    def rest(self) -> list[str]:
        """Headers that are no column of the table's contract."""
        taken = {m.header for m in self.mapped}
        return [h for h in self.sheet.headers if h not in taken]


def matches(sheet: Sheet) -> list[Match]:
    """Every table that a sheet could be, the best first; empty when it lacks what each table requires."""
    found = (match(sheet, table) for table in TABLES.values())
    return sorted((m for m in found if m), key=lambda m: -m.score)


def undecided(found: Sequence[Match]) -> bool:
    """Whether the two best tables fit almost equally well."""
    return len(found) > 1 and found[1].score > found[0].score * (1 - _CLOSE)


def match(sheet: Sheet, table: Table, keys: Mapping[str, set[str]] | None = None) -> Match | None:
    """The sheet as this table; None when a required column is nowhere. `keys` are those of the reference tables."""
    fits = {
        (name, header): fit
        for name, column in table.columns.items()
        for header in sheet.headers
        if (fit := _fit(sheet, header, name, column, table, keys or {})) > 0
    }
    rivals = _rivals(sheet, table, fits)
    chosen = _assign({pair: fit for pair, fit in fits.items() if pair[0] not in rivals})
    chosen |= _by_content(sheet, table, chosen, rivals)
    if any(c.required and n not in chosen and n not in rivals for n, c in table.columns.items()):
        return None
    if len({*chosen, *rivals}) < 2 and len(table.key) != 1:  # a date alone is in every export
        return None
    if table.name == "orders" and len({*chosen, *rivals}) < 3 and not _has_money({*chosen, *rivals}):
        return None
    mapped = tuple(_explained(sheet, n, *chosen[n], table.columns[n]) for n in table.columns if n in chosen)
    return Match(table.name, sheet, mapped, rivals, _score(sheet, table, chosen, rivals))


def plain(text: str) -> str:
    """A header without case, width, blanks and punctuation: "Order_Date " and "orderdate" are the same."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def looks_like(values: Iterable[object], kind: Kind) -> float:
    """Share of the filled cells that can be of this kind; 1 for a column with none."""
    cells = pd.Series([str(v).strip() for v in values], dtype=str)
    cells = cells[cells != ""].head(_LOOK_AT)
    if cells.empty:
        return 1.0
    if kind == "date":
        return float(cells.str.fullmatch(_DATE).mean())
    if kind in NUMBERS:
        return float(cells.str.fullmatch(_NUMBER).mean())
    return 1 - float((cells.str.fullmatch(_FRACTION) | cells.str.fullmatch(_DAY)).mean())


def key_like(header: str) -> bool:
    """Whether a header says that its column names things: …Key, …ID, …编号."""
    return bool(re.search(_KEY_WORDS, unicodedata.normalize("NFKC", header).strip(), re.IGNORECASE))


def level_name(header: str) -> str:
    """Our name for a column that is a level: a known one, else the header's own, fit to be typed."""
    for name, words in LEVELS.items():
        if plain(header) in {plain(name), *words.split()}:
            return name
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", unicodedata.normalize("NFKC", header))
    return re.sub(r"[\W_]+", "_", words).strip("_").lower() or "level"


def unit(header: str) -> str:
    """The unit of money that a header says its numbers are in, as 万元 or Mio; empty: none but the currency's own."""
    said = re.search(rf"[(（\[]\s*({_UNIT})\s*[)）\]]|\s({_UNIT})\s*$", header, re.IGNORECASE)
    return (said[1] or said[2]).strip() if said else ""


_MANY = r"百万|百萬|万|萬|千|亿|億|thousands?|millions?|mio\.?|tsd\.?|mm|000s?"
_UNIT = rf"(?:in\s+)?[¥$€£]?(?:{_MANY})[ ]?(?:元|人民币|[A-Z]{{3}}|[¥$€£])?|T€|k[€$£]|[TK](?:EUR|USD|GBP|CHF)"


def periods_in_headers(sheet: Sheet) -> list[str]:
    """Headers that are months or quarters: a table that is wide where one row for each period is needed."""
    found = [h for h in sheet.headers if re.fullmatch(_PERIOD, unicodedata.normalize("NFKC", h).strip(), re.IGNORECASE)]
    return found if len(found) > 3 else []


def year_and_month(sheet: Sheet) -> tuple[str, str] | None:
    """Two columns that together say a period."""
    pairs = [(_column_of(sheet, years), _column_of(sheet, parts)) for years, parts in _SPLIT_PERIODS]
    return next(((a, b) for a, b in pairs if a and b), None)


def _column_of(sheet: Sheet, names: str) -> str:
    return next((h for h in sheet.headers if plain(h) in names.split()), "")


_YEARS = "year fiscalyear 年 年份 年度 jahr"
_SPLIT_PERIODS = ((_YEARS, "month 月 月份 monat"), (_YEARS, "quarter 季度 季 quartal"))
_MONTHS = (
    "jan(?:uar|uary)?|feb(?:ruar|ruary)?|mar(?:ch)?|märz|mrz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?"
    "|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?"
)
_PERIOD = (
    r"(?:(?:FY)?(?:19|20)?\d\d[年 _/.-]*)?"
    rf"(?:(?:1[0-2]|0?[1-9])月|(?:[一二三四]|[1-4])季度?|Q[1-4]|(?:{_MONTHS})\.?|(?<=\d[-_/.])(?:1[0-2]|0?[1-9]))"
    r"(?:[ _/'-]*(?:FY)?(?:19|20)?\d\d)?"
)
_DAY = (
    r"\d{4}([-/.])\d{1,2}\1\d{1,2}([ T].*)?|\d{1,2}([-/.])\d{1,2}\3\d{2,4}([ T].*)?"
    r"|\d{4}年\d{1,2}月(\d{1,2}日?)?.*|\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4}|[A-Za-z]{3,9} \d{1,2}, ?\d{4}"
)
_DATE = (
    rf"(?:{_DAY})|(19|20)\d\d[-/.](0?[1-9]|1[0-2])|(19|20)\d{{6}}|(19|20)\d\d(年|[ -]?[Qq][1-4])?"
    r"|[A-Za-z]{3,9}[ -]\d{4}"
)
_NUMBER = r"[-+(−]?\s*(?:[A-Z]{3}|[¥￥$€£])?\s*[-+]?(?:\d[\d.,'  ]*|[.,]\d+)(?:[eE][-+]?\d+)?\s*(?:[%)元¥€-]|[A-Z]{3})?"
_FRACTION = r"[-+]?\d*[.,]\d*[1-9]\d*|-\d+"
_IN_CURRENCY = (  # Amount USD, Rate to EUR
    r"[ _-]+(?:(?:in|to)[ _-]+)?(?:CNY|RMB|TWD|NTD|USD|EUR|GBP|JPY|HKD|SGD|AUD|CAD|CHF|KRW|INR)\s*$"
)
_CURRENCY = r"[A-Za-z]{3}|\W+|[一-鿿]{1,4}"
_KEY_WORDS = (
    r"(?:[ _-](?:key|id|no|nr|number|code|#)|(?<=[a-z])(?:Key|ID|Id|No|Number|Code)"
    r"|编号|编码|代码|工号|单号|号|編號|編碼|代碼|號|id)\.?$"
)
_NAME_WORDS = r"(?:[ _-]?name|名称|名稱|姓名)$"


def _fit(sheet: Sheet, header: str, name: str, column: Column, table: Table, keys: Mapping[str, set[str]]) -> float:
    """How well a header's words and cells suit a column: 0 not at all, about 1 a known name; more with proof."""
    words = _words_fit(header, (name, *column.aliases))
    cells = sheet.share(header, column.kind)
    if words == 0 or cells < (0.5 if words >= KNOWN else 0.9):
        return 0.0
    if name == "currency" and not sheet.distinct(header).str.fullmatch(_CURRENCY).all():
        return 0.0
    if table.key == (name,):  # only what names each row can be the key
        share = _uniqueness(sheet, header)
        return 0.0 if share < 0.9 else words + 0.25 * key_like(header)
    if column.references in keys:
        return words + 0.3 * inside(sheet.distinct(header), keys[column.references])
    return words


@cache
def _words_fit(header: str, names: tuple[str, ...]) -> float:
    """Known names rank in the order of the aliases; a name at the header's end counts by its share of the header."""
    known = [plain(n) for n in names]
    bare = re.sub(r"[(（\[【].*?[)）\]】]", "", header)
    for text, cost in ((header, 0.0), (bare, 0.02), (re.sub(_IN_CURRENCY, "", bare), 0.03)):
        if plain(text) in known:
            return 1 - cost - 0.01 * min(known.index(plain(text)), 20)
    stems = {_stem(header, _KEY_WORDS), _stem(header, _NAME_WORDS), header}
    ends = [len(n) / len(plain(s)) for s in stems for n in names if plain(s) and _ends_in(s, n)]
    return LIKELY + 0.3 * min(max(ends), 1) if ends else 0.0


def _stem(header: str, ending: str) -> str:
    return re.sub(ending, "", header.strip(), flags=re.IGNORECASE)


def _ends_in(header: str, name: str) -> bool:
    """A Latin name must be whole words at the end; a Chinese one at least two characters."""
    if not name.isascii():
        return len(name) > 1 and plain(header).endswith(plain(name))
    words = [w.lower() for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", header)]
    ends = {"".join(words[i:]) for i in range(len(words))}
    return len(name) > 2 and plain(name) in ends


def _filled(column: pd.Series) -> pd.Series:
    cells = column.dropna().astype(str).str.strip()
    return cells[cells != ""]


def _uniqueness(sheet: Sheet, header: str) -> float:
    """Distinct filled cells as a share of the rows."""
    return len(sheet.distinct(header)) / max(len(sheet.values), 1)


def inside(values: pd.Series, known: set[str]) -> float:
    """Share of the values that are among the known ones."""
    return float(values.isin(list(known)).mean()) if len(values) else 0.0


def _rivals(sheet: Sheet, table: Table, fits: Mapping[tuple[str, str], float]) -> dict[str, tuple[str, ...]]:
    """For dates and money that must be right: several headers with known names whose cells differ."""
    found: dict[str, tuple[str, ...]] = {}
    for name, column in table.columns.items():
        if not (column.required and column.kind == "date") and not (name == "amount" and column.kind == "money"):
            continue
        own = [h for (n, h), fit in fits.items() if n == name and fit >= KNOWN]
        own = [h for h in own if fits[name, h] >= max(f for (_, g), f in fits.items() if g == h)]
        different = [h for i, h in enumerate(own) if not any(_same(sheet, h, g) for g in own[:i])]
        if len(different) > 1:
            found[name] = tuple(different)
    return found


def _same(sheet: Sheet, a: str, b: str) -> bool:
    return bool((sheet.values[a].fillna("") == sheet.values[b].fillna("")).all())


def _assign(fits: Mapping[tuple[str, str], float]) -> dict[str, tuple[str, float]]:
    """Column = (header, fit): the best pair first, each header once."""
    chosen: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for (name, header), fit in sorted(fits.items(), key=lambda item: -item[1]):
        if name not in chosen and header not in taken:
            chosen[name] = (header, fit)
            taken.add(header)
    return chosen


def _by_content(
    sheet: Sheet, table: Table, chosen: Mapping[str, tuple[str, float]], rivals: Mapping[str, object]
) -> dict[str, tuple[str, float]]:
    """A missing date or amount, where the sheet is surely this table and exactly one of its columns can be it."""
    known = {*chosen, *rivals}
    if not (_named(sheet, table) if table.name != "orders" else set(chosen) - {"date", "amount"}):
        return {}
    free = [h for h in sheet.headers if h not in {h for h, _ in chosen.values()} and len(sheet.distinct(h))]
    days = [h for h in free if looks_like(sheet.distinct(h), "date") == 1]
    money = [h for h in free if h not in days and _is_money(sheet.distinct(h), cents=table.name == "orders")]
    priced = {"quantity", "price"} <= known
    wanted = {"date": days, "period": days, "amount": [] if priced else money}
    return {n: (w[0], 0.2) for n, w in wanted.items() if n in table.columns and n not in known and len(w) == 1}


def _is_money(values: pd.Series, *, cents: bool) -> bool:
    """Numbers; with cents, some that have a fraction: a count or a code has none."""
    return looks_like(values, "money") == 1 and (not cents or bool(values.str.contains(r"[.,]\d{1,2}$").any()))


def _explained(sheet: Sheet, name: str, header: str, fit: float, column: Column) -> Mapped:
    cells = sheet.share(header, column.kind)
    if fit < LIKELY:
        why = f"guess: the only column that holds a {column.kind}"
    else:
        why = "" if fit >= KNOWN else f"guess: the name ends like a known one for {name}"
    if cells < 1:
        share = "some" if cells > 0.99 else f"{1 - cells:.0%}"
        why = f"{why}; {share} of its cells are no {column.kind}".lstrip("; ")
    return Mapped(name, header, why)


def _score(
    sheet: Sheet, table: Table, chosen: Mapping[str, tuple[str, float]], rivals: Mapping[str, tuple[str, ...]]
) -> float:
    """Fits, required columns three times; how much of the sheet is explained; what the names of file and sheet say."""
    heavy = {n for n, c in table.columns.items() if c.required or (table.name, n) == ("orders", "amount")}
    weight = {n: 3.0 if n in heavy else 1.0 for n in table.columns}
    fits = sum(weight[n] * fit for n, (_, fit) in chosen.items()) + sum(0.8 * weight[n] for n in rivals)
    lacking = 2.0 if table.name == "orders" and not _has_money({*chosen, *rivals}) else 0.0
    explained = 2 * len(chosen) / max(len(sheet.headers), 1)
    return fits - lacking + explained + 2 * _named(sheet, table)


def _named(sheet: Sheet, table: Table) -> bool:
    """Whether the file or the sheet is called like the table."""
    return any(word in f"{sheet.path.stem} {sheet.sheet}".casefold() for word in HINTS[table.name].split())


def _has_money(columns: set[str]) -> bool:
    return "amount" in columns or {"quantity", "price"} <= columns

"""Values as companies write them, as SQL: numbers, dates and words; and what the writing proves.

Nothing here guesses: a decimal mark or an order of day and month is either proven by the values or asked for.
"""

# ruff: noqa: S608 - names and values pass engines.named and engines.quoted, and the tests try hostile ones

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.sources.engines import quoted

NUMBER, DATE, TEXT = "number", "date", "text"
BLANKS = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b\u202f\u2009"
MISSING = ("-", "--", "—", "–", "N/A", "NA", "#N/A", "NULL", "(NULL)", "(NA)", "NAN", "NONE", "\\N", "0000-00-00")
MISSING_TEXT = ("NULL", "(NULL)", "\\N", "#N/A")  # in names, where "NA" may be Namibia
_WIDE = "０１２３４５６７８９．，－＋（）％／：＄￥￡−﹣　\u00a0\u202f\u2009"
_NARROW = "0123456789.,-+()%/:$¥£--    "
_CURRENCY = r"(RMB|CNY|USD|EUR|GBP|TWD|NTD|HKD|JPY|NT\$|HK\$|US\$|CN¥|[$¥€£元圆圓])"
_UNITS = {
    "百万": 1e6, "百萬": 1e6, "千万": 1e7, "千萬": 1e7, "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8, "千": 1e3,
    "%": 0.01, "‰": 0.001,
}  # fmt: skip
_FIGURE = rf"^\s*([-+(]?)\s*([0-9][0-9.,'’ ]*|[.,][0-9]+)\s*({'|'.join(_UNITS)})?\s*([-)]?)\s*$"
_POINT = r"\d{1,3}(,\d{2,3})*,\d{3}\.\d*|\d{1,3}(,\d{3}){2,}|\d{4,}\.\d*|\d{1,3}\.(\d{0,2}|\d{4,})|0\d*\.\d+|\.\d+"
_EITHER = r"[1-9]\d{0,2}[.,]\d{3}"
_PLAIN = r"-?(\d+|\d*\.(\d{1,2}|\d{4,})|\d{4,}\.\d{3}|0?\.\d{3})"
_POWER = r"[-+]?\d+([.,]\d+)?E[-+]?\d+"
_ISO = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?"
_TIME = r"(T|\s|,)+((上午|下午|AM|PM)\s*)?\d{1,2}:\d{2}[0-9:.,]*\s*(AM|PM|Z|UTC|[-+]\d{2}:?\d{2})?$"
_WEEKDAY = (
    r"^(MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+|\s*[(]?(星期|周|週|礼拜|禮拜).[)]?$|\s*[(][一二三四五六日天][)]$"
)
_DAY = r"^(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*[日号號]?$"
_MONTH = r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?$"
_QUARTER = r"^(FY)?\s*(\d{4}|\d{2})\s*[-/.年]?\s*Q\s*([1-4])$"
_QUARTER_FIRST = r"^Q\s*([1-4])[-\s,/.']*((?:FY)?\s*\d+)$"
_NAMED = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%b %Y", "%B %Y")
_NAMED_SHORT = ("%d %b %y", "%d %B %y", "%b %y", "%B %y")
ORDERS = ("year-first", "month-first", "day-first")


@dataclass(frozen=True)
class Cell:
    """Where one column's values are, as SQL; a spreadsheet may hold text, numbers and dates in one column."""

    text: str = ""
    number: str = ""
    moment: str = ""
    tidy: bool = False  # each text is known to be its own label

    @property
    def filled(self) -> str:
        """SQL: whether there is anything in it."""
        found = [f"({sql}) IS NOT NULL" for sql in (self.number, self.moment) if sql]
        return " OR ".join([f"{word(self.text)} IS NOT NULL", *found] if self.text else found) or "FALSE"

    @property
    def written(self) -> str:
        """SQL: the value as text, for messages."""
        return _first([word(self.text) if self.text else "", _whole(self.number), _cast(self.moment, "VARCHAR")])


@dataclass(frozen=True)
class Writing:
    """How a column is written: "." or "," for numbers, an order for dates; "" where it does not matter.

    `simple`: every value is plain, so that the engine's own cast reads it. `told`: proven, or nothing to prove.
    """

    form: str = ""
    simple: bool = False
    told: bool = True
    clash: tuple[str, str] = ("", "")  # two conditions, as SQL, that cannot both be true of one column


def word(sql: str) -> str:
    """SQL of a trimmed text; null where nothing is left."""
    # comparing bytes takes an eighth of the time of trimming all blanks that there are; few values need that
    return f"CASE WHEN {_tight(sql)} THEN {sql} ELSE nullif(trim({sql}, {quoted(BLANKS)}), '') END"


def tidy(cell: Cell) -> str:
    """SQL of an aggregate: whether every text is its own label."""
    return f"coalesce(bool_and({_tight(cell.text)} AND {cell.text} NOT IN ({_list(MISSING_TEXT)})), TRUE)"


def _tight(sql: str) -> str:
    """SQL: whether a text surely has no blank at either end."""
    ends = " OR ".join(f"suffix({sql}, {quoted(blank)})" for blank in BLANKS)
    return f"({sql} BETWEEN '!' AND '~~' OR {sql} BETWEEN '一' AND '鿿') AND NOT ({ends})"


def prepared(origin: str, cells: Iterable[tuple[str, Cell]]) -> str:
    """`origin` with helper columns, so that each value is taken apart once however often it is looked at.

    For a text column c0: w_c0 it without blanks around; v_c0 its value, null where the writing says that there is none;
    k_c0 its core in ASCII, s_c0 its currency sign, and what else its kind needs. The engine leaves out the columns that
    a query does not use.
    """
    layers: list[dict[str, None]] = [{}, {}, {}, {}, {}]
    for kind, cell in cells:
        if cell.text:
            for layer, steps in zip(layers, _steps(kind, cell.text), strict=False):
                layer |= dict.fromkeys(f"{sql} AS {name}" for name, sql in steps.items())
    for layer in filter(None, layers):
        origin = f"(SELECT *, {', '.join(layer)} FROM {origin})"
    return origin


# What follows reads the columns of `prepared`.


def label(cell: Cell) -> str:
    """SQL of a key or a name."""
    if cell.tidy:
        return cell.text
    text = f"CASE WHEN w_{cell.text} NOT IN ({_list(MISSING_TEXT)}) THEN w_{cell.text} END" if cell.text else ""
    at, on = f"({cell.moment})::TIMESTAMP", f"({cell.moment})::DATE"
    moment = f"CASE WHEN {at} = {on} THEN {on}::VARCHAR ELSE {at}::VARCHAR END" if cell.moment else ""
    return _first([text, _whole(cell.number), moment])


def number(cell: Cell, writing: Writing) -> str:
    """SQL of a float, null where the value is missing or cannot be read."""
    text = _figure(cell.text, writing) if cell.text else ""
    return _first([cell.number, text]) if cell.number or text else "NULL::DOUBLE"


def day(cell: Cell, writing: Writing, starts: int = 1) -> str:
    """SQL of a date, null where the value is missing or cannot be read; a month or quarter is its first day.

    `starts` is the month in which the fiscal year starts, 0 where its quarters are no three months.
    """
    text = _date(cell.text, writing, starts) if cell.text else ""
    return _first([_cast(cell.moment, "DATE"), _serial(cell.number), text])


def present(cell: Cell) -> str:
    """SQL: whether a date or number is there, so that it must be readable."""
    found = [f"({sql}) IS NOT NULL" for sql in (cell.number, cell.moment) if sql]
    return " OR ".join([f"v_{cell.text} IS NOT NULL", *found] if cell.text else found) or "FALSE"


def simple(kind: str, cell: Cell) -> str:
    """SQL of an aggregate: how many texts are not plain, so that the engine's own cast cannot be trusted with them.

    -1 where all are and a decimal point is among them.
    """
    value = f"v_{cell.text}"
    if kind == NUMBER:
        odd = f"count(*) FILTER (NOT regexp_full_match({value}, {quoted(_PLAIN)}))"
        return f"CASE WHEN {odd} = 0 AND bool_or(contains({value}, '.')) THEN -1 ELSE {odd} END"
    plain = f"regexp_full_match({value}, {quoted(_ISO)}) AND TRY_CAST(left({value}, 10) AS DATE) IS NOT NULL"
    return f"count(*) FILTER ({value} IS NOT NULL AND NOT ({plain}))"


def evidence(kind: str, cell: Cell) -> list[str]:
    """SQL of aggregates that count what the values of a column prove."""
    return _number_evidence(f"b_{cell.text}") if kind == NUMBER else _date_evidence(f"dp_{cell.text}")


def sign(cell: Cell) -> str:
    """SQL of the currency sign beside a number; empty where there is none."""
    return f"s_{cell.text}"


def judged(kind: str, counts: Sequence[int], cell: Cell) -> Writing:
    """The writing that the counts of `evidence` prove."""
    return _judged_number(counts, f"b_{cell.text}") if kind == NUMBER else _judged_date(counts, f"dp_{cell.text}")


def _steps(kind: str, text: str) -> list[dict[str, str]]:
    trimmed = {f"w_{text}": word(text)}
    digit = f"w_{text} > '0000-00-00' AND w_{text} < ':'"  # is there, without a look at the list
    value = f"CASE WHEN {digit} OR upper(w_{text}) NOT IN ({_list(MISSING)}) THEN w_{text} END"
    if kind == TEXT:
        return [trimmed]
    wide = f"upper(translate(v_{text}, {quoted(_WIDE)}, {quoted(_NARROW)}))"
    first = {f"v_{text}": value}
    if kind == NUMBER:
        core = f"regexp_replace({wide}, {quoted(_CURRENCY)}, '', 'g')"
        parts = f"regexp_extract(k_{text}, {quoted(_FIGURE)}, ['s', 'b', 'u', 'e'])"
        sign = {f"s_{text}": f"regexp_extract({wide}, {quoted(_CURRENCY)})"}
        return [trimmed, first, {f"k_{text}": core} | sign, {f"np_{text}": parts}, {f"b_{text}": _body(f"np_{text}")}]
    core = f"trim(regexp_replace(regexp_replace({wide}, {quoted(_TIME)}, ''), {quoted(_WEEKDAY)}, ''))"
    parts = f"regexp_extract(d_{text}, {quoted(_DAY)}, ['a', 'b', 'c'])"
    month = f"regexp_extract(d_{text}, {quoted(_MONTH)}, ['a', 'b'])"
    names = f"replace(trim(regexp_replace(d_{text}, '[-\\s,./]+', ' ', 'g')), 'SEPT ', 'SEP ')"
    quarter = {f"q_{text}": _quarter(f"d_{text}")}
    return [
        trimmed,
        first,
        {f"d_{text}": core},
        {f"dp_{text}": parts, f"m_{text}": month, f"n_{text}": names} | quarter,
    ]


def _number_evidence(body: str) -> list[str]:
    patterns = (_POINT, _mirror(_POINT), _EITHER)
    return [f"count(*) FILTER (regexp_full_match({body}, {quoted(p)}))" for p in patterns]


def _judged_number(counts: Sequence[int], body: str) -> Writing:
    point, comma, either = counts
    if point and comma:
        return Writing(told=False, clash=(f"regexp_full_match({body}, {quoted(_POINT)})",
                                          f"regexp_full_match({body}, {quoted(_mirror(_POINT))})"))  # fmt: skip
    if point or comma:
        return Writing("." if point else ",")
    return Writing(told=not either)


def _date_evidence(p: str) -> list[str]:
    against = [f"count(*) FILTER ({_open(p)} AND NOT coalesce({_fits(o, p)}, FALSE))" for o in ORDERS]
    return [f"count(*) FILTER ({_open(p)})", *against]


def _judged_date(counts: Sequence[int], p: str) -> Writing:
    total, *against = counts
    fitting = [order for order, n in zip(ORDERS, against, strict=True) if not n]
    if not total:
        return Writing()
    if not fitting:
        day_first, month_first = (f"coalesce({_fits(o, p)}, FALSE)" for o in ("day-first", "month-first"))
        return Writing(told=False, clash=(f"{_open(p)} AND {day_first} AND NOT {month_first}",
                                          f"{_open(p)} AND {month_first} AND NOT {day_first}"))  # fmt: skip
    return Writing(fitting[0]) if len(fitting) == 1 else Writing(told=False)


def _open(p: str) -> str:
    """Whether a date's parts leave the order open: one or two digits first."""
    return f"length({p}.a) BETWEEN 1 AND 2"


def _fits(order: str, p: str) -> str:
    """Whether the parts can be read in an order; a year of two digits is never written with one."""
    a, b, c = (f"TRY_CAST({p}.{n} AS INTEGER)" for n in "abc")
    if order == "year-first":
        return f"(length({p}.a) = 2 AND length({p}.c) <= 2 AND {b} BETWEEN 1 AND 12 AND {c} BETWEEN 1 AND 31)"
    day, month = (a, b) if order == "day-first" else (b, a)
    return f"(length({p}.c) IN (2, 4) AND {day} BETWEEN 1 AND 31 AND {month} BETWEEN 1 AND 12)"


def _body(parts: str) -> str:
    """The digits and marks, without blanks or apostrophes that group thousands."""
    body = f"trim({parts}.b)"
    grouped = quoted(r"\d{1,3}([ '’]\d{3})+([.,]\d*)?")
    return f"CASE WHEN regexp_full_match({body}, {grouped}) THEN translate({body}, ' ''’', '') ELSE {body} END"


def _figure(text: str, writing: Writing) -> str:
    if writing.simple:
        return f"TRY_CAST(v_{text} AS DOUBLE)"
    core, parts, body, comma = f"k_{text}", f"np_{text}", f"b_{text}", writing.form == ","
    well = r"\d*(\.\d*)?|\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?"
    digits = f"replace(replace({body}, {quoted('.' if comma else ',')}, ''), ',', '.')"
    shape = quoted(_mirror(well) if comma else well)
    figure = f"CASE WHEN regexp_full_match({body}, {shape}) THEN TRY_CAST({digits} AS DOUBLE) END"
    sign = f"CASE {parts}.s || {parts}.e WHEN '' THEN 1 WHEN '+' THEN 1 WHEN '-' THEN -1 WHEN '()' THEN -1 END"
    units = " ".join(f"WHEN {quoted(u)} THEN {size!r}" for u, size in _UNITS.items())
    scaled = f"{figure} * {sign} * CASE {parts}.u {units} ELSE 1 END"
    power = f"TRY_CAST(replace({core}, ',', '.') AS DOUBLE)"
    return f"CASE WHEN regexp_full_match({core}, {quoted(_POWER)}) THEN {power} ELSE {scaled} END"


def _mirror(pattern: str) -> str:
    """A pattern for a decimal comma, from one for a decimal point."""
    return pattern.replace(r"\.", "\0").replace("(,", r"(\.").replace("*,", r"*\.").replace("\0", ",")


def _quarter(core: str) -> str:
    """SQL of a quarter's parts f (FY or nothing), y and q, from any of the ways in which people write it."""
    digits = f"regexp_replace(translate({core}, '一二三四', '1234'), '第?\\s*([1-4])\\s*季度?$', 'Q\\1')"
    turned = f"regexp_replace({digits}, {quoted(_QUARTER_FIRST)}, '\\2Q\\1')"
    return f"regexp_extract({turned}, {quoted(_QUARTER)}, ['f', 'y', 'q'])"


def _first_of_quarter(q: str, starts: int) -> str:
    """SQL of a day; a fiscal year is named by the year it ends in, and without FY it must be the calendar's."""
    if not starts:
        return "NULL::DATE"
    year = f"TRY_CAST(CASE WHEN length({q}.y) = 2 THEN '20' ELSE '' END || {q}.y AS INTEGER) - {int(starts != 1)}"
    first = f"CAST(make_date({year}, {starts}, 1) + to_months(3 * (TRY_CAST({q}.q AS INTEGER) - 1)) AS DATE)"
    return first if starts == 1 else f"CASE WHEN {q}.f = 'FY' THEN {first} END"


def _date(text: str, writing: Writing, starts: int) -> str:
    if writing.simple:
        return f"TRY_CAST(left(v_{text}, 10) AS DATE)"
    d, p, m, names = (f"{x}_{text}" for x in ("d", "dp", "m", "n"))
    return (
        f"CASE WHEN length({p}.a) = 4 THEN {_made(f'{p}.a', f'{p}.b', f'{p}.c')}"
        f" WHEN length({p}.a) = 3 THEN {_made(f'(TRY_CAST({p}.a AS INTEGER) + 1911)', f'{p}.b', f'{p}.c')}"  # Minguo
        f" WHEN {_open(p)} THEN {_ordered(p, writing.form)}"
        f" WHEN regexp_full_match({d}, '\\d{{8}}(\\d{{6}})?') THEN try_strptime(left({d}, 8), '%Y%m%d')::DATE"
        f" WHEN regexp_full_match({d}, '\\d{{4,5}}([.]\\d+)?') THEN {_serial(f'TRY_CAST({d} AS DOUBLE)')}"
        f" WHEN length(q_{text}.q) = 1 THEN {_first_of_quarter(f'q_{text}', starts)}"
        f" WHEN length({m}.a) = 4 THEN {_made(f'{m}.a', f'{m}.b', quoted('1'))}"
        f" WHEN regexp_matches({names}, ' \\d{{4}}$') THEN try_strptime({names}, [{_list(_NAMED)}])::DATE"
        f" ELSE try_strptime({names}, [{_list(_NAMED_SHORT)}])::DATE END"
    )


def _ordered(p: str, order: str) -> str:
    year = f"CASE WHEN length({p}.c) = 4 THEN {p}.c WHEN length({p}.c) = 2 THEN {_century(f'{p}.c')} END"
    if order == "day-first":
        return _made(year, f"{p}.b", f"{p}.a")
    if order == "month-first":
        return _made(year, f"{p}.a", f"{p}.b")
    if order == "year-first":
        return _made(_century(f"{p}.a"), f"{p}.b", f"CASE WHEN length({p}.c) <= 2 THEN {p}.c END")
    return "NULL::DATE"


def _century(two: str) -> str:
    """Two digits as a year between 1970 and 2069."""
    return f"CASE WHEN {two} < '70' THEN '20' ELSE '19' END || lpad({two}, 2, '0')"


def _made(year: str, month: str, day: str) -> str:
    return f"TRY_CAST(({year}) || '-' || ({month}) || '-' || ({day}) AS DATE)"


def _serial(sql: str) -> str:
    """A date that is stored as a number: Excel's count of days, yyyymmdd, or a year."""
    if not sql:
        return ""
    days = f"DATE '1899-12-30' + CAST(floor({sql}) AS INTEGER)"
    digits = f"try_strptime(CAST({sql} AS BIGINT)::VARCHAR, '%Y%m%d')::DATE"
    return (f"CASE WHEN {sql} BETWEEN 20000 AND 80000 THEN {days}"
            f" WHEN {sql} BETWEEN 19000101 AND 99991231 THEN {digits}"
            f" WHEN {sql} BETWEEN 1900 AND 2100 AND {sql} = floor({sql})"
            f" THEN make_date(CAST({sql} AS INTEGER), 1, 1) END")  # fmt: skip


def _whole(sql: str) -> str:
    """A number as a label: 12345, never 12345.0."""
    if not sql:
        return ""
    whole = f"{sql} = floor({sql}) AND abs({sql}) < 9007199254740992"
    return f"CASE WHEN {whole} THEN CAST(CAST({sql} AS BIGINT) AS VARCHAR) ELSE CAST({sql} AS VARCHAR) END"


def _cast(sql: str, kind: str) -> str:
    return f"CAST({sql} AS {kind})" if sql else ""


def _first(found: list[str]) -> str:
    found = [sql for sql in found if sql]
    return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0] if found else "NULL"


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(quoted(w) for w in words)

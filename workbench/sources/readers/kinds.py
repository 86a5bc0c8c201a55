"""Values as companies write them, as SQL: numbers, dates and words; and what the writing proves.

Nothing here guesses: a decimal mark or an order of day and month is either proven by the values or asked for.
"""

from dataclasses import dataclass

from workbench.sources.engines import quoted

NUMBER, DATE, TEXT = "number", "date", "text"
BLANKS = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b\u202f\u2009"
MISSING = ("-", "--", "—", "–", "N/A", "NA", "#N/A", "NULL", "(NULL)", "(NA)", "NAN", "NONE", "\\N", "0000-00-00")
MISSING_TEXT = ("NULL", "(NULL)", "\\N", "#N/A")  # in names, where "NA" may be Namibia
_WIDE = "０１２３４５６７８９．，－＋（）％／：＄￥￡−﹣　\u00a0\u202f\u2009"
_NARROW = "0123456789.,-+()%/:$¥£--    "
_CURRENCY = r"(RMB|CNY|USD|EUR|GBP|TWD|NTD|HKD|JPY|NT\$|HK\$|US\$|CN¥|[$¥€£元圆圓])"
_UNITS = {"百万": 1e6, "百萬": 1e6, "千万": 1e7, "千萬": 1e7, "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8, "千": 1e3, "%": 0.01, "‰": 0.001}  # fmt: skip
_FIGURE = rf"^\s*([-+(]?)\s*([0-9][0-9.,'’ ]*|[.,][0-9]+)\s*({'|'.join(_UNITS)})?\s*([-)]?)\s*$"
_POINT = r"\d{1,3}(,\d{2,3})*,\d{3}\.\d*|\d{1,3}(,\d{3}){2,}|\d{4,}\.\d*|\d{1,3}\.(\d{0,2}|\d{4,})|0\d*\.\d+|\.\d+"
_EITHER = r"[1-9]\d{0,2}[.,]\d{3}"
_PLAIN = r"-?(\d+|\d*\.(\d{1,2}|\d{4,})|\d{4,}\.\d{3}|0?\.\d{3})"
_POWER = r"[-+]?\d+([.,]\d+)?E[-+]?\d+"
_ISO = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?"
_TIME = r"(T|\s|,)+((上午|下午|AM|PM)\s*)?\d{1,2}:\d{2}[0-9:.,]*\s*(AM|PM|Z|UTC|[-+]\d{2}:?\d{2})?$"
_WEEKDAY = r"^(MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+|\s*[(]?(星期|周|週|礼拜|禮拜).[)]?$"
_DAY = r"^(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*[日号號]?$"
_MONTH = r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?$"
_NAMED = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%d-%B-%Y", "%b %Y", "%B %Y", "%b-%Y")
ORDERS = ("year-first", "month-first", "day-first")


@dataclass(frozen=True)
class Cell:
    """Where one column's values are, as SQL; a spreadsheet may hold text, numbers and dates in one column."""

    text: str = ""
    number: str = ""
    moment: str = ""

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
    return f"nullif(trim({sql}, {quoted(BLANKS)}), '')"


def label(cell: Cell) -> str:
    """SQL of a key or a name."""
    text = f"CASE WHEN {word(cell.text)} NOT IN ({_list(MISSING_TEXT)}) THEN {word(cell.text)} END" if cell.text else ""
    moment = f"CASE WHEN ({cell.moment})::TIMESTAMP = ({cell.moment})::DATE THEN ({cell.moment})::DATE::VARCHAR" \
             f" ELSE ({cell.moment})::VARCHAR END" if cell.moment else ""  # fmt: skip
    return _first([text, _whole(cell.number), moment])


def number(cell: Cell, writing: Writing) -> str:
    """SQL of a float, null where the value is missing or cannot be read."""
    text = _figure(cell.text, writing) if cell.text else ""
    return _first([cell.number, text]) if cell.number or text else "NULL::DOUBLE"


def day(cell: Cell, writing: Writing) -> str:
    """SQL of a date, null where the value is missing or cannot be read."""
    text = _date(cell.text, writing) if cell.text else ""
    return _first([_cast(cell.moment, "DATE"), _serial(cell.number), text])


def present(cell: Cell) -> str:
    """SQL: whether a date or number is there, so that it must be readable."""
    found = [f"({sql}) IS NOT NULL" for sql in (cell.number, cell.moment) if sql]
    return " OR ".join([f"{_value(cell.text)} IS NOT NULL", *found] if cell.text else found) or "FALSE"


def simple(kind: str, cell: Cell) -> str:
    """SQL of an aggregate: how many texts are not plain (none lets the engine's own cast read them); -1 if none is,
    and a decimal point is among them."""
    value = _value(cell.text)
    if kind == NUMBER:
        odd = f"count(*) FILTER (NOT regexp_full_match({value}, {quoted(_PLAIN)}))"
        return f"CASE WHEN {odd} = 0 AND bool_or(contains({value}, '.')) THEN -1 ELSE {odd} END"
    plain = f"regexp_full_match({value}, {quoted(_ISO)}) AND TRY_CAST(left({value}, 10) AS DATE) IS NOT NULL"
    return f"count(*) FILTER ({value} IS NOT NULL AND NOT ({plain}))"


def evidence(kind: str, cell: Cell, origin: str) -> str:
    """SQL that counts what each distinct value of a column proves."""
    values = f"WITH v AS (SELECT DISTINCT {_value(cell.text)} AS x FROM {origin}) "
    return values + (_number_evidence() if kind == NUMBER else _date_evidence())


def judged(kind: str, counts: tuple[int, ...], cell: Cell) -> Writing:
    """The writing that the counts of `evidence` prove."""
    return _judged_number(counts, cell) if kind == NUMBER else _judged_date(counts, cell)


def _number_evidence() -> str:
    body = _body(_parts("x"))
    return (f"SELECT count(*) FILTER (regexp_full_match(b, {quoted(_POINT)})),"
            f" count(*) FILTER (regexp_full_match(b, {quoted(_mirror(_POINT))})),"
            f" count(*) FILTER (regexp_full_match(b, {quoted(_EITHER)})) FROM (SELECT {body} AS b FROM v)")  # fmt: skip


def _judged_number(counts: tuple[int, ...], cell: Cell) -> Writing:
    point, comma, either = counts
    if point and comma:
        body = _body(_parts(_value(cell.text)))
        return Writing(told=False, clash=(f"regexp_full_match({body}, {quoted(_POINT)})",
                                          f"regexp_full_match({body}, {quoted(_mirror(_POINT))})"))  # fmt: skip
    if point or comma:
        return Writing("." if point else ",")
    return Writing(told=not either)


def _date_evidence() -> str:
    return (f"SELECT count(*), {', '.join(f'count(*) FILTER (NOT coalesce({_fits(o)}, FALSE))' for o in ORDERS)}"
            f" FROM (SELECT regexp_extract({_day_text('x')}, {quoted(_DAY)}, ['a', 'b', 'c']) AS p FROM v)"
            f" WHERE {_open('p')}")  # fmt: skip


def _judged_date(counts: tuple[int, ...], cell: Cell) -> Writing:
    total, *against = counts
    fitting = [order for order, n in zip(ORDERS, against, strict=True) if not n]
    if not total:
        return Writing()
    if not fitting:
        p = f"regexp_extract({_day_text(_value(cell.text))}, {quoted(_DAY)}, ['a', 'b', 'c'])"
        only = {o: f"{_open(p)} AND coalesce({_fits(o, p)}, FALSE)" for o in ORDERS}
        return Writing(told=False, clash=(f"{only['day-first']} AND NOT coalesce({_fits('month-first', p)}, FALSE)",
                                          f"{only['month-first']} AND NOT coalesce({_fits('day-first', p)}, FALSE)"))  # fmt: skip
    return Writing(fitting[0]) if len(fitting) == 1 else Writing(told=False)


def _open(p: str) -> str:
    """Whether a date's parts leave the order open: one or two digits first."""
    return f"length({p}.a) BETWEEN 1 AND 2"


def _fits(order: str, p: str = "p") -> str:
    """Whether the parts can be read in an order; a year of two digits is never written with one."""
    a, b, c = (f"TRY_CAST({p}.{n} AS INTEGER)" for n in "abc")
    if order == "year-first":
        return f"(length({p}.a) = 2 AND length({p}.c) <= 2 AND {b} BETWEEN 1 AND 12 AND {c} BETWEEN 1 AND 31)"
    day, month = (a, b) if order == "day-first" else (b, a)
    return f"(length({p}.c) IN (2, 4) AND {day} BETWEEN 1 AND 31 AND {month} BETWEEN 1 AND 12)"


def _value(sql: str) -> str:
    """SQL of a text that should be a number or a date; null for the ways to write that there is none."""
    text = word(sql)
    return f"CASE WHEN upper({text}) NOT IN ({_list(MISSING)}) THEN {text} END"


def _core(value: str) -> str:
    return f"regexp_replace(upper(translate({value}, {quoted(_WIDE)}, {quoted(_NARROW)})), {quoted(_CURRENCY)}, '', 'g')"


def _parts(value: str) -> str:
    return f"regexp_extract({_core(value)}, {quoted(_FIGURE)}, ['s', 'b', 'u', 'e'])"


def _body(parts: str) -> str:
    """The digits and marks, without blanks or apostrophes that group thousands."""
    body = f"trim({parts}.b)"
    grouped = quoted(r"\d{1,3}([ '’]\d{3})+([.,]\d*)?")
    return f"CASE WHEN regexp_full_match({body}, {grouped}) THEN translate({body}, ' ''’', '') ELSE {body} END"


def _figure(text: str, writing: Writing) -> str:
    value = _value(text)
    if writing.simple:
        return f"TRY_CAST({value} AS DOUBLE)"
    parts, mark = _parts(value), writing.form or "."
    well = r"\d*(\.\d*)?|\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?"
    body, decimal = _body(parts), "," if mark == "," else "."
    digits = f"replace(replace({body}, {quoted('.' if decimal == ',' else ',')}, ''), ',', '.')"
    figure = f"CASE WHEN regexp_full_match({body}, {quoted(_mirror(well) if decimal == ',' else well)})" \
             f" THEN TRY_CAST({digits} AS DOUBLE) END"  # fmt: skip
    sign = f"CASE {parts}.s || {parts}.e WHEN '' THEN 1 WHEN '+' THEN 1 WHEN '-' THEN -1 WHEN '()' THEN -1 END"
    units = " ".join(f"WHEN {quoted(u)} THEN {size!r}" for u, size in _UNITS.items())
    scaled = f"{figure} * {sign} * CASE {parts}.u {units} ELSE 1 END"
    power = f"TRY_CAST(replace({_core(value)}, ',', '.') AS DOUBLE)"
    return f"CASE WHEN regexp_full_match({_core(value)}, {quoted(_POWER)}) THEN {power} ELSE {scaled} END"


def _mirror(pattern: str) -> str:
    """A pattern for a decimal comma, from one for a decimal point."""
    return pattern.replace(r"\.", "\0").replace("(,", r"(\.").replace("*,", r"*\.").replace("\0", ",")


def _day_text(value: str) -> str:
    """SQL of a date without its time and weekday."""
    wide = f"upper(translate({value}, {quoted(_WIDE)}, {quoted(_NARROW)}))"
    return f"trim(regexp_replace(regexp_replace({wide}, {quoted(_TIME)}, ''), {quoted(_WEEKDAY)}, ''))"


def _date(text: str, writing: Writing) -> str:
    value = _value(text)
    if writing.simple:
        return f"TRY_CAST(left({value}, 10) AS DATE)"
    d = _day_text(value)
    p = f"regexp_extract({d}, {quoted(_DAY)}, ['a', 'b', 'c'])"
    m = f"regexp_extract({d}, {quoted(_MONTH)}, ['a', 'b'])"
    names = f"regexp_replace(replace({d}, ',', ' '), '\\s+', ' ', 'g')"
    return (
        f"CASE WHEN length({p}.a) = 4 THEN {_made(f'{p}.a', f'{p}.b', f'{p}.c')}"
        f" WHEN length({p}.a) = 3 THEN {_made(f'(TRY_CAST({p}.a AS INTEGER) + 1911)', f'{p}.b', f'{p}.c')}"  # Minguo
        f" WHEN {_open(p)} THEN {_ordered(p, writing.form)}"
        f" WHEN regexp_full_match({d}, '\\d{{8}}(\\d{{6}})?') THEN try_strptime(left({d}, 8), '%Y%m%d')::DATE"
        f" WHEN regexp_full_match({d}, '\\d{{4,5}}([.]\\d+)?') THEN {_serial(f'TRY_CAST({d} AS DOUBLE)')}"
        f" WHEN length({m}.a) = 4 THEN {_made(f'{m}.a', f'{m}.b', quoted('1'))}"
        f" ELSE try_strptime({names}, [{_list(_NAMED)}])::DATE END"
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
            f" WHEN {sql} BETWEEN 1900 AND 2100 AND {sql} = floor({sql}) THEN make_date(CAST({sql} AS INTEGER), 1, 1) END")  # fmt: skip


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

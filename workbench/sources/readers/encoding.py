"""Which encoding a text file is in, proven from all of its bytes, or asked for."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.sources.readers.files import CHUNK

_SAMPLE = 1 << 18
_LEGACY = ("gb18030", "big5", "cp1252")
# The most frequent characters of running Chinese and of trade, by script; enough to tell text from a wrong decoding
_SIMPLIFIED = set(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实"
    "日月季销售额订单客户名称产品金额数量价单号编期区域城市省部门负责员业务合同回款目标完成率类型别备注状态联系电话地址公司有限科技华东南北西部渠道直营代理线号码元万总计成本利润折扣开票付款未已新老张王李刘陈杨赵黄周吴"
)
_TRADITIONAL = set(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心本前開但因只從想實"
    "日月季銷售額訂單客戶名稱產品金額數量價單號編期區域城市省部門負責員業務合約回款目標完成率類型別備註狀態聯絡電話地址公司有限科技華東南北西部通路直營代理線號碼元萬總計成本利潤折扣開票付款未已新老張王李劉陳楊趙黃周吳台灣"
)


@dataclass(frozen=True)
class Encoding:
    """A file's encoding as Python names it ("" where it could not be told), and a problem if any."""

    name: str
    problem: str = ""


def prove(file: Path, shown: str, asked: str = "") -> Encoding:
    """The one encoding that all bytes of the file fit; `asked` is what the settings say."""
    start = _head(file)
    if foreign := _foreign(start, shown):
        return Encoding("", foreign)
    if asked:
        return _asked(file, shown, asked)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return Encoding(name) if fits(file, name) else _none(shown)
    if b"\0" in start:
        wide = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        return Encoding(wide) if fits(file, wide) and start.count(0) > len(start) / 8 else _binary(shown)
    return Encoding("utf-8") if fits(file, "utf-8") else _legacy(file, shown)


def fits(file: Path, name: str) -> bool:
    """Whether every byte of the file can be read in an encoding."""
    try:
        for _ in decoded(file, name):
            pass
    except UnicodeError:
        return False
    return True


def decoded(file: Path, name: str) -> Iterator[str]:
    """The file's text in pieces, strictly decoded."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _asked(file: Path, shown: str, asked: str) -> Encoding:
    try:
        name = codecs.lookup(asked).name
    except LookupError:
        return Encoding("", f"{shown}: '{asked}' is not an encoding. Use e.g. utf-8, gb18030, big5 or cp1252.")
    name = "utf-8-sig" if name == "utf-8" and _head(file).startswith(codecs.BOM_UTF8) else name
    if fits(file, name):
        return Encoding(name)
    advice = "Correct encoding in workbench.toml, or leave it out to have it found."
    return Encoding("", f"{shown}: not all of its bytes are {asked}. {advice}")


def _legacy(file: Path, shown: str) -> Encoding:
    """The legacy encoding that makes words of the bytes; several can decode them, only one makes sense."""
    odd = _odd_lines(file)
    scores = {name: _sense(odd, name) for name in _LEGACY if fits(file, name)}
    best = sorted(scores, key=lambda n: -scores[n])
    if best and scores[best[0]] >= 0.2 and (len(best) == 1 or scores[best[0]] >= 2.5 * scores[best[1]]):
        return Encoding(best[0])
    return _none(shown, list(scores))


def _odd_lines(file: Path) -> bytes:
    """Up to a quarter megabyte of the lines that are not plain ASCII, for the others prove nothing."""
    kept, size = [], 0
    with file.open("rb") as opened:
        for line in opened:
            if not line.isascii():
                kept.append(line)
                size += len(line)
            if size > _SAMPLE:
                break
    return b"".join(kept)


def _sense(odd: bytes, name: str) -> float:
    """The share of the characters beyond ASCII that are usual in the encoding's languages."""
    text = odd.decode(name, "replace")
    beyond = [c for c in text if ord(c) > 127]
    if not beyond:
        return 0.0
    if name == "cp1252":
        return _western(text) / len(beyond)
    usual = _SIMPLIFIED if name == "gb18030" else _TRADITIONAL
    han = sum(1 for c in beyond if "\u4e00" <= c <= "\u9fff")
    return sum(c in usual for c in beyond) / max(han, 1) * min(1.0, 2 * han / len(beyond))


def _western(text: str) -> int:
    """Characters beyond ASCII that stand as accents do: a Latin letter beside ASCII ones, or a sign."""
    padded = f" {text} "
    return sum(
        1
        for before, c, after in zip(padded, padded[1:], padded[2:], strict=False)
        if ord(c) > 127 and (c in "€£°–—‘’“”§«»®©™" or c.isalpha()) and (before.isascii() and after.isascii())
        and (c not in "þÞðÐ¤¦" and (before.isalpha() or after.isalpha() or not c.isalpha()))
    )  # fmt: skip


def _foreign(start: bytes, shown: str) -> str:
    """What a file is that calls itself text and is not."""
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return f"{shown}: this is a workbook or an archive, not text. Name it as what it is, e.g. .xlsx or .xls."
    if start.startswith(b"PAR1"):
        return f"{shown}: this is Parquet, not text. Name it .parquet."
    if start.startswith((b"%PDF", b"\x1f\x8b", b"SQLite format 3")):
        return f"{shown}: this is not text, but a PDF, a compressed file or a database. Export it as CSV or Excel."
    opening = start.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].lower()
    if opening.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        return f"{shown}: this is a web page (HTML or XML), not a table. Open it in Excel and save it as .xlsx."
    return ""


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(1 << 16)


def _none(shown: str, fitting: list[str] | None = None) -> Encoding:
    several = f" Its bytes could be {' or '.join(fitting)}." if fitting else ""
    advice = 'Say which in workbench.toml, e.g. encoding = "gb18030".'
    return Encoding("", f"{shown}: its encoding cannot be told.{several} {advice}")


def _binary(shown: str) -> Encoding:
    return Encoding("", f"{shown}: this is not a text file (it holds NUL bytes). Export it as CSV or Excel.")

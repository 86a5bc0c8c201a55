"""Amounts as people write them into a cell: 1,234,567 · １２３万 · ¥1.2M · 3.5 亿. Nothing is guessed."""

import math
import re
import unicodedata
from decimal import Decimal
from typing import Any

_UNITS = {
    "百万": 6, "百萬": 6, "千万": 7, "千萬": 7, "万": 4, "萬": 4, "亿": 8, "億": 8, "千": 3, "k": 3, "m": 6, "b": 9,
}  # fmt: skip
_SIGNS = r"(?:RMB|CNY|USD|EUR|GBP|TWD|NTD|HKD|JPY|NT\$|HK\$|US\$|CN¥|[$¥€£元圆圓])"
_AMOUNT = re.compile(
    rf"{_SIGNS}?\s*([0-9][0-9.,'’ ]*)\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})?\s*{_SIGNS}?", re.IGNORECASE
)
_LARGEST = 1e15


def amount(value: Any) -> tuple[float | None, str]:
    """The amount in full units, None where nothing is written; and what is wrong with it, "" where nothing is."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None, ""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None, f"{value} is not an amount"
    if isinstance(value, str):
        return _written(value)
    return _checked(float(value), str(value))


def _checked(number: float, shown: str) -> tuple[float | None, str]:
    if not math.isfinite(number) or abs(number) >= _LARGEST:
        return None, f"{shown} is not an amount"
    return (None, f"{shown} is below 0") if number < 0 else (round(number, 2), "")


def _written(text: str) -> tuple[float | None, str]:
    plain = unicodedata.normalize("NFKC", text).replace("￥", "¥").strip()
    if re.match(r"[-−(]", plain):
        return None, f"{text.strip()!r} is below 0, or no amount"
    found = _AMOUNT.fullmatch(plain)
    if not found:
        return None, f"{text.strip()!r} is not an amount"
    digits, unit = re.sub(r"[ '’]", "", found[1]), (found[2] or "").lower()
    number = _digits(digits, bool(unit))
    if number is None:
        return None, f"{text.strip()!r} can be read in two ways; write it without a separator"
    return _checked(float(number.scaleb(_UNITS.get(unit, 0))), text.strip())


def _digits(text: str, has_unit: bool) -> Decimal | None:
    """1,234,567.5 or 1.234.567,5 as a number; None where a mark may be either ("1.234" without a unit)."""
    if re.fullmatch(r"\d+", text):
        return Decimal(text)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", text):
        return Decimal(text.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(\.\d{3}){2,}(,\d*)?|\d{1,3}\.\d{3},\d*", text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d+\.\d*", text):
        grouped = re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text)
        return None if grouped and not has_unit else Decimal(text)
    return Decimal(text.replace(",", ".")) if re.fullmatch(r"\d+,\d{1,2}", text) else None

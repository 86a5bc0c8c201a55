"""Which currencies the money is in, however people write them, and which of them is the company's own."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from workbench.settings import NO_CURRENCY
from workbench.sources.contracts import TABLES
from workbench.sources.guess.guesses import Column, Question, SourceGuess
from workbench.sources.guess.sheets import Sheet

_MONEY_MARKS = {"€": "EUR", "£": "GBP", "nt$": "TWD", "新台幣": "TWD", "hk$": "HKD", "人民币": "CNY", "rmb": "CNY"}
_CURRENCIES = {  # as people write them in a column
    "CNY": "人民币 人民幣 rmb cnh yuan renminbi ¥ ￥ 元",
    "USD": "美元 美金 us$ $ dollar usdollar",
    "EUR": "欧元 歐元 € euro",
    "HKD": "港币 港元 港幣 hk$",
    "TWD": "新台币 新臺幣 新台幣 台币 台幣 nt$ ntd",
    "JPY": "日元 日圆 日圓 日币 yen",
    "GBP": "英镑 英鎊 £ pound",
    "KRW": "韩元 韓元",
    "SGD": "新加坡元 新币",
    "CHF": "瑞士法郎 sfr fr.",
}
_CODES = "CNY TWD USD EUR GBP JPY HKD SGD AUD CAD CHF KRW INR"


def coined(sources: Mapping[str, SourceGuess]) -> dict[str, SourceGuess]:
    """Sources whose currencies are written as words or signs, with the code of each."""
    found = dict(sources)
    for name, source in sources.items():
        if "currency" in source.columns and name in TABLES:
            values = [str(v) for v in source.together.distinct(source.columns["currency"].header)]
            coins = {v: code for v in values if (code := _code(v)) != v.strip().upper()}
            found[name] = replace(source, coins=coins)
    return found


def counted(source: SourceGuess) -> SourceGuess:
    """Orders that hold pieces and nothing of money, with the pieces as the amount."""
    if not in_pieces(source):
        return source
    columns = {n: c for n, c in source.columns.items() if n != "quantity"}
    pieces = replace(source.columns["quantity"], why="pieces: no column holds money")
    return replace(source, columns={**columns, "amount": pieces})


def in_pieces(source: SourceGuess) -> bool:
    """Whether orders have a quantity, and neither an amount nor what may be one, nor a price."""
    known = {*source.columns, *source.rivals}
    return source.name == "orders" and "quantity" in source.columns and not known & {"amount", "price"}


def _code(written: str) -> str:
    """A currency's code, whichever way it is written."""
    word = unicodedata.normalize("NFKC", written).strip().casefold().replace(" ", "")
    known = {unicodedata.normalize("NFKC", n): code for code, names in _CURRENCIES.items() for n in names.split()}
    return known.get(word, written.strip().upper())


def _codes(source: SourceGuess) -> pd.Series:
    """The currency of each row, as a code."""
    cells = source.values[source.columns["currency"].header].dropna().astype("str")
    return cells[cells.str.strip() != ""].map(_code)


def _spent(sources: Mapping[str, SourceGuess]) -> pd.Series:
    """The currencies of the orders, or of the deals that they are derived from."""
    orders = sources.get("orders")
    source = sources.get("opportunities") if orders is not None and orders.derive else orders
    return _codes(source) if source is not None and "currency" in source.columns else pd.Series(dtype="str")


def own_currency(
    sheets: Sequence[Sheet], sources: Mapping[str, SourceGuess], language: str
) -> tuple[Column, list[Question]]:
    """The company's currency: named in a column or a header, else by the language, else asked."""
    codes = list(_spent(sources).value_counts().index)
    if len(codes) == 1:
        return Column(codes[0], "proven: the only one in the orders' currency column"), []
    if codes:
        rated = set(_codes(sources["rates"])) if "rates" in sources else set()
        own = [c for c in codes if c not in rated]
        if rated and len(own) == 1:
            return Column(own[0], "proven: the orders are in it, and the rates have none for it"), []
        asked = f"the orders are in {', '.join(codes[:6])}: which is the company's own currency?"
        asked += "" if rated else " A table `rates` is needed for the others."
        return Column(codes[0], "guess: the most frequent in the orders"), [Question("company:currency", asked)]
    if any(in_pieces(source) for source in sources.values()):
        return Column(NO_CURRENCY, "pieces are counted, no money: XXX stands for no currency"), []
    headers = " ".join(h for s in sheets for h in s.headers)
    for mark, code in {**{c: c for c in _CODES.split()}, **_MONEY_MARKS}.items():
        if re.search(rf"(?<![A-Za-z]){re.escape(mark)}(?![A-Za-z])", headers, re.IGNORECASE if len(mark) > 1 else 0):
            return Column(code, f"guess: a header holds {mark!r}"), []
    if language != "en":
        code = {"zh-CN": "CNY", "zh-TW": "TWD"}[language]
        return Column(code, "guess: by the language of the headers"), []
    return Column("USD", "not known"), [Question("company:currency", "in which currency is the money? No file says.")]

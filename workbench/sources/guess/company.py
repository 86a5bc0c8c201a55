"""What a company's files are when seen together: sources, joins, dimensions, and what only a person can decide."""

import re
from collections.abc import Sequence

from workbench.sources.guess.currencies import coined, counted, own_currency
from workbench.sources.guess.dimensions import dimensions
from workbench.sources.guess.guesses import Column, Guess
from workbench.sources.guess.joins import joined
from workbench.sources.guess.opportunities import derived, staged
from workbench.sources.guess.questions import questions, with_proof
from workbench.sources.guess.sheets import Sheet
from workbench.sources.guess.tables import own_references, tables

_TRADITIONAL = "訂單號額戶產業務數價區標類銷檔編負責開發經員買賣門達預計階機會潛"
_SIMPLIFIED = "订单号额户产业务数价区标类销档编负责开发经员买卖门达预计阶机会潜"


def guess(sheets: Sequence[Sheet]) -> Guess:
    """The company that these sheets describe."""
    taken, unused, asked = tables([s for s in sheets if len(s.headers)])
    own, left = own_references(taken, unused)
    sources, chains = dimensions(coined(staged(derived(joined(taken | own)))))
    asked += [with_proof(q, sources) for q in questions(sources)]
    language = _language(sheets)
    currency, doubt = own_currency(sheets, sources, language.header)
    sources = {name: counted(source) for name, source in sources.items()}
    return Guess(sources, chains, tuple(left), (*asked, *doubt), currency, language)


def _language(sheets: Sequence[Sheet]) -> Column:
    text = "".join("".join(s.headers) for s in sheets)
    if re.search("[ぁ-ヿ売価円]", text):
        return Column("en", "guess: the headers are Japanese, which no report is written in")
    if not re.search("[一-鿿]", text):
        return Column("en", "guess: the headers are not Chinese")
    traditional = sum(text.count(c) for c in _TRADITIONAL if c not in _SIMPLIFIED)
    simplified = sum(text.count(c) for c in _SIMPLIFIED if c not in _TRADITIONAL)
    script = ("zh-TW", "traditional") if traditional > simplified else ("zh-CN", "simplified")
    return Column(script[0], f"guess: the headers are in {script[1]} Chinese")

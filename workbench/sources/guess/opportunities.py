"""What opportunities tell: which stages are won, lost and open, and the orders of a company that has only them."""

from collections.abc import Mapping
from dataclasses import replace

from workbench.sources.guess.guesses import SourceGuess
from workbench.sources.guess.sheets import plain

_WON = "won closedwon 赢单 已赢单 贏單 成交 已成交 签约 簽約 中标 得標"
_LOST = "lost closedlost 输单 已输单 輸單 丢单 失单 流失 未成交"
_OPEN = (  # stages in the order in which deals pass through them
    "prospect lead new 线索 潜在 名單",
    "engag contact 初步 接触 沟通 接洽 拜访",
    "qualif discover needs 需求 确认 確認",
    "demo 演示 展示",
    "proposal quot 方案 报价 報價 提案",
    "negotiat 谈判 商务 議價 談判",
    "verbal contract commit 合同 合約 承诺",
)


def derived(sources: Mapping[str, SourceGuess]) -> dict[str, SourceGuess]:
    """A company with only a CRM export: its orders are the won opportunities."""
    deals = sources.get("opportunities")
    if "orders" in sources or deals is None or not {"closed", "amount"} <= set(deals.columns):
        return dict(sources)
    note = "No file looks like orders, so they are the won opportunities, on the day and at the value they closed with."
    return {"orders": SourceGuess("orders", (), {}, derive="won opportunities", notes=(note,)), **sources}


def staged(sources: Mapping[str, SourceGuess]) -> dict[str, SourceGuess]:
    """Sources with the stages of opportunities told apart, the open ones in the order in which deals pass them."""
    deals = sources.get("opportunities")
    if deals is None:
        return dict(sources)
    names = [str(n) for n in deals.together.distinct(deals.columns["stage"].header)][:50]
    won = [n for n in names if plain(n) in _WON.split()]
    lost = [n for n in names if plain(n) in _LOST.split()]
    order = sorted((n for n in names if n not in won + lost), key=_stage_rank)
    return dict(sources) | {"opportunities": replace(deals, stages={"won": won, "lost": lost, "order": order})}


def _stage_rank(name: str) -> int:
    ranks = [i for i, words in enumerate(_OPEN) if any(w in name.casefold() for w in words.split())]
    return ranks[0] if ranks else len(_OPEN)

"""Currency signs beside amounts: which currencies each can stand for, and columns in which they contradict."""

from collections.abc import Iterable

_DOLLARS = frozenset(
    ["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "DOP", "BRL", "BBD", "XCD"]
)
_POUNDS = frozenset(["GBP", "EGP", "LBP", "SYP", "SDG", "GIP", "FKP", "SHP"])
_YUAN = frozenset(["CNY", "TWD", "HKD", "MOP", "JPY", "SGD"])
# as kinds writes a sign: in capitals, ￥ as ¥
_MEANT = {
    "$": _DOLLARS, "¥": frozenset({"CNY", "JPY"}), "€": frozenset({"EUR"}), "£": _POUNDS,
    "元": _YUAN, "圆": _YUAN, "圓": _YUAN,
    "RMB": frozenset({"CNY"}), "CN¥": frozenset({"CNY"}), "NTD": frozenset({"TWD"}), "NT$": frozenset({"TWD"}),
    "HK$": frozenset({"HKD"}), "US$": frozenset({"USD"}),
}  # fmt: skip


def meant(sign: str) -> frozenset[str]:
    """The currencies that a sign may stand for; a code stands for itself."""
    return _MEANT.get(sign, frozenset({sign}))


def apart(signs: Iterable[str]) -> bool:
    """Whether no one currency is meant by all these signs."""
    found = [meant(sign) for sign in signs]
    return bool(found) and not frozenset.intersection(*found)


def foreign(signs: Iterable[str], own: str) -> list[str]:
    """The signs that cannot stand for the company's own currency."""
    return [sign for sign in signs if own and own not in meant(sign)]

"""Who is told how a run ended. Off until an address is named."""

import re
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, field_validator

from workbench.settings.company import Language, Strict

_OPEN = {"mailto", "mailtos", "json", "jsons", "form", "forms", "xml", "xmls"}  # may do without a secret
_SECRET = re.compile(r"(?i)pass|token|secret|key")


class NotifySettings(Strict):
    urls: list[str] = Field([], repr=False)  # addresses as Apprise writes them; ${NAME} takes NAME from the environment
    when: Literal["always", "failure", "alerts"] = "always"  # alerts: failures, and what moved beyond noise
    lang: Literal[Language, ""] = ""  # of the messages; empty: the report's first
    link: str = ""  # where the folder of reports is served, as https://reports.example.com; empty: the file's path
    seconds: float = Field(20, gt=0, le=120)  # that a run waits for all addresses together, at most

    @field_validator("urls")
    @classmethod
    def _without_secrets(cls, value: list[str]) -> list[str]:
        bad = [str(place) for place, url in enumerate(value, 1) if not _safe(url)]
        if bad:
            raise ValueError(
                f"address {', '.join(bad)} holds a secret, or is none; put the secret, or all of the address, in a "
                'variable of the environment and write ${NAME} for it, as urls = ["slack://${SLACK_TOKEN}"]'
            )
        return value

    @field_validator("link")
    @classmethod
    def _web(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc):
            raise ValueError("write a web address without name and password, as https://reports.example.com")
        return value.rstrip("/")


def _safe(url: str) -> bool:
    """Whether an address has nothing secret written out: passwords, tokens, or all that follows a chat's name."""
    if re.fullmatch(r"\$\{\w+\}", url):
        return True
    scheme, found, _ = url.partition("://")
    if not found or not (scheme.lower() in _OPEN or "${" in url):
        return False
    try:
        parts = urlsplit(re.sub(r"\$\{\w+\}", "", url))
        written = parts.password or any(v for k, v in parse_qsl(parts.query) if _SECRET.search(k))
    except ValueError:
        return False
    return not written

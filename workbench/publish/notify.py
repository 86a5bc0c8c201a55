"""Tells people how a run ended, through Apprise, where the settings name addresses. It never fails a run."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workbench import settings as settings_file
from workbench.errors import ParameterError, SettingsError
from workbench.publish import manifest
from workbench.publish.plan import Request, settings_path
from workbench.publish.report import Outcome
from workbench.settings import Language, Settings

if TYPE_CHECKING:
    from workbench.publish.each import Many
    from workbench.publish.message import Message

_KNOWN = re.compile(r"(?i)[a-z][a-z0-9+.-]{0,20}")


def of_run(request: Request, came: "Outcome | Many") -> list[str]:
    """Tells what came of a run; lines that say where that failed. Nothing is told of a run that found its work done."""
    company = _company(request)
    if company is None or not _wanted(company, came):
        return []
    return send(company, _message(company, request, came))


def of_refusal(request: Request, reason: str) -> list[str]:
    """Tells that a run did not begin, and why; lines that say where that failed."""
    company = _company(request)
    if company is None:
        return []
    from workbench.publish import message

    return send(company, message.of_refusal(company, _redacted(company, reason), _lang(company)))


def trial(path: str | Path) -> tuple[int, list[str]]:
    """Sends a trial to every address: how many there are, and lines that say where that failed."""
    from workbench.publish import message

    company = settings_file.load(path)
    if not company.notify.urls:
        raise ParameterError("workbench notify", ["the settings name no address; write [notify] urls = [...]"])
    return len(company.notify.urls), send(company, message.trial(company, _lang(company)))


def send(company: Settings, said: "Message") -> list[str]:
    """Sends a message to all addresses within the time allowed; a line for each that failed, without its secrets."""
    if importlib.util.find_spec("apprise") is None:
        return [
            "Nobody was told: the package apprise is not installed. Install it with: pip install 'workbench[notify]'"
        ]
    urls, failed = [], {}
    for place, url in enumerate(company.notify.urls):
        try:
            urls.append((place, _filled(url)))
        except SettingsError as error:
            failed[place] = "; ".join(error.problems)
    asked = {"urls": [url for _, url in urls], "title": said.title, "body": said.body, "kind": said.kind}
    for (place, _), why in zip(urls, _posted(asked, company.notify.seconds) if urls else (), strict=True):
        failed |= {place: why} if why else {}
    return [
        f"Not told: address {place + 1}{_kind(company.notify.urls[place])}: {failed[place]}" for place in sorted(failed)
    ]


def _filled(url: str) -> str:
    """An address with its secrets; names and passwords may hold any mark."""
    whole = settings_file.secret(url, "an address of [notify]")
    front, mark, query = url.partition("?")
    user, at, host = front.rpartition("@")
    if not at:
        return whole
    quoted = re.sub(r"\$\{(\w+)\}", lambda m: quote(os.environ[m[1]], safe=""), user)
    return quoted + at + settings_file.secret(host + mark + query)


def _posted(asked: dict[str, Any], seconds: float) -> list[str]:
    """Why each address failed; empty where it did not."""
    answers = [f"no answer within {seconds:g} s"] * len(asked["urls"])
    post = str(Path(__file__).with_name("post.py"))
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-P", post], input=json.dumps(asked).encode(), capture_output=True, timeout=seconds,
            check=False,
        )  # fmt: skip
        heard, ended = done.stdout, "the sender ended early"
    except subprocess.TimeoutExpired as error:
        heard, ended = error.stdout or b"", ""
    except OSError as error:
        heard, ended = b"", f"the sender could not start: {error.strerror}"
    answers = [ended] * len(answers) if ended else answers
    for line in heard.decode().splitlines():
        place, why = json.loads(line)
        answers[place] = why
    return answers


def _wanted(company: Settings, came: "Outcome | Many") -> bool:
    """Whether people want to hear of this."""
    when = company.notify.when
    if not came.good:
        return True
    if isinstance(came, Outcome):
        told = manifest.read(came.folder) if came.status == "ok" else None
        return told is not None and (when == "always" or (when == "alerts" and _alerts(told, came.changed)))
    fresh = [Path(p.done.folder) for p in came.parts if p.done.status == "ok"]
    if when == "alerts":
        return any(_alerts(told) for folder in fresh if (told := manifest.read(folder)))
    return when == "always" and bool(fresh)


def _alerts(told: dict[str, Any], moved: Sequence[str] = ()) -> bool:
    from workbench.publish import message

    return bool(moved) or message.alerts(told)


def _message(company: Settings, request: Request, came: "Outcome | Many") -> "Message":
    from workbench.publish import message

    place, lang = message.Place(request.out, company.notify.link), _lang(company)
    if isinstance(came, Outcome):
        told = manifest.read(came.folder) or {}
        hidden = _redact(company)(told | {"inputs_changed": list(came.changed), "unlisted": came.unlisted})
        first: Language = (told.get("languages") or [lang])[0]
        return message.of_report(hidden, came.folder, place, company.notify.lang or first)
    parts = [(p.scope, p.done.status, _redacted(company, p.done.reason)) for p in came.parts]
    usual = came.pages[0] if came.pages else request.out
    page = next((p for p in came.pages if p.name.endswith(f".{lang}.html")), usual)
    return message.of_many(company, came.levels, came.as_of, parts, page, place, lang, came.changed, came.unlisted)


def _company(request: Request) -> Settings | None:
    """The settings, as far as they can be read, where they name someone to tell."""
    try:
        company, _ = settings_file.read(settings_path(request))
    except SettingsError:
        return None
    return company if company and company.notify.urls else None


def _lang(company: Settings) -> Language:
    return company.notify.lang or company.company.languages[0]


def _redact(company: Settings) -> Any:
    from workbench.publish.outputs import redactor

    return redactor(settings_file.secrets(company))


def _redacted(company: Settings, text: str) -> str:
    return str(_redact(company)(text))


def _kind(url: str) -> str:
    """The kind of an address as it is written in the settings: what stands in a variable stays there."""
    scheme, found, _ = url.partition("://")
    return f" ({scheme})" if found and _KNOWN.fullmatch(scheme) else ""

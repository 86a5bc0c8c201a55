"""Sends one message to addresses: a process of its own, so that a slow server delays a run only until it is ended.

Reads one JSON object on stdin (`urls`, `title`, `body`, `kind`); writes a line for each address as soon as it is known:
its place, and why it failed or an empty text. Addresses are secrets, so nothing else is written anywhere.
"""

import json
import os
import sys
import threading
from contextvars import ContextVar
from typing import Any

_HEARD: ContextVar[list[str]] = ContextVar("heard")  # what servers said; Apprise hands it on to its own threads


def main() -> None:
    """Sends what stdin asks for, all addresses at once."""
    asked = json.loads(sys.stdin.buffer.read())
    answers = os.dup(1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)  # libraries may write addresses
    _listen()

    def send(place: int, url: str) -> None:
        line = json.dumps([place, _sent(url, asked)]) + "\n"
        os.write(answers, line.encode())

    threads = [threading.Thread(target=send, args=one, daemon=True) for one in enumerate(asked["urls"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os._exit(0)  # a library's own threads are not waited for


def _sent(url: str, asked: dict[str, Any]) -> str:
    """Why a message did not go out; empty: it did. Only words of ours: a server's may repeat the address."""
    from apprise import Apprise, AppriseAsset, NotifyFormat

    # no pictures from elsewhere, nothing stored, marks in the text stay text
    asset = AppriseAsset(
        app_id="Workbench", app_desc="Workbench", app_url="", image_url_mask="", image_url_logo="",
        storage_mode="memory", async_mode=False, interpret_escapes=False, interpret_emojis=False,
    )  # fmt: skip
    sender = Apprise(asset=asset)
    if not sender.add(url):
        return "it is no address that Apprise knows"
    _HEARD.set(heard := ["it was refused, or nobody answered"])
    done = sender.notify(asked["body"], title=asked["title"], notify_type=asked["kind"], body_format=NotifyFormat.TEXT)
    return "" if done else heard[-1]


def _listen() -> None:
    """Hears the answers of web servers: several chat services answer 200 with a number that says that they refused."""
    import requests

    usual = requests.Session.send

    def send(self: Any, *given: Any, **more: Any) -> Any:
        heard = _HEARD.get([])
        try:
            answer = usual(self, *given, **more)
        except requests.RequestException as error:
            heard.append(type(error).__name__)
            raise
        heard.append(f"it answered {answer.status_code}")
        if answer.ok and (number := _refusal(answer)):
            heard.append(f"it refused with number {number}")
            raise requests.RequestException(heard[-1])
        return answer

    requests.Session.send = send  # type: ignore[method-assign]


def _refusal(answer: Any) -> int:
    """The number of an error in an answer (WeCom, DingTalk: errcode; Feishu: code); 0 is none."""
    try:
        told = answer.json()
    except ValueError:
        return 0
    found = [told.get(name) for name in ("errcode", "code", "StatusCode")] if isinstance(told, dict) else []
    return next((n for n in found if isinstance(n, int) and n), 0)


if __name__ == "__main__":
    main()

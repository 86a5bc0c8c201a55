"""People are told how a run ended; a run is as it was where that fails; no secret is written anywhere.

json:// and mailto:// go through a real web and a real mail server of this machine. The addresses of Slack, Teams,
WeCom, DingTalk and Feishu are fixed in Apprise, so their requests are led to the local web server: what they were sent
is checked, what the services make of it is not.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.faults.opened import holding
from tests.publish import servers
from tests.publish.conftest import SETTINGS, SHOW, write_notebook
from workbench import settings
from workbench.errors import ParameterError, SettingsError
from workbench.publish import notify, post
from workbench.publish.each import Many, Part
from workbench.publish.message import Message
from workbench.publish.plan import Request
from workbench.publish.report import Outcome
from workbench.publish.worker import Done
from workbench.settings import Settings

pytest.importorskip("apprise", reason="the package apprise is not installed, so this test could not run")

TOKEN = "t0ps3cr3t-4711"
HOSTILE = 'Ask @channel <!everyone> <at user_id="all">all</at> [x](https://evil.example) & *b*'
SAID = Message("Acme: ready", "History\n• Sales rose 3%.\n\n/reports/overview.en.html", "success")


@pytest.fixture
def web() -> Iterator[servers.Heard]:
    with servers.web() as heard:
        yield heard


@pytest.fixture
def mail() -> Iterator[servers.Heard]:
    with servers.mail() as heard:
        yield heard


def company(*urls: str, **more: Any) -> Settings:
    return Settings(
        company={"name": "Acme", "currency": "CNY"}, sources={"orders": {"files": ["a.csv"]}},
        notify={"urls": list(urls), **more},
    )  # fmt: skip


def test_a_web_server_is_sent_the_message(web: servers.Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_TOKEN", TOKEN)
    failed = notify.send(company(f"json://127.0.0.1:{web.port}/hook?+X-Token=${{HOOK_TOKEN}}"), SAID)

    assert failed == []
    [(path, headers, sent)] = web.asked
    assert (path, headers["X-Token"]) == ("/hook", TOKEN)
    assert (sent["title"], sent["message"], sent["type"]) == (SAID.title, SAID.body, "success")


def test_people_are_sent_an_e_mail_that_reads_as_written(mail: servers.Heard) -> None:
    said = Message("甲公司：报告已生成", f"历史\n• 销售额增长3%。\n• {HOSTILE}", "success")
    address = f"mailto://127.0.0.1:{mail.port}/?from=bench@example.com&to=boss@example.com&mode=insecure"
    failed = notify.send(company(address), said)

    assert failed == []
    [sent] = mail.mails
    assert sent["Subject"] == said.title
    assert "boss@example.com" in sent["To"]
    [to] = mail.to
    assert "boss@example.com" in to
    pages = [p.get_content() for p in sent.walk() if p.get_content_type() == "text/html"]
    texts = [p.get_content() for p in sent.walk() if p.get_content_type() == "text/plain"]
    assert any("• 销售额增长3%。" in text for text in pages + texts)
    assert [page for page in pages if "<at " in page or "<!everyone" in page or "<a " in page] == []


def test_a_password_may_hold_any_mark(mail: servers.Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_USER", "bench@example.com")
    monkeypatch.setenv("MAIL_PASSWORD", "p@ss/w:rd?#&%41")
    host = f"127.0.0.1:{mail.port}/?from=bench@example.com&to=boss@example.com&mode=insecure"
    failed = notify.send(company(f"mailto://${{MAIL_USER}}:${{MAIL_PASSWORD}}@{host}"), SAID)

    assert failed == []
    assert mail.logins == [b"\0bench@example.com\0p@ss/w:rd?#&%41"]  # RFC 4616
    assert len(mail.mails) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((500, b""), "it answered 500"),
        ((403, b"nobody you know"), "it answered 403"),
        ((200, b'{"errcode": 310000, "errmsg": "keywords not in content"}'), "it refused with number 310000"),
        ((200, b'{"code": 9499, "msg": "Bad Request"}'), "it refused with number 9499"),
        (None, "no answer within 3 s"),
    ],
)
def test_a_message_that_did_not_arrive_is_said(web: servers.Heard, answer: Any, why: str) -> None:
    web.answer = answer
    failed = notify.send(company(f"json://127.0.0.1:{web.port}/hook", seconds=3), SAID)

    assert failed == [f"Not told: address 1 (json): {why}"]


def test_what_serves_no_one_and_what_is_no_address_are_said_and_the_others_arrive(
    web: servers.Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG", f"nonsense://{TOKEN}")
    monkeypatch.delenv("NOT_SET", raising=False)
    good = f"json://127.0.0.1:{web.port}/hook"
    failed = notify.send(company("${WRONG}", "slack://${NOT_SET}", "json://127.0.0.1:9/", good), SAID)

    assert failed == [
        "Not told: address 1: it is no address that Apprise knows",
        "Not told: address 2 (slack): variable NOT_SET is not set; an address of [notify] needs it",
        "Not told: address 3 (json): ConnectionError",
    ]
    assert len(web.asked) == 1


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert "pip install 'workbench[notify]'" in notify.send(company("json://127.0.0.1:9/"), SAID)[0]


# -- the services: what they would be sent --------------------------------------------------------------------------


@pytest.fixture
def sent(web: servers.Heard, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Message], tuple[str, Any]]:
    """Sends to a service whose requests are led to the local web server; the address meant and what it was sent."""
    from requests.adapters import HTTPAdapter

    usual, meant = HTTPAdapter.send, []

    def led(self: Any, request: Any, **more: Any) -> Any:
        meant.append(request.url)
        request.url = f"http://127.0.0.1:{web.port}{urlsplit(request.url).path or '/'}"
        return usual(self, request, **more)

    monkeypatch.setattr(HTTPAdapter, "send", led)

    def send(url: str, said: Message) -> tuple[str, Any]:
        web.answer = (200, b"ok" if url.startswith("slack") else b'{"errcode": 0, "code": 0}')
        assert post._sent(url, {"title": said.title, "body": said.body, "kind": said.kind}) == ""
        return meant[-1], web.asked[-1][2]

    return send


SERVICES = {
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ": "hooks.slack.com",
    "workflows://prod-1.westus.logic.azure.com:443/643e69f83c8944/a1b2c3": "prod-1.westus.logic.azure.com",
    "wecombot://abcd-1234-key": "qyapi.weixin.qq.com",
    "dingtalk://SECabc123@abcdef0123": "oapi.dingtalk.com",
    "feishu://abcdef-123": "open.feishu.cn",
}


def texts(value: Any) -> Iterator[str]:
    """All texts in a payload that people read."""
    if isinstance(value, dict):
        yield from (t for key, inner in value.items() if not key.startswith("$") for t in texts(inner))
    elif isinstance(value, list):
        yield from (t for inner in value for t in texts(inner))
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize(("url", "host"), SERVICES.items(), ids=[u.partition(":")[0] for u in SERVICES])
def test_each_service_is_sent_the_text_and_nothing_that_it_would_act_on(
    sent: Callable[[str, Message], tuple[str, Any]], url: str, host: str
) -> None:
    from workbench.publish.message import plain

    said = Message(plain(f"Acme {HOSTILE}"), f"History\n• {plain(HOSTILE)}\n• 销售额增长3%。", "warning")
    meant, payload = sent(url, said)
    whole = "\n".join(texts(payload))

    assert urlsplit(meant).hostname == host
    assert "销售额增长3" in whole
    assert whole.count("＠channel") == 2
    assert not any(mark in whole for mark in ("@channel", "<!", "<at", "](", "*b*"))
    assert not any(t.startswith("http") and "adaptivecards.io" not in t for t in texts(payload))  # no pictures


def test_what_each_service_calls_its_text(sent: Callable[[str, Message], tuple[str, Any]]) -> None:
    both = f"{SAID.title}\r\n{SAID.body}"
    of = {url.partition(":")[0]: sent(url, SAID)[1] for url in SERVICES}

    assert of["wecombot"] == {"msgtype": "text", "text": {"content": both}}
    assert of["feishu"] == {"msg_type": "text", "content": {"text": both}}
    assert of["dingtalk"] == {"msgtype": "text", "text": {"content": both}, "at": {"atMobiles": [], "isAtAll": False}}
    assert of["slack"]["mrkdwn"] is False
    assert (of["slack"]["attachments"][0]["title"], of["slack"]["attachments"][0]["text"]) == (SAID.title, SAID.body)
    card = of["workflows"]["attachments"][0]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert SAID.title in [block.get("text") for block in card["content"]["body"]]


def test_dingtalk_is_signed_as_its_manual_asks(sent: Callable[[str, Message], tuple[str, Any]]) -> None:
    # https://open.dingtalk.com/document/robots/customize-robot-security-settings: base64 of HMAC-SHA256 of
    # "<timestamp>\n<secret>" with the secret as the key
    meant, _ = sent("dingtalk://SECabc123@abcdef0123", SAID)
    asked = parse_qs(urlsplit(meant).query)
    stamp = asked["timestamp"][0]
    signed = hmac.new(b"SECabc123", f"{stamp}\nSECabc123".encode(), hashlib.sha256).digest()

    assert asked["access_token"] == ["abcdef0123"]
    assert base64.b64encode(signed).decode() in (asked["sign"][0], parse_qs(f"s={asked['sign'][0]}")["s"][0])


# -- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        f"slack://{TOKEN}/A1BRTD4JD/{TOKEN}",
        f"mailtos://bench:{TOKEN}@smtp.example.com?to=a@example.com",
        f"mailto://smtp.example.com?user=bench&pass={TOKEN}",
        f"dingtalk://{TOKEN}",
        f"json://host/hook?+X-Token={TOKEN}",
        f"mailtos://${{USER}}:x{TOKEN}@smtp.example.com",
        TOKEN,
        "",
    ],
)
def test_a_secret_that_is_written_out_is_refused_without_repeating_it(tmp_path: Path, url: str) -> None:
    file = tmp_path / "workbench.toml"
    file.write_text(SETTINGS + f"[notify]\nurls = [{json.dumps(url)}]\n", "utf-8")
    with pytest.raises(SettingsError, match="variable of the environment") as caught:
        settings.load(file)

    assert TOKEN not in str(caught.value)


def test_an_address_that_is_no_list_is_refused_without_repeating_it(tmp_path: Path) -> None:
    file = tmp_path / "workbench.toml"
    file.write_text(SETTINGS + f'[notify]\nurls = "slack://{TOKEN}/b/c"\n', "utf-8")
    with pytest.raises(SettingsError) as caught:
        settings.load(file)

    assert "write a list" in str(caught.value)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["${SLACK}", "mailtos://${USER}:${PASS}@smtp.example.com?to=a@b.c", "json://intranet/x"]
)
def test_secrets_from_the_environment_and_addresses_without_any_are_taken(url: str) -> None:
    assert company(url).notify.urls == [url]


def test_addresses_do_not_show_and_stand_in_no_manifest() -> None:
    from workbench.publish import manifest

    made = company(f"json://intranet/${{T}}/{TOKEN}")

    assert TOKEN not in repr(made)
    assert not any(TOKEN in str(value) or name.startswith("notify") for name, value in manifest.kept(made).items())


# -- runs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "status", "since", "told"),
    [
        ("always", "ok", None, True),
        ("always", "unchanged", None, False),
        ("always", "failed", None, True),
        ("failure", "ok", {"beyond": 3, "restated": 0}, False),
        ("failure", "failed", None, True),
        ("alerts", "ok", None, False),
        ("alerts", "ok", {"beyond": 3, "restated": 0}, True),
        ("alerts", "unchanged", {"beyond": 3, "restated": 0}, False),
        ("alerts", "failed", None, True),
    ],
)
def test_people_hear_only_what_they_want_to(tmp_path: Path, when: str, status: Any, since: Any, told: bool) -> None:
    from tests.publish import stored

    folder = stored.report(tmp_path, "2026-09-30", status="failed" if status == "failed" else "ok", since=since)
    whole = Outcome(status, folder, ())
    many = Many((Part("region=a", Done(status, str(folder))), Part("region=b", Done("unchanged"))), (), 1.0)

    assert notify._wanted(company("json://x", when=when), whole) is told
    assert notify._wanted(company("json://x", when=when), many) is told


def test_nobody_is_told_unless_the_settings_say_so(tmp_path: Path) -> None:
    (tmp_path / "workbench.toml").write_text(SETTINGS, "utf-8")
    request = Request(settings=tmp_path)

    assert notify.of_refusal(request, "no") == []
    with pytest.raises(ParameterError, match="name no address"):
        notify.trial(tmp_path)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A company whose settings name an address, with a notebook that shows the environment and one that fails."""
    address = "json://127.0.0.1:${HOOK_PORT}/hook?+X-Token=${HOOK_TOKEN}"
    (tmp_path / "workbench.toml").write_text(SETTINGS + f'[notify]\nurls = ["{address}"]\n', "utf-8")
    (tmp_path / "orders.csv").write_text("date,amount\n2026-01-01,3\n", "utf-8")
    tell = 'show("answer", "answer", "Rose", "升", said={"en": ["Sales of @all rose."], "zh-CN": ["升"]})'
    write_notebook(tmp_path / "good.ipynb", SHOW, tell, 'print(os.environ["HOOK_TOKEN"])')
    write_notebook(tmp_path / "bad.ipynb", 'import os\nraise ValueError(os.environ["HOOK_TOKEN"])')
    return tmp_path


@pytest.fixture
def call(here: Path, web: servers.Heard) -> Callable[..., subprocess.CompletedProcess[str]]:
    environment = os.environ | {"HOOK_PORT": str(web.port), "HOOK_TOKEN": TOKEN}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "workbench.cli", *arguments]
        return subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, timeout=300)

    return run


def test_a_run_is_told_once_and_its_secrets_stand_nowhere(
    call: Callable[..., subprocess.CompletedProcess[str]], here: Path, web: servers.Heard
) -> None:
    first, again = (call("run", "good.ipynb", "--as-of", "2026-03-31") for _ in range(2))
    [(_, headers, sent)] = web.asked

    assert (first.returncode, again.returncode) == (0, 0)
    assert headers["X-Token"] == TOKEN
    assert sent["title"] == "Acme, whole company, as of 31 Mar 2026: report ready"
    assert "• Sales of ＠all rose." in sent["message"].split("\n")
    assert sent["message"].endswith(str(here / "reports/2026-03-31/Acme/r1/overview.en.html"))
    assert "good  ok" in first.stderr
    for text in (first.stdout, first.stderr, again.stdout, again.stderr, json.dumps(sent)):
        assert TOKEN not in text
    files = [p for p in here.rglob("*") if p.is_file()]
    assert len(files) > 8
    assert [p for p in files if TOKEN.encode() in p.read_bytes()] == []


def test_failures_and_refusals_are_told_and_what_is_not_told_changes_nothing(
    call: Callable[..., subprocess.CompletedProcess[str]], web: servers.Heard
) -> None:
    failed = call("run", "bad.ipynb", "--as-of", "2026-03-31", "--lang", "en")
    refused = call("run", "bad.ipynb", "-p", "as_off=1")
    web.answer = (500, b"")
    untold = call("run", "good.ipynb", "--as-of", "2026-03-30", "--lang", "en")
    messages = [sent for _, _, sent in web.asked]

    assert [done.returncode for done in (failed, refused, untold)] == [1, 2, 0]
    assert messages[0]["type"] == "failure"
    assert "• bad: failed in cell 3: ValueError: …" in messages[0]["message"].split("\n")
    assert messages[1]["title"] == "Acme: no report"
    assert "Did you mean 'as_of'?" in messages[1]["message"]
    assert untold.stderr.splitlines()[-1] == "Not told: address 1 (json): it answered 500"
    assert untold.stdout.splitlines() == ["reports/2026-03-30/Acme/r1/overview.en.html"]
    assert TOKEN not in json.dumps(messages)


def test_a_trial_says_how_many_took_it(
    call: Callable[..., subprocess.CompletedProcess[str]], web: servers.Heard
) -> None:
    done = call("notify")

    assert (done.returncode, done.stdout.strip()) == (0, "1 of 1 addresses took the message.")
    assert "A trial" in web.asked[0][2]["message"]


def test_many_reports_are_told_in_one_message_with_the_page_that_ranks_them(
    here: Path, web: servers.Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_PORT", str(web.port))
    monkeypatch.setenv("HOOK_TOKEN", TOKEN)
    parts = (Part("region=华东", Done("ok", "x")), Part("region=@all", Done("failed", "", f"no room for {TOKEN}")))
    pages = tuple(here / "reports" / f"list.{lang}.html" for lang in ("en", "zh-CN"))
    came = Many(parts, pages, 9.0, levels=("region",), as_of=date(2026, 9, 30))
    failed = notify.of_run(Request(settings=here, out=here / "reports"), came)
    [(_, _, sent)] = web.asked

    assert failed == []
    assert sent["title"] == "Acme, by region, as of 30 Sep 2026: 1 of 2 reports failed"
    assert sent["message"].split("\n") == [
        "Made: 1 new, 0 as they were.", "• region ＠all: no room for …", "", str(pages[0]),
    ]  # fmt: skip


def test_a_mail_server_that_is_not_there_is_said() -> None:
    failed = notify.send(company("mailto://127.0.0.1:9/?from=a@example.com&to=b@example.com&mode=insecure"), SAID)

    assert failed == ["Not told: address 1 (mailto): it was refused, or nobody answered"]


README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_the_readme_s_example_is_one_that_settings_take() -> None:
    text = README[README.index("    [notify]") :]
    example = tomllib.loads(textwrap.dedent(text[: text.index("\n\n")]))

    assert settings.NotifySettings(**example["notify"]).when == "alerts"


def test_apprise_knows_each_address_of_the_readme() -> None:
    from apprise import Apprise

    tokens = {"TOKEN_A": "T1JJ3T3L2", "TOKEN_B": "A1BRTD4JD", "TOKEN_C": "TIiajkdnlazkcOXrIdevi7FQ",
              "HOST": "prod-1.westus.logic.azure.com:443"}  # fmt: skip
    found = re.findall(r"`(\w+://\$\{[^`]*)`", README)
    kinds = []
    for address in found:
        assert company(address).notify.urls == [address]
        filled = re.sub(r"\$\{(\w+)\}", lambda m: tokens.get(m[1], "abcdef0123"), address).replace("…", "a@example.com")
        made = Apprise.instantiate(filled)
        assert made is not None, address
        kinds.append(str(made.service_name))
    assert len(kinds) == 6


LEAKS = """import os
from pathlib import Path
import pandas as pd
import workbench as wb
from workbench.lessons import Lesson
run, token = wb.Run.start(settings, as_of=as_of), os.environ["HOOK_TOKEN"]
tables = Path(os.environ["WORKBENCH_TABLES"])
print(token, token[::-1])
tables.joinpath("leaks.said.json").write_text(json.dumps({"title": {"en": token}}))
pd.DataFrame({"name": ["a", f"x{token}y"], token: [1.0, 2.0]}).to_parquet(tables / "leaks.said.parquet")
kept = wb.lessons.issue(run, [Lesson("reserve", "means.reserve", 0.0, 0.03)], {"means.reserve": token})
show("section", "more", token, token, said={"en": [token], "zh-CN": [token]})
pd.DataFrame({"shown": [token]})"""


def test_a_secret_that_a_notebook_puts_everywhere_stands_in_no_file(
    call: Callable[..., subprocess.CompletedProcess[str]], here: Path
) -> None:
    """Opened, too: what the workbook, the tables and the PDF hold is packed."""
    write_notebook(here / "leaks.ipynb", SHOW, LEAKS, 'print(json.dumps({"note": os.environ["HOOK_TOKEN"]}))',
                   tags={3: ["facts"]})  # fmt: skip
    done = call("run", "leaks.ipynb", "--as-of", "2026-03-31", *(["--pdf"] if shutil.which("chromium") else []))

    assert done.returncode == 0, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    assert len(list(here.rglob("*.xlsx"))) == 1
    assert holding(here, TOKEN) == []

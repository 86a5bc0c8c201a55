"""Servers of this machine that hear what would go to chat services and to a mail server."""

import base64
import contextlib
import email
import json
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast


@dataclass
class Heard:
    """What a server was sent; `answer` is what it says: a status and a body, or nothing at all for None."""

    port: int = 0
    answer: tuple[int, bytes] | None = (200, b"ok")
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)  # path, headers, what the JSON says
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)  # what was said after AUTH PLAIN
    ended: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def web() -> Iterator[Heard]:
    """A web server that hears POST."""
    heard = Heard()

    class Hears(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            heard.asked.append((self.path, dict(self.headers), json.loads(content)))
            if heard.answer is None:
                heard.ended.wait(60)
                return
            self.send_response(heard.answer[0])
            self.send_header("Content-Length", str(len(heard.answer[1])))
            self.end_headers()
            self.wfile.write(heard.answer[1])

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Hears) as server:
        yield from _served(server, heard)


@contextlib.contextmanager
def mail() -> Iterator[Heard]:
    """A mail server that takes everything (RFC 5321, as little as a sender needs)."""
    heard = Heard()

    class Takes(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 here")
            for line in self.rfile:
                word = line.decode().strip().upper()
                if word.startswith("DATA"):
                    self.say("354 go on")
                    self.take()
                elif word.startswith("RCPT"):
                    heard.to.append(line.decode().strip())
                elif word.startswith("AUTH"):
                    heard.logins.append(base64.b64decode(line.split()[2]))
                    self.say("235 welcome")
                    continue
                elif word.startswith("EHLO"):
                    self.say("250-here\r\n250-AUTH PLAIN")
                self.say("221 bye" if word.startswith("QUIT") else "250 ok")
                if word.startswith("QUIT"):
                    return

        def take(self) -> None:
            lines = iter(self.rfile.readline, b".\r\n")
            found = email.message_from_bytes(b"".join(lines), policy=default)
            heard.mails.append(cast("EmailMessage", found))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Takes) as server:
        server.daemon_threads = True
        yield from _served(server, heard)


def _served(server: socketserver.TCPServer, heard: Heard) -> Iterator[Heard]:
    heard.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield heard
    finally:
        heard.ended.set()
        server.shutdown()

"""Texts that cells print, however long, cut to both ends; the same in a kernel, in the record and on the page.

Run as a file, it is an ordinary kernel that keeps to this."""

import re
from collections.abc import Iterator
from typing import Any

import zmq

_KEPT = 500_000  # characters of a long text that are kept at its start, and again at its end
_MARK = re.compile(r"\n\[… (\d+) lines, (\d+) bytes left out …\]\n")


def left_out(text: str) -> tuple[int, int]:
    """Lines and bytes that are no longer in a printed text."""
    found = _MARK.findall(text)
    return sum(int(lines) for lines, _ in found), sum(int(size) for _, size in found)


def bounded(text: str) -> str:
    """Both ends of a long text, and between them how much is left out."""
    if len(text) <= 3 * _KEPT:
        return text
    cut = text[_KEPT:-_KEPT]
    lines, size = left_out(cut)
    cut = _MARK.sub("", cut)
    told = f"\n[… {lines + cut.count(chr(10))} lines, {size + len(cut.encode('utf-8', 'replace'))} bytes left out …]\n"
    return text[:_KEPT] + told + text[-_KEPT:]


def prepare(stream: Any) -> None:
    """Cuts what a kernel's stream class sends at a time: hundreds of megabytes would be copied on many ways. All that
    it sends arrives: beyond 1000 messages that wait to be sent, ZeroMQ would drop the rest without a word."""
    from ipykernel.kernelapp import IPKernelApp

    if waiting := getattr(stream, "_flush_buffers", None):  # ipykernel 7; without it the run's own bound must do

        def cut(self: Any) -> Iterator[tuple[Any, str]]:
            return ((parent, bounded(text)) for parent, text in waiting(self))

        stream._flush_buffers = cut
    begin = IPKernelApp.init_iopub

    def begin_patiently(self: Any, context: Any) -> None:
        context.setsockopt(zmq.SNDHWM, 0)
        begin(self, context)

    IPKernelApp.init_iopub = begin_patiently  # type: ignore[method-assign]


def main() -> None:
    """An ordinary kernel, of which what it shows arrives as from those that are forked."""
    from ipykernel.iostream import OutStream
    from ipykernel.kernelapp import IPKernelApp

    prepare(OutStream)
    IPKernelApp.launch_instance()


if __name__ == "__main__":
    main()

"""What people are told of a run: a few lines of plain text for a phone, from the manifest; nothing is computed.

Chat services read marks in a text as mentions, links and formats, each its own way. So all such marks are written in
their full-width form, which reads the same and means nothing to any of them: a customer may be called @channel.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from workbench.settings import Language, Settings, company_name
from workbench.views import shell, words

LONGEST = 2000  # bytes of title and body in UTF-8: WeCom takes 2048, the others more
_LINE = 300  # characters
_FACTS = 3  # of a decision: what, whose, how much
_WIDE = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in "@<>[]*`#~|\\"})
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # an underscore that does not join two letters
_EMOJI = re.compile(r":([A-Za-z][\w+-]*):")
_ADDRESS = re.compile(r"(?i)(?<=[a-z])://|\bwww\.")


@dataclass(frozen=True)
class Message:
    """`kind` as Apprise calls it. `body` ends with where the report is."""

    title: str
    body: str
    kind: Literal["success", "warning", "failure"]


@dataclass(frozen=True)
class Place:
    """Where readers find reports: the folder `out`, or the address `link` that serves it."""

    out: Path
    link: str = ""

    def of(self, file: Path) -> str:
        """How to reach a file: its address, else its path on the machine that made it."""
        from urllib.parse import quote

        if self.link and file.resolve().is_relative_to(self.out.resolve()):
            return f"{self.link}/{quote(file.resolve().relative_to(self.out.resolve()).as_posix())}"
        return str(file.resolve())


@dataclass(frozen=True)
class _Line:
    """One line of a body; lines with the highest `rank` are left out first where there is no room."""

    text: str
    rank: int = 0


def plain(text: str) -> str:
    """One line that no service reads as a mention, a link, an emoji or a format."""
    one = _EDGE.sub("＿", words.clean(text)).translate(_WIDE)
    one = _ADDRESS.sub(lambda m: "：//" if m[0] == "://" else f"{m[0][:-1]}．", one)
    one = _EMOJI.sub("：\\1：", one)
    return one if len(one) <= _LINE else one[: _LINE - 1] + "…"


def alerts(told: Mapping[str, Any]) -> bool:
    """Whether a report calls for attention: it failed, alerts were raised, figures moved beyond noise, or the past is
    told differently than before."""
    bad = told["status"] != "ok" or bool(told.get("inputs_changed") or told.get("unlisted"))
    return bad or _moved(told.get("since") or {}) > 0 or _raised(told) > 0


def of_report(told: Mapping[str, Any], folder: Path, place: Place, lang: Language) -> Message:
    """What came of one report, from its manifest."""
    speak, good = words.Words(lang), told["status"] == "ok"
    status = "failed" if not good else "alert" if alerts(told) else "ok"
    values = {
        "company": company_name(told.get("company", ""), lang), "scope": shell.scope_words(told["scope"], speak),
        "day": date.fromisoformat(told["as_of"]), "status": status,
    }  # fmt: skip
    kind: Literal["success", "warning", "failure"] = {"ok": "success", "alert": "warning"}.get(status, "failure")  # type: ignore[assignment]
    spoken = lang if lang in told["languages"] else told["languages"][0]
    where = place.of(folder / f"overview.{spoken}.html")
    return _message(speak.phrase("notify.title", values), _body(told, speak, spoken), where, kind, speak)


def of_many(company: Settings, levels: Sequence[str], day: date, parts: Iterable[tuple[str, str, str]],
            page: Path, place: Place, lang: Language, moved: Sequence[str] = (), unlisted: str = "",
            ) -> Message:  # fmt: skip
    """What came of the reports of a company's parts: (scope, status, reason) of each. `moved`: data that changed;
    `unlisted`: why there is no list of them."""
    speak, every = words.Words(lang), list(parts)
    bad = [(scope, reason) for scope, status, reason in every if status not in ("ok", "unchanged")]
    same = sum(status == "unchanged" for _, status, _ in every)
    title = speak.phrase("notify.title_many", {"company": company.company.called(lang), "levels": tuple(levels),
                         "day": day, "n": len(every), "failed": len(bad)})  # fmt: skip
    counts = speak.phrase("notify.made", {"made": len(every) - same - len(bad), "same": same})
    lines = [_Line(counts), *([_Line(speak.phrase("notify.moved", {"files": moved}))] if moved else [])]
    lines += [_Line(f"• {unlisted}")] if unlisted else []
    lines += [_Line(f"• {shell.scope_words(s, speak)}: {r}", 1 + i) for i, (s, r) in enumerate(bad)]
    kind: Literal["success", "warning", "failure"] = "failure" if bad else "warning" if moved or unlisted else "success"
    return _message(title, lines, place.of(page), kind, speak)


def of_refusal(company: Settings, reason: str, lang: Language) -> Message:
    """A run that did not begin."""
    speak = words.Words(lang)
    title = speak.phrase("notify.title_refused", {"company": company.company.called(lang)})
    lines = [_Line(line, i) for i, line in enumerate(reason.splitlines())]
    return _message(title, lines, "", "failure", speak)


def trial(company: Settings, lang: Language) -> Message:
    """What `workbench notify` sends."""
    return _message(company.company.called(lang), [_Line(words.phrase("notify.trial", lang))], "", "success",
                    words.Words(lang))  # fmt: skip


def _body(told: Mapping[str, Any], speak: words.Words, spoken: str) -> list[_Line]:
    """Failures, then each page's answer, what needs a decision, what changed: in `spoken`, as the report has it."""
    lines = [_Line(speak.phrase("page.made_up"))] if told.get("made_up") else []
    if told.get("inputs_changed"):
        lines.append(_Line(speak.phrase("notify.moved", {"files": told["inputs_changed"]})))
    if told.get("unlisted"):
        lines.append(_Line(f"• {told['unlisted']}"))
    if count := _raised(told):
        lines.append(_Line(speak.phrase("notify.alerts", {"n": count})))
    if (since := told.get("since")) and _moved(since):
        told_of = {"n": since["beyond"], "restated": since["restated"]}
        lines.append(_Line(speak.phrase("notify.beyond", told_of)))
    lines += [_Line(f"• {speak.page(one['name'])}: {one['error']}") for one in told["notebooks"] if one.get("error")]
    for one in told["notebooks"]:
        lines += _headed(speak.page(one["name"]), _said(one, "answer", spoken), 10, per_line=10)
    decisions = [" · ".join(d[:_FACTS]) for one in told["notebooks"] for d in _said(one, "decisions", spoken)]
    lines += _headed(speak.phrase("page.decisions"), dict.fromkeys(decisions), 15, per_line=5)
    return lines + _changes(told.get("since"), speak, spoken)


def _changes(since: Mapping[str, Any] | None, speak: words.Words, spoken: str) -> list[_Line]:
    if not since:
        return []
    days: dict[str, list[str]] = {}
    for one in since.get("with", [since]):  # pages may have different reports before them
        days.setdefault(one["then"], []).extend(one["said"].get(spoken, ()))
    heading = {day: speak.phrase("notify.since", {"day": date.fromisoformat(day)}) for day in days}
    return [line for day, said in days.items() for line in _headed(heading[day], said, 12, per_line=10)]


def _headed(heading: str, texts: Iterable[str], first: int, *, per_line: int) -> list[_Line]:
    """A heading and its lines; the later a line, the sooner it is left out."""
    lines = [_Line(f"• {text}", first + per_line * i) for i, text in enumerate(texts)]
    return [_Line(f"\n{heading}", first), *lines] if lines else []


def _message(title: str, lines: Sequence[_Line], where: str, kind: Any, speak: words.Words) -> Message:
    """The message that fits; what is left out is said."""
    head, kept = plain(title), [_Line(_safe(line.text), line.rank) for line in lines]
    more = _safe(speak.phrase("notify.more"))
    while kept and _size(head, body := _joined(kept, where, more if len(kept) < len(lines) else "")) > LONGEST:
        kept.pop(max(range(len(kept)), key=lambda i: (kept[i].rank, i)))
        kept = [line for line, after in zip(kept, [*kept[1:], None], strict=True) if not _lonely(line, after)]
    body = _joined(kept, where, more if len(kept) < len(lines) else "")
    return Message(head, body, kind)


def _lonely(line: _Line, after: _Line | None) -> bool:
    """Whether a line is a heading with nothing below it."""
    return line.text.startswith("\n") and (after is None or after.text.startswith("\n"))


def _safe(text: str) -> str:
    """A line made harmless; a break before a heading stays."""
    return ("\n" if text.startswith("\n") else "") + plain(text)


def _joined(kept: Iterable[_Line], where: str, more: str) -> str:
    parts = ["\n".join(line.text for line in kept).strip("\n"), more, where]
    return "\n\n".join(part for part in parts if part)


def _size(*texts: str) -> int:
    return sum(len(text.encode("utf-8", "replace")) for text in texts)


def _moved(since: Mapping[str, Any]) -> int:
    """How many figures moved beyond noise, and of how many months of the past sales are told differently."""
    return int(since.get("beyond", 0)) + int(since.get("restated", 0))


def _raised(told: Mapping[str, Any]) -> int:
    """How many alerts the pages raised: the fact `alerts` of each."""
    counts = [(one.get("facts") or {}).get("alerts") for one in told["notebooks"]]
    return sum(n for n in counts if isinstance(n, int) and not isinstance(n, bool) and n > 0)


def _said(one: Mapping[str, Any], role: str, spoken: str) -> Iterator[Any]:
    yield from ((one.get("said") or {}).get(role) or {}).get(spoken, ())

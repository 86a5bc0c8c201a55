"""What differs in how two reports were made: settings, parameters, code, versions, rows read, the targets confirmed."""

import json
from collections.abc import Iterator
from typing import Any

from workbench.findings import Finding
from workbench.publish.compare.told import Told
from workbench.views.changes import Change

_OWN = ("as_of", "lang", "settings")  # parameters that differ between any two reports, or say nothing of numbers
_MOST = 6
_LONG = 60


def differ(then: Told, now: Told) -> Iterator[Change]:
    """What may explain numbers that moved, besides sales."""
    yield from _settings(then, now)
    yield from _parameters(then, now)
    yield from _confirmed(then, now)
    yield from _rows(then, now)
    yield from _code(then, now)


def _settings(then: Told, now: Told) -> Iterator[Change]:
    if not then.settings or not now.settings:
        return
    names = [n for n in {**then.settings, **now.settings} if then.settings.get(n) != now.settings.get(n)]
    for name in names[:_MOST]:
        values = {"name": name, "then": _text(then.settings.get(name)), "now": _text(now.settings.get(name))}
        yield Change(Finding("changes.setting", values), 6)
    if len(names) > _MOST:
        yield Change(Finding("changes.settings_more", {"n": len(names) - _MOST}), 6)


def _parameters(then: Told, now: Told) -> Iterator[Change]:
    known = {n["name"]: n.get("parameters") or {} for n in then.manifest["notebooks"]}
    usual = {n["name"]: n.get("defaults") or {} for n in then.manifest["notebooks"]}
    for book in now.manifest["notebooks"]:
        if book["name"] not in known:
            continue
        given = {**(book.get("defaults") or {}), **(book.get("parameters") or {})}
        before = {**usual[book["name"]], **known[book["name"]]}
        for name in (n for n in given if n not in _OWN and n in before and before[n] != given[n]):
            values = {"name": name, "then": _text(before[name]), "now": _text(given[name])}
            yield Change(Finding("changes.parameter", values), 6, book["name"])


def _confirmed(then: Told, now: Told) -> Iterator[Change]:
    """A version of targets that was confirmed in between."""
    last, before = now.manifest.get("confirmed"), then.manifest.get("confirmed") or {}
    if not isinstance(last, dict) or last.get("version") == before.get("version"):
        return
    same = (before.get("period"), before.get("every")) == (last["period"], last["every"])
    values = {name: last[name] for name in ("version", "written", "author", "amount", "period", "every")}
    values |= {"reason": last.get("reason") or None, "then": before.get("amount") if same else None}
    yield Change(Finding("changes.confirmed", values, abs(last["amount"] - (values["then"] or 0.0))), 2)


def _rows(then: Told, now: Told) -> Iterator[Change]:
    """Tables that came, went, or hold fewer rows than before: exports usually grow.

    A report of fewer notebooks reads fewer tables; that one is missing there says nothing.
    """
    wider, narrower = set(then.notebooks) >= set(now.notebooks), set(then.notebooks) <= set(now.notebooks)
    rows = [told.manifest.get("data", {}).get("rows", {}) for told in (then, now)]
    for table in {**rows[0], **rows[1]}:
        before, after = rows[0].get(table), rows[1].get(table)
        if before is None or after is None:
            key = "changes.table_new" if before is None else "changes.table_gone"
            if wider if before is None else narrower:
                yield Change(Finding(key, {"table": table}), 4)
        elif after < before:
            yield Change(Finding("changes.rows_fewer", {"table": table, "now": after, "then": before}), 4)


def _code(then: Told, now: Told) -> Iterator[Change]:
    codes = [(t.manifest.get("versions", {}).get("workbench"), t.manifest.get("commit")) for t in (then, now)]
    marks = [t.manifest.get("code") for t in (then, now)]
    if codes[0] != codes[1] or (all(marks) and marks[0] != marks[1]):
        values = {"then": _version(*codes[0]), "now": _version(*codes[1]), "marked": codes[0] == codes[1]}
        yield Change(Finding("changes.code", values), 7)
    changed = [
        f"{name} {before} → {after}"
        for name, after in now.manifest.get("versions", {}).items()
        if name != "workbench" and (before := then.manifest.get("versions", {}).get(name)) not in (None, after)
    ]
    if changed:
        yield Change(Finding("changes.libraries", {"names": changed}), 7)


def _version(version: Any, commit: Any) -> str:
    return f"{version} ({commit})" if commit else str(version)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= _LONG else said[: _LONG - 1] + "…"

"""What cells print, kept small and free of secrets: a notebook may print without end, a driver may print a password."""

import html
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote

from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient

from workbench.publish.printed import bounded

_APART = 200  # outputs of a cell up to which what is printed stands in the order in which it came
_SHORTEST = 4  # characters of a secret: replacing shorter ones would only spell them out by what is missing
HIDDEN = "…"


class Client(PapermillNotebookClient):
    """papermill's client, but what a cell prints is one bounded text, however long it goes on."""

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        """The output that a message brought, as it was; `outs` has it with what came before."""
        before = len(outs)
        out = super().output(outs, msg, display_id, cell_index)
        if out is not None and out.output_type == "stream" and outs and outs[-1] is out:
            outs.pop()
            _add(outs, out)
        elif out is not None and len(outs) > before:
            _bound(out)
        return out


def redact(notebook: NotebookNode, secrets: Iterable[str]) -> None:
    """Takes secrets out of all that the cells of an executed notebook show."""
    hide = redactor(secrets)
    for cell in notebook.cells:
        if cell.get("outputs"):
            cell.outputs = [NotebookNode(hide(output)) if output else output for output in cell.outputs]


def redactor(secrets: Iterable[str]) -> Any:
    """Hides each secret in texts, and in all texts of lists and dictionaries, however it was written or escaped."""
    forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
    pattern = re.compile("|".join(re.escape(f) for f in sorted(forms, key=len, reverse=True)))

    def hide(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(HIDDEN, value)
        if isinstance(value, dict):
            return type(value)({hide(k): hide(v) for k, v in value.items()})
        return [hide(v) for v in value] if isinstance(value, list) else value

    return hide if forms else lambda value: value


def _forms(secret: str) -> set[str]:
    """A secret as it is, in a URL, in Python, in JSON and in HTML."""
    plain = {secret, unquote(secret), quote(secret, safe=""), quote(secret)}
    quoted = {json.dumps(p, ensure_ascii=ascii_only)[1:-1] for p in plain for ascii_only in (True, False)}
    every = plain | quoted | {repr(p)[1:-1] for p in plain} | {html.escape(p) for p in plain}
    return {form for form in every if len(form) >= _SHORTEST}


def _add(outs: list[NotebookNode], out: NotebookNode) -> None:
    """What is printed bit by bit is one text; with very many outputs, whatever stands between."""
    same = [o for o in (outs if len(outs) > _APART else outs[-1:]) if o.get("name") == out.name]
    if same:
        same[-1].text = bounded(same[-1].text + out.text)
    else:
        outs.append(_bound(out))


def _bound(out: NotebookNode) -> NotebookNode:
    """The same output; what it prints, or says of an error, is cut."""
    if out.output_type == "stream":
        out.text = bounded(out.text)
    elif out.output_type == "error":
        out.evalue, out.traceback = bounded(out.evalue), [bounded(line) for line in out.traceback]
    return out

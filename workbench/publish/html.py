"""What executed notebooks show, as parts of a page: our fragments as they are, everything else made harmless first."""

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from workbench.publish.bundles import LONGEST, ours
from workbench.publish.printed import left_out
from workbench.settings import LANGUAGES
from workbench.views import words
from workbench.views.shell import CodeCell, Fragment

MARKER = "papermill-error-cell-tag"
_NOTES = {"notes", "nb-notes"}  # Markdown cells for analysts, which readers do not see
_TAGS = frozenset(re.findall(r"\w+", """
    a abbr b blockquote br caption cite code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5
    h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u
    ul var
"""))  # fmt: skip
_DROPPED = {"script", "style", "title", "textarea", "noscript", "template", "iframe", "object", "svg", "math", "xmp"}
_ATTRIBUTES = {"colspan", "rowspan", "scope", "title", "lang", "dir", "open", "start", "alt", "width", "height"}
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")  # what no page may hold; lines, pages and tabs may stay
_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
_END, _END_LINES = 32_768, 100  # characters and lines that a long text shows at its start, and again at its end
_PAGE = 10_000_000  # characters of all that a notebook shows; our own pages have a twentieth of it
_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)


def parts(notebook: NotebookNode) -> list[Fragment | CodeCell]:
    """All that a reader may see of an executed notebook, in its order; code cells are for the toggle. What goes beyond
    what a page may hold is left to the notebook."""
    found: list[Fragment | CodeCell] = []
    number = 0
    for place, cell in enumerate(notebook.cells):
        tags = set(cell.metadata.get("tags", ()))
        if cell.cell_type == "markdown" and not tags & (_NOTES | {MARKER}):
            found.append(_part(f"text-{place}", _same(markdown(cell.source))))
        elif cell.cell_type == "code" and cell.source.strip():
            number += 1
            found += [] if "facts" in tags else _outputs(cell, place)
            if "parameters" not in tags or not _injected(notebook):
                found.append(_code(cell, number, notebook))
    return _within(found)


def fragments(notebook: NotebookNode) -> list[Fragment]:
    """Only what the workbench itself made, in order, as much as a page may hold."""
    made = _within([Fragment.of(bundle) for bundle in bundles(notebook)])
    return [one for one in made if isinstance(one, Fragment)]


def leading(notebook: NotebookNode) -> list[Fragment]:
    """The fragments for an overview: the figure of how the company stands takes the place of the page's first one."""
    instead = stands(notebook)
    return [instead if instead and f.role == "lead" else f for f in fragments(notebook)]


def stands(notebook: NotebookNode) -> Fragment | None:
    """The figure that says how the company stands; None where a notebook has none."""
    made = next((b for b in bundles(notebook) if "stands" in b), None)
    return Fragment("lead", made["id"], dict(made["heading"]), dict(made["stands"])) if made else None


def bundles(notebook: NotebookNode) -> list[Mapping[str, Any]]:
    """The bundles behind the fragments; a "data" bundle may carry `provenance` with `digests` and `rows`."""
    outputs = (o for cell in notebook.cells for o in cell.get("outputs", ()))
    return [bundle for o in outputs if (bundle := ours(o.get("data", {})))]


def facts(notebook: NotebookNode) -> dict[str, Any]:
    """The headline numbers: the last line of JSON that the cell tagged `facts` printed."""
    cells = [c for c in notebook.cells if "facts" in c.metadata.get("tags", ())]
    text = "\n".join(o.text for c in cells for o in c.get("outputs", ()) if o.output_type == "stream")
    for line in reversed(text.splitlines()):
        if line.startswith("{"):
            try:
                return json.loads(line, parse_constant=lambda _: None)
            except ValueError:
                return {}
    return {}


def markdown(text: str) -> str:
    """An analyst's Markdown as harmless HTML."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    return clean(MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(text))


def clean(markup: str) -> str:
    """HTML without scripts, styles, event attributes, loads from elsewhere and links that run; the text stays."""
    return _cleaner().clean(markup)


def _code(cell: NotebookNode, number: int, notebook: NotebookNode) -> CodeCell:
    failed = cell.metadata.get("papermill", {}).get("status") == "failed"
    if "injected-parameters" in cell.metadata.get("tags", ()):  # papermill writes Chinese as \uXXXX
        values = notebook.metadata.papermill.get("parameters", {})
        return CodeCell("\n".join(f"{name} = {value!r}" for name, value in values.items()), number, failed)
    return CodeCell(cell.source, number, failed)


def _injected(notebook: NotebookNode) -> bool:
    return any("injected-parameters" in c.metadata.get("tags", ()) for c in notebook.cells)


def _outputs(cell: NotebookNode, place: int) -> Iterator[Fragment]:
    """What a cell shows. What went to stderr is for analysts, and comes before or after the rest by chance."""
    for number, output in enumerate(_joined(o for o in cell.outputs if o.get("name") != "stderr")):
        if bundle := ours(output.get("data", {})):
            yield Fragment.of(bundle)
        elif markup := _rendered(output):
            yield _part(f"output-{place}-{number}", markup)


def _joined(outputs: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """The outputs; what was printed bit by bit is one again."""
    for stream, some in groupby(outputs, key=lambda o: o.name if o.output_type == "stream" else ""):
        if stream:
            yield new_output("stream", name=stream, text="".join(o.text for o in some))
        else:
            yield from some


def _within(found: Sequence[Fragment | CodeCell]) -> list[Fragment | CodeCell]:
    """What fits a page, in its order. Smaller ones may stay beyond that; how many do not is said at the end."""
    kept: list[Fragment | CodeCell] = []
    total = count = left = 0
    for one in found:
        size = 0 if isinstance(one, CodeCell) else max(map(len, one.html.values()), default=0)
        if size == 0 or total + size <= _PAGE:
            kept.append(one)
            total += size
        else:
            count, left = count + 1, left + size
    if count:
        note = _in_each("page.outputs_left_out", {"n": count, "size": left / 1e6})
        kept.append(_part("left-out", {lang: f"<p>{said}</p>" for lang, said in note.items()}))
    return kept


def _part(anchor: str, markup: dict[str, str]) -> Fragment:
    return Fragment("section", anchor, {}, markup)


def _same(markup: str) -> dict[str, str]:
    """HTML that says the same in every language."""
    return {"en": markup} if markup else {}


def _rendered(output: NotebookNode) -> dict[str, str]:
    """One output as harmless HTML, by language."""
    if output.output_type == "stream":
        return _pre(output.text)
    if output.output_type == "error":
        return _pre(f"{output.ename}: {output.evalue}")
    return next((draw(output.data[mime], output) for mime, draw in _DRAWN.items() if mime in output.data), {})


def _pre(text: str) -> dict[str, str]:
    """Text as it was printed; of a long one both ends, and between them how much is left out."""
    if len(text) <= 2 * _END and text.count("\n") <= 2 * _END_LINES:
        return _same(_lines(text))
    text = text.rstrip("\n")
    head = "\n".join(text[:_END].split("\n")[:_END_LINES])
    tail = "\n".join(text[-_END:].split("\n")[-_END_LINES:])
    note = _left_out("page.text_left_out", text[len(head) : len(text) - len(tail)])
    return {lang: f"{_lines(head)}<p>{html.escape(said)}</p>{_lines(tail)}" for lang, said in note.items()}


def _lines(text: str) -> str:
    return f"<pre>{html.escape(_CONTROL.sub('�', _COLOUR.sub('', text)))}</pre>" if text.strip() else ""


def _left_out(key: str, text: str) -> dict[str, str]:
    """In every language, that a text is not on the page, and its size."""
    lines, size = left_out(text)  # before it came here
    text = text.strip("\n")
    values = {"lines": text.count("\n") + 1 + lines, "size": (len(text.encode("utf-8", "replace")) + size) / 1e6}
    return _in_each(key, values)


def _in_each(key: str, values: Mapping[str, Any]) -> dict[str, str]:
    """A phrase in every language."""
    return {lang: words.Words(lang).phrase(key, values) for lang in LANGUAGES}


def _marked_up(draw: Callable[[str], str]) -> Callable[[Any, NotebookNode], dict[str, str]]:
    """Draws markup, but none that would swell the page or take minutes to make harmless."""

    def drawn(data: Any, _: NotebookNode) -> dict[str, str]:
        text = "".join(data)
        if len(text) <= LONGEST:
            return _same(draw(text))
        return {lang: f"<p>{html.escape(said)}</p>" for lang, said in _left_out("page.output_left_out", text).items()}

    return drawn


def _picture(kind: str) -> Callable[[Any, NotebookNode], dict[str, str]]:
    """Pictures stand in the page; as the source of an <img>, even an SVG cannot run anything."""

    def draw(data: Any, output: NotebookNode) -> dict[str, str]:
        from base64 import b64encode

        text = b64encode("".join(data).encode()).decode() if kind == "svg+xml" else "".join(data.split())
        alt = output.metadata.get(f"image/{kind}", {}).get("alt", "") or output.metadata.get("alt", "")
        return _same(f'<p><img src="data:image/{kind};base64,{html.escape(text)}" alt="{html.escape(str(alt))}"></p>')

    return draw


_DRAWN: dict[str, Callable[[Any, NotebookNode], dict[str, str]]] = {
    "text/html": _marked_up(clean),
    "image/svg+xml": _picture("svg+xml"),
    "image/png": _picture("png"),
    "image/jpeg": _picture("jpeg"),
    "text/markdown": _marked_up(markdown),
    "text/latex": lambda data, _: _pre("".join(data)),
    "text/plain": lambda data, _: _pre("".join(data)),
}  # in the order in which we like them


@cache
def _cleaner() -> Any:
    from bleach.sanitizer import Cleaner

    return Cleaner(
        tags=_TAGS | _DROPPED, attributes=_allowed, protocols=["http", "https", "mailto", "data"], strip=True,
        strip_comments=True, filters=[_Dropping],
    )  # fmt: skip


def _allowed(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return bool(_IMAGE.fullmatch(value))
    if tag == "a" and name == "href":
        return bool(_LINK.match(value.strip()))
    return name in _ATTRIBUTES or (name == "class" and value == "dataframe")


class _Dropping:
    """Takes elements out with all they hold: bleach alone would show a script's text to the reader."""

    def __init__(self, source: Any) -> None:
        self.source = source

    def __iter__(self) -> Iterator[dict[str, Any]]:
        inside = ""
        depth = 0
        for token in self.source:
            name = token.get("name", "")
            if not inside and name in _DROPPED:
                inside, depth = (name, 1) if token["type"] == "StartTag" else ("", 0)
            elif inside and name == inside:
                depth += {"StartTag": 1, "EndTag": -1}.get(token["type"], 0)
                inside = inside if depth else ""
            elif not inside:
                yield token

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)

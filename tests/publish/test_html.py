"""What analysts' notebooks show becomes harmless; what the workbench made passes as it is."""

import re

import nbformat
import pytest
from nbformat import NotebookNode

from workbench.publish import html
from workbench.views.shell import MIME, CodeCell, Fragment

HARMFUL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' jAva&#x09;script:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<iframe src='https://example.org'></iframe>",
    "<link rel=stylesheet href=//example.org/x.css>",
    "<style>@import '//example.org/x.css'; alert(1)</style>",
    "<p style='background:url(//example.org/x)'>x</p>",
    "<form action=//example.org><input name=alert(1)></form>",
    "<base href=//example.org>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "<object data=//example.org></object><embed src=//example.org>",
    "<img src=//example.org/x.png srcset='//example.org/y.png 2x'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<video poster=//example.org><source src=//example.org></video>",
]


def notebook(*cells: NotebookNode) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=list(cells))


def code(source: str, *outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def shown(**data: object) -> NotebookNode:
    return nbformat.v4.new_output("display_data", data={k.replace("_", "/", 1): v for k, v in data.items()})


def markup(nb: NotebookNode) -> str:
    return "\n".join(p.html["en"] for p in html.parts(nb) if isinstance(p, Fragment))


@pytest.mark.parametrize("harm", HARMFUL)
@pytest.mark.parametrize("way", ["text/html", "text/markdown", "cell"])
def test_nothing_that_runs_or_loads_passes(harm: str, way: str) -> None:
    output = nbformat.v4.new_output("display_data", data={way: harm})
    made = markup(notebook(nbformat.v4.new_markdown_cell(harm) if way == "cell" else code("x", output)))

    live = made.replace("&lt;", "").lower()
    assert "example.org" not in live
    for sign in ("<script", "<style", "<svg", "<iframe", "<form", "<base", "<meta", "<object", "<link", "style="):
        assert sign not in live
    assert not any(f" {word}=" in tag for tag in made.lower().split("<") for word in ("onerror", "onload", "srcset"))
    assert 'href="javascript' not in live
    assert 'href="data' not in live


def test_a_table_keeps_its_shape() -> None:
    table = "<style scoped>td {}</style><table border=1 class=dataframe><tr><th>a</th><td>1</td></tr></table>"

    assert html.clean(table) == '<table class="dataframe"><tbody><tr><th>a</th><td>1</td></tr></tbody></table>'


def test_markdown_for_readers_is_shown_and_notes_are_not() -> None:
    text = nbformat.v4.new_markdown_cell("## For **readers**\n\n|a|\n|-|\n|1|")
    notes = nbformat.v4.new_markdown_cell("for us", metadata={"tags": ["notes"]})
    made = markup(notebook(text, notes))

    assert "<strong>readers</strong></h2>" in made
    assert "<td>1</td>" in made
    assert "for us" not in made


def test_pictures_stand_in_the_page() -> None:
    made = markup(notebook(code("x", shown(image_png="AAAA")), code("y", shown(**{"image_svg+xml": "<svg/>"}))))

    assert '<img src="data:image/png;base64,AAAA" alt="">' in made
    assert "data:image/svg+xml;base64,PHN2Zy8+" in made


def test_the_best_form_of_an_output_is_shown_once() -> None:
    made = markup(notebook(code("x", shown(text_plain="plain", text_html="<b>rich</b>"))))

    assert made == "<b>rich</b>"


def test_text_is_escaped_and_loses_terminal_colours() -> None:
    stream = nbformat.v4.new_output("stream", name="stdout", text="\x1b[31m<b>red</b>\x1b[0m")

    assert markup(notebook(code("x", stream))) == "<pre>&lt;b&gt;red&lt;/b&gt;</pre>"


def printed(text: str) -> NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def test_a_page_does_not_depend_on_when_a_warning_came() -> None:
    warned = nbformat.v4.new_output("stream", name="stderr", text="a warning")
    either = [notebook(code("x", *outputs)) for outputs in ([warned, printed("1")], [printed("1"), warned])]
    parts = [[p for p in html.parts(made) if isinstance(p, Fragment)] for made in either]

    assert parts[0] == parts[1]
    assert [p.html["en"] for p in parts[0]] == ["<pre>1</pre>"]


def test_of_a_long_text_the_page_shows_both_ends_and_says_what_is_left_out() -> None:
    lines = [f"line {n}\n" for n in range(1000)]
    part = next(p for p in html.parts(notebook(code("x", printed("".join(lines))))) if isinstance(p, Fragment))

    assert re.findall(r"line (\d+)", part.html["en"]) == [str(n) for n in (*range(100), *range(900, 1000))]
    assert "800 lines" in part.html["en"]
    assert set(part.html) == {"en", "zh-CN", "zh-TW"}
    assert "800" in part.html["zh-CN"]


@pytest.mark.parametrize("unit", ["x", "x\n", "华", "a line of usual length, more or less\n"])
def test_a_text_of_any_length_takes_little_of_a_page(unit: str) -> None:
    outputs = [printed(unit * (3_000_000 // len(unit))), shown(text_plain=unit * 100_000)]
    made = markup(notebook(code("x", *outputs)))

    assert len(made) < 2 * 70_000


def test_what_is_printed_bit_by_bit_counts_as_one_text() -> None:
    made = markup(notebook(code("x", *(printed(f"line {n}\n") for n in range(1000)))))

    assert len(re.findall(r"line \d+", made)) == 200


def test_a_text_that_fits_is_shown_whole() -> None:
    text = "".join(f"line {n}\n" for n in range(200))

    assert markup(notebook(code("x", printed(text)))) == f"<pre>{text}</pre>"


@pytest.mark.parametrize("kind", ["text_html", "text_markdown"])
def test_markup_that_would_swell_the_page_is_left_in_the_notebook(kind: str) -> None:
    made = markup(notebook(code("x", shown(**{kind: "<p>word</p>" * 1_000_000, "text_plain": "plain"}))))

    assert "word" not in made
    assert "11 MB" in made


def ours(text: str, role: str = "answer", **more: object) -> NotebookNode:
    """An output under our own type."""
    said = {"role": role, "id": "a", "heading": {"en": "A" * 400}, "html": {"en": text, "zh-CN": "短"}, **more}
    return nbformat.v4.new_output("display_data", data={MIME: said, "text/plain": "x"})


def test_a_section_that_would_swell_the_pages_is_left_in_the_notebook_and_said_in_its_language() -> None:
    made = notebook(code("x", ours("<p>word</p>" * 1_000_000, "lead", stands={"en": "y" * 2_000_000})))
    [one], [led] = html.fragments(made), html.leading(made)

    assert one.html["en"].startswith("<p>This section would take 11 MB and is left out here.")
    assert all(place in one.html["en"] for place in ("notebook beside", "tables.xlsx", "Parquet"))
    assert one.html["zh-CN"] == "短"
    assert len(one.heading["en"]) == 300
    assert "2 MB" in led.html["en"]


def test_what_a_section_tells_beside_its_markup_has_a_bound_too() -> None:
    [kept] = html.bundles(notebook(code("x", ours("short", said={"en": ["y" * 2_000_000]}, step="own"))))

    assert sorted(kept) == ["heading", "html", "id", "role"]
    assert kept["html"]["en"] == "short"


def test_many_outputs_have_a_bound_together_and_how_many_are_left_out_is_said() -> None:
    many = [ours("y" * 999_000) for _ in range(30)]
    made = notebook(code("x", *many, ours("the last, which is short")))
    for found in (html.parts(made), html.fragments(made)):
        shown = [p for p in found if isinstance(p, Fragment)]

        assert sum(len(p.html["en"]) for p in shown) < 10_100_000
        assert shown[-2].html["en"] == "the last, which is short"
        assert "20 more outputs (20 MB in all)" in shown[-1].html["en"]
        assert "20项输出" in shown[-1].html["zh-CN"]


def test_fragments_pass_as_they_are_in_order() -> None:
    one, two = (Fragment("section", i, {"en": i}, {"en": f"<svg>{i}</svg>", "zh-CN": "中"}) for i in "ab")
    outputs = [nbformat.v4.new_output("display_data", data={MIME: f.bundle(), "text/html": "x"}) for f in (one, two)]

    assert html.fragments(notebook(code("x", *outputs))) == [one, two]


def test_code_cells_are_numbered_as_jupyter_does_and_parameters_shown_as_run() -> None:
    nb = notebook(
        code('scope: str = ""', tags=("parameters",)),
        code('scope = "region=\\u534e\\u4e1c"', tags=("injected-parameters",)),
        code(""),
        code("1 / 0"),
    )
    nb.metadata["papermill"] = {"parameters": {"scope": "region=华东"}}
    nb.cells[-1].metadata["papermill"] = {"status": "failed"}

    assert [p for p in html.parts(nb) if isinstance(p, CodeCell)] == [
        CodeCell("scope = 'region=华东'", 2),
        CodeCell("1 / 0", 3, failed=True),
    ]


@pytest.mark.parametrize(
    ("text", "facts"),
    [('noise\n{"a": 1, "b": NaN}\n', {"a": 1, "b": None}), ("no json", {}), ("{broken", {}), ("", {})],
)
def test_facts_are_the_last_line_of_json(text: str, facts: dict) -> None:
    stream = nbformat.v4.new_output("stream", name="stdout", text=text)

    assert html.facts(notebook(code("x", stream, tags=("facts",)))) == facts


def test_the_figure_of_how_the_company_stands_leads_on_the_overview() -> None:
    def one(role: str, anchor: str, **more: object) -> NotebookNode:
        said = {"role": role, "id": anchor, "heading": {"en": anchor}, "html": {"en": f"{role} {anchor}"}, **more}
        return nbformat.v4.new_output("display_data", data={MIME: said})

    first, path = one("lead", "ranked"), one("section", "path", stands={"en": "figure of the path"})
    plain, standing = notebook(code("x", first)), notebook(code("x", first, path))

    assert [(f.role, f.html["en"]) for f in html.leading(plain)] == [("lead", "lead ranked")]
    assert html.stands(plain) is None
    assert [(f.role, f.html["en"]) for f in html.leading(standing)] == [
        ("lead", "figure of the path"),
        ("section", "section path"),
    ]


@pytest.mark.parametrize(
    "strange",
    [
        "text", 3, None, [], {}, {"role": "answer"}, {"role": "x", "id": "a", "heading": {}, "html": {"en": "x"}},
        {"role": "answer", "id": "a", "heading": {}, "html": {}},
        {"role": "answer", "id": "a", "heading": {}, "html": {"en": "x"}, "measures": {"sales": 3}},
        {"role": "tiles", "id": "a", "heading": {}, "html": {"en": "x"}, "tiles": {"en": [{"name": "x"}]}},
        {"role": "data", "id": "a", "heading": {}, "html": {"en": "x"}, "provenance": "nowhere"},
        {"role": "answer", "id": "a", "heading": {}, "html": {"en": "x"}, "said": ["x"], "stands": "x"},
    ],
)  # fmt: skip
def test_data_under_our_type_that_are_not_ours_are_an_output_like_others(strange: object) -> None:
    shows = nbformat.v4.new_output("display_data", data={MIME: strange, "text/plain": "plain"})

    assert html.bundles(notebook(code("x", shows))) == []
    assert markup(notebook(code("x", shows))) == "<pre>plain</pre>"


def test_no_control_character_of_a_printed_text_reaches_the_page() -> None:
    assert markup(notebook(code("x", printed("a\x00b\x1b[31mc\x07\td\n")))) == "<pre>a�bc�\td\n</pre>"

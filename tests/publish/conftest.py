"""Small notebooks and companies, written on the fly."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

PARAMETERS = '''as_of: str = "2026-09-30"  # last day
scope: str = ""  # part of the company
lang: str = ""  # languages
settings: str = "workbench.toml"'''

SETTINGS = """
[company]
name = "Acme"
currency = "CNY"
languages = ["en", "zh-CN"]
made_up = true
[sources.orders]
files = ["orders.csv"]
[dimensions]
place = ["region"]
"""

SHOW = """import json, os
from pathlib import Path
from IPython.display import display

def show(role, id, en, zh, **more):
    html = {"en": f"<p>{en} body</p>", "zh-CN": f"<p>{zh}正文</p>"}
    bundle = {"role": role, "id": id, "heading": {"en": en, "zh-CN": zh}, "html": html, **more}
    display({"application/vnd.workbench+json": bundle, "text/plain": en}, raw=True)"""


def write_notebook(
    path: Path, *cells: str, parameters: str = PARAMETERS, tags: dict[int, list[str]] | None = None
) -> Path:
    """A notebook with a parameters cell and these code cells; `tags` by the position of a cell."""
    sources = [parameters, *cells]
    made = [nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(sources)]
    for place, given in {0: ["parameters"], **(tags or {})}.items():
        made[place].metadata["tags"] = given
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=spec), path)
    return path


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with settings and one export."""
    folder = tmp_path_factory.mktemp("company")
    (folder / "workbench.toml").write_text(SETTINGS, "utf-8")
    (folder / "orders.csv").write_text("date,amount\n2026-01-01,3\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def notebook(company: Path) -> Callable[..., Path]:
    """Writes a notebook into the company's folder."""
    return lambda name, *cells, **more: write_notebook(company / f"{name}.ipynb", *cells, **more)


def manifest_of(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text("utf-8"))

"""The shape of the workbench, kept true by tests. A failure here names the file to change."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "workbench").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MAY_IMPORT: dict[str, set[str]] = {  # layer → what of other layers it may lean on, besides the root modules
    "sources": set(),
    "analytics": set(),
    "views": {"workbench.analytics", "workbench.sources.quality"},
    "publish": {f"workbench.views.{name}" for name in ("changes", "facts", "shell", "words")},
}
LAYERS = set(MAY_IMPORT)
FORBIDDEN = {
    "analytics": {"matplotlib", "IPython", "papermill", "ibis", "duckdb"},
    "views": {"papermill", "ibis", "duckdb", "nbconvert"},
    "sources": {"matplotlib", "IPython", "papermill"},
}


def layer_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "workbench").parts
    return parts[0] if parts[0] in LAYERS else "root"


def imported(path: Path) -> Iterator[str]:
    """Every module or name that a file imports, wherever; not those that only annotations use."""
    tree = ast.parse(path.read_text("utf-8"))
    tree.body = [n for n in tree.body if not (isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def allowed(layer: str, name: str) -> bool:
    other = name.split(".")[1] if name.count(".") else ""
    if other not in LAYERS or other == layer:
        return True
    return any(name == a or name.startswith(f"{a}.") for a in MAY_IMPORT.get(layer, set()))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_layer_leans_only_on_the_layers_below_it(path: Path) -> None:
    layer = layer_of(path)
    places = (ROOT / "workbench" / "cli", ROOT / "workbench" / "__init__.py")  # where the layers meet
    meets = any(path.is_relative_to(place) for place in places)
    for name in imported(path):
        assert name.split(".")[0] not in FORBIDDEN.get(layer, set()), f"{layer} must not import {name}"
        assert meets or not name.startswith("workbench.") or allowed(layer, name), f"{layer} must not import {name}"


def test_the_public_surface_is_sorted_and_complete() -> None:
    assert workbench.__all__ == sorted(workbench.__all__, key=str.casefold)
    assert all(hasattr(workbench, name) for name in workbench.__all__)


def test_importing_the_workbench_loads_no_heavy_library() -> None:
    code = "import sys, workbench; print(*sorted(m for m in sys.modules if '.' not in m))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )

    assert not loaded & {"matplotlib", "statsmodels", "scipy", "ibis", "duckdb", "papermill", "nbformat", "IPython"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_only_calls_the_package(path: Path) -> None:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = [c for c in cells if c["cell_type"] == "code"]
    banned = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.ListComp, ast.DictComp, ast.If)

    assert "parameters" in code[0]["metadata"]["tags"]
    assert len(cells) <= 24
    for i, cell in enumerate(code):
        source = "".join(cell["source"])
        assert not any(isinstance(n, banned) for n in ast.walk(ast.parse(source))), f"cell {i}: move this to workbench/"
        assert len(source.splitlines()) <= 8, f"cell {i} is long"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_committed_without_outputs_but_its_facts(path: Path) -> None:
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            assert bool(cell["outputs"]) == ("facts" in cell["metadata"].get("tags", []))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_what_a_notebook_says_to_analysts_does_not_reach_the_report(path: Path) -> None:
    text = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "markdown"]

    assert [c["id"] for c in text if "notes" not in c["metadata"].get("tags", [])] == []


def test_the_architecture_page_lists_the_modules_there_are() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    tree = page[page.index("workbench/\n├──") :]
    tree = tree[: tree.index("```")]
    there = {p.stem for p in (ROOT / "workbench").glob("*.py")}
    there |= {p.parent.name for p in (ROOT / "workbench").glob("*/__init__.py")}
    for folder in LAYERS:
        there |= {p.stem for p in (ROOT / "workbench" / folder).glob("*.py")}
        there |= {p.parent.name for p in (ROOT / "workbench" / folder).glob("*/__init__.py")}

    named = set(re.findall(r"(?:^[│ ]*[├└]── |· )(\w+)", tree, re.MULTILINE))
    assert named == there - {"__init__"}


def test_no_file_names_a_machine_or_a_registry() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    bad = re.compile(r"(?<![\w.~-])/(?:work|root|home/\w+)/\S+|https?://\S*(?:simple|packages)/\S+\.(?:whl|tar\.gz)")
    texts = {".py", ".md", ".toml", ".yml", ".ipynb", ".lock", ".json", ".html", ".css", ""}
    for name in filter(None, tracked):
        file = ROOT / name
        if file.suffix in texts and file.is_file() and file != Path(__file__):
            found = bad.search(file.read_text("utf-8", errors="ignore"))
            assert not found, f"{name} holds {found[0] if found else ''}"

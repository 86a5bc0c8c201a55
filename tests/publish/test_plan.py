"""What counts as the same inputs: every file that the settings name, wherever it is and however it is called."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.publish.conftest import SETTINGS, write_notebook
from workbench.publish.plan import Plan, Request, in_cycle, plan

Planned = Callable[[], Plan]


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Planned]:
    """A company in a folder of any name, with files by their paths; call the result for its plan."""

    def build(folder: str, patterns: list[str], **files: str) -> Planned:
        home = tmp_path / folder
        home.mkdir()
        for name, path in files.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(name, "utf-8")
        settings = home / "workbench.toml"
        settings.write_text(SETTINGS.replace('["orders.csv"]', str(patterns).replace("'", '"')), "utf-8")
        notebook = write_notebook(home / "story.ipynb", "1")
        return lambda: plan(Request(notebooks=(str(notebook),), settings=settings, as_of="2026-09-30"))

    return build


@pytest.mark.parametrize(
    ("folder", "pattern", "file"),
    [
        ("exports [2026]", "*.csv", "orders.csv"),
        ("exports", "orders [2026].csv", "orders [2026].csv"),
        ("*", "orders.csv", "orders.csv"),
    ],
)
def test_marks_of_a_pattern_in_a_name_do_not_hide_a_change(
    made: Callable[..., Planned], tmp_path: Path, folder: str, pattern: str, file: str
) -> None:
    planned = made(folder, [pattern], a=file)
    before = planned()
    (tmp_path / folder / file).write_text("other", "utf-8")

    assert list(before.inputs) == [file]
    assert planned().key != before.key


def test_two_files_of_one_name_outside_the_folder_both_count(made: Callable[..., Planned], tmp_path: Path) -> None:
    for year in ("2025", "2026"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "orders.csv").write_text(year, "utf-8")
    planned = made("home", [str(tmp_path / "2025" / "*.csv"), str(tmp_path / "2026" / "*.csv")])
    before = planned()
    (tmp_path / "2025" / "orders.csv").write_text("other", "utf-8")

    assert len(before.inputs) == 2
    assert planned().key != before.key


def test_notebooks_run_in_the_order_of_the_cycle() -> None:
    names = ["tracking.ipynb", "appendix.ipynb", "forecast.ipynb", "history.ipynb"]
    ordered = [p.stem for p in sorted(map(Path, names), key=lambda p: in_cycle(p.stem))]
    assert ordered == ["history", "forecast", "tracking", "appendix"]

"""Parameters are read without running anything, and refused before anything runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.publish.conftest import write_notebook
from workbench.errors import ParameterError
from workbench.publish.parameters import Parameter, chosen, declared, secret

DECLARED = """as_of: str = "2026-09-30"  # last day
horizon_months: int = 6
level: float = 0.8
fast: bool = False
goal: float | None = None
every: Literal["month", "quarter"] = "month"
keys: list = ["region"]
note: str"""


@pytest.fixture
def known(tmp_path: Path) -> dict[str, Parameter]:
    return declared(write_notebook(tmp_path / "n.ipynb", parameters=DECLARED))


def test_names_kinds_defaults_and_comments_are_read(known: dict[str, Parameter]) -> None:
    assert list(known) == ["as_of", "horizon_months", "level", "fast", "goal", "every", "keys", "note"]
    assert known["as_of"] == Parameter("as_of", "str", "2026-09-30", "last day")
    assert known["goal"].default is None
    assert known["note"].required


def test_the_parameters_cell_is_never_executed(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    path = write_notebook(tmp_path / "n.ipynb", parameters=f"open({str(trap)!r}, 'w')\nas_of: str = ''")

    assert list(declared(path)) == ["as_of"]
    assert not trap.exists()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("as_of", "007", "007"),
        ("horizon_months", "12", 12),
        ("level", "1e-1", 0.1),
        ("fast", "yes", True),
        ("goal", "none", None),
        ("goal", "5", 5.0),
        ("every", "quarter", "quarter"),
        ("keys", '["a", "b"]', ["a", "b"]),
    ],
)
def test_typed_text_becomes_the_declared_kind(known: dict[str, Parameter], name: str, text: str, value: object) -> None:
    assert known[name].read(text) == value


def test_everything_wrong_is_told_at_once_with_suggestions(known: dict[str, Parameter]) -> None:
    asked = {"as_off": "x", "horizon_months": "six", "every": "week", "fast": "maybe", "note": "n"}
    _, problems = chosen(known, asked)

    assert len(problems) == 4
    assert "Did you mean 'as_of'?" in problems[0]
    assert "horizon_months is 'six'; it should be a whole number" in problems
    assert "every is 'week'; it should be one of month, quarter" in problems


def test_a_missing_required_parameter_is_told(known: dict[str, Parameter]) -> None:
    assert "note has no default, so it must be given" in chosen(known, {})[1]


@pytest.mark.parametrize("value", [object(), (1, 2), {1: "a"}, float("nan"), True, b"x"])
def test_values_that_json_cannot_carry_or_the_kind_does_not_fit_are_refused(
    known: dict[str, Parameter], value: object
) -> None:
    assert len(chosen(known, {"horizon_months": value, "note": ""})[1]) == 1


def test_a_name_that_is_code_is_refused(known: dict[str, Parameter]) -> None:
    values, problems = chosen(known, {"a=1; import os; b": 1, "note": ""})

    assert "a=1; import os; b" not in values
    assert len(problems) == 1


@pytest.mark.parametrize(
    "name",
    ["password", "DB_PASSWD", "pass", "token", "client_secret", "dsn", "key", "api_key", "aws_access_key_id",
     "auth", "cookie", "database_url", "数据库密码", "存取權杖_token", "密鑰"],
)  # fmt: skip
def test_a_name_that_looks_like_a_secret_is_refused(name: str) -> None:
    assert secret(name)
    values, problems = chosen({name: Parameter(name, "str")}, {name: "hunter2"})

    assert not values
    assert "hunter2" not in problems[0]


@pytest.mark.parametrize("name", ["keyboard", "author", "bypass", "monkey", "region", "target", "curl"])
def test_an_ordinary_name_is_no_secret(name: str) -> None:
    assert not secret(name)


@pytest.mark.parametrize(
    "value",
    ["ghp_16C7e42F292c6912E7710c838347Ae178B4a", "AKIAIOSFODNN7EXAMPLE", "-----BEGIN PRIVATE KEY-----",
     "Password=hunter2",
     "Server=db;Pwd = x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"],
)  # fmt: skip
def test_a_value_that_only_a_secret_has_is_refused_and_not_repeated(value: str) -> None:
    values, problems = chosen({"scope": Parameter("scope", "str")}, {"scope": value})
    assert values == {}
    assert "without a password or token" in problems[0]
    assert value not in problems[0]


def test_a_password_inside_a_value_is_refused_and_not_repeated(known: dict[str, Parameter]) -> None:
    _, problems = chosen(known, {"note": "postgresql://me:hunter2@db/sales"})

    assert len(problems) == 1
    assert "hunter2" not in problems[0]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}'])
def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.ipynb").write_text(content)

    with pytest.raises(ParameterError, match=r"broken\.ipynb"):
        declared(tmp_path / "broken.ipynb")


def test_a_default_that_is_computed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="not a plain value"):
        declared(write_notebook(tmp_path / "n.ipynb", parameters="as_of: str = str(3)"))


def test_refusing_loads_neither_pandas_nor_jupyter() -> None:
    code = """
import sys
from workbench import publish
from workbench.errors import ParameterError
try:
    publish.run(publish.Request(parameters=("as_off=1",)))
except ParameterError:
    print(*sorted({"pandas", "nbformat", "papermill", "jupyter_client"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""

"""pyproject.toml, environment.yml and the lock say the same."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "ibis-framework[duckdb]": "ibis-duckdb",
    "ibis-framework[postgres]": "ibis-postgres",
    "psycopg[binary]": "psycopg",
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def asked() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(text) for text in sum(extras, PROJECT["dependencies"])]


def full_name(requirement: Requirement) -> str:
    return requirement.name + (f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else "")


def test_conda_users_get_what_pyproject_asks_for() -> None:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    conda = {r.name: r.specifier for r in map(Requirement, listed)}
    wanted = {CONDA_NAMES.get(full_name(r), r.name): r.specifier for r in asked()}

    assert conda.pop("python") == SpecifierSet(PROJECT["requires-python"])
    conda.pop("pip")
    assert conda == wanted


@pytest.mark.parametrize("requirement", asked(), ids=str)
def test_the_lock_holds_a_version_that_pyproject_allows(requirement: Requirement) -> None:
    pins = re.findall(rf"^{re.escape(requirement.name)}==([^\s;\\]+)", LOCK, re.MULTILINE | re.IGNORECASE)

    assert pins, f"{requirement.name} is not in requirements.lock; run `make lock`"
    assert all(Version(pin) in requirement.specifier for pin in pins)


def test_every_locked_package_has_hashes_and_no_address() -> None:
    pinned = re.findall(r"^[a-zA-Z0-9_.-]+==", LOCK, re.MULTILINE)

    assert len(pinned) > 100
    assert len(re.findall(r"^[a-zA-Z0-9_.-]+==.*\\\n    --hash=sha256:", LOCK, re.MULTILINE)) == len(pinned)
    assert "://" not in LOCK
    assert not re.search(r"^--(extra-)?index-url", LOCK, re.MULTILINE)

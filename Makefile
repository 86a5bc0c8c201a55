# Everything a person does here, by name. `make` alone lists it.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AS_OF ?= 2026-09-30
REPORT_OPTIONS ?=
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python
WORKERS ?= 2
LAB_OPTIONS ?=

.PHONY: help report lab test faults spark large lint bench demo facts lock packages clean
help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

report: $(VENV)/.stamp  ## make the demo company's report and print where it is
	@$(BIN)/workbench run --as-of $(AS_OF) $(REPORT_OPTIONS)

lab: $(VENV)/.stamp  ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab --ServerApp.root_dir=. $(LAB_OPTIONS) notebooks/history.ipynb

test: $(VENV)/.stamp  ## run every test, and the notebooks through nbval; what takes longest begins first
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder --nbval-lax \
		--nbval-cell-timeout 120 notebooks tests

spark: $(VENV)/.stamp  ## the tests of engines with Spark: needs Java 17, fetches pyspark (400 MB) into .cache
	$(UV) --target .cache/spark --no-deps "pyspark>=4,<4.1" "py4j>=0.10.9.9,<0.11"
	PYTHONPATH=.cache/spark $(BIN)/python -m pytest -rs tests/sources/test_engines_agree.py tests/publish/test_engines_report.py

large: $(VENV)/.stamp  ## a report on 100 million order lines: minutes, 12 GB of disk; prints seconds and peak memory
	$(BIN)/python -m tests.benchmarks.large

lint: $(VENV)/.stamp  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

faults: $(VENV)/.stamp  ## inject every fault into real runs and print what became of it: some minutes
	$(BIN)/python -m tests.faults

bench: $(VENV)/.stamp  ## one JSON line per figure: name, value, unit, peer, ratio, limit, ok
	$(BIN)/python -m tests.benchmarks

demo: $(VENV)/.stamp  ## generate the made-up company in data/demo again
	$(BIN)/workbench demo data/demo

facts: $(VENV)/.stamp  ## run the notebooks where they stand and keep only their facts
	$(BIN)/jupyter nbconvert --log-level WARN --to notebook --execute --inplace notebooks/*.ipynb
	$(BIN)/nbstripout --keep-count --keep-id --extra-keys "metadata.language_info cell.metadata.execution" notebooks/*.ipynb

lock: $(VENV)/.stamp  ## resolve the requirements again, with hashes and without addresses
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --all-extras --python-version 3.11 pyproject.toml -o requirements.lock

packages:  ## Debian packages for the tests that use a browser, Chinese fonts or PostgreSQL
	apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk postgresql

clean:  ## remove the environment and caches, never reports
	rm -rf $(VENV) .cache .pytest_cache .mypy_cache .ruff_cache

$(VENV)/.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null \
		|| { echo "Python 3.11 or newer is needed; say which with make PYTHON=path"; exit 1; }
	@echo "Creating the environment in $(VENV): once, a minute or so, about 1.2 GB"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(UV) --require-hashes -r requirements.lock
	@$(UV) --no-deps -e .
	@touch $@

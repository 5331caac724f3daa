# Two commands: `make run` sets up and runs the main job on the embedded sample, `make test` sets up and tests.
# Nothing is presumed but a Python 3.11, 3.12 or 3.13 with venv; all else lives in .venv, pinned with hashes.

VENV := .venv
BIN := $(VENV)/bin
SAMPLE := --raw data/raw/sample --out data/marts/sample
PYTHON ?= $(shell for python in python3.12 python3.13 python3.11 python3 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)

export DO_NOT_TRACK = 1
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
export GX_ANALYTICS_ENABLED = false

.PHONY: help setup run test lint dev bench sample clean

help:
	@echo "make run    set up, then run the main job on the embedded sample"
	@echo "make test   set up, then run the tests"
	@echo "make dev    the Dagster UI on this machine's port 3000"
	@echo "make lint | bench | sample | clean"

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11, 3.12 or 3.13 with venv was found (3.14 is too new for dagster-dbt). Install one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

run: setup
	@ICS_MARTS_ICS=QZ1 $(BIN)/ics-marts run $(SAMPLE)

test: setup
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

dev: setup
	@mkdir -p .dagster && cp deploy/dagster.yaml .dagster/dagster.yaml
	DAGSTER_HOME=$(CURDIR)/.dagster $(BIN)/dagster dev -h 127.0.0.1 -p 3000 -m pipeline.orchestration.definitions

bench: setup
	$(BIN)/python -m benchmarks.first_number
	$(BIN)/python -m benchmarks.scale --wide

sample: setup
	$(BIN)/python -m pipeline.sample.embedded

clean:
	rm -rf $(VENV) data/marts .dagster .pytest_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

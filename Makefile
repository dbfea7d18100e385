# Every target makes the environment that it needs; `make smoke` and `make test` work in a fresh clone.
VENV := .venv
BIN := $(VENV)/bin
# The first that runs and is new enough: a name on PATH may be a shim without an interpreter behind it.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
UV := $(shell command -v uv)
WORKERS ?= 2
# Neighbours stay together, so that a platform that many tests of a file share starts once, and not in every process.
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
SHORT := not slow and not faults and not issues

# Without compiled modules every start takes twice as long, and the tests start many processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help smoke test contract robustness faults issues prove truth steady fuzz browser browser-test pictures lint format docs bench wheel screenshot clean

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1 	/p' $(MAKEFILE_LIST)

$(VENV)/bin/python:
ifdef UV
	$(UV) venv --quiet $(VENV)
else
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer on PATH: install one, or say make PYTHON=..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
endif

$(VENV)/.smoke: $(VENV)/bin/python pyproject.toml
ifdef UV
	$(UV) pip install --quiet --python $(BIN)/python --editable '.[browser]'
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[browser]'
endif
	@touch $@

$(VENV)/.test: $(VENV)/.smoke
ifdef UV
	$(UV) pip install --quiet --python $(BIN)/python --editable '.[browser,test]'
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[browser,test]'
endif
	@touch $@

# TypeScript's compiler judges the subject of some checks. Without it they are skipped, and say so.
$(VENV)/.typescript: $(VENV)/bin/python
	@if command -v npm >/dev/null && npm install --silent --fetch-retries=0 --no-audit --no-fund --prefix $(VENV)/node typescript@7; \
	then touch $@; else echo "make: no TypeScript compiler: checks that want one will be skipped"; fi

WITH_TSC := PATH="$(CURDIR)/$(VENV)/node/node_modules/.bin:$$PATH"

smoke: $(VENV)/.smoke $(VENV)/.typescript ## start the embedded platform and run every check against it
	$(WITH_TSC) $(BIN)/vibehq-smoke run

test: $(VENV)/.test $(VENV)/.typescript ## run the tests, but for the long ones below
	$(WITH_TSC) $(PYTEST) -m "$(SHORT)" --ignore=tests/lab --ignore=tests/contract --ignore=tests/robustness

contract: $(VENV)/.test $(VENV)/.typescript ## see the embedded platform keep the contract, and break it at each of its switches
	$(WITH_TSC) $(PYTEST) -m "$(SHORT)" tests/lab tests/contract

robustness: $(VENV)/.test $(VENV)/.typescript ## see runs survive hostile targets, broken plugins, signals and lost networks, and leave nothing behind
	$(WITH_TSC) $(PYTEST) -m "$(SHORT)" tests/robustness

faults: $(VENV)/.test $(VENV)/.typescript ## see the checks of each category pass, fail for their own reason, and be blocked
	$(WITH_TSC) $(PYTEST) -m faults tests/checks

issues: $(VENV)/.test ## see what becomes of issues under storms, crashes, faults of the API and people, and through every command
	$(PYTEST) -m issues tests/issues tests/findings tests/canaries

prove: $(VENV)/.smoke $(VENV)/.typescript browser ## see every check fail on what it saw, and write docs/proof.md and plugins/proof.json
	$(WITH_TSC) $(BIN)/vibehq-smoke prove --ledger plugins/proof.json --page docs/proof.md --badge docs/images/proof.svg

truth: $(VENV)/.test $(VENV)/.typescript browser ## run every check under every fault of the lab and write docs/truth.md: slow
	$(PYTEST) -m slow
	$(WITH_TSC) $(BIN)/python -m tests.truth --write

steady: $(VENV)/.test $(VENV)/.typescript browser ## run everything again and again on a healthy lab, quiet and busy: slow
	$(WITH_TSC) $(BIN)/python -m tests.steady --runs 50
	$(WITH_TSC) $(BIN)/python -m tests.steady --runs 20 --busy 2

# An environment of its own: its plugin would make every other start of pytest slower.
.fuzz-venv/bin/st: $(VENV)/bin/python
ifdef UV
	$(UV) venv --quiet .fuzz-venv
	$(UV) pip install --quiet --python .fuzz-venv/bin/python 'schemathesis>=4.32,<5'
else
	$(PYTHON) -m venv .fuzz-venv
	.fuzz-venv/bin/python -m pip install --quiet --disable-pip-version-check 'schemathesis>=4.32,<5'
endif

fuzz: $(VENV)/.test .fuzz-venv/bin/st ## send the lab what Schemathesis makes of its OpenAPI documents
	$(BIN)/python -m tests.fuzzing --st .fuzz-venv/bin/st

browser: ## install Chromium where it is missing and may be installed
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium; } || \
	{ echo "make: no Chromium: install it by hand, as chromium on PATH" >&2; exit 2; }

browser-test: $(VENV)/.test browser ## look at the lab's pages in a real browser
	$(PYTEST) tests/browser

pictures: $(VENV)/.test browser ## take the pictures of the lab's pages again
	$(BIN)/python -m tests.browser.pictures

lint: $(VENV)/.test ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test ## put the code into its usual form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.test ## write the generated parts of the documentation again
	$(BIN)/python -m vibehq_smoke.reports.schema > docs/results.schema.json
	$(BIN)/python -m tests.checks.table > docs/checks.md
	$(BIN)/python -m tests.lab.table

bench: $(VENV)/.test ## measure, and print the tables
	$(BIN)/python -m benchmarks

wheel: $(VENV)/.test ## build dist/*.whl
	$(BIN)/python -m build --wheel --outdir dist

clean: ## remove what the other targets made
	rm -rf $(VENV) .fuzz-venv .schemathesis dist build .pytest_cache .mypy_cache .ruff_cache

screenshot: $(VENV)/.smoke browser ## take the picture of the report again
	$(BIN)/vibehq-smoke run --quiet --fault d1-health-down --out reports/screenshot || true
	chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update \
	  --disable-sync --hide-scrollbars --user-data-dir=reports/screenshot/profile --window-size=1280,1180 \
	  --screenshot=docs/images/report.png file://$(CURDIR)/reports/screenshot/report.html
	rm -rf reports/screenshot

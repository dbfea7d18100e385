# Every target makes the environment that it needs; `make smoke` and `make test` work in a fresh clone.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.13 || command -v python3.12 || command -v python3.11 || command -v python3)
UV := $(shell command -v uv)
WORKERS ?= 2

# Without compiled modules every start takes twice as long, and the tests start many processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help smoke test lint format docs bench wheel screenshot clean

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1 	/p' $(MAKEFILE_LIST)

$(VENV)/bin/python:
ifdef UV
	$(UV) venv --quiet $(VENV)
else
	$(PYTHON) -m venv $(VENV)
endif

$(VENV)/.smoke: $(VENV)/bin/python pyproject.toml
ifdef UV
	$(UV) pip install --quiet --python $(BIN)/python --editable .
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
endif
	@touch $@

$(VENV)/.test: $(VENV)/.smoke
ifdef UV
	$(UV) pip install --quiet --python $(BIN)/python --editable '.[test]'
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
endif
	@touch $@

smoke: $(VENV)/.smoke ## start the embedded platform and run every check against it
	$(BIN)/vibehq-smoke run

test: $(VENV)/.test ## run the tests
	$(BIN)/python -m pytest -n $(WORKERS)

lint: $(VENV)/.test ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test ## put the code into its usual form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.test ## write the generated parts of the documentation again
	$(BIN)/python -m docs.generate

bench: $(VENV)/.test ## measure, and print the tables
	$(BIN)/python -m benchmarks

wheel: $(VENV)/.test ## build dist/*.whl
	$(BIN)/python -m build --wheel --outdir dist

clean: ## remove what the other targets made
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache

screenshot: $(VENV)/.smoke ## take the picture in the README again; needs chromium on PATH
	$(BIN)/vibehq-smoke run --quiet --fault d1-health-down --out reports/screenshot || true
	chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update \
	  --disable-sync --hide-scrollbars --user-data-dir=reports/screenshot/profile --window-size=1280,1180 \
	  --screenshot=docs/images/report.png file://$(CURDIR)/reports/screenshot/report.html
	rm -rf reports/screenshot

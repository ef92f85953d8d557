# Every target does only what is missing. Set PORT to serve elsewhere, PYTHON to use another interpreter.
PYTHON ?= python3
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin
# keeps the hub client from looking for updates of models that lie on this disk
export HF_HUB_DISABLE_TELEMETRY := 1
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help install build run test lint clean

help: ## Show the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

install: $(VENV)/.installed ## Set up .venv with what running needs

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing (some minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

build: install ## Build the site and the index, if anything changed
	@$(BIN)/chatbot build

run: build ## Serve site, widget, demo and API on http://127.0.0.1:7860 (PORT=… to change)
	@$(BIN)/chatbot serve --port $(PORT)

lint: $(VENV)/.tested ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

test: lint ## Run every check and test
	@HF_HUB_OFFLINE=1 $(BIN)/python -m guide.lint
	@HF_HUB_OFFLINE=1 $(BIN)/python -m pytest

clean: ## Remove what was built; .venv stays
	@rm -rf site index/store

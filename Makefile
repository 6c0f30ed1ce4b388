# One command each. `.venv` holds everything; `make setup` is the common, idempotent first half.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup setup-dev demo check test test-faults bench locks clean assets messages

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(VENV)/.base assets messages ## virtual environment, packages, front-end assets, translations

setup-dev: $(VENV)/.dev assets messages ## the same with what tests and checks need (a headless browser included)

$(VENV)/bin/python:
	$(PYTHON) scripts/environment.py create $(VENV)

$(VENV)/.base: requirements/base.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python scripts/environment.py install requirements/base.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	$(BIN)/python scripts/environment.py install requirements/dev.txt
	$(BIN)/python scripts/environment.py browser
	@touch $@

assets: $(VENV)/.base
	@$(BIN)/python scripts/assets.py

messages: $(VENV)/.base
	@$(BIN)/python scripts/messages.py compile

demo: setup ## set everything up, load the demo book, serve at http://127.0.0.1:8000
	$(BIN)/xinheng demo

check: setup-dev ## format, lint, types, contracts, missing migrations, untranslated strings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/messages.py check
	$(BIN)/python scripts/repository.py
	DJANGO_SETTINGS_MODULE=tests_settings PYTHONPATH=tests $(BIN)/python -m django makemigrations --check --dry-run

test: setup-dev ## every test but the long ones
	$(BIN)/pytest

test-faults: setup-dev ## really kills databases, workers and servers
	$(BIN)/pytest -m faults

bench: setup ## measure the product beside its yardsticks (half an hour; keep the machine quiet)
	$(BIN)/xinheng bench rules
	$(BIN)/xinheng bench import
	$(BIN)/xinheng bench pages

locks: ## compile the hash-locked requirements anew
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group build --group dev -o requirements/dev.txt
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group build -c requirements/dev.txt -o requirements/base.txt

clean: ## remove what setup made; data stays
	rm -rf $(VENV) node_modules src/xinheng/server/web/static/vendor

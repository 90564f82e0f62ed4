# `make help` lists what there is.
PYTHON ?= python3
PORT ?= 8000
# How many students the demo has.
STUDENTS ?= 2000
# Test processes side by side.
JOBS ?= 2
BIN := .venv/bin
# What is tested in seconds: plain functions, and the rules that hold for all code.
QUICK := $(wildcard tests/*/test_validators.py tests/*/test_rules.py tests/*/test_moves.py tests/*/test_statistics.py) \
	$(addprefix tests/,octe_certs/test_compose.py core/test_logs.py core/test_mail.py octe_certs/test_models_meta.py octe_certs/test_scoped_reads.py octe_certs/test_error_pages.py)
export PORT STUDENTS
.DEFAULT_GOAL := help
.PHONY: help run test check bench lock clean install-local install-test lint

help: ## Say what each command does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: install-local ## Start everything on this machine (PORT=8000 STUDENTS=2000 DATABASE_URL=...)
	@exec $(BIN)/python -m octe_certs.run

test: install-test ## Everything: lint, types, contracts, unit, integration and browser tests
	@sh scripts/ensure-browser
	@sh scripts/lint
	@sh scripts/test-js
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q

check: install-test ## The quick part of the tests, under 40 s
	@sh scripts/lint
	@sh scripts/test-js
	$(BIN)/python -m pytest -q $(QUICK)

bench: install-test ## Measure pages on the big state, and live sessions at full size
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.live --seconds 30
	$(BIN)/python -m benchmarks.functions

lock: ## Write requirements/*.txt anew from pyproject.toml (needs uv)
	@sh scripts/lock

clean: ## Remove what can be made again; the data in var/ stay
	rm -rf .venv staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install-local:
	@PYTHON="$(PYTHON)" sh scripts/install local

install-test:
	@PYTHON="$(PYTHON)" sh scripts/install test

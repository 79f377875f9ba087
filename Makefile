# make check: everything that must hold before a change goes in.
# PYTHON=... chooses the interpreter; PYTEST_FLAGS= runs the tests in one process; SKIP_TESTS=1 leaves them out.

PYTHON ?= python
PYTEST_FLAGS ?= -n auto
SKIP_TESTS ?=

.DEFAULT_GOAL := help
.PHONY: help check test integration fix format-check lint types layers docs-check docs clean

help:
	@echo "make check   formatting, lint, types, layers, tests, generated docs"
	@echo "make test    the tests alone"
	@echo "make integration   the tests that run other tools; needs the extra \"integration\" and an index"
	@echo "make fix     format, mend what can be mended, write the generated docs"

check: format-check lint types layers $(if $(SKIP_TESTS),,test) docs-check

format-check:
	$(PYTHON) -m ruff format --check .

lint:
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

layers:
	$(PYTHON) -c "from importlinter.cli import lint_imports_command as run; run()" --no-logo

test:
	$(PYTHON) -m pytest $(PYTEST_FLAGS)

integration:
	$(PYTHON) -m pytest -m integration

docs-check:
	$(PYTHON) scripts/docs.py --check
	$(PYTHON) -m scripts.validate report --check

docs:
	$(PYTHON) scripts/docs.py

fix:
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	$(PYTHON) scripts/docs.py

clean:
	rm -rf dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

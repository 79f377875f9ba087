# make check: everything that must hold before a change goes in.
# PYTHON=... chooses the interpreter; PYTEST_FLAGS= runs the tests in one process; SKIP_TESTS=1 leaves them out.

PYTHON ?= python
PYTEST_FLAGS ?= -n auto
INTEGRATION_FLAGS ?= -n auto --dist loadfile
SKIP_TESTS ?=

.DEFAULT_GOAL := help
.PHONY: help check test integration fix format-check lint types layers docs-check site-check docs site clean

help:
	@echo "make check         formatting, lint, types, layers, tests, generated docs, the site"
	@echo "make test          the tests alone"
	@echo "make integration   the tests that run other tools: see CONTRIBUTING.md"
	@echo "make fix           format, mend what can be mended, write the generated docs"
	@echo "make site          the documentation as a site, in site/"

check: format-check lint types layers $(if $(SKIP_TESTS),,test) docs-check site-check

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
	$(PYTHON) -m pytest -m integration $(INTEGRATION_FLAGS)

docs-check:
	$(PYTHON) scripts/docs.py --check
	$(PYTHON) -m scripts.validate report --check

# Strict: a page that is not in the navigation, a link or an anchor that leads nowhere is an error.
MKDOCS = NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs --quiet build --strict

site-check:
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(MKDOCS) --site-dir "$$folder"

docs:
	$(PYTHON) scripts/docs.py

site:
	$(MKDOCS)

fix:
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	$(PYTHON) scripts/docs.py

clean:
	rm -rf dist site .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

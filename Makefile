# Two commands: `make run` opens the studio, `make test` passes every test. Each sets up first what it needs;
# how that is done is told in packaging/bootstrap.py.

MAKEFLAGS += --no-builtin-rules --no-print-directory
PYTHON ?= $(shell command -v python3 || command -v python3.13 || command -v python3.12 || command -v python3.11)
BOOTSTRAP = $(if $(PYTHON),"$(PYTHON)",$(error Slowlight needs Python 3.11, 3.12 or 3.13, and there is no python3 here)) packaging/bootstrap.py
VENV_PYTHON = .venv/bin/python
# No screen is needed, and the media libraries keep their notes to themselves.
HEADLESS = QT_QPA_PLATFORM=offscreen QT_LOGGING_RULES="qt.multimedia.*=false"
ARGS =

.DEFAULT_GOAL = help
.PHONY: help setup setup-test setup-lint run test test-long lint format benchmark screenshots lock package

help:
	@echo "make run          set up what is needed and open the studio (ARGS=\"--demo\" passes options on)"
	@echo "make test         set up what is needed and run the tests (ARGS=tests/domain for a part)"
	@echo "make setup        the shared first half of both; instant the second time"
	@echo "make test-long    the tests that take minutes"
	@echo "make lint         format, lint and types, as the tests on the server do it"
	@echo "make format       put the code into its format"
	@echo "make benchmark    start-up time and idle memory"
	@echo "make screenshots  every page, dark and light, into screenshots/"
	@echo "make package      installers for this system, tried and measured, into dist/"
	@echo "make lock         renew the hash-locked dependency lists"

setup:
	@$(BOOTSTRAP) runtime

setup-test:
	@$(BOOTSTRAP) dev --then test
	@$(VENV_PYTHON) packaging/vendor_clients.py

setup-lint:
	@$(BOOTSTRAP) dev --then lint

run:
	@$(BOOTSTRAP) runtime --then run
	@exec $(VENV_PYTHON) -m app $(ARGS)

test: setup-test
ifeq ($(strip $(ARGS)),)
	@$(HEADLESS) $(VENV_PYTHON) -m pytest -n logical --maxprocesses 4 --dist loadfile -m "not long and not alone"
	@$(HEADLESS) $(VENV_PYTHON) -m pytest -m "alone and not long"
else
	@$(HEADLESS) $(VENV_PYTHON) -m pytest -m "not long" $(ARGS)
endif

test-long: setup-test
	@$(HEADLESS) $(VENV_PYTHON) -m pytest -m long --timeout=3600 $(ARGS)

lint: setup-lint
	$(VENV_PYTHON) -m ruff format --check
	$(VENV_PYTHON) -m ruff check
	$(VENV_PYTHON) -m mypy

format: setup-lint
	$(VENV_PYTHON) -m ruff format
	$(VENV_PYTHON) -m ruff check --fix

benchmark: setup-test
	@$(VENV_PYTHON) -m tests.benchmarks $(ARGS)

screenshots: setup-test
	@$(HEADLESS) $(VENV_PYTHON) -m tests.screenshots $(ARGS)

lock: setup-lint
	@$(VENV_PYTHON) packaging/make_locks.py $(ARGS)

package: setup
	@$(VENV_PYTHON) packaging/package.py $(ARGS)

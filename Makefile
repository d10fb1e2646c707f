# Two commands do everything: `make up` runs the service, `make test` passes the tests. `make help` lists the rest.
# Works with GNU make 3.81 (macOS) and later; needs Python 3.11 or newer and nothing else.

PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough, or none: then `venv` below says what to do. PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
# uv is several times faster; pip does the same where uv is not installed.
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
INSTALL = uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r
else
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r
endif
# More arguments for the tests: make test ARGS="-k claim -x"
ARGS ?=
# Whose cases, for bench-verdict, and where its page goes; without REPORT none is written.
CASES ?= tests/cases
REPORT ?=
# The lock files hold hashes for every platform and every Python, and name no host.
LOCK := --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --generate-hashes \
	--no-annotate --custom-compile-command "make locks" pyproject.toml
export PORT

.PHONY: help up test demo demo-clean bench bench-verdict check locks docs
.DEFAULT_GOAL := help

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

up: $(VENV)/.installed ## run the whole service at http://127.0.0.1:8000 (PORT=8001 chooses another port)
	@exec $(BIN)/python manage.py serve

test: $(VENV)/.installed-dev ## run all tests, each on real PostgreSQL and Valkey (ARGS="-k word" chooses some)
	@$(BIN)/python -m pytest -n auto $(ARGS)

demo: $(VENV)/.installed ## send three failures to the running service, as Alertmanager would (PORT=...)
	@$(BIN)/python manage.py demo

demo-clean: $(VENV)/.installed ## remove everything that the demo left
	@$(BIN)/python manage.py demo --clean

bench: $(VENV)/.installed-dev ## start a service in an empty folder and print one JSON object of figures
	@$(BIN)/python -m tests.bench

bench-verdict: $(VENV)/.installed-dev ## measure the verdict on cases whose truth is known (CASES=folder REPORT=file.md ARGS="--mixes 50")
	@$(BIN)/python -m tests.bench_verdict $(CASES) $(if $(REPORT),--report $(REPORT)) $(ARGS)

check: $(VENV)/.installed-dev ## linters, types, import contracts, schemas
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if grep -nE 'https?://' *.lock; then echo "A lock file names a host; compile it with: make locks"; exit 1; fi
	WHOSE_SECRET_KEY=only-for-this-check $(BIN)/python manage.py check
	WHOSE_SECRET_KEY=only-for-this-check $(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

docs: $(VENV)/.installed-dev ## write the pages about the verdict anew, from its rules
	@$(BIN)/python -m tests.verdict_docs

locks: $(VENV)/.installed-dev ## resolve the dependencies again (needs uv)
	uv pip compile -q --upgrade $(LOCK) --extra embedded -o requirements.lock
	uv pip compile -q $(LOCK) -c requirements.lock -o requirements-image.lock
	uv pip compile -q $(LOCK) -c requirements.lock --extra embedded --group dev -o requirements-dev.lock

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Whose needs Python 3.11 or newer and found none. Install it (Debian: apt install python3 python3-venv; macOS: brew install python) or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@rm -rf $(VENV)
ifdef UV
	@uv venv --quiet --python $(PYTHON) $(VENV)
else
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
endif

# A stamp is written only when its installation is complete, so an interrupted one is done again.
$(VENV)/.installed: requirements.lock | $(BIN)/python
	@echo "Installing what the service needs (once; about a minute)"
	@$(INSTALL) requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(BIN)/python
	@echo "Installing what the tests need (once; about a minute)"
	@$(INSTALL) requirements-dev.lock
	@touch $(VENV)/.installed $@

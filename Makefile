# make setup | run | test | test-all | prove | lint | lock      everything else is a script with --help
PYTHON ?= python3
BIN    := .venv/bin

.PHONY: setup setup-dev run test test-all share share-gate share-matters share-register share-exchange share-fuzz prove lint lock clean

setup: .venv/.installed
setup-dev: .venv/.installed-dev

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Comity needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv .venv || { echo "could not make a virtual environment: install python3-venv, then run make again" >&2; rm -rf .venv; exit 2; }

.venv/.installed: .venv/bin/python requirements.lock pyproject.toml
	@echo "setting up in .venv: a minute or so, nothing outside this folder"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: setup
	$(BIN)/comity demo

test: setup-dev
	$(BIN)/python -m pytest -n auto --dist loadfile

# What needs more than Python: a C compiler (kills, full disks, power cuts on real files), a browser (Chromium, installed
# where root is available), a PostgreSQL server (the tests start one that a wheel carries), and what others mark `service`.
# COMITY_POSTGRESQL=whole runs every test of a node there, not only those that cover every statement (tests/node/covering.py).
test-all: test
	$(BIN)/python tests/in_browser/chromium.py
	COMITY_FAULTS=share $(BIN)/python -m pytest -n auto --dist loadfile -m service --run-service || test $$? -eq 5

# The share of the long proofs that every change must pass, fixed by number, part by part.
share: share-gate share-matters share-register share-exchange share-fuzz

share-gate: setup-dev
	COMITY_HISTORIES=20000 $(BIN)/python -m pytest -p no:xdist tests/oracle/test_oracle.py -k agree_on_every_ground

share-matters: setup-dev
	COMITY_MATTERS=2000 $(BIN)/python -m pytest -p no:xdist tests/cooperation/test_matter_histories.py -k whatever_the_carrier

share-register: setup-dev
	COMITY_REGISTERS=300 $(BIN)/python -m pytest -p no:xdist tests/node/test_register_histories.py -k share

share-exchange: setup-dev
	COMITY_EVERY_MUTANT=9 $(BIN)/python -m pytest -n auto tests/testing/test_mutants.py
	$(BIN)/python -m comity.testing --seed share --count 3000 --jobs $$(nproc 2>/dev/null || echo 2)

share-fuzz: setup-dev
	$(BIN)/python tests/fuzz/fuzzing.py --inputs 200000 --jobs $$(nproc 2>/dev/null || echo 2)

# The long proofs with their full numbers, which take hours; what each came to goes to docs/proofs.md as it ends.
# What was made of the very same code already is not made again, so it can be stopped and taken up.
prove: setup-dev
	$(BIN)/python -m pytest -p no:xdist -m prove --run-prove
	$(BIN)/python -m pytest -n auto -m service --run-service tests/faults

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The lock files name versions and hashes only: no index address.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-build-options --no-header --extra build -o requirements.lock pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-build-options --no-header --extra build --extra dev --extra postgres -c requirements.lock -o requirements-dev.lock pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-build-options --no-header -c requirements-dev.lock -o requirements-browser.lock requirements-browser.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-build-options --no-header --extra postgres -c requirements.lock -o requirements-postgres.lock pyproject.toml

clean:
	rm -rf .venv build dist

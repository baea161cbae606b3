# Two commands on a machine with Python >= 3.11 and make: `make demo`, `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo reference test lint bench bench-save bench-compare clean

setup: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: setup
	$(BIN)/tryonbench demo

# The committed report, from the demo's runs: `make demo` first.
RUNS ?= runs
reference: setup
	$(BIN)/python -m tools.reference_report $(RUNS) reports/reference/report
	$(BIN)/python -m tools.report_picture reports/reference/report

test: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses auto --maxprocesses 4

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/pytest benchmarks --benchmark-only $(BENCH)

# BENCH="-k loader" takes some of them.
bench-save bench-compare: setup
	mkdir -p runs/bench
	$(BIN)/pytest benchmarks --benchmark-only --benchmark-json=runs/bench/suites.json $(BENCH)
	$(BIN)/python -m benchmarks.compare runs/bench/suites.json $(if $(filter %-save,$@),--save)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache dist

.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -U pip

.venv/serve: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/pip install -q -c constraints.txt -e .
	@touch $@

.venv/dev: .venv/serve
	$(BIN)/pip install -q torch==2.13.0
	$(BIN)/pip install -q -c constraints.txt -e '.[train,postgres,dev]'
	@touch $@

test: .venv/dev  ## install the rest and run the tests
	$(BIN)/python -m pytest

check: .venv/dev  ## lint, types, floor plan
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

encoder: .venv/dev  ## build the shipped encoder from the base checkpoint
	$(BIN)/python -m pipelines.training.encoder --out models/encoder

heads: .venv/dev  ## train the intent, stage and sentiment heads and score them
	$(BIN)/python -m pipelines.training.heads

bench: .venv/dev  ## encoder throughput against its peer, written to benchmarks/results
	$(BIN)/python benchmarks/encoder.py

.PHONY: help test check encoder heads bench

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
	$(BIN)/pip install -q -c constraints.txt -e '.[train,postgres,brokers,linkage,s3,login,telemetry,dev]'
	@touch $@

demo: .venv/serve  ## install what serving needs, analyse the sample, serve API and dashboard
	$(BIN)/frictionary demo

test: .venv/dev  ## install the rest and run the tests
	$(BIN)/python -m pytest -n auto

test-all: test test-slow test-browser  ## the tests that need time, Chromium or the public corpora, too

test-slow: .venv/dev
	$(BIN)/python -m pytest -n auto -m '(slow or corpora) and not browser'

# Playwright keeps an event loop running, which other tests' own ones do not bear: its tests have a process of their own.
test-browser: .venv/dev
	$(BIN)/python -m pytest -m browser

check: .venv/dev  ## lint, types, floor plan, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/test_floor_plan.py tests/test_docs.py

encoder: .venv/dev  ## tune the base encoder and build the shipped graph (some hours)
	$(BIN)/python -m pipelines.training.encoder --out models/encoder

heads: .venv/dev  ## train the heads (intent, stage, effort, leaving) and score them
	$(BIN)/python -m pipelines.training.heads

bench: .venv/dev  ## measure against peers and on the test sets, written to benchmarks/results
	$(BIN)/python -m benchmarks.encoder
	$(BIN)/python -m benchmarks.gold
	$(BIN)/python -m benchmarks.friction
	$(BIN)/python -m benchmarks.designs
	$(BIN)/python -m benchmarks.cascade
	$(BIN)/python -m benchmarks.entities
	$(BIN)/python -m benchmarks.outside
	$(BIN)/python -m benchmarks.described
	$(BIN)/python -m benchmarks.themes
	$(BIN)/python -m benchmarks.theme_sample
	$(BIN)/python -m benchmarks.theme_grain
	$(BIN)/python -m benchmarks.theme_cuts
	$(BIN)/python -m benchmarks.theme_scale

real-input: .venv/dev  ## public corpora through the whole path, written to benchmarks/results
	$(BIN)/python -m benchmarks.real_input

asyncapi: .venv/dev  ## write docs/asyncapi.yaml anew, after a change of what is told to other systems
	$(BIN)/python -c 'import yaml; from api.asyncapi import document; print(yaml.safe_dump(document(), sort_keys=False, width=120), end="")' > docs/asyncapi.yaml

.PHONY: help demo test test-all test-slow test-browser check encoder heads bench real-input asyncapi

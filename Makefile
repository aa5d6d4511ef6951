# make lab: open the course.  make test: prove all of it.  The set-up is in tools/setup.py.

PYTHON ?= python3
COURSE := .venv/bin/python

# JupyterLab refuses to run as root, the usual user in a container, unless it is told to.
ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help lab run test check bench figures doctor clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

.venv/ready: pyproject.toml tools/setup.py
	@$(PYTHON) tools/setup.py

lab: .venv/ready ## open the course in JupyterLab
	@$(COURSE) -m jupyterlab --LabApp.default_url=/lab/tree/README.md $(ROOT) $(ARGS)

run: .venv/ready ## execute all notebooks into build/
	@$(COURSE) -m cnncourse run $(ARGS)

test: .venv/ready ## run all tests
	@$(COURSE) -m pytest $(ARGS)

check: .venv/ready ## lint and unit tests, without the notebooks: seconds
	@$(COURSE) -m ruff check . && $(COURSE) -m ruff format --check .
	@$(COURSE) -m pytest -q cnncourse tests --ignore tests/notebooks $(ARGS)

bench: .venv/ready ## measure speed
	@$(COURSE) -m pytest tests/benchmarks $(ARGS)

figures: .venv/ready ## draw img/ again
	@$(COURSE) -m cnncourse.figures $(ARGS)

doctor: .venv/ready ## look at the installation
	@$(COURSE) -m cnncourse doctor

clean: ## remove what was built; .venv stays
	rm -rf build .pytest_cache .ruff_cache .hypothesis .benchmarks

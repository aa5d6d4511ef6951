# make lab: open the course.  make test: prove all of it.  The set-up is in tools/setup.py.

PYTHON ?= python3
COURSE := .venv/bin/python

# JupyterLab refuses to run as root, the usual user in a container, unless it is told to.
ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help lab run handouts slides site site-folder site-test touch-test test check test-lowest classroom-test browser bench audit dist \
	figures doctor clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile

.venv/ready: pyproject.toml tools/setup.py
	@$(PYTHON) tools/setup.py $(EXTRAS)

# What comes from npm: axe-core, reveal.js and the proxy of JupyterHub. Only the targets that need it
# ask for it, and the course itself never does.
.venv/node_modules: tools/package.json | .venv/ready
	@cp tools/package.json .venv/ && npm install --prefix .venv --no-audit --no-fund --loglevel=error
	@touch $@

# With tools/jupyter/jupyter_server_config.py sliders answer 40 ms sooner.
lab: export JUPYTER_CONFIG_PATH := $(CURDIR)/tools/jupyter$(if $(JUPYTER_CONFIG_PATH),:$(JUPYTER_CONFIG_PATH))
lab: .venv/ready ## open the course in JupyterLab
	@$(COURSE) -m jupyterlab --LabApp.default_url=/lab/tree/README.md $(ROOT) $(ARGS)

run: .venv/ready ## execute all notebooks into build/; ARGS="--fast" for small values
	@$(COURSE) -m cnncourse run $(ARGS)

handouts: .venv/ready ## write student and solution copies of the notebooks into build/handouts/
	@$(COURSE) tools/handouts.py $(ARGS)

slides: .venv/ready .venv/node_modules ## write the notebooks as slides into build/slides/
	@$(COURSE) -m cnncourse run --resume $(ARGS)
	@$(COURSE) tools/slides.py

site: .venv/ready .venv/node_modules ## write the course as a site into build/site/; ARGS="--fast" for one notebook
	@$(COURSE) -m cnncourse.site $(ARGS)

site-folder: ARGS += --folder
site-folder: site ## the same as one folder for a USB stick, build/site-folder/: no Python in it

site-test: .venv/ready .venv/node_modules ## prove the site: every pack, and all explorers in a browser
	@$(PYTEST) tests/site/whole $(ARGS)

touch-test: .venv/ready .venv/node_modules ## prove the touches: every handle, three ways, in both themes
	@$(PYTEST) $(PARALLEL) 2 tests/browser/whole $(ARGS)

# Kernels and test processes would compile the course and the tests anew, each of them.
unexport PYTHONDONTWRITEBYTECODE

# What is in tests/offline holds for every Python of the tests; for the first conftest.py is too late.
PYTEST := PYTHONPATH="$(CURDIR)/tests/offline$${PYTHONPATH:+:$$PYTHONPATH}" $(COURSE) -m pytest

# Several tests at once, those of a file one after the other, in the order that conftest.py gives.
PARALLEL := --maxprocesses 4 --dist loadfile --no-loadscope-reorder --numprocesses
# Who tests a browser or a kernel often waits for it, and then another test can use the core.
CORES_AND_ONE := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# What runs notebooks, browsers or servers.
HEAVY := $(addprefix --ignore tests/,notebooks proof browser classroom)

test: .venv/ready ## run all tests
	@$(PYTEST) $(PARALLEL) $(CORES_AND_ONE) $(ARGS)

# The quick tests run as two halves side by side, and only one of them loads PyTorch; a third process
# reads the types. With pytest-xdist each process would load and collect everything.
QUICK := OMP_NUM_THREADS=1 $(PYTEST) -q -m "not slow" --hypothesis-profile quick $(ARGS)
# What concerns layer_table.py is slow, and it loads all of PyTorch when it is only collected.
LEFT_OUT := cnncourse/lab/layer_table.py tests/lab/test_layer_table.py
NAMES_TORCH = $(shell grep -lr --include=*.py -e torch -e cnncourse.lab \
	$(addprefix --exclude-dir ,notebooks proof browser classroom benchmarks offline) cnncourse tests)
WITH_TORCH = $(filter-out $(LEFT_OUT),$(NAMES_TORCH))

check: .venv/ready ## lint, types and unit tests, without the notebooks and what is slow: seconds
	@$(COURSE) -m ruff check . && $(COURSE) -m ruff format --check .
	@mkdir -p build; $(COURSE) -m mypy >build/types.log 2>&1 & types=$$!; \
	$(QUICK) $(WITH_TORCH) >build/check.log 2>&1 & half=$$!; \
	$(QUICK) cnncourse tests $(HEAVY) $(addprefix --ignore ,$(LEFT_OUT) $(WITH_TORCH)); status=$$?; \
	wait $$half || status=1; cat build/check.log; wait $$types || status=1; cat build/types.log; \
	exit $$status

.venv-lowest/ready: pyproject.toml tools/lowest.py | .venv/ready
	@$(COURSE) tools/lowest.py .venv-lowest && touch $@

test-lowest: .venv-lowest/ready ## unit tests and notebooks with the lowest supported versions
	@.venv-lowest/bin/python -m pytest -q $(PARALLEL) logical cnncourse tests notebooks $(HEAVY) $(ARGS)

.venv/classroom: pyproject.toml | .venv/ready
	@$(PYTHON) tools/setup.py classroom
	@touch $@

STUDENTS ?= 30
classroom-test: .venv/classroom .venv/node_modules ## thirty simulated students at a JupyterHub
	@$(COURSE) tools/classroom/starts.py --kernels $(STUDENTS)
	@$(COURSE) tools/classroom/rehearsal.py --students $(STUDENTS) $(ARGS)

browser: .venv/ready .venv/node_modules ## the tests in a real browser alone
	@$(PYTEST) tests/browser $(ARGS)

bench: .venv/ready ## measure speed
	@$(PYTEST) tests/benchmarks $(ARGS)
	@CNNCOURSE_BENCH=1 $(PYTEST) tests/browser/test_paint.py

audit: .venv/ready ## known weaknesses and licences of the installed packages; needs a network
	@$(COURSE) tools/audit.py

dist: .venv/ready ## build the wheel and the source archive into dist/
	@$(COURSE) -m uv build

figures: .venv/ready ## draw img/ again
	@PYTHONPATH=tools $(COURSE) -m pictures $(ARGS)

doctor: .venv/ready ## look at the installation
	@$(COURSE) -m cnncourse doctor

clean: ## remove build/ and all that is in it; .venv stays
	rm -rf build .pytest_cache .ruff_cache .mypy_cache .hypothesis .benchmarks

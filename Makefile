# `make help` lists the targets. Everything runs in .venv, which `make setup` fills.

PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# not /bin/sh: with that, make 3.81 of macOS starts simple commands itself and looks in the old PATH
SHELL := sh
unexport PYTHONWARNINGS  # with `error` DVC would end by a warning of its own

.DEFAULT_GOAL := help
.PHONY: help setup quick repro test test-all bench check check-params lock plots-page picture clean

help:  ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

# programs in .venv have its path inside: where the clone was moved or copied, it is made anew
MADE_IN := $(shell cat $(STAMP) 2>/dev/null)
ifneq ($(MADE_IN),)
ifneq ($(MADE_IN),$(CURDIR))
CLEAR := --clear
.PHONY: $(STAMP)
endif
endif

setup: $(STAMP)  ## install everything into .venv (Python 3.11 or newer; PYTHON=... chooses which)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(CLEAR) $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@pwd -P > $@

check-params: setup  ## check params.yaml, remove a dvc.lock that was cut off
	@semisup check

quick: check-params  ## a first answer, by encoders that need no training (pretext_tasks must list one)
	@semisup quick

repro: check-params  ## run all that changed, from images to the report (JOBS=4: four stages at once)
	@# outputs of a removed budget would count as inputs of the report
	@semisup prune
	$(if $(JOBS),semisup repro --jobs $(JOBS),dvc repro)
	@echo "The answers are in reports/report.html: open it in a browser. As text: reports/summary.md."
	@echo "How long each stage took: semisup times"

test: setup  ## run the tests (five to six minutes on 2 cores)
	pytest -n 2 --dist loadgroup -m "not slow"

test-all: setup  ## run the slow tests too
	pytest -n 2 --dist loadgroup

bench: setup  ## compare speeds on this machine with other programs (half an hour; WHAT=heads: a part)
	@python -c 'import kornia, lightly' 2>/dev/null || python -m pip install --quiet --disable-pip-version-check \
	  'kornia>=0.8' 'lightly>=1.5'  # to compare with
	TQDM_DISABLE=1 python tests/benchmarks/run.py $(WHAT)

check: setup  ## lint, format, types, params.yaml
	pre-commit run --all-files

lock: setup  ## pin the newest versions that pyproject.toml admits
	python -m pip install --quiet uv
	uv pip compile --universal --python-version 3.11 --group dev --no-header --no-annotate \
	  --no-emit-index-url --upgrade --quiet --output-file requirements.lock pyproject.toml

plots-page:  ## rebuild the page that `dvc plots` fills in (needs npm)
	$(PYTHON) .dvc/plots/page/build.py

picture:  ## make the README's picture anew from the report (needs Chromium)
	chromium --headless --no-sandbox --hide-scrollbars --virtual-time-budget=8000 \
	  --window-size=1040,1010 --screenshot=docs/report.png "file://$(CURDIR)/reports/report.html"

clean:  ## remove the environment (the cache of DVC stays)
	rm -rf $(VENV)

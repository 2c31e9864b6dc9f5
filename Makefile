# One command for each thing that a person wants; all of them set up what they need first. `make help` lists them.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory --no-builtin-rules

# The first Python of at least 3.11 on the PATH, unless told: make PYTHON=/opt/python3.13/bin/python3
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check --no-input --quiet
FREEZE := dist/tachiai
SOURCES := $(shell find app player recorder resources -type f -not -name '*.pyc' 2>/dev/null)
KERNEL := $(wildcard recorder/codec/kernel*.[ch])
BENCH := all
PREFIX := /opt/tachiai
BIN := /usr/local/bin
INSTALLED_PIP = $(PREFIX)/bin/python -m pip --disable-pip-version-check --no-input --quiet

.PHONY: help
help:  ## Show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/.runtime | demo-packages  ## Record a desktop session, verify it, open it; on a virtual display if there is none
	@$(RUN) -m app.agent.demo $(DEMO)

.PHONY: test
test: $(VENV)/.dev | test-packages  ## Run every test, as many side by side as there are cores; TESTS=... for some of them
	@$(RUN) -m pytest $(if $(TESTS),$(TESTS),--numprocesses auto --dist worksteal)

.PHONY: logins
logins: $(VENV)/.dev | test-packages  ## Log in 200 times by every way there is, and look for any part of a password in what was recorded
	@TACHIAI_LOGINS=200 $(RUN) -m pytest tests/e2e/test_hidden_input.py

.PHONY: sanitize
sanitize: $(VENV)/.dev  ## Run the compiled kernel's tests under AddressSanitizer and UndefinedBehaviorSanitizer (GCC), in a copy
	@.ci/sanitize

.PHONY: check
check: $(VENV)/.dev  ## Check format, lint, strict types, import contracts and house rules
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m pytest -q tests/unit/test_house_rules.py tests/unit/test_docs.py

.PHONY: format
format: $(VENV)/.dev  ## Put every file into the project's format
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

.PHONY: bench
bench: $(VENV)/.dev | bench-packages  ## Measure against ffmpeg and OpenCV on the same work; results in benchmarks/results/
	@$(RUN) -m benchmarks.run $(BENCH)

.PHONY: build
build: $(FREEZE)/.built  ## Freeze the programs into dist/tachiai/

$(FREEZE)/.built: build.spec $(VENV)/.dev $(SOURCES) | runtime-packages build-packages
	$(RUN) -m PyInstaller --noconfirm --log-level ERROR --distpath dist --workpath build/freeze build.spec
	@touch $@

# For every user: nothing of it may be writable by those who are recorded, and all of it must be readable by them.
.PHONY: install
install: runtime-packages  ## Install for everybody on this machine, as root: PREFIX=/opt/tachiai, commands in BIN=/usr/local/bin
	@test "$$(id -u)" = 0 || { echo "Stopped: this writes for every user of the machine; run it as root: sudo make install" >&2; exit 1; }
	@$(INSTALL_PACKAGES) .ci/setup-packages.txt
	@$(INSTALL_PACKAGES) --optional .ci/kernel-packages.txt
	@echo "Installing into $(PREFIX)"
	@umask 022 && $(PYTHON) -m venv $(PREFIX)
	@umask 022 && $(INSTALLED_PIP) install --no-deps --require-hashes --only-binary :all: --requirement requirements.lock
	@umask 022 && $(INSTALLED_PIP) install --no-deps --no-index --no-build-isolation --force-reinstall .
	@umask 022 && mkdir -p $(BIN) && ln -sf $(PREFIX)/bin/tachiai-agent $(PREFIX)/bin/tachiai-player $(BIN)/
	@$(PREFIX)/bin/tachiai-agent install --system

.PHONY: rules
rules: $(VENV)/.runtime  ## Make the default rules ready to judge, after a change of resources/rules or of how rules are read
	@$(RUN) -m recorder.detect.readying resources/rules resources/rules/ready.jsonl

.PHONY: lock
lock: python-is-found  ## Bring both lock files up to date with pyproject.toml and the newest releases
	@.ci/lock $(PYTHON)

.PHONY: clean
clean:  ## Remove what was made here, the virtual environment included; recordings in demo/ stay
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info recorder/codec/_kernel*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up -----------------------------------------------------------------------------------------------------------
# Each stamp is younger than the lock it was made from, so a second run does nothing. The lists of system packages are
# looked through every time: that takes a tenth of a second, and a package may have been removed since.

INSTALL_PACKAGES = $(PYTHON) .ci/system_packages.py

.PHONY: python-is-found setup-packages runtime-packages demo-packages test-packages bench-packages build-packages
python-is-found:
	@test -n "$(PYTHON)" || { echo "Stopped: no Python of at least 3.11 is on the PATH; install one (python3.11) or name it: make PYTHON=/path/to/python3" >&2; exit 1; }

setup-packages: python-is-found
	@$(INSTALL_PACKAGES) .ci/setup-packages.txt

runtime-packages: python-is-found
	@$(INSTALL_PACKAGES) resources/apt-packages.txt

demo-packages: python-is-found
	@$(INSTALL_PACKAGES) resources/apt-packages.txt $(if $(DISPLAY),$(if $(findstring --virtual,$(DEMO)),.ci/demo-packages.txt),.ci/demo-packages.txt)

test-packages: python-is-found
	@$(INSTALL_PACKAGES) resources/apt-packages.txt .ci/demo-packages.txt .ci/build-packages.txt tests/apt-packages.txt

bench-packages: python-is-found
	@$(INSTALL_PACKAGES) resources/apt-packages.txt .ci/demo-packages.txt .ci/bench-packages.txt benchmarks/work/apt-packages.txt

build-packages: python-is-found
	@$(INSTALL_PACKAGES) .ci/build-packages.txt

$(VENV)/.created: | setup-packages
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# --no-deps: the lock is complete on its own, and leaves out evdev on purpose (ARCHITECTURE.md, "Decisions").
# The codec's loops are compiled if the machine can; if not, it goes on and says so (tachiai-agent doctor, too).
$(VENV)/.runtime: requirements.lock pyproject.toml $(KERNEL) $(VENV)/.created
	@$(INSTALL_PACKAGES) --optional .ci/kernel-packages.txt
	@echo "Installing the packages of requirements.lock"
	@$(PIP) install --no-deps --require-hashes --only-binary :all: --requirement requirements.lock
	@$(PIP) install --no-deps --no-index --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing the packages of requirements-dev.lock"
	@$(PIP) install --no-deps --require-hashes --only-binary :all: --requirement requirements-dev.lock
	@touch $@

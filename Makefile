# Everything a developer or a newcomer needs. A fresh machine needs Python 3.11+, git and make.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	if command -v $$p >/dev/null 2>&1 && \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$p; break; fi; done)
BIN := .venv/bin
INSTALLED := .venv/.installed
# Throwaway settings (tests/settings.py) for commands that need some and touch no data.
MANAGE_TEST := DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
NODE := $(and $(shell command -v node),$(shell command -v npm))
empty :=
space := $(empty) $(empty)
# What this machine cannot run is left out, and said.
LEFT_OUT := $(subst $(space), and ,$(strip $(if $(CHROMIUM),,not-browser) $(if $(NODE),,not-node)))
CODE := manage.py hepcalc_site patients surveillance tests $(wildcard bench)

.DEFAULT_GOAL := help
.PHONY: help install demo demo-reset test soak screenshots messages check bench lock format

help: ## show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

install: $(INSTALLED) ## install everything into .venv, from the lock, checked by hash

$(INSTALLED): .requirements/bootstrap.txt .requirements/dev.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "HepCalc needs Python 3.11 or newer; this machine has: $$(python3 --version 2>&1)."; \
		echo "Install one (for example: apt-get install python3.11 python3.11-venv) and repeat,"; \
		echo "or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; fi
	@echo "Installing into .venv (once) ..."
	@$(PYTHON) -m venv --clear .venv || { \
		echo "Python cannot make a virtual environment; on Debian or Ubuntu:"; \
		echo "  apt-get install $$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"; \
		exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement .requirements/bootstrap.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes .requirements/dev.txt || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement .requirements/dev.txt
	@touch $(INSTALLED)

demo: install ## run the demonstration; prints its address and who may sign in (PORT=8080 to choose)
	@$(BIN)/python -m hepcalc_site.demo

demo-reset: install ## delete the demonstration and its data
	@$(BIN)/python -m hepcalc_site.demo --reset

test: install ## run the tests on SQLite
	@$(if $(CHROMIUM),,echo "No Chromium here: tests in a browser are left out (apt-get install chromium).")
	@$(if $(NODE),,echo "No Node.js here: FHIR is not held to other people's validators (apt-get install nodejs npm).")
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-test} $(BIN)/pytest -q -n 2 $(if $(LEFT_OUT),-m "$(subst not-,not ,$(LEFT_OUT))")

soak: install ## the faults of tests/faults, many times over (SOAK=20), and what was counted
	SOAK=$${SOAK:-20} $(BIN)/pytest -q -n 0 -m faults tests/faults

screenshots: install ## retake the pictures of docs/images from a demonstration made for them
	$(BIN)/python -m tests.browser.screenshots

messages: install ## gather the texts of the interface, name what has no Spanish yet, compile
	$(BIN)/python -m tests.translation.gather

check: install ## style, types, import rules, migrations, safety of production settings
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/djlint --quiet --check --lint templates
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MANAGE_TEST) makemigrations --check --dry-run
	ENV_FILE=.env.example SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: install ## run the benchmarks; each prints a ratio measured in the same run
	@$(BIN)/python -m bench

format: install ## put code and templates in order
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)
	$(BIN)/djlint --quiet --reformat templates || true

# uv writes neither headers nor the address of a package index into the lock.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-annotate --no-config
lock: install ## resolve the newest allowed versions and write the lock
	$(COMPILE) --upgrade pyproject.toml --extra embedded --extra anymail --extra twilio --output-file .requirements/runtime.txt
	$(COMPILE) --upgrade pyproject.toml --extra embedded --extra anymail --extra twilio --group dev \
		--constraint .requirements/runtime.txt --output-file .requirements/dev.txt
	echo uv | $(COMPILE) - --constraint .requirements/dev.txt --output-file .requirements/bootstrap.txt

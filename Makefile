# Everything here works on a machine that has Python 3.11+ with venv, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready

# Some tests take a minute, most a millisecond, so idle processes take tests from busy ones.
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal

# Byte code makes the second start three times as fast.
unexport PYTHONDONTWRITEBYTECODE

# Typos and US spelling, in addition to the old words of scripts/words.txt.
SPELLING := $(BIN)/codespell -D - --builtin clear,en-GB_to_en-US
# Names in older schemas of the database.
SCHEMAS := bot/store/migrations/versions,tests/store/schemas,tests/store/test_upgrade.py,bot/store/next_delivery.py
# Headlines and sentences of the news, patterns that match them, and texts of the tariff schedule.
HEADLINES := config/demo,config/rates/us-schedule/lines.csv,config/topics.yaml,tests/news,tests/sources,tests/test_parties.py,tests/commands/trials/*.tsv
# Words of other languages, word stems and misspellings that the bot understands.
FEED_WORDS := bot/feeds/parsing/month_names.py,bot/feeds/parsing/titles.py,bot/feeds/parsing/dates.py
PATTERNS := bench/pairs,bot/news,bot/rates/question,bot/sources/journals,bot/text/languages.py,bot/text/calendar_days.py,$(FEED_WORDS)

.PHONY: install run demo test test-fast check style format docs reference pictures bench lock clean help
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

install: $(RUN_READY) ## set up, and start nothing

run: $(RUN_READY) ## set up and run the bot (local workspace when there are no Slack tokens)
	@exec $(BIN)/tariffwire run

demo: $(RUN_READY) ## set up and replay scripted trade news of April to June 2025, offline
	@exec $(BIN)/tariffwire demo

test: $(DEV_READY) ## set up and run the tests
	$(PYTEST)

test-fast: $(DEV_READY) ## the tests that need no browser, no PostgreSQL and no whole program
	$(PYTEST) -m "not journey and not browser and not postgres"

check: $(DEV_READY) style ## the wording, the linter, the formatter, the types, the import rules, the rates, known vulnerabilities, the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tariffwire rates check
	$(BIN)/python -m scripts.audit
	$(PYTEST)

style: $(DEV_READY) ## check spelling, and that old words do not come back
	$(SPELLING) *.md .env.example .ci Dockerfile compose.yaml docs scripts
	$(SPELLING) --skip $(PATTERNS),$(SCHEMAS) bench bot
	$(BIN)/codespell --skip $(HEADLINES),$(SCHEMAS) config tests

format: $(DEV_READY) ## let the formatter and the linter fix what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(DEV_READY) ## build the documentation site in build/site; a broken link is an error
	$(BIN)/python -m sphinx -q -W --keep-going -n -b html -d build/trees docs build/site
	@echo "build/site/index.html"

reference: $(DEV_READY) ## write docs/reference and .env.example from the code
	$(BIN)/python -m scripts.reference

pictures: $(DEV_READY) ## take the pictures of docs/pictures from the demo; needs Chromium
	$(BIN)/python -m scripts.pictures

bench: $(DEV_READY) ## run the benchmarks and write docs/benchmarks.md; ten minutes on an idle machine
	$(BIN)/python -m bench.run

lock: $(DEV_READY) ## pin the newest versions that pyproject.toml allows, with their hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra build --extra postgres --universal --generate-hashes --upgrade \
	  --no-annotate --no-header --quiet -o requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --upgrade \
	  --no-annotate --no-header --quiet -c requirements/run.txt -o requirements/dev.txt

clean: ## remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find bot scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_READY): requirements/run.txt pyproject.toml
	$(call install,requirements/run.txt)
	touch $@

$(DEV_READY): requirements/dev.txt pyproject.toml
	$(call install,requirements/dev.txt)
	touch $@ $(RUN_READY)

# `pip check` fails if a package that the program needs is not pinned, so the set-up is tried again next time.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tariffwire needs Python 3.11 or newer: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip --disable-pip-version-check check
endef

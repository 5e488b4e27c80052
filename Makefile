# Every door from outside. `make` alone lists them.

export CARGO_TARGET_DIR ?= target
MODEL ?= qwen2.5-coder-1.5b-instruct-q4_k_m
TEST_MODEL ?= smollm2-135m-instruct-q4_1
CALLS ?= samples/calls
METRICS ?= samples/metrics.yaml
LISTEN ?= 127.0.0.1:8080
RUN_DIR ?= $(CARGO_TARGET_DIR)/run
PREFIX ?= $(HOME)/.local
BIN := $(CARGO_TARGET_DIR)/release/aftercall
TIMED := scripts/timed.sh

# The engine is built for the processor of this machine (see scripts/cpu-features.sh).
$(foreach setting,$(shell scripts/cpu-features.sh --list),$(eval export $(setting)))
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
# llama.cpp turns every instruction set off where packagers fix the date of a build.
unexport SOURCE_DATE_EPOCH

WEB_SOURCES := $(shell find web -name node_modules -prune -o -path web/dist -prune -o -type f ! -name schema.d.ts -print)

.PHONY: help setup test-setup build web model ready run analyze test test-models check fmt clippy doc deny machete scripts-check web-check fuzz \
	bench accuracy check-long screenshots install clean

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "  make %-12s %s\n", $$1, $$2 }'

setup: ## Check for build tools; on Debian or Ubuntu as root, install what is missing
	@scripts/setup.sh

build: setup web ## Build the dashboard and the program that carries it, for this machine's processor
	cargo build --release --locked --bin aftercall

# The dashboard is built again where anything of it is newer than what was built.
web: web/dist/index.html

web/node_modules/.package-lock.json: web/package.json web/package-lock.json | setup
	npm ci --prefix web
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	npm run build --prefix web
	@touch $@

model: build
	$(BIN) model pull $(MODEL)

ready:
	@$(TIMED) "Setup" $(MAKE) --no-print-directory setup
	@$(TIMED) "Build" $(MAKE) --no-print-directory build
	@$(TIMED) "Model" $(BIN) model pull $(MODEL)

run: ready ## Build, fetch the model, start the server with the sample agent and calls (LISTEN=… RUN_DIR=…)
	@$(BIN) serve --data-dir "$(RUN_DIR)" --listen "$(LISTEN)" --model "$(MODEL)" --samples samples

analyze: ready ## Build, fetch the model, analyse the sample calls in the terminal (CALLS=… METRICS=… for yours)
	@$(TIMED) "Analysis" $(BIN) analyze $(CALLS) --metrics $(METRICS) --model $(MODEL)

test-setup:
	@scripts/setup.sh tests

test-models: test-setup build
	$(BIN) model pull $(TEST_MODEL)
	$(BIN) model pull $(MODEL)

# Tests that need a model or a package index are marked `ignored`, so that a bare `cargo test` needs neither;
# here they run. nextest is taken where it is installed; it leaves out the examples in the documentation.
test: test-models ## Run every test, those on real models included
	@set -eu; \
	AFTERCALL_TEST_MODEL=$$($(BIN) model path $(TEST_MODEL)); export AFTERCALL_TEST_MODEL; \
	AFTERCALL_DEFAULT_MODEL=$$($(BIN) model path qwen2.5-coder-1.5b-instruct-q4_k_m); export AFTERCALL_DEFAULT_MODEL; \
	if cargo nextest --version >/dev/null 2>&1; then \
		set -x; \
		cargo nextest run --release --locked --workspace --run-ignored all; \
		cargo test --release --locked --workspace --doc; \
	else \
		set -x; \
		cargo test --release --locked --workspace -- --include-ignored; \
	fi
	npm test --prefix web
	python3 -m unittest discover bench
	AFTERCALL="$(BIN)" AFTERCALL_TEST_MODEL="$$($(BIN) model path $(TEST_MODEL))" tests/run

check-long: ## The tests with many more random cases and the very long calls (an hour and more)
	AFTERCALL_LONG=1 PROPTEST_CASES=$${PROPTEST_CASES:-2000} $(MAKE) test

check: fmt clippy doc deny machete scripts-check web-check fuzz ## Format, lints, documentation, licences, unused dependencies, a minute of made-up payloads

fmt:
	cargo fmt --all --check

# In the release profile, so that the C++ that `make build` compiled is not compiled again for another profile.
clippy: setup
	cargo clippy --release --locked --workspace --all-targets -- -D warnings

doc: setup
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --workspace --no-deps

deny:
	@cargo deny --version >/dev/null 2>&1 || { echo "installing cargo-deny (some minutes, once)"; \
		env -u CARGO_TARGET_DIR cargo install cargo-deny --locked; }
	cargo deny --locked check licenses bans sources

machete:
	@if cargo machete --version >/dev/null 2>&1; then cargo machete --with-metadata; \
		else echo "cargo-machete is not installed: unused dependencies are not looked for"; fi

scripts-check:
	@if command -v shellcheck >/dev/null 2>&1; then shellcheck scripts/*.sh .ci/run; \
		else echo "shellcheck is not installed: shell scripts are not checked"; fi

fuzz:
	@if cargo +nightly fuzz --version >/dev/null 2>&1; then crates/intake/fuzz/run 60; \
		else echo "nightly Rust with cargo-fuzz is not installed: the parsers of the intake are not fuzzed"; fi

web-check: web
	npm run check --prefix web

# Accuracy has a target of its own: it needs labelled calls, and hours rather than minutes. Seed makes data for others.
bench: build ## Run every bench/*/run but accuracy: how fast, on this machine
	@set -eu; for bench in $(filter-out bench/accuracy/run bench/seed/run,$(wildcard bench/*/run)); do \
		AFTERCALL="$(BIN)" $(TIMED) "$$bench" "$$bench"; \
	done

# The first LIMIT labelled calls of each set are scored (0: all); CALIBRATE=N fits the metrics' constants on N others.
accuracy: build ## Measure accuracy: make accuracy DATA=dir (LIMIT=60 CALIBRATE=0 SETS=a,b PEER=dir MARKDOWN=file)
	@[ -n "$(DATA)" ] || { echo "say which folder: make accuracy DATA=dir" >&2; exit 2; }
	@AFTERCALL="$(BIN)" bench/accuracy/run "$(DATA)" --model "$(MODEL)" $(if $(LIMIT),--limit "$(LIMIT)") \
		$(if $(CALIBRATE),--calibrate "$(CALIBRATE)") $(if $(SETS),--sets "$(SETS)") $(if $(PEER),--peer "$(PEER)") \
		$(if $(MARKDOWN),--markdown "$(MARKDOWN)")

screenshots: test-models ## Make the pictures of the documentation anew: the dashboard with the sample calls
	cd tests && AFTERCALL="$(abspath $(BIN))" python3 -m browser.images ../docs/images

install: build ## Copy the program to PREFIX/bin (default ~/.local/bin)
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 "$(BIN)" "$(DESTDIR)$(PREFIX)/bin/aftercall"

clean: ## Remove what was built (models stay)
	cargo clean
	rm -rf web/dist web/node_modules tests/browser/node_modules

# Two commands matter: `make run` and `make test`. Both install what they need beyond Rust, pinned, and say so.

NEXTEST := 0.9.143
DENY := 0.20.2
export CARGO_TERM_COLOR ?= never
LIST := git ls-files --cached --others --exclude-standard dashboard
# Without what git still lists and somebody deleted.
DASHBOARD := $(wildcard $(shell $(LIST)))
SUDO := $(shell test "$$(id -u)" = 0 || echo sudo)

.PHONY: always run test dashboard shots browser axe interaction browser-tools lint tools deny openapi new lambdas bench timing kills sequences storm help

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: ## Build and start everything on this machine, with a sample company
	@echo "Building Steward (the first time takes some minutes)."
	@$(MAKE) --no-print-directory dashboard
	cargo run --locked --quiet --package steward -- up $(ARGS)

# Bins of functions are three lines and have no tests of their own: linking a test of each would take minutes.
test: tools lint ## Everything that must pass
	$(MAKE) --no-print-directory dashboard
	npm test --prefix dashboard --silent
	npm run api:check --prefix dashboard --silent
	cargo nextest run --locked --workspace --lib --bin steward --test '*' --no-fail-fast
	cargo test --locked --doc --quiet --workspace
	$(MAKE) --no-print-directory browser

# By `npm install` and the lock: `npm ci` refuses one without the optional packages of other platforms.
# functions/web embeds what is built here. Without Node everything still compiles and runs, with the API alone.
dashboard: ## Build the dashboard, where its sources changed
	@if command -v npm >/dev/null 2>&1; then $(MAKE) --no-print-directory dashboard/dist/site/index.html; \
	else echo "There is no Node (20 or later), so there is no dashboard this time; the API works without."; fi

dashboard/dist/site/index.html: $(DASHBOARD) dashboard/dist/sources docs/openapi.json
	@echo "Building the dashboard."
	npm install --prefix dashboard --no-save --no-audit --no-fund --silent
	npm run build --prefix dashboard --silent >/dev/null

# The names of its sources, written anew only where one came or went: a deleted one has no time to go by.
dashboard/dist/sources: always
	@$(LIST) | while read -r file; do if test -e "$$file"; then echo "$$file"; fi; done >$@.now
	@if cmp -s $@.now $@; then rm $@.now; else mv $@.now $@; fi

shots: browser-tools ## Pictures of every page, both themes, two widths, into dashboard/shots
	node tests/browser/shots.js

browser: browser-tools ## What only a browser can show, against the real local system
	node --test --test-concurrency=2 tests/browser/*.test.js

axe: browser-tools ## Whether everybody can use every page, in every theme and width
	node --test tests/browser/accessibility.test.js

interaction: browser-tools ## How long somebody waits for what they did, four times slower than this machine; on a quiet one
	STEWARD_INTERACTION=1 node --test tests/browser/performance.test.js

# With a test, a small one: what tests are built with is then built once, and not again with other features.
browser-tools: tools dashboard
	cargo build --locked --quiet --workspace --bin steward --test totals
	npm ci --prefix tests/browser --no-audit --no-fund --silent

lint: ## Format and lints
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --quiet -- --deny warnings

tools: ## Install the test runner and a browser, if they are not there
	@cargo nextest --version >/dev/null 2>&1 || { \
		echo "Installing cargo-nextest $(NEXTEST), the test runner."; \
		cargo install --locked --quiet cargo-nextest --version $(NEXTEST); }
	@command -v chromium >/dev/null 2>&1 || { \
		echo "Installing Debian's Chromium, which the browser tests drive."; \
		$(SUDO) apt-get update -qq && $(SUDO) apt-get install -qq --yes --no-install-recommends chromium >/dev/null; }

deny: ## Licences, bans, sources and known advisories of what we depend on; asks the network for the advisories
	@cargo deny --version 2>/dev/null | grep -q '$(DENY)' || { \
		echo "Installing cargo-deny $(DENY), which holds dependencies to deny.toml."; \
		cargo install --locked --quiet cargo-deny --version $(DENY); }
	cargo deny check $(ARGS)

openapi: ## Write docs/openapi.json anew
	cargo xtask openapi

new: ## Write the files of a new function: make new F=scans-cancel TRIGGER='--http "POST /v1/scans/{scan}/cancel"'
	cargo xtask new $(F) $(TRIGGER)

lambdas: dashboard ## Build every Lambda for release
	cargo build --locked --release --bins

# Link-time optimisation of every Lambda takes far longer than what is measured here, which goes without.
QUICK := CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16

sequences: tools ## Ten thousand sequences of fixes, undos, crashes and an administrator's hand (R-9), and hundreds of directories; takes long
	$(QUICK) cargo nextest run --locked --release --package tests --run-ignored only --no-capture -E 'test(ten_thousand_sequences) | test(hundreds_of_seeds)'

bench: dashboard ## Measure everything, or a part (make bench ARGS=cold), into docs/benchmarks.md; best on a quiet machine
	$(QUICK) cargo build --locked --release --quiet --bins
	$(QUICK) cargo run --locked --release --quiet --package load -- $(ARGS)

timing: tools ## Whether the time of an answer tells who has an account, by 2,000 samples of each case, into docs/benchmarks.md; best on a quiet machine
	$(QUICK) cargo nextest run --locked --release --package tests --run-ignored only --test-threads 1 -E 'test(uniform::)'

N ?= 100
kills: tools ## Kill the running system N times and look whether anything was lost: make kills N=100
	cargo build --locked --quiet --package steward
	STEWARD_KILLS=$(N) STEWARD_KILLS_RECORD=1 cargo nextest run --locked --package faults --no-capture kills

S ?= 10
storm: tools ## Send 500 bad passwords a second for S seconds and look who waits: make storm S=10
	$(QUICK) cargo build --locked --release --quiet --package steward
	$(QUICK) STEWARD_STORM=$(S) cargo nextest run --locked --release --package faults --no-capture storm

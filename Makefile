# Every command a person needs. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SILENT:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# CARGO_TARGET_DIR moves the build; a relative one is meant from here.
export CARGO_TARGET_DIR ?= $(CURDIR)/target
CARGO  ?= cargo
PYTHON ?= python3
CLOUD  := $(CARGO_TARGET_DIR)/debug/local-cloud
PERMISSIONS := $(CARGO_TARGET_DIR)/debug/permissions --records $(CARGO_TARGET_DIR)/permissions
ALL    := $(CARGO) build --locked --workspace --bins
# Programs that only developers run are built when they are asked for.
BUILD  := $(ALL) --exclude bench --exclude campaign --exclude new --exclude permissions --exclude soak --exclude stacks
# Reads what the operator may read, with the AWS credentials of whoever runs it.
OPERATOR = set -a; $(if $(TABLE),INSIGHTS_TABLE='$(TABLE)',. .local/stack.env); set +a; $(CARGO) run --quiet --locked -p via-dynamodb-insights --example operator --
export PYTHON
# What the site is made of. It is built anew where some of it is newer.
WEB := $(shell find web shared/policy/inventory.toml \( -name node_modules -o -name dist -o -name .prerender -o -name target -o -path web/tests \) -prune -o -type f -print 2> /dev/null)
PACKAGES := web/node_modules/.package-lock.json

.PHONY: help audit-retention browser campaign demo test contract check fuzz up down watch web bench soak new stacks permissions insights feedback operator restore openapi invariants deploy audit tools cloud

help: ## this list
	sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

demo: tools $(if $(OPEN),web) ## avatars and stickers from a picture, [OPEN=1] and then the site in your browser: [IMAGE=me.jpg] [STYLE=ink-manga] [COUNT=1] [STICKERS=0] [BUBBLE="Hi!"] [SIDE=left] [OUT=folder] [PROFILE=ephemeral] [ARTIST=openai]; or the business: [BUY=1]; or a person's rights: [RIGHTS=1]
	echo "[1/3] the emulator of the AWS endpoints"
	infra/local/install requirements
	echo "[2/3] building (minutes at the first time)"
	$(BUILD)
	echo "[3/3] the journey"
	$(CARGO_TARGET_DIR)/debug/demo
	$(if $(OPEN),exec infra/local/open $(CLOUD))

test: tools ## every test and every check
	echo "[1/6] format"
	$(CARGO) fmt --all --check
	echo "[2/6] lints"
	$(CARGO) clippy --locked --workspace --all-targets --all-features -- -D warnings
	echo "[3/6] building"
	infra/local/install requirements
	# The same graph of features as the tests have: another one would build the dependencies a second time.
	$(CARGO) build --locked --workspace --all-targets --all-features
	tests/fuzz/run build
	echo "[4/6] templates, the API's document and bad input, beside the tests"
	# Each is a process group of its own: whatever ends this, a failure or Ctrl-C, ends all that they started.
	set -m
	{ infra/checks/run && exec infra/checks/api/run; } > $(CARGO_TARGET_DIR)/checks.log 2>&1 < /dev/null & checks=$$!
	tests/fuzz/run > $(CARGO_TARGET_DIR)/fuzz.log 2>&1 < /dev/null & fuzz=$$!
	set +m
	trap 'kill -- -$$checks -$$fuzz 2> /dev/null && wait || true' EXIT
	echo "[5/6] tests"
	rm -rf $(CARGO_TARGET_DIR)/permissions
	$(CARGO) test --locked --workspace --all-features
	$(PERMISSIONS) unused
	wait $$checks || { cat $(CARGO_TARGET_DIR)/checks.log >&2; echo "error: a template is wrong, or the API is not as its document says, see above" >&2; exit 1; }
	wait $$fuzz || { cat $(CARGO_TARGET_DIR)/fuzz.log >&2; echo "error: an input breaks what reads it, see above" >&2; exit 1; }
	cat $(CARGO_TARGET_DIR)/checks.log $(CARGO_TARGET_DIR)/fuzz.log
	echo "[6/6] the site, in a Chromium"
	infra/checks/web || { echo "error: a page is not as it must be, see above" >&2; exit 1; }
	echo "All tests and checks passed."

browser: cloud ## the site in a real Chromium: [SUITES="screens faults journeys budget looks"]
	infra/checks/web $(SUITES)

contract: cloud ## the API against its document, by Schemathesis, in both profiles
	infra/checks/api/run

check: tools ## the fast part of the tests, for before a commit
	echo "[1/3] format"
	$(CARGO) fmt --all --check
	echo "[2/3] lints"
	$(CARGO) clippy --locked --workspace --all-targets --all-features -- -D warnings
	echo "[3/3] unit tests"
	$(CARGO) test --locked --workspace --exclude tests --lib --bins
	echo "The fast checks passed; 'make test' runs them all."

fuzz: tools ## bad input, for longer: [TARGET=decode] [TIME=600], in seconds
	exec tests/fuzz/run "$(or $(TARGET),decode)" "$(or $(TIME),600)"

up: cloud web ## the local cloud with the site, in the background [API_PORT=3000] [AWS_PORT=4566] [CONTROL_PORT=4567] [PROFILE=ephemeral] [ARTIST=openai,gemini] [SCREENER=openai]
	$(CLOUD) up

down: ## stops the local cloud
	if [ -x $(CLOUD) ]; then $(CLOUD) down; else echo "Nothing was running."; fi

watch: cloud $(PACKAGES) ## the local cloud and the site with hot reload, until Ctrl-C
	infra/local/install requirements-lambda
	exec $(CLOUD) watch

web: web/dist/home ## the site in web/dist, where its sources are newer

web/dist/home: $(PACKAGES) $(WEB)
	echo "building the site"
	npm --prefix web run --silent build

$(PACKAGES): web/package-lock.json | tools
	echo "installing the site's packages into web/node_modules (once)"
	npm --prefix web ci --silent --no-audit --no-fund
	touch $@

bench: tools ## cold starts, the journey, the pictures, vendors and cost, with a table: [ONLY=pictures]
	echo "[1/2] building for release (many minutes at the first time)"
	infra/local/install requirements
	$(ALL) --release --examples
	echo "[2/2] measuring"
	exec $(CARGO_TARGET_DIR)/release/bench $(if $(ONLY),--only '$(ONLY)')

soak: tools ## many generations through the real binaries, with dying workers and throttling: [ORDERS=10000]
	echo "[1/2] building for release (many minutes at the first time)"
	infra/local/install requirements
	$(ALL) --release
	echo "[2/2] generating"
	exec $(CARGO_TARGET_DIR)/release/soak $(if $(ORDERS),--generations '$(ORDERS)')

campaign: tools ## a mail to many people, by hand, its dry run first: ARGS='count winter --marketing words.json', then 'show', 'start' or 'stop winter'
	$(CARGO) run --quiet --locked -p campaign -- $(ARGS)

new: tools ## the skeleton of a function, with its stack: NAME=things-create [ROUTE='POST /v1/things']
	$(CARGO) run --quiet --locked -p new -- "$(NAME)" "$(ROUTE)"
	# Cargo notes the new member in Cargo.lock; nothing is fetched.
	$(CARGO) metadata --offline --format-version 1 > /dev/null
	$(MAKE) stacks
	echo "Next: say in functions/$(NAME)/src/main.rs what it does and in its Cargo.toml what it may use, then 'make stacks'."

stacks: tools ## infra/stacks and the watch routes, from the functions' manifests
	$(CARGO) run --quiet --locked -p stacks

permissions: tools ## takes each grant of each role away and looks whether a test fails: [FUNCTION=me-get] [EVERY=10] [JOBS=4]
	infra/local/install requirements
	$(CARGO) build --locked --workspace --all-targets --all-features
	rm -rf $(CARGO_TARGET_DIR)/permissions
	journeys=$$($(CARGO) test --locked --workspace --all-features --test journeys --no-run --message-format json | sed -nE 's/.*"name":"journeys".*"executable":"([^"]+)".*/\1/p')
	"$$journeys"
	$(PERMISSIONS) unused
	exec $(PERMISSIONS) remove --journeys "$$journeys" $(if $(FUNCTION),--function '$(FUNCTION)') $(if $(EVERY),--every '$(EVERY)') $(if $(JOBS),--jobs '$(JOBS)')

insights: tools ## numbers of the last days, with your AWS credentials: [TABLE=the stack's InsightsTable] [DAYS=30] [JSON=a file for the page /usage]; without TABLE of the local cloud
	$(OPERATOR) insights "$(or $(DAYS),30)" $(if $(JSON),"$(JSON)")

feedback: tools ## what people wrote: [TABLE=the stack's InsightsTable]; without TABLE in the local cloud
	$(OPERATOR) feedback

operator: tools ## who is at the desk, with your AWS credentials: EMAIL=… ROLE=support|moderator|lead|none [TABLE=the stack's DeskTable]; without TABLE in the local cloud
	set -a; $(if $(TABLE),DESK_TABLE='$(TABLE)',. .local/stack.env); set +a
	$(CARGO) run --quiet --locked -p via-dynamodb-desk --example operators -- $(if $(filter none,$(ROLE)),dismiss "$(EMAIL)",appoint "$(EMAIL)" "$(ROLE)")

restore: tools ## accounts of a backup, brought back with your AWS credentials: FROM=the restored table AT=the instant of its state ACCOUNTS=… FLEETING=… RIGHTS=… (the tables of the stack)
	ACCOUNTS_TABLE='$(ACCOUNTS)' FLEETING_TABLE='$(FLEETING)' RIGHTS_TABLE='$(RIGHTS)' $(CARGO) run --quiet --locked -p via-dynamodb-rights --example restore -- '$(FROM)' '$(AT)'

openapi: tools ## infra/openapi.yaml from the types
	$(CARGO) run --quiet --locked -p api --features openapi --example openapi

invariants: ## the index of invariants in ARCHITECTURE.md, from the tests
	$(CARGO) run --quiet --locked -p tests --example invariants

audit-retention: ## whether the local cloud that runs stores anything longer than promised
	[ -f .local/stack.env ] || { echo "error: no local cloud runs: 'make up' starts one" >&2; exit 1; }
	. .local/stack.env; curl -fsS -X POST "$$CONTROL_URL/_local/fire/every-hour-audit-retention"; echo
	. .local/stack.env; curl -fsS "$$CONTROL_URL/_local/logs/every-hour-audit-retention" | $(PYTHON) -c 'import json, sys; print(json.load(sys.stdin)["log"])' | grep -E '"audited"|retention breach' | tail -4

deploy: tools web ## to your AWS account: [PROFILE=wallet] [ARCH=arm64] [FIREWALL=1] [PARAMETERS='MailFrom=… PublicOrigin=…']
	infra/deploy "$(or $(PROFILE),wallet)" "$(or $(ARCH),arm64)" $(PARAMETERS)

audit: tools ## licences, advisories and duplicate versions of the dependencies, and advisories of the site's packages
	command -v cargo-deny > /dev/null || { echo "error: cargo-deny is missing: cargo install --locked cargo-deny" >&2; exit 1; }
	$(CARGO) deny check
	npm --prefix web audit

# The prerequisites. Everything else installs itself.
tools:
	infra/local/tools

cloud: tools
	echo "[1/2] the emulator of the AWS endpoints"
	infra/local/install requirements
	echo "[2/2] building (minutes at the first time)"
	$(BUILD)

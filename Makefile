# What a developer does here. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test check bench chaos generate

help: ## List these commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Build and start with demonstration data; prints the address
	scripts/page.sh
	cargo build --package voicedrop
	$${CARGO_TARGET_DIR:-target}/debug/voicedrop serve --demo

test: ## Run every test; starts a throw-away Postgres unless TEST_DATABASE_URL is set
	scripts/test.sh

check: ## Formatting, lints, licences, generated files, documentation
	scripts/check.sh

bench: ## Run the benchmarks (release profile) against a throw-away Postgres
	scripts/bench.sh

chaos: ## The chaos story with 10,000 people: workers killed every second, a carrier that errs (a throw-away Postgres)
	scripts/chaos.sh

generate: ## Write the generated files anew: api/schema.graphql, api/config.default.toml
	scripts/generate.sh

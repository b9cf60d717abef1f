#!/usr/bin/env bash
# What must hold before a change goes in, tests aside: format, lints, licences and bans, generated files, documentation.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

CARGO_DENY=0.20.2
failed=()
step() {
    echo "== $1"
    "${@:2}" || failed+=("$1")
}
generated_files_are_current() {
    scripts/generate.sh && git diff --exit-code -- api/schema.graphql api/config.default.toml
}

step "format" cargo fmt --all --check
step "lints" cargo clippy --workspace --all-targets --quiet -- -D warnings
step "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
step "generated files" generated_files_are_current
# Built from source when it is missing: once a machine, some minutes. Advisories are left out: their database is fetched anew each time.
licences_bans_and_sources_hold() {
    cargo deny --version >/dev/null 2>&1 || cargo install --locked --quiet "cargo-deny@$CARGO_DENY" || return 1
    cargo deny --log-level error check licenses bans sources
}
step "licences, bans, sources" licences_bans_and_sources_hold

for name in "${failed[@]}"; do echo "FAILED: $name"; done
[[ ${#failed[@]} -eq 0 ]] && echo "check: passed"

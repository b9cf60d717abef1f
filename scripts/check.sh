#!/usr/bin/env bash
# What must hold before a change goes in, tests aside: format, lints, licences and bans, generated files, documentation.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

CARGO_DENY=0.20.2
failed=()
not_run=()
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
# Where it can't be built the rest still counts: the edges between crates are guarded by the architecture test in any case.
if cargo deny --version >/dev/null 2>&1 || timeout 900 cargo install --locked --quiet "cargo-deny@$CARGO_DENY"; then
    step "licences, bans, sources" cargo deny --log-level error check licenses bans sources
else
    not_run+=("licences, bans, sources (cargo install --locked cargo-deny@$CARGO_DENY)")
fi

for name in "${not_run[@]}"; do echo "NOT RUN: $name"; done
for name in "${failed[@]}"; do echo "FAILED: $name"; done
[[ ${#failed[@]} -eq 0 ]] && echo "check: passed"

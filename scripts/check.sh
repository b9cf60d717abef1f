#!/usr/bin/env bash
# What must hold before a change goes in, tests aside: format, lints, licences and bans, generated files, documentation.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

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
# Not installed from here: building it takes longer than everything else together. The architecture test, which guards
# the edges between crates, runs with the tests in any case.
if command -v cargo-deny >/dev/null; then
    step "licences, bans, sources" cargo deny --log-level error check licenses bans sources
else
    not_run+=("licences, bans, sources (install cargo-deny: cargo install --locked cargo-deny)")
fi

for name in "${not_run[@]}"; do echo "NOT RUN: $name"; done
for name in "${failed[@]}"; do echo "FAILED: $name"; done
[[ ${#failed[@]} -eq 0 ]] && echo "check: passed"

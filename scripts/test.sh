#!/usr/bin/env bash
# Every test of the repository: the page's, the documentation's, then the workspace's, whose summary closes the run.
# Uses the server that TEST_DATABASE_URL names, else a throw-away cluster. Arguments go to the Rust test runner.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ -z ${TEST_DATABASE_URL:-} ]]; then
    exec scripts/postgres-for-tests.sh scripts/test.sh "$@"
fi

# Every step runs even when an earlier one fails: one run tells all there is to tell.
failed=()
not_run=()
step() { "${@:2}" || failed+=("$1"); }

if [[ $# -eq 0 ]]; then
    # Without Node there is no page to test; that is said at the end, not passed over.
    if command -v npm >/dev/null; then
        page_tests() (scripts/page.sh && cd web && npm test --silent && npm run --silent budget)
        step "page tests" page_tests
    else
        not_run+=("page tests and browser tests (install Node 20.19 or later)")
    fi
fi
if [[ $# -eq 0 ]]; then
    step "documentation tests" cargo test --workspace --doc --quiet
fi
# Whole-system tests run the binary; built here, its building counts towards no test's time. With the tests, for what they both
# stand on would else be built twice, once with the features of each.
step "the binary" cargo build --workspace --bins --tests --quiet
if command -v cargo-nextest >/dev/null; then
    step "workspace tests" cargo nextest run --workspace --no-fail-fast "$@"
else
    step "workspace tests" cargo test --workspace --lib --bins --tests --no-fail-fast "$@"
fi

# The page in a browser, against the server that was built above.
if [[ $# -eq 0 ]] && command -v npm >/dev/null; then
    step "browser tests" scripts/browser-tests.sh
fi

for name in "${not_run[@]}"; do echo "NOT RUN: $name" >&2; done
if [[ ${#failed[@]} -gt 0 ]]; then
    printf 'failed: %s\n' "${failed[@]}" >&2
    exit 1
fi

#!/usr/bin/env bash
# The benchmarks, against the server that TEST_DATABASE_URL names or a throw-away cluster. Arguments go to the benches.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ -z ${TEST_DATABASE_URL:-} ]]; then
    exec scripts/postgres-for-tests.sh scripts/bench.sh "$@"
fi
cargo bench --workspace --benches -- "$@"

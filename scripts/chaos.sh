#!/usr/bin/env bash
# The chaos story at full size: 10,000 people (or as many as the first argument says), two campaigns that share half of them, three workers
# on one PostgreSQL, one of them killed (SIGKILL) every second, and a carrier that loses answers and doubles, delays and reorders its reports.
# Uses the server that TEST_DATABASE_URL names, else a throw-away cluster.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ -z ${TEST_DATABASE_URL:-} ]]; then
    exec scripts/postgres-for-tests.sh scripts/chaos.sh "$@"
fi

export VOICEDROP_CHAOS_CONTACTS=${1:-10000}
# Minutes for each thing that is waited for.
export VOICEDROP_TESTS_PATIENCE=${VOICEDROP_TESTS_PATIENCE:-20}
story="nobody_is_called_twice_while_workers_are_killed_and_the_carrier_errs"
if command -v cargo-nextest >/dev/null; then
    cargo nextest run --package voicedrop-tests --profile long --no-capture -E "test($story)"
else
    cargo test --package voicedrop-tests --test all "$story" -- --nocapture
fi

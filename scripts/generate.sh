#!/usr/bin/env bash
# Writes the generated files anew. They are committed, so that a change of the API or of the configuration shows in review.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# As the tests build it, so that `make check test` builds it once.
cargo build --quiet --workspace --bins --tests
# Through a temporary file: a failing command must not leave half a file.
write() {
    local target=$1; shift
    "${CARGO_TARGET_DIR:-target}/debug/voicedrop" "$@" >"$target.new" || { rm -f "$target.new"; return 1; }
    # What is the same keeps its time: nothing is built again because of it.
    if cmp --silent "$target.new" "$target"; then rm "$target.new"; else mv "$target.new" "$target"; fi
}
write api/schema.graphql schema
write api/config.default.toml config default

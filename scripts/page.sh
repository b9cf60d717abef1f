#!/usr/bin/env bash
# Builds the page that the server serves (web/dist). Without Node the server shows a plain page in its place, and says so here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../web"

if ! command -v npm >/dev/null; then
    echo "page: Node was not found, so the plain page is served; install Node 20.19 or later for the whole one" >&2
    exit 0
fi
# What is installed is compared by the lock file's own record, which npm leaves beside the packages.
if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
    npm ci --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
fi
newest=$(find src index.html package-lock.json vite.config.ts ../api/schema.graphql -type f -newer dist/index.html -print -quit 2>/dev/null || echo missing)
if [[ ! -f dist/index.html || -n $newest ]]; then
    npm run --silent build >build.log 2>&1 || { cat build.log >&2; exit 1; }
fi

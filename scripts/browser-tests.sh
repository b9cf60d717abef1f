#!/usr/bin/env bash
# The page's stories in headless Chromium, against the server with its sandbox. Installs Chromium on Debian when it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The debug binary serves what lies in web/dist.
scripts/page.sh

installed() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }

if [[ -z ${CHROMIUM:-} ]]; then
    CHROMIUM=$(installed)
    if [[ -z $CHROMIUM ]] && command -v apt-get >/dev/null; then
        as_root=()
        [[ $EUID -eq 0 ]] || as_root=(sudo -n)
        "${as_root[@]}" apt-get update -qq
        DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends chromium >/dev/null
        CHROMIUM=$(installed)
    fi
    [[ -n $CHROMIUM ]] || { echo "browser tests: no Chromium found; install it or set CHROMIUM" >&2; exit 1; }
fi
export CHROMIUM
VOICEDROP_BIN=$(realpath "${CARGO_TARGET_DIR:-target}/debug/voicedrop")
export VOICEDROP_BIN
cd web
exec npx --no-install playwright test "$@"

#!/usr/bin/env bash
# Runs a command with a throw-away PostgreSQL cluster and TEST_DATABASE_URL naming it; without a command it prints the
# URL and waits until it is stopped. The cluster is deleted at exit.
#
#   scripts/postgres-for-tests.sh cargo nextest run
#
# The server listens on loopback only. fsync stays on: what tests prove about durability must be proven against a server
# that keeps its promises.
set -euo pipefail

fail() { echo "postgres-for-tests: $*" >&2; exit 1; }

binaries() {
    local dir
    # Debian keeps them outside the PATH, a folder a version; the newest is taken.
    for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) \
        "$(pg_config --bindir 2>/dev/null || true)" /usr/local/pgsql/bin /opt/homebrew/opt/postgresql*/bin; do
        if [[ -x $dir/initdb && -x $dir/pg_ctl ]]; then echo "$dir"; return 0; fi
    done
    return 1
}

install_postgres() {
    command -v apt-get >/dev/null || fail "no PostgreSQL found; install it or set TEST_DATABASE_URL"
    local as_root=()
    if [[ $EUID -ne 0 ]]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null \
            || fail "no PostgreSQL found; run 'apt-get install postgresql' as root or set TEST_DATABASE_URL"
        as_root=(sudo -n)
    fi
    echo "postgres-for-tests: installing PostgreSQL" >&2
    "${as_root[@]}" apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends postgresql >&2
}

bin=$(binaries) || { install_postgres; bin=$(binaries) || fail "PostgreSQL was installed but its binaries were not found"; }

# The server refuses to run as root, so root hands it to a user without rights of its own.
as_owner=()
if [[ $EUID -eq 0 ]]; then
    owner=postgres
    id -u "$owner" >/dev/null 2>&1 || owner=nobody
    as_owner=(setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups env HOME=/tmp)
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/voicedrop-postgres.XXXXXX")
[[ $EUID -eq 0 ]] && chown "$owner" "$dir"
cleanup() {
    local status=$?
    trap - EXIT INT TERM
    if [[ -f $dir/cluster/postmaster.pid ]]; then
        (cd "$dir" && "${as_owner[@]}" "$bin/pg_ctl" --pgdata="$dir/cluster" --mode=immediate --silent stop) >&2 || true
    fi
    rm -rf "$dir"
    exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd "$dir"
"${as_owner[@]}" "$bin/initdb" --pgdata="$dir/cluster" --username=postgres --auth=trust --encoding=UTF8 \
    --locale=C >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; fail "initdb failed"; }

# A port that is free now may be taken a moment later, so starting is what decides.
port=
for _ in 1 2 3 4 5 6 7 8 9 10; do
    candidate=$((20000 + RANDOM % 12000))
    if "${as_owner[@]}" "$bin/pg_ctl" --pgdata="$dir/cluster" --log="$dir/server.log" --wait --timeout=60 --silent \
        --options="-c listen_addresses=127.0.0.1 -c port=$candidate -c unix_socket_directories=$dir -c max_connections=300" \
        start >/dev/null 2>&1; then
        port=$candidate
        break
    fi
done
[[ -n $port ]] || { tail -n 20 "$dir/server.log" >&2 || true; fail "the server did not start"; }
cd - >/dev/null

export TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres"
if [[ $# -gt 0 ]]; then
    "$@"
else
    echo "$TEST_DATABASE_URL"
    # In slices, so that a signal is answered at once.
    while sleep 1; do :; done
fi

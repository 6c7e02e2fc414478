#!/usr/bin/env bash
# From a fresh checkout to the first complete scan of a real cluster.
set -euo pipefail

usage() {
    cat <<'HELP'
quickstart.sh - scan a real cluster on this machine, and check the result

USAGE
  docker/quickstart.sh [--count N] [--keep]

  --count N   how many sample keys to load (default 100000)
  --keep      leave the cluster running and say how to stop it

Installs redis-server, redis-cli and libhiredis if they are missing (apt-get, with sudo unless root; brew on
macOS), builds the command line (the first build takes some minutes), starts three primaries and three
replicas on free ports of 127.0.0.1, loads the keys, writes all keys found into a file and fails if that file
does not hold exactly as many different keys as were loaded. Swift 6.2 or newer must be installed.
HELP
}

count=100000 keep=no
while [ $# -gt 0 ]; do
    case $1 in
        --count)
            count=${2:-}
            case $count in "" | *[!0-9]*) echo "--count takes a number" >&2 && exit 2 ;; esac
            shift 2
            ;;
        --keep) keep=yes && shift ;;
        -h | --help) usage && exit 0 ;;
        *) echo "unknown option: $1" >&2 && usage >&2 && exit 2 ;;
    esac
done

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
# shellcheck source=docker/requirements.sh
. "$here/requirements.sh"

say() { printf '\n==> %s\n' "$*"; }

require servers hiredis

say "Building"
swift build --configuration release --product cluster-scan
swift build --configuration release --product sample-keys
binaries=$(swift build --configuration release --show-bin-path)

say "Starting three primaries and three replicas"
work=$(mktemp -d "${TMPDIR:-/tmp}/cluster-scan.XXXXXX")
finish() {
    if [ "$keep" = yes ] && [ -d "$work/cluster" ]; then
        say "The cluster is still running, the keys are in $work/keys. Stop and remove:"
        printf '    %q stop --dir %q && rm -r %q\n' "$here/local-cluster.sh" "$work/cluster" "$work"
    else
        "$here/local-cluster.sh" stop --dir "$work/cluster" 2>/dev/null || true
        rm -rf "$work"
    fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
watch=(--watch $$)
[ "$keep" = no ] || watch=()
"$here/local-cluster.sh" start --dir "$work/cluster" ${watch[@]+"${watch[@]}"}
seed=127.0.0.1:$(cat "$work/cluster/node-0/port")

say "Loading $count sample keys"
"$binaries/sample-keys" "$seed" --count "$count"

say "cluster-scan nodes redis://$seed"
"$binaries/cluster-scan" nodes "redis://$seed"

say "cluster-scan keys redis://$seed --output $work/keys"
"$binaries/cluster-scan" keys "redis://$seed" --output "$work/keys"
# One escaped key a line; bytes, not characters of some language.
found=$(LC_ALL=C sort -u "$work/keys" | wc -l | tr -d ' ')
lines=$(wc -l <"$work/keys" | tr -d ' ')

say "Loaded $count keys, found $found different keys in $lines lines"
LC_ALL=C head -n 5 "$work/keys"
if [ "$found" -ne "$count" ]; then
    echo "These numbers must be equal: please report this with the output above." >&2
    exit 1
fi

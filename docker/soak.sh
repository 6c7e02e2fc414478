#!/usr/bin/env bash
# The chaos test for as long as one likes: every fault it knows, again and again, on a real six-node cluster.
set -euo pipefail

usage() {
    cat <<'HELP'
soak.sh - scan a real cluster for a long time while everything in it fails, and check every key of every scan

USAGE
  docker/soak.sh [MINUTES] [SEED]

  MINUTES   how long (default 10)
  SEED      repeats the faults of an earlier run, which printed it

Ends at the first key that is missed, with the history of that iteration and status 1; else it reports faults,
duplicates, passes and the servers' extra work.
HELP
}

case ${1:-} in -h | --help) usage && exit 0 ;; esac
case ${1:-10}${2:-1} in *[!0-9]*) usage >&2 && exit 2 ;; esac

here=$(cd "$(dirname "$0")" && pwd)
[ -z "${2:-}" ] || export CHAOS_SEED=$2
export CHAOS_MINUTES=${1:-10}
exec "$here/test.sh" --filter ChaosTests.nothingIsMissed

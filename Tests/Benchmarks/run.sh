#!/usr/bin/env bash
# Measures Cluster Scan beside other clients on one local cluster and writes Docs/Performance.md with
# Docs/performance.svg. Clients that cannot be had here are left out, with a line that says so.
set -euo pipefail

usage() {
    cat <<'HELP'
run.sh - measure Cluster Scan beside other clients

USAGE
  Tests/Benchmarks/run.sh [--keys N] [--rounds N] [--count N] [--output DIR]

OPTIONS
  --keys N      keys in the cluster, 5,000 of them of one hash tag         (default 3000000)
  --rounds N    how often every client takes its turn                      (default 5)
  --count N     COUNT of every SCAN                                        (default 1000)
  --output DIR  where Performance.md and performance.svg go                (default Docs)

ENVIRONMENT
  REDIS_CLI         the redis-cli to compare with; 7.2 or newer knows --count     (default: the one in PATH)
  BENCHMARK_PYTHON  a python3 that has redis, hiredis and valkey-glide  (default: they are fetched from PyPI
                    into a temporary folder)
HELP
}

case ${1:-} in -h | --help) usage && exit 0 ;; esac

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/cluster-scan-benchmark.XXXXXX")
trap 'rm -rf "$work"' EXIT
say() { printf '%s\n' "$*" >&2; }

cd "$here/../.."
# shellcheck source=docker/requirements.sh
. docker/requirements.sh
require servers hiredis

for product in cluster-scan sample-keys scan-benchmark core-benchmark; do
    swift build --configuration release --product "$product" >&2
done
mkdir "$work/bin"
cc -O2 -o "$work/bin/measure" "$here/measure.c"
cc -O2 -o "$work/bin/floor" "$here/floor.c" -lhiredis
cc -O2 -o "$work/bin/foreground" "$here/foreground.c" -lhiredis

python=${BENCHMARK_PYTHON:-}
if [ -z "$python" ]; then
    python=python3
    if python3 -m venv "$work/venv"; then
        python=$work/venv/bin/python
        # One by one: valkey-glide has no builds for some platforms.
        for package in redis hiredis valkey-glide; do
            "$python" -m pip install --quiet --disable-pip-version-check "$package" >&2 ||
                say "$package could not be installed."
        done
    fi
fi

products=$(swift build --configuration release --show-bin-path)
"$python" -B "$here/benchmark.py" --products "$products" --work "$work" "$@"

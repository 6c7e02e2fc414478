#!/usr/bin/env bash
# Fuzzes what reads bytes from outside, each target for a while, starting from the inputs in Corpus/:
#
#   Tests/Fuzzing/run.sh                       20 seconds for each target
#   Tests/Fuzzing/run.sh 3600 decoder cursor   an hour for each of the two
#   Tests/Fuzzing/run.sh input FILE TARGET     one input, as in a report of what was found
#
# What is found is left in .build/fuzzing/found, new inputs in .build/fuzzing/corpus/TARGET. The ones to keep go to
# Corpus/TARGET under a name that says what they are: 'swift test' runs them from then on.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${FUZZ_SCRATCH:-$root/.build/fuzzing}

every_target() { sed -n 's/^    case \([a-zA-Z]*\)\( = "\([a-z-]*\)"\)\{0,1\}$/\1 \3/p' "$here/Targets/FuzzTarget.swift" |
    awk '{ print ($2 != "" ? $2 : $1) }'; }

# Only the parts that read: with the event loop and TLS it would take ten times as long.
build() {
    mkdir -p "$work/package" "$work/found" "$work/corpus"
    ln -sfn "$root/Sources" "$work/package/Sources"
    ln -sfn "$here" "$work/package/Fuzzing"
    cp "$here/Package.swift" "$work/package/"
    local log=$work/build.log
    swift build --configuration release --product fuzz --package-path "$work/package" \
        --scratch-path "$work/build" --sanitize fuzzer -Xswiftc -sanitize=fuzzer,address \
        -Xcc -fsanitize=fuzzer-no-link,address,undefined -Xcc -fno-sanitize-recover=undefined \
        >"$log" 2>&1 || {
        grep -E 'error:' "$log" | sort -u || tail -n 20 "$log"
        return 1
    }
    fuzzer=$work/build/release/fuzz
}

# Swift's own runtime is not instrumented, and gives some of its memory back never.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1

fuzz() { # SECONDS TARGET
    local seconds=$1 target=$2 log=$work/$2.log status=0
    mkdir -p "$work/corpus/$target"
    FUZZ_TARGET=$target "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
        -print_final_stats=1 -artifact_prefix="$work/found/$target-" \
        "$work/corpus/$target" "$here/Corpus/$target" >"$log" 2>&1 || status=$?
    awk -v target="$target" '
        /stat::number_of_executed_units/ { runs = $2 }
        / cov: / { for (i = 1; i <= NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "ft:") ft = $(i + 1) } }
        END { printf "%-14s %12d inputs, %6d edges, %6d features\n", target, runs, cov, ft }' "$log"
    [ "$status" -eq 0 ] || {
        grep -E 'Fatal error|ERROR|SUMMARY|Test unit written' "$log" || tail -n 20 "$log"
        return 1
    }
}

build
if [ "${1:-}" = input ]; then
    FUZZ_TARGET=$3 exec "$fuzzer" -timeout=10 -rss_limit_mb=1024 "$2"
fi
seconds=${1:-20}
shift || true
targets=("$@")
[ "$#" -gt 0 ] || mapfile -t targets < <(every_target)
failed=0
for target in "${targets[@]}"; do fuzz "$seconds" "$target" || failed=1; done
exit "$failed"

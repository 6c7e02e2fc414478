#!/usr/bin/env bash
# Builds the example service, starts it beside a real cluster, and asks it with curl for all that its README
# promises. Says PASS or FAIL for each promise; exit status 0 only if every one was kept.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../../.." && pwd -P)
# shellcheck source=docker/requirements.sh
. "$root/docker/requirements.sh"

usage() {
    cat <<'HELP'
test.sh - the example service against a real cluster

USAGE
  Docs/Examples/KeyService/test.sh [--count N] [--scratch-path DIR]

  --count N            how many sample keys to load (default 400000)
  --scratch-path DIR   build the service in this folder of another package, to reuse what is built there. That
                       package has to plan its build anew then: remove DIR/release.yaml and DIR/release/*.json
HELP
}

count=400000 scratch=""
while [ $# -gt 0 ]; do
    case $1 in
        --count) count=${2:-} ;;
        --scratch-path) scratch=${2:-} ;;
        -h | --help) usage && exit 0 ;;
        *) usage >&2 && exit 2 ;;
    esac
    shift 2
done
case $count in "" | *[!0-9]*) usage >&2 && exit 2 ;; esac

export LC_ALL=C
work=$(mktemp -d "${TMPDIR:-/tmp}/key-service.XXXXXX")
mkdir "$work/logs"
service="" url="" failures=0 runs=0
clients=""

# ---------------------------------------------------------------- saying what was found

pass() { printf 'PASS  %s\n' "$1"; }
fail() { # PROMISE WHAT-HAPPENED
    printf 'FAIL  %s\n      %s\n' "$1" "$2"
    failures=$((failures + 1))
}
equal() { # PROMISE EXPECTED FOUND
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "expected $2, found $3"; fi
}
at_most() { # PROMISE MOST FOUND
    if [ "$3" -le "$2" ]; then pass "$1 ($3)"; else fail "$1" "at most $2, found $3"; fi
}
same_keys() { # PROMISE FILE: every key, once
    if cmp -s "$work/keys.json" "$2"; then
        pass "$1"
    else
        fail "$1" "$(comm -23 "$work/keys.json" "$2" | wc -l) of $count keys missing, \
$(comm -13 "$work/keys.json" "$2" | wc -l) lines too many"
    fi
}
contains() { # PROMISE TEXT FILE
    if grep -qF -- "$2" "$3"; then pass "$1"; else fail "$1" "no $2 in: $(head -c 300 "$3")"; fi
}
give_up() {
    printf 'FAIL  %s\n' "$*"
    exit 1
}

# ---------------------------------------------------------------- processes

finish() {
    local pid
    for pid in $service $clients; do
        kill -CONT "$pid" 2>/dev/null
        kill -9 "$pid" 2>/dev/null
    done
    "$root/docker/local-cluster.sh" stop --dir "$work/cluster" >/dev/null 2>&1
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Starts the service on a free port and waits until it listens; sets $service and $url.
start_service() { # [NAME=VALUE]...
    local port="" deadline=$((SECONDS + 20))
    runs=$((runs + 1))
    log=$work/logs/$runs
    env REDIS_SEEDS="$seed" REDISCLI_AUTH="$password" PORT=0 "$@" "$binary" >"$log" 2>&1 &
    service=$!
    until [ -n "$port" ]; do
        if [ "$SECONDS" -ge "$deadline" ] || ! kill -0 "$service" 2>/dev/null; then
            cat "$log"
            give_up "the service starts"
        fi
        sleep 0.05
        port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$log" | head -n 1)
    done
    url=http://127.0.0.1:$port
}

# Ends the service and waits for that; sets $status to how it ended.
stop_service() { # SIGNAL
    kill "-$1" "$service"
    wait "$service" 2>/dev/null
    status=$?
    service=""
}

restart_service() { # [NAME=VALUE]...
    stop_service KILL
    start_service "$@"
}

resident_kilobytes() {
    # Containers often come without ps, and macOS without /proc.
    if [ -d /proc/self ]; then
        sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$service/status"
    else
        ps -o rss= -p "$service"
    fi
}

node_pid() { cat "$work/cluster/node-$1/pid"; }
redis() { # NODE COMMAND...
    local port
    port=$(cat "$work/cluster/node-$1/port")
    shift
    REDISCLI_AUTH=$password redis-cli -p "$port" "$@"
}

# Commands that bring keys, that all nodes together have run.
reads() {
    local node
    for node in 0 1 2; do
        redis "$node" INFO commandstats
    done | sed -n -E 's/^cmdstat_(scan|cluster\|getkeysinslot|cluster\|countkeysinslot):calls=([0-9]+).*/\2/p' |
        awk '{ sum += $1 } END { print sum + 0 }'
}

connections() {
    local node
    for node in 0 1 2; do redis "$node" CLIENT LIST; done | grep -c ' name=key-service '
}

# Waits until a command's output is the same twice, half a second apart; prints it.
settled() { # COMMAND...
    wait_until "the servers come to rest" is_settled "$@" >&2
    "$@"
}

is_settled() { # COMMAND...
    local before
    before=$("$@")
    sleep 0.5
    [ "$("$@")" = "$before" ]
}

wait_until() { # WHAT COMMAND...
    local what=$1 deadline=$((SECONDS + 20))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || {
            fail "$what" "not within 20 s"
            return 1
        }
        sleep 0.05
    done
}
size_of() { wc -c <"$1" | tr -d ' '; }
has_bytes() { [ -f "$1" ] && [ "$(size_of "$1")" -ge "$2" ]; }
has_text() { grep -qF -- "$2" "$1"; }

# ---------------------------------------------------------------- clients

curl=(curl --silent --show-error --max-time 60)
get() { "${curl[@]}" "$@"; }
status_of() { get --output "$work/answer" --dump-header "$work/head" --write-out '%{http_code}' "$@"; }
field() { sed -n -E "s/.*\"$1\":\"?([^\",}]*)\"?.*/\1/p" "$2" | head -n 1; }

# An export whose client reads nothing but its beginning: curl writes into a pipe, file descriptor 3.
unread_export() {
    exec 3<&-
    rm -f "$work/pipe"
    mkfifo "$work/pipe"
    "${curl[@]}" "$url/export" >"$work/pipe" 2>/dev/null &
    client=$! clients="$clients $!"
    exec 3<"$work/pipe"
    # Of the first line, `{"key…`, one byte is read here.
    read -r -n 1 -u 3 _
    wait_until "an export fills the buffers" is_settled reads
}
# Reads the rest of it.
read_export() { # FILE
    { printf '{' && cat <&3; } >"$1"
}

# The lines of an export that are keys.
keys_of() { grep -E '^\{"key(_base64)?":' "$@"; }
# What counts of an export that was interrupted: everything up to the last cursor.
up_to_cursor() { awk '/^\{"cursor":/ { printf "%s", held; held = ""; next } { held = held $0 "\n" }' "$1"; }
last_cursor() { sed -n 's/^{"cursor":"\(.*\)"}$/\1/p' "$1" | tail -n 1; }

# Lists all keys in pages, one line a key; goes on from a cursor if one is given. Sets $pages and $largest.
list_pages() { # FILE PARAMETERS [CURSOR]
    local cursor=${3:-0} size
    pages=0 largest=0
    while :; do
        [ "$(status_of "$url/keys?$2&cursor=$cursor")" = 200 ] || return 1
        # One line a key, as in an export: no name has a line end, and }, is no text in one.
        sed -e 's/^{"keys":\[//' -e 's/\],"cursor":[^]]*$//' -e 's/},{"key/}\n{"key/g' "$work/answer" |
            grep . >"$work/page"
        size=$(wc -l <"$work/page")
        [ "$size" -le "$largest" ] || largest=$size
        cat "$work/page" >>"$1"
        pages=$((pages + 1))
        cursor=$(sed -n 's/.*\],"cursor":"\(.*\)"}$/\1/p' "$work/answer")
        echo "$cursor" >"$work/cursor"
        [ -n "$cursor" ] || return 0
        [ "$pages" -lt "${most_pages:-1000000}" ] || return 0
    done
}

# ---------------------------------------------------------------- the cluster, and what is to be found in it

require servers hiredis curl || exit 1

started=$SECONDS
build() { swift build --configuration release "$@" || give_up "the build succeeds"; }
package=(--package-path "$here")
# The plan that is kept there is that of the other package.
[ -z "$scratch" ] || package+=(--scratch-path "$scratch" --disable-build-manifest-caching)
build "${package[@]}" --product key-service
binary=$(swift build --configuration release "${package[@]}" --show-bin-path)/key-service
for product in sample-keys cluster-scan; do
    [ -x "$root/.build/release/$product" ] || build --package-path "$root" --product "$product"
done
printf 'built in %s s\n' "$((SECONDS - started))"

password="pa\$\$ word-$RANDOM$RANDOM"
"$root/docker/local-cluster.sh" start --dir "$work/cluster" --replicas 0 --password "$password" --watch $$ \
    --cluster-node-timeout 60000 >/dev/null || give_up "the cluster starts"
seed=127.0.0.1:$(cat "$work/cluster/node-0/port")
REDISCLI_AUTH=$password "$root/.build/release/sample-keys" "$seed" --count "$count" || give_up "keys are loaded"
for format in json text; do
    REDISCLI_AUTH=$password "$root/.build/release/cluster-scan" keys "redis://$seed" --format "$format" --quiet \
        >"$work/listed"
    case $format in json) keys_of "$work/listed" ;; text) cat "$work/listed" ;; esac | sort >"$work/keys.$format"
done
equal "the cluster holds what was loaded" "$count" "$(wc -l <"$work/keys.json")"
started=$SECONDS

# ---------------------------------------------------------------- the promises

start_service
equal "/health answers" 200 "$(status_of "$url/health")"
equal "/ready answers" 200 "$(status_of "$url/ready")"
contains "/ready says how many shards there are" '"shards":3' "$work/answer"
equal "/nodes answers" 200 "$(status_of "$url/nodes")"
equal "/nodes lists every node" 3 "$(grep -o '"role":"primary"' "$work/answer" | wc -l)"

echo "--- exports"
get --dump-header "$work/head" "$url/export" >"$work/export"
equal "an export ends well" 0 $?
keys_of "$work/export" | sort >"$work/sorted"
same_keys "an export has every key once, named as cluster-scan names it" "$work/sorted"
equal "its last line says so" "{\"complete\":true,\"keys\":$count}" "$(tail -n 1 "$work/export")"
contains "its trailers say so" "X-Cluster-Scan-Complete: true" "$work/head"
get --dump-header "$work/head" "$url/export?format=text" | sort >"$work/sorted"
equal "so has an export as text" 0 "$(cmp "$work/keys.text" "$work/sorted" >&2; echo $?)"
contains "and trailers" "X-Cluster-Scan-Keys: $count" "$work/head"
get "$url/export?match=user:*&type=hash" >"$work/export"
equal "an export of a pattern and a type has what they say" \
    "$(grep -c '^{"key":"user:' "$work/keys.json")" "$(keys_of "$work/export" | sort -u | wc -l)"

echo "--- pages"
: >"$work/listed"
list_pages "$work/listed" limit=10000
equal "pages come to an end" "" "$(cat "$work/cursor")"
sort "$work/listed" >"$work/sorted"
same_keys "pages have every key once" "$work/sorted"
printf '      %s pages, the largest has %s keys\n' "$pages" "$largest"
status_of "$url/keys?limit=10&match=user:*" >/dev/null
next=$(sed -n 's/^[Ll]ink: <\(.*\)>; rel="next".*/\1/p' "$work/head")
equal "a page's Link leads to the next" 200 "$(status_of "$url$next")"
: >"$work/listed"
list_pages "$work/listed" 'limit=5000&match=user:*&type=hash'
equal "pages of a pattern and a type have what they say" \
    "$(grep -c '^{"key":"user:' "$work/keys.json")" "$(sort -u "$work/listed" | wc -l)"
status_of "$url/keys?match=%7Bnobody%7D:*" >/dev/null
equal "a pattern that nothing matches ends at once" '{"keys":[],"cursor":null}' "$(cat "$work/answer")"
status_of "$url/keys?match=%00%00%FF*&limit=1" >/dev/null
contains "a pattern may hold any byte" key_base64 "$work/answer"

echo "--- refusals"
status_of "$url/keys?match=user:*" >/dev/null
cursor=$(field cursor "$work/answer")
refused() { # PROMISE CODE PATH
    equal "$1" "400 $2" "$(status_of "$url/$3") $(field code "$work/answer")"
}
refused "a cursor that is cut short is refused" invalidCursor "keys?match=user:*&cursor=${cursor%??}"
refused "a cursor of SCAN is refused" invalidCursor "keys?cursor=1234"
refused "a cursor of another query is refused" invalidCursor "keys?match=order:*&cursor=$cursor"
refused "also by exports, before they begin" invalidCursor "export?match=order:*&cursor=$cursor"
refused "a limit beyond the maximum is refused" invalidLimit "keys?limit=10001"
refused "a limit that is no number is refused" invalidLimit "keys?limit=ten"
refused "a pattern that is too long is refused" invalidPattern "keys?match=$(printf 'a%.0s' {1..1025})"
refused "a type that is none is refused" invalidType "keys?type=a%20b"
refused "a format that does not exist is refused" invalidFormat "export?format=xml"
refused "a misspelt parameter is refused" unknownParameter "keys?macth=user:*"
refused "a parameter that is not encoded is refused" invalidParameter "keys?match=%zz"
contains "refusals are problem documents" "application/problem+json" "$work/head"

echo "--- the service dies"
: >"$work/listed"
most_pages=7 list_pages "$work/listed" limit=2000
cursor=$(cat "$work/cursor")
restart_service
list_pages "$work/listed" limit=10000 "$cursor"
sort -u "$work/listed" >"$work/sorted"
same_keys "pages go on in another process after kill -9, from the same cursor" "$work/sorted"

unread_export
stop_service KILL
read_export "$work/export"
wait "$client"
equal "an export that is cut off by kill -9 fails at the client" 18 $?
start_service
up_to_cursor "$work/export" >"$work/listed"
partial=$(wc -l <"$work/listed")
get "$url/export?cursor=$(last_cursor "$work/export")" | keys_of >>"$work/listed"
sort -u "$work/listed" >"$work/sorted"
same_keys "resumed from its last cursor in another process, it has every key ($partial before)" "$work/sorted"

echo "--- clients that are slow, or go away"
idle=$(resident_kilobytes)
before=$(reads)
unread_export
paused=$(reads)
sleep 2
equal "while a client does not read, the servers are asked for nothing" "$paused" "$(reads)"
at_most "nor does the service hold its keys for it (kB more than before)" 40000 $(($(resident_kilobytes) - idle))
read_export "$work/export"
wait "$client"
keys_of "$work/export" | sort >"$work/sorted"
same_keys "when it reads on it gets every key" "$work/sorted"
all=$(($(reads) - before))
at_most "most were still to be asked for (commands, of $all)" $((all * 3 / 4)) $((paused - before))

"${curl[@]}" --limit-rate 100k --output "$work/export" "$url/export" 2>/dev/null &
client=$! clients="$clients $!"
wait_until "an export is under way" has_bytes "$work/export" 1
kill -KILL "$client"
wait "$client" 2>/dev/null
stopped=$(settled reads)
sleep 1
equal "when the client of an export has gone, the servers are asked for nothing" "$stopped" "$(reads)"
at_most "of its connections none is left but those that pages use" 3 "$(connections)"

restart_service PAGE_MS=60000 REQUEST_MS=60000
before=$(reads)
status_of "$url/keys?match=nothing-is-named-so*&limit=1" >/dev/null
all=$(($(reads) - before))
before=$(reads)
for node in 0 1 2; do kill -STOP "$(node_pid "$node")"; done
"${curl[@]}" --output /dev/null "$url/keys?match=nothing-is-named-so*&limit=1" 2>/dev/null &
client=$! clients="$clients $!"
sleep 0.5
kill -KILL "$client"
wait "$client" 2>/dev/null
sleep 0.1
for node in 0 1 2; do kill -CONT "$(node_pid "$node")"; done
at_most "when the client of a page has gone, the search stops (commands, of $all)" 5 $(($(settled reads) - before))

restart_service MAXIMUM_EXPORTS=2
for file in 1 2; do
    "${curl[@]}" --limit-rate 100k --output "$work/export$file" "$url/export" 2>/dev/null &
    clients="$clients $!"
    wait_until "an export is under way" has_bytes "$work/export$file" 1
done
equal "one export too many is refused" "503 tooManyExports" \
    "$(status_of "$url/export") $(field code "$work/answer")"
contains "with a hint when to try again" "Retry-After:" "$work/head"
client=${clients##* }
kill -KILL "$client"
wait "$client" 2>/dev/null
sleep 0.5
equal "its place is free when a client has gone" 200 "$(status_of "$url/export")"

restart_service EXPORT_STALL_MS=1000
unread_export
wait_until "a client that reads nothing for too long is let go" has_text "$log" "An export ended early" &&
    pass "a client that reads nothing for too long is let go"
kill -KILL "$client"
wait "$client" 2>/dev/null

echo "--- the cluster is in trouble"
restart_service PAGE_PATIENCE_MS=500 EXPORT_PATIENCE_MS=500
: >"$work/listed"
most_pages=3 list_pages "$work/listed" limit=1000
cursor=$(cat "$work/cursor")
unread_export
for node in 0 1 2; do kill -STOP "$(node_pid "$node")"; done
equal "when nodes are out of reach, a page is a 503" 503 "$(status_of "$url/keys?limit=10000&cursor=$cursor")"
contains "with a hint when to try again" "Retry-After:" "$work/head"
again=$(field cursor "$work/answer")
equal "readiness is a 503" 503 "$(status_of "$url/ready")"
equal "liveness is not" 200 "$(status_of "$url/health")"
equal "an export that cannot begin is a 503" 503 "$(status_of "$url/export")"
read_export "$work/export"
wait "$client"
equal "an export that cannot go on fails at the client" 18 $?
contains "its last line says that it is not complete" '{"complete":false,' "$work/export"
for node in 0 1 2; do kill -CONT "$(node_pid "$node")"; done
list_pages "$work/listed" limit=10000 "$again"
sort -u "$work/listed" >"$work/sorted"
same_keys "from the 503's cursor pages go on" "$work/sorted"
keys_of "$work/export" >"$work/listed"
get "$url/export?cursor=$(tail -n 1 "$work/export" | sed -n 's/.*"cursor":"\([^"]*\)".*/\1/p')" | keys_of >>"$work/listed"
sort -u "$work/listed" >"$work/sorted"
same_keys "from the last line's cursor the export goes on" "$work/sorted"

restart_service REQUEST_MS=300
kill -STOP "$(node_pid 0)"
equal "when an answer takes too long, a page is a 504" 504 "$(status_of "$url/keys")"
kill -CONT "$(node_pid 0)"

echo "--- the service is told to stop"
restart_service
unread_export
kill -STOP "$(node_pid 1)"
"${curl[@]}" --output "$work/last-page" "$url/keys?limit=10000&match=*:*" 2>/dev/null &
pager=$! clients="$clients $!"
sleep 0.3
{
    sleep 0.3
    kill -CONT "$(node_pid 1)"
    read_export "$work/export"
} &
reader=$!
stop_service TERM
equal "on SIGTERM the service ends well" 0 "$status"
wait "$pager"
equal "a page that is under way is finished" 0 $?
contains "and whole" '"cursor":' "$work/last-page"
wait "$reader"
wait "$client"
equal "an export that is under way fails at the client" 18 $?
contains "with a last line that says why" '{"complete":false,"code":"shuttingDown","cursor":"' "$work/export"
equal "no connection to the cluster is left" 0 "$(connections)"
start_service
keys_of "$work/export" >"$work/listed"
get "$url/export?cursor=$(tail -n 1 "$work/export" | sed -n 's/.*"cursor":"\([^"]*\)".*/\1/p')" | keys_of >>"$work/listed"
sort -u "$work/listed" >"$work/sorted"
same_keys "another process goes on from there" "$work/sorted"
stop_service TERM
equal "without requests it ends at once" 0 "$status"

echo "--- secrets and settings"
equal "the password is in no log" "" "$(grep -lF -- "$password" "$work"/logs/*)"
REDIS_SEEDS=nonsense "$binary" >"$work/log" 2>&1
equal "seeds that are none are refused" 78 $?
contains "and it says what is wrong" "is not HOST:PORT" "$work/log"

printf '\n%s s, ' "$((SECONDS - started))"
if [ "$failures" -ne 0 ]; then
    printf '%s promises were broken\n' "$failures"
    exit 1
fi
echo "every promise was kept"

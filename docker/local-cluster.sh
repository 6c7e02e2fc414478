#!/usr/bin/env bash
# Starts, describes and stops a real cluster of plain server processes on loopback; no Docker needed.
# Written for bash 3.2, the one macOS has. Everything stands in functions, so the shell has read the whole
# file before it runs any of it and the file may change while a watcher is still alive.
set -euo pipefail

scripts=$(cd "$(dirname "$0")" && pwd)

usage() {
    cat <<'HELP'
local-cluster.sh - a real Redis or Valkey cluster of local processes, ready in about three seconds

USAGE
  local-cluster.sh start [options]                 start a cluster, wait until every node agrees, describe it
  local-cluster.sh status --dir DIR                describe a cluster as its servers see it now
  local-cluster.sh wait --dir DIR                  wait (at most 60 s) until every node is up and all agree
  local-cluster.sh start-node --dir DIR --node N   start a node again that was killed: same port, same node id;
                                                   with --server, of another version from now on
  local-cluster.sh stop --dir DIR                  stop it and remove what `start` made; twice is fine

OPTIONS OF start
  --primaries N             primaries that share the 16,384 slots                            (default 3)
  --replicas N              replicas of each primary                                         (default 1)
  --empty-primaries N       more primaries, joined but without slots: a place to reshard to  (default 0)
  --standalone              one server with cluster support disabled, instead of a cluster
  --dir DIR                 where to keep it; must be new or empty           (default: a new temporary folder)
  --port P                  give node N port P+N            (default: free ports between 11000 and 19999)
  --tls CERTIFICATES        TLS on all ports and between nodes, with the files ca.pem, server.pem and server.key
                            of that folder; each node listens on DIR/node-N/socket, too, without TLS
  --password PW             requirepass and masterauth
  --host ADDRESS            where servers listen: 127.0.0.1 or ::1                     (default 127.0.0.1)
  --server SERVER           redis-server or valkey-server, 6.0 or newer, by its path or as a name that servers.sh
                            knows, such as valkey-9.1; given several times: of node 0, of node 1, and so on, the
                            last one of all further nodes                    (default: the one in PATH)
  --option 'NAME VALUE'     a line for every server's configuration; may be given several times
  --cluster-node-timeout MS after how long a silent node counts as failed                    (default 5000)
  --watch PID               stop the cluster as soon as process PID is gone, even if it was killed

OUTPUT
  Standard output has only lines for programs; everything for people goes to standard error.
    dir=DIR
    node=0 address=127.0.0.1:11203 role=primary pid=4711 id=<40 hex> slots=0-5460
    node=3 address=127.0.0.1:14810 role=replica pid=4714 id=<40 hex> of=0
  A primary without slots has `slots=-`. With --standalone `id` and `slots` are `-`. `status` may also say
  role=down (no process) or role=paused (stopped by SIGSTOP).

EXIT STATUS
  0 done; 1 failed; 2 wrong usage; 3 (status, wait) some node is not up or the nodes do not agree

NOTES
  Servers listen on the loopback interface only, on ports below the range of outgoing connections. Nothing is saved to
  disk, DEBUG is enabled for local clients. Each node has a folder DIR/node-N with its `log`, `pid`, `port`
  and `server.conf`. `start` on a DIR whose cluster is running only describes it. `stop` kills the recorded
  processes, and only those that still work in their node's folder.

EXAMPLES
  docker/local-cluster.sh start --dir /tmp/play
  redis-cli -c -p "$(cat /tmp/play/node-0/port)" cluster nodes
  swift run sample-keys "127.0.0.1:$(cat /tmp/play/node-0/port)" --count 100000
  docker/local-cluster.sh stop --dir /tmp/play
  docker/local-cluster.sh start --server redis-7.4 --server redis-8.2    # in the middle of an upgrade
HELP
}

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "local-cluster: $*"
    exit 1
}
misuse() {
    say "local-cluster: $*"
    say "Try: $0 --help"
    exit 2
}

# ---------------------------------------------------------------- processes

# Is the process's working directory the folder? Servers are started inside their own private folder, so
# together with the recorded pid this is proof of identity, however often the system reuses the pid.
works_in() { # PID FOLDER
    local where
    if [ -d /proc/self ]; then
        where=$(readlink "/proc/$1/cwd" 2>/dev/null) || return 1
    else
        where=$(lsof -a -p "$1" -d cwd -Fn 2>/dev/null | sed -n 's/^n//p')
    fi
    [ "${where% (deleted)}" = "$2" ]
}

node_pid() { cat "$dir/node-$1/pid" 2>/dev/null; }
node_port() { cat "$dir/node-$1/port" 2>/dev/null; }

is_alive() { # INDEX
    local pid
    pid=$(node_pid "$1") && [ -n "$pid" ] && works_in "$pid" "$dir/node-$1"
}

# Prints the state (R, S, T, Z...) and the start time of a process; nothing if there is none. From /proc where
# that exists, as container images often come without ps.
process_stat() { # PID
    local stat
    if [ -d /proc/self ]; then
        stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
        # The name, in parentheses, may hold anything; the state is field 3, the start time field 22.
        # shellcheck disable=SC2086
        set -- ${stat##*) }
        echo "$1 ${20}"
    else
        ps -o stat=,lstart= -p "$1" 2>/dev/null || true
    fi
}

is_paused() { # INDEX
    case $(process_stat "$(node_pid "$1")") in T*) return 0 ;; *) return 1 ;; esac
}

# Kills outright: nothing is saved anyway, and a paused server would never see a polite signal.
kill_if_in() { # PID FOLDER
    local tries=0
    while works_in "$1" "$2"; do
        kill -9 "$1" 2>/dev/null || true
        tries=$((tries + 1))
        [ "$tries" -lt 250 ] || {
            say "local-cluster: process $1 does not end"
            return 1
        }
        sleep 0.02
    done
}

# What tells a process from a later one with the same pid; empty when it is gone or waits to be reaped.
process_identity() { # PID
    local stat
    stat=$(process_stat "$1")
    case $stat in Z*) ;; *) echo "${stat#* }" ;; esac
}

# ---------------------------------------------------------------- the folder

# DIR/cluster marks a folder as ours. It holds a name for this start, so that a watcher never stops a later
# cluster in the same folder, and what `stop` and `start-node` must know.
read_cluster() {
    [ -n "$dir" ] || misuse "--dir is needed"
    [ -d "$dir" ] || return 1
    dir=$(cd "$dir" && pwd -P)
    [ -f "$dir/cluster" ] || return 1
    {
        read -r run
        read -r starter
        read -r made
        read -r kind
    } <"$dir/cluster" || return 1
    password=
    [ ! -f "$dir/password" ] || password=$(cat "$dir/password")
    [ ! -f "$dir/host" ] || host=$(cat "$dir/host")
    count_nodes
    find_client
}

count_nodes() {
    nodes=0
    while [ -d "$dir/node-$nodes" ]; do nodes=$((nodes + 1)); done
}

indices() {
    local index=0
    while [ "$index" -lt "$nodes" ]; do
        echo "$index"
        index=$((index + 1))
    done
}

# The programs that --server names, resolved once; without any, the one in PATH.
find_servers() {
    local server found=""
    while IFS= read -r server; do
        if [ -z "$server" ]; then
            server=$(command -v redis-server || command -v valkey-server) ||
                fail "redis-server not found; on Debian: apt-get install redis-server, on macOS: brew install redis"
        fi
        case $server in
            */*) ;;
            *) server=$(command -v "$server" || "$scripts/servers.sh" path "$server") || fail "no server $server" ;;
        esac
        [ -x "$server" ] || fail "$server is not a program"
        case $server in /*) ;; *) server=$PWD/$server ;; esac
        [ -n "$(major_version "$server")" ] || fail "$server does not look like redis-server or valkey-server"
        found=$found$server$'\n'
    done <<<"${servers%$'\n'}"
    servers=$found
}

major_version() { "$1" --version | sed -n 's/.* v=\([0-9]*\)\..*/\1/p'; } # PROGRAM

# The program of a node: the one of its number in the list, else the last one.
choose_server() { # INDEX
    printf '%s' "$servers" | sed -n "$(($1 + 1))p;\$p" | head -n 1 >"$dir/node-$1/server"
}

find_client() {
    local candidate folder
    folder=$(dirname "$(cat "$dir/node-0/server" 2>/dev/null || echo "$servers")")
    for candidate in "$folder/redis-cli" "$folder/valkey-cli" \
        "$(command -v redis-cli)" "$(command -v valkey-cli)"; do
        if [ -n "$candidate" ] && [ -x "$candidate" ]; then
            client=$candidate
            break
        fi
    done
    [ -n "$client" ] || fail "neither redis-cli nor valkey-cli found; on Debian: apt-get install redis-tools"
    # The environment keeps the password out of the process list.
    unset REDISCLI_AUTH
    [ -z "$password" ] || export REDISCLI_AUTH=$password
}

# Commands on standard input, one per line, in one connection.
ask() { # INDEX
    if [ -S "$dir/node-$1/socket" ]; then
        "$client" -s "$dir/node-$1/socket" 2>/dev/null
    else
        "$client" -h "$host" -p "$(node_port "$1")" 2>/dev/null
    fi
}

# The same for commands that must all answer OK.
order() { # INDEX
    local others
    others=$(ask "$1" | tr -d '\r' | grep -Ev '^(OK)?$' || true)
    [ -z "$others" ] || fail "node $1: $others"
}

# ---------------------------------------------------------------- starting servers

# Unless asked for, ports lie below every usual range for outgoing connections, client ports and bus ports
# in ranges of their own. Whether one is free is decided by the server's own bind, so there is no gap between
# looking and taking: a server that loses the race exits and is started again on another port.
configure() { # INDEX
    local folder=$dir/node-$1 port version
    version=$(major_version "$(cat "$folder/server")")
    port=$((11000 + (RANDOM * 32768 + RANDOM) % 9000))
    [ -z "$first_port" ] || port=$((first_port + $1))
    echo "$port" >"$folder/port"
    {
        if [ -n "$certificates" ]; then
            echo "port 0"
            echo "tls-port $port"
            echo "tls-cluster yes"
            echo "tls-replication yes"
            echo "tls-ca-cert-file \"$certificates/ca.pem\""
            echo "tls-cert-file \"$certificates/server.pem\""
            echo "tls-key-file \"$certificates/server.key\""
            echo "unixsocket socket"
        else
            echo "port $port"
        fi
        echo "bind $host"
        echo 'save ""'
        echo "appendonly no"
        # Without the delay a replica's first synchronisation takes five seconds.
        echo "repl-diskless-sync yes"
        echo "repl-diskless-sync-delay 0"
        [ "$version" -lt 7 ] || echo "enable-debug-command local"
        if [ "$kind" = cluster ]; then
            echo "cluster-enabled yes"
            echo "cluster-config-file nodes.conf"
            echo "cluster-node-timeout $node_timeout"
        fi
        if [ -n "$password" ]; then
            echo "requirepass \"$(escaped "$password")\""
            echo "masterauth \"$(escaped "$password")\""
        fi
        printf '%s' "$extra_options"
    } >"$folder/server.conf"
}

# Every byte as \xHH: the one form that the configuration parser takes for any password.
escaped() { printf '%s' "$1" | od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g'; }

# Callers wait for the end of what they started by waiting until nobody holds a certain pipe or socket any
# more (Foundation's Process does), so nothing that stays may hold one.
close_inherited() {
    local descriptor
    for descriptor in /dev/fd/*; do
        descriptor=${descriptor##*/}
        [ "$descriptor" -le 2 ] || eval "exec $descriptor>&-"
    done
}

launch() { # INDEX
    local folder=$dir/node-$1 server
    # The change of directory comes before the fork: the process is recognisable from its first moment.
    cd "$folder" 2>/dev/null || fail "the folder $folder disappeared"
    server=$(cat server)
    # Job control gives the server a process group of its own, out of reach of the caller's Ctrl-C.
    set -m
    {
        close_inherited
        exec "$server" ./server.conf
    } </dev/null >log 2>&1 &
    set +m
    launched="$launched $!:$1"
    echo $! >pid
    disown $!
    cd "$dir"
}

answers() { # INDEX
    local pid
    pid=$(echo "INFO server" | ask "$1" | tr -d '\r' | sed -n 's/^process_id://p') || return 1
    [ -n "$pid" ] && [ "$pid" = "$(node_pid "$1")" ]
}

# Waits until the servers answer. With "new-port", one whose port was taken is started on another.
await_servers() { # new-port|same-port INDEX...
    local rule=$1 waiting still index retries=0 deadline=$((SECONDS + 60))
    shift
    waiting=$*
    while [ -n "$waiting" ]; do
        still=
        for index in $waiting; do
            answers "$index" && continue
            still="$still $index"
            is_alive "$index" && continue
            if [ "$rule" = new-port ] && [ "$retries" -lt 100 ] &&
                grep -Eq 'Address already in use|Failed listening' "$dir/node-$index/log"; then
                retries=$((retries + 1))
                configure "$index"
                launch "$index"
            elif [ -d "$dir/node-$index" ]; then
                fail "node $index did not start"
            else
                fail "the folder $dir/node-$index disappeared"
            fi
        done
        waiting=$still
        [ -n "$waiting" ] || break
        [ "$SECONDS" -lt "$deadline" ] || fail "no answer for 60 s from node(s)$waiting"
        sleep 0.05
    done
}

# ---------------------------------------------------------------- forming the cluster

# Slots are shared out as `redis-cli --cluster create` does.
prepare_node() { # INDEX
    local first last
    # A primary that was alone for a moment refuses to serve for as long as the node timeout says.
    echo "CONFIG SET cluster-node-timeout 1500"
    if [ "$1" -lt "$primaries" ] || [ "$1" -ge $((nodes - empty_primaries)) ]; then
        echo "CLUSTER SET-CONFIG-EPOCH $(($1 + 1))"
    fi
    if [ "$1" -lt "$primaries" ]; then
        first=$(((2 * 16384 * $1 + primaries) / (2 * primaries)))
        last=$(((2 * 16384 * ($1 + 1) + primaries) / (2 * primaries) - 1))
        echo "CLUSTER ADDSLOTS $(seq "$first" "$last" | tr '\n' ' ')"
    fi
}

# Everybody meets everybody: waiting for gossip to spread the news would take seconds.
introduce_node() { # INDEX
    local other
    for other in $(indices); do
        [ "$other" -eq "$1" ] || echo "CLUSTER MEET $host $(node_port "$other")"
    done
}

# Epochs are set before any node knows another, which is the only time when it is allowed. Left to
# themselves they would collide and be raised later, in the middle of somebody's test.
form_cluster() {
    local index id deadline=$((SECONDS + 60))
    for index in $(indices); do prepare_node "$index" | order "$index"; done
    for index in $(indices); do introduce_node "$index" | order "$index"; done
    for index in $(indices); do
        if [ "$index" -ge "$primaries" ] && [ "$index" -lt $((nodes - empty_primaries)) ]; then
            id=$(echo "CLUSTER MYID" | ask $(((index - primaries) % primaries)))
            # Refused until the replica has heard of its primary.
            until [ "$(echo "CLUSTER REPLICATE $id" | ask "$index" | head -n 1)" = OK ]; do
                [ "$SECONDS" -lt "$deadline" ] || fail "node $index does not become a replica"
                sleep 0.05
            done
        fi
    done
    await_agreement 60 || fail "the nodes do not agree after 60 s"
    for index in $(indices); do
        echo "CONFIG SET cluster-node-timeout $node_timeout" | ask "$index" >/dev/null
    done
}

# One node's opinion of the whole cluster, one line per node; nothing if it is not content with it.
opinion() { # INDEX
    printf 'CLUSTER INFO\nCLUSTER NODES\nINFO replication\n' | ask "$1" | tr -d '\r' | awk '
        $0 == "cluster_state:ok" || $0 == "cluster_slots_ok:16384" { content++ }
        /^role:/ { replica = ($0 != "role:master") }
        $0 == "master_link_status:up" { linked = 1 }
        length($1) == 40 && NF >= 8 {
            sub(/myself,/, "", $3)
            if ($3 ~ /(^|,)(fail|handshake|noaddr)/ || $8 != "connected") content = -9
            line = $1 " " $3 " " $4 " " $7
            # Marks of a slot that is on the move show only on a node`s own line.
            for (i = 9; i <= NF; i++) if ($i !~ /^\[/) line = line " " $i
            lines[++count] = line
        }
        END { if (content == 2 && (linked || !replica)) for (i = 1; i <= count; i++) print lines[i] }
    ' | sort
}

agree() {
    local index first="" this
    for index in $(indices); do
        is_alive "$index" && ! is_paused "$index" || return 1
        if [ "$kind" != cluster ]; then
            answers "$index"
            return
        fi
        this=$(opinion "$index") || return 1
        [ "$(printf '%s\n' "$this" | grep -c .)" -eq "$nodes" ] || return 1
        [ "$index" -eq 0 ] && first=$this
        [ "$this" = "$first" ] || return 1
    done
}

await_agreement() { # SECONDS
    local deadline=$((SECONDS + $1))
    until agree; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

# ---------------------------------------------------------------- describing

# Prints every node as it sees itself, and returns 3 if one cannot be asked.
describe() {
    local index line result=0 ids="" address id role rest
    if [ "$kind" = cluster ]; then
        for index in $(indices); do
            if is_alive "$index" && ! is_paused "$index"; then
                ids="$ids $(echo "CLUSTER MYID" | ask "$index" || true)=$index"
            fi
        done
    fi
    echo "dir=$dir"
    for index in $(indices); do
        role=down
        id=-
        rest="slots=-"
        if is_alive "$index" && is_paused "$index"; then
            role=paused
        elif is_alive "$index" && [ "$kind" != cluster ]; then
            role=primary
        elif is_alive "$index"; then
            line=$(echo "CLUSTER NODES" | ask "$index" | tr -d '\r' | awk -v ids="$ids" '
                BEGIN { for (n = split(ids, all, " "); n > 0; n--) { split(all[n], p, "="); of[p[1]] = p[2] }}
                $3 ~ /myself,slave/ { print "replica", $1, "of=" ($4 in of ? of[$4] : "-") }
                $3 ~ /myself,master/ {
                    slots = ""
                    for (i = 9; i <= NF; i++) if ($i !~ /^\[/) slots = slots (slots == "" ? "" : ",") $i
                    print "primary", $1, "slots=" (slots == "" ? "-" : slots)
                }') || true
            [ -z "$line" ] || read -r role id rest <<<"$line"
        fi
        case $role in down | paused) result=3 ;; esac
        case $host in *:*) address="[$host]" ;; *) address=$host ;; esac
        address=$address:$(node_port "$index")
        echo "node=$index address=$address role=$role pid=$(node_pid "$index") id=$id $rest"
    done
    return "$result"
}

# ---------------------------------------------------------------- stopping

stop_cluster() {
    local index entry
    for index in $(indices); do kill_if_in "$(node_pid "$index" || echo 0)" "$dir/node-$index" || true; done
    # Servers of this very start whose pid did not reach the folder, because the folder was taken away.
    for entry in $launched; do kill_if_in "${entry%%:*}" "$dir/node-${entry##*:}" || true; done
    for index in $(indices); do rm -rf "$dir/node-$index"; done
    rm -f "$dir/password" "$dir/host" "$dir/ready" "$dir/cluster"
    cd /
    [ "$made" != yes ] || rmdir "$dir" 2>/dev/null || true
}

# Runs in the background until process $1 is gone, or until the cluster of this start is.
watch_process() { # PID
    local identity
    identity=$(process_identity "$1")
    cd /
    while sleep 0.5; do
        [ "$(head -n 1 "$dir/cluster" 2>/dev/null)" = "$run" ] || return 0
        [ -n "$identity" ] && [ "$(process_identity "$1")" = "$identity" ] && continue
        count_nodes
        stop_cluster
        return 0
    done
}

# shellcheck disable=SC2317 # called by the trap
give_up() {
    local status=$? index last_words=""
    trap - EXIT
    for index in $(indices); do
        [ ! -s "$dir/node-$index/log" ] || last_words="$last_words--- the last lines of node $index:
$(grep -v WARNING "$dir/node-$index/log" | tail -n 4)
"
    done
    # First things first: nobody may be listening to us any more.
    stop_cluster
    say "$last_words""local-cluster: everything that was started is stopped again"
    exit "$status"
}

# ---------------------------------------------------------------- subcommands

# Runs in a subshell, as it reads the variables of an earlier start. Returns 4 if the folder can be used.
report_existing() {
    local index description
    read_cluster || return 4
    if [ -f "$dir/ready" ] && description=$(describe); then
        printf '%s\n' "$description"
        say "Already running."
        return
    elif [ ! -f "$dir/ready" ] && works_in "$starter" "$dir"; then
        fail "process $starter is just starting a cluster in $dir"
    fi
    for index in $(indices); do
        ! is_alive "$index" || fail "the cluster in $dir is only partly up; stop it first"
    done
    say "Removing the remains of a cluster that is gone."
    stop_cluster
    return 4
}

start() {
    local index result=0
    if [ -n "$dir" ]; then
        (report_existing) || result=$?
        [ "$result" -ne 0 ] || return 0
        [ "$result" -eq 4 ] || exit "$result"
    fi

    find_servers
    find_client
    [ -z "$watched" ] || [ -n "$(process_identity "$watched")" ] || fail "no process $watched to watch"

    umask 077
    run=$$-$RANDOM$RANDOM
    made=yes
    launched=
    if [ -z "$dir" ]; then
        dir=$(mktemp -d "${TMPDIR:-/tmp}/local-cluster.XXXXXX")
    elif ! mkdir "$dir" 2>/dev/null; then
        [ -d "$dir" ] || fail "cannot make the folder $dir"
        [ -z "$(ls -A "$dir")" ] || fail "$dir is not empty and not a cluster of mine"
        made=no
    fi
    dir=$(cd "$dir" && pwd -P)
    cd "$dir"
    # Made in one step or not at all, so that of two starts in one folder one fails.
    (set -C && printf '%s\n' "$run" $$ "$made" "$kind" >cluster) 2>/dev/null ||
        fail "somebody else is starting a cluster in $dir"
    nodes=$((primaries + primaries * replicas + empty_primaries))
    trap give_up EXIT
    trap 'exit 130' INT
    trap 'exit 141' PIPE
    trap 'exit 143' TERM HUP
    [ -z "$password" ] || printf '%s' "$password" >password
    printf '%s\n' "$host" >host

    # The watcher comes first, so that there is no moment in which a server could be left behind.
    if [ -n "$watched" ]; then
        set -m
        (
            trap - EXIT INT PIPE TERM HUP
            close_inherited
            watch_process "$watched"
        ) </dev/null >/dev/null 2>&1 &
        set +m
        disown $!
    fi
    for index in $(indices); do
        mkdir "node-$index"
        choose_server "$index"
        configure "$index"
        launch "$index"
    done
    # shellcheck disable=SC2046
    await_servers "$([ -n "$first_port" ] && echo same-port || echo new-port)" $(indices)
    [ "$kind" != cluster ] || form_cluster
    describe >ready || fail "a node went down again"
    trap - EXIT INT PIPE TERM HUP
    cat ready
    say "Ready after $SECONDS s: $nodes node(s) of $(
        cat node-*/server | sort -u | while IFS= read -r server; do "$server" --version; done | cut -d ' ' -f 1-3 |
            paste -s -d , -
    )."
    say "Stop with: $(printf '%q ' "$0" stop --dir "$dir")"
}

start_node() {
    read_cluster || fail "no cluster in $dir"
    [ -f "$dir/node-$node/server.conf" ] || fail "there is no node ${node:-(--node is missing)}"
    [ -z "$servers" ] || find_servers
    cd "$dir"
    launched=
    if ! is_alive "$node"; then
        [ -z "$servers" ] || choose_server "$node"
        launch "$node"
        await_servers same-port "$node"
    fi
    # Others may be down at the same time.
    { describe || true; } | grep "^node=$node "
}

main() {
    local command=${1:-}
    dir="" servers="" client="" password="" certificates="" watched="" node="" first_port="" extra_options="" launched=""
    primaries=3 replicas=1 empty_primaries=0 node_timeout=5000 kind=cluster host=127.0.0.1
    run="" starter="" made=no nodes=0
    [ $# -eq 0 ] || shift
    case $command in
        start | status | wait | start-node | stop) ;;
        -h | --help | help) usage && exit 0 ;;
        "") usage >&2 && exit 2 ;;
        *) misuse "unknown command: $command" ;;
    esac
    while [ $# -gt 0 ]; do
        case $1 in
            -h | --help) usage && exit 0 ;;
            --standalone) kind=standalone primaries=1 replicas=0 && shift && continue ;;
        esac
        [ $# -ge 2 ] || misuse "unknown option, or its value is missing: $1"
        case $1 in
            --primaries | --replicas | --empty-primaries | --cluster-node-timeout | --port | --watch | --node)
                case $2 in "" | *[!0-9]*) misuse "$1 takes a number, not '$2'" ;; esac
                ;;
            *) case $2 in *$'\n'*) misuse "$1: a line break is not possible here" ;; esac ;;
        esac
        case $1 in
            --dir) dir=$2 ;;
            --primaries) primaries=$2 ;;
            --replicas) replicas=$2 ;;
            --empty-primaries) empty_primaries=$2 ;;
            --cluster-node-timeout) node_timeout=$2 ;;
            --password) password=$2 ;;
            --host) host=$2 ;;
            --tls)
                certificates=$(cd "$2" 2>/dev/null && pwd -P) || misuse "--tls: there is no folder $2"
                ;;
            --server) servers=$servers$2$'\n' ;;
            --option) extra_options=$extra_options$2$'\n' ;;
            --port) first_port=$2 ;;
            --watch) watched=$2 ;;
            --node) node=$2 ;;
            *) misuse "unknown option: $1" ;;
        esac
        shift 2
    done
    [ "$primaries" -ge 1 ] || misuse "a cluster needs at least one primary"
    [ -z "$first_port" ] || [ "$first_port" -lt 55000 ] || misuse "the bus needs port + 10000: --port < 55000"
    [ "$kind" = cluster ] || [ $((primaries + replicas + empty_primaries)) -eq 1 ] ||
        misuse "--standalone is one server without replicas"

    case $command in
        start) start ;;
        start-node) start_node ;;
        status) { read_cluster && describe; } || { say "Not (or not all) up: $dir" && exit 3; } ;;
        wait) { read_cluster && await_agreement 60; } || { say "The nodes do not agree: $dir" && exit 3; } ;;
        stop) if read_cluster; then stop_cluster; else say "No cluster in $dir."; fi ;;
    esac
}

main "$@"
exit

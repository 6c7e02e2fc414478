#!/usr/bin/env bash
# Runs every test, those against real servers included; installs what is missing for that.
# Arguments are passed on: docker/test.sh --filter LocalCluster
#
# In release, as users run it: the simulation of 20,000 clusters takes a minute instead of half an hour.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
# shellcheck source=docker/requirements.sh
. "$here/requirements.sh"
require servers generations hiredis namespaces
"$here/servers.sh" fetch >/dev/null
# No test needs more than what is visible to the package; like this the build is the same as with `swift build`.
exec swift test --configuration release --disable-testable-imports "$@"

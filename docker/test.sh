#!/usr/bin/env bash
# Runs every test, those against real servers included; installs what is missing for that.
# Arguments are passed on: docker/test.sh --filter LocalCluster
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
# shellcheck source=docker/requirements.sh
. "$here/requirements.sh"
require servers hiredis
exec swift test "$@"

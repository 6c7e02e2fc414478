#!/usr/bin/env bash
# Builds the reference documentation of both libraries; a link that leads nowhere is an error.
#   docker/docs.sh [FOLDER]     where to put it; by default .build/documentation
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
# shellcheck source=docker/requirements.sh
. "$here/requirements.sh"
# shellcheck source=docker/modules.sh
. "$here/modules.sh"
require hiredis

output=${1:-.build/documentation}
build=.build/release
swift build --configuration release --target ClusterScanOperations >&2
docc=$(command -v docc || xcrun --find docc)
target=$(swift -print-target-info | sed -n 's/^ *"triple": "\(.*\)",$/\1/p' | head -n 1)

find_modules "$build"

document() { # MODULE REEXPORTED
    local module=$1 symbols="$output/symbols/$1"
    rm -rf "$symbols" "$output/$module.doccarchive"
    mkdir -p "$symbols"
    # What users import with the module is described as its own.
    swift symbolgraph-extract -module-name "$module" -experimental-allowed-reexported-modules="$2" \
        -target "$target" "${module_options[@]}" -minimum-access-level public -skip-synthesized-members \
        -emit-extension-block-symbols -output-dir "$symbols"
    "$docc" convert "Sources/$module/$module.docc" --additional-symbol-graph-dir "$symbols" \
        --fallback-display-name "$module" --fallback-bundle-identifier "$module" \
        --output-path "$output/$module.doccarchive" --warnings-as-errors
    echo "$output/$module.doccarchive"
}

document ClusterScan ScanCore
document ClusterScanOperations DumpFile

#!/usr/bin/env bash
# Builds the reference documentation of both libraries; a link that leads nowhere is an error.
#   docker/docs.sh [FOLDER]     where to put it; by default .build/documentation
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
# shellcheck source=docker/requirements.sh
. "$here/requirements.sh"
require hiredis

output=${1:-.build/documentation}
build=.build/release
swift build --configuration release --target ClusterScanOperations >&2
docc=$(command -v docc || xcrun --find docc)
target=$(swift -print-target-info | sed -n 's/^ *"triple": "\(.*\)",$/\1/p' | head -n 1)

# Where the C modules are that the dependencies are built on.
options=(-target "$target" -I "$build/Modules")
while IFS= read -r file; do
    options+=(-Xcc "-fmodule-map-file=$file")
done < <(find "$build"/*.build -maxdepth 1 -name module.modulemap; find Sources .build/checkouts/*/Sources -name module.modulemap)
while IFS= read -r folder; do
    options+=(-I "$folder")
done < <(find Sources .build/checkouts/*/Sources -type d -name include)

for module in ClusterScan ClusterScanOperations; do
    symbols="$output/symbols/$module"
    rm -rf "$symbols" "$output/$module.doccarchive"
    mkdir -p "$symbols"
    swift symbolgraph-extract -module-name "$module" "${options[@]}" -minimum-access-level public \
        -skip-synthesized-members -emit-extension-block-symbols -output-dir "$symbols"
    "$docc" convert "Sources/$module/$module.docc" --additional-symbol-graph-dir "$symbols" \
        --fallback-display-name "$module" --fallback-bundle-identifier "$module" \
        --output-path "$output/$module.doccarchive" --warnings-as-errors
    echo "$output/$module.doccarchive"
done

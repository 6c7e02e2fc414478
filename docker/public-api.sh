#!/usr/bin/env bash
# Compiles ClusterScanOperations as if it were another package: it may need only what is public, so that every user
# can do what it does.
#   docker/public-api.sh [CONFIGURATION]     of the build whose modules are used; by default release
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
# shellcheck source=docker/modules.sh
. "$here/modules.sh"

configuration=${1:-release}
for module in ScanCore DumpFile ClusterScan; do
    [ -e ".build/$configuration/Modules/$module.swiftmodule" ] || {
        echo "There is no module $module: 'swift build --configuration $configuration' comes first." >&2
        exit 1
    }
done
find_modules ".build/$configuration"
features=()
while IFS= read -r feature; do
    features+=(-enable-upcoming-feature "$feature")
done < <(sed -n 's/.*enableUpcomingFeature("\(.*\)").*/\1/p' Package.swift | sort -u)
sources=()
while IFS= read -r file; do
    sources+=("$file")
done < <(find Sources/ClusterScanOperations -name '*.swift')

# The whole module at once: otherwise the compiler stops at the first files with errors.
swiftc -typecheck -wmo -parse-as-library -swift-version 6 "${features[@]}" -module-name ClusterScanOperations \
    -package-name another "${module_options[@]}" "${sources[@]}" || {
    echo "ClusterScanOperations uses what other packages cannot: what 'is inaccessible' or not found above is not" \
        "public in ClusterScan, ScanCore or DumpFile. Do without it, or make it public with documentation." >&2
    exit 1
}
echo "ClusterScanOperations needs only what is public."

// swift-tools-version: 6.2
import PackageDescription

// For run.sh, which puts it next to links to the sources: the targets that read what comes from outside,
// without the event loop and without TLS, which take minutes to build with instrumentation and have no part
// in this.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.5.0"),
    ],
    targets: [
        .systemLibrary(name: "CHiredis"),
        .target(
            name: "CHiredisSupport",
            dependencies: ["CHiredis"],
            linkerSettings: [.linkedLibrary("hiredis")]
        ),
        .target(
            name: "ScanCore",
            dependencies: [
                "CHiredisSupport",
                .product(name: "HashTreeCollections", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: settings
        ),
        .target(name: "DumpFile", dependencies: ["ScanCore"], swiftSettings: settings),
        .target(
            name: "CommandLineCore",
            dependencies: [
                "ScanCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "FuzzTargets",
            dependencies: ["ScanCore", "DumpFile", "CommandLineCore"],
            path: "Fuzzing/Targets",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "fuzz",
            dependencies: ["FuzzTargets"],
            path: "Fuzzing/Driver",
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)

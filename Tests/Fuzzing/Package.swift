// swift-tools-version: 6.2
import PackageDescription

// For run.sh, which puts it next to links to the sources: the parts that read what comes from outside,
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
        .systemLibrary(name: "CHiredis", path: "Sources/CHiredis"),
        .target(
            name: "CHiredisSupport",
            dependencies: ["CHiredis"],
            path: "Sources/CHiredisSupport",
            linkerSettings: [.linkedLibrary("hiredis")]
        ),
        .target(
            name: "ClusterScan",
            dependencies: [
                "CHiredisSupport",
                .product(name: "HashTreeCollections", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            path: "Sources/ClusterScan",
            sources: [
                "ClusterScanError.swift", "Connection/AddressMapRule.swift",
                "Connection/ConnectionError.swift", "Connection/FlatReply.swift",
                "Connection/RESPValue.swift", "Connection/Redirection.swift", "Connection/ReplyError.swift",
                "Connection/ReplyLimit.swift", "Connection/ReplyNodes.swift", "Connection/ReplyParser.swift",
                "Connection/ServerError.swift", "Coordinator", "Cursor", "KeyBatch+Arena.swift",
                "KeyBatch+Key.swift", "KeyBatch+Slots.swift", "KeyBatch.swift", "Keyspace", "Pace",
                "Scanner/ScanBatch.swift", "Topology",
            ],
            swiftSettings: settings
        ),
        .target(
            name: "ClusterScanOperations",
            dependencies: ["ClusterScan"],
            path: "Sources/ClusterScanOperations",
            sources: ["DumpFile"],
            swiftSettings: settings
        ),
        .target(
            name: "cluster-scan",
            dependencies: [
                "ClusterScan", "ClusterScanOperations",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/cluster-scan",
            sources: [
                "Arguments/Quantity.swift", "Arguments/TimeSpan.swift",
                "Configuration/ConfigurationFile.swift",
                "Configuration/PasswordSource.swift", "Configuration/Profile.swift",
                "Connection/AddressMapRule+Argument.swift", "Connection/ServerURL+Socket.swift",
                "Connection/ServerURL.swift",
                "Dump/Checkpoint.swift", "Dump/ResumeHint.swift", "ExitStatus.swift",
                "Output/BlockWriter.swift", "Output/CSVField.swift", "Output/EscapedText+String.swift",
                "Output/EscapedText.swift", "Output/JSONLine.swift", "Output/JSONText+Bytes.swift",
                "Output/JSONText.swift", "Output/KeyFormat.swift", "Output/NumberText.swift",
                "Output/UTF8Reader.swift",
                "Output/WrittenNames.swift", "Progress/ConsoleText.swift", "Security/KeyPassphrase.swift",
                "Security/SecuritySettings.swift",
                "Statistics/HTMLText.swift", "Statistics/Treemap.swift", "System", "Transfer/KeyNames.swift",
            ],
            swiftSettings: settings
        ),
        .target(
            name: "FuzzTargets",
            dependencies: ["ClusterScan", "ClusterScanOperations", "cluster-scan"],
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

// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// Without MemberImportVisibility: in release builds it credits the C library's socket types to another
// module.
let testSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "cluster-scan",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "ClusterScan", targets: ["ClusterScan"]),
        .library(name: "ClusterScanOperations", targets: ["ClusterScanOperations"]),
        .executable(name: "cluster-scan", targets: ["cluster-scan"]),
    ],
    dependencies: [
        // Event loop, sockets, timers and back-pressure; the loop a service already runs.
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.81.0"),
        // TLS on the connections of the event loop, whatever hiredis the system has.
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.30.0"),
        // Messages, numbers and spans go to whatever backend the service has; to none by default.
        .package(url: "https://github.com/apple/swift-log.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.5.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.3.0"),
        // Starts and stops with the other parts of a service.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.6.0"),
        // Persistent maps and deques: cursors that are cheap to attach to every batch.
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.1.0"),
        // Subcommands, help, validation and shell completions of the command line.
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.5.0"),
    ],
    targets: [
        // No pkgConfig: hiredis.pc passes -D_FILE_OFFSET_BITS, which SwiftPM reports as a prohibited flag.
        .systemLibrary(
            name: "CHiredis",
            providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]
        ),
        .target(
            name: "CHiredisSupport",
            dependencies: ["CHiredis"],
            // C code takes the header without its module, so the module map's link line is not seen.
            linkerSettings: [.linkedLibrary("hiredis")]
        ),
        // Everything that decides: no event loop, clock, socket or log, and so nothing but values to test.
        .target(
            name: "ScanCore",
            dependencies: [
                "CHiredisSupport",
                .product(name: "HashTreeCollections", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ClusterScan",
            dependencies: [
                "ScanCore",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        // The format of dump files, over bytes.
        .target(name: "DumpFile", dependencies: ["ScanCore"], swiftSettings: swiftSettings),
        // What is done with the keys that a scan finds: metadata, values, statistics, dumps, copies, changes.
        .target(
            name: "ClusterScanOperations",
            dependencies: [
                "ClusterScan", "DumpFile",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: swiftSettings
        ),
        // What of the command line needs neither a network nor a scanner: text, settings, files.
        .target(
            name: "CommandLineCore",
            dependencies: [
                "ScanCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "cluster-scan",
            dependencies: [
                "CommandLineCore", "ClusterScan", "ClusterScanOperations",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ScanCoreTests",
            dependencies: ["ScanCore"],
            resources: [.copy("Vectors")],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "DumpFileTests",
            dependencies: ["DumpFile", "ScanCore"],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "ClusterScanTests",
            dependencies: [
                "ClusterScan",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "ClusterScanOperationsTests",
            dependencies: ["ClusterScan", "ClusterScanOperations"],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "ScanCore",
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: testSettings
        ),
        // Holds the folders that the sources use against the table of Docs/Architecture.md.
        .testTarget(name: "ArchitectureTests", swiftSettings: testSettings),
        // Real servers for tests and benchmarks. Knows nothing of ClusterScan: what tests expect must not
        // come out of the code they test.
        .target(
            name: "TestCluster",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/TestCluster",
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "sample-keys",
            dependencies: [
                "TestCluster",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/SampleKeys",
            swiftSettings: swiftSettings
        ),
        // Another process: what a cursor is worth shows where nothing of the first one is left.
        .executableTarget(
            name: "scan-probe",
            dependencies: ["ClusterScan"],
            path: "Tests/ScanProbe",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "ClusterScan", "ClusterScanOperations", "TestCluster", "scan-probe", "cluster-scan",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        // What Tests/Benchmarks/run.sh measures of the library: whole scans, and single steps of what
        // decides.
        .executableTarget(
            name: "scan-benchmark",
            dependencies: ["ClusterScan"],
            path: "Tests/Benchmarks/ScanBenchmark",
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "core-benchmark",
            dependencies: ["ScanCore"],
            path: "Tests/Benchmarks/CoreBenchmark",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "ClusterScan",
                "ClusterScanOperations",
                "cluster-scan",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: swiftSettings
        ),
        // What the fuzzer found, with its entry points and without the fuzzer; Tests/Fuzzing/run.sh builds
        // that.
        .testTarget(
            name: "FuzzingTests",
            dependencies: ["ScanCore", "CommandLineCore", "ClusterScanOperations"],
            path: "Tests/Fuzzing",
            exclude: ["Corpus", "Driver", "Package.swift", "run.sh"],
            sources: ["Targets", "CorpusTests"],
            swiftSettings: testSettings
        ),
        // A scan in a process of its own, to be killed by the chaos tests.
        .executableTarget(
            name: "chaos-scanner",
            dependencies: [
                "ClusterScan", "TestCluster",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/ChaosScanner",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ChaosTests",
            dependencies: ["ClusterScan", "TestCluster", "chaos-scanner"],
            swiftSettings: swiftSettings
        ),
    ],
    swiftLanguageModes: [.v6]
)

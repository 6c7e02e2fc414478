import ClusterScan
import Foundation
import NIOCore
import NIOPosix

/// A `redis-server` of its own for one test, in a temporary folder; gone with the last reference.
final class StandaloneServer: Sendable {
    struct NotStarted: Error {}

    let address: NodeAddress
    private let process: Process
    private let folder: URL

    init(_ arguments: [String] = []) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "cluster-scan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        address = NodeAddress(host: "127.0.0.1", port: try await Self.freePort())
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        process.arguments =
            [
                "redis-server", "--port", "\(address.port)", "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "no",
            ]
            + ["--enable-debug-command", "local"] + arguments
        try process.run()
        try await waitUntilReady()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private func waitUntilReady() async throws {
        for _ in 0..<500 where process.isRunning {
            let loop = MultiThreadedEventLoopGroup.singleton.any()
            do {
                try await NodeConnection.connect(to: address, configuration: .init(), on: loop).get().close()
                return
            } catch let error as ConnectionError {
                // A server that wants a password is ready.
                if case .notAuthenticated = error.kind { return }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        throw NotStarted()
    }

    private static func freePort() async throws -> Int {
        let probe = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        defer { probe.close(promise: nil) }
        return probe.localAddress?.port ?? 0
    }
}

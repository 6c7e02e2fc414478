import ClusterScan
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An HTTP service that lists the keys of a Redis or Valkey Cluster: in pages, and as a stream.
@main
struct KeyService {
    static func main() async throws {
        let logger = Logger(label: "key-service")
        let settings: Settings
        do throws(Settings.Invalid) {
            settings = try Settings(Environment())
        } catch {
            logger.critical("\(error.message)")
            // EX_CONFIG, as the command line has it.
            exit(78)
        }
        let scanner = ClusterScanner(
            seeds: settings.seeds,
            connection: settings.connection,
            telemetry: ScannerTelemetry(logger: logger)
        )
        let application = Application(
            router: router(scanner, settings),
            server: .http1(
                configuration: .init(additionalChannelHandlers: [ClientWatch()], idleTimeout: .seconds(60))
            ),
            configuration: .init(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: MaximumAvailableConnections(settings.maximumConnections)
            ),
            // Stopped in reverse order: the scanner when no request needs it any more.
            services: [scanner],
            logger: logger
        )
        var group = ServiceGroupConfiguration(
            services: [application],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        // A client that does not read its export must not keep the process alive.
        group.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: group).run()
    }

    private static func router(
        _ scanner: ClusterScanner,
        _ settings: Settings
    ) -> Router<KeyServiceContext> {
        let router = Router(context: KeyServiceContext.self)
        router.add(middleware: LogRequestsMiddleware(.info))
        let keys = KeysRoute(scanner: scanner, settings: settings)
        let export = ExportRoute(scanner: scanner, settings: settings)
        let cluster = ClusterRoutes(scanner: scanner)
        router.get("keys") { try await keys.page($0, $1) }
        router.get("export") { try await export.start($0, $1) }
        router.get("nodes") { try await cluster.nodes($0, $1) }
        router.get("ready") { try await cluster.readiness($0, $1) }
        router.get("health") { _, _ in HTTPResponse.Status.ok }
        return router
    }
}

/// What a request brings along: also the connection it came in on.
struct KeyServiceContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

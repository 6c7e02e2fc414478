import ScanCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Times the single steps of a scan, without a server; or does a fixed amount of the coordinator's work, to
/// count its instructions.
@main
enum CoreBenchmark {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let numbers = arguments.suffix(2).compactMap { Int($0) }
        if arguments.isEmpty {
            try Microbenchmarks.run()
        } else if arguments.count == 3, numbers.count == 2,
            let strategy = ScanStrategy(rawValue: arguments[0])
        {
            try CoordinatorBenchmark.run(strategy, nodes: numbers[0], times: numbers[1])
        } else {
            let line = Array("usage: core-benchmark [scan|slots NODES TIMES]\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
            exit(1)
        }
    }
}

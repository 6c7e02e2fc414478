/// Times one operation, again and again.
enum Stopwatch {
    private static let rounds = 7
    private static let shortestRound = Duration.milliseconds(50)

    /// Prints the median time of an operation.
    ///
    /// - Parameters:
    ///   - name: What the operation is.
    ///   - parts: How many parts it has that are worth a column, such as keys of a page.
    ///   - body: Does the operation a number of times.
    static func time(_ name: String, parts: Int = 1, _ body: (_ times: Int) throws -> Void) rethrows {
        let clock = ContinuousClock()
        var times = 1
        while try clock.measure({ try body(times) }) < shortestRound { times *= 2 }
        var samples: [Double] = []
        for _ in 0..<rounds {
            samples.append(try clock.measure { try body(times) } / .nanoseconds(times))
        }
        samples.sort()
        let median = samples[rounds / 2]
        print(name, decimal(median), decimal(median / Double(parts)), decimal(samples[0]), separator: "\t")
    }

    /// Keeps the optimiser from dropping what is measured.
    @inline(never)
    static func keep<Value>(_ value: borrowing Value) {}

    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// The calls of a scanner that are under way, and what its end means for each of them.
package struct CallRegister {
    private struct Call {
        /// Whether it ends as soon as the scanner takes no more calls, rather than finish its work.
        let endsAtOnce: Bool
        let stop: @Sendable (UInt64) -> Void
    }

    private var calls: [UInt64: Call] = [:]
    private var last: UInt64 = 0
    /// Whether no call is taken any more.
    package private(set) var isClosed = false

    package var isEmpty: Bool { calls.isEmpty }

    package init() {}

    /// A call begins.
    ///
    /// - Parameters:
    ///   - endsAtOnce: Whether it ends when the scanner takes no more calls, or finishes its work.
    ///   - stop: Ends the call, given its number. May be called more than once.
    /// - Returns: The number to end it with; `nil` if no call is taken any more.
    package mutating func begin(endsAtOnce: Bool, stop: @escaping @Sendable (UInt64) -> Void) -> UInt64? {
        guard !isClosed else { return nil }
        last += 1
        calls[last] = Call(endsAtOnce: endsAtOnce, stop: stop)
        return last
    }

    /// A call has ended.
    package mutating func end(_ number: UInt64) {
        calls[number] = nil
    }

    /// Takes no more calls.
    ///
    /// - Parameter atOnce: Whether calls that would finish their work end as well.
    /// - Returns: What ends the calls that are to end now.
    package mutating func close(atOnce: Bool) -> [() -> Void] {
        isClosed = true
        return calls.filter { atOnce || $0.value.endsAtOnce }.sorted { $0.key < $1.key }.map { number, call in
            { call.stop(number) }
        }
    }
}

import CHiredisSupport

/// The values of a reply in pre-order; at least one.
///
/// `@unchecked Sendable`: the memory is not written to after `init`, and it is freed with the last reference.
final class ReplyNodes: @unchecked Sendable {
    private let nodes: UnsafeBufferPointer<cscan_node>

    /// Takes over the memory, which must not be written to or freed by anyone else.
    init(adopting nodes: UnsafeMutableBufferPointer<cscan_node>) {
        self.nodes = UnsafeBufferPointer(nodes)
    }

    deinit { cscan_free(UnsafeMutableRawPointer(mutating: nodes.baseAddress)) }

    /// Gives the values to `body`, valid only during the call.
    func withNodes<Result, Failure>(
        _ body: (UnsafeBufferPointer<cscan_node>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(nodes)
    }
}

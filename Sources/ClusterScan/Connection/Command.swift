import NIOCore

/// A command in the form that goes over the wire.
package struct Command: Sendable {
    let encoded: ByteBuffer

    /// Encodes a command.
    ///
    /// - Parameter arguments: The name and the arguments; any bytes.
    package init(_ arguments: [[UInt8]]) { fatalError() }

    /// Encodes a command whose arguments are text: `Command("CLUSTER", "NODES")`.
    package init(_ arguments: String...) { fatalError() }

    /// Encodes `SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]`.
    package static func scan(
        cursor: UInt64,
        match pattern: [UInt8]? = nil,
        count: Int? = nil,
        type: String? = nil
    ) -> Command { fatalError() }
}

import ClusterScan
package import ClusterScanOperations

/// Reads the items of a dump from a file or a pipe.
package struct DumpInput {
    private let file: FileDescriptor
    private var reader = DumpReader()
    private var isAtEnd = false

    private static let chunk = 1 << 20

    package init(_ file: FileDescriptor) {
        self.file = file
    }

    /// How many bytes are behind what was handed out.
    package var offset: UInt64 { reader.offset }

    /// The next item; `nil` after the trailer.
    ///
    /// - Throws: ``DumpFileError`` if this is not a whole dump; ``SystemError``.
    package mutating func next() throws -> DumpReader.Item? {
        while true {
            if let item = try reader.next() { return item }
            guard !isAtEnd else {
                try reader.finish()
                return nil
            }
            let bytes = try file.readSome(Self.chunk)
            isAtEnd = bytes.isEmpty
            reader.push(bytes)
        }
    }
}

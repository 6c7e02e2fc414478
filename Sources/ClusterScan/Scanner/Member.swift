/// What a collection holds: a member of a set, a field of a hash, an element of a list, an entry of a stream.
public enum Member: Sendable, Hashable {
    /// A member of a set.
    case member([UInt8])
    /// A field of a hash; its value is `nil` where it was not asked for.
    case field([UInt8], value: [UInt8]?)
    /// A member of a sorted set, with its score.
    case scored([UInt8], score: Double)
    /// An element of a list, counted from 0 at its head.
    case element([UInt8], index: UInt64)
    /// An entry of a stream, with its fields in their order.
    case entry(StreamID, fields: [Field])

    /// A field of a stream's entry. Names may repeat.
    public struct Field: Sendable, Hashable {
        /// The name; any bytes.
        public let name: [UInt8]
        /// The value; any bytes.
        public let value: [UInt8]

        /// A name with its value.
        ///
        /// - Parameters:
        ///   - name: The name; any bytes.
        ///   - value: The value; any bytes.
        public init(name: [UInt8], value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }
}

/// The id of a stream's entry: milliseconds, and a number among entries of the same millisecond.
public struct StreamID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970, unless whoever added the entry chose otherwise.
    public let milliseconds: UInt64
    /// The number among the entries of that millisecond.
    public let sequence: UInt64

    /// Names an entry.
    ///
    /// - Parameters:
    ///   - milliseconds: The part before the hyphen.
    ///   - sequence: The part behind it.
    public init(milliseconds: UInt64, sequence: UInt64) {
        self.milliseconds = milliseconds
        self.sequence = sequence
    }

    /// Reads the text form, two decimal numbers with a hyphen between them; `nil` for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = UInt64(parts[0]), let sequence = UInt64(parts[1]) else {
            return nil
        }
        self.init(milliseconds: milliseconds, sequence: sequence)
    }

    /// The smallest id after this one, or `nil` after the last that there can be.
    var successor: StreamID? {
        if sequence < .max { return StreamID(milliseconds: milliseconds, sequence: sequence + 1) }
        return milliseconds < .max ? StreamID(milliseconds: milliseconds + 1, sequence: 0) : nil
    }

    /// The form that servers use: `1526919030474-55`.
    public var description: String { "\(milliseconds)-\(sequence)" }

    /// Earlier entries are less.
    public static func < (lhs: StreamID, rhs: StreamID) -> Bool {
        (lhs.milliseconds, lhs.sequence) < (rhs.milliseconds, rhs.sequence)
    }
}

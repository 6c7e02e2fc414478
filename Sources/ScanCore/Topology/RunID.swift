/// The name of one server *process*: drawn anew at every start (`run_id` of `INFO server`).
///
/// A `SCAN` cursor means something only to the process that gave it, because each process hashes keys with
/// its own random seed. A cursor is therefore never sent to a process with another run id.
public struct RunID: Hashable, Sendable, LosslessStringConvertible {
    let value: HexIdentifier

    /// Reads a run id.
    ///
    /// - Parameter description: Exactly 40 hexadecimal digits; anything else gives `nil`.
    public init?(_ description: String) {
        guard let value = HexIdentifier(description.utf8) else { return nil }
        self.value = value
    }

    /// The 40 lower-case hexadecimal digits.
    public var description: String { value.description }

    /// The leading 64 bits: what a cursor stores.
    package var prefix: UInt64 { value.high }
}

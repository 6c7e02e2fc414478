/// Notices that a server's cursor comes back to where it has been, which would never end.
///
/// Cursors of servers only ever rise (read in reverse bit order, with the slot first where there are
/// dictionaries by slot), also while dictionaries grow and shrink, until they come back to 0. So one that is
/// met again in one full iteration is a fault of the server, or of something in between.
///
/// One cursor is kept, and replaced ever more rarely (Brent, 1980): a cycle is noticed within three rounds,
/// at the cost of a comparison a page.
package struct CursorCycle: Sendable {
    private var kept: UInt64
    private var steps = 0
    private var limit = 1

    /// - Parameter cursor: The cursor that is asked with first.
    package init(from cursor: UInt64) {
        kept = cursor
    }

    /// Takes the next cursor.
    ///
    /// - Returns: Whether it was there before.
    package mutating func closes(with cursor: UInt64) -> Bool {
        guard cursor != 0 else { return false }
        if cursor == kept { return true }
        steps += 1
        if steps == limit {
            (kept, steps, limit) = (cursor, 0, limit &* 2)
        }
        return false
    }

    package static let message =
        "the server's cursor has come back to where it was before: its iteration would never end"
}

/// One step of a glob pattern: what one byte of a key may be, or any run of bytes.
enum GlobAtom: Hashable, Sendable {
    /// This byte.
    case byte(UInt8)
    /// One byte of a set: `?` or a class.
    case oneOf(ByteSet)
    /// Any number of bytes, also none: one or more `*`.
    case anyRun
}

/// How the C compiler of a server reads a `char`, which decides ranges such as `[a-\xff]` that have one end
/// below 0x80 and one above: signed on x86-64, where they become `\xff`, 0x00…`a`; unsigned on Linux for ARM.
enum CharSignedness {
    case signed
    case unsigned
}

extension GlobAtom {
    /// Reads a pattern the way `stringmatchlen` in the servers' `util.c` does.
    ///
    /// - Parameters:
    ///   - pattern: the bytes of the pattern.
    ///   - signedness: how ranges across 0x80 are read; it changes sets, never the number or order of the
    ///     atoms.
    /// - Returns: the atoms, and the position in the pattern where each begins.
    static func parse(_ pattern: [UInt8], _ signedness: CharSignedness) -> (
        atoms: [GlobAtom], positions: [Int]
    ) {
        var atoms: [GlobAtom] = []
        var positions: [Int] = []
        var position = 0
        while position < pattern.count {
            let start = position
            let atom: GlobAtom
            switch pattern[position] {
            case UInt8(ascii: "*"):
                while position < pattern.count, pattern[position] == UInt8(ascii: "*") { position += 1 }
                atom = .anyRun
            case UInt8(ascii: "?"):
                position += 1
                atom = .oneOf(.all)
            case UInt8(ascii: "["):
                position += 1
                atom = .oneOf(parseClass(pattern, &position, signedness))
            case UInt8(ascii: "\\") where position + 1 < pattern.count:
                atom = .byte(pattern[position + 1])
                position += 2
            default:
                // Also a backslash at the very end, which stands for itself.
                atom = .byte(pattern[position])
                position += 1
            }
            atoms.append(atom)
            positions.append(start)
        }
        return (atoms, positions)
    }

    /// Reads a class from behind its `[` to behind its `]`, or to the end of the pattern if it has none.
    ///
    /// The order of the tests is the server's. So a range may end with any byte, also with `]` (`[a-]` is the
    /// range from `]` to `a` and is not closed) or with `\`, but it never begins with an escaped one.
    private static func parseClass(
        _ pattern: [UInt8],
        _ position: inout Int,
        _ signedness: CharSignedness
    ) -> ByteSet {
        var set = ByteSet.none
        let negated = position < pattern.count && pattern[position] == UInt8(ascii: "^")
        if negated { position += 1 }
        while position < pattern.count {
            let byte = pattern[position]
            let left = pattern.count - position
            if byte == UInt8(ascii: "\\"), left >= 2 {
                set.insert(pattern[position + 1])
                position += 2
            } else if byte == UInt8(ascii: "]") {
                position += 1
                break
            } else if left >= 3, pattern[position + 1] == UInt8(ascii: "-") {
                set.insert(from: byte, to: pattern[position + 2], signedness)
                position += 3
            } else {
                set.insert(byte)
                position += 1
            }
        }
        return negated ? set.inverted : set
    }
}

extension ByteSet {
    /// Adds the bytes between two, which may come in either order.
    fileprivate mutating func insert(from start: UInt8, to end: UInt8, _ signedness: CharSignedness) {
        for byte in UInt8.min...UInt8.max {
            let inside =
                switch signedness {
                case .signed: Int8(bitPattern: byte).isBetween(Int8(bitPattern: start), Int8(bitPattern: end))
                case .unsigned: byte.isBetween(start, end)
                }
            if inside { insert(byte) }
        }
    }
}

extension Comparable {
    fileprivate func isBetween(_ one: Self, _ other: Self) -> Bool {
        one < other ? one <= self && self <= other : other <= self && self <= one
    }
}

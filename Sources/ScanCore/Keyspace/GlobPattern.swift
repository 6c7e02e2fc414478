/// A glob pattern as `SCAN … MATCH` takes it.
///
/// Matching is the servers' own, byte by byte (`stringmatchlen` in `util.c`): `*` is any run of bytes, `?`
/// any byte, `[abc]`, `[a-z]` and `[^a]` classes, and `\` takes the next byte as it is.
public struct GlobPattern: Sendable {
    /// The pattern as written.
    public let bytes: [UInt8]

    /// What the pattern means, on servers for x86-64.
    let atoms: [GlobAtom]

    package let matchesEverything: Bool
    private let exceedsNestingLimit: Bool

    /// Servers answer "no match" once `*` is nested deeper than this: Redis since 6.2.16, 7.2.6 and 7.4.1
    /// (the fix of CVE-2024-31228), which Debian carried back to 7.0.15. Servers without the fix go on, and
    /// can exhaust their stack; they are not imitated.
    private static let nestingLimit = 1_000

    /// Makes a pattern.
    ///
    /// Every sequence of bytes is a pattern: as for servers, there is no syntax error.
    ///
    /// - Parameter bytes: the pattern.
    public init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        atoms = GlobAtom.parse(self.bytes, .signed).atoms
        matchesEverything = self.bytes == [UInt8(ascii: "*")]
        // A `*` at the end needs no nesting. Every other one does: it is met before the key is used up, or
        // else the key ends before the pattern does.
        exceedsNestingLimit = atoms.dropLast().count { $0 == .anyRun } > GlobPattern.nestingLimit
    }

    /// Makes a pattern from text, whose UTF-8 bytes are the pattern.
    ///
    /// - Parameter text: the pattern.
    public init(_ text: String) {
        self.init(bytes: text.utf8)
    }

    /// Whether servers on different processors differ on which keys match: a range has one end below 0x80 and
    /// one above, and is read as on x86-64 here, so only the server itself can tell.
    ///
    /// What `matches` says of such a pattern is not enough to delete keys by.
    public var variesByPlatform: Bool {
        GlobAtom.parse(bytes, .unsigned).atoms != atoms
    }

    /// Whether a server would return a key for this pattern.
    ///
    /// - Parameter key: the bytes of the key.
    /// - Returns: whether it would.
    /// - Complexity: O(*n* · *m*) at worst for a key of *n* and a pattern of *m* bytes, also for hostile
    ///   ones.
    public func matches(_ key: UnsafeRawBufferPointer) -> Bool {
        // `SCAN` does not call the matcher for a lone `*`, …
        if matchesEverything { return true }
        // … and the matcher finds the empty key only with the empty pattern, so not with `**`.
        if key.isEmpty { return atoms.isEmpty }
        if exceedsNestingLimit { return false }
        return atoms.withUnsafeBufferPointer { GlobPattern.match($0, key) }
    }

    /// Whether a server would return a key for this pattern.
    ///
    /// - Parameter key: the bytes of the key.
    /// - Returns: whether it would.
    public func matches(_ key: some Sequence<UInt8>) -> Bool {
        let contiguous = key.withContiguousStorageIfAvailable { matches(UnsafeRawBufferPointer($0)) }
        return contiguous ?? Array(key).withUnsafeBytes { matches($0) }
    }

    /// Matches from the left and, where that fails, lets only the last `*` met take one byte more.
    ///
    /// An earlier `*` need never be tried again: what stands between it and the last one matched at the
    /// earliest place possible, so taking more there would leave a shorter rest for the last one, which can
    /// choose that same rest itself. Servers stop for the same reason (`skipLongerMatches`).
    private static func match(_ atoms: UnsafeBufferPointer<GlobAtom>, _ key: UnsafeRawBufferPointer) -> Bool {
        var (atom, position) = (0, 0)
        var (atomAfterRun, runEnd) = (-1, 0)
        while position < key.count {
            if atom < atoms.count {
                let matched: Bool
                switch atoms[atom] {
                case .byte(let byte):
                    matched = byte == key[position]
                case .oneOf(let set):
                    matched = set.contains(key[position])
                case .anyRun:
                    atom += 1
                    if atom == atoms.count { return true }
                    (atomAfterRun, runEnd) = (atom, position)
                    continue
                }
                if matched {
                    atom += 1
                    position += 1
                    continue
                }
            }
            if atomAfterRun < 0 { return false }
            runEnd += 1
            (atom, position) = (atomAfterRun, runEnd)
        }
        return atom == atoms.count || (atom == atoms.count - 1 && atoms[atom] == .anyRun)
    }
}

extension GlobPattern: Hashable {
    /// Whether two patterns are written with the same bytes.
    public static func == (left: GlobPattern, right: GlobPattern) -> Bool { left.bytes == right.bytes }

    /// Hashes the bytes of the pattern.
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension GlobPattern: ExpressibleByStringLiteral {
    /// Makes a pattern from text in the source code, whose UTF-8 bytes are the pattern.
    ///
    /// - Parameter value: the pattern.
    public init(stringLiteral value: String) { self.init(value) }
}

extension GlobPattern: CustomStringConvertible {
    /// The pattern as text; bytes that are no readable UTF-8 are shown as `\xNN`.
    public var description: String { PrintableBytes.text(bytes) }
}

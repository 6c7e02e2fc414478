/// Finds the slots that keys matching a pattern can have, by applying the hash tag rule to all of them at
/// once.
///
/// A key is read from left to right in phases (``TagPhase``): it looks for the first `{`, then for the first
/// `}` after it. All keys that match the pattern up to an atom and agree on the phase and on the CRCs so far
/// are one *path*. An atom for one byte takes each path along each byte it can match, so no key is left out
/// (soundness) and none that does not match is added (tightness). A path ends in one of three ways.
///
/// - Its hash tag is complete: the slot is certain, whatever follows. And what follows can be matched: the
///   only atom that cannot be, an empty class, is looked for at the outset.
/// - The pattern ends: the whole key is hashed.
/// - It meets `*` before its tag is complete. Then `*` can match some `{tag}`, or the rest of the tag and its
///   `}`, or more of a key that is hashed whole: in each case enough free bytes to give the CRC any value, so
///   that every slot is possible.
///
/// `?` before a tag, a class that can match a brace, `{}`: none of these is a special case.
///
/// Servers differ on ranges with one end above 0x7f (``CharSignedness``): a class here is what it matches on
/// any server. All else that servers add (no match beyond a nesting limit) only takes keys away.
struct TagExploration {
    /// How many paths are followed at the same time.
    static let pathLimit = 4_096

    /// Keys that are alike in everything that decides their slot.
    private struct Path: Hashable {
        var phase = TagPhase.beforeTag
        /// The CRC of the key so far, or 0 where no continuation hashes the whole key.
        var keyCRC: UInt16 = 0
        /// The CRC of the tag so far, in the phases within a tag.
        var tagCRC: UInt16 = 0
        /// Which atom the tag begins at, in the phases within a tag.
        var tagStart = 0
    }

    private let hasher = SlotHasher.shared
    private let atoms: [GlobAtom]
    private let positions: [Int]

    private var slots = SlotSet()
    private var tags: Set<Range<Int>> = []
    private var hashesWholeKey = false

    init(_ pattern: GlobPattern) {
        let unsigned = GlobAtom.parse(pattern.bytes, .unsigned)
        atoms = zip(pattern.atoms, unsigned.atoms).map { $0.union($1) }
        positions = unsigned.positions
    }

    /// Explores the pattern.
    consuming func run() -> ImpliedSlots {
        if let empty = atoms.firstIndex(of: .oneOf(.none)) {
            return ImpliedSlots(slots: SlotSet(), reason: .emptyClass(position: positions[empty]))
        }
        let fixed = atoms.prefix { $0 != .anyRun }
        let incomplete = IncompleteTags(fixed)
        if fixed.count < atoms.count, incomplete.possible(from: .beforeTag, at: 0) {
            return ImpliedSlots(slots: .all, reason: .anyRun(position: positions[fixed.count]))
        }
        var paths: Set<Path> = [Path()]
        for (index, atom) in fixed.enumerated() {
            var longer: Set<Path> = []
            let bytes = atom.bytes
            for path in paths {
                for byte in bytes {
                    guard var path = extend(path, by: byte, at: index) else { continue }
                    if !incomplete.possible(from: path.phase, at: index + 1) { path.keyCRC = 0 }
                    longer.insert(path)
                }
                if longer.count > TagExploration.pathLimit {
                    return ImpliedSlots(slots: .all, reason: .tooManyAlternatives(position: positions[index]))
                }
            }
            paths = longer
        }
        for path in paths {
            hashesWholeKey = true
            slots.insert(hasher.slot(ofCRC: path.keyCRC))
        }
        return ImpliedSlots(slots: slots, reason: reason)
    }

    /// The path after one more byte, or nil if the byte completes the tag, whose slot is then recorded.
    private mutating func extend(_ path: Path, by byte: UInt8, at index: Int) -> Path? {
        var path = path
        let phase = path.phase.after(byte)
        switch phase {
        case .complete:
            slots.insert(hasher.slot(ofCRC: path.tagCRC))
            tags.insert(path.tagStart..<index)
            return nil
        case .tagOpened:
            path.tagStart = index + 1
        case .inTag:
            path.tagCRC = hasher.extend(path.tagCRC, by: byte)
        case .wholeKey:
            path.tagStart = 0
        case .beforeTag:
            break
        }
        path.phase = phase
        path.keyCRC = hasher.extend(path.keyCRC, by: byte)
        return path
    }

    private var reason: ImpliedSlots.Reason {
        if atoms.allSatisfy({ $0.bytes.count == 1 }) { return .exactKey }
        if !hashesWholeKey, tags.count == 1, let tag = tags.first {
            let alternatives = atoms[tag].map(\.bytes)
            if alternatives.allSatisfy({ $0.count == 1 }) { return .hashTag(alternatives.flatMap { $0 }) }
        }
        return .finite(slots: slots.count)
    }
}

/// How far the hash tag rule has come in reading a key.
private enum TagPhase: CaseIterable {
    /// No `{` so far.
    case beforeTag
    /// The first `{` was the last byte read.
    case tagOpened
    /// At least one byte of the tag is read.
    case inTag
    /// The first `{` was followed by `}`: the whole key is hashed, and later braces count for nothing.
    case wholeKey
    /// The tag is complete: nothing that follows can change the slot.
    case complete

    func after(_ byte: UInt8) -> TagPhase {
        switch (self, byte) {
        case (.beforeTag, HashTag.opening): .tagOpened
        case (.tagOpened, HashTag.closing): .wholeKey
        case (.tagOpened, _): .inTag
        case (.inTag, HashTag.closing): .complete
        default: self
        }
    }
}

/// From where in a pattern without `*` its end can be reached without a complete tag.
///
/// Where it cannot, the whole key is never hashed, and paths need not differ in its CRC: `[a-z][a-z][a-z]{x}`
/// is one path and not 17,576.
private struct IncompleteTags {
    /// For each position, counted in atoms, the phases from which the end can be reached with an incomplete
    /// tag.
    private var phases: [Set<TagPhase>]

    init(_ atoms: ArraySlice<GlobAtom>) {
        let incomplete = Set(TagPhase.allCases).subtracting([.complete])
        phases = [incomplete]
        for atom in atoms.reversed() {
            let later = phases[phases.count - 1]
            let bytes = atom.bytes
            phases.append(incomplete.filter { phase in bytes.contains { later.contains(phase.after($0)) } })
        }
        phases.reverse()
    }

    func possible(from phase: TagPhase, at position: Int) -> Bool {
        phases[position].contains(phase)
    }
}

extension GlobAtom {
    /// The bytes that this atom can match as one byte of a key; none for `*`.
    fileprivate var bytes: [UInt8] {
        switch self {
        case .byte(let byte): [byte]
        case .oneOf(let set): set.bytes
        case .anyRun: []
        }
    }

    /// What either of two atoms matches, which come from the same place of the same pattern.
    fileprivate func union(_ other: GlobAtom) -> GlobAtom {
        guard case .oneOf(var set) = self, case .oneOf(let others) = other else { return self }
        set.formUnion(others)
        return .oneOf(set)
    }
}

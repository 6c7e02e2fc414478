import ClusterScan

/// A place in the tree of patterns: what was seen of names up to here, and what follows.
struct PatternNode: Sendable, Hashable, Codable {
    /// How readily values of a segment become `*`.
    struct Coarseness {
        static let last = 8

        /// Values with a smaller share of the keys at their place do.
        let share: Double
        /// But no values of a place that has at most so many.
        let few: Int

        init(level: Int) {
            share = 0.005 * Double(1 << level)
            few = 16 >> level
        }
    }

    /// So many that look alike are instances of one thing.
    private static let alike = 8

    private var children: [String: PatternNode] = [:]
    /// Of names that end here; `nil` if none does.
    private var group: KeyGroup?
    private var types: [KeyType: UInt64] = [:]
    /// Of names that come by here.
    private(set) var keys: UInt64 = 0
    /// Values that are not among the children count as `*`.
    private var isVarying = false
    /// Whatever follows counts as `*`.
    private var isClosed = false

    var nodeCount: Int { children.values.reduce(1) { $0 + $1.nodeCount } }

    /// Counts a key.
    ///
    /// - Returns: How many nodes were added.
    mutating func add(_ path: ArraySlice<String>, _ observation: KeyObservation) -> Int {
        keys += 1
        guard var segment = path.first else {
            if group == nil { group = KeyGroup() }
            group?.add(observation)
            types[observation.type, default: 0] += 1
            return 0
        }
        var rest = path.dropFirst()
        var isNew = children[segment] == nil
        if isNew, isClosed || isVarying {
            if isClosed {
                (segment, rest) = ("*", [])
            } else {
                segment = NamePattern.widened(segment)
            }
            isNew = children[segment] == nil
        }
        return children[segment, default: PatternNode()].add(rest, observation) + (isNew ? 1 : 0)
    }

    mutating func merge(_ other: PatternNode) {
        keys += other.keys
        isVarying = isVarying || other.isVarying
        types.merge(other.types, uniquingKeysWith: +)
        if let added = other.group {
            if group == nil { group = KeyGroup() }
            group?.merge(added)
        }
        for (segment, child) in other.children {
            children[segment, default: PatternNode()].merge(child)
        }
        if isClosed || other.isClosed { close() }
    }

    /// Makes `*` of the values that are many and have few keys each.
    mutating func collapse(_ coarseness: Coarseness) {
        let words = children.filter { !NamePattern.isWildcard($0.key) }
        let rare = words.filter { word in
            (words.count > coarseness.few && Double(word.value.keys) < coarseness.share * Double(keys))
                || (words.count > min(coarseness.few, 4) && word.value.keys == 1)
        }
        if rare.count > 1 || (rare.count == 1 && isVarying) { widen(rare.keys) }
        for segment in children.keys { children[segment]?.collapse(coarseness) }
    }

    /// Makes `*` of values after which the same words follow: `user:alice:cart`, `user:bob:cart`…
    ///
    /// Values after which only ids follow may as well be names of different things, and stay.
    mutating func unify() {
        for segment in children.keys { children[segment]?.unify() }
        var families: [String: [String]] = [:]
        for (segment, child) in children where !NamePattern.isWildcard(segment) {
            if let form = child.form { families[form, default: []].append(segment) }
        }
        for family in families.values where family.count >= Self.alike { widen(family) }
    }

    /// Makes one `*` of all that is deeper than so many segments.
    mutating func cut(below depth: Int) {
        guard depth > 0 else { return close() }
        for segment in children.keys { children[segment]?.cut(below: depth - 1) }
    }

    func appendLeaves(to leaves: inout [PatternTree.Leaf], prefix: String) {
        if let group { leaves.append(PatternTree.Leaf(pattern: prefix, keys: group, types: types)) }
        for (segment, child) in children { child.appendLeaves(to: &leaves, prefix: prefix + segment) }
    }

    private mutating func widen(_ segments: some Sequence<String>) {
        for segment in segments {
            guard let child = children.removeValue(forKey: segment) else { continue }
            children[NamePattern.widened(segment), default: PatternNode()].merge(child)
        }
        isVarying = true
    }

    private mutating func close() {
        isClosed = true
        let isFlat = children.allSatisfy { $0.key == "*" && $0.value.children.isEmpty }
        guard !isFlat else { return }
        var end = PatternNode()
        for child in children.values { child.add(to: &end) }
        children = ["*": end]
    }

    /// Adds the keys of this node and of all below it to one that has none below.
    private func add(to end: inout PatternNode) {
        if let group {
            end.keys += group.keys
            if end.group == nil { end.group = KeyGroup() }
            end.group?.merge(group)
            end.types.merge(types, uniquingKeysWith: +)
        }
        for child in children.values { child.add(to: &end) }
    }

    /// What follows, if words are among it; `nil` otherwise, and if it is too much to compare.
    private var form: String? {
        guard nodeCount <= 64, containsWords else { return nil }
        return description
    }

    private var containsWords: Bool {
        children.contains { !NamePattern.isWildcard($0.key) || $0.value.containsWords }
    }

    private var description: String {
        (group == nil ? "" : "!") + "("
            + children.sorted { $0.key < $1.key }.map { $0.key + $0.value.description }.joined(separator: " ")
            + ")"
    }
}

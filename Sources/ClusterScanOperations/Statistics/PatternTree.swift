package import ClusterScan

/// Finds the patterns in the names of keys while they pass, in bounded memory.
///
/// A tree of the segments that ``NamePattern`` makes of names, with a group of keys where a name ends. Where
/// a segment has many different values, and a value few of the keys, those values become `*`: that
/// is done when the tree has more nodes than it may, and once more, more finely, when it is read. From then
/// on new values at that place count as `*`, too.
///
/// Every key is counted in exactly one group, so the groups add up to the whole. What is heuristic
/// is where one pattern ends and the next begins, and it may depend on the order of keys once the tree was
/// full: a word that is first seen after that counts as `*`.
package struct PatternTree: Sendable, Hashable, Codable {
    /// Keys whose names have one shape.
    package struct Leaf: Sendable, Hashable {
        /// A glob that matches the names.
        package var pattern: String
        package var keys: KeyGroup
        package var types: [KeyType: UInt64]
    }

    /// About 1 KiB each, once histograms are filled.
    package static let maximumNodes = 8192

    private var root = PatternNode()
    package private(set) var nodeCount = 1

    package init() {}

    /// Counts a key.
    mutating func add(_ name: UnsafeRawBufferPointer, _ observation: KeyObservation) {
        nodeCount += root.add(NamePattern.segments(of: name)[...], observation)
        if nodeCount > Self.maximumNodes { shrink() }
    }

    /// Counts all the keys of another tree.
    mutating func merge(_ other: PatternTree) {
        root.merge(other.root)
        nodeCount = root.nodeCount
        if nodeCount > Self.maximumNodes { shrink() }
    }

    /// Gives up detail until half of the room is free, as each time takes a look at the whole tree.
    private mutating func shrink() {
        var level = 0
        repeat {
            if level <= PatternNode.Coarseness.last {
                root.collapse(PatternNode.Coarseness(level: level))
            } else {
                // Only names of very many shapes get here: their ends become `*`, from the longest on.
                root.cut(below: max(0, 8 - (level - PatternNode.Coarseness.last) * 2))
            }
            nodeCount = root.nodeCount
            level += 1
        } while nodeCount > Self.maximumNodes / 2
    }

    /// The patterns with the most keys.
    ///
    /// - Parameter count: How many patterns to tell, 1 or more.
    /// - Returns: The patterns, those with most keys first, and what the keys of all others are together, if
    ///   there are others.
    package func leaves(atMost count: Int) -> (leaves: [Leaf], rest: Leaf?) {
        var tree = root
        tree.collapse(PatternNode.Coarseness(level: 0))
        tree.unify()
        var leaves: [Leaf] = []
        tree.appendLeaves(to: &leaves, prefix: "")
        leaves.sort {
            $0.keys.keys != $1.keys.keys ? $0.keys.keys > $1.keys.keys : $0.pattern < $1.pattern
        }
        guard leaves.count > max(count, 1) else { return (leaves, nil) }
        let rest = leaves[max(count, 1)...].reduce(into: Leaf(pattern: "", keys: KeyGroup(), types: [:])) {
            $0.keys.merge($1.keys)
            $0.types.merge($1.types, uniquingKeysWith: +)
        }
        return (Array(leaves.prefix(max(count, 1))), rest)
    }
}

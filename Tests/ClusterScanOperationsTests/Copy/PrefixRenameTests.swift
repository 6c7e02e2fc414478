import ClusterScan
import ClusterScanOperations
import Testing

@Suite("New names by prefix")
struct PrefixRenameTests {
    private static func rename(_ old: String, _ new: String) -> PrefixRename {
        PrefixRename(from: old.utf8, to: new.utf8)
    }

    @Test("names that begin with the old prefix get the new one, all others stay")
    func renames() {
        let rename = Self.rename("old:", "new:")
        #expect(rename.renamed(Array("old:1".utf8)) == Array("new:1".utf8))
        #expect(rename.renamed(Array("old:".utf8)) == Array("new:".utf8))
        #expect(rename.renamed(Array("older:1".utf8)) == Array("older:1".utf8))
        #expect(Self.rename("a:", "").renamed([0x61, 0x3a, 0xff, 0]) == [0xff, 0])
    }

    @Test(
        "two keys that could get one name are told, by what the glob says about how names begin",
        arguments: [
            ("old:", "new:", nil, true), ("old:", "new:", "*", true), ("old:", "new:", "old:*", false),
            ("old:", "new:", "o*", false), ("old:", "new:", "n*", true), ("old:", "new:", "new:1*", true),
            // Every name under the new prefix is under the old one, too, and is changed itself.
            ("old:", "old:new:", nil, false), ("a:b:", "a:", nil, true), ("a:b:", "a:", "a:b:*", false),
            ("a:b:", "a:", "a:*", true), ("a:", "", "*", true), ("a:", "", "a:*", false),
            ("a*b", "c", #"a\*b*"#, false), ("a*b", "c", "a*b*", false), ("a*b", "ax", "a*b*", true),
        ] as [(String, String, String?, Bool)]
    )
    func collisions(old: String, new: String, glob: String?, collides: Bool) {
        let collision = Self.rename(old, new).collision(among: glob.map { GlobPattern($0) })
        #expect((collision != nil) == collides, "\(collision ?? "")")
    }

    @Test("whatever is said not to collide does not: all names of up to four letters of two")
    func noCollision() {
        let letters = Array("ab".utf8)
        var names: [[UInt8]] = [[]]
        for length in 1...4 {
            names += names.filter { $0.count == length - 1 }.flatMap { name in letters.map { name + [$0] } }
        }
        let prefixes = names.filter { $0.count <= 2 }
        var checked = 0
        for old in prefixes where !old.isEmpty {
            for new in prefixes where new != old {
                for fixed in prefixes {
                    let rename = PrefixRename(from: old, to: new)
                    let pattern = GlobPattern(bytes: fixed + Array("*".utf8))
                    guard rename.collision(among: pattern) == nil else { continue }
                    let selected = names.filter { pattern.matches($0) }
                    #expect(Set(selected.map(rename.renamed)).count == selected.count)
                    checked += 1
                }
            }
        }
        #expect(checked > 100)
    }

    @Test("within one cluster a rename must neither feed on itself nor leave a name as it is")
    func withinOneCluster() {
        let rename = Self.rename("old:", "new:")
        #expect(rename.obstacle(withinOneClusterAmong: "old:*") == nil)
        #expect(rename.obstacle(withinOneClusterAmong: "old:4?") == nil)
        #expect(rename.obstacle(withinOneClusterAmong: "*") != nil)
        #expect(rename.obstacle(withinOneClusterAmong: nil) != nil)
        #expect(Self.rename("old:", "old:new:").obstacle(withinOneClusterAmong: "old:*") != nil)
    }
}

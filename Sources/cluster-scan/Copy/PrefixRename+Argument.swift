public import ArgumentParser
import ClusterScan
public import ClusterScanOperations

extension PrefixRename: ExpressibleByArgument {
    /// Reads `old:=new:`: the prefixes on either side of the first `=`, with `\` and bytes escaped as in the
    /// text format (`\\`, `\xHH`; a `=` in the old prefix is `\x3d`).
    ///
    /// - Returns: `nil` without a `=`, or if something after a `\` is not known.
    public init?(argument: String) {
        let halves = ArgumentText.bytes(argument)
            .split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let old = EscapedText.decode(halves[0]),
            let new = EscapedText.decode(halves[1]), old != new
        else { return nil }
        self.init(from: old, to: new)
    }
}

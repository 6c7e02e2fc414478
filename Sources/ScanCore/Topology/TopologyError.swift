/// A server's description of its cluster could not be understood or used.
package struct TopologyError: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// A test's surroundings did not do what was asked: a script, a process, a socket or a server.
package struct TestClusterError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

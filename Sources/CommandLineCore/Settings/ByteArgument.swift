import ArgumentParser

/// An argument that is bytes for servers: the name of a key or a field, a pattern, a part of a command.
package struct ByteArgument: Hashable, Sendable, ExpressibleByArgument, CustomStringConvertible {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(argument: String) {
        bytes = ArgumentText.bytes(argument)
    }

    /// The argument.
    package var text: String { ArgumentText.text(bytes) }

    /// As it is written in text output.
    package var description: String { EscapedText.text(bytes) }
}

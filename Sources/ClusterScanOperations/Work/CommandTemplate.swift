public import ClusterScan

/// A command with a place for a key: `MEMORY USAGE {}`, `SET copy:{} 1`.
///
/// The placeholder stands in exactly one argument, alone or within other text: that argument is the key that
/// the command touches. It is replaced by the name of each key that is found.
public struct CommandTemplate: Sendable, Hashable {
    /// Why a command is not a template.
    public enum Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// There is no command, or it is the placeholder itself.
        case noCommand
        /// The placeholder is nowhere.
        case noPlaceholder
        /// The placeholder is there more than once.
        case severalPlaceholders

        /// What happened and what to do.
        public var description: String {
            switch self {
            case .noCommand: "there is no command before the placeholder"
            case .noPlaceholder: "the placeholder, for which each key is put in, is missing"
            case .severalPlaceholders:
                "the placeholder is there more than once: a command touches one key. Where the same text "
                    + "has to be in another argument, choose another placeholder"
            }
        }
    }

    /// The name and the arguments as they were given.
    public let arguments: [[UInt8]]
    /// Which of them is the key.
    public let keyIndex: Int
    private let prefix: [UInt8]
    private let suffix: [UInt8]

    /// Makes a template.
    ///
    /// - Parameters:
    ///   - arguments: The name of a command and its arguments, any bytes.
    ///   - placeholder: What is replaced by a key; not empty.
    /// - Throws: ``Problem``.
    public init(_ arguments: [[UInt8]], placeholder: [UInt8] = Array("{}".utf8)) throws(Problem) {
        var found: (index: Int, range: Range<Int>)?
        for (index, argument) in arguments.enumerated() {
            for range in CommandTemplate.places(of: placeholder, in: argument) {
                guard found == nil else { throw .severalPlaceholders }
                found = (index, range)
            }
        }
        guard !arguments.isEmpty, found?.index != 0 else { throw .noCommand }
        guard let found else { throw .noPlaceholder }
        self.arguments = arguments
        keyIndex = found.index
        prefix = Array(arguments[found.index][..<found.range.lowerBound])
        suffix = Array(arguments[found.index][found.range.upperBound...])
    }

    private static func places(of placeholder: [UInt8], in text: [UInt8]) -> [Range<Int>] {
        guard !placeholder.isEmpty, text.count >= placeholder.count else { return [] }
        var places: [Range<Int>] = []
        var start = 0
        while start + placeholder.count <= text.count {
            let range = start..<start + placeholder.count
            if text[range].elementsEqual(placeholder) {
                places.append(range)
                start = range.upperBound
            } else {
                start += 1
            }
        }
        return places
    }

    /// The command for a key.
    ///
    /// - Parameters:
    ///   - key: The name of the key, any bytes.
    ///   - isRepeatable: Whether the command may be run twice.
    /// - Returns: The command, which goes where the key that it touches lives.
    public func command(for key: some Sequence<UInt8>, isRepeatable: Bool) -> KeyCommand {
        KeyCommand(filled(with: key), keyAt: keyIndex, isRepeatable: isRepeatable)
    }

    /// The arguments with a key in its place.
    package func filled(with key: some Sequence<UInt8>) -> [[UInt8]] {
        var filled = arguments
        filled[keyIndex] = prefix + Array(key) + suffix
        return filled
    }
}

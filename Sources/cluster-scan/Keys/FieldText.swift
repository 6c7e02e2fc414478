import ArgumentParser
import ClusterScan
package import ClusterScanOperations

/// What is written of one field of a key.
package enum FieldText: Hashable, Sendable {
    /// Not known: the key is gone, or the server does not tell.
    case unknown
    case number(Int64)
    case text(String)

    package init(_ field: KeyField, of metadata: KeyMetadata) {
        self =
            switch field {
            case .type: FieldText(metadata.type?.rawValue)
            case .ttl: FieldText(metadata.lifetime.map(FieldText.milliseconds))
            case .memory: FieldText(metadata.memory)
            case .encoding: FieldText(metadata.encoding)
            case .idle: FieldText(metadata.idle?.components.seconds)
            case .freq: FieldText(metadata.frequency)
            case .length: FieldText(metadata.length)
            case .slot: FieldText((metadata.slot?.rawValue).map(Int64.init))
            case .node: FieldText(metadata.node?.address.description)
            case .database: FieldText(metadata.database.map(Int64.init))
            }
    }

    private init(_ number: Int64?) {
        self = number.map(FieldText.number) ?? .unknown
    }

    private init(_ text: String?) {
        self = text.map(FieldText.text) ?? .unknown
    }

    /// As `PTTL` answers.
    private static func milliseconds(_ lifetime: KeyMetadata.Lifetime) -> Int64 {
        switch lifetime {
        case .unlimited: -1
        case .remaining(let duration): duration.wholeMilliseconds
        }
    }
}

/// Fields as they are asked for, in order: `type,ttl,memory`.
package struct FieldList: Hashable, Sendable {
    package let fields: [KeyField]

    package init(_ fields: [KeyField]) {
        self.fields = fields
    }

    package static let allNames = KeyField.allCases.map(\.rawValue).joined(separator: ", ")
}

extension FieldList: ExpressibleByArgument {
    /// - Returns: `nil` for anything but names of fields, each once, with commas between them.
    package init?(argument: String) {
        var fields: [KeyField] = []
        for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let field = KeyField(rawValue: name.lowercased()), !fields.contains(field) else {
                return nil
            }
            fields.append(field)
        }
        self.init(fields)
    }
}

extension FieldList: CustomStringConvertible {
    package var description: String { fields.map(\.rawValue).joined(separator: ",") }
    package var defaultValueDescription: String { description }
}

import ArgumentParser
import ClusterScan
import ClusterScanOperations

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

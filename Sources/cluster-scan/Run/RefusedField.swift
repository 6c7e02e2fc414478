package import ClusterScan
package import ClusterScanOperations

/// Why a column is empty, in words that lead out of it.
package enum RefusedField {
    package static func words(_ field: KeyField, _ error: ServerError) -> String {
        let column = "--with \(field.rawValue)"
        switch (field, error.code) {
        case (_, "NOPERM"):
            return "\(column) stays empty: the user lacks the permission (\(error.message))"
        case (.freq, _):
            return
                "\(column) stays empty: servers count how often keys are used only with a maxmemory-policy "
                + "of allkeys-lfu or volatile-lfu"
        case (.idle, _):
            return "\(column) stays empty: with an LFU maxmemory-policy servers do not keep the time of the "
                + "last use; --with freq tells how often keys are used"
        default:
            return "\(column) stays empty where servers refuse it: \(error.message)"
        }
    }
}

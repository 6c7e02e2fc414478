import ClusterScan
package import ClusterScanOperations

/// What became of the records of a dump, and what is to be said about it.
package struct RestoreTally: Sendable {
    /// Records of one kind: how many, and the first of them.
    package struct Group: Sendable {
        package private(set) var count: UInt64 = 0
        package private(set) var keys: [[UInt8]] = []
        /// What was said of the first.
        package private(set) var reason: String?

        mutating func add(_ key: [UInt8], _ reason: String? = nil) {
            count += 1
            if keys.count < KeyNames.most { keys.append(key) }
            self.reason = self.reason ?? reason
        }

        var names: String { KeyNames.list(keys, of: Int(clamping: count)) }
    }

    package private(set) var restored: UInt64 = 0
    package private(set) var expired: UInt64 = 0
    package private(set) var repeated: UInt64 = 0
    /// Records that did not match.
    package var passedOver: UInt64 = 0
    package private(set) var existing = Group()
    package private(set) var refused = Group()
    package private(set) var failed = Group()

    package init() {}

    package mutating func add(_ outcome: RestoreOutcome, of record: DumpRecord) {
        switch outcome {
        case .restored: restored += 1
        case .expired: expired += 1
        case .repeated: repeated += 1
        case .exists: existing.add(record.key)
        case .refused(let error): refused.add(record.key, error.message)
        case .failed(let error): failed.add(record.key, error.description)
        }
    }

    package var notRestored: UInt64 { existing.count + refused.count + failed.count }

    package var status: ExitStatus {
        if failed.count > 0 { return .unavailable }
        return notRestored > 0 ? .keysRefused : .complete
    }

    /// What is in the way of each kind of record that was not restored.
    package var complaints: [String] {
        var lines: [String] = []
        if existing.count > 0 {
            lines.append(
                "\(NumberText.counted(existing.count, "key")) not restored, as they exist already "
                    + "(--replace overwrites them): \(existing.names)"
            )
        }
        if refused.count > 0 {
            let reason = refused.reason ?? ""
            let advice =
                reason.contains("payload version") || reason.contains("Bad data format")
                ? "; servers cannot read dumps of newer ones" : ""
            lines.append(
                "\(NumberText.counted(refused.count, "key")) refused by the server (\(reason)\(advice)): "
                    + refused.names
            )
        }
        if failed.count > 0 {
            lines.append(
                "\(NumberText.counted(failed.count, "key")) not restored, or not known to be "
                    + "(\(failed.reason ?? "")): \(failed.names)"
            )
        }
        return lines
    }

    /// What went well, in one line.
    package func summary(elapsed: Duration) -> String {
        let seconds = elapsed / .seconds(1)
        let rate = seconds > 0 ? " (\(NumberText.compact(Double(restored) / seconds))/s)" : ""
        let work = "\(NumberText.counted(restored, "key")) restored in \(NumberText.elapsed(elapsed))"
        var parts = [work + rate]
        if expired > 0 { parts.append("\(NumberText.grouped(expired)) expired since the dump") }
        if repeated > 0 { parts.append("\(NumberText.grouped(repeated)) in the dump twice") }
        if passedOver > 0 { parts.append("\(NumberText.grouped(passedOver)) that do not match passed over") }
        return parts.joined(separator: ", ")
    }
}

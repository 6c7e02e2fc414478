/// Metrics in the text format of Prometheus (version 0.0.4), as its agents read it from files.
struct MetricsText {
    private(set) var text = ""
    private let common: MetricLabels

    /// - Parameter common: Labels that every series has.
    init(common: MetricLabels) {
        self.common = common
    }

    /// Adds a metric with a single value that is measured rather than counted.
    mutating func add(_ name: String, _ value: Double, _ labels: [(String, String)] = []) {
        begin(name, type: "gauge")
        add(name, MetricLabels(labels), Self.number(value))
    }

    /// Adds a metric with all its series, which are of one kind.
    mutating func add(_ name: String, _ series: [(labels: MetricLabels, value: MetricValue)]) {
        guard let first = series.first else { return }
        let name = MetricLabels.name(name)
        begin(name, type: first.value.type)
        for (labels, value) in series {
            switch value {
            case .count(let count): add(name, labels, String(count))
            case .value(let value): add(name, labels, Self.number(value))
            case .durations(let bounds, let counts, let sum):
                var total: Int64 = 0
                for (bound, count) in zip(bounds.map(Self.number) + ["+Inf"], counts) {
                    total += count
                    add(name + "_bucket", labels.adding("le", bound), String(total))
                }
                add(name + "_sum", labels, Self.number(sum))
                add(name + "_count", labels, String(total))
            }
        }
    }

    private mutating func begin(_ name: String, type: String) {
        text += "# HELP \(name) \(MetricDescription.help(name))\n# TYPE \(name) \(type)\n"
    }

    private mutating func add(_ name: String, _ labels: MetricLabels, _ value: String) {
        text += "\(name)\(labels.text(after: common)) \(value)\n"
    }

    /// Whole numbers without a fraction, and never with an exponent, which some readers do not know.
    static func number(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? "\(value)"
    }

    /// The value that a file of an earlier run gives a metric without labels of its own.
    static func value(of name: String, in text: String) -> Double? {
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            let rest = line.dropFirst(name.count)
            guard rest.first == "{" || rest.first == " " else { continue }
            if let value = rest.split(separator: " ").last.flatMap({ Double($0) }) { return value }
        }
        return nil
    }
}

extension MetricValue {
    fileprivate var type: String {
        switch self {
        case .count: "counter"
        case .value: "gauge"
        case .durations: "histogram"
        }
    }
}

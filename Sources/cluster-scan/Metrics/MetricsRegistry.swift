package import CoreMetrics
import Synchronization

/// Holds what the library counts, for a file in the text format of Prometheus.
///
/// One registry for a run, however many scanners it has: they count into the same metrics.
package final class MetricsRegistry: MetricsFactory {
    private let series = Mutex<[String: [MetricLabels: any MetricSeries]]>([:])

    package init() {}

    private func series<Kind: MetricSeries>(
        _ name: String,
        _ labels: [(String, String)],
        _ make: () -> Kind
    ) -> Kind? {
        series.withLock { series in
            let labels = MetricLabels(labels)
            if let known = series[name]?[labels] { return known as? Kind }
            let new = make()
            series[name, default: [:]][labels] = new
            return new
        }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { CountedTotal() } ?? NOOPMetricsHandler.instance
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { MeasuredValue() } ?? NOOPMetricsHandler.instance
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        series(label, dimensions) { MeasuredValue() } ?? NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions) { TimedDurations(bounds: MetricDescription.bounds(of: label)) }
            ?? NOOPMetricsHandler.instance
    }

    // Metrics live as long as the run.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    // MARK: Reading

    /// All that is counted, by name, summed over one label.
    func snapshot(
        summingOver label: String
    ) -> [(name: String, series: [(labels: MetricLabels, value: MetricValue)])] {
        series.withLock { series in
            series.sorted { $0.key < $1.key }.map { name, series in
                let values = series.map { ($0.key.removing(label), $0.value.value) }
                let sums = Dictionary(values) { $0.adding($1) }
                return (name, sums.map { (labels: $0.key, value: $0.value) }.sorted { $0.labels < $1.labels })
            }
        }
    }

    /// The sum of a counter over all its series that have these labels, among others.
    package func total(_ name: String, _ labels: (String, String)...) -> Int64 {
        series.withLock { series in
            (series[name] ?? [:]).reduce(0) { sum, entry in
                let isMeant = labels.allSatisfy { entry.key[$0.0] == $0.1 }
                guard isMeant, case .count(let count) = entry.value.value else { return sum }
                return sum + count
            }
        }
    }

    /// The values that a label has, in order.
    package func values(of label: String, in name: String) -> [String] {
        series.withLock { series in Set((series[name] ?? [:]).keys.compactMap { $0[label] }).sorted() }
    }
}

/// What a series stands at.
enum MetricValue: Sendable, Hashable {
    case count(Int64)
    case value(Double)
    /// How many were at most as long as each bound, in seconds, not counting those below the bound before.
    case durations(bounds: [Double], counts: [Int64], sum: Double)

    /// What two series of one metric stand at together.
    fileprivate func adding(_ other: MetricValue) -> MetricValue {
        switch (self, other) {
        case (.count(let one), .count(let two)): .count(one + two)
        case (.value(let one), .value(let two)): .value(one + two)
        case (.durations(let bounds, let ones, let one), .durations(_, let twos, let two)):
            .durations(bounds: bounds, counts: zip(ones, twos).map(+), sum: one + two)
        default: self
        }
    }
}

private protocol MetricSeries: Sendable {
    var value: MetricValue { get }
}

private final class CountedTotal: CounterHandler, MetricSeries {
    private let total = Atomic<Int64>(0)

    var value: MetricValue { .count(total.load(ordering: .relaxed)) }

    func increment(by amount: Int64) {
        total.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        total.store(0, ordering: .relaxed)
    }
}

private final class MeasuredValue: MeterHandler, RecorderHandler, MetricSeries {
    private let current = Mutex(0.0)

    var value: MetricValue { .value(current.withLock { $0 }) }

    func set(_ value: Int64) { current.withLock { $0 = Double(value) } }
    func set(_ value: Double) { current.withLock { $0 = value } }
    func increment(by amount: Double) { current.withLock { $0 += amount } }
    func decrement(by amount: Double) { current.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
}

private final class TimedDurations: TimerHandler, MetricSeries {
    private struct State {
        var counts: [Int64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var value: MetricValue {
        state.withLock { .durations(bounds: bounds, counts: $0.counts, sum: $0.sum) }
    }

    func recordNanoseconds(_ duration: Int64) {
        let seconds = Double(duration) / 1e9
        let bucket = bounds.firstIndex { seconds <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += seconds
        }
    }
}

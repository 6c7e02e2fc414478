import ClusterScan

/// What is known of a group of keys: those of one type, of one pattern, on one node, or all.
///
/// The number of keys is exact. Memory and time to live are known of the keys that were measured, and
/// estimated from these for the others.
public struct KeyGroup: Sendable, Hashable, Codable {
    /// The number of keys.
    public private(set) var keys: UInt64 = 0
    /// Keys whose memory was measured.
    public private(set) var measured: UInt64 = 0
    /// What the measured keys take together, in bytes.
    public private(set) var measuredMemory: UInt64 = 0
    /// What the largest of the measured keys takes, in bytes.
    public private(set) var largest: UInt64 = 0
    /// What the measured keys take each, in bytes.
    private var memoryHistogram = LogHistogram()
    /// Keys by ``ExpiryClass``, in the order of its cases; empty before the first.
    private var expiry: [UInt64] = []

    /// Makes an empty group.
    public init() {}

    /// Counts a key.
    mutating func add(_ observation: KeyObservation) {
        keys += 1
        guard let measurement = observation.measurement else { return }
        if expiry.isEmpty { expiry = [UInt64](repeating: 0, count: ExpiryClass.allCases.count) }
        expiry[ExpiryClass(timeToLive: measurement.timeToLive).rawValue] += 1
        guard let memory = measurement.memory else { return }
        measured += 1
        measuredMemory = measuredMemory.addingClamped(memory)
        largest = max(largest, memory)
        memoryHistogram.add(memory)
    }

    /// Counts all the keys of another group.
    mutating func merge(_ other: KeyGroup) {
        keys += other.keys
        measured += other.measured
        measuredMemory = measuredMemory.addingClamped(other.measuredMemory)
        largest = max(largest, other.largest)
        memoryHistogram.merge(other.memoryHistogram)
        if expiry.isEmpty {
            expiry = other.expiry
        } else {
            for (index, count) in other.expiry.enumerated() { expiry[index] += count }
        }
    }

    /// How many of the keys whose time to live was read are in a class.
    ///
    /// - Parameter expiryClass: The class.
    /// - Returns: The number, exact.
    public func measuredKeys(expiring expiryClass: ExpiryClass) -> UInt64 {
        expiry.isEmpty ? 0 : expiry[expiryClass.rawValue]
    }

    /// Keys whose time to live was read.
    public var aged: UInt64 { expiry.reduce(0, +) }

    /// The share of the keys that expire some day, from 0 to 1; `nil` if of none the time to live is known.
    public var expiringShare: Double? {
        let aged = aged
        return aged == 0 ? nil : 1 - Double(measuredKeys(expiring: .never)) / Double(aged)
    }

    /// What all keys of the group take, in bytes: exact if every key was measured, otherwise the mean of the
    /// measured ones times the number of keys; `nil` if none was.
    public var memory: UInt64? {
        guard measured > 0 else { return keys == 0 ? 0 : nil }
        guard measured < keys else { return measuredMemory }
        return UInt64(Double(measuredMemory) / Double(measured) * Double(keys))
    }

    /// How far ``memory`` may be off, in bytes: in 95 of 100 samples it is within this distance. 0 if every
    /// key was measured; `nil` for fewer than 30 measured keys, which say nothing about it.
    ///
    /// As with any sample, a few giants among very many small keys can be missed as a whole.
    public var memoryError: UInt64? {
        guard measured < keys else { return 0 }
        guard measured >= 30 else { return nil }
        let unseen = 1 - Double(measured) / Double(keys)
        let error = (memoryHistogram.variance / Double(measured) * unseen).squareRoot() * Double(keys) * 1.96
        return UInt64(min(error, 1e18))
    }

    /// What a share of the measured keys takes at most, each.
    ///
    /// - Parameter share: From 0 to 1; 0.5 for the median.
    /// - Returns: Bytes, within 6.25 % of the exact number (``LogHistogram``); `nil` if none was measured.
    public func memoryQuantile(_ share: Double) -> UInt64? {
        memoryHistogram.quantile(share).map { min($0, largest) }
    }

    /// What a key takes on average, in bytes; `nil` if none was measured.
    public var meanMemory: Double? {
        measured == 0 ? nil : Double(measuredMemory) / Double(measured)
    }
}

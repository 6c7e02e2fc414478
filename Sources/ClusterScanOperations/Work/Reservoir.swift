/// A few of many names: after each, all that came have the same chance to be among them (reservoir sampling,
/// algorithm R).
struct Reservoir: Sendable {
    private let capacity: Int
    private(set) var names: [[UInt8]] = []
    /// How many names have come.
    private var count = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func add(_ name: @autoclosure () -> [UInt8]) {
        count += 1
        if names.count < capacity {
            names.append(name())
        } else {
            let place = Int.random(in: 0..<count)
            if place < capacity { names[place] = name() }
        }
    }
}

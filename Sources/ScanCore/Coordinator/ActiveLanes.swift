/// The lanes that are worked on, and what planning asks about all of them.
///
/// The answers are kept while lanes change: with a thousand nodes there is no time to look at every lane
/// whenever one of them begins, pauses or ends.
struct ActiveLanes: Sendable {
    /// What planning knows of one lane.
    private struct Standing: Equatable {
        let isPausing: Bool
        let isResting: Bool
        let isGettingOn: Bool
        /// The primary that must not be walked twice at a time.
        let walked: NodeID?

        init(_ lane: Lane) {
            isPausing = lane.isPausing
            isResting = lane.isResting
            isGettingOn = lane.phase == .reading || lane.phase == .closing || isResting
            walked = lane.isOwned ? lane.statusSources.last?.id : nil
        }
    }

    private var places: [LaneID: Int] = [:]
    /// `nil` where a lane has left.
    private var lanes: [Lane?] = []
    private var vacant: [Int] = []

    /// Lanes that wait after a failure.
    private(set) var pausing: Set<LaneID> = []
    /// Lanes that wait for what their node's limits allow.
    private(set) var resting: Set<LaneID> = []
    /// How many lanes have found their node and work there.
    private var gettingOn = 0
    /// How many lanes walk the shard of each primary.
    private var walks: [NodeID: Int] = [:]

    var ids: Dictionary<LaneID, Int>.Keys { places.keys }

    /// Lanes that do not pause.
    var working: Int { places.count - pausing.count }

    /// Whether some lane has found its node and works there.
    var areGettingOn: Bool { gettingOn > 0 }

    /// Whether some lane walks the shard of this primary.
    func isWalked(_ primary: NodeID) -> Bool { walks[primary] != nil }

    mutating func removeAll() {
        self = ActiveLanes()
    }

    /// - Complexity: O(1).
    subscript(id: LaneID) -> Lane? {
        _read {
            if let place = places[id] { yield lanes[place] } else { yield nil }
        }
        _modify {
            let place = places[id] ?? freePlace()
            let before = lanes[place].map(Standing.init)
            defer {
                let after = lanes[place].map(Standing.init)
                if before != after { change(id, at: place, from: before, to: after) }
            }
            yield &lanes[place]
        }
    }

    /// A place that holds no lane. It stays free until one is put there.
    private mutating func freePlace() -> Int {
        if let place = vacant.last { return place }
        lanes.append(nil)
        vacant.append(lanes.count - 1)
        return lanes.count - 1
    }

    private mutating func change(_ id: LaneID, at place: Int, from before: Standing?, to after: Standing?) {
        if before == nil {
            places[id] = place
            vacant.removeLast()
        } else if after == nil {
            places[id] = nil
            vacant.append(place)
        }
        if before?.isPausing ?? false { pausing.remove(id) }
        if after?.isPausing ?? false { pausing.insert(id) }
        if before?.isResting ?? false { resting.remove(id) }
        if after?.isResting ?? false { resting.insert(id) }
        gettingOn += (after?.isGettingOn ?? false ? 1 : 0) - (before?.isGettingOn ?? false ? 1 : 0)
        guard before?.walked != after?.walked else { return }
        if let primary = before?.walked {
            let others = walks[primary, default: 1] - 1
            walks[primary] = others == 0 ? nil : others
        }
        if let primary = after?.walked { walks[primary, default: 0] += 1 }
    }
}

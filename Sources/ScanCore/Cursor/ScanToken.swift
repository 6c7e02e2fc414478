import HashTreeCollections

/// The text form of progress. `Docs/Cursor.md` describes the format byte by byte.
enum ScanToken {
    private static let version: UInt8 = 2

    /// Longer texts are refused unread. As many lanes as there are slots, with every number at its largest,
    /// need 1,460,971 characters, and losses of
    /// each less than half as many again.
    private static let mostCharacters = 1 << 21

    /// As many digits as the largest cursor of a single server has; the shortest text of ours is longer.
    private static let mostDigits = 20

    static func encode(_ progress: ScanProgress) -> String {
        // A lane that lost all its slots has nothing left to do.
        let lanes = progress.orderedLanes.map(\.record).filter { !$0.claims.isEmpty }
        var writer = ByteWriter()
        writer.write(version)
        writer.write(fixed: progress.queryDigest)
        writer.write(fixed: progress.fingerprint)
        writer.write(varint: UInt64(progress.mark.prefixes.count))
        for prefix in progress.mark.prefixes { writer.write(fixed: prefix) }
        writer.write(varint: progress.keysReturned)
        writer.write(varint: UInt64(lanes.count))
        for lane in lanes {
            encode(lane, into: &writer)
        }
        SlotMap(wanted: progress.wanted, covered: progress.covered, claims: lanes.map(\.claims))
            .encode(into: &writer)
        LossRecord.encode(progress.losses, into: &writer)
        writer.write(fixed: CRC32.checksum(of: writer.bytes))
        return Base64.text(writer.bytes, as: .urlSafe)
    }

    static func decode(_ token: String) throws(ScanCursorError) -> ScanProgress {
        guard token.utf8.count <= mostCharacters else { throw .malformed }
        if token.utf8.count <= mostDigits, DecimalDigits.areAll(in: token.utf8) { throw .plainServerCursor }
        guard let bytes = Base64.decode(token.utf8, as: .urlSafe), bytes.count > 5 else { throw .malformed }
        let body = bytes.dropLast(4)
        var trailer = ByteReader(bytes.suffix(4), otherwise: ScanCursorError.malformed)
        guard try trailer.readFixed(UInt32.self) == CRC32.checksum(of: body) else { throw .malformed }

        var reader = ByteReader(body, otherwise: ScanCursorError.malformed)
        let version = try reader.readByte()
        guard version > 0 else { throw .malformed }
        guard version == Self.version else { throw .unknownVersion(version) }
        let digest = try reader.readFixed(UInt64.self)
        let fingerprint = try reader.readFixed(UInt32.self)
        var prefixes: [UInt32] = []
        for _ in 0..<(try reader.readVarint(below: ClusterMark.most + 1)) {
            prefixes.append(try reader.readFixed(UInt32.self))
        }
        guard let mark = ClusterMark(prefixes: prefixes) else { throw .malformed }
        let keysReturned = try reader.readVarint()
        // Every lane claims a slot of its own.
        let count = try reader.readVarint(below: HashSlot.count + 1)
        var lanes: [LaneRecord] = []
        for _ in 0..<count {
            lanes.append(try decodeLane(from: &reader))
        }
        let map = try SlotMap(decoding: &reader, lanes: count)
        let losses = try LossRecord.decode(from: &reader, of: map.wanted.subtracting(map.covered))
        guard reader.isAtEnd else { throw .malformed }

        var progress = ScanProgress(queryDigest: digest, wanted: map.wanted)
        progress.fingerprint = fingerprint
        progress.mark = mark
        progress.keysReturned = keysReturned
        progress.covered = map.covered
        progress.losses = losses
        for (index, claims) in map.claims.enumerated() {
            lanes[index].claims = claims
            progress.lanes[LaneID(rawValue: UInt64(index))] = lanes[index]
        }
        // A finished iteration is written as `0`. No cursor has two texts, so that texts can be compared.
        guard !progress.isFinished, encode(progress) == token else { throw .malformed }
        return progress
    }

    /// The first byte of a lane: two bits of purpose, two bits of position, one of the owner's epoch.
    private enum Flag {
        static let owned: UInt8 = 0
        static let source: UInt8 = 1
        static let destination: UInt8 = 2
        static let purposes: UInt8 = 0b0011
        static let scan: UInt8 = 0 << 2
        static let slots: UInt8 = 1 << 2
        static let walked: UInt8 = 2 << 2
        static let positions: UInt8 = 0b1100
        static let highestEpoch: UInt8 = 1 << 4
    }

    private static func encode(_ lane: LaneRecord, into writer: inout ByteWriter) {
        let purpose =
            switch lane.purpose {
            case .owned: Flag.owned
            case .migrationSource: Flag.source
            case .migrationDestination: Flag.destination
            }
        let position =
            switch lane.position {
            case .scan: Flag.scan
            case .slots: Flag.slots
            case .walked: Flag.walked
            }
        writer.write(purpose | position | (lane.hadHighestEpoch ? Flag.highestEpoch : 0))
        writer.write(varint: UInt64(lane.nodeIndex))
        encode(lane.process, into: &writer)
        switch lane.purpose {
        case .owned: break
        case .migrationSource(let destination): writer.write(fixed: destination)
        case .migrationDestination(let source): encode(source, into: &writer)
        }
        switch lane.position {
        case .scan(let cursor): writer.write(varint: cursor)
        case .slots(let next): writer.write(varint: UInt64(next))
        case .walked: break
        }
    }

    private static func encode(_ mark: ProcessMark, into writer: inout ByteWriter) {
        writer.write(fixed: mark.node)
        writer.write(fixed: mark.run)
        writer.write(varint: mark.epoch)
    }

    private static func decodeLane(from reader: inout ByteReader<ScanCursorError>) throws(ScanCursorError)
        -> LaneRecord
    {
        let flags = try reader.readByte()
        guard flags & ~(Flag.purposes | Flag.positions | Flag.highestEpoch) == 0 else { throw .malformed }
        let index = try reader.readVarint(below: HashSlot.count)
        let process = try decodeMark(from: &reader)
        let purpose: LaneRecord.Purpose
        switch flags & Flag.purposes {
        case Flag.owned: purpose = .owned
        case Flag.source: purpose = .migrationSource(to: try reader.readFixed(UInt64.self))
        case Flag.destination: purpose = .migrationDestination(from: try decodeMark(from: &reader))
        default: throw .malformed
        }
        let position: LaneRecord.Position
        switch flags & Flag.positions {
        case Flag.scan: position = .scan(try reader.readVarint())
        case Flag.slots: position = .slots(below: try reader.readVarint(below: HashSlot.count + 1))
        case Flag.walked: position = .walked
        default: throw .malformed
        }
        return LaneRecord(
            nodeIndex: index,
            process: process,
            hadHighestEpoch: flags & Flag.highestEpoch != 0,
            purpose: purpose,
            position: position,
            claims: SlotSet()
        )
    }

    private static func decodeMark(from reader: inout ByteReader<ScanCursorError>) throws(ScanCursorError)
        -> ProcessMark
    {
        ProcessMark(
            node: try reader.readFixed(UInt64.self),
            run: try reader.readFixed(UInt64.self),
            epoch: try reader.readVarint()
        )
    }
}

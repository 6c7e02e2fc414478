import ScanCore

#if canImport(DumpFile)
    import DumpFile
#else
    import ClusterScanOperations
#endif

/// A dump file is read, or refused, the same however it comes; what was read is written again as it was.
enum DumpTarget {
    private struct Outcome: Equatable {
        var records: [DumpRecord] = []
        var others: [String] = []
        var failure: String?
    }

    static func run(_ input: inout FuzzInput) throws(Finding) {
        let isForged = input.byte() % 2 == 0
        let slice = 1 + Int(input.byte())
        let file = isForged ? forged(&input) : input.all()
        let whole = outcome(file, slice: max(1, file.count))
        let sliced = outcome(file, slice: slice)
        try promise(whole == sliced, "\(whole) in one piece, \(sliced) in slices of \(slice)")
        guard whole.failure == nil else { return }
        var again: [UInt8] = []
        var writer = DumpWriter()
        do {
            try writer.begin(DumpHeader(created: 1)) { again += $0 }
            for record in whole.records { try writer.append(record) { again += $0 } }
            try writer.finish { again += $0 }
        } catch {
            throw Finding(description: "not written again: \(error)")
        }
        try promise(outcome(again, slice: 1000).records == whole.records, "other records when written again")
    }

    private static func outcome(_ file: [UInt8], slice: Int) -> Outcome {
        var reader = DumpReader(maximumBlockBytes: 1 << 20)
        var outcome = Outcome()
        do throws(DumpFileError) {
            for start in stride(from: 0, to: file.count, by: slice) {
                reader.push(file[start..<min(start + slice, file.count)])
                while let item = try reader.next() {
                    switch item {
                    case .record(let record): outcome.records.append(record)
                    case .header(let header): outcome.others.append("\(header)")
                    case .mark(let mark): outcome.others.append("\(mark.cursor) \(mark.offset)")
                    case .trailer(let trailer): outcome.others.append("\(trailer.isComplete)")
                    }
                }
            }
            try reader.finish()
        } catch {
            outcome.failure = "\(error)"
        }
        return outcome
    }

    /// Blocks of the input's making, with the checksums that belong there. `Docs/DumpFormat.md` has the
    /// layout.
    private static func forged(_ input: inout FuzzInput) -> [UInt8] {
        var file: [UInt8] = [0x89] + Array("CSDUMP\r\n\u{1A}\n".utf8) + [1]
        var chain = CRC32.checksum(of: file)
        while !input.isEmpty {
            let choice = input.byte()
            let kind = choice < 250 ? [0x48, 0x52, 0x4D, 0x45][Int(choice % 4)] : choice
            let body = input.bytes(Int(input.byte()) << 8 | Int(input.byte()))
            let head = [kind] + little(UInt64(body.count))
            let sum = CRC32.checksum(of: little(chain) + head)
            chain = CRC32.checksum(of: little(sum) + body)
            file += head + little(sum) + body + little(chain)
        }
        return file
    }

    private static func little(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}

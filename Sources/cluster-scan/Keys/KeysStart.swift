import ClusterScan

/// Where a dump begins: what the options say and what earlier runs left behind.
struct KeysStart {
    /// Where to go on from.
    var cursor = ScanCursor.start
    /// `nil` for standard output.
    var outputFile: OutputFile?
    var checkpointFile: CheckpointFile?
    /// What people should know before it begins.
    var warning: String?
    /// Whether an earlier run has written everything.
    var isComplete = false

    /// - Parameters:
    ///   - output: Where and how to write.
    ///   - resume: Where to begin.
    ///   - query: What is asked for.
    /// - Throws: ``CommandFailure`` or ``SystemError`` if that does not go together. No file has been changed
    ///   then.
    init(_ output: OutputOptions, _ resume: ResumeOptions, _ query: ScanQuery) throws {
        checkpointFile = resume.checkpoint.map(CheckpointFile.init)
        let checkpoint = try checkpointFile?.load()
        cursor = try resume.cursor.map { try ScanCursor($0) } ?? checkpoint?.cursor ?? .start
        do {
            _ = try cursor.progress(of: query)
        } catch {
            throw CommandFailure(
                .unusableData,
                (checkpointFile.map { "\($0.path): " } ?? "") + "\(error)"
            )
        }
        if let made = checkpoint?.layout, made != output.layout {
            throw CommandFailure(
                .unusableData,
                "the checkpoint was made with '\(made)', not with '\(output.layout)'. Repeat these options, "
                    + "or remove \(checkpointFile?.path ?? "the checkpoint") to start from the beginning"
            )
        }
        if output.unique, (cursor.inspection?.keysReturned ?? 0) > 0, checkpoint?.output == nil {
            throw CommandFailure(
                .usage,
                "--unique cannot go on from a cursor, which does not know the keys before it: use "
                    + "--checkpoint and --output from the beginning on"
            )
        }
        try open(output, checkpoint)
    }

    private mutating func open(_ output: OutputOptions, _ checkpoint: Checkpoint?) throws {
        switch (output.output, checkpoint?.output) {
        case (let path?, let mark?):
            if checkpoint?.isComplete == true {
                try OutputFile.finish(path, mark)
                isComplete = true
            } else {
                outputFile = try OutputFile(path, continuingAt: mark)
            }
        case (nil, let mark?):
            throw CommandFailure(
                .usage,
                "the checkpoint stands for \(mark.bytes) bytes of an output file: repeat --output, or remove "
                    + "\(checkpointFile?.path ?? "the checkpoint") to start from the beginning"
            )
        case (let path?, nil):
            // A part of a split begins like a whole iteration: no earlier output belongs to it.
            let continues = cursor.hasProgress
            let file = try OutputFile(path, continuingAfter: continues ? output.format.terminator : nil)
            outputFile = file
            if continues, !file.isContinued {
                warning = "there is no \(file.file.name): \(path) will lack the keys before the cursor"
            }
        case (nil, nil):
            break
        }
    }

    /// The keys that were written before and could come again. The output itself is the memory: it holds
    /// exactly what was written up to the cursor.
    ///
    /// - Throws: ``SystemError``; ``CommandFailure`` if the output is not in this format.
    func keysWritten(_ format: KeyFormat) throws -> UniqueKeys {
        var keys = UniqueKeys()
        keys.forget(coveredBy: cursor)
        if let outputFile {
            try WrittenNames(format).read(outputFile.file, upTo: outputFile.start) { _ = keys.insert($0) }
        }
        return keys
    }

    /// Whether the output is empty, so that it needs a header.
    var isEmptyOutput: Bool {
        if let outputFile { outputFile.start == 0 } else { (cursor.inspection?.keysReturned ?? 0) == 0 }
    }
}

extension ScanCursor {
    /// Whether anything has been read: not where an iteration starts, nor in a part of a split of it.
    fileprivate var hasProgress: Bool {
        guard let inspection else { return false }
        return inspection.keysReturned > 0 || !inspection.lanes.isEmpty || !inspection.covered.isEmpty
    }
}

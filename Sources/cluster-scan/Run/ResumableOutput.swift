import ClusterScan

/// Where names or values go, and how far earlier runs have come: an output, and the checkpoint that knows how
/// much of it a cursor stands for.
struct ResumableOutput {
    /// Where to go on from.
    private(set) var cursor = ScanCursor.start
    /// `nil` for standard output.
    private(set) var outputFile: OutputFile?
    let checkpointFile: CheckpointFile?
    /// What people should know before it begins.
    private(set) var warning: String?
    /// Whether an earlier run has written everything.
    private(set) var isComplete = false

    /// - Parameters:
    ///   - path: The name of the output; `nil` for standard output.
    ///   - terminator: The byte that ends every entry of it.
    ///   - isUnique: Whether each key is to be written once.
    ///   - resume: Where to begin.
    ///   - query: What is asked for.
    ///   - subject: What the checkpoint is of, without the output.
    /// - Throws: ``CommandFailure`` or ``SystemError`` if that does not go together. No file has been changed
    ///   then.
    init(
        _ path: String?,
        terminator: UInt8,
        isUnique: Bool = false,
        _ resume: ResumeOptions,
        _ query: ScanQuery,
        of subject: [String]
    ) throws {
        let subject = subject + (path.map { ["--output", $0] } ?? [])
        checkpointFile = resume.checkpoint.map { CheckpointFile($0, of: subject) }
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
        if isUnique, (cursor.inspection?.keysReturned ?? 0) > 0, checkpoint?.output == nil {
            throw CommandFailure(
                .usage,
                "--unique cannot go on from a cursor, which does not know the keys before it: use "
                    + "--checkpoint and --output from the beginning on"
            )
        }
        guard let path else { return }
        if let mark = checkpoint?.output {
            if checkpoint?.isComplete == true {
                try OutputFile.finish(path, mark)
                isComplete = true
            } else {
                outputFile = try OutputFile(path, continuingAt: mark)
            }
        } else {
            // A part of a split begins like a whole iteration: no earlier output belongs to it.
            let continues = cursor.hasProgress
            let file = try OutputFile(path, continuingAfter: continues ? terminator : nil)
            outputFile = file
            if continues, !file.isContinued {
                warning = "there is no \(file.file.name): \(path) will lack the keys before the cursor"
            }
        }
    }

    /// Where to write.
    var file: FileDescriptor { outputFile?.file ?? .standardOutput }

    /// Whether the output is empty, so that it needs a header.
    var isEmpty: Bool {
        if let outputFile { outputFile.start == 0 } else { (cursor.inspection?.keysReturned ?? 0) == 0 }
    }

    /// Saves what is needed to go on: the output first, so that the checkpoint never stands for what is not
    /// there.
    func save(_ cursor: ScanCursor, end: UInt64, isComplete: Bool = false) throws(SystemError) {
        guard let checkpointFile else { return }
        try outputFile?.file.synchronize()
        try checkpointFile.save(
            cursor,
            isComplete: isComplete,
            output: try outputFile?.mark(afterAdding: end)
        )
    }

    /// Leaves the output and the checkpoint as they are to be found: of what was added to a file the part
    /// that the cursor stands for is kept, and all of it where the run ended at its limit.
    ///
    /// - Parameters:
    ///   - mark: How much of what was added the cursor stands for.
    ///   - written: How much was added.
    ///   - ending: How the run ended.
    ///   - leftOut: How many names could not be written.
    /// - Throws: ``SystemError``; the checkpoint stands for nothing that is not there even then.
    func close(
        _ mark: SettledOutput,
        written: UInt64,
        _ ending: ScanEnding.Cause,
        leftOut: UInt64 = 0
    ) throws(SystemError) {
        let limitReached = if case .limitReached = ending { true } else { false }
        let isComplete = ending.isIterationComplete
        if let outputFile {
            // With a checkpoint more runs are to come, and they add to the partial file.
            if isComplete || (limitReached && checkpointFile == nil), leftOut == 0 {
                // From here on a run that follows has only to give the file its name.
                try save(mark.cursor, end: written, isComplete: true)
                try outputFile.complete()
            } else {
                if !limitReached { try outputFile.truncate(to: mark.end) }
                try outputFile.file.synchronize()
            }
        }
        if isComplete {
            try checkpointFile?.remove()
        } else {
            try save(mark.cursor, end: mark.end)
        }
    }
}

extension ScanCursor {
    /// Whether anything has been read: not where an iteration starts, nor in a part of a split of it.
    fileprivate var hasProgress: Bool {
        guard let inspection else { return false }
        return inspection.keysReturned > 0 || !inspection.lanes.isEmpty || !inspection.covered.isEmpty
    }
}

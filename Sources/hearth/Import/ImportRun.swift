import HearthMemory

/// The second reading of an import: the lines that were found good are stored, batch by batch.
///
/// Each batch is one transaction. Between two of them other processes get their turn, and a run that is stopped there,
/// by Ctrl-C or by kill -9, has stored whole batches: the next run finds those memories present and stores the rest.
struct ImportRun {
    /// What was done so far.
    private(set) var counts = ImportCounts()
    /// Whether the end was reached.
    private(set) var isComplete = false

    /// Memories that are there with another text than the file's, and were left as they are.
    private(set) var differences = ImportDifferences()

    private let coordinator: MultiAgentMemoryCoordinator
    /// What every memory gets.
    private let provenance: Provenance
    /// Whether texts that were erased may come back under other identifiers.
    private let allowsErased: Bool
    private var batch: [ImportCandidate] = []
    private var batchBytes = 0

    /// The most memories of one transaction: long enough to spread the cost of making it durable, short enough for
    /// others to wait for.
    static let longestBatch = 2_000
    /// The most content of one transaction, in bytes, so that a batch of very long memories doesn't fill the memory.
    private static let heaviestBatch = 8 << 20

    init(
        _ coordinator: MultiAgentMemoryCoordinator,
        provenance: Provenance = Provenance(origin: .import),
        allowsErased: Bool = false
    ) {
        self.coordinator = coordinator
        self.provenance = provenance
        self.allowsErased = allowsErased
    }

    /// Stores what `check` found good in `source`.
    mutating func store(
        _ source: LineSource,
        check: inout ImportCheck,
        owners: ImportOwners,
        progress: ProgressLine
    ) async throws {
        var badLines = try check.sortedBadLines()
        var nextBadLine = try badLines.next()
        var reader = LineReader(source)
        while !Signals.interrupted, let line = try reader.next() {
            if line.number == nextBadLine {
                nextBadLine = try badLines.next()
                continue
            }
            do {
                let understood = try ImportLine(line, owners: owners)
                try await add(ImportCandidate(memory: understood.memory, place: "line \(line.number)"))
            } catch let problem as LineProblem {
                throw CommandFailure(
                    "\(source.name) changed while it was read: line \(problem.line) was good before. Run the import again."
                )
            }
            progress.show("Storing: \(all) of \(check.linesRead - check.problemCount)")
        }
        guard !Signals.interrupted else { return }
        try await finish()
    }

    /// Stores what is still waiting.
    mutating func finish() async throws {
        try await flush()
        isComplete = true
    }

    /// All memories that were looked at.
    var all: Int { counts.all + differences.count }

    /// Has a memory stored, with those that come with it in one transaction.
    mutating func add(_ candidate: ImportCandidate) async throws {
        let bytes = candidate.memory.draft.content.utf8.count
        if batch.count == Self.longestBatch || batchBytes + bytes > Self.heaviestBatch { try await flush() }
        var candidate = candidate
        candidate.memory.draft.provenance = provenance
        batch.append(candidate)
        batchBytes += bytes
    }

    private mutating func flush() async throws {
        guard !batch.isEmpty else { return }
        var held = HeldMemories(coordinator)
        try await held.look(for: batch)
        var memories: [MemoryImport] = []
        for candidate in batch {
            var memory = candidate.memory
            switch try await held.fate(of: candidate) {
            case .stored(let id):
                memory.id = id
                memories.append(memory)
            case .differing(let id):
                differences.note(ImportDifference(place: candidate.place, id: id))
            }
        }
        counts.add(
            try await coordinator.importMemories(memories, maximumTrust: provenance.trust, allowErased: allowsErased)
        )
        batch.removeAll(keepingCapacity: true)
        batchBytes = 0
    }
}

extension ImportCounts {
    /// How many of the memories that can be restored are named.
    private static let namedRestorable = 100

    /// All memories that were looked at.
    var all: Int { stored + present + deleted + expired + erased }

    /// Adds what a later batch came to.
    fileprivate mutating func add(_ batch: ImportCounts) {
        stored += batch.stored
        present += batch.present
        deleted += batch.deleted
        expired += batch.expired
        erased += batch.erased
        unsealed += batch.unsealed
        restorable += batch.restorable.prefix(max(0, Self.namedRestorable - restorable.count))
    }
}

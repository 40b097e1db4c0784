import HearthImport
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
    /// What ended it before that, and what to do, for a person; nil where nothing or Ctrl-C did.
    private(set) var failure: String?

    /// Memories that are there and say something else than the file.
    private(set) var differences = ImportDifferences()

    private let coordinator: MultiAgentMemoryCoordinator
    /// What every memory gets.
    private let provenance: Provenance
    /// Whether texts that were erased may come back under other identifiers.
    private let allowsErased: Bool
    /// Whether what differs becomes what the file says.
    private let updates: Bool
    /// Whether nothing is written, and only what is there is counted.
    private let isPreview: Bool
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
        allowsErased: Bool = false,
        updates: Bool = false,
        isPreview: Bool = false
    ) {
        self.coordinator = coordinator
        self.provenance = provenance
        self.allowsErased = allowsErased
        self.updates = updates
        self.isPreview = isPreview
        differences.areUpdated = updates && !isPreview
    }

    /// Stores what `check` found good in `source`.
    mutating func store(
        _ source: LineSource,
        check: inout ImportCheck,
        owners: ImportOwners,
        progress: ProgressLine
    ) async throws {
        do {
            try await storeAll(source, &check, owners, progress)
        } catch {
            try stop(because: error)
        }
    }

    private mutating func storeAll(
        _ source: LineSource,
        _ check: inout ImportCheck,
        _ owners: ImportOwners,
        _ progress: ProgressLine
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

    /// Ends it because of an error. What was stored before stays, and the report says so.
    ///
    /// - Throws: The error itself where nothing came before it, and where it says all that there is to say.
    mutating func stop(because error: any Error) throws {
        guard all > 0 else { throw error }
        let stored = "\(counts.stored + counts.present + differences.updated) of its memories are in the store"
        switch error {
        case let error as MemoryError:
            // What comes behind is about a single call, and not about those before it.
            let reason = error.message.split(separator: ";", maxSplits: 1).first.map(String.init) ?? error.message
            let isSentence = reason.hasSuffix(".")
            failure =
                "\(reason)\(isSentence ? "" : ".") The import ended there: \(stored). Mend that and run it again to store the rest."
        case let error as CommandFailure: failure = "\(error.message) So far \(stored)."
        case let error as ForeignFileError: failure = "\(error.message) So far \(stored)."
        default: throw error
        }
    }

    /// Says why it is not complete, if it is not.
    func complainUnlessComplete() {
        guard !isComplete else { return }
        Console.error.complain(failure ?? "Interrupted. Run the import again to store the rest.")
    }

    /// All memories that were looked at.
    var all: Int { counts.all + differences.count + differences.updated }

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
        var changed: [(candidate: ImportCandidate, id: MemoryID)] = []
        for candidate in batch {
            var memory = candidate.memory
            switch try await held.fate(of: candidate) {
            case .stored(let id):
                memory.id = id
                memories.append(memory)
            case .differing(let id):
                let id = held.keptID(id, of: candidate)
                if updates, !isPreview {
                    changed.append((candidate, id))
                } else {
                    differences.note(ImportDifference(place: candidate.place, id: id))
                }
            }
        }
        counts.add(
            isPreview
                ? try await coordinator.importPreview(memories, allowErased: allowsErased)
                : try await coordinator.importMemories(
                    memories,
                    maximumTrust: provenance.trust,
                    allowErased: allowsErased
                )
        )
        for (candidate, id) in changed { try await update(id, to: candidate) }
        batch.removeAll(keepingCapacity: true)
        batchBytes = 0
    }

    /// Publishes what the file says as a new version; a memory that can't have one now is left as it is.
    private mutating func update(_ id: MemoryID, to candidate: ImportCandidate) async throws {
        let memory = candidate.memory
        let change = MemoryChange(
            content: memory.draft.content,
            tags: candidate.hasLabels ? memory.draft.tags : nil,
            metadata: candidate.hasLabels ? memory.draft.metadata : nil,
            provenance: provenance
        )
        do {
            try await coordinator.publishMemory(id, agentID: memory.agentID, change: change, userID: memory.userID)
            differences.noteUpdate()
        } catch let error as MemoryError where [.locked, .memoryNotFound].contains(error.code) {
            differences.note(ImportDifference(place: candidate.place, id: id))
        }
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

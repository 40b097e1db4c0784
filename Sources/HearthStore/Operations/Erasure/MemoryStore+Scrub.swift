package import HearthModel
import HearthSQLite
import Synchronization

/// Why bytes of what was erased or made sensitive may be left in the file.
enum ScrubProblem: Hashable, Sendable {
    /// Another process reads the log, or copies the file.
    case logIsKept
    /// Something failed, as the message says.
    case failed(String)

    /// What happened and what to do.
    var description: String {
        switch self {
        case .logIsKept: "Another process reads the file or copies it. End that process and run `hearth erase --rest`."
        case .failed(let message): "\(message) Then run `hearth erase --rest`."
        }
    }
}

extension MemoryStore {
    /// How many pages of the word index one transaction merges: a quarter of a megabyte, so that writers get their turn.
    private static let mergedPages = 64
    /// How many free pages one transaction cuts off.
    private static let freedPages = 512
    /// How many words of sensitive memories one transaction looks at.
    private static let words = 256
    /// How often the log is tried before a reader that keeps it is left alone, and the rest between two tries.
    private static let cuts = 3
    private static let rest = Duration.milliseconds(100)

    /// Whether nothing is left, outside of the tables, of what was removed.
    static func isScrubbed(_ snapshot: Snapshot) throws -> Bool { try scrubDue(snapshot) == 0 }

    private static func scrubDue(_ snapshot: Snapshot) throws -> Int64 {
        try snapshot.connection.first("SELECT scrub_due FROM store WHERE id = 1", as: { $0.int64(0) }) ?? 0
    }

    /// Removes what is left, outside of the tables, of what was erased or made sensitive, if anything is. It begins anew
    /// wherever an earlier attempt, or another process, has ended.
    ///
    /// A failure is no error of the call that asked for it: the removal is committed, and the file remembers what is
    /// still to be done.
    func scrubIfDue() async {
        guard !isReadOnly else { return }
        do {
            try await scrub()
        } catch {
            log.warn(error, "Bytes of erased memories may be left in the file. It is tried again at the next opening.")
            guard let error = error as? MemoryError, error.code != .closed else { return }
            let problem = ScrubProblem.failed(error.message)
            scrubProblem.withLock { $0 = problem }
            await raise(.erasureIsIncomplete(problem))
        }
    }

    /// What is said of an erasure of so many memories, once everything was tried.
    func erasureReport(memories: Int = 0, unmarked: Int = 0) throws -> ErasureReport {
        let isComplete = try read(Self.isScrubbed)
        return ErasureReport(
            memories: memories,
            isComplete: isComplete,
            problem: isComplete ? nil : incompleteErasure,
            unmarkedMemories: unmarked
        )
    }

    /// Whether anything is left of what was erased or made sensitive; nothing is tried.
    package func erasureStatus() throws -> ErasureReport { try erasureReport() }

    /// Why bytes may be left, and what to do, as far as this process knows.
    var incompleteErasure: String {
        scrubProblem.withLock(\.self)?.description
            ?? "Another process may be about to remove them. Run `hearth erase --rest`, which says what keeps them."
    }

    /// Removes what earlier erasures have left, and says whether anything is left now.
    package func finishErasures() async throws -> ErasureReport {
        guard !isReadOnly else {
            throw MemoryError(
                code: .storeReadOnly,
                message: "The store was opened read-only; open it for writing to finish erasures."
            )
        }
        try await scrub()
        return try erasureReport()
    }

    /// Scrubs in the order in which bytes move: out of the index into free pages, out of those into the log, and out of
    /// the log. Whoever writes meanwhile goes first.
    private func scrub() async throws {
        let due = try read(Self.scrubDue)
        guard due != 0 else { return }
        try await mergeIndex()
        try await removeUnusedWords()
        for user in try read({ try CatalogImage.usersInNeed(in: $0.connection) }) {
            try await writeOnce(givingWay: true) { try CatalogImage.refresh(user: user, in: $0) }
        }
        try await cutFreePages()
        for attempt in 1...Self.cuts {
            if try await cutLog(removingTraces: true) {
                let now = clock.now()
                try await writeOnce { transaction in
                    try transaction.connection.run("UPDATE store SET scrub_due = 0 WHERE scrub_due = ?1", due)
                    try NotificationTable.acknowledge(.erasureIncomplete, at: now, in: transaction)
                    try NotificationTable.forget(cause: Alert.erasureCause, in: transaction)
                }
                scrubProblem.withLock { $0 = nil }
                return
            }
            if attempt < Self.cuts { try await Task.sleep(for: Self.rest) }
        }
        scrubProblem.withLock { $0 = .logIsKept }
        await raise(.erasureIsIncomplete(.logIsKept))
    }

    /// Merges all segments of the word index, in steps: what was deleted is left out. FTS5 keeps a deleted word in the
    /// older segment until then, and SQLite overwrites the pages of the old segments.
    private func mergeIndex() async throws {
        // A negative number begins with every segment, as 'optimize' does, which would do it all at once.
        var pages = -Self.mergedPages
        while true {
            let count = pages
            let changes = try await writeOnce(givingWay: true) { transaction in
                let connection = transaction.connection
                let before = try Self.totalChanges(connection)
                try connection.run("INSERT INTO memory_index (memory_index, rank) VALUES ('merge', ?1)", count)
                return try Self.totalChanges(connection) - before
            }
            // FTS5 counts the statement itself.
            guard changes > 1 else { return }
            pages = Self.mergedPages
        }
    }

    private static func totalChanges(_ connection: Connection) throws -> Int64 {
        try connection.first("SELECT total_changes()", as: { $0.int64(0) }) ?? 0
    }

    /// Removes the words that no sensitive memory has any more.
    private func removeUnusedWords() async throws {
        var last: Int64? = 0
        while let start = last {
            last = try await writeOnce(givingWay: true) { transaction in
                try SealedVocabulary.removeUnused(after: start, atMost: Self.words, in: transaction)
            }
        }
    }

    /// Gives free pages back to the file system. What was in them is overwritten already: `secure_delete` is on.
    private func cutFreePages() async throws {
        while true {
            let isDone = try await writeOnce(givingWay: true) { transaction in
                let connection = transaction.connection
                let free = try connection.first("PRAGMA freelist_count", as: { $0.int(0) }) ?? 0
                guard free > 0 else { return true }
                try connection.execute("PRAGMA incremental_vacuum(\(Self.freedPages))")
                return free <= Self.freedPages
            }
            if isDone { return }
        }
    }
}

extension Alert {
    fileprivate static let erasureCause = AdministratorNotification.Kind.erasureIncomplete.rawValue

    fileprivate static func erasureIsIncomplete(_ problem: ScrubProblem) -> Alert {
        Alert(
            .erasureIncomplete,
            severity: .warning,
            cause: erasureCause,
            message: "Bytes of erased memories may be left in the file or its write-ahead log. \(problem.description)"
        )
    }
}

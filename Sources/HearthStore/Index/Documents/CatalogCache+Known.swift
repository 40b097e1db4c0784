import HearthModel
import HearthRules
import HearthSQLite
import Synchronization

/// What is known of a user's documents besides their catalog.
extension CatalogCache {
    /// Calls a closure with the words that are known of a user, if they are those of exactly this catalog.
    @discardableResult
    func withWords<R>(of user: Int64, at catalog: DocumentCatalog, _ body: (inout KnownWords) -> R) -> R? {
        counting(user) { withState(of: user, at: catalog) { (body(&$0.words), $0.knownSize) } }
    }

    /// Keeps all words of a user, if nothing was committed since they were read.
    func keep(all words: PackedWords, of user: Int64, at catalog: DocumentCatalog) {
        if withWords(of: user, at: catalog, { $0.keep(all: words) }) == nil { readingEnded(of: user) }
    }

    /// Notes that all words of a user are not kept.
    func readingEnded(of user: Int64, tooMuch: Bool = false) {
        box(of: user).state.withLock { $0.words.readingEnded(tooMuch: tooMuch) }
    }

    /// The same with the tokens that stand for words of sensitive memories.
    @discardableResult
    func withTokens<R>(of user: Int64, at catalog: DocumentCatalog, _ body: (inout KnownWords) -> R) -> R? {
        counting(user) { withState(of: user, at: catalog) { (body(&$0.tokens), $0.knownSize) } }
    }

    private func counting<R>(_ user: Int64, _ body: () -> (result: R, size: Int)?) -> R? {
        guard let (result, size) = body() else { return nil }
        count(known: size, of: user)
        return result
    }
}

// MARK: - Memories

extension CatalogCache {
    /// The memory of an entry of a user's catalog, with its published head: from memory if it was found before.
    ///
    /// - Parameter catalog: The user's catalog, at the state of the snapshot.
    func record(
        of entry: DocumentEntry,
        user: Int64,
        at catalog: DocumentCatalog,
        in snapshot: Snapshot
    ) throws -> MemoryRecord {
        let known = try withState(of: user, at: catalog) { try $0.records.record(of: entry.memory, in: snapshot) }
        if let known, let record = known { return record }
        guard let record = try MemoryRecord.find(of: entry, in: snapshot) else {
            throw MemoryError.corrupt("Document \(entry.document) stands for a memory that is not there.")
        }
        let size = withState(of: user, at: catalog) { state in
            state.records.keep(record, in: snapshot)
            return state.knownSize
        }
        if let size { count(known: size, of: user) }
        return record
    }

    /// The text of an entry of a user's catalog; nil if it is not there.
    func content(
        of entry: DocumentEntry,
        user: Int64,
        at catalog: DocumentCatalog,
        in snapshot: Snapshot
    ) throws -> String? {
        if !entry.isDraft, let known = withState(of: user, at: catalog, { $0.records.content(of: entry.memory) }),
            let content = known
        {
            return content
        }
        return try DocumentTable.content(of: entry, user: user, in: snapshot)
    }

    /// The texts of entries of a user's catalog, as far as they are known.
    func knownContents(
        of entries: ArraySlice<DocumentEntry>,
        user: Int64,
        at catalog: DocumentCatalog
    ) -> [String?] {
        let known = withState(of: user, at: catalog) { state in
            entries.map { $0.isDraft ? nil : state.records.content(of: $0.memory) }
        }
        return known ?? entries.map { _ in nil }
    }
}

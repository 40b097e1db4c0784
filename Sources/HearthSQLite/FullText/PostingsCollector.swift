internal import CSQLite

/// The full-text function `hearth_collect`, which walks the phrases of a query inside FTS5.
///
/// It is called with the first row of a match, ignores that row, and has FTS5 run through each phrase of the query by
/// itself (`xQueryPhrase`). So a posting costs one callback. A function called for every row of the query would also
/// cost a turn of SQLite's virtual machine: about twice as much. Neither the sizes nor the text of documents are used;
/// an index without content and column sizes has neither.
final class PostingsCollector {
    /// The rows of every phrase, one phrase after the other.
    ///
    /// They are behind a pointer, which FTS5 hands to the callbacks. It also spares every row the check for exclusive
    /// access that a variable of a class pays.
    private let lists = UnsafeMutablePointer<Postings>.allocate(capacity: 1)

    init() {
        lists.initialize(to: Postings())
    }

    deinit {
        lists.deinitialize(count: 1)
        lists.deallocate()
    }

    /// Runs `query`, which calls the function, and hands over what it collected.
    func collect<R>(phraseCount: Int, _ query: () throws -> Void, _ body: (Postings) throws -> R) throws -> R {
        lists.pointee.clear(phraseCount: phraseCount)
        defer { lists.pointee.giveBackMemory() }
        try query()
        return try body(lists.pointee)
    }

    /// Defines the function for the queries of a connection.
    ///
    /// The connection keeps the collector alive: SQLite has only a pointer into it.
    func register(on handle: OpaquePointer) throws {
        guard let api = try Self.api(of: handle) else {
            throw SQLiteError(.error, "this SQLite has no FTS5")
        }
        let code = api.pointee.xCreateFunction(
            api,
            "hearth_collect",
            lists,
            { api, context, result, _, _ in
                guard let api, let context else { return }
                let code = collectPhrases(api, context)
                if code != SQLITE_OK { sqlite3_result_error_code(result, code) }
            },
            nil
        )
        guard code == SQLITE_OK else { throw SQLiteError(code: code, handle: handle) }
    }

    /// What FTS5 calls a pointer to its table of functions. SQLite keeps the address, so the name has to outlive the
    /// statement.
    private static let pointerType: StaticString = "fts5_api_ptr"

    /// FTS5's table of functions. FTS5 writes its address to where a bound pointer points.
    private static func api(of handle: OpaquePointer) throws -> UnsafeMutablePointer<fts5_api>? {
        let statement = try Statement(preparing: "SELECT fts5(?1)", on: handle, isCached: false)
        var api: UnsafeMutablePointer<fts5_api>?
        try withUnsafeMutablePointer(to: &api) { place in
            let type = UnsafeRawPointer(pointerType.utf8Start).assumingMemoryBound(to: CChar.self)
            try statement.check(sqlite3_bind_pointer(statement.handle, 1, place, type, nil))
            _ = try statement.step()
            try statement.reset()
        }
        return api
    }
}

/// Walks through every phrase of the query of `context`.
private func collectPhrases(_ api: UnsafePointer<Fts5ExtensionApi>, _ context: OpaquePointer) -> Int32 {
    guard let lists = api.pointee.xUserData(context)?.assumingMemoryBound(to: Postings.self),
        // FTS5 itself does not check the number of a phrase.
        Int(api.pointee.xPhraseCount(context)) == lists.pointee.phraseCount
    else { return SQLITE_MISUSE }
    for phrase in 0..<Int32(truncatingIfNeeded: lists.pointee.phraseCount) {
        lists.pointee.beginPhrase()
        let code = api.pointee.xQueryPhrase(context, phrase, lists) { api, context, lists in
            guard let api, let context, let lists else { return SQLITE_MISUSE }
            return collectRow(api, context, lists.assumingMemoryBound(to: Postings.self))
        }
        guard code == SQLITE_OK else { return code }
    }
    return SQLITE_OK
}

/// Notes one row of one phrase, the only phrase that `context` knows.
private func collectRow(
    _ api: UnsafePointer<Fts5ExtensionApi>,
    _ context: OpaquePointer,
    _ lists: UnsafeMutablePointer<Postings>
) -> Int32 {
    var position = Fts5PhraseIter()
    var column: Int32 = 0
    var offset: Int32 = 0
    var count: UInt16 = 0
    let code = api.pointee.xPhraseFirst(context, 0, &position, &column, &offset)
    guard code == SQLITE_OK else { return code }
    while column >= 0 {
        if count < .max { count += 1 }
        api.pointee.xPhraseNext(context, &position, &column, &offset)
    }
    lists.pointee.append(row: api.pointee.xRowid(context), count: count)
    return SQLITE_OK
}

extension Connection {
    /// Counts the phrases of a full-text query in every row that has one of them.
    ///
    /// - Parameters:
    ///   - index: The name of an FTS5 table with `detail=full`, written in the source. It may be contentless and
    ///     without column sizes.
    ///   - expression: Phrases joined by OR, in FTS5's syntax: quoted, with a column filter or a `*` where wanted.
    ///   - phraseCount: The number of phrases in it.
    ///   - body: Takes what was found, phrase by phrase in the order of the expression. The memory is used again after it.
    /// - Returns: What the closure returns.
    /// - Throws: ``SQLiteError``, of ``ResultCode/misuse`` where the number of phrases is a different one; what the closure
    ///   throws.
    package func withPostings<R>(
        index: StaticString,
        matching expression: String,
        phraseCount: Int,
        _ body: (Postings) throws -> R
    ) throws -> R {
        try postings.collect(phraseCount: phraseCount) {
            try runDynamic(
                "SELECT hearth_collect(\(index)) FROM \(index) WHERE \(index) MATCH ?1 LIMIT 1",
                [expression]
            )
        } _: {
            try body($0)
        }
    }
}

import HearthEmbedding
import HearthSQLite
import Synchronization
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What a rebuild makes of texts that an embedder refuses, and of vectors that point nowhere.
@Suite struct MissingVectors {
    private let embedder = ScriptedEmbedder()
    private let store: MemoryStore

    init() async throws {
        store = try await Self.store(with: embedder)
    }

    /// A store whose background task makes no vectors, so that only what a test asks for is sent.
    private static func store(with embedder: any Embedder) async throws -> MemoryStore {
        var options = StoreOptions()
        options.embedder = embedder
        options.durability = .normal
        let store = try await MemoryStore.open(.temporary, options: options)
        await store.embeddingQueue.close()
        return store
    }

    @discardableResult
    private func keep(_ contents: [String], in store: MemoryStore? = nil) async throws -> [MemoryID] {
        let drafts = contents.map { MemoryDraft(content: $0) }
        return try await (store ?? self.store).store(drafts, agentID: "alden", userID: "iris")
    }

    private static let texts = (0..<300).map { "Note \($0)" }
    private static let refusal = EmbeddingError(.requestRefused, "Too long.")

    @Test(arguments: [EmbeddingError.Code.accessRefused, .modelNotFound, .serverUnreachable])
    func `an error that concerns all texts stops a rebuild at once, and is thrown`(code: EmbeddingError.Code)
        async throws
    {
        embedder.become { _ in throw EmbeddingError(code, "No.") }
        try await keep(Self.texts)
        let error = await #expect(throws: MemoryError.self) { try await store.rebuildEmbeddings() }
        #expect(error?.code == .embedderUnavailable)
        #expect((error?.underlyingError as? EmbeddingError)?.code == code)
        #expect(embedder.requests.count == 1)
        #expect(try await store.embeddingStatus().pending == 300)
    }

    @Test func `an embedder that refuses a plain word too refuses everything: nothing is marked`() async throws {
        embedder.become { _ in throw Self.refusal }
        try await keep(Self.texts)
        await expect(.embedderUnavailable) { try await store.rebuildEmbeddings() }
        #expect(embedder.requests.count == 2)
        let status = try await store.embeddingStatus()
        #expect(status.pending == 300)
        #expect(status.withoutVector == 0)
    }

    @Test func `a refused text is marked, and sent again only when it changes or by force`() async throws {
        let bad = "Note 77"
        embedder.become { if $0 == bad { throw Self.refusal } else { [1, 0] } }
        let ids = try await keep(Self.texts)
        #expect(try await store.rebuildEmbeddings() == 299)
        // Two ways to halve at each of eight steps, the two batches, and the word before halving and before marking.
        #expect(embedder.requests.count <= 20)
        var status = try await store.embeddingStatus()
        #expect([status.embedded, status.pending, status.withoutVector] == [299, 0, 1])

        embedder.become { _ in [0, 1] }
        #expect(try await store.rebuildEmbeddings() == 0)
        #expect(embedder.requests.isEmpty)
        let report = try await store.verify()
        #expect(report.isSound, "\(report.findings)")

        try await store.update(ids[77], as: "alden", change: MemoryChange(content: "A shorter note"))
        #expect(try await store.rebuildEmbeddings() == 1)
        #expect(embedder.requests == [["A shorter note"]])
        #expect(try await store.rebuildEmbeddings(all: true) == 301)
        status = try await store.embeddingStatus()
        #expect([status.embedded, status.pending, status.withoutVector] == [301, 0, 0])
    }

    private static let useless: [[Float]] = [
        [0, 0], [1e-30, -1e-30], [.nan, 1], [1, .infinity], [-.infinity, 0], [Float(1e-300), 0],
    ]

    @Test(arguments: useless)
    func `a vector that points nowhere is refused and asked for again, and the others are made`(useless: [Float])
        async throws
    {
        let bad = "Note 77"
        embedder.become { $0 == bad ? useless : [1, 0] }
        try await keep(Self.texts)
        await expect(.embedderUnavailable) { try await store.rebuildEmbeddings() }
        let status = try await store.embeddingStatus()
        #expect([status.embedded, status.pending, status.withoutVector] == [299, 1, 0])

        embedder.become { _ in [0, 1] }
        #expect(try await store.rebuildEmbeddings() == 1)
        #expect(embedder.requests == [[bad]])
    }

    /// What an embedder of a host may throw.
    private struct Foreign: Error {}
    private static let stumbles: [any Error & Sendable] = [
        EmbeddingError(.serverFailed, "500"), EmbeddingError(.malformedResponse, "null"), Foreign(),
    ]

    @Test(arguments: stumbles.indices)
    func `a text over which a server stumbles keeps no other from its vector, and is asked for again`(stumble: Int)
        async throws
    {
        let bad = "Note 77"
        embedder.become { if $0 == bad { throw Self.stumbles[stumble] } else { [1, 0] } }
        try await keep(Self.texts)
        await expect(.embedderUnavailable) { try await store.rebuildEmbeddings() }
        let status = try await store.embeddingStatus()
        #expect([status.embedded, status.pending, status.withoutVector] == [299, 1, 0])
        embedder.become { _ in [0, 1] }
        #expect(try await store.rebuildEmbeddings() == 1)
        #expect(embedder.requests == [[bad]])
    }

    @Test func `a server that goes out of service amid a rebuild is asked for one word more, and not for every half`()
        async throws
    {
        let left = Mutex(256)
        embedder.become { _ in
            let isThere = left.withLock { left in
                left -= 1
                return left >= 0
            }
            guard isThere else { throw EmbeddingError(.serverFailed, "503") }
            return [1, 0]
        }
        try await keep(Self.texts)
        await expect(.embedderUnavailable) { try await store.rebuildEmbeddings() }
        #expect(embedder.requests.map(\.count) == [256, 44, 1])
        #expect(try await store.embeddingStatus().pending == 44)
    }

    /// What a server may begin to say to everything amid a rebuild.
    private static let turns: [@Sendable (String) throws -> [Float]] = [{ _ in throw refusal }, { _ in [0, 0] }]

    @Test(arguments: turns.indices)
    func `a refusal of everything that begins amid a rebuild marks nothing, and is asked about once`(turn: Int)
        async throws
    {
        let left = Mutex(256)
        embedder.become { text in
            let isWell = left.withLock { left in
                left -= 1
                return left >= 0
            }
            return isWell ? [1, 0] : try Self.turns[turn](text)
        }
        try await keep(Self.texts)
        await expect(.embedderUnavailable) { try await store.rebuildEmbeddings() }
        #expect(embedder.requests.map(\.count) == [256, 44, 1])
        let status = try await store.embeddingStatus()
        #expect([status.embedded, status.pending, status.withoutVector] == [256, 44, 0])
    }

    @Test func `a refusal of everything that begins while a batch is halved marks nothing`() async throws {
        let words = Mutex(1)
        embedder.become { text in
            // The word before the halving is the last thing that the server takes.
            guard text == "word", words.withLock({ $0 > 0 }) else { throw Self.refusal }
            words.withLock { $0 -= 1 }
            return [1, 0]
        }
        try await keep(Self.texts)
        await expect(.embedderUnavailable) { try await store.rebuildEmbeddings() }
        #expect(embedder.requests.count < 12)
        let status = try await store.embeddingStatus()
        #expect([status.embedded, status.pending, status.withoutVector] == [0, 300, 0])
    }

    @Test func `a text is said to point nowhere only where a vector was given`() async throws {
        try await keep(Self.texts)
        embedder.become { if $0 == "Note 77" { throw Self.stumbles[0] } else { [1, 0] } }
        let failed = await #expect(throws: MemoryError.self) { try await store.rebuildEmbeddings() }
        #expect(failed?.message.contains("nowhere") == false, "\(failed?.message ?? "")")
        #expect(failed?.message.contains("500") == true, "\(failed?.message ?? "")")
        embedder.become { _ in [0, 0] }
        let given = await #expect(throws: MemoryError.self) { try await store.rebuildEmbeddings() }
        #expect(given?.message.contains("all zeros") == true, "\(given?.message ?? "")")
    }

    @Test(arguments: useless)
    func `an embedder whose vectors all point nowhere is asked once more for a plain word`(useless: [Float])
        async throws
    {
        embedder.become { _ in useless }
        try await keep(Self.texts)
        await expect(.embedderUnavailable) { try await store.rebuildEmbeddings() }
        #expect(embedder.requests.map(\.count) == [256, 1])
        #expect(try await store.embeddingStatus().pending == 300)
        // Nor does a search take such a vector for that of its query.
        await expect(.embedderUnavailable) {
            try await store.search("note", as: "alden", userID: "iris", type: .semantic)
        }
        let found = try await store.search("note", as: "alden", userID: "iris")
        #expect(!found.isEmpty)
    }

    @Test func `a rebuild by force replaces vectors that point nowhere, which verification finds`() async throws {
        try await keep(["Tea at four", "The boiler"])
        try await store.rebuildEmbeddings()
        // As an earlier release stored what a server gave.
        try await store.write { [embedder] transaction in
            let documents = try transaction.connection.rows(
                "SELECT user_key, document_key FROM documents",
                as: { (user: $0.int64(0), key: $0.int64(1)) }
            )
            for document in documents {
                let zero = QuantizedVector(components: [0, 0], scale: 0)
                try VectorTable.write(zero, of: embedder, document: document.key, user: document.user, in: transaction)
            }
        }
        let findings = try await store.verify().findings
        #expect(findings.count == 2)
        #expect(findings.allSatisfy { "\($0)".contains("--force") })
        #expect(try await store.rebuildEmbeddings() == 0)
        #expect(try await store.rebuildEmbeddings(all: true) == 2)
        #expect(try await store.verify().isSound)
        let found = try await store.search("tea", as: "alden", userID: "iris", type: .semantic)
        #expect(found.count == 2)
    }

    @Test func `each vector is written, also by a transaction that writes nothing else`() async throws {
        embedder.become { $0.contains("tea") ? [1, 0] : [0, 1] }
        try await keep(["The boiler"])
        try await store.rebuildEmbeddings()
        let ids = try await keep(["A cup of tea"])
        try await store.rebuildEmbeddings()
        let found = try await store.search("tea", as: "alden", userID: "iris", type: .semantic)
        #expect(found.map(\.memory.id) == ids)
        embedder.become { $0.contains("boiler") ? [1, 0] : [0, 1] }
        try await store.rebuildEmbeddings(all: true)
        let others = try await store.search("boiler", as: "alden", userID: "iris", type: .semantic)
        #expect(others.map(\.memory.content) == ["The boiler"])
    }

    @Test func `blank text has no vector, waits for none and is not sent`() async throws {
        for built in [store, try await Self.store(with: StaticEmbedder())] {
            let ids = try await keep(["  \n\u{3000}", "Tea at four"], in: built)
            try await built.rebuildEmbeddings()
            var status = try await built.embeddingStatus()
            #expect([status.embedded, status.pending, status.withoutVector] == [1, 0, 1])
            #expect(try await built.verify().isSound)
            // An edit makes a text of it, and a blank of the other; both are drafts beside what is published.
            try await built.update(ids[0], as: "alden", change: MemoryChange(content: "Words"))
            try await built.update(ids[1], as: "alden", change: MemoryChange(content: " "))
            try await built.rebuildEmbeddings()
            status = try await built.embeddingStatus()
            #expect([status.embedded, status.pending, status.withoutVector] == [2, 0, 2])
        }
        #expect(embedder.requests == [["Tea at four"], ["Words"]])
    }
}

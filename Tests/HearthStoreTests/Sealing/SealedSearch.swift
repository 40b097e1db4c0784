import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore
@testable import HearthText

/// A search finds sensitive memories as it finds plain ones, and counts a word the same in either.
@Suite struct SealedSearch {
    private static let texts = [
        "The boiler was serviced in March by Anna Keller.", "Anna owes Tom forty euros for the boiler.",
        "Tom owes Anna nothing.", "The Wi-Fi password is on the boiler.", "A wifi router stands in the cellar.",
        "The server 192.168.1.10 is in the cellar.", "The server 192.168.10.1 is in the attic.",
        "東京タワーに行きました。", "京都の庭を見た。", "Dentist on 3 May 2025 at nine.", "C++ and C# are languages.",
        "The state-of-the-art boiler costs 10,000 euros.", "getUserById returns a user.", "Müller's boiler is old.",
        "Nothing to see here.", "The boiler was serviced in March by Anna Keller.",
    ]
    private static let queries = [
        "boiler", "\"Anna Keller\"", "\"owes Anna\"", "Tom owes Anna", "wifi", "wi-fi password", "boil*",
        "\"in the cel*\"",
        "192.168.1.10", "東京", "京都", "dentist May 2025", "C++", "10000", "user", "mueller",
        "when was the boiler serviced?",
        "\"no such phrase\"", "label", "\"blue label\"", "se* ce*", "an*", "the", "",
    ]

    /// The same memories, of which those of a choice are sealed.
    private func store(sealing isSealed: @escaping (Int) -> Bool) async throws -> SharedStore {
        let provider = MemoryKeyProvider()
        let shared = try await SharedStore { $0.keyProvider = provider }
        for (index, text) in Self.texts.enumerated() {
            let tags = index % 3 == 0 ? ["blue label", "home"] : index % 3 == 1 ? ["Crème"] : []
            let draft = MemoryDraft(content: text, tags: tags, isSensitive: isSealed(index))
            let session: SessionID = index % 2 == 0 ? "one" : "two"
            _ = try await shared.store.store([draft], agentID: "alden", userID: shared.user, sessionID: session)
            shared.clock.advance(by: .seconds(60))
        }
        return shared
    }

    private struct Found: Equatable {
        var text: String
        var score: Double
        var components: ScoreComponents
        var snippet: String
        var missing: [String]
        var copies: Int
    }

    private func found(_ query: String, _ type: SearchType, filter: SearchFilter = .init(), in shared: SharedStore)
        async throws
        -> [Found]
    {
        try await shared.store.search(query, as: "alden", userID: shared.user, type: type, filter: filter, limit: 20)
            .map {
                Found(
                    text: $0.memory.content,
                    score: $0.score,
                    components: $0.components,
                    snippet: $0.snippet,
                    missing: $0.missingPhrases,
                    copies: $0.copies.count
                )
            }
    }

    @Test func `results and scores are those of the same memories in plain`() async throws {
        let plain = try await store(sealing: { _ in false })
        for (name, sealing) in [("all", { _ in true }), ("half", { $0 % 2 == 1 })] as [(String, (Int) -> Bool)] {
            let sealed = try await store(sealing: sealing)
            for query in Self.queries {
                for type in SearchType.allCases {
                    let expected = try await found(query, type, in: plain)
                    let actual = try await found(query, type, in: sealed)
                    #expect(actual == expected, "\(name) sealed, \(query), \(type)")
                }
            }
            for tag in ["home", "Crème", "Cre\u{300}me", "none"] {
                let filter = SearchFilter(tags: [tag])
                let expected = try await found("boiler the", .keyword, filter: filter, in: plain)
                #expect(try await found("boiler the", .keyword, filter: filter, in: sealed) == expected, "\(tag)")
                let listed = try await sealed.store.browse(as: "alden", userID: sealed.user, filter: filter)
                let listedPlain = try await plain.store.browse(as: "alden", userID: plain.user, filter: filter)
                #expect(listed.memories.map(\.content) == listedPlain.memories.map(\.content))
            }
            #expect(try await sealed.store.verify().findings == [])
            try await sealed.store.close()
        }
        try await plain.store.close()
    }

    @Test func `similar memories are found, edits are followed, and what is gone is not found`() async throws {
        let sealed = try await SealedStore()
        let id = try await sealed.memory("The boiler leaks water.", tags: ["home"])
        let other = try await sealed.memory("Water drips from the boiler.")
        let store = sealed.store
        #expect(try await store.similar(to: id, as: "alden").map(\.memory.id) == [other])
        try await sealed.shared.edit(id, as: "alden", content: "The heater is fine.", tags: ["heat"])
        func ids(_ query: String) async throws -> [MemoryID] {
            try await store.search(query, as: "alden", userID: sealed.user, type: .keyword).map(\.memory.id)
        }
        #expect(try await ids("leaks") == [])
        #expect(try await ids("heater") == [id])
        try await sealed.shared.sync("alden")
        #expect(try await ids("leaks") == [])
        #expect(try await ids("heat*") == [id])
        try await store.delete(id, as: "alden")
        #expect(try await ids("heater") == [])
        try await sealed.shared.sync("alden")
        #expect(try await ids("heater") == [])
        #expect(try await ids("drips") == [other])
        #expect(try await store.verify().findings == [])
        try await store.close()
    }

    @Test func `a word that was erased and came back counts once`() async throws {
        let (sealed, fresh) = (try await SealedStore(), try await SealedStore())
        let store = sealed.store
        let first = try await sealed.memory("A garden by the sea.")
        _ = try await sealed.memory("The lamp is lit.")
        // The words are read, and their rows go and come while they are known.
        #expect(try await found("gard*", .keyword, in: sealed.shared).count == 1)
        _ = try await store.eraseMemory(first, as: "alden")
        _ = try await sealed.memory("The lemon garden.")
        _ = try await fresh.memory("The lamp is lit.")
        _ = try await fresh.memory("The lemon garden.")
        for query in ["gard*", "ga*", "\"lemon gard*\"", "l*", "gard* lem*"] {
            let expected = try await found(query, .keyword, in: fresh.shared)
            #expect(try await found(query, .keyword, in: sealed.shared) == expected, "\(query)")
        }
        try await store.close()
        try await fresh.store.close()
    }

    @Test func `others' words with the same beginning take no place from those that the agent finds`() async throws {
        let (sealed, alone) = (try await SealedStore(), try await SealedStore())
        let others = (0..<SealedPostings.mostWords * 2).map { "gar\($0)" }
        for start in stride(from: 0, to: others.count, by: 256) {
            _ = try await sealed.memory(others[start..<start + 256].joined(separator: " "), of: "sentry")
        }
        for text in ["Her garden is old.", "A garland of roses.", "garz"] {
            for one in [sealed, alone] { _ = try await one.memory(text) }
        }
        let expected = try await found("gar*", .keyword, in: alone.shared)
        #expect(expected.count == 3)
        #expect(try await found("gar*", .keyword, in: sealed.shared) == expected)
        try await sealed.store.close()
        try await alone.store.close()
    }

    @Test func `what is known of words from earlier searches is what a new process finds, whatever happens`()
        async throws
    {
        var random = SeededGenerator()
        let sealed = try await SealedStore()
        let (store, provider) = (sealed.store, sealed.provider)
        let other = try await sealed.reopened(provider: provider)
        let words = ["garden", "lemon", "boiler", "lake", "walk", "bridge"]
        var ids: [MemoryID] = []
        for step in 0..<80 {
            let text = (0..<Int.random(in: 1...5, using: &random))
                .compactMap { _ in words.randomElement(using: &random) }
                .joined(separator: " ")
            let id = ids.randomElement(using: &random)
            let writer = Bool.random(using: &random) ? store : other
            do {
                switch Int.random(in: 0..<12, using: &random) {
                case 0...3:
                    let draft = MemoryDraft(content: text, isSensitive: random.next() % 3 != 0)
                    ids += try await writer.store([draft], agentID: "alden", userID: sealed.user)
                case 4...5:
                    if let id { _ = try await writer.update(id, as: "alden", change: MemoryChange(content: text)) }
                case 6: _ = try await writer.sync("alden", userID: sealed.user)
                case 7:
                    if let id {
                        let change = MemoryChange(isSensitive: Bool.random(using: &random))
                        _ = try await writer.update(id, as: "alden", change: change)
                    }
                case 8:
                    if let id, random.next() % 2 == 0 { try await writer.delete(id, as: "alden") }
                case 9:
                    if let id {
                        _ = try await writer.eraseMemory(id, as: "alden")
                        ids.removeAll { $0 == id }
                    }
                case 10 where step % 3 == 0: _ = try await writer.rotateKeys()
                default: break
                }
            } catch let error as MemoryError where error.code == .memoryNotFound {
                // It was deleted before.
            }
            let query = "\(words.randomElement(using: &random) ?? "") \(words.randomElement(using: &random) ?? "")"
            let fresh = try await sealed.reopened(provider: provider)
            func found(in store: MemoryStore) async throws -> [String] {
                try await store.search(query, as: "alden", userID: sealed.user, type: .keyword, limit: 50)
                    .map { "\($0.memory.id) \($0.memory.content) \($0.score)" }
            }
            let expected = try await found(in: fresh)
            #expect(try await found(in: store) == expected, "\(query), step \(step)")
            try await fresh.close()
        }
        try await other.close()
        try await store.close()
    }

    @Test func `the index has tokens in their own order, and the same word another one for another user`() async throws
    {
        let sealed = try await SealedStore(embeds: false)
        _ = try await sealed.memory("zebra apple mango zebra")
        let draft = MemoryDraft(content: "zebra", isSensitive: true)
        _ = try await sealed.store.store([draft], agentID: "alden", userID: "user_456")
        let rows = try sealed.store.read { snapshot in
            try snapshot.connection.rows(
                "SELECT doc, offset, term FROM memory_words ORDER BY doc, offset",
                as: { (document: $0.int64(0), term: $0.string(2)) }
            )
        }
        let first = rows.filter { $0.document == rows[0].document }.map(\.term)
        #expect(first.count == 4 && first == first.sorted() && Set(first).count == 3)
        let second = rows.filter { $0.document != rows[0].document }.map(\.term)
        #expect(second.count == 1)
        func token(_ term: String) -> Substring? { term.split(separator: ":").last }
        #expect(!first.contains { token($0) == token(second[0]) })
        try await sealed.store.close()
    }
}

import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// How texts are found that are equal to a new one and came from elsewhere: at the same cost however many there are.
@Suite struct EqualTextLookups {
    private static let web = Provenance(origin: .tool, name: "browser")
    private static let diary = Provenance(origin: .import, name: "diary")

    private let shared: SharedStore

    init() async throws {
        shared = try await SharedStore(embeds: false)
    }

    @discardableResult
    private func store(
        _ texts: [String],
        by agent: AgentID = "alden",
        as provenance: Provenance? = web,
        shareWith others: [AgentID] = []
    ) async throws -> [MemoryID] {
        let drafts = texts.map { MemoryDraft(content: $0, provenance: provenance) }
        return try await shared.store.store(drafts, agentID: agent, userID: shared.user, shareWith: others)
    }

    private func provenance(_ id: MemoryID, as agent: AgentID = "alden") async throws -> Provenance {
        try await shared.store.memory(id, as: agent).provenance
    }

    private func keys(in store: MemoryStore) throws -> [Int64?] {
        try store.read {
            try $0.connection.rows("SELECT text_key FROM memories ORDER BY memory_key", as: { $0.optionalInt64(0) })
        }
    }

    /// Of one length, with the same characters in the same places but for the number.
    private static func entries(_ numbers: Range<Int>) -> [String] {
        numbers.map { "Entry \($0) of the garden diary, in which nothing else is said that would tell it from others" }
    }

    @Test func `texts of one form are stored at the same cost, however many there are`() async throws {
        let steps = try await MachineSteps(of: shared.store)
        let first = try await steps.taken { try await store(Self.entries(10_000..<10_256)) }
        try await store(Self.entries(11_000..<12_500))
        let last = try await steps.taken { try await store(Self.entries(13_000..<13_256)) }
        #expect(last < first * 3 / 2, "\(first) and \(last)")
        try await shared.store.close()
    }

    @Test(arguments: ["alden", "alice"])
    func `a text that was stored a thousand times is stored once more at the same cost`(agent: AgentID) async throws {
        let steps = try await MachineSteps(of: shared.store)
        let text = "The office is closed."
        func once() async throws -> Int {
            try await steps.taken {
                let id = try await store([text], by: agent, as: nil)[0]
                #expect(try await provenance(id, as: agent) == Self.web)
            }
        }
        try await store([text], shareWith: ["alice"])
        let first = try await once()
        for _ in 0..<4 { try await store(Array(repeating: text, count: 250), shareWith: ["alice"]) }
        let last = try await once()
        #expect(last < first * 3 / 2, "\(first) and \(last)")
        try await shared.store.close()
    }

    @Test func `a provenance that is no text ends a look-up with an error, and does not keep the writer`() async throws
    {
        try await store(["The office is closed."])
        _ = try await shared.store.write { transaction in
            // Read as text this byte becomes three others, behind which the row itself would be found again.
            try transaction.connection.run(
                """
                UPDATE memories SET provenance =
                    CAST(CAST(substr(provenance, 1, length(provenance) - 1) AS BLOB) || x'F2' AS TEXT)
                """
            )
            return transaction.sequence
        }
        await expect(.storeCorrupt) { try await store(["The office is closed."], as: Self.diary) }
        try await store(["The office is open."], as: Self.diary)
        try await shared.store.close()
    }

    @Test func `every look-up goes through the index`() throws {
        let plans = try [EqualTexts.kinds, EqualTexts.others]
            .map { statement in
                try shared.store
                    .read { snapshot in
                        try snapshot.connection.rowsDynamic(
                            "EXPLAIN QUERY PLAN \(statement)",
                            Array(repeating: 1, count: "\(statement)".contains("?6") ? 6 : 5),
                            as: { $0.string(3) }
                        )
                    }
                    .filter { $0.contains("memories") }
            }
        let index = "SEARCH memories USING INDEX memories_by_text (text_key=? AND user_key=? AND owner_key"
        #expect(plans.map(\.count) == [2, 1])
        for plan in plans.flatMap(\.self) { #expect(plan.hasPrefix(index), "\(plan)") }
    }

    @Test func `all places from which a text came count, and of each the first that the agent can see`() async throws {
        let text = "The museum opens at nine."
        let doubtful = Provenance(origin: .tool, name: "forum", trust: 0.1)
        try await store([text, text], as: Self.diary)
        #expect(try await provenance(try await store([text], by: "alice", as: nil)[0], as: "alice") == .standard)

        try await store([text], as: Self.diary, shareWith: ["alice"])
        #expect(try await provenance(try await store([text], by: "alice", as: nil)[0], as: "alice") == Self.diary)
        try await store([text], as: doubtful)
        #expect(try await provenance(try await store([text], by: "alice", as: nil)[0], as: "alice") == Self.diary)
        #expect(try await provenance(try await store([text], as: nil)[0]) == doubtful)
        try await store([text, text], by: "mimic", as: doubtful, shareWith: ["alice"])
        #expect(try await provenance(try await store([text], by: "alice", as: nil)[0], as: "alice") == doubtful)
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `texts that differ in one character, or go on after a zero byte, are others`() async throws {
        let texts = ["One text\u{0}and its rest", "One text\u{0}and its west", "caf\u{E9}", "cafe\u{328}"]
        for text in texts {
            try await store([text])
        }
        #expect(Set(try keys(in: shared.store)).count == texts.count)
        let others = ["One text\u{0}and its best", "One text", "cafe"]
        for id in try await store(others, as: nil) { #expect(try await provenance(id) == .standard) }
        for id in try await store(texts, as: nil) { #expect(try await provenance(id) == Self.web) }
    }

    @Test func `the number follows the text, and there is none of what needs none`() async throws {
        let id = try await store(["First text"])[0]
        let first = try keys(in: shared.store)[0]
        #expect(first == EqualTexts.key(of: "First text"))
        try await store([" "])
        try await store(["Plain"], as: nil)
        #expect(try keys(in: shared.store) == [first, nil, nil])

        try await shared.edit(id, as: "alden", content: "Second text")
        try await shared.sync("alden")
        #expect(try keys(in: shared.store)[0] == EqualTexts.key(of: "Second text"))
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `another spelling of the same characters, and what is not seen at the ends, make no other text`()
        async throws
    {
        let text = "\u{C5}ngstr\u{F6}m's caf\u{E9}"
        let spellings = [
            text + " ", "\n\t" + text, text + "\u{A0}\u{200B}", "\u{FEFF}" + text, text + "\u{0}",
            "\u{212B}ngstro\u{308}m's cafe\u{301}",
        ]
        for (number, spelling) in spellings.enumerated() {
            let store = try await SharedStore(embeds: false)
            let held = number.isMultiple(of: 2) ? (text, spelling) : (spelling, text)
            var ids: [MemoryID] = []
            for (content, provenance) in [(held.0, Self.web), (held.1, nil), (" " + held.1, nil)] {
                let draft = MemoryDraft(content: content, provenance: provenance)
                ids += try await store.store.store([draft], agentID: "alden", userID: store.user)
            }
            // In one transaction too.
            let drafts = [held.1, held.0 + "\r\n"].map { MemoryDraft(content: $0) }
            ids += try await store.store.store(drafts, agentID: "alden", userID: store.user)
            for id in ids { #expect(try await store.store.memory(id, as: "alden").provenance == Self.web) }
            #expect(try await store.store.verify().findings == [])
            try await store.store.close()
        }
    }

    @Test func `a number that an older release wrote still leads to its text`() async throws {
        let id = try await store(["Opens at nine "])[0]
        let spelled = ContentDigest.exact("Opens at nine ").prefix(8).reduce(0) { $0 << 8 | Int64($1) }
        _ = try await shared.store.write { transaction in
            try transaction.connection.run("UPDATE memories SET text_key = ?1", spelled)
            return transaction.sequence
        }
        #expect(try await provenance(try await store(["Opens at nine "], as: nil)[0]) == Self.web)
        #expect(try await provenance(id) == Self.web)
        #expect(try await shared.store.verify().findings == [])
        try await shared.store.close()
    }

    @Test func `a text gains no trust by being stored in plain or sealed, whichever it was`() async throws {
        for isSensitive in [true, false] {
            let sealed = try await SealedStore(embeds: false)
            let first = MemoryDraft(content: "Wire the money.", isSensitive: isSensitive, provenance: Self.web)
            _ = try await sealed.store.store([first], agentID: "alden", userID: sealed.user)
            try await sealed.store.close()
            // Another process has no keys in memory yet.
            let store = try await sealed.reopened(provider: sealed.provider)
            let person = Provenance(origin: .user)
            for again in [!isSensitive, isSensitive] {
                let draft = MemoryDraft(content: "Wire the money. ", isSensitive: again, provenance: person)
                let id = try await store.store([draft], agentID: "alden", userID: sealed.user)[0]
                #expect(try await store.memory(id, as: "alden").provenance.trust == Self.web.trust)
            }
            let other = MemoryDraft(content: "Nothing of that.", provenance: person)
            let id = try await store.store([other], agentID: "alden", userID: sealed.user)[0]
            try await store.update(
                id,
                as: "alden",
                change: MemoryChange(content: "Wire the money.", provenance: person)
            )
            #expect(try await store.memory(id, as: "alden").provenance.trust == Self.web.trust)
            // What an agent can't see changes nothing for it, and a key that can't be had keeps nobody from storing.
            let draft = MemoryDraft(content: "Wire the money.", provenance: person)
            let mimics = try await store.store([draft], agentID: "mimic", userID: sealed.user)[0]
            #expect(try await store.memory(mimics, as: "mimic").provenance == person)
            #expect(try await store.verify().findings == [])
            try await store.close()
            let keyless = try await sealed.reopened(provider: MemoryKeyProvider(identifier: "another"))
            _ = try await keyless.store([draft], agentID: "mimic", userID: sealed.user)
            try await keyless.close()
        }
    }

    @Test func `an edit that names no user is compared with the texts of the user whose memory it means`() async throws
    {
        let sealed = try await SealedStore(embeds: false)
        let person = Provenance(origin: .user)
        let first = MemoryDraft(content: "Wire the money.", isSensitive: true, provenance: Self.web)
        _ = try await sealed.store.store([first], agentID: "alden", userID: sealed.user)
        // Another user's memory has the identifier too, and had it first.
        for (user, agent) in [("joss", "alice"), (sealed.user, "alden")] as [(UserID, AgentID)] {
            let note = MemoryDraft(content: "Of \(user).", provenance: person)
            _ = try await sealed.store.importMemories([
                MemoryImport(id: "note", userID: user, agentID: agent, draft: note)
            ])
        }
        try await sealed.store.close()
        let store = try await sealed.reopened(provider: sealed.provider)
        let change = MemoryChange(content: "Wire the money.", provenance: person)
        try await store.update("note", as: "alden", change: change)
        #expect(try await store.memory("note", as: "alden").provenance.trust == Self.web.trust)
        try await store.close()
    }

    @Test func `of the text of a sensitive memory a number is kept that takes the key to make`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let draft = MemoryDraft(content: "The gazebo", isSensitive: true, provenance: Self.web)
        _ = try await sealed.store.store([draft], agentID: "alden", userID: sealed.user)
        let plain = MemoryDraft(content: "The arbour", provenance: Self.web)
        let id = try await sealed.store.store([plain], agentID: "alden", userID: sealed.user)[0]
        let user = try #require(try sealed.store.read { try UserTable.find(sealed.user, in: $0.connection) })
        let held = try #require(sealed.store.keyring.loaded(user))
        func key(_ text: String) -> Int64? { EqualTexts.key(ofSealed: text, keys: held) }
        #expect(key("The gazebo") != EqualTexts.key(of: "The gazebo"))
        #expect(try keys(in: sealed.store) == [key("The gazebo"), EqualTexts.key(of: "The arbour")])

        try await sealed.store.update(id, as: "alden", change: MemoryChange(isSensitive: true))
        #expect(try keys(in: sealed.store) == [key("The gazebo"), key("The arbour")])
        try await sealed.shared.edit(id, as: "alden", content: "The pergola")
        try await sealed.shared.sync("alden")
        #expect(try keys(in: sealed.store) == [key("The gazebo"), key("The pergola")])
        try await sealed.store.update(id, as: "alden", change: MemoryChange(isSensitive: false))
        #expect(try keys(in: sealed.store) == [key("The gazebo"), EqualTexts.key(of: "The pergola")])
        #expect(try await sealed.store.verify().findings == [])
        try await sealed.store.close()
    }
}

import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// The id of a version stands for everything in it.
@Suite struct VersionIdentities {
    private static let parents = [1, 2].map { VersionID(bytes: [UInt8](repeating: $0, count: 32)) }
    private static let fields = MemoryFields(
        content: "Ana likes tea.",
        tags: ["ab", "c"],
        metadata: ["workspace": "hall"],
        expiresAt: Timestamp(rawValue: 7)
    )

    private func version(
        of memory: MemoryID = "mem_1",
        parents: [VersionID] = parents,
        author: AgentID = "alden",
        node: String = "node_1",
        time: Int64 = 7,
        number: Int = 3,
        _ change: (inout MemoryFields) -> Void = { _ in }
    ) -> Version {
        var fields = Self.fields
        change(&fields)
        return Version(
            memoryID: memory,
            parents: parents,
            author: author,
            node: node,
            time: HybridTime(rawValue: time),
            fields: fields,
            number: number
        )
    }

    @Test func `a version made twice is one, in whatever order its parents are named`() {
        #expect(version() == version(parents: Self.parents.reversed()))
        #expect(version().parents == Self.parents.sorted())
    }

    @Test func `whatever a version holds makes its id another`() {
        let versions = [
            version(), version(of: "mem_2"), version(parents: []), version(parents: [Self.parents[0]]),
            version(author: "alice"), version(node: "node_2"), version(author: "aldennode", node: "_1"),
            version(time: 8), version(number: 4),
            version { $0.content = "Ana likes tea" }, version { $0.category = .task }, version { $0.importance = 0.6 },
            version { $0.confidence = 0.7 }, version { $0.tags = ["a", "bc"] }, version { $0.tags = ["c", "ab"] },
            version { $0.tags = [] }, version { $0.metadata = ["roomh": "all"] }, version { $0.metadata = [:] },
            version { $0.expiresAt = Timestamp(rawValue: 8) }, version { $0.expiresAt = nil },
            version { $0.expiresAt = Timestamp(rawValue: 0) }, version { $0.isDeleted = true },
        ]
        #expect(Set(versions.map(\.id)).count == versions.count)
    }

    @Test(arguments: [
        "parents = x'0101010101010101010101010101010101010101010101010101010101010101'",
        "author_key = author_key + 1", "node = 'elsewhere'", "time = time + 1", "number = number + 1",
        "category = 'task'", "tags = '[]'", "metadata = '{}'", "importance = 0.1", "confidence = 0.1",
        "expires_at = 1", "is_deleted = 1", "content_form = 'whole', content = x'41'",
    ])
    func `a version that isn't what its id says is refused when read, and verification names it`(
        damage: String
    ) async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.", tags: ["a"])
        try await shared.edit(id, as: "alden", metadata: ["workspace": "hall"])
        try await shared.sync("alden")
        try await shared.edit(id, as: "alden", content: "Two.")
        try await shared.sync("alden")
        #expect(try await shared.store.verify().findings == [])
        try await shared.store.write {
            try $0.connection.runDynamic("UPDATE versions SET \(damage) WHERE number = 2")
        }
        #expect(try await shared.content(id, as: "alice") == "Two.")
        await expect(.storeCorrupt) { try await shared.store.history(of: id, as: "alden") }
        #expect(try await shared.store.verify().findings.contains { $0.message.contains(id.rawValue) })
    }

    @Test func `a published head that isn't what its id says is refused`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        try await shared.store.write { try $0.connection.run("UPDATE memories SET content = 'Ono.'") }
        await expect(.storeCorrupt) { try await shared.store.memory(id, as: "alden") }
        await expect(.storeCorrupt) { try await shared.edit(id, as: "alden", content: "Two.") }
    }
}

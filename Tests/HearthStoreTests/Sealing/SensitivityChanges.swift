import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A memory that becomes sensitive after it was stored, by its owner's wish or by its category, and plain again.
@Suite struct SensitivityChanges {
    @Test func `a memory becomes sensitive with its whole history, drafts and conflict, and plain again`() async throws
    {
        let sealed = try await SealedStore { options in
            for index in options.agents.indices { options.agents[index].conflictResolution = .manualReview }
        }
        let shared = sealed.shared
        let id = try await shared.memory("One gazebo.", tags: ["garden"], shareWith: ["alice", "mimic"])
        for text in ["Two gazebos.", "Two gazebos and a long path between them.", "Two gazebos and a long path."] {
            try await shared.edit(id, as: "alden", content: text, metadata: ["place": "north"])
            try await shared.sync("alden")
        }
        try await shared.edit(id, as: "mimic", content: "A gazebo of Mimic's.")
        try await shared.edit(id, as: "alden", content: "Three gazebos.")
        try await shared.edit(id, as: "alice", content: "Four gazebos.")
        try await shared.sync("alden")
        try await shared.sync("alice")
        let before = try await sealed.store.history(of: id, as: "alden")
        let conflict = try #require(try await sealed.store.pendingConflicts().first)

        func check(isSensitive: Bool) async throws {
            let memory = try await sealed.store.memory(id, as: "alden")
            #expect(memory.isSensitive == isSensitive && memory.content == "Three gazebos.")
            let history = try await sealed.store.history(of: id, as: "alden")
            #expect(history.map(\.content) == before.map(\.content) && history.map(\.tags) == before.map(\.tags))
            #expect(history.map(\.createdAt) == before.map(\.createdAt))
            #expect(Set(history.map(\.id)).isDisjoint(with: before.map(\.id)) == isSensitive)
            #expect(try await sealed.store.memory(id, as: "mimic").content == "A gazebo of Mimic's.")
            let waiting = try #require(try await sealed.store.pendingConflicts().first)
            #expect(waiting.id == conflict.id && waiting.versions.map(\.content) == conflict.versions.map(\.content))
            #expect(waiting.base?.content == conflict.base?.content)
            for type in SearchType.allCases {
                let found = try await sealed.store.search("gazebos", as: "alden", userID: sealed.user, type: type)
                #expect(found.map(\.memory.id) == [id])
            }
            #expect(try await sealed.store.verify().findings == [])
        }
        try await sealed.store.update(id, as: "alden", change: MemoryChange(isSensitive: true))
        try await check(isSensitive: true)
        let plain = try sealed.store.read { snapshot in
            try snapshot.connection.rows(
                """
                SELECT content FROM memories UNION ALL SELECT content FROM versions UNION ALL SELECT content FROM drafts
                UNION ALL SELECT metadata FROM versions UNION ALL SELECT tag FROM tags UNION ALL SELECT term FROM memory_words
                """,
                as: { $0.optionalString(0) ?? "" }
            )
        }
        #expect(!plain.contains { $0.contains("gazebo") || $0.contains("north") || $0.contains("garden") })
        try await sealed.store.update(id, as: "alden", change: MemoryChange(isSensitive: false))
        try await check(isSensitive: false)
        #expect(try await sealed.store.history(of: id, as: "alden") == before)
        try await sealed.store.update(id, as: "alden", change: MemoryChange(isSensitive: true))
        try await sealed.store.resolve(conflict.id, as: "alden", decision: .content("Settled."))
        try await shared.sync("mimic")
        #expect(try await sealed.store.verify().findings == [])
        try await sealed.store.close()
    }

    @Test func `only the owner changes it, and nobody while another holds the lease`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let id = try await sealed.shared.memory("Shared.", of: "alice", shareWith: ["alden"])
        await expect(.accessDenied) {
            try await sealed.store.update(id, as: "alden", change: MemoryChange(isSensitive: true))
        }
        #expect(try sealed.shared.audit().contains("refuse"))
        let lock = try #require(try await sealed.shared.lock(id, as: "alden"))
        await expect(.locked) {
            try await sealed.store.update(id, as: "alice", change: MemoryChange(isSensitive: true))
        }
        _ = try await sealed.store.releaseLease(lock)
        #expect(try await sealed.store.update(id, as: "alice", change: MemoryChange(isSensitive: true)).isSensitive)
        try await sealed.store.close()
        let keyless = try await SharedStore(embeds: false)
        let plain = try await keyless.memory("Plain.")
        await expect(.keyUnavailable) {
            try await keyless.store.update(plain, as: "alden", change: MemoryChange(isSensitive: true))
        }
        #expect(try await keyless.content(plain, as: "alden") == "Plain.")
    }

    @Test func `what is of a sealed category is sealed, when it is stored, imported and moved there`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let store = sealed.store
        let stored = try await sealed.shared.memory("A password.", category: .securityCredentials, shareWith: [])
        #expect(try await store.memory(stored, as: "alden").isSensitive)
        let item = MemoryImport(
            id: "host-1",
            userID: sealed.user,
            agentID: "alden",
            draft: MemoryDraft(content: "An incident.", category: .incidentDetails)
        )
        #expect(try await store.importMemories([item]).stored == 1)
        #expect(try await store.memory("host-1", as: "alden").isSensitive)
        let moved = try await sealed.shared.memory("Moved.", shareWith: [])
        let change = MemoryChange(content: "Moved there.", category: .securityCredentials)
        #expect(try await store.update(moved, as: "alden", change: change).isSensitive)
        try await sealed.shared.sync("alden")
        #expect(try await store.memory(moved, as: "alden").content == "Moved there.")
        await expect(.invalidArgument) {
            try await store.update(moved, as: "alden", change: MemoryChange(isSensitive: false))
        }
        #expect(try await store.verify().findings == [])
        try await store.close()

        let keyless = try await SharedStore(embeds: false)
        let plain = try await keyless.memory("A password.", category: .securityCredentials, shareWith: [])
        #expect(try await keyless.store.memory(plain, as: "alden").isSensitive == false)
    }

    @Test func `the sealed categories are part of the policy, and its JSON`() throws {
        let policy = try SharingPolicy(json: Data(#"{"sealed_categories": ["diary"]}"#.utf8))
        #expect(policy.sealedCategories == ["diary"])
        #expect(try SharingPolicy(json: policy.json()) == policy)
        #expect(try SharingPolicy(json: Data("{}".utf8)).sealedCategories == SharingPolicy.usuallySealed)
        #expect(throws: MemoryError.self) {
            try SharingPolicy(json: Data(#"{"sealed_categories": ["a\u0000b"]}"#.utf8))
        }
    }
}

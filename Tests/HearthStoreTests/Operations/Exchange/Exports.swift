import Foundation
import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Stores that are written out as lines and restored from them.
@Suite struct Exports {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `an export, imported into a new store, is exported again byte for byte`(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let source = try await ExchangedStore()
        try await source.fill(&generator, steps: 40)
        let deleted = try await source.shared.memory("deleted")
        try await source.store.delete(deleted, as: "alden", lock: source.shared.lock(deleted, as: "alden"))
        source.shared.clock.advance(by: UpkeepStore.days(31))
        _ = try await source.store.maintain(MaintenanceRequest(steps: [.purge]))
        try await source.fill(&generator, steps: 40)
        let lines = try await source.exported()
        #expect(lines.contains { $0.contains(#""kind":"tombstone""#) }, "seed \(seed)")
        let target = try await ExchangedStore()
        let report = try await target.imported(lines)
        #expect(report.present == 0 && report.tookPolicy, "seed \(seed)")
        let copied = try await target.exported()
        let difference = zip(lines, copied).first { $0 != $1 }
        #expect(copied == lines, "seed \(seed): \(difference.map { "\($0)\n\($1)" } ?? "")")
        #expect(try await target.store.verify().findings == [], "seed \(seed)")
        // Again is no change.
        let again = try await target.imported(lines)
        #expect(again.stored == 0 && again.present == report.stored && again.differing == 0, "seed \(seed)")
        #expect(try await target.exported() == lines, "seed \(seed)")
    }

    @Test func `what is restored is seen, found and edited as before`() async throws {
        let source = try await ExchangedStore()
        let (memory, conflict) = try await source.shared.waitingConflict()
        let secret =
            try await source.store
            .store(
                [MemoryDraft(content: "the quixzle is under the stone", isSensitive: true)],
                agentID: "alden",
                userID: "user_123"
            )[0]
        let drafted = try await source.shared.memory("tea")
        try await source.shared.edit(drafted, as: "alice", content: "green tea")
        let target = try await ExchangedStore(clock: source.shared.clock)
        try await target.imported(source.exported())
        #expect(try await target.store.memory(secret, as: "alden").content == "the quixzle is under the stone")
        #expect(try await target.shared.content(drafted, as: "alice") == "green tea")
        #expect(try await target.shared.content(drafted, as: "alden") == "tea")
        let found = try await target.store.search("quixzle", as: "alden", userID: "user_123")
        #expect(found.map(\.memory.id) == [secret])
        #expect(try await target.store.pendingConflicts().map(\.id) == [conflict.id])
        try await target.store.resolve(conflict.id, as: "sentry", decision: .content("The door is locked."))
        #expect(try await target.shared.content(memory, as: "sentry") == "The door is locked.")
        try await target.shared.sync("alice")
        #expect(try await target.shared.content(drafted, as: "alden") == "green tea")
        #expect(try await target.store.verify().findings == [])
    }

    @Test func `a store that has a part of it gets the rest, and what it deleted is not revived`() async throws {
        let source = try await ExchangedStore()
        let first = try await source.shared.memory("first")
        let target = try await ExchangedStore(clock: source.shared.clock)
        try await target.imported(source.exported())
        let lock = try await target.shared.lock(first, as: "alden")
        try await target.store.delete(first, as: "alden", lock: lock)
        try await source.shared.edit(first, as: "alden", content: "first, edited")
        try await source.shared.sync("alden")
        let second = try await source.shared.memory("second")
        let report = try await target.imported(source.exported())
        #expect(report == ImportReport(stored: 1, present: 1, differing: 1, deletedHere: 1))
        #expect(try await target.shared.content(second, as: "alden") == "second")
        await expect(.memoryNotFound) { try await target.store.memory(first, as: "alden") }
    }

    @Test func `what was erased is not stored again, by its identifier or by its text`() async throws {
        let source = try await ExchangedStore()
        let gone = try await source.shared.memory("the quixzle")
        let same = try await source.shared.memory("the quixzle", of: "alice")
        let lines = try await source.exported()
        let target = try await ExchangedStore(clock: source.shared.clock)
        try await target.imported(lines)
        try await target.store.eraseMemory(gone, as: "alden")
        try await target.store.eraseMemory(same, as: "alice")
        #expect(try await target.imported(lines).erased == 2)
        let other = try await target.exported()
        // Marks go with the export: a new store refuses what was erased from the old one.
        let third = try await ExchangedStore(clock: source.shared.clock)
        try await third.imported(other)
        #expect(try await third.imported(lines).erased == 2)
        #expect(try await third.imported(lines, allowErased: true).erased == 2)
        #expect(try await third.exported() == other)
        let copy = try await source.shared.memory("the quixzle", of: "mimic")
        let later = try await source.exported()
        #expect(try await third.imported(later).erased == 3)
        #expect(try await third.imported(later, allowErased: true).stored == 1)
        #expect(try await third.shared.content(copy, as: "mimic") == "the quixzle")
    }

    @Test(arguments: [true, false])
    func `an import of an export revives nothing of an erased user, unless a memory comes back`(hasOthers: Bool)
        async throws
    {
        let exchanged = try await ExchangedStore()
        let store = exchanged.store
        let drafts = [
            MemoryDraft(content: "the quixzle stands by the gate"),
            MemoryDraft(content: "the fendolary is a secret", isSensitive: true),
        ]
        _ = try await store.store(drafts, agentID: "alden", userID: "wexbury")
        _ = try await store.createSession(userID: "wexbury", agentID: "alden", name: "osprindle session")
        if hasOthers { _ = try await store.store(drafts, agentID: "alden", userID: "other") }
        let lines = try await exchanged.exported()
        try await store.eraseUser("wexbury", as: "system")
        let report = try await exchanged.imported(lines)
        #expect(report.erased == 2 && report.stored == 0)
        let left = try store.read { snapshot in
            try snapshot.connection.rows(
                """
                SELECT user_id FROM users UNION ALL SELECT name FROM sessions
                UNION ALL SELECT u.user_id FROM data_keys AS k JOIN users AS u ON u.user_key = k.user_key
                """,
                as: { $0.string(0) }
            )
        }
        #expect(Set(left) == (hasOthers ? ["other"] : []))
        #expect(try await store.verify().findings == [])

        // A memory that was not erased here brings its user, and everything that belongs to it.
        let another = try await ExchangedStore()
        let id = try await another.shared.memory("something else")
        try await another.store.eraseMemory(id, as: "alden")
        #expect(try await another.imported(lines).stored == (hasOthers ? 4 : 2))
        let sessions = try another.store.read {
            try $0.connection.rows("SELECT name FROM sessions", as: { $0.string(0) })
        }
        #expect(sessions == ["osprindle session"])
        #expect(try await another.store.verify().findings == [])
    }

    @Test func `what was deleted and purged is not brought back, here and where the export goes`() async throws {
        let source = try await ExchangedStore()
        let gone = try await source.shared.memory("gone")
        let before = try await source.exported()
        try await source.store.delete(gone, as: "alden", lock: source.shared.lock(gone, as: "alden"))
        source.shared.clock.advance(by: UpkeepStore.days(31))
        #expect(try await source.store.maintain(MaintenanceRequest(steps: [.purge]))[.purge]?.affected == 1)
        let kept = try await source.shared.memory("kept")
        #expect(try await source.imported(before).deleted == 1)
        let after = try await source.exported()
        #expect(after.filter { $0.contains(#""kind":"tombstone""#) && $0.contains(gone.rawValue) }.count == 1)
        let target = try await ExchangedStore(clock: source.shared.clock)
        #expect(try await target.imported(after).stored == 1)
        #expect(try await target.imported(before) == ImportReport(deleted: 1))
        await expect(.memoryNotFound) { try await target.store.memory(gone, as: "alden") }
        #expect(try await target.shared.content(kept, as: "alden") == "kept")
        // A store that still has the memory keeps it.
        let other = try await ExchangedStore(clock: source.shared.clock)
        try await other.imported(before)
        #expect(try await other.imported(after).stored == 1)
        #expect(try await other.shared.content(gone, as: "alden") == "gone")
        #expect(try await other.exported().allSatisfy { !$0.contains(#""kind":"tombstone""#) })
    }

    @Test
    func `a fold that a person undid stays undone, and a profile that leaves its conflicts to the configuration too`()
        async throws
    {
        let source = try await ExchangedStore()
        var profile = AgentProfile.alden
        profile.ownConflictResolution = nil
        try await source.store.setProfiles([profile])
        let twins = [try await source.shared.memory("The same."), try await source.shared.memory("The same.")]
        let fold = MaintenanceRequest(steps: [.duplicates])
        #expect(try await source.store.maintain(fold)[.duplicates]?.affected == 1)
        _ = try await source.store.restore(twins[0], as: "alden")
        let lines = try await source.exported()
        let target = try await ExchangedStore(clock: source.shared.clock)
        try await target.imported(lines)
        #expect(try await target.exported() == lines)
        #expect(try await target.store.maintain(fold)[.duplicates]?.affected == 0)
        #expect(try target.store.read { try $0.directory.agent("alden").profile.ownConflictResolution } == nil)
    }

    /// What becomes of each table. A new one is to be decided here, and its rows written out or left out on purpose.
    private static let tables: [String: Bool] = [
        "agents": true, "policies": true, "users": true, "sessions": true, "memories": true, "versions": true,
        "drafts": true, "shares": true, "conflicts": true, "accesses": true, "categories": true, "tags": true,
        "erasure_marks": true, "tombstones": true,
        // Of these a part: the secret of erasures, identity keys, the last tokens, and folds that a person undid.
        "store": true, "data_keys": true, "leases": true, "upkeep_changes": true,
        // What is made from the rest.
        "documents": false, "memory_index": false, "memory_words": false, "roster_images": false, "models": false,
        "vector_blocks": false, "vector_block_states": false, "index_progress": false, "sealed_words": false,
        "sealed_vectors": false, "ages": false, "counters": false,
        // What is of this file and its processes alone.
        "audit": false, "audit_head": false, "notifications": false, "operations": false, "lease_waiters": false,
        "upkeep_lease": false, "upkeep_state": false, "unanswered_searches": false,
        // What this file exchanges with other devices: a file that is restored joins anew.
        "device_space": false, "device_outbox": false, "device_facts": false, "device_registers": false,
        "device_held": false, "device_removed": false,
        // What only says that something is gone: its marks go along.
        "erased_documents": false, "erased_users": false,
    ]

    @Test func `every table is written out, or left out on purpose`() async throws {
        let source = try await ExchangedStore()
        let names = try source.store.read { snapshot in
            try snapshot.connection.rows(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
                as: { $0.string(0) }
            )
        }
        // The full-text index has tables of its own.
        let own = names.filter { !$0.hasPrefix("memory_index_") }
        #expect(Set(own).symmetricDifference(Self.tables.keys) == [])
    }

    @Test func `sensitive memories are left out and counted, unless they are asked for with their key`() async throws {
        let source = try await ExchangedStore()
        let draft = MemoryDraft(content: "the quixzle", isSensitive: true)
        _ = try await source.store.store([draft], agentID: "alden", userID: "iris")
        let plain = try await source.exported(sensitive: false)
        #expect(!plain.contains { $0.contains("quixzle") || $0.contains("identity_key") })
        #expect(plain.last?.contains(#""sensitive_left_out":1"#) == true)
        #expect(try await source.exported().contains { $0.contains("quixzle") })
        var options = StoreOptions()
        options.embedder = nil
        let keyless = try await MemoryStore.open(.file(source.directory.file("store.db")), options: options)
        await expect(.keyUnavailable) {
            try await keyless.export(includesSensitive: true) { _ in }
        }
        try await keyless.close()
        let target = try await MemoryStore.open(.temporary, options: options)
        let lines = try await source.exported()
        await expect(.keyUnavailable) { try await target.importExport(from: source.file(lines)) }
        // A user whose sensitive memories have ids by another key can't have these beside them.
        let other = try await ExchangedStore()
        _ = try await other.store.store([draft], agentID: "alden", userID: "iris")
        await expect(.invalidArgument) { try await other.imported(lines) }
        try await target.close()
    }

    @Test func `an export of one user has nothing of another`() async throws {
        let source = try await ExchangedStore()
        _ = try await source.store.store(
            [MemoryDraft(content: "mine")],
            agentID: "alden",
            userID: "iris",
            sessionID: "s"
        )
        _ = try await source.store.store(
            [MemoryDraft(content: "theirs")],
            agentID: "alden",
            userID: "omar",
            sessionID: "s"
        )
        let lines = try await source.exported(user: "iris")
        #expect(
            lines.contains { $0.contains("mine") } && !lines.contains { $0.contains("theirs") || $0.contains("omar") }
        )
        await expect(.invalidArgument) { try await source.exported(user: "nobody") }
        #expect(try source.shared.audit().filter { $0 == "export" }.count == 1)
    }

    @Test func `a namesake of another user keeps its identifier`() async throws {
        let source = try await ExchangedStore()
        for user: UserID in ["iris", "omar"] {
            let draft = MemoryDraft(content: "note of \(user)")
            let item = MemoryImport(id: "1", userID: user, agentID: "alden", sessionID: nil, draft: draft)
            _ = try await source.store.importMemories([item])
        }
        let lines = try await source.exported()
        let target = try await ExchangedStore()
        try await target.imported(lines)
        #expect(try await target.exported() == lines)
        #expect(try await target.store.memory("1", as: "alden", userID: "omar").content == "note of omar")
    }
}

import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Where the audit can't be written, another agent's memory is not given out.
@Suite struct UnauditedReads {
    private typealias Call = (name: String, run: (MemoryStore) async throws -> Void)

    private func calls(_ id: MemoryID, as agent: AgentID, user: UserID) -> [Call] {
        [
            ("memory", { _ = try await $0.memory(id, as: agent) }),
            ("memories", { _ = try await $0.memories([id], as: agent) }),
            ("browse", { _ = try await $0.browse(as: agent, userID: user) }),
            ("slice", { _ = try await $0.slice(of: agent, userID: user) }),
            ("keyword", { _ = try await $0.search("blue", as: agent, userID: user, type: .keyword) }),
            ("semantic", { _ = try await $0.search("blue", as: agent, userID: user, type: .semantic) }),
            ("hybrid", { _ = try await $0.search("blue", as: agent, userID: user) }),
            ("similar", { _ = try await $0.similar(to: id, as: agent) }),
            ("history", { _ = try await $0.history(of: id, as: agent) }),
            ("sessions", { _ = try await $0.sessions(as: agent, userID: user) }),
        ]
    }

    /// A memory of a session, which Alice may see.
    private func memory(in shared: SharedStore) async throws -> MemoryID {
        let session = try await shared.store.createSession(userID: shared.user, agentID: "alden")
        let draft = MemoryDraft(content: "The blue door.")
        return
            try await shared.store
            .store(
                [draft],
                agentID: "alden",
                userID: shared.user,
                sessionID: session,
                shareWith: ["alice"]
            )[0]
    }

    @Test func `each read of another's memory throws while its row can't be written, and nothing is written`()
        async throws
    {
        let shared = try await SharedStore()
        let store = shared.store
        let id = try await memory(in: shared)
        try await store.write { transaction in
            try transaction.connection.execute(
                "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no room'); END"
            )
        }
        let before = try store.auditAnchor()
        for call in calls(id, as: "alice", user: shared.user) {
            await expect(.storeUnavailable) { try await call.run(store) }
        }
        await expect(.storeUnavailable) {
            try await store.update(id, as: "alice", change: MemoryChange(content: "The red door."))
        }
        await expect(.storeUnavailable) { try await store.access(to: id, as: "system") }
        // Its own agent reads on.
        for call in calls(id, as: "alden", user: shared.user) { try await call.run(store) }
        #expect(try store.auditAnchor() == before)
        try await store.write { try $0.connection.execute("DROP TRIGGER broken") }
        for call in calls(id, as: "alice", user: shared.user) { try await call.run(store) }
        #expect(try await store.memory(id, as: "alden").content == "The blue door.")
        #expect(try await store.verify().isSound)
        try await store.close()
    }

    @Test func `each read of another's memory throws on a file that is only read, and a hidden one is not there`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let location = StoreLocation.file(directory.file("store.db"))
        let shared = try await SharedStore(location)
        let id = try await memory(in: shared)
        try await shared.store.close()
        let reader = try await SharedStore(location) { $0.isReadOnly = true }.store
        for call in calls(id, as: "alice", user: shared.user) {
            await expect(.storeReadOnly) { try await call.run(reader) }
        }
        for call in calls(id, as: "alden", user: shared.user) { try await call.run(reader) }
        // The answer about a memory that is hidden is the answer about one that is not there.
        for target in [id, "mem_nowhere"] {
            for call in calls(target, as: "mimic", user: shared.user)
            where ["memory", "similar", "history"].contains(call.name) {
                await expect(.memoryNotFound) { try await call.run(reader) }
            }
            await expect(.memoryNotFound) { try await reader.access(to: target, as: "mimic") }
        }
        try await reader.close()
    }

    @Test func `a full file ends the reads of others' memories, and room lets them go on`() async throws {
        let directory = try TemporaryDirectory()
        let location = StoreLocation.file(directory.file("store.db"))
        let shared = try await SharedStore(location, embeds: false)
        let id = try await shared.memory("The blue door.", shareWith: ["alice"])
        let pages = try shared.store.read { try $0.connection.rowsDynamic("PRAGMA page_count", as: { $0.int(0) })[0] }
        try await shared.store.close()
        let full = try await SharedStore(location, embeds: false) { $0.maximumPageCount = pages }.store
        var reads = 0
        while true {
            do {
                #expect(try await full.memory(id, as: "alice").content == "The blue door.")
                reads += 1
            } catch let error as MemoryError {
                #expect(error.code == .storeFull)
                break
            }
            try #require(reads < 1_000)
        }
        #expect(reads > 0)
        await expect(.storeFull) { try await full.memory(id, as: "alice") }
        #expect(try await full.memory(id, as: "alden").content == "The blue door.")
        let rows = try await full.auditEntries(matching: AuditFilter(actions: [.read]), limit: 10_000).rows
        #expect(rows.count == reads)
        try await full.close()
        let roomy = try await SharedStore(location, embeds: false).store
        #expect(try await roomy.memory(id, as: "alice").content == "The blue door.")
        #expect(try await roomy.verify().isSound)
        try await roomy.close()
    }

    @Test func `a disk that fails at any step of it ends one read, and the row of a read that came back is there`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let disk = FaultyDisk(directory.path)
        defer { disk.remove() }
        let shared = try await SharedStore(.file(directory.file("store.db")), embeds: false)
        let store = shared.store
        let id = try await shared.memory("The blue door.", shareWith: ["alice"])
        var answered = 0
        var step = 1
        while true {
            // 10: the disk reports an error.
            disk.fail(atStep: step, .once(10))
            do {
                _ = try await store.memory(id, as: "alice")
                answered += 1
            } catch is MemoryError {
                // It gave nothing out.
            }
            let hasFailed = disk.hasFailed
            disk.fail(atStep: .max, .death)
            guard hasFailed else { break }
            step += 1
        }
        #expect(step > 1)
        let rows = try await store.auditEntries(matching: AuditFilter(actions: [.read])).rows
        #expect(rows.count >= answered)
        #expect(try await store.verifyAudit().findings == [])
        try await store.close()
    }
}

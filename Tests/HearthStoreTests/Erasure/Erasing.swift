import CSQLite
import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Memories that are erased: nothing of them is left, and nothing brings them back.
@Suite struct Erasing {
    /// Words that no other memory has.
    private static let words = ["quixzle", "brambwick", "osprindle", "wexbury"]
    /// What texts and index have of them in any form.
    private static let stems = ["quixzl", "brambwick", "fendolar", "osprindl", "wexbur"]

    /// Memories around the one that is erased, so that pages fill and are divided.
    private func fill(_ sealed: SealedStore, seed: UInt64, isSensitive: Bool) async throws {
        var generator = SeededGenerator(seed: seed)
        let drafts = (0..<300)
            .map { _ in
                let length = Int.random(in: 3...60, using: &generator)
                let text = (0..<length).map { _ in "word\(Int.random(in: 0..<900, using: &generator))" }
                return MemoryDraft(
                    content: text.joined(separator: " "),
                    tags: ["t\(Int.random(in: 0..<9, using: &generator))"],
                    isSensitive: isSensitive && Bool.random(using: &generator)
                )
            }
        _ = try await sealed.store.store(drafts, agentID: "alden", userID: sealed.user)
    }

    /// A memory with everything that a memory may have.
    private func eventfulMemory(_ sealed: SealedStore, isSensitive: Bool) async throws -> MemoryID {
        let shared = sealed.shared
        let draft = MemoryDraft(
            content: "The quixzle stands by the gate.",
            tags: ["brambwick"],
            metadata: ["place": "fendolary"],
            isSensitive: isSensitive
        )
        let id =
            try await sealed.store
            .store(
                [draft],
                agentID: "alden",
                userID: sealed.user,
                shareWith: ["alice", "mimic"]
            )[0]
        try await fill(sealed, seed: 1, isSensitive: isSensitive)
        let child = MemoryDraft(content: "A child of it.", parentID: id)
        _ = try await sealed.store.store([child], agentID: "alden", userID: sealed.user)
        for number in 0..<4 {
            try await shared.edit(id, as: "alden", content: "The quixzle stands by gate \(number), and osprindle too.")
            try await shared.sync("alden")
        }
        let lock = try #require(try await shared.lock(id, as: "alden"))
        _ = try await sealed.store.releaseLease(lock)
        try await shared.edit(id, as: "mimic", content: "A wexbury of Mimic's.")
        try await shared.edit(id, as: "alden", content: "Three quixzles.")
        try await shared.edit(id, as: "alice", content: "Four quixzles, says osprindle.")
        try await shared.sync("alden")
        try await shared.sync("alice")
        let history = try await sealed.store.history(of: id, as: "alden")
        _ = try await sealed.store.memory(id, as: "mimic")
        _ = try await sealed.store.search("quixzle", as: "alden", userID: sealed.user)
        try await fill(sealed, seed: 2, isSensitive: isSensitive)
        #expect(history.count > 4)
        #expect(try await sealed.store.pendingConflicts().count == 1)
        return id
    }

    @Test(arguments: [false, true])
    func `after an erasure no byte of a memory is in the file, its log or a copy`(isSensitive: Bool) async throws {
        let sealed = try await SealedStore { options in
            for index in options.agents.indices { options.agents[index].conflictResolution = .manualReview }
        }
        let store = sealed.store
        let id = try await eventfulMemory(sealed, isSensitive: isSensitive)
        let history = try await store.history(of: id, as: "alden").map(\.id)
        var traces = try Traces(of: id, words: Self.stems, in: store)
        if isSensitive {
            let user = try #require(try store.read { try UserTable.find(sealed.user, in: $0.connection) })
            traces.add(tokensOf: "quixzle wexbury osprindle", keys: try #require(store.keyring.loaded(user)))
        }
        #expect(traces.needles.count > 30)
        #expect(try await traces.found(in: sealed.directory.path).count > 20)

        #expect(try await store.eraseMemory(id, as: "alden") == ErasureReport(memories: 1, isComplete: true))
        let left = try await traces.found(in: sealed.directory.path)
        #expect(left == [])
        let copy = try TemporaryDirectory()
        _ = try await blocking {
            try ChildProcess.run(["cp", "-r", sealed.directory.path, copy.path], collecting: 2)
        }
        #expect(try await traces.found(in: copy.path) == [])

        await expect(.memoryNotFound) { try await store.memory(id, as: "alden") }
        await expect(.memoryNotFound) { try await store.history(of: id, as: "alden") }
        await expect(.memoryNotFound) { try await store.restore(id, as: "alden") }
        await expect(.memoryNotFound) { try await store.rollback(id, to: history[0], as: "alden") }
        await expect(.memoryNotFound) { try await store.update(id, as: "mimic", change: MemoryChange(content: "No.")) }
        for word in Self.words {
            #expect(try await store.search(word, as: "alden", userID: sealed.user, type: .keyword).isEmpty)
        }
        #expect(try await store.pendingConflicts().isEmpty)
        #expect(try await store.verify().findings == [])
        try await store.close()
        #expect(try await traces.found(in: sealed.directory.path) == [])
        let reopened = try await sealed.reopened(provider: sealed.provider)
        #expect(try await reopened.verify().findings == [])
        let row = try #require(try await reopened.auditEntries(matching: AuditFilter(actions: [.erase])).rows.first)
        #expect(row.memoryIDs == [nil] && row.agentID == "alden")
        try await reopened.close()
    }

    @Test func `what was plain before a memory became sensitive is gone from the file as well`() async throws {
        let sealed = try await SealedStore { options in
            for index in options.agents.indices { options.agents[index].conflictResolution = .manualReview }
        }
        let id = try await eventfulMemory(sealed, isSensitive: false)
        let traces = try Traces(of: id, words: Self.stems, in: sealed.store)
        try await sealed.store.update(id, as: "alden", change: MemoryChange(isSensitive: true))
        // The identifier and the times of a sensitive memory are plain still.
        let left = try await traces.found(in: sealed.directory.path).filter { !$0.contains("identifier") }
        #expect(left.filter { $0 != "a conflict's id" } == [])
        #expect(try await sealed.store.verify().findings == [])
        try await sealed.store.close()
    }

    @Test func `its owner or a critical agent that sees it erases a memory, and nobody while another holds its lease`()
        async throws
    {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("Alice's.", of: "alice", shareWith: ["mimic", "alden"])
        let hidden = try await shared.memory("Hidden.", of: "alice", shareWith: [])
        await expect(.accessDenied) { try await shared.store.eraseMemory(id, as: "mimic") }
        await expect(.memoryNotFound) { try await shared.store.eraseMemory(hidden, as: "mimic") }
        await expect(.memoryNotFound) { try await shared.store.eraseMemory("mem_none", as: "mimic") }
        let lock = try #require(try await shared.lock(id, as: "alice"))
        await expect(.locked) { try await shared.store.eraseMemory(id, as: "system") }
        _ = try await shared.store.releaseLease(lock)
        try await shared.store.eraseMemory(id, as: "system")
        try await shared.store.eraseMemory(hidden, as: "alice")
        #expect(try shared.audit().filter { $0 == "erase" }.count == 2)
        await expect(.accessDenied) { try await shared.store.eraseUser(shared.user, as: "mimic") }
        await expect(.invalidArgument) { try await shared.store.eraseUser("nobody", as: "system") }
    }

    @Test func `an erased identifier is never imported again, and an erased text only if that is asked for`()
        async throws
    {
        let sealed = try await SealedStore(embeds: false)
        let store = sealed.store
        func item(_ id: MemoryID, _ text: String, user: UserID? = nil, isSensitive: Bool = false) -> MemoryImport {
            MemoryImport(
                id: id,
                userID: user ?? sealed.user,
                agentID: "alden",
                draft: MemoryDraft(content: text, isSensitive: isSensitive)
            )
        }
        let plain = item("host-1", "Caf\u{E9} at noon.")
        let secret = item("host-2", "A secret.", isSensitive: true)
        #expect(try await store.importMemories([plain, secret]) == ImportCounts(stored: 2))
        try await store.eraseMemory("host-1", as: "alden")
        try await store.eraseMemory("host-2", as: "alden")
        #expect(try await store.importMemories([plain, secret]) == ImportCounts(erased: 2))
        #expect(try await store.importMemories([plain, secret], allowErased: true) == ImportCounts(erased: 2))
        // The same text in another Unicode form, and what was sealed as a plain one.
        let others = [item("host-3", "Cafe\u{301} at noon."), item("host-4", "A secret.")]
        #expect(try await store.importMemories(others) == ImportCounts(erased: 2))
        let mixed = [item("host-5", "Tea at noon."), others[0]]
        #expect(try await store.importMemories(mixed) == ImportCounts(stored: 1, erased: 1))
        // Another user has nothing to do with it, and whoever says it anew may.
        #expect(try await store.importMemories([item("host-1", "Caf\u{E9} at noon.", user: "other")]).stored == 1)
        #expect(try await store.importMemories(others, allowErased: true) == ImportCounts(stored: 2))
        _ = try await sealed.shared.memory("Caf\u{E9} at noon.")
        await expect(.memoryNotFound) { try await store.memory("host-1", as: "alden", userID: sealed.user) }
        #expect(try await store.verify().findings == [])
        try await store.close()
    }

    @Test func `a reader of another process that keeps the log is reported, and the next opening does the rest`()
        async throws
    {
        let sealed = try await SealedStore(embeds: false)
        let id = try await sealed.shared.memory("The quixzle stands by the gate.")
        let traces = try Traces(of: id, words: ["quixzle"], in: sealed.store)
        let other = try await sealed.reopened(provider: nil)
        let (entered, enter) = AsyncStream<Void>.makeStream()
        let release = DispatchSemaphore(value: 0)
        async let reading: Void = blocking {
            try other.read { _ in
                enter.finish()
                release.wait()
            }
        }
        for await _ in entered {}
        let erased = try await sealed.store.eraseMemory(id, as: "alden")
        #expect(erased.memories == 1 && !erased.isComplete && erased.problem?.contains("Another process") == true)
        #expect(try sealed.store.erasureStatus().isComplete == false)
        #expect(try await sealed.store.healthCheck().reasons.contains { $0.hasPrefix("erasure: ") })
        await expect(.memoryNotFound) { try await other.memory(id, as: "alden") }
        #expect(try await sealed.store.finishErasures().isComplete == false)
        #expect(try other.pendingNotifications().map(\.kind) == [.erasureIncomplete])
        release.signal()
        try await reading
        #expect(try await other.search("quixzle", as: "alden", userID: sealed.user).isEmpty)
        try await other.close()
        let third = try await sealed.reopened(provider: sealed.provider)
        #expect(try third.read(MemoryStore.isScrubbed))
        #expect(try third.pendingNotifications().isEmpty)
        #expect(try await third.finishErasures() == ErasureReport(memories: 0, isComplete: true))
        #expect(try await third.healthCheck().reasons.isEmpty)
        #expect(try await traces.found(in: sealed.directory.path) == [])
        try await third.close()
        try await sealed.store.close()
    }

    @Test func `what fails is said, and no other process is blamed for it`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let id = try await sealed.shared.memory("The quixzle stands by the gate.")
        try await sealed.store.close()
        // The leaves of the word index are read when it is merged, and not before. A stranger writes what he likes.
        var stranger: OpaquePointer?
        defer { sqlite3_close(stranger) }
        try #require(sqlite3_open(sealed.path, &stranger) == SQLITE_OK)
        let damage = "UPDATE memory_index_data SET block = x'ffff' WHERE id > 1000"
        try #require(sqlite3_exec(stranger, damage, nil, nil, nil) == SQLITE_OK && sqlite3_changes(stranger) > 0)
        let store = try await sealed.reopened(provider: sealed.provider)
        let erased = try await store.eraseMemory(id, as: "alden")
        #expect(!erased.isComplete)
        let problem = try #require(erased.problem)
        #expect(problem.contains("damaged") && problem.contains("--rest") && !problem.contains("Another process"))
        let told = try store.pendingNotifications().filter { $0.kind == .erasureIncomplete }
        #expect(told.count == 1 && told.allSatisfy { $0.message.contains("damaged") })
        #expect(try await store.healthCheck().reasons.contains { $0.hasPrefix("erasure: ") && $0.contains("damaged") })
        try await store.close()
    }

    @Test func `a memory whose key is lost is erased all the same`() async throws {
        let sealed = try await SealedStore()
        let id = try await sealed.memory("The quixzle.", tags: ["brambwick"])
        let other = try await sealed.memory("Another secret.")
        try await sealed.store.close()
        let keyless = try await sealed.reopened(provider: nil)
        let traces = try Traces(of: id, words: [], in: keyless)
        #expect(
            try await keyless.eraseMemory(id, as: "alden")
                == ErasureReport(memories: 1, isComplete: true, unmarkedMemories: 1)
        )
        #expect(try await traces.found(in: sealed.directory.path) == [])
        try await keyless.close()
        let again = try await sealed.reopened(provider: sealed.provider)
        #expect(try await again.memory(other, as: "alden").content == "Another secret.")
        #expect(try await again.verify().findings == [])
        try await again.close()
    }
}

import Crypto
import FoundationEssentials
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Keys that others take the place of: everything stays readable and found, at every moment.
@Suite struct KeyRotations {
    private static func answers(_ store: MemoryStore, _ user: UserID) async throws -> [String] {
        var answers: [String] = []
        for query in ["gazebo", "gaz*", "\"by the gate\"", "secret path"] {
            for type in [SearchType.keyword, .hybrid] {
                let found = try await store.search(query, as: "alden", userID: user, type: type)
                answers.append(found.map { "\($0.memory.id) \($0.score)" }.joined(separator: ", "))
            }
        }
        return answers
    }

    @Test func `after a rotation everything is found as before, with the new keys alone`() async throws {
        let sealed = try await SealedStore()
        let id = try await sealed.memory("A gazebo by the gate.", tags: ["garden"], shareWith: ["alice"])
        for number in 0..<90 { _ = try await sealed.memory("The secret path number \(number).") }
        try await sealed.shared.edit(id, as: "alden", content: "Two gazebos by the gate.")
        try await sealed.shared.sync("alden")
        try await sealed.shared.edit(id, as: "alice", content: "Three gazebos.")
        let gone = try await sealed.memory("A gazebo that is gone.")
        let lock = try #require(try await sealed.shared.lock(gone, as: "alden"))
        try await sealed.store.delete(gone, as: "alden", lock: lock)
        let before = try await Self.answers(sealed.store, sealed.user)
        let history = try await sealed.store.history(of: id, as: "alden")
        let new = SymmetricKey(size: .bits256)
        sealed.provider.add(new, identifier: "test-2")

        let report = try await sealed.store.rotateKeys()
        #expect(report == KeyRotationReport(users: 1, keysRewrapped: 2, memoriesResealed: 92, isComplete: true))
        #expect(try await Self.answers(sealed.store, sealed.user) == before)
        #expect(try sealed.store.userKeys().map(\.number) == [0, 2])
        #expect(try sealed.store.userKeys().allSatisfy { $0.providerKey == "test-2" })
        #expect(try sealed.shared.audit().last == "key")
        try await sealed.store.close()

        let store = try await sealed.reopened(provider: MemoryKeyProvider(new, identifier: "test-2"))
        #expect(try await Self.answers(store, sealed.user) == before)
        #expect(try await store.history(of: id, as: "alden") == history)
        #expect(try await store.memory(id, as: "alice").content == "Three gazebos.")
        #expect(try await store.restore(gone, as: "alden").content == "A gazebo that is gone.")
        #expect(try await store.verify().findings == [])
        try await store.close()
    }

    @Test func `two processes rotate at once while others search and store`() async throws {
        let sealed = try await SealedStore(embeds: false)
        for number in 0..<150 { _ = try await sealed.memory("The secret gazebo number \(number).") }
        let other = try await sealed.reopened(provider: sealed.provider)
        let user = sealed.user
        try await withThrowingTaskGroup(of: Void.self) { group in
            for store in [sealed.store, other] {
                group.addTask { _ = try await store.rotateKeys() }
                group.addTask {
                    for _ in 0..<10 {
                        let found = try await store.search(
                            "gazebo",
                            as: "alden",
                            userID: user,
                            type: .keyword,
                            limit: 200
                        )
                        #expect(found.count >= 150)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await sealed.store.verify().findings == [])
        #expect(try other.userKeys().count == 2)
        try await other.close()
        try await sealed.store.close()
    }

    /// - Returns: Whether the disk died before the rotation was over.
    private func rotate(dyingAtStep step: Int) async throws -> Bool {
        let directory = try TemporaryDirectory()
        let disk = FaultyDisk(directory.path)
        defer { disk.remove() }
        let path = directory.file("store.db")
        let provider = MemoryKeyProvider()
        func open() async throws -> MemoryStore {
            var options = StoreOptions()
            options.keyProvider = provider
            return try await MemoryStore.open(.file(path), options: options)
        }
        let store = try await open()
        let drafts = (0..<3).map { MemoryDraft(content: "Secret gazebo \($0).", tags: ["t"], isSensitive: true) }
        let ids = try await store.store(drafts, agentID: "alden", userID: "iris")
        provider.add(identifier: "test-2")
        disk.fail(atStep: step, .death)
        _ = try? await store.rotateKeys()
        let hasFailed = disk.hasFailed
        try? await store.close()
        disk.fail(atStep: .max, .death)

        let reopened = try await open()
        for round in 0..<2 {
            let memories = try await reopened.memories(ids, as: "alden")
            #expect(memories.map(\.content) == drafts.map(\.content), "step \(step)")
            let found = try await reopened.search("gazebo", as: "alden", userID: "iris", type: .keyword)
            #expect(Set(found.map(\.memory.id)) == Set(ids), "step \(step)")
            #expect(try await reopened.verify().findings == [], "step \(step)")
            if round == 0 { _ = try await reopened.rotateKeys() }
        }
        #expect(try reopened.userKeys().count == 2, "step \(step)")
        try await reopened.close()
        return hasFailed
    }

    @Test func `a kill at any step leaves everything readable, and the next rotation ends it`() async throws {
        var step = 1
        while try await rotate(dyingAtStep: step) { step += 1 }
        #expect(step > 10)
    }
}

import Crypto
import Foundation
import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What a sensitive memory is to those who have the key, to those who have not, and to whoever takes the file.
@Suite struct SealedMemories {
    @Test func `the name of where a sensitive text came from is sealed with it, and its origin and trust are not`()
        async throws
    {
        let sealed = try await SealedStore(embeds: false)
        let (store, user) = (sealed.store, sealed.user)
        func web(_ name: String, trust: Double = 0.2) -> Provenance {
            Provenance(origin: .tool, name: name, trust: trust)
        }
        let plain = Provenance(origin: .agent, name: "quartermaster")
        var ids: [MemoryID] = []
        for (text, provenance) in [("The safe", web("clinic.example")), ("The code", plain)] {
            let draft = MemoryDraft(content: text, isSensitive: true, provenance: provenance)
            ids += try await store.store([draft], agentID: "alden", userID: user)
        }
        // A draft, a head after it, and the version before.
        try await store.update(
            ids[0],
            as: "alden",
            change: MemoryChange(content: "2", provenance: web("pharmacy.example", trust: 0.1))
        )
        #expect(try await sealed.found(["pharmacy.example"]) == [])
        try await sealed.shared.sync("alden")
        // Made sensitive, and plain again.
        let late = MemoryDraft(content: "The diary", provenance: web("library.example"))
        ids += try await store.store([late], agentID: "alden", userID: user)
        try await store.update(ids[2], as: "alden", change: MemoryChange(isSensitive: true))
        func names() async throws -> [String?] {
            try await store.memories(ids, as: "alden").map(\.provenance.name)
        }
        #expect(try await names() == ["pharmacy.example", "quartermaster", "library.example"])
        let history = try await store.history(of: ids[0], as: "alden").map(\.provenance.name)
        #expect(Set(history) == ["clinic.example", "pharmacy.example"])
        let trusted = SearchFilter(minimumTrust: 0.5)
        let browsed = try await store.browse(as: "alden", userID: user, filter: trusted)
        #expect(browsed.memories.map(\.id) == [ids[1]])
        #expect(try await sealed.found(["clinic.example", "pharmacy.example", "quartermaster"]) == [])
        _ = try await store.rotateKeys()
        #expect(try await names() == ["pharmacy.example", "quartermaster", "library.example"])
        try await store.update(ids[2], as: "alden", change: MemoryChange(isSensitive: false))
        #expect(try await names().last == "library.example")
        #expect(try await store.verify().findings == [])
        try await store.close()
    }

    @Test func `a name that an older release left in plain is read, and sealed by a rotation`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let provenance = Provenance(origin: .tool, name: "clinic.example")
        let draft = MemoryDraft(content: "One", isSensitive: true, provenance: provenance)
        let id = try await sealed.store.store([draft], agentID: "alden", userID: sealed.user)[0]
        try await sealed.shared.edit(id, as: "alden", content: "Two")
        try await sealed.shared.sync("alden")
        try await sealed.shared.edit(id, as: "alden", content: "Three")
        try await sealed.shared.sync("alden")
        try await sealed.store.write { [keyring = sealed.store.keyring] transaction in
            let connection = transaction.connection
            let user = try UserTable.find(sealed.user, in: connection) ?? 0
            guard let keys = keyring.loaded(user) else { throw KeysNeeded(user: user) }
            let seal = MemorySeal(id: id, keys: keys)
            func unnamed(_ sealed: [UInt8], _ place: MemorySeal.Place) throws -> [UInt8] {
                var payload = try seal.open(sealed, as: place)
                #expect(payload.source == "clinic.example")
                payload.source = nil
                return try seal.seal(payload, as: place)
            }
            let heads = try connection.rows(
                "SELECT head, sealed FROM memories",
                as: { (id: $0.bytes(0), sealed: $0.bytes(1)) }
            )
            for head in heads {
                let old = try unnamed(head.sealed, .head(version: head.id))
                try connection.run("UPDATE memories SET sealed = ?1, text_key = NULL", old)
            }
            let versions = try connection.rows(
                "SELECT version_id, content_form, content_base, sealed FROM versions WHERE sealed IS NOT NULL",
                as: { (id: $0.bytes(0), form: $0.string(1), base: $0.optionalBytes(2), sealed: $0.bytes(3)) }
            )
            #expect(versions.count == 2)
            for version in versions {
                let place = MemorySeal.Place.version(version.id, form: version.form, base: version.base)
                let old = try unnamed(version.sealed, place)
                try connection.run("UPDATE versions SET sealed = ?2 WHERE version_id = ?1", version.id, old)
            }
            for table in ["memories", "versions"] {
                try connection.execute("UPDATE \(table) SET provenance = '2 0.3 clinic.example'")
            }
            _ = transaction.sequence
        }
        for rotates in [false, true] {
            if rotates { #expect(try await sealed.store.rotateKeys().findings == []) }
            let found = try await sealed.store.history(of: id, as: "alden").map(\.provenance)
            #expect(found == [provenance, provenance, provenance])
            #expect(try await sealed.store.verify().findings == [])
        }
        let columns = try sealed.store.read { snapshot in
            try snapshot.connection.rows(
                "SELECT typeof(provenance) || provenance FROM memories UNION ALL SELECT typeof(provenance) || provenance FROM versions",
                as: { $0.string(0) }
            )
        }
        #expect(Set(columns) == ["integer2"])
        try await sealed.store.close()
    }

    private static let canaries = ["zanzibarquartz", "okapilantern", "heliotropekey", "marzipanvalue", "quetzalanchor"]

    @Test func `it comes back as it was stored`() async throws {
        let sealed = try await SealedStore()
        let id = try await sealed.memory("The safe opens at 31.", tags: ["safe"], metadata: ["room": "cellar"])
        #expect(try sealed.shared.audit() == ["key"])
        let memory = try await sealed.store.memory(id, as: "alden")
        #expect(memory.content == "The safe opens at 31." && memory.tags == ["safe"])
        #expect(memory.metadata == ["room": "cellar"] && memory.isSensitive)
        #expect(memory.checksum != Hexadecimal.string(ContentDigest.canonical(memory.content)))
        let again = try await sealed.reopened(provider: sealed.provider)
        #expect(try await again.memory(id, as: "alden") == memory)
        try await again.close()
        try await sealed.store.close()
    }

    @Test func `nothing of it is in the files, at any step of its life`() async throws {
        let sealed = try await SealedStore()
        let words = Self.canaries
        let id = try await sealed.memory(
            "The \(words[0]) is behind the mirror.",
            tags: [words[1]],
            metadata: [words[2]: words[3]],
            shareWith: ["alice"]
        )
        func check(_ step: String) async throws {
            let found = try await sealed.found(words)
            #expect(found == [], "\(step)")
        }
        try await check("store")
        try await sealed.shared.edit(id, as: "alice", content: "The \(words[4]) and the \(words[0]) moved.")
        try await check("draft")
        try await sealed.shared.edit(id, as: "alden", tags: [words[1], words[3]])
        try await sealed.shared.sync("alden")
        try await sealed.shared.sync("alice")
        try await check("sync")
        let history = try await sealed.store.history(of: id, as: "alden")
        #expect(history.count >= 3)
        try await sealed.store.rollback(id, to: history[0].id, as: "alden")
        try await check("rollback")
        for type in SearchType.allCases {
            let found = try await sealed.store.search(words[0], as: "alden", userID: sealed.user, type: type)
            #expect(found.first?.memory.id == id, "\(type)")
        }
        try await sealed.store.delete(id, as: "alden")
        try await sealed.shared.sync("alden")
        try await check("deletion")
        _ = try await sealed.store.restore(id, as: "alden")
        #expect(try await sealed.store.memory(id, as: "alden").content == "The \(words[0]) is behind the mirror.")
        #expect(try await sealed.store.verify().findings == [])
        try await check("restore and verify")
        try await sealed.store.close()
        try await check("close")
    }

    @Test(arguments: ConflictResolution.allCases)
    func `it is reconciled under every strategy`(_ strategy: ConflictResolution) async throws {
        let sealed = try await SealedStore(embeds: false) { options in
            for index in options.agents.indices { options.agents[index].conflictResolution = strategy }
        }
        let id = try await sealed.memory("One. Two. Three.", tags: ["a"], shareWith: ["alice"])
        try await sealed.shared.edit(id, as: "alden", content: "One! Two. Three.", tags: ["a", "b"])
        try await sealed.shared.edit(id, as: "alice", content: "One? Two. Three.", tags: ["a", "c"])
        try await sealed.shared.sync("alden")
        try await sealed.shared.sync("alice")
        if let conflict = try await sealed.store.pendingConflicts().first {
            #expect(conflict.versions.map(\.content).sorted() == ["One! Two. Three.", "One? Two. Three."])
            try await sealed.store.resolve(conflict.id, as: "alden", decision: .content("Settled."))
            #expect(try await sealed.store.memory(id, as: "alden").content == "Settled.")
            let severe = try sealed.store.pendingNotifications().allSatisfy { $0.severity == .critical }
            #expect(severe)
        } else {
            #expect(strategy != .manualReview)
        }
        #expect(try await sealed.store.memory(id, as: "alden").tags.contains("c") || strategy == .manualReview)
        #expect(try await sealed.store.verify().findings == [])
        try await sealed.store.close()
    }

    @Test func `without a key nothing of it is stored, read or found, and the rest is there for the asking`()
        async throws
    {
        let keyless = try await SharedStore(embeds: false)
        await expect(.keyUnavailable) {
            let drafts = [MemoryDraft(content: "Plain."), MemoryDraft(content: "Sealed.", isSensitive: true)]
            return try await keyless.store.store(drafts, agentID: "alden", userID: keyless.user)
        }
        #expect(try await keyless.store.browse(as: "alden", userID: keyless.user).memories == [])

        let sealed = try await SealedStore()
        let id = try await sealed.memory("A sealed walnut.", tags: ["nut"])
        let plain = try await sealed.shared.memory("A plain walnut.", tags: ["nut"], shareWith: [])
        let store = try await sealed.reopened(provider: nil)
        let user = sealed.user
        await expect(.keyUnavailable) { try await store.memory(id, as: "alden") }
        await expect(.keyUnavailable) { try await store.history(of: id, as: "alden") }
        await expect(.keyUnavailable) { try await store.browse(as: "alden", userID: user) }
        await expect(.keyUnavailable) { try await store.slice(of: "alden", userID: user) }
        await expect(.keyUnavailable) {
            try await store.browse(as: "alden", userID: user, filter: SearchFilter(tags: ["nut"]))
        }
        for type in SearchType.allCases {
            await expect(.keyUnavailable) { try await store.search("elephant", as: "alden", userID: user, type: type) }
        }
        await expect(.keyUnavailable) {
            try await store.store([MemoryDraft(content: "x", isSensitive: true)], agentID: "alden", userID: user)
        }
        let without = SearchFilter(includesSensitive: false)
        #expect(try await store.memory(plain, as: "alden").content == "A plain walnut.")
        #expect(try await store.browse(as: "alden", userID: user, filter: without).memories.map(\.id) == [plain])
        #expect(
            try await store.slice(of: "alden", userID: user, includesSensitive: false).entries.map(\.memory.id) == [
                plain
            ]
        )
        let found = try await store.search("walnut", as: "alden", userID: user, filter: without)
        #expect(found.map(\.memory.id) == [plain])
        let report = try await store.verify()
        #expect(report.findings == [] && report.sealed == [id])
        // What an agent does not see asks nothing of it.
        #expect(try await store.browse(as: "alice", userID: user).memories == [])
        #expect(try await store.search("walnut", as: "alice", userID: user).isEmpty)
        await expect(.memoryNotFound) { try await store.memory(id, as: "alice") }
        await expect(.memoryNotFound) { try await store.history(of: id, as: "alice") }
        await expect(.memoryNotFound) { try await store.update(id, as: "alice", change: MemoryChange(content: "x")) }
        let child = MemoryDraft(content: "x", parentID: id)
        await expect(.memoryNotFound) { try await store.store([child], agentID: "alice", userID: user) }
        try await store.close()
        try await sealed.store.close()
    }

    @Test func `a wrong key opens nothing and breaks nothing`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let id = try await sealed.memory("Sealed.")
        let plain = try await sealed.shared.memory("Plain.", shareWith: [])
        let store = try await sealed.reopened(provider: MemoryKeyProvider())
        await expect(.decryptionFailed) { try await store.memory(id, as: "alden") }
        await expect(.decryptionFailed) {
            try await store.store([MemoryDraft(content: "x", isSensitive: true)], agentID: "alden", userID: sealed.user)
        }
        #expect(try await store.memory(plain, as: "alden").content == "Plain.")
        try await store.close()
        #expect(try await sealed.store.memory(id, as: "alden").content == "Sealed.")
        try await sealed.store.close()
    }

    @Test func `a provider that fails is quoted, asked again later, and not asked once the keys are known`()
        async throws
    {
        let sealed = try await SealedStore(embeds: false)
        let failure = MemoryError(code: .keyUnavailable, message: "The keychain is locked.")
        sealed.provider.fail(with: failure)
        await expect(.keyUnavailable) { try await sealed.memory("Sealed.") }
        sealed.provider.fail(with: nil)
        let id = try await sealed.memory("Sealed.")
        let calls = sealed.provider.calls
        sealed.provider.fail(with: failure)
        #expect(try await sealed.store.memory(id, as: "alden").content == "Sealed.")
        #expect(sealed.provider.calls == calls)
        let store = try await sealed.reopened(provider: sealed.provider)
        await #expect(throws: failure) { try await store.memory(id, as: "alden") }
        try await store.close()
        try await sealed.store.close()
    }

    @Test func `two openings of one file use the same keys`() async throws {
        let sealed = try await SealedStore()
        let other = try await sealed.reopened(provider: sealed.provider)
        let user = sealed.user
        async let first = sealed.memory("A walrus here.")
        async let second = other.store(
            [MemoryDraft(content: "A tapir there.", isSensitive: true)],
            agentID: "alden",
            userID: user
        )
        let ids = try await [first, second[0]]
        for store in [sealed.store, other] {
            #expect(try await store.memories(ids, as: "alden").map(\.content) == ["A walrus here.", "A tapir there."])
            for (query, id) in zip(["walrus", "tap*"], ids) {
                let found = try await store.search(query, as: "alden", userID: user, type: .keyword)
                #expect(found.map(\.memory.id) == [id])
            }
        }
        let numbers = try sealed.store.read { snapshot in
            try snapshot.connection.rows("SELECT number FROM data_keys", as: { $0.int(0) })
        }
        #expect(numbers == [0, 1])
        try await other.close()
        let readOnly = try await sealed.reopened(provider: sealed.provider, isReadOnly: true)
        #expect(try await readOnly.memories(ids, as: "alden").count == 2)
        try await readOnly.close()
        try await sealed.store.close()
    }

    @Test func `it works in memory`() async throws {
        let shared = try await SharedStore(.inMemory) { $0.keyProvider = MemoryKeyProvider() }
        let draft = MemoryDraft(content: "A sealed pelican.", tags: ["bird"], isSensitive: true)
        let id = try await shared.store.store([draft], agentID: "alden", userID: shared.user)[0]
        #expect(try await shared.store.search("pelican", as: "alden", userID: shared.user).map(\.memory.id) == [id])
        try await shared.store.close()
    }

    @Test func `a payload in another's place is refused`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let one = try await sealed.memory("The first.", shareWith: ["alice"])
        let two = try await sealed.memory("The second.", shareWith: ["alice"])
        let other = MemoryDraft(content: "Another user's.", isSensitive: true)
        let three = try await sealed.store.store([other], agentID: "alden", userID: "user_456")[0]
        for id in [one, two] {
            try await sealed.shared.edit(id, as: "alden", content: "Later, of \(id).")
            try await sealed.shared.sync("alden")
            try await sealed.shared.edit(id, as: "alice", content: "Drafted for \(id).")
        }
        let swaps: [(statement: String, reader: AgentID, id: MemoryID)] = [
            // From one memory to another, of the same user and of another one.
            (
                "UPDATE memories SET sealed = (SELECT sealed FROM memories WHERE memory_id = '\(two)') WHERE memory_id = '\(one)'",
                "alden", one
            ),
            (
                "UPDATE memories SET sealed = (SELECT sealed FROM memories WHERE memory_id = '\(three)') WHERE memory_id = '\(one)'",
                "alden", one
            ),
            // From a version to the head, and from a draft to the head.
            (
                "UPDATE memories SET sealed = (SELECT sealed FROM versions AS v WHERE v.memory_key = memories.memory_key AND sealed IS NOT NULL) WHERE memory_id = '\(one)'",
                "alden", one
            ),
            (
                "UPDATE memories SET sealed = (SELECT sealed FROM drafts AS d WHERE d.memory_key = memories.memory_key) WHERE memory_id = '\(one)'",
                "alden", one
            ),
            // From one draft to another.
            (
                "UPDATE drafts SET sealed = (SELECT sealed FROM drafts AS d WHERE d.draft_key != drafts.draft_key)",
                "alice", one
            ),
            // From one version to another.
            (
                "UPDATE versions SET sealed = (SELECT sealed FROM versions AS v WHERE v.memory_key != versions.memory_key AND v.content_form != 'head') WHERE content_form != 'head'",
                "alden", one
            ),
            // A sensitive memory that says it is plain.
            ("UPDATE memories SET is_sensitive = 0 WHERE memory_id = '\(one)'", "alden", one),
        ]
        for swap in swaps {
            do {
                try await sealed.store.write { transaction in
                    try transaction.connection.runDynamic(swap.statement)
                    let snapshot = Snapshot(
                        transaction,
                        directory: try transaction.directory(sealed.store.directories),
                        clock: sealed.store.clock,
                        keyring: sealed.store.keyring
                    )
                    let viewer = try snapshot.directory.acting(swap.reader)
                    let now = sealed.store.clock.now()
                    _ = try snapshot.look(for: swap.id, as: viewer, user: nil, now: now)
                    if let record = try MemoryRecord.find(swap.id, in: snapshot) {
                        _ = try VersionReader(of: record, in: snapshot).all()
                    }
                    throw Accepted()
                }
            } catch let error as MemoryError {
                #expect(error.isDamage, "\(swap.statement): \(error)")
            } catch is Accepted {
                Issue.record("accepted: \(swap.statement)")
            }
        }
        #expect(try await sealed.store.verify().findings == [])
        try await sealed.store.close()
    }

    private struct Accepted: Error {}
}

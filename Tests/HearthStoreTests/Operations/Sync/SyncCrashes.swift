import FoundationEssentials
import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct SyncCrashes {
    @Test
    func
        `after a kill or a loss of power at any step of editing, sync and resolution each draft is whole or published once`()
        async throws
    {
        var step = 1
        while true {
            let directory = try TemporaryDirectory()
            let disk = FaultyDisk(directory.path)
            defer { disk.remove() }
            var edited = try await EditedStore(directory.file("store.db"))
            disk.fail(atStep: step, .death)
            do {
                for deed in EditedStore.deeds { try await edited.perform(deed) }
            } catch is MemoryError {
                // What the dead disk answered.
            }
            try? await edited.store.close()
            guard disk.hasFailed else { break }
            disk.fail(atStep: .max, .death)
            // A loss of power leaves only what was synced.
            let powerless = try TemporaryDirectory()
            for (path, bytes) in disk.synced {
                try Data(bytes).write(to: URL(filePath: powerless.file(URL(filePath: path).lastPathComponent)))
            }
            let other = FaultyDisk(powerless.path)
            defer { other.remove() }
            for place in [directory, powerless] {
                try await edited.reopen(place.file("store.db"))
                try await edited.expectWhole("step \(step)")
                try await edited.finish("step \(step)")
            }
            step += 1
        }
        #expect(step > 30)
    }

    @Test(arguments: [10 as Int32, 13])
    func `an error of the disk at any step of them is typed, leaves the old state, and a later try works`(
        code: Int32
    ) async throws {
        var step = 1
        while true {
            let directory = try TemporaryDirectory()
            let disk = FaultyDisk(directory.path)
            defer { disk.remove() }
            var edited = try await EditedStore(directory.file("store.db"))
            // 10 and 13: I/O error and full disk, without their extended codes.
            disk.fail(atStep: step, .once(code))
            for deed in EditedStore.deeds {
                do {
                    try await edited.perform(deed)
                } catch let error as MemoryError {
                    #expect([.storeFull, .storeUnavailable].contains(error.code), "step \(step): \(error)")
                    try await edited.expectWhole("step \(step)")
                    try await edited.perform(deed)
                }
            }
            let wasReached = disk.hasFailed
            disk.fail(atStep: .max, .death)
            try await edited.finish("step \(step)")
            guard wasReached else { break }
            step += 1
        }
        #expect(step > 30)
    }
}

/// A store with two memories, concurrent edits of them, and a record of what was acknowledged.
private struct EditedStore {
    enum Deed: Hashable {
        case edit(Int)
        case sync(AgentID)
        case resolve
    }

    struct Edit {
        var memory: Int
        var agent: AgentID
        var content: String
    }

    static let edits = [
        Edit(memory: 0, agent: "alice", content: "The boiler is serviced on Tuesday."),
        Edit(memory: 0, agent: "alden", content: "The boiler is serviced on Monday."),
        Edit(memory: 1, agent: "sentry", content: "The door is shut."),
        Edit(memory: 1, agent: "alden", content: "The door is locked."),
    ]
    /// Alden's memory merges by itself; on Sentry's a conflict waits, and is decided on.
    static let deeds: [Deed] =
        edits.indices.map(Deed.edit) + [.sync("alden"), .sync("alice"), .sync("sentry"), .resolve]

    let user: UserID = "user_123"
    let owners: [AgentID] = ["alden", "sentry"]
    private(set) var store: MemoryStore
    private var memories: [MemoryID] = []
    private var acknowledged: Set<Deed> = []

    init(_ path: String) async throws {
        store = try await Self.open(path)
        for owner in owners {
            memories += try await store.store(
                [MemoryDraft(content: "As it was.")],
                agentID: owner,
                userID: user,
                shareWith: ["alden", "alice"]
            )
        }
    }

    private static func open(_ path: String) async throws -> MemoryStore {
        var options = StoreOptions()
        options.embedder = nil
        return try await MemoryStore.open(.file(path), options: options)
    }

    mutating func reopen(_ path: String) async throws {
        store = try await Self.open(path)
    }

    mutating func perform(_ deed: Deed) async throws {
        switch deed {
        case .edit(let number):
            let edit = Self.edits[number]
            let change = MemoryChange(content: edit.content)
            try await store.update(memories[edit.memory], as: edit.agent, change: change)
        case .sync(let agent):
            let result = try await store.sync(agent, userID: user)
            #expect(result.errors == [])
        case .resolve:
            for conflict in try await store.pendingConflicts() {
                try await store.resolve(conflict.id, as: "sentry", decision: .keep(conflict.versions[1].id))
            }
        }
        acknowledged.insert(deed)
    }

    /// Expects every edit to be a draft or a version, never both and never twice, and to be there if it was
    /// acknowledged.
    func expectWhole(_ comment: Comment) async throws {
        for (number, edit) in Self.edits.enumerated() {
            let history = try await store.history(of: memories[edit.memory], as: owners[edit.memory])
            let versions = history.count {
                $0.author == edit.agent && $0.content == edit.content && $0.parents.count == 1
            }
            let drafts = try drafts(of: edit)
            #expect(versions + drafts <= 1, "\(comment): \(edit)")
            if acknowledged.contains(.edit(number)) { #expect(versions + drafts == 1, "\(comment): \(edit)") }
            if acknowledged.contains(.sync(edit.agent)) { #expect(versions == 1, "\(comment): \(edit)") }
        }
        let conflicts = try await store.pendingConflicts()
        if acknowledged.contains(.resolve) { #expect(conflicts.isEmpty, comment) }
        #expect(try await store.verify().findings == [], comment)
    }

    private func drafts(of edit: Edit) throws -> Int {
        try store.read { snapshot in
            let memory = try #require(try MemoryNames.plain(memories[edit.memory], in: snapshot.connection))
            let agent = try snapshot.directory.agent(edit.agent).key
            let draft = try DraftTable.find(memory: memory, agent: agent, in: snapshot)
            return draft?.change.content == edit.content ? 1 : 0
        }
    }

    /// Does what is left to do, and expects everything to be published once.
    mutating func finish(_ comment: Comment) async throws {
        let before = acknowledged
        for deed in Self.deeds where !acknowledged.contains(deed) {
            // An edit that was made and never acknowledged may be published by now; making it again would be another
            // one.
            if case .edit(let number) = deed, try await isThere(Self.edits[number]) { continue }
            try await perform(deed)
        }
        for agent in ["alden", "alice", "sentry"] as [AgentID] { try await perform(.sync(agent)) }
        try await perform(.resolve)
        acknowledged = Set(Self.deeds)
        try await expectWhole(comment)
        try await store.close()
        acknowledged = before
    }

    private func isThere(_ edit: Edit) async throws -> Bool {
        if try drafts(of: edit) > 0 { return true }
        return try await store.history(of: memories[edit.memory], as: owners[edit.memory])
            .contains { $0.author == edit.agent && $0.content == edit.content }
    }
}

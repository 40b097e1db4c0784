import FoundationEssentials
import HearthHub
import HearthMemory

/// The chapter on two devices: each with a store in a file of its own, and a real PostgreSQL between them.
struct DemoDevices {
    private let household: Household
    private let desk: Device
    private let laptop: Device

    private var user: UserID { household.user }

    /// A store and its exchange.
    private struct Device {
        var store: MultiAgentMemoryCoordinator
        var sync: HubSync

        func close() async throws {
            await sync.close()
            try await store.close()
        }
    }

    /// Tells the chapter, and leaves neither files nor a space on the hub behind.
    static func tell(_ household: Household, over administrator: HubAdministrator) async throws -> DemoChapter {
        let directory = FileManager.default.temporaryDirectory.appending(path: "hearth-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let paths = ["desk.db", "laptop.db"].map { directory.appending(path: $0).path }
        let space = try await pair(paths, over: administrator)
        do {
            let demo = DemoDevices(
                household: household,
                desk: try await open(paths[0], household.agents),
                laptop: try await open(paths[1], household.agents)
            )
            let chapter = try await demo.tell()
            try await demo.desk.close()
            try await demo.laptop.close()
            try await administrator.remove(space)
            return chapter
        } catch {
            try await administrator.remove(space)
            throw error
        }
    }

    /// Founds a space, and lets the second device join it.
    private static func pair(_ paths: [String], over administrator: HubAdministrator) async throws -> SpaceID {
        let files = paths.map { DeviceFile(besideStore: $0) }
        let first = try await administrator.found(name: "desk", storage: files[0])
        let space = await first.id
        do {
            let role = try await administrator.admit(to: space)
            let code = try await first.invite(address: role.settings.text)
            try await Space.join(code, name: "laptop", storage: files[1]).close()
        } catch {
            await first.close()
            try await administrator.remove(space)
            throw error
        }
        await first.close()
        return space
    }

    private static func open(_ path: String, _ agents: [AgentID]) async throws -> Device {
        let store = try await MultiAgentMemoryCoordinator.open(.file(path))
        for agent in agents { try await store.registerAgent(agent) }
        guard let sync = try await HubSync.open(store, store: path) else {
            throw CommandFailure("The device of \(path) is gone.")
        }
        return Device(store: store, sync: sync)
    }
}

extension DemoDevices {
    private func tell() async throws -> DemoChapter {
        var chapter = DemoChapter(
            "Two devices, one memory",
            """
            Iris has a desk and a laptop, each with a store of its own, and a PostgreSQL between them that sees sealed rows alone. Each works \
            while the other is away.
            """
        )
        var table = Table(.leading("WHAT"), .leading("DEVICE"), .flexible("READS"))
        try await find(in: &chapter, &table)
        try await meet(in: &chapter, &table)
        try await prevail(in: &chapter, &table)
        try await erase(in: &chapter)
        for (name, device) in [("desk", desk), ("laptop", laptop)] {
            chapter.check("the \(name)'s store is sound", try await device.store.verify().isSound)
        }
        let status = try await desk.store.hubSyncStatus()
        chapter.check("nothing waits to be sent", status?.outgoing, is: 0)
        chapter.table = table
        return chapter
    }

    /// Lets both exchange until nothing is new.
    private func exchange() async throws {
        for device in [desk, laptop, desk] { try await device.sync.sync() }
    }

    /// What is stored on the desk is found on the laptop.
    private func find(in chapter: inout DemoChapter, _ table: inout Table) async throws {
        let content = "The spare key of the boat hangs behind the kitchen clock."
        _ = try await desk.store.storeAgentMemory(agentID: "alden", userID: user, content: content)
        try await exchange()
        let found = try await laptop.store
            .searchAgentMemories(agentID: "alden", userID: user, query: "spare key boat", searchType: .keyword)
            .map(\.memory.content)
        table.row("stored on the desk", "laptop", Styled(found.first ?? "nothing"))
        chapter.check("what the desk stores is found on the laptop", found, is: [content])
    }

    /// Two agents change a sentence each, on a device each, and neither has heard of the other.
    private func meet(in chapter: inout DemoChapter, _ table: inout Table) async throws {
        let edit = try household.edit(.disjoint)
        let id = try await store(edit, of: "alden", settledBy: .mergeContent)
        try await desk.store.shareMemory(id, agentID: "alden", with: ["alice"])
        try await exchange()
        let shared = try await laptop.store.memories([id], agentID: "alice").map(\.content)
        chapter.check("a share is a share on the laptop too", shared, is: [edit.base])
        try await publish(edit.a, of: id, as: "alden", on: desk)
        try await publish(edit.b, of: id, as: "alice", on: laptop)
        try await exchange()
        let read = try await readOnBoth(id, "alden")
        for (name, memory) in read { table.row("edited on both", "\(name)", Styled(memory.content)) }
        chapter.check("the desk reads both edits", read[0].1.content, is: edit.merged ?? "")
        chapter.check("so does the laptop", read[1].1.content, is: edit.merged ?? "")
        chapter.check("it is the same version on both", read[0].1.versionID, is: read[1].1.versionID)
    }

    /// Both devices rewrite one sentence, and the owner's strategy lets the later edit hold.
    private func prevail(in chapter: inout DemoChapter, _ table: inout Table) async throws {
        let edit = try household.edit(.overlapping)
        let id = try await store(edit, of: "sentry", settledBy: .latestWins)
        try await exchange()
        try await publish(edit.a, of: id, as: "sentry", on: desk)
        try await publish(edit.b, of: id, as: "sentry", on: laptop)
        try await exchange()
        let read = try await readOnBoth(id, "sentry")
        for (name, memory) in read { table.row("rewritten on both", "\(name)", Styled(memory.content)) }
        for (name, memory) in read {
            chapter.check("the \(name) reads the later edit", memory.content, is: edit.b.content ?? "")
        }
        chapter.check("it is the same version on both", read[0].1.versionID, is: read[1].1.versionID)
        for device in [desk, laptop] {
            chapter.check("no conflict waits", try await device.store.syncService.pendingConflicts.map(\.id), is: [])
        }
    }

    /// What the laptop erases is gone on the desk.
    private func erase(in chapter: inout DemoChapter) async throws {
        let content = "The diary says what nobody is to read."
        let id = try await desk.store.storeAgentMemory(agentID: "mimic", userID: user, content: content)
        try await exchange()
        try await laptop.store.eraseMemory(id, agentID: "mimic", userID: user)
        try await exchange()
        for (name, device) in [("laptop", laptop), ("desk", desk)] {
            chapter.check(
                "what the laptop erases is gone from the \(name)",
                try await device.store.memories([id], agentID: "mimic").map(\.content),
                is: []
            )
        }
    }

    private func store(
        _ edit: Household.Edit,
        of owner: AgentID,
        settledBy strategy: ConflictResolution
    ) async throws -> MemoryID {
        if var profile = try await desk.store.agents().first(where: { $0.id == owner }) {
            profile.conflictResolution = strategy
            try await desk.store.registerAgent(owner, profile: profile)
        }
        return try await desk.store.storeAgentMemory(agentID: owner, userID: user, content: edit.base)
    }

    private func publish(
        _ side: Household.Edit.Side,
        of id: MemoryID,
        as agent: AgentID,
        on device: Device
    ) async throws {
        let change = MemoryChange(content: side.content ?? "")
        _ = try await device.store.updateMemory(id, agentID: agent, change: change, userID: user)
        _ = try await device.store.syncService.syncAgentMemories(agentID: agent, userID: user)
    }

    private func readOnBoth(_ id: MemoryID, _ agent: AgentID) async throws -> [(String, Memory)] {
        [
            ("desk", try await desk.store.memory(id, agentID: agent, userID: user)),
            ("laptop", try await laptop.store.memory(id, agentID: agent, userID: user)),
        ]
    }
}

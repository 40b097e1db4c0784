import FoundationEssentials
import HearthRules
import HearthSQLite
import Logging
import TestSupport

@testable import HearthModel
@testable import HearthStore

/// Several files of one person, each with a clock of its own, that exchange through a hub now and then.
struct SimulatedDevices {
    struct Device {
        var directory: TemporaryDirectory
        var clock: TestClock
        var store: MemoryStore
        /// What seals its sensitive memories: each device has its own.
        var provider: MemoryKeyProvider
        /// How far its clock is ahead.
        var lead: Duration
        /// How far it was set wrong beside that.
        var error = Duration.zero
        /// A removed device goes on by itself and exchanges with nobody.
        var isRemoved = false
    }

    static let agents = SimulatedHousehold.profiles.map(\.id)
    static let users: [UserID] = ["ana", "ben"]

    var random: SeededGenerator
    var devices: [Device] = []
    let hub = ListedHub()
    var sentences = 0
    var trace: [String] = []
    var erasedUsers: Set<UserID> = []

    init(seed: UInt64, mostDevices: Int = 8) async throws {
        random = SeededGenerator(seed: seed)
        for number in 0..<Int.random(in: 2...mostDevices, using: &random) {
            let clock = TestClock()
            // Some clocks are further ahead than others let pass for now.
            let lead = Duration.seconds(Int.random(in: 0...900, using: &random))
            clock.advance(by: lead)
            let directory = try TemporaryDirectory()
            let provider = MemoryKeyProvider()
            var device = Device(
                directory: directory,
                clock: clock,
                store: try await Self.open(directory, clock, provider),
                provider: provider,
                lead: lead
            )
            // Some have memories of before.
            if chance(30) { try await store(on: &device) }
            if chance(40) { try await importNotes(into: device) }
            devices.append(device)
            try await device.store.joinSpace("space", isFounding: number == 0)
        }
    }

    private static func open(
        _ directory: TemporaryDirectory,
        _ clock: TestClock,
        _ provider: MemoryKeyProvider
    ) async throws -> MemoryStore {
        var options = StoreOptions()
        options.durability = .normal
        options.agents = SimulatedHousehold.profiles
        options.sharing = SimulatedHousehold.policy
        options.embedder = nil
        options.clock = clock.storeClock
        options.keyProvider = provider
        options.logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        return try await MemoryStore.open(.file(directory.file("store.db")), options: options)
    }

    /// The devices that belong to the space.
    var members: [Device] { devices.filter { !$0.isRemoved } }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func any<C: Collection>(_ choices: C) -> C.Element { choices.randomElement(using: &random)! }

    mutating func note(_ step: String) { trace.append(step) }

    func close() async {
        for device in devices { try? await device.store.close() }
    }
}

// MARK: - Steps

extension SimulatedDevices {
    mutating func run(steps: Int) async throws {
        for _ in 0..<steps { try await step() }
        try await heal()
    }

    private mutating func step() async throws {
        let index = Int.random(in: devices.indices, using: &random)
        var device = devices[index]
        defer { devices[index] = device }
        device.clock.advance(by: .milliseconds(Int.random(in: 0...5_000, using: &random)))
        let name = "device \(index)"
        do {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<12:
                note("\(name) stores")
                try await store(on: &device)
            case 12..<40:
                note("\(name) edits")
                try await edit(on: &device)
            case 40..<46:
                note("\(name) deletes")
                try await delete(on: &device)
            case 46..<50:
                note("\(name) restores")
                if let memory = try memory(of: device) {
                    _ = try await device.store.restore(memory.id, as: memory.owner, userID: memory.user)
                }
            case 50..<58:
                note("\(name) shares")
                try await share(on: &device)
            case 58..<61:
                note("\(name) changes a profile")
                var profile = any(SimulatedHousehold.profiles)
                profile = AgentProfile(
                    id: profile.id,
                    name: profile.name,
                    priority: profile.priority,
                    retention: profile.retention,
                    conflictResolution: any(ConflictResolution.allCases),
                    memoryTypes: profile.memoryTypes,
                    categories: profile.categories,
                    workingMemoryLimit: profile.workingMemoryLimit
                )
                try await device.store.setProfiles([profile])
            case 61..<62:
                note("\(name) changes the policy")
                var policy = SimulatedHousehold.policy
                if chance(50) { policy.globalRules.removeLast() }
                try await device.store.setSharingPolicy(policy)
            case 62..<64:
                note("\(name) erases")
                if let memory = try memory(of: device) {
                    _ = try await device.store.eraseMemory(memory.id, as: memory.owner, userID: memory.user)
                }
            case 64 where chance(15):
                note("\(name) erases a user")
                let user = any(Self.users)
                _ = try await device.store.eraseUser(user, as: "system")
                erasedUsers.insert(user)
            case 65 where chance(25):
                note("the hub is put back")
                try await putBack()
            case 66 where chance(40):
                note("\(name) has its clock set \(device.error == .zero ? "wrong" : "right")")
                let change =
                    device.error == .zero
                    ? .seconds(Int.random(in: -2_000...20_000, using: &random)) : .zero - device.error
                device.clock.jumpWallClock(by: change)
                device.error += change
            case 64..<68:
                note("\(name) decides")
                try await decide(on: &device)
            case 68..<70:
                note("\(name) ends a session")
                try await device.store.endSession("session", userID: any(Self.users))
            case 70..<71:
                note("\(name) removes what is deleted")
                try await purge(on: &device)
            case 71..<72:
                note("\(name) is opened anew")
                try await device.store.close()
                device.store = try await Self.open(device.directory, device.clock, device.provider)
            case 72..<73 where device.isRemoved:
                note("\(name) joins again")
                device.isRemoved = false
            case 72..<73 where chance(20) && members.count > 2:
                note("\(name) is removed")
                device.isRemoved = true
            case _ where device.isRemoved:
                note("\(name) is out of the space")
            case 72..<74:
                note("\(name) is killed amid what it receives")
                try await receiveAndDie(on: &device)
            case 74..<86:
                note("\(name) sends")
                try await send(from: device, mayLoseAnswer: true)
            default:
                note("\(name) receives")
                try await receive(on: device, atMost: Int.random(in: 1...20, using: &random), isShuffled: true)
            }
        } catch let error as MemoryError where Self.expected.contains(error.code) {
            trace[trace.count - 1] += ": \(error.code)"
        }
    }

    private static let expected: Set<MemoryError.Code> = [
        .memoryNotFound, .accessDenied, .restrictedCategory, .invalidArgument, .unknownAgent, .locked, .versionMismatch,
    ]

    private mutating func sentence() -> String {
        sentences += 1
        return "Sentence \(sentences) of the \(any(["garden", "kitchen", "journey", "letter"]))."
    }

    private mutating func store(on device: inout Device) async throws {
        let owner = any(Self.agents)
        let draft = MemoryDraft(
            content: [sentence(), sentence(), sentence()].joined(separator: " "),
            category: any(SimulatedHousehold.categories),
            tags: [any(["a", "b", "c"])],
            importance: Double(Int.random(in: 0...10, using: &random)) / 10,
            isSensitive: chance(20)
        )
        let isShared = draft.category != .privateTasks && chance(60)
        let others = isShared ? [any(Self.agents)] : []
        _ = try await device.store.store(
            [draft],
            agentID: owner,
            userID: any(Self.users),
            sessionID: chance(40) ? "session" : nil,
            shareWith: others
        )
    }

    /// Imports notes that other devices import too, not all of them with the same words about them.
    private mutating func importNotes(into device: Device) async throws {
        var batch: [MemoryImport] = []
        for number in 0..<3 where chance(70) {
            var draft = MemoryDraft(
                content: chance(70) ? "Note \(number)." : "Note \(number), in other words.",
                type: any([.episodic, .semantic]),
                parentID: number > 0 && chance(50) ? "mem_note0" : nil,
                createdAt: Date(timeIntervalSince1970: any([1_700_000_000, 1_710_000_000]))
            )
            draft.isSensitive = chance(25)
            batch.append(
                MemoryImport(
                    id: MemoryID(rawValue: "mem_note\(number)"),
                    userID: "ana",
                    agentID: "alden",
                    sessionID: chance(30) ? any(["session", "other session"]) : nil,
                    draft: draft
                )
            )
        }
        guard !batch.isEmpty else { return }
        _ = try await device.store.importMemories(batch, onInvalid: .skip)
    }

    private struct KnownMemory {
        var id: MemoryID
        var owner: AgentID
        var user: UserID
        var content: String
        var isSensitive: Bool
        var agents: [AgentID]
    }

    private mutating func memory(of device: Device) throws -> KnownMemory? {
        let all = try device.store.read { snapshot in
            try snapshot.connection.rows(
                """
                SELECT m.memory_id, a.agent_id, u.user_id, m.content,
                    m.is_sensitive, (SELECT group_concat(b.agent_id) FROM shares AS s JOIN agents AS b ON b.agent_key = s.agent_key
                        WHERE s.memory_key = m.memory_key AND NOT s.is_revoked)
                FROM memories AS m JOIN agents AS a ON a.agent_key = m.owner_key JOIN users AS u ON u.user_key = m.user_key
                ORDER BY m.memory_id
                """,
                as: { row in
                    KnownMemory(
                        id: MemoryID(rawValue: row.string(0)),
                        owner: AgentID(rawValue: row.string(1)),
                        user: UserID(rawValue: row.string(2)),
                        content: row.string(3),
                        isSensitive: row.bool(4),
                        agents: (row.optionalString(5) ?? "").split(separator: ",")
                            .map { AgentID(rawValue: String($0)) }
                    )
                }
            )
        }
        return all.randomElement(using: &random)
    }

    private mutating func edit(on device: inout Device) async throws {
        guard let memory = try memory(of: device) else { return }
        let agent = chance(60) ? memory.owner : any(memory.agents + [memory.owner])
        var change = MemoryChange()
        if chance(3) { change.isSensitive = !memory.isSensitive }
        if chance(70), !memory.isSensitive {
            var sentences = memory.content.split(separator: ". ").map(String.init)
            let place = Int.random(in: 0...sentences.count, using: &random)
            if place < sentences.count, chance(60) {
                sentences[place] = sentence()
            } else {
                sentences.append(sentence())
            }
            change.content = sentences.joined(separator: ". ")
        }
        if memory.isSensitive, chance(70) {
            let known = try await device.store.memory(memory.id, as: agent, userID: memory.user).content
            change.content = known + " " + sentence()
        }
        if chance(30) { change.importance = Double(Int.random(in: 0...10, using: &random)) / 10 }
        if chance(30) { change.tags = [any(["a", "b", "c", "d"]), any(["e", "f"])] }
        if chance(20) { change.metadata = ["key": sentence()] }
        if chance(10), agent == memory.owner { change.category = any(SimulatedHousehold.categories) }
        guard change != MemoryChange() else { return }
        _ = try await device.store.update(memory.id, as: agent, change: change, userID: memory.user)
        if chance(85) { _ = try await device.store.sync(agent, userID: memory.user) }
    }

    private mutating func delete(on device: inout Device) async throws {
        guard let memory = try memory(of: device) else { return }
        try await device.store.delete(memory.id, as: memory.owner, userID: memory.user)
        _ = try await device.store.sync(memory.owner, userID: memory.user)
    }

    private mutating func share(on device: inout Device) async throws {
        guard let memory = try memory(of: device) else { return }
        let agent = any(Self.agents)
        if chance(60) {
            try await device.store.share(
                memory.id,
                as: memory.owner,
                with: [agent],
                permission: any(SharePermission.allCases),
                userID: memory.user
            )
        } else {
            try await device.store.revokeShare(memory.id, as: memory.owner, from: [agent], userID: memory.user)
        }
    }

    private mutating func decide(on device: inout Device) async throws {
        guard let conflict = try await device.store.pendingConflicts().randomElement(using: &random) else { return }
        let decision: ManualDecision = chance(50) ? .content(sentence()) : .keep(any(conflict.versions).id)
        _ = try await device.store.resolve(conflict.id, as: "system", decision: decision)
    }

    /// Removes deleted memories as upkeep does after some time.
    private mutating func purge(on device: inout Device) async throws {
        let rows = try device.store.read { snapshot in
            var deleted: [AgedMemory] = []
            try AgedMemory.forEach(isDeleted: true, in: snapshot.connection) { deleted.append($0) }
            return deleted
        }
        guard let memory = rows.randomElement(using: &random) else { return }
        _ = try await device.store.writePublishing { try $0.purge(memory) }
    }

    mutating func send(from device: Device, mayLoseAnswer: Bool) async throws {
        let outgoing = try await device.store.outgoingRecords(atMost: Int.random(in: 1...40, using: &random))
        hub.publish(outgoing.records)
        if mayLoseAnswer, chance(15) { return }
        try await device.store.markSent(outgoing)
    }

    mutating func receive(on device: Device, atMost count: Int, isShuffled: Bool) async throws {
        guard let space = try device.store.deviceSpace() else { return }
        var fresh = hub.fetch(after: space.cursor, atMost: count)
        let cursor = fresh.last?.position
        if isShuffled, chance(40) { fresh.shuffle(using: &random) }
        if isShuffled, chance(10) { fresh += fresh }
        let held = try device.store.heldRows(atMost: 10_000)
            .map { row in
                ReceivedRecord(position: row.position, sealed: row.sealed, record: hub.record(at: row.position))
            }
        _ = try await device.store.takeOver(held + fresh, cursor: cursor)
    }
}

// MARK: - Kills

extension SimulatedDevices {
    /// So many steps of its disk at most a device lives on: about as many as it takes to take over what it gets.
    private static let longestLife = 60

    /// Kills a device while it takes over what it gets.
    private mutating func receiveAndDie(on device: inout Device) async throws {
        try await device.store.close()
        let disk = FaultyDisk(device.directory.path)
        device.store = try await Self.open(device.directory, device.clock, device.provider)
        disk.fail(atStep: Int.random(in: 1...Self.longestLife, using: &random), .death)
        var failure: (any Error)?
        do {
            try await receive(on: device, atMost: 20, isShuffled: true)
        } catch {
            failure = error
        }
        let isDead = disk.hasFailed
        if isDead { trace[trace.count - 1] += ", which it does not survive" }
        try? await device.store.close()
        disk.fail(atStep: .max, .death)
        disk.remove()
        device.store = try await Self.open(device.directory, device.clock, device.provider)
        // A dead disk fails as it will.
        if let failure, !isDead { throw failure }
    }
}

// MARK: - The hub

extension SimulatedDevices {
    /// Puts the hub back to an earlier state, which every device finds out.
    private mutating func putBack() async throws {
        hub.forget(behind: Int.random(in: 0...hub.records.count, using: &random))
        for device in devices { try await device.store.restartExchange() }
    }
}

// MARK: - Healing

extension SimulatedDevices {
    /// Lets every device send and receive until nothing is new.
    mutating func heal() async throws {
        for index in devices.indices {
            devices[index].clock.jumpWallClock(by: .zero - devices[index].error)
            devices[index].error = .zero
            devices[index].clock.advance(by: .seconds(100_000) - devices[index].lead)
        }
        for _ in 0..<200 {
            let before = hub.records.count
            for device in members {
                // Also where nothing is new: what was held for a clock is taken over now.
                repeat {
                    try await receive(on: device, atMost: 200, isShuffled: false)
                } while try device.store.deviceSpace().map({ $0.cursor < Int64(hub.records.count) }) ?? false
                for _ in 0..<10_000 {
                    guard try device.store.deviceSpace()?.outgoing != 0 else { break }
                    try await send(from: device, mayLoseAnswer: false)
                }
            }
            if hub.records.count == before { return }
        }
        throw SimulationFailure(description: "The devices have still something new after 200 rounds.")
    }
}

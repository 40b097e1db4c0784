import Foundation
import HearthMemory
import TestSupport
import Testing

/// What an agent gets back for a user is the same whether or not there are others' private memories.
///
/// `HEARTH_WORLD_RUNS` sets how many scripts are run, `HEARTH_WORLD_STEPS` how long each is:
/// `HEARTH_WORLD_RUNS=2000 swift test --filter TwoWorlds`.
@Suite struct TwoWorlds {
    private static func number(_ variable: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } ?? usual
    }

    private static let runs = number("HEARTH_WORLD_RUNS", 20)
    private static let steps = number("HEARTH_WORLD_STEPS", 150)
    /// So many scripts are run at once at most: each has two stores.
    private static let lots = 8

    @Test(arguments: 0..<lots)
    func `an agent is answered alike with and without others' private memories`(lot: Int) async throws {
        for run in stride(from: lot, to: Self.runs, by: Self.lots) { try await compare(run) }
    }

    private func compare(_ run: Int) async throws {
        let seed = SeededGenerator().seed &+ UInt64(run)
        // In every fourth script Alden's process has no key, and others' sensitive memories come from another process.
        let hasKey = seed % 4 != 3
        var alone = try await ScriptedWorld(seed: seed, hasOthers: false, hasKey: hasKey)
        var beside = try await ScriptedWorld(seed: seed, hasOthers: true, hasKey: hasKey)
        for step in 0..<Self.steps {
            let (expected, found) = (try await alone.step(), try await beside.step())
            guard expected != found else { continue }
            let differing = zip(expected.split(separator: "\n"), found.split(separator: "\n")).first { $0 != $1 }
            Issue.record(
                """
                step \(step), HEARTH_TEST_SEED=\(seed) HEARTH_WORLD_RUNS=1
                alone: \(differing?.0 ?? "\(expected.count) characters")
                beside: \(differing?.1 ?? "\(found.count) characters")
                """
            )
            break
        }
        #expect(beside.others.count > 20)
        try await alone.close()
        try await beside.close()
    }
}

/// A store in which Alden works for Iris and Alice shares with him, and in which there may be what neither is for his
/// eyes: memories of Sentry, Mimic and Alice, and another user's.
private struct ScriptedWorld {
    let coordinator: MultiAgentMemoryCoordinator
    /// By which others work on the file if Alden's coordinator has no key.
    private let othersCoordinator: MultiAgentMemoryCoordinator?
    private let directory: TemporaryDirectory?
    /// What is done out of Alden's sight, if anything is.
    private(set) var others: OtherMemories
    private let hasOthers: Bool
    private let hasKey: Bool
    private let clock = TestClock()
    private let agent: AgentID = "alden"
    private let user: UserID = "iris"
    private var random: SeededGenerator
    private var ids: [MemoryID] = []
    private var locks: [MemoryLock] = []
    private var cursor: SliceCursor?
    private var versions: [VersionID] = []
    private var names: [String: String] = [:]
    private var imported = 0

    init(seed: UInt64, hasOthers: Bool, hasKey: Bool) async throws {
        self.hasOthers = hasOthers
        random = SeededGenerator(seed: seed)
        var configuration = CoordinatorConfiguration()
        configuration.clock = clock.storeClock
        configuration.durability = .normal
        let provider = MemoryKeyProvider()
        if hasKey {
            configuration.keyProvider = provider
            directory = nil
            othersCoordinator = nil
            coordinator = try await MultiAgentMemoryCoordinator.open(.inMemory, configuration: configuration)
        } else {
            let directory = try TemporaryDirectory()
            self.directory = directory
            let location = StoreLocation.file(directory.file("store.db"))
            coordinator = try await MultiAgentMemoryCoordinator.open(location, configuration: configuration)
            configuration.keyProvider = provider
            othersCoordinator =
                hasOthers ? try await MultiAgentMemoryCoordinator.open(location, configuration: configuration) : nil
        }
        for profile in AgentProfile.hearthlink { try await coordinator.registerAgent(profile.id) }
        others = OtherMemories(coordinator: othersCoordinator ?? coordinator, seed: ~seed)
        self.hasKey = hasKey
    }

    func close() async throws {
        try await othersCoordinator?.close()
        try await coordinator.close()
    }

    /// Does one thing for Alden, after some out of his sight, and returns all that he gets back.
    mutating func step() async throws -> String {
        if hasOthers { for _ in 0..<3 { try await others.act() } }
        clock.advance(by: .seconds(Int.random(in: 1...40, using: &random)))
        do {
            return named(try await deed())
        } catch let error as MemoryError {
            return named("\(error.code): \(error.message)")
        }
    }

    private mutating func deed() async throws -> String {
        let choice = Int.random(in: 0..<27, using: &random)
        guard choice > 2, let id = ids.randomElement(using: &random) else { return try await store() }
        switch choice {
        case 3: return try await alicesMemory()
        case 4: return try await batch()
        case 5...6: return try await edit(id)
        case 7: return try await alicesEdit(id)
        case 8: return try await told(coordinator.memory(id, agentID: agent, userID: user))
        case 9: return try await coordinator.memories(ids, agentID: agent).map(told).joined(separator: "\n")
        case 10...11: return try await browse()
        case 12: return try await slice()
        case 13...16: return try await search()
        case 17: return told(try await coordinator.similar(to: id, agentID: agent, limit: 5, userID: user))
        case 18: return try await history(id)
        case 19: return try await share(id)
        case 20: return try await lease(id)
        case 21: return try await sync()
        case 22: return try await endOrBeginAgain(id)
        case 23: return try await lists()
        case 24: return try await keyed()
        case 25: return try await several()
        default: return try await askAfterHidden()
        }
    }
}

// MARK: - What is done in Alden's sight

extension ScriptedWorld {
    private mutating func draft() -> MemoryDraft {
        MemoryDraft(
            content: Vocabulary.text(&random),
            type: MemoryType.allCases.randomElement(using: &random)!,
            category: [.general, .preference, .knowledge, .privateTasks].randomElement(using: &random)!,
            tags: Bool.random(using: &random) ? [Vocabulary.words.randomElement(using: &random)!] : [],
            importance: Double(random.next() % 5) / 4,
            isSensitive: hasKey && random.next() % 4 == 0,
            expiresAt: random.next() % 8 == 0
                ? Date(timeIntervalSince1970: 1_735_689_600 + Double(random.next() % 4_000)) : nil,
            parentID: random.next() % 4 == 0 ? ids.randomElement(using: &random) : nil
        )
    }

    private mutating func session() -> SessionID? { [nil, "morning", "evening"].randomElement(using: &random)! }

    private mutating func store() async throws -> String {
        let draft = draft()
        let stored = try await coordinator.storeAgentMemories(
            agentID: agent,
            userID: user,
            sessionID: session(),
            [draft],
            shareWithAgents: random.next() % 3 == 0 ? ["alice"] : []
        )
        ids += stored
        return "stored \(stored)"
    }

    private mutating func alicesMemory() async throws -> String {
        let draft = MemoryDraft(content: Vocabulary.text(&random), tags: ["shared"])
        ids += try await coordinator.storeAgentMemories(
            agentID: "alice",
            userID: user,
            sessionID: session(),
            [draft],
            shareWithAgents: [agent]
        )
        return "Alice shared \(ids[ids.count - 1])"
    }

    /// Imports memories under identifiers of the host's, which others may have too.
    private mutating func batch() async throws -> String {
        var batch: [MemoryImport] = []
        for _ in 0..<3 {
            imported += 1
            let id = MemoryID(rawValue: "note-\(imported % 12)")
            var draft = draft()
            draft.parentID = nil
            batch.append(MemoryImport(id: id, userID: user, agentID: agent, sessionID: session(), draft: draft))
            if !ids.contains(id) { ids.append(id) }
        }
        // An import is a host's: it is told that somebody's text of those words was erased, unless it asks not to be.
        return "\(try await coordinator.importMemories(batch, allowErased: true))"
    }

    private mutating func edit(_ id: MemoryID) async throws -> String {
        let change = MemoryChange(
            content: Vocabulary.text(&random),
            importance: Double(random.next() % 5) / 4,
            isSensitive: hasKey && random.next() % 4 == 0 ? Bool.random(using: &random) : nil
        )
        let lock = Bool.random(using: &random) ? locks.randomElement(using: &random) : nil
        return try await told(
            coordinator.updateMemory(id, agentID: agent, change: change, lock: lock, userID: user)
        )
    }

    private mutating func alicesEdit(_ id: MemoryID) async throws -> String {
        let change = MemoryChange(content: Vocabulary.text(&random))
        do {
            try await coordinator.updateMemory(id, agentID: "alice", change: change, userID: user)
            _ = try await coordinator.syncService.syncAgentMemories(agentID: "alice", userID: user)
        } catch is MemoryError {
            // What Alice is told is not for Alden.
        }
        return "Alice edited"
    }

    private mutating func browse() async throws -> String {
        let page = try await coordinator.memories(
            agentID: agent,
            userID: user,
            filter: filter(),
            includeSharedMemories: Bool.random(using: &random),
            limit: 3,
            after: Bool.random(using: &random) ? cursor : nil
        )
        cursor = page.next
        return "\(page.memories.map(told)) \(try json(page.next))"
    }

    private mutating func filter() -> SearchFilter {
        SearchFilter(
            categories: random.next() % 4 == 0 ? [.preference] : [],
            tags: random.next() % 4 == 0 ? [Vocabulary.words[0]] : [],
            minimumImportance: random.next() % 4 == 0 ? 0.5 : nil,
            expiry: SearchFilter.Expiry.allCases.randomElement(using: &random)!,
            includesSensitive: random.next() % 4 != 0,
            sessions: random.next() % 6 == 0 ? ["morning"] : [],
            owners: random.next() % 6 == 0 ? [agent, "mimic"] : [],
            allTags: random.next() % 6 == 0 ? [Vocabulary.words[0]] : [],
            metadata: random.next() % 6 == 0 ? ["key": "0"] : [:],
            syncStatus: random.next() % 6 == 0 ? [.synced, .locked] : []
        )
    }

    private mutating func lists() async throws -> String {
        let filter = filter()
        let count = try await coordinator.countMemories(agentID: agent, userID: user, filter: filter)
        let sessions = try await coordinator.sessions(agentID: agent, userID: user)
        let tags = try await coordinator.tags(agentID: agent, userID: user, filter: filter)
        let drafts = try await coordinator.drafts(agentID: agent, userID: user)
        let deleted = try await coordinator.deletedMemories(agentID: agent, userID: user, limit: 5)
        let conflicts = try await coordinator.pendingConflicts(agentID: agent, userID: user)
        let allocation = try await coordinator.memoryAllocation(userID: user, agentID: agent)
        let owners = allocation.agentBytes.map { "\($0) \($1)" }.sorted()
        let bytes = [allocation.payloadBytes, allocation.indexBytes ?? 0]
        let sizes = "\(allocation.totalMemories) \(owners) \(bytes) \(allocation.storageUtilizationMB)"
        return try
            "\(count) \(sizes) \(json(sessions)) \(json(tags)) \(json(drafts)) \(json(deleted)) \(json(conflicts))"
    }

    private mutating func keyed() async throws -> String {
        var draft = draft()
        draft.metadata = ["key": "\(random.next() % 3)"]
        let stored = try await coordinator.upsertMemory(
            key: draft.metadata["key"] ?? "",
            agentID: agent,
            userID: user,
            sessionID: session(),
            draft
        )
        if stored.isNew { ids.append(stored.memory.id) }
        return "\(stored.isNew) \(told(stored.memory))"
    }

    private mutating func several() async throws -> String {
        if Bool.random(using: &random) {
            let report = try await coordinator.updateMemories(
                matching: filter(),
                agentID: agent,
                userID: user,
                change: MemoryChange(importance: Double(random.next() % 5) / 4),
                dryRun: random.next() % 4 != 0
            )
            return try json(report)
        }
        var edits: [MemoryEdit] = []
        for _ in 0..<2 {
            let change = MemoryChange(content: Vocabulary.text(&random))
            if let id = ids.randomElement(using: &random) { edits.append(MemoryEdit(id, .change(change))) }
        }
        return try await coordinator.publishMemories(edits, agentID: agent, userID: user).map { $0.map(told) ?? "gone" }
            .joined(separator: "\n")
    }

    private mutating func slice() async throws -> String {
        let slice = try await coordinator.syncService.agentMemorySlice(
            agentID: agent,
            userID: user,
            sessionID: session(),
            limit: 5
        )
        let entries = slice.entries.map { "\(told($0.memory)) \(String(describing: $0.sync))" }
        return "\(entries) \(try json(slice.statistics)) \(try json(slice.next))"
    }

    private mutating func search() async throws -> String {
        told(
            try await coordinator.searchAgentMemories(
                agentID: agent,
                userID: user,
                query: Vocabulary.query(&random),
                sessionID: session(),
                includeSharedMemories: random.next() % 4 != 0,
                searchType: SearchType.allCases.randomElement(using: &random)!,
                filter: random.next() % 3 == 0 ? filter() : .init(),
                limit: Int.random(in: 1...12, using: &random)
            )
        )
    }

    private mutating func history(_ id: MemoryID) async throws -> String {
        let history = try await coordinator.history(of: id, agentID: agent, userID: user)
        versions = history.map(\.id)
        return try json(history)
    }

    private mutating func share(_ id: MemoryID) async throws -> String {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: try await coordinator.shareMemory(id, agentID: agent, with: ["alice", "mimic"], userID: user)
        case 1: try await coordinator.revokeShare(id, agentID: agent, from: ["mimic"], userID: user)
        default:
            let access = try await coordinator.access(to: id, agentID: agent, userID: user)
            return "\(access.sorted { $0.key < $1.key })"
        }
        return "shared"
    }

    private mutating func lease(_ id: MemoryID) async throws -> String {
        let service = coordinator.syncService
        if Bool.random(using: &random), let lock = locks.randomElement(using: &random) {
            return "released \(try await service.releaseMemoryLock(lock))"
        }
        let lock = try await service.acquireMemoryLock(
            memoryID: id,
            agentID: agent,
            lockDuration: .seconds(60),
            waitForLock: false,
            userID: user
        )
        if let lock { locks.append(lock) }
        return "leased \(try json(lock))"
    }

    private mutating func sync() async throws -> String {
        var result = try await coordinator.syncService.syncAgentMemories(
            agentID: agent,
            userID: user,
            forceSync: Bool.random(using: &random)
        )
        result.duration = .zero
        return try json(result)
    }

    private mutating func endOrBeginAgain(_ id: MemoryID) async throws -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            try await coordinator.deleteMemory(id, agentID: agent, userID: user)
            return "deleted"
        case 1:
            try await coordinator.discardDraft(of: id, agentID: agent, userID: user)
            return "discarded"
        case 2: return try await told(coordinator.restoreMemory(id, agentID: agent, userID: user))
        default:
            guard let version = versions.randomElement(using: &random) else { return "" }
            return try await told(coordinator.rollbackMemory(id, to: version, agentID: agent, userID: user))
        }
    }

    /// What every call answers about a memory that is hidden. In the world without others it is not there.
    private mutating func askAfterHidden() async throws -> String {
        let target = others.randomHidden() ?? "mem_nowhere"
        let (coordinator, service) = (coordinator, coordinator.syncService)
        let (agent, user) = (agent, user)
        let child = MemoryDraft(content: "child", parentID: target)
        let calls: [() async throws -> Void] = [
            { _ = try await coordinator.memory(target, agentID: agent) },
            { _ = try await coordinator.memory(target, agentID: agent, userID: user) },
            {
                let found = try await coordinator.memories([target], agentID: agent)
                #expect(found.isEmpty)
            },
            { _ = try await coordinator.similar(to: target, agentID: agent) },
            { _ = try await coordinator.history(of: target, agentID: agent) },
            { try await coordinator.updateMemory(target, agentID: agent, change: MemoryChange(content: "x")) },
            { try await coordinator.deleteMemory(target, agentID: agent) },
            { try await coordinator.publishMemories([MemoryEdit(target, .delete)], agentID: agent) },
            { try await coordinator.discardDraft(of: target, agentID: agent) },
            { try await coordinator.restoreMemory(target, agentID: agent, userID: user) },
            { try await coordinator.rollbackMemory(target, to: "ver_none", agentID: agent) },
            { try await coordinator.shareMemory(target, agentID: agent, with: ["alice"]) },
            { try await coordinator.revokeShare(target, agentID: agent, from: ["alice"], userID: user) },
            { _ = try await coordinator.access(to: target, agentID: agent) },
            { _ = try await service.acquireMemoryLock(memoryID: target, agentID: agent, waitForLock: false) },
            { try await service.releaseMemoryLock(memoryID: target, agentID: agent) },
            { try await service.releaseMemoryLock(memoryID: target, agentID: agent, force: true) },
            { _ = try await coordinator.storeAgentMemories(agentID: agent, userID: user, [child]) },
        ]
        var answers: [String] = []
        for call in calls {
            do {
                try await call()
                answers.append("done")
            } catch let error as MemoryError {
                answers.append("\(error.code): \(error.message)")
            }
        }
        return answers.joined(separator: "\n").replacing(target.rawValue, with: "what is hidden")
    }
}

// MARK: - Answers as text

extension ScriptedWorld {
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func told(_ memory: Memory) -> String {
        (try? json(memory)) ?? "unreadable"
    }

    private func told(_ results: [MemorySearchResult]) -> String {
        results.map { result in
            let components = (try? json(result.components)) ?? ""
            return """
                \(told(result.memory)) \(result.score) \(components) \(result.isShared) \(result.sourceAgent) \
                \(String(describing: result.sharing)) \(result.snippet) \(result.missingPhrases) \(result.copies)
                """
        }
        .joined(separator: "\n")
    }

    /// Identifiers and checksums by the order in which they were first seen: they are made at random, or with random keys.
    private mutating func named(_ text: String) -> String {
        var text = text
        let words = text.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }).map(String.init)
        let isMade: (String) -> Bool = { word in
            // Checksums of sensitive memories are made with a key, and so are the ids of their versions.
            word.count > 30 && ["mem_", "ver_", "conf_", "op_"].contains(where: word.hasPrefix)
                || word.count == 64 && word.allSatisfy(\.isHexDigit)
        }
        for word in words where isMade(word) {
            let name = names[word] ?? "name \(names.count)"
            names[word] = name
            text = text.replacing(word, with: name)
        }
        return text.replacing(/"parents":\[([^\]]+)\]/) { match in
            // They are in the order of their identifiers.
            "\"parents\":\(match.1.split(separator: ",").sorted())"
        }
    }
}

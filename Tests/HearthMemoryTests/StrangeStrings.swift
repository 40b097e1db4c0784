import Foundation
import HearthMemory
import TestSupport
import Testing

/// Any string, wherever a call takes one, gets an answer or a refusal that says what is wrong with it: never an error of
/// SQL or of the word index.
///
/// `HEARTH_STRINGS` sets how many strings are tried: `HEARTH_STRINGS=1000000 swift test --filter StrangeStrings`.
@Suite struct StrangeStrings {
    private static let count = ProcessInfo.processInfo.environment["HEARTH_STRINGS"].flatMap { Int($0) } ?? 2_000
    private static let lots = 8
    /// How many strings a store gets before a new one takes its place: what is stored makes every search slower.
    private static let perStore = 2_500

    private let user: UserID = "iris"
    private let agent: AgentID = "alden"

    @Test(arguments: 0..<lots)
    func `any string is answered or refused as an argument`(lot: Int) async throws {
        var random = SeededGenerator()
        for _ in 0..<lot { _ = random.next() }
        let seed = random.next()
        var strings = SeededGenerator(seed: seed)
        var left = Self.count / Self.lots
        while left > 0 {
            try await tryStrings(min(left, Self.perStore), from: &strings, seed: seed)
            left -= Self.perStore
        }
    }

    private func tryStrings(_ count: Int, from strings: inout SeededGenerator, seed: UInt64) async throws {
        let coordinator = try await MultiAgentMemoryCoordinator.open(.inMemory)
        for profile in AgentProfile.hearthlink { try await coordinator.registerAgent(profile.id) }
        let known = try await coordinator.storeAgentMemories(
            agentID: agent,
            userID: user,
            (0..<40).map { _ in MemoryDraft(content: strings.strangeText(), tags: ["tag", "a\"b"]) },
            shareWithAgents: ["alice"]
        )
        for number in 0..<count {
            let text = strings.strangeText()
            let calls = calls(text, of: coordinator, known: known[number % known.count])
            // Each string goes through every kind of search, and through some of the rest in turn.
            for (place, call) in calls.enumerated() where place < 3 || (place + number) % 4 == 0 {
                do {
                    try await call.run()
                } catch let error as MemoryError where call.codes.contains(error.code) {
                    #expect(!error.message.isEmpty && error.sqliteCode == nil)
                } catch {
                    Issue.record("\(call.name) of \(Array(text.utf8.prefix(200))): \(error); seed \(seed)")
                }
            }
        }
        #expect(try await coordinator.verify().findings == [], "seed \(seed)")
        try await coordinator.close()
    }

    private struct Call {
        var name: String
        var codes: Set<MemoryError.Code>
        var run: () async throws -> Void

        init(_ name: String, _ codes: MemoryError.Code..., run: @escaping () async throws -> Void) {
            self.name = name
            self.codes = Set(codes + [.invalidArgument])
            self.run = run
        }
    }

    private func calls(_ text: String, of coordinator: MultiAgentMemoryCoordinator, known: MemoryID) -> [Call] {
        let (agent, user) = (agent, user)
        let (id, service) = (MemoryID(rawValue: text), coordinator.syncService)
        func search(_ query: String, _ type: SearchType, filter: SearchFilter = .init(), of user: UserID) async throws {
            _ = try await coordinator.searchAgentMemories(
                agentID: agent,
                userID: user,
                query: query,
                searchType: type,
                filter: filter,
                limit: 5
            )
        }
        return SearchType.allCases.map { type in Call("search \(type)") { try await search(text, type, of: user) } } + [
            Call("tags") { try await search("blue", .keyword, filter: SearchFilter(tags: [text, "tag"]), of: user) },
            Call("categories") {
                let filter = SearchFilter(categories: [MemoryCategory(rawValue: text), .general])
                _ = try await coordinator.memories(agentID: agent, userID: user, filter: filter)
            },
            Call("user") { try await search("blue", .hybrid, of: UserID(rawValue: text)) },
            Call("user of a memory", .memoryNotFound) {
                _ = try await coordinator.memory(known, agentID: agent, userID: UserID(rawValue: text))
            },
            Call("agent", .unknownAgent, .agentNotActive) {
                _ = try await coordinator.memories(agentID: AgentID(rawValue: text), userID: user)
            },
            Call("memory", .memoryNotFound) { _ = try await coordinator.memory(id, agentID: agent) },
            Call("memories") { _ = try await coordinator.memories([id, known], agentID: agent) },
            Call("similar", .memoryNotFound) { _ = try await coordinator.similar(to: id, agentID: agent) },
            Call("history", .memoryNotFound) { _ = try await coordinator.history(of: id, agentID: agent) },
            Call("version", .memoryNotFound) {
                try await coordinator.rollbackMemory(known, to: VersionID(rawValue: text), agentID: agent)
            },
            Call("lease", .memoryNotFound) {
                _ = try await service.acquireMemoryLock(memoryID: id, agentID: agent, waitForLock: false)
            },
            Call("conflict", .conflictNotFound) {
                try await service.resolveConflict(conflictID: ConflictID(rawValue: text), agentID: agent)
            },
            Call("session") {
                _ = try await service.agentMemorySlice(
                    agentID: agent,
                    userID: user,
                    sessionID: SessionID(rawValue: text)
                )
            },
            Call("share", .unknownAgent) {
                try await coordinator.shareMemory(known, agentID: agent, with: [AgentID(rawValue: text)])
            },
            Call("edit") {
                let change = MemoryChange(content: text, tags: [text], metadata: [text: text])
                _ = try await coordinator.updateMemory(known, agentID: agent, change: change)
            },
            Call("store") {
                try await coordinator.storeAgentMemory(
                    agentID: agent,
                    userID: user,
                    sessionID: SessionID(rawValue: text),
                    content: text,
                    memoryCategory: MemoryCategory(rawValue: text),
                    tags: [text]
                )
            },
            Call("import") {
                let draft = MemoryDraft(content: text)
                _ = try await coordinator.importMemories([
                    MemoryImport(id: id, userID: user, agentID: agent, draft: draft)
                ])
            },
            Call("audit", .unknownAgent) {
                let filter = AuditFilter(agentID: AgentID(rawValue: text), actions: [AuditAction(rawValue: text)])
                _ = try await coordinator.auditEntries(matching: filter)
            },
            Call("audit of a memory") {
                let filter = AuditFilter(userID: UserID(rawValue: text), memoryID: id)
                _ = try await coordinator.auditEntries(matching: filter)
            },
            Call("anchor") { _ = try await coordinator.verifyAudit(anchor: text) },
        ]
    }
}

extension SeededGenerator {
    /// A string that has broken programs: what ``text(upTo:)`` gives, fragments of SQL and of queries, bytes that are no
    /// UTF-8 as they come out of a decoder, and now and then a very long one.
    fileprivate mutating func strangeText() -> String {
        switch next() % 12 {
        case 0:
            return ["", " ", "\"", "*", "\u{0}", "\u{FEFF}", "\u{FFFD}", "NULL", "%", "_", "\\", "\r\n"]
                .randomElement(using: &self)!
        case 1:
            return String(
                decoding: (0..<Int.random(in: 1...60, using: &self))
                    .map { _ in UInt8.random(in: 0...255, using: &self) },
                as: UTF8.self
            )
        case 2:
            // Surrogates as CESU-8 and WTF-8 spell them.
            let halves: [[UInt8]] = [[0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]]
            return "a" + String(decoding: halves.randomElement(using: &self)!, as: UTF8.self) + "b"
        case 3: return Self.statements.randomElement(using: &self)!
        case 4: return Self.statements.randomElement(using: &self)! + text(upTo: 8)
        case 5 where next() % 8 == 0:
            return String(repeating: text(upTo: 6) + " ", count: Int.random(in: 200...2_000, using: &self))
        case 6:
            return String(
                repeating: ["(", "\"", "a ", "* ", "-", "\u{301}", "👩‍", "NOT "].randomElement(using: &self)!,
                count: Int.random(in: 1...300, using: &self)
            )
        default: return text(upTo: 24)
        }
    }

    private static let statements = [
        "' OR '1'='1", "'; DROP TABLE memories; --", "\"; DELETE FROM audit; --", "1); SELECT raise(ABORT, 'x'); --",
        "%s%n%d", "?1", ":name", "@name", "$name", "x' UNION SELECT content FROM memories --", "/* */",
        "content MATCH 'a'",
        "NEAR(a b, 2)", "NEAR(", "^a", "a AND", "OR b", "NOT", "a NOT b", "col : b", "{a b} : c", "-col : b", "a + b",
        "\"a\" *",
        "a*b*", "(a", "a)", "\"", "\"\"\"", "rank", "rowid", "memory_index", "'optimize'", "[\"1\"]", "{\"$.a\":1}",
        "2025-02-30", "since 9999-99-99", "between 1 May and 2025", "last century", "\u{202E}abc", "a\u{0}b", "mem_",
        "note\u{1F}1.2",
    ]
}

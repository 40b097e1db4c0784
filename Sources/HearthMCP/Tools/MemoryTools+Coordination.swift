import HearthMemory
import HearthText

extension MemoryTools {
    private static let id = Tool.Argument(
        name: "id",
        kind: .string,
        isRequired: true,
        aliases: ["memory_id", "memory", "uri"]
    )
    private static func agents(_ name: String) -> Tool.Argument {
        Tool.Argument(
            name: name,
            kind: .list(.string),
            isRequired: true,
            description: "names of agents",
            aliases: ["agents", "to", "with", "from", "agent_names", "agent", "agent_id", "agent_ids"]
                .filter { $0 != name }
        )
    }

    /// Who else sees a memory.
    static let sharing: [Tool] = [
        Tool(
            name: "share",
            description:
                "Let other agents of this user see a memory of yours and propose edits. Not for what is private to you: restricted categories are refused.",
            arguments: [
                id, agents("with"),
                Tool.Argument(name: "permission", kind: .choice(SharePermission.allCases.map(\.rawValue))),
            ],
            results: [Tool.Field(name: "shared_with", kind: .list(.string))],
            effect: .sets
        ) { call in
            let id = try call.id()
            try await call.memory.coordinator.shareMemory(
                id,
                agentID: call.memory.agent,
                with: call.agents("with"),
                permission: call.arguments.string("permission").flatMap(SharePermission.init) ?? .propose,
                userID: call.memory.user
            )
            return try await call.sharedWith(id)
        },
        Tool(
            name: "unshare",
            description: "Take a memory of yours back from other agents, from their next call on.",
            arguments: [id, agents("from")],
            results: [Tool.Field(name: "shared_with", kind: .list(.string))],
            effect: .removes
        ) { call in
            let id = try call.id()
            try await call.memory.coordinator.revokeShare(
                id,
                agentID: call.memory.agent,
                from: call.agents("from"),
                userID: call.memory.user
            )
            return try await call.sharedWith(id)
        },
    ]

    /// What a memory was.
    static let versions: [Tool] = [
        Tool(
            name: "history",
            description:
                "Every version of a memory, oldest first. Use to see who changed what; roll_back brings one back.",
            arguments: [id],
            results: [Tool.Field(name: "versions", kind: .list(.object))],
            effect: .reads
        ) { call in
            let versions = try await call.memory.coordinator.history(
                of: call.id(),
                agentID: call.memory.agent,
                userID: call.memory.user
            )
            return ["versions": .array(versions.map { JSONValue($0) })]
        },
        Tool(
            name: "roll_back",
            description: "Make an old version of a memory the present one again. Use to undo a wrong revise.",
            arguments: [
                id,
                Tool.Argument(
                    name: "version",
                    kind: .string,
                    isRequired: true,
                    description: "a version or its number, from history",
                    aliases: ["version_id", "to", "number"]
                ),
            ],
            results: [Tool.Field(name: "content", kind: .string), Tool.Field(name: "version", kind: .integer)],
            effect: .replaces
        ) { call in
            let id = try call.id()
            let wanted = call.arguments.text("version")
            let versions = try await call.memory.coordinator.history(
                of: id,
                agentID: call.memory.agent,
                userID: call.memory.user
            )
            guard let version = versions.last(where: { "\($0.number)" == wanted || $0.id.rawValue == wanted }) else {
                throw ToolFailure("The history of \(id) has no version \(wanted); history lists them.")
            }
            let memory = try await call.memory.coordinator.rollbackMemory(
                id,
                to: version.id,
                agentID: call.memory.agent,
                userID: call.memory.user
            )
            return ["content": .string(memory.content), "version": JSONValue(memory.version)]
        },
    ]

    /// How long a lock lasts where the model says nothing, and at most, in seconds.
    private static let usualLock = 300
    private static let longestLock = 86_400

    /// Working beside other agents.
    static let coordination: [Tool] = [
        Tool(
            name: "sync",
            description:
                "Publish your drafts and take in what others did. Use after proposing edits of others' memories.",
            results: [
                Tool.Field(name: "published", kind: .integer), Tool.Field(name: "conflicts", kind: .integer),
                Tool.Field(name: "problems", kind: .list(.string)),
            ],
            effect: .sets
        ) { call in
            let result = try await call.memory.sync.syncAgentMemories(
                agentID: call.memory.agent,
                userID: call.memory.user
            )
            return [
                "published": JSONValue(result.successfulSyncs), "conflicts": JSONValue(result.conflictsPending),
                "problems": JSONValue(result.errors),
            ]
        },
        Tool(
            name: "lock",
            description:
                "Keep other agents from publishing edits of a memory while you work on it over several calls; unlock gives it back. Not needed for a single revise.",
            arguments: [
                id, Tool.Argument(name: "seconds", kind: .integer, aliases: ["duration", "timeout", "ttl"]),
                Tool.Argument(name: "wait", kind: .integer, description: "seconds to wait for it at most"),
            ],
            results: [
                Tool.Field(name: "locked", kind: .boolean), Tool.Field(name: "until", kind: .string, isOptional: true),
            ],
            effect: .sets
        ) { call in
            let id = try call.id()
            let seconds = call.arguments.integer("seconds") ?? usualLock
            guard (1...longestLock).contains(seconds) else {
                throw ToolFailure("seconds must be from 1 to \(longestLock).")
            }
            if let held = call.memory.leases[id] {
                do {
                    let renewed = try await call.memory.sync.renewMemoryLock(held, lockDuration: .seconds(seconds))
                    call.memory.leases[id] = renewed
                    return ["locked": true, "until": JSONValue(renewed.expiresAt)]
                } catch let error as MemoryError where error.code == .lockLost {
                    call.memory.leases[id] = nil
                }
            }
            let wait = call.arguments.integer("wait") ?? 0
            guard (0...longestLock).contains(wait) else {
                throw ToolFailure("wait must be from 0 to \(longestLock) seconds.")
            }
            let acquired = try await call.memory.sync.acquireMemoryLock(
                memoryID: id,
                agentID: call.memory.agent,
                lockDuration: .seconds(seconds),
                waitForLock: wait > 0,
                timeout: .seconds(wait),
                userID: call.memory.user
            )
            guard let lock = acquired else {
                throw ToolFailure("Another agent has the lock on \(id). Call again with wait, or later.")
            }
            // Whoever cancelled the call learns of no lock, and would never give it back.
            guard !Task.isCancelled else {
                try await call.memory.sync.releaseMemoryLock(lock)
                throw CancellationError()
            }
            call.memory.leases[id] = lock
            return ["locked": true, "until": JSONValue(lock.expiresAt)]
        },
        Tool(
            name: "unlock",
            description: "Give back a lock that you took.",
            arguments: [id],
            results: [Tool.Field(name: "unlocked", kind: .boolean)],
            effect: .sets
        ) { call in
            let id = try call.id()
            guard let lock = call.memory.leases[id] else { return ["unlocked": false] }
            call.memory.leases[id] = nil
            return ["unlocked": .bool(try await call.memory.sync.releaseMemoryLock(lock))]
        },
        Tool(
            name: "status",
            description: "Who you are, how many memories you have, and whether the store is well.",
            results: [
                Tool.Field(name: "agent", kind: .string), Tool.Field(name: "user", kind: .string),
                Tool.Field(name: "memories", kind: .integer), Tool.Field(name: "health", kind: .string),
            ],
            effect: .reads
        ) { call in try await StatusReport.object(of: call.memory) },
    ]
}

/// How the memory is.
enum StatusReport {
    static func object(of memory: AgentMemory) async throws -> JSONObject {
        let slice = try await memory.sync.agentMemorySlice(
            agentID: memory.agent,
            userID: memory.user,
            limit: 1,
            includesSensitive: false
        )
        let health = try await memory.sync.healthCheck()
        let statistics = slice.statistics
        return [
            "agent": .string(memory.agent.rawValue), "user": .string(memory.user.rawValue),
            "memories": JSONValue(statistics.totalMemories), "own": JSONValue(statistics.ownMemories),
            "shared": JSONValue(statistics.sharedMemories),
            "drafts": JSONValue(statistics.syncStatus[.pending] ?? 0),
            "conflicts": JSONValue(statistics.conflictedMemories), "locked": JSONValue(statistics.lockedMemories),
            "health": .string(health.status.rawValue), "reasons": JSONValue(health.reasons),
        ]
    }
}

extension ToolCall {
    fileprivate func agents(_ name: String) -> [AgentID] {
        (arguments.strings(name) ?? []).map { AgentID(rawValue: $0) }
    }

    fileprivate func sharedWith(_ id: MemoryID) async throws -> JSONObject {
        let access = try await memory.coordinator.access(to: id, agentID: memory.agent, userID: memory.user)
        return ["shared_with": JSONValue(access.keys.map(\.rawValue).sorted())]
    }
}

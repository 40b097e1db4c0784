import HearthMemory
import HearthText

extension MemoryTools {
    static let conflicts = Tool(
        name: "conflicts",
        description: "List edits that contradict each other and wait for a decision; resolve settles one.",
        results: [Tool.Field(name: "conflicts", kind: .list(.object))],
        effect: .reads
    ) { call in
        ["conflicts": .array(try await call.memory.conflicts().map { JSONValue($0) })]
    }

    static let resolve = Tool(
        name: "resolve",
        description: "Settle a conflict: keep one of its versions, or write content that unites them.",
        arguments: [
            Tool.Argument(name: "conflict", kind: .string, isRequired: true, aliases: ["conflict_id", "id"]),
            Tool.Argument(name: "keep", kind: .string, description: "a version", aliases: ["version", "version_id"]),
            Tool.Argument(name: "content", kind: .string, aliases: ["text", "merged"]),
        ],
        results: [Tool.Field(name: "id", kind: .string), Tool.Field(name: "content", kind: .string)],
        effect: .replaces
    ) { call in
        let conflict = try await waitingConflict(call.arguments.text("conflict"), call)
        let chosen = try await decision(on: conflict, call)
        let resolved = try await call.memory.sync.resolveConflict(
            conflictID: conflict.id,
            decision: chosen,
            agentID: call.memory.agent
        )
        let memory = await memory(of: conflict, call)
        return [
            "id": .string(memory?.id.rawValue ?? resolved.memoryID.rawValue), "content": .string(memory?.content ?? ""),
        ]
    }

    /// The memory of a conflict that is settled by now, as the agent sees it; nil if it sees it no more. Whatever the reason, that is
    /// no failure of what has been done.
    private static func memory(of conflict: SyncConflict, _ call: ToolCall) async -> Memory? {
        for id in [name(ofMemoryIn: conflict, for: call.memory.agent), conflict.memoryID] {
            let memory = try? await call.memory.memoryIfThere(id)
            if let memory, memory.agentID == conflict.ownerID ?? memory.agentID { return memory }
        }
        return nil
    }

    /// The conflict of that identifier, or the one that waits on the memory of that identifier.
    private static func waitingConflict(_ wanted: String, _ call: ToolCall) async throws -> SyncConflict {
        let waiting = try await call.memory.conflicts()
        if let conflict = waiting.first(where: { $0.id.rawValue == wanted }) { return conflict }
        let agent = call.memory.agent
        let named = waiting.filter { name(ofMemoryIn: $0, for: agent).rawValue == wanted }
        let fitting = named.isEmpty ? waiting.filter { $0.memoryID.rawValue == wanted } : named
        guard let conflict = fitting.first else {
            throw ToolFailure(
                "No conflict \(wanted) waits for you; conflicts lists those that do. It may be settled already."
            )
        }
        guard fitting.count == 1 else {
            let choices = fitting.map { "\($0.id) of \(name(ofMemoryIn: $0, for: agent))" }.joined(separator: ", ")
            throw ToolFailure("Several conflicts wait on memories \(wanted): \(choices). Give the conflict.")
        }
        return conflict
    }

    /// What surely names the memory of a conflict: another agent's with the owner in front.
    private static func name(ofMemoryIn conflict: SyncConflict, for agent: AgentID) -> MemoryID {
        guard let owner = conflict.ownerID, owner != agent else { return conflict.memoryID }
        return MemoryID(rawValue: "\(owner):\(conflict.memoryID)")
    }

    /// What the model decides, or else the person whom it works for.
    private static func decision(on conflict: SyncConflict, _ call: ToolCall) async throws -> ManualDecision {
        if let content = call.arguments.string("content") {
            guard call.arguments.string("keep") == nil else {
                throw ToolFailure("Give keep, one of the versions, or content that unites them, not both.")
            }
            return .content(content)
        }
        if let keep = call.arguments.string("keep") {
            let versions = conflict.versions.filter { $0.id.rawValue.hasPrefix(keep) }
            guard versions.count == 1, let version = versions.first else {
                throw ToolFailure("keep must be one of the conflict's versions: \(Self.versions(of: conflict)).")
            }
            return .keep(version.id)
        }
        guard let ask = call.ask else {
            throw ToolFailure("Give keep, one of \(Self.versions(of: conflict)), or content that unites them.")
        }
        let question = Question(
            message: "Several agents have edited one memory. Which text is right?",
            choices: conflict.versions.map { version in
                let said = version.isDeleted ? "Delete it" : String(version.content.prefix(200))
                return (version.id.rawValue, "\(version.author): \(said)")
            }
        )
        switch try await ask(question) {
        case .chose(let value):
            guard let version = conflict.versions.first(where: { $0.id.rawValue == value }) else {
                throw ToolFailure("The answer is none of the conflict's versions; nothing was changed.")
            }
            return .keep(version.id)
        case .declined: throw ToolFailure("The person did not decide; nothing was changed. Ask them what is right.")
        }
    }

    private static func versions(of conflict: SyncConflict) -> String {
        conflict.versions.map { "\($0.id) (\($0.author): \($0.content.prefix(80)))" }.joined(separator: ", ")
    }
}

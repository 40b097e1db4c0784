import ArgumentParser
import FoundationEssentials
import HearthMemory

struct AllocationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocation",
        abstract: "Show what the memories of users take up, by agent and type.",
        discussion: """
            Counted are texts, tags, metadata, older versions and drafts as they are stored, and their share of the pages that words, \
            vectors and look-ups take up. With --agent it is what that agent sees, and the share of the pages is estimated from that. A megabyte is 1,000,000 bytes.

            JSON: users, each with user, total_memories, storage_mb, payload_bytes, index_bytes, agents and types (each from its name to \
            memories and payload_bytes), last_cleanup and next_cleanup.
            """
    )

    @Option(help: ArgumentHelp("The agent whose view is counted. Default: every memory.", valueName: "agent"))
    var agent: AgentID?

    @Option(help: ArgumentHelp("The user. Default: HEARTH_USER, else every user.", valueName: "user"))
    var user: UserID?

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let chosen = user ?? ProcessInfo.processInfo.environment[UserOptions.variable].flatMap(UserID.init(rawValue:))
        let report = try await store.withStore(.existing, as: agent.map { [$0] } ?? []) { coordinator in
            let users = if let chosen { [chosen] } else { try await coordinator.users() }
            var report = AllocationReport()
            for user in users {
                let allocation = try await coordinator.memoryAllocation(userID: user, agentID: agent)
                report.users.append(AllocationReport.Entry(user: user, allocation: allocation))
            }
            return report
        }
        try store.output.print(report)
    }
}

/// What the memories of users take up.
private struct AllocationReport: Report {
    struct Entry: Encodable {
        let user: UserID
        let allocation: MemoryAllocation

        private enum CodingKeys: String, CodingKey {
            case user, agents, types
            case totalMemories = "total_memories"
            case storage = "storage_mb"
            case payloadBytes = "payload_bytes"
            case indexBytes = "index_bytes"
            case lastCleanup = "last_cleanup"
            case nextCleanup = "next_cleanup"
        }

        private struct Part: Encodable {
            let memories: Int
            let payloadBytes: Int

            private enum CodingKeys: String, CodingKey {
                case memories
                case payloadBytes = "payload_bytes"
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(user, forKey: .user)
            try container.encode(allocation.totalMemories, forKey: .totalMemories)
            try container.encode(allocation.storageUtilizationMB, forKey: .storage)
            try container.encode(allocation.payloadBytes, forKey: .payloadBytes)
            try container.encodeIfPresent(allocation.indexBytes, forKey: .indexBytes)
            try container.encode(parts(allocation.agentBreakdown, allocation.agentBytes), forKey: .agents)
            try container.encode(parts(allocation.typeBreakdown, allocation.typeBytes), forKey: .types)
            try container.encodeIfPresent(allocation.lastCleanup, forKey: .lastCleanup)
            try container.encodeIfPresent(allocation.nextCleanup, forKey: .nextCleanup)
        }

        private func parts<Key: RawRepresentable<String> & Hashable>(_ counts: [Key: Int], _ bytes: [Key: Int])
            -> [String: Part]
        {
            var parts: [String: Part] = [:]
            for (key, count) in counts {
                parts[key.rawValue] = Part(memories: count, payloadBytes: bytes[key] ?? 0)
            }
            return parts
        }
    }

    var users: [Entry] = []

    func render(on page: inout Page) {
        var table = Table(.flexible("user"), .leading("of"), .trailing("memories"), .trailing("MB"))
        for entry in users {
            let allocation = entry.allocation
            table.row(
                Styled(entry.user.rawValue),
                "all",
                "\(allocation.totalMemories)",
                "\(Self.megabytes(allocation.storageUtilizationMB))"
            )
            for (agent, count) in allocation.agentBreakdown.sorted(by: { $0.key < $1.key }) {
                let bytes = allocation.agentBytes[agent] ?? 0
                table.row("", Styled(agent.rawValue), "\(count)", "\(Self.megabytes(Double(bytes) / 1_000_000))")
            }
            for (type, count) in allocation.typeBreakdown.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                let bytes = allocation.typeBytes[type] ?? 0
                table.row("", Styled(type.rawValue), "\(count)", "\(Self.megabytes(Double(bytes) / 1_000_000))")
            }
        }
        page.table(table, none: "No user has memories here.")
        guard let first = users.first?.allocation else { return }
        page.line("MB of all has the index; by agent and type it is what was stored.")
        guard let last = first.lastCleanup else { return }
        page.line(
            "Upkeep last ran at \(RFC3339.string(last))\(first.nextCleanup.map { ", and is due at \(RFC3339.string($0))" } ?? "")."
        )
    }

    /// With three places, so that a short text is not nothing.
    private static func megabytes(_ value: Double) -> String {
        let thousandths = Int((value * 1_000).rounded(.up))
        let rest = "\(thousandths % 1_000)"
        return "\(thousandths / 1_000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}

import ArgumentParser
import HearthMemory

struct LocksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "locks",
        abstract: "Show and release the leases on memories.",
        subcommands: [ListCommand.self, ReleaseCommand.self, ReleaseAllCommand.self]
    )

    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the leases that are held, longest held first.",
            discussion:
                "JSON: locks, each with memory, user, owner, agent, token (the fencing token), acquired_at and expires_at."
        )

        @OptionGroup var store: StoreOptions

        func run() async throws {
            let locks = try await store.withStore(.existing) { try await $0.syncService.activeLocks }
            try store.output.print(LocksReport(locks: locks))
        }
    }

    struct ReleaseCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "release",
            abstract: "Give back the lease that an agent has on a memory.",
            discussion: """
                With --force a critical agent, such as system, takes it from whoever has it; what the holder then publishes is refused.

                JSON: id, released (false: nobody held it).
                """
        )

        @Argument(help: "The memory.")
        var id: MemoryID

        @Flag(help: "Take it from whoever has it; for critical agents.")
        var force = false

        @OptionGroup var acting: ActingOptions

        func run() async throws {
            let released = try await acting.withStore { coordinator, agent in
                try await coordinator.syncService.releaseMemoryLock(
                    memoryID: id,
                    agentID: agent,
                    force: force,
                    userID: acting.user.id
                )
            }
            try acting.print(ReleaseReport(id: id, released: released))
        }
    }

    struct ReleaseAllCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "release-all",
            abstract: "Take every lease from its holder: maintenance.",
            discussion: """
                For critical agents; without --agent as system. What the holders then publish is refused.

                JSON: released, how many were held.
                """
        )

        @Flag(help: "Says what happens in any case: nobody is asked.")
        var force = false

        @OptionGroup var agent: AgentOptions
        @OptionGroup var store: StoreOptions

        func run() async throws {
            let agent = agent.idOrSystem
            let count = try await store.withStore(.existing, as: [agent]) { coordinator in
                try await coordinator.syncService.releaseAllLocks(agentID: agent)
            }
            try store.output.print(ReleaseAllReport(released: count))
        }
    }
}

/// The leases that are held.
private struct LocksReport: Report {
    private let locks: [LockJSON]

    private struct LockJSON: Encodable {
        let lock: MemoryLock

        private enum CodingKeys: String, CodingKey {
            case memory, user, owner, agent, token
            case acquiredAt = "acquired_at"
            case expiresAt = "expires_at"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(lock.memoryID, forKey: .memory)
            try container.encodeIfPresent(lock.userID, forKey: .user)
            try container.encodeIfPresent(lock.ownerID, forKey: .owner)
            try container.encode(lock.agentID, forKey: .agent)
            try container.encode(lock.fencingToken, forKey: .token)
            try container.encode(lock.acquiredAt, forKey: .acquiredAt)
            try container.encode(lock.expiresAt, forKey: .expiresAt)
        }
    }

    init(locks: [MemoryLock]) {
        self.locks = locks.map(LockJSON.init)
    }

    func render(on page: inout Page) {
        var table = Table(
            .leading("MEMORY"),
            .leading("AGENT"),
            .trailing("TOKEN"),
            .leading("SINCE"),
            .leading("EXPIRES")
        )
        for lock in locks.map(\.lock) {
            table.row(
                "\(lock.memoryID)",
                "\(lock.agentID)",
                "\(lock.fencingToken)",
                Styled(RFC3339.minutes(lock.acquiredAt), .faint),
                "\(RFC3339.minutes(lock.expiresAt))"
            )
        }
        page.table(table, none: "No leases are held.")
    }
}

/// One lease that was given back or taken.
private struct ReleaseReport: Report {
    var id: MemoryID
    var released: Bool

    func render(on page: inout Page) {
        page.line(released ? "The lease on \(id) is released." : "Nobody held a lease on \(id).")
    }
}

/// How many leases were taken.
private struct ReleaseAllReport: Report {
    var released: Int

    func render(on page: inout Page) {
        page.line(released == 1 ? "1 lease was released." : "\(released) leases were released.")
    }
}

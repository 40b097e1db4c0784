import ArgumentParser
import HearthMemory

struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a memory: a draft until the next sync, or at once with --publish.",
        discussion: """
            Only its owner deletes a memory. Until the deletion is published everyone else sees it still; `hearth restore` brings it back in either \
            case.

            JSON: id, published.
            """
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @OptionGroup var publication: PublishOptions

    func run() async throws {
        let user = publication.user.id
        try await publication.run(id) { [id] coordinator, agent, lock in
            try await coordinator.deleteMemory(id, agentID: agent, lock: lock, userID: user)
        }
        try publication.store.output.print(DeletionReport(id: id, published: publication.publish))
    }
}

struct DiscardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Drop an agent's draft of a memory.",
        discussion: """
            A deletion that isn't published yet is such a draft. Without a draft nothing happens.

            JSON: id, and memory as the agent sees it afterwards, where it sees it. \(MemoryJSON.keys)
            """
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @OptionGroup var acting: ActingOptions

    func run() async throws {
        let memory = try await acting.withStore { coordinator, agent in
            try await coordinator.discardDraft(of: id, agentID: agent, userID: acting.user.id)
            return try await coordinator.memoryIfFound(id, agentID: agent, userID: acting.user.id)
        }
        try acting.print(DiscardReport(id: id, memory: memory))
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring a deleted memory back as it was, or the whole store from a backup.",
        discussion: """
            Only its owner restores a memory, until it is purged. An expiry that has passed is taken away. Any other memory stays as it is.

            Where there is a file of that name, or the name has a slash, it is a backup, which takes the place of the store; --memory says that \
            a memory is meant. The backup is verified first. Nobody may have the store open. What was erased since stays erased. What was made \
            sensitive since is sealed, which takes its key; --allow-plain lets it be plain again. The file that was there is moved aside under \
            a name that is printed. If it is of another store, or has what the backup lacks, it takes --force.

            JSON of a memory: the memory. \(MemoryJSON.keys)

            JSON of a backup: file, memories, erased_memories and erased_users (erased again), sealed_memories and plain_memories (sensitive before, \
            and now sealed again or plain), moved_aside.
            """
    )

    @Argument(help: ArgumentHelp("The memory, or the file of a backup.", valueName: "id-or-file"), completion: .file())
    var id: MemoryID

    @Flag(help: "Let a backup take the place of a newer store, of another one or of a damaged file.")
    var force = false

    @Flag(help: "Let memories that were made sensitive since the backup be plain again, without their key.")
    var allowPlain = false

    @Flag(help: "The argument is a memory, even if there is such a file.")
    var memory = false

    @OptionGroup var acting: ActingOptions

    func run() async throws {
        if !memory, BackupRestoring.names(id.rawValue) {
            let restoring = BackupRestoring(
                backup: id.rawValue,
                isForced: force,
                allowsPlain: allowPlain,
                store: acting.store
            )
            return try await restoring.run()
        }
        guard !force, !allowPlain else {
            throw ValidationError("\(force ? "--force" : "--allow-plain") is for backups, and there is no file \(id).")
        }
        let memory = try await acting.withStore { coordinator, agent in
            try await coordinator.restoreMemory(id, agentID: agent, userID: acting.user.id)
        }
        try acting.print(MemoryReport(memory))
    }
}

/// A memory that was deleted, as a draft or for everyone.
private struct DeletionReport: Report {
    var id: MemoryID
    var published: Bool

    func render(on page: inout Page) {
        page.line(
            published
                ? "\(id) is deleted. `hearth restore` brings it back."
                : "\(id) is deleted for this agent. Others see it until `hearth sync` publishes the deletion."
        )
    }
}

/// What an agent sees without its draft.
private struct DiscardReport: Report {
    private let id: MemoryID
    private let memory: Memory?

    init(id: MemoryID, memory: Memory?) {
        self.id = id
        self.memory = memory
    }

    private enum CodingKeys: String, CodingKey { case id, memory }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encodeIfPresent(memory.map(MemoryJSON.init), forKey: .memory)
    }

    func render(on page: inout Page) {
        page.line("There is no draft of \(id) any more.")
    }
}

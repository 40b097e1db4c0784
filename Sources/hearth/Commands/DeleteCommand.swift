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
    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var user: UserOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let (agent, user) = (try agent.id, user.id)
        try await store.withStore(.existing, as: [agent]) { coordinator in
            try await publication.run(id, as: agent, in: coordinator) { [id] lock in
                try await coordinator.deleteMemory(id, agentID: agent, lock: lock, userID: user)
            }
        }
        try store.output.print(DeletionReport(id: id, published: publication.publish))
    }
}

/// A deletion.
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

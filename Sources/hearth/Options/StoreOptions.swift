import ArgumentParser
import FoundationEssentials
import HearthMemory

/// Which store a command works on, and how it answers.
struct StoreOptions: ParsableArguments {
    @Option(
        name: .customLong("db"),
        help: ArgumentHelp(
            "The store's file.",
            discussion: "Default: HEARTH_DB, else hearth/hearth.db in the XDG data directory.",
            valueName: "path"
        )
    )
    var database: String?

    @Option(
        help: ArgumentHelp(
            "A JSON file with settings; `hearth config` shows what counts.",
            discussion: "Default: HEARTH_CONFIG.",
            valueName: "path"
        ),
        completion: .file()
    )
    var config: String?

    @OptionGroup var keys: KeyOptions
    @OptionGroup var output: OutputOptions

    /// Where the store is: the option, else the environment, else the default place.
    func location() throws -> StorePath {
        try StorePath(option: database, environment: CommandSettings.read().environment)
    }

    func validate() throws {
        if let config { CommandSettings.use(file: config) }
    }

    /// Opens the store, registers the agents that will act, runs `body`, and closes the store whether or not `body`
    /// succeeded.
    func withStore<Result>(
        _ intent: StoreIntent,
        as agents: [AgentID] = [],
        embedder: EmbedderOptions? = nil,
        configure: (inout CoordinatorConfiguration) -> Void = { _ in },
        body: (MultiAgentMemoryCoordinator) async throws -> Result
    ) async throws -> Result {
        let path = try location()
        try path.prepare(for: intent)
        let named = try await embedder?.named()
        let keyProvider = try keys.provider(besideStore: path.file)
        return try await withOpenStore(
            at: .file(path.file),
            as: agents,
            configure: { configuration in
                if let named { configuration.embedder = named }
                configuration.keyProvider = keyProvider
                configure(&configuration)
            },
            body: body
        )
    }
}

/// Opens a store, registers the agents that will act, runs `body`, and closes the store whether or not `body`
/// succeeded.
func withOpenStore<Result>(
    at location: StoreLocation,
    as agents: [AgentID] = [],
    configure: (inout CoordinatorConfiguration) -> Void = { _ in },
    body: (MultiAgentMemoryCoordinator) async throws -> Result
) async throws -> Result {
    var configuration = CoordinatorConfiguration(try CommandSettings.read())
    configure(&configuration)
    let coordinator = try await MultiAgentMemoryCoordinator.open(location, configuration: configuration)
    do {
        for agent in agents { try await coordinator.registerUnlessOutOfService(agent) }
        let result = try await body(coordinator)
        try await coordinator.close()
        return result
    } catch {
        do {
            try await coordinator.close()
        } catch let second as MemoryError where second.message != (error as? MemoryError)?.message {
            // The first error is the one that the command ends with.
            Console.error.complain("The store could not be closed either: \(second.message)")
        }
        throw error
    }
}

extension MultiAgentMemoryCoordinator {
    /// Registers an agent for a command, and refuses one that an administrator took out of service: registering would
    /// put it back into service for every process.
    func registerUnlessOutOfService(_ agent: AgentID) async throws {
        let known = try await agents().map(\.id)
        if known.contains(agent) {
            let status = try await status(of: agent)
            guard status != .maintenance, status != .error else {
                throw CommandFailure(
                    "Agent \(agent) is out of service (\(status.rawValue)). The host that put it there can set it active again."
                )
            }
        }
        try await registerAgent(agent)
    }
}

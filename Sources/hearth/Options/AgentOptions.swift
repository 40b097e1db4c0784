import ArgumentParser
import FoundationEssentials
import HearthMemory

/// The agent that acts, for a command that can do without one.
struct AgentOptions: IdentityOptions {
    @Option(
        name: .customLong("agent"),
        help: ArgumentHelp("The agent that acts. Default: HEARTH_AGENT.", valueName: "agent")
    )
    var given: AgentID?

    static let variable = "HEARTH_AGENT"
    static let question = "Say which agent acts: --agent AGENT, or set HEARTH_AGENT."

    /// The agent that is named, else the system agent, which administers stores.
    var idOrSystem: AgentID { id ?? AgentProfile.system.id }
}

/// The user whose memories they are, for a command that can do without one.
struct UserOptions: IdentityOptions {
    @Option(
        name: .customLong("user"),
        help: ArgumentHelp("The user whose memories they are. Default: HEARTH_USER.", valueName: "user")
    )
    var given: UserID?

    static let variable = "HEARTH_USER"
    static let question = "Say whose memories: --user USER, or set HEARTH_USER."
}

/// Names somebody: by an option, or by a variable of the environment.
protocol IdentityOptions: ParsableArguments {
    associatedtype ID: RawRepresentable<String>

    /// What the option says.
    var given: ID? { get }
    /// The variable that counts if the option is not given.
    static var variable: String { get }
    /// What a command says that cannot do without the name, was not given it, and finds no single choice in the store.
    static var question: String { get }
}

extension IdentityOptions {
    /// The option, else the environment; nil if neither names anybody.
    var id: ID? {
        given ?? CommandSettings.environment[Self.variable].flatMap { ID(rawValue: $0) }
    }
}

/// A name that a command cannot do without: given, or the only one that the store leaves to choose.
struct Required<Options: IdentityOptions>: ParsableArguments {
    @OptionGroup var options: Options

    /// Who is named; nil leaves it to the store.
    var given: Options.ID? { options.id }
}

/// The options of a command with which one agent works on a store that exists.
struct ActingOptions: ParsableArguments {
    @OptionGroup var agent: Required<AgentOptions>
    /// Whose memory is meant, where several users have one of that identifier.
    @OptionGroup var user: UserOptions
    @OptionGroup var store: StoreOptions

    /// Opens the store, registers the agent, runs `body`, and closes the store whether or not `body` succeeded.
    func withStore<Result>(
        body: (MultiAgentMemoryCoordinator, AgentID) async throws -> Result
    ) async throws -> Result {
        try await store.withStore(.existing, as: agent, body: body)
    }

    /// Prints what the command has to say.
    func print(_ report: some Report) throws {
        try store.output.print(report)
    }
}

import ArgumentParser
import FoundationEssentials
import HearthMemory

/// The agent that acts, where a command can do without one.
struct AgentOptions: ParsableArguments {
    @Option(
        name: .customLong("agent"),
        help: ArgumentHelp("The agent that acts. Default: HEARTH_AGENT.", valueName: "agent")
    )
    var given: AgentID?

    /// The option, else the environment; nil where neither names an agent.
    var id: AgentID? {
        given ?? ProcessInfo.processInfo.environment["HEARTH_AGENT"].map { AgentID(rawValue: $0) }
    }
}

/// The agent that acts.
struct ActingAgentOptions: ParsableArguments {
    @OptionGroup var agent: AgentOptions

    /// The acting agent.
    var id: AgentID {
        get throws {
            guard let id = agent.id else {
                throw ValidationError("Say which agent acts: --agent AGENT, or set HEARTH_AGENT.")
            }
            return id
        }
    }

    func validate() throws {
        _ = try id
    }
}

/// The user whose memories they are, where a command can do without one.
struct UserOptions: ParsableArguments {
    @Option(
        name: .customLong("user"),
        help: ArgumentHelp("The user whose memories they are. Default: HEARTH_USER.", valueName: "user")
    )
    var given: UserID?

    /// The option, else the environment; nil where neither names a user.
    var id: UserID? {
        given ?? ProcessInfo.processInfo.environment["HEARTH_USER"].map { UserID(rawValue: $0) }
    }
}

/// The user whose memories they are.
struct OwningUserOptions: ParsableArguments {
    @OptionGroup var user: UserOptions

    /// The user.
    var id: UserID {
        get throws {
            guard let id = user.id else {
                throw ValidationError("Say whose memories: --user USER, or set HEARTH_USER.")
            }
            return id
        }
    }

    func validate() throws {
        _ = try id
    }
}

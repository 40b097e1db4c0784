public import HearthModel

/// For how many days an agent's memories are kept: a setting of which there is one for each agent.
public struct RetentionSetting: Hashable, Sendable {
    /// The agent. A variable is for every agent whose name it fits; here is one of them.
    public let agent: AgentID
    /// The days, as they were written.
    public let days: String
    /// Where they were written.
    public let source: Settings.Source

    /// How a setting of the environment ends.
    static let suffix = "_MEMORY_RETENTION_DAYS"
    /// The key under which a file has them, by agent.
    static let key = "retentionDays"
    static let range = 0.001...36_500.0
    static let allowed = "a number of days from 0.001 to 36500"

    /// The variable that gives the retention of an agent.
    static func variable(of agent: AgentID) -> String {
        agent.rawValue.uppercased().replacing("-", with: "_").replacing(".", with: "_") + suffix
    }

    /// The days as a duration.
    var duration: Duration { .seconds((Setting.number(days) ?? 0) * 86_400) }
}

package import HearthModel

/// Which strategy settles a conflict, and who has said so: the call, else the profile of the memory's owner, else the
/// configuration.
package struct StrategyChoice: Hashable, Sendable {
    /// Who decides.
    package enum Decider: String, Sendable {
        case call, profile, configuration
    }

    package let strategy: ConflictResolution
    package let decider: Decider

    /// - Parameters:
    ///   - call: What the call names, if it names one.
    ///   - profile: The owner's profile; nil if the file has none of it. It may leave the strategy to the configuration.
    ///   - configuration: What the configuration says; it always says something.
    package init(call: ConflictResolution?, profile: AgentProfile?, configuration: ConflictResolution) {
        if let call {
            (strategy, decider) = (call, .call)
        } else if let named = profile?.ownConflictResolution {
            (strategy, decider) = (named, .profile)
        } else {
            (strategy, decider) = (configuration, .configuration)
        }
    }
}

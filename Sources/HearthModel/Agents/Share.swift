/// What an agent may do with a memory that is shared with it.
public enum SharePermission: String, CaseIterable, Sendable, Codable {
    /// See it.
    case read
    /// See it and draft edits, which reach the owner through sync.
    case propose
}

/// Why an agent may see a memory it doesn't own, and what it may do with it.
public struct SharingContext: Hashable, Sendable, Codable {
    /// What lets the agent see the memory.
    public enum Reason: String, Sendable, Codable {
        /// The owner shared it by a call.
        case explicit
        /// A global rule of the policy.
        case rule
        /// A propagation rule of the policy.
        case propagation
    }

    /// What lets the agent see the memory.
    public var reason: Reason
    /// The name of the rule; nil for a share by call.
    public var rule: String?
    /// What the agent may do, its priority taken into account.
    public var permission: SharePermission

    /// Describes why an agent may see a memory.
    public init(reason: Reason, rule: String? = nil, permission: SharePermission) {
        self.reason = reason
        self.rule = rule
        self.permission = permission
    }
}

/// A share as the file holds it. There is at most one for each memory and agent.
package struct Share: Hashable, Sendable {
    /// Who made it.
    package enum Origin: Hashable, Sendable {
        case explicit
        case propagation(rule: String)
    }

    package var origin: Origin
    package var permission: SharePermission
    /// A revocation lasts: afterwards neither a global rule nor a propagation rule shares the memory with the agent.
    package var isRevoked: Bool

    package init(origin: Origin, permission: SharePermission, isRevoked: Bool) {
        self.origin = origin
        self.permission = permission
        self.isRevoked = isRevoked
    }
}

/// What an agent may do with a memory that is shared with it.
public enum SharePermission: String, CaseIterable, Sendable, Codable {
    /// See it.
    case read
    /// See it and draft edits, which reach the owner through sync.
    case propose
}

/// Why an agent may see a memory it doesn't own, and what it may do with it.
public struct SharingContext: Hashable, Sendable, Codable {
    /// What opened the memory.
    public enum Reason: String, Sendable, Codable {
        /// The owner, by call.
        case explicit
        /// A global rule of the policy.
        case rule
        /// A propagation rule of the policy.
        case propagation
    }

    /// What opened the memory.
    public var reason: Reason
    /// The rule's name, where a rule did.
    public var rule: String?
    /// What the agent may do, its priority taken into account.
    public var permission: SharePermission

    /// Describes why.
    public init(reason: Reason, rule: String? = nil, permission: SharePermission) {
        self.reason = reason
        self.rule = rule
        self.permission = permission
    }
}

/// A share as the file holds it: at most one for a memory and an agent.
package struct Share: Hashable, Sendable {
    /// Who made it.
    package enum Origin: Hashable, Sendable {
        case explicit
        case propagation(rule: String)
    }

    package var origin: Origin
    package var permission: SharePermission
    /// A revocation sticks: neither a global rule nor a propagation rule reaches the agent again.
    package var isRevoked: Bool

    package init(origin: Origin, permission: SharePermission, isRevoked: Bool) {
        self.origin = origin
        self.permission = permission
        self.isRevoked = isRevoked
    }
}

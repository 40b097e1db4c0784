public import Foundation

/// A key that seals a user's sensitive memories, as the file has it: wrapped by a key of the provider.
public struct UserKey: Hashable, Sendable, Codable {
    /// Whose memories it seals.
    public var userID: UserID
    /// The key's number among those of the user: 0 for the identity key, which names versions, from 1 for data keys.
    public var number: Int
    /// The identifier of the provider's key that wraps it.
    public var providerKey: String
    /// When it was made.
    public var createdAt: Date
    /// When a later one took its place; nil: new memories are sealed with it.
    public var retiredAt: Date?

    /// Describes a key.
    public init(userID: UserID, number: Int, providerKey: String, createdAt: Date, retiredAt: Date? = nil) {
        self.userID = userID
        self.number = number
        self.providerKey = providerKey
        self.createdAt = createdAt
        self.retiredAt = retiredAt
    }
}

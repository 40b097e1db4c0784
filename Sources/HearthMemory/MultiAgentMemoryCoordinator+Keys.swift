public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// The keys that the file has for its users, by user and number, and which key of the provider wraps each.
    ///
    /// The administrator's: no agent is asked for, and no key of the provider is needed.
    ///
    /// - Throws: `.storeCorrupt`, `.closed`.
    public func userKeys() async throws -> [UserKey] {
        try await operations.administer { try $0.userKeys() }
    }

    /// Replaces the keys of every user's sensitive memories, while others read and write; durable on return.
    ///
    /// First the data keys of all users are wrapped by the provider's current key. Then each user gets a new data key, and
    /// everything is sealed with it, batch by batch. Meanwhile both are in use. An old one is removed once nothing needs
    /// it. A rotation that was stopped or killed leaves everything readable, and the next one goes on where it ended.
    /// Several processes may rotate at once. Ids of versions and checksums stay. What does not open is left as it is, with
    /// the old key, and is named in the report's `findings`; everything else is sealed anew.
    ///
    /// The administrator's: no agent is asked for.
    ///
    /// - Throws: `.keyUnavailable` if the provider does not give its current key; and, when all other users are done, if it
    ///   lacks one that wraps a key.
    @discardableResult
    public func rotateKeys() async throws -> KeyRotationReport {
        try await operations.administer { try await $0.rotateKeys() }
    }
}

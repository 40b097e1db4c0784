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
}

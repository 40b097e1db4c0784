import HearthModel
import HearthRules

extension MemoryStore {
    /// Whether a new memory is to be sealed: by its own flag, or where there are keys by its category.
    func isSealed(_ draft: MemoryDraft, by policy: SharingPolicy) -> Bool {
        draft.isSensitive || keyring.provider != nil && policy.sealedCategories.contains(draft.category.canonical)
    }

    /// The keys of the users some of whose new memories are to be sealed, by user.
    ///
    /// - Throws: `.keyUnavailable` if there is no key for one of them. Nothing is stored then.
    func sealingKeys(of users: Set<UserID>) async throws -> [UserID: UserKeys] {
        var keys: [UserID: UserKeys] = [:]
        for user in users.sorted(by: { $0.rawValue < $1.rawValue }) { keys[user] = try await sealingKeys(of: user) }
        return keys
    }
}

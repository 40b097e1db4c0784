import HearthModel
import HearthRules

extension MemoryStore {
    /// Whether a new memory is to be sealed: by its own flag, or where there are keys by its category.
    func isSealed(_ draft: MemoryDraft, by policy: SharingPolicy) -> Bool {
        draft.isSensitive || keyring.seals(draft.category, by: policy)
    }

    /// Which new memories of a user are to be sealed, and the keys for that; nil if none is.
    ///
    /// An agent that may not act gets no keys made, and neither does a memory that is not valid.
    func sealing(
        of drafts: [MemoryDraft],
        agentID: AgentID,
        userID: UserID
    ) async throws -> (sealed: [Bool], keys: UserKeys?) {
        let none = (sealed: [Bool](repeating: false, count: drafts.count), keys: UserKeys?.none)
        // Mostly there is nothing to ask the file for.
        guard keyring.provider != nil || drafts.contains(where: \.isSensitive) else { return none }
        let policy = try read { snapshot in
            _ = try snapshot.directory.acting(agentID)
            return snapshot.directory.rules.policy
        }
        let sealed = drafts.map { isSealed($0, by: policy) }
        guard sealed.contains(true) else { return none }
        for draft in drafts { try draft.validate() }
        return (sealed, try await sealingKeys(of: userID.validated()))
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

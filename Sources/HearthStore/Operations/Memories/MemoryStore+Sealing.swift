import HearthModel
import HearthRules
import HearthSQLite

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
        guard sealed.contains(true) else {
            try await openForComparing(userID)
            return none
        }
        for draft in drafts { try draft.validate() }
        return (sealed, try await sealingKeys(of: userID.validated()))
    }

    /// Gets the keys of a user who has some, so that a plain text is compared with those of sensitive memories: by being
    /// stored once more in plain a text must gain no trust.
    ///
    /// It is tried once, and the text is stored all the same if there is no key: what an agent stores does not depend on
    /// memories that it may not see.
    func openForComparing(_ userID: UserID) async throws {
        guard keyring.provider != nil else { return }
        let user = try read { snapshot -> Int64? in
            guard let user = try UserTable.find(userID, in: snapshot.connection), keyring.loaded(user) == nil else {
                return nil
            }
            return try KeyTable.newest(ofUser: user, in: snapshot.connection).map { _ in user }
        }
        guard let user, keyring.shouldTry(user) else { return }
        try await loadKeysIfPossible(ofUser: user)
    }

    /// The same for edits of memories.
    func openForComparing(_ edits: [EditRequest]) async throws {
        guard keyring.provider != nil else { return }
        let users = try read { snapshot in
            try edits.filter { $0.change.content != nil }
                .compactMap { edit in
                    if let user = edit.userID { return user }
                    let agent = try snapshot.directory.acting(edit.agentID)
                    return try snapshot.record(of: edit.memoryID, for: agent, opening: .never)?.userID
                }
        }
        for user in Set(users) { try await openForComparing(user) }
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

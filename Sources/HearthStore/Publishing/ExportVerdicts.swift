import HearthModel
import HearthRules
import HearthSQLite

/// Says what becomes of the memories of an export: which are here, which were erased or removed, and which are stored.
struct ExportVerdicts {
    enum Verdict: Hashable {
        case present(Present)
        case erased
        case deleted
        case missing
    }

    /// A memory that is here.
    struct Present: Hashable {
        var head: [UInt8]
        var isDeleted: Bool
        var expiresAt: Timestamp?
    }

    let connection: Connection
    let directory: AgentDirectory
    /// Whether a text that was erased may come back under another identifier.
    let allowsErasedTexts: Bool
    private let marks: ErasureMarks?

    init(connection: Connection, directory: AgentDirectory, allowsErasedTexts: Bool) throws {
        (self.connection, self.directory, self.allowsErasedTexts) = (connection, directory, allowsErasedTexts)
        marks = try ErasureMarks.read(connection)
    }

    /// - Parameter keys: The keys of its user, if they are in memory.
    /// - Throws: `.keyUnavailable` if it takes the keys to tell whether its text was erased.
    func verdict(on bundle: ExportBundle, keys: UserKeys?) throws -> Verdict {
        let memory = bundle.memory
        if let present = try present(memory) { return .present(present) }
        if let marks, try isErased(bundle, by: marks, keys: keys) { return .erased }
        let isRemoved = try TombstoneTable.holds(memory.id, user: memory.user, owner: memory.owner, in: connection)
        return isRemoved ? .deleted : .missing
    }

    /// The memory of that identifier that its user and its owner have here.
    private func present(_ memory: ExportedMemory) throws -> Present? {
        guard let user = try UserTable.find(memory.user, in: connection),
            let owner = try? directory.agent(memory.owner).key,
            let key = try MemoryNames.key(of: memory.id, user: user, owner: owner, in: connection)
        else { return nil }
        return try connection.first(
            "SELECT head, state = 'deleted', expires_at FROM memories WHERE memory_key = ?1",
            key,
            as: { row in
                let expiry = row.optionalInt64(2).map(Timestamp.init(rawValue:))
                return Present(head: row.bytes(0), isDeleted: row.bool(1), expiresAt: expiry)
            }
        )
    }

    /// Whether the memory was erased here: by its identifier, or by one of its texts.
    private func isErased(_ bundle: ExportBundle, by marks: ErasureMarks, keys: UserKeys?) throws -> Bool {
        let memory = bundle.memory
        for text in Set(bundle.versions.map(\.version.content)) {
            let item = MemoryImport(
                id: memory.id,
                userID: memory.user,
                agentID: memory.owner,
                sessionID: nil,
                draft: MemoryDraft(content: text)
            )
            if try marks.cover(item, keys: keys, allowsText: allowsErasedTexts, in: connection) { return true }
        }
        return false
    }
}

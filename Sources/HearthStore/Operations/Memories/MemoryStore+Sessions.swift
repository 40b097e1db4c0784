package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Begins a session of a user; durable on return.
    ///
    /// - Parameters:
    ///   - userID: The user, who comes into being on first use.
    ///   - agentID: The agent that begins it.
    ///   - name: A name for people, at most 256 bytes of UTF-8.
    /// - Throws: `.unknownAgent`, `.invalidArgument`.
    package func createSession(userID: UserID, agentID: AgentID, name: String? = nil) async throws -> SessionID {
        let userID = try userID.validated()
        if let name { try Identifiers.validate(name, kind: "session name") }
        let now = clock.now()
        let id = IdentifierGenerator.sessionID(at: now)
        try await write { [directories] transaction in
            let agent = try transaction.directory(directories).acting(agentID)
            let user = try transaction.keys.user(userID, now: now, in: transaction.connection)
            let session = try transaction.keys.session(id, user: user, now: now, in: transaction.connection)
            try transaction.connection.run(
                "UPDATE sessions SET agent_key = ?2, name = ?3 WHERE session_key = ?1",
                session,
                agent.key,
                name
            )
            _ = transaction.sequence
        }
        return id
    }

    /// Ends the sessions of that identifier; durable on return.
    ///
    /// Ending one that has ended is no error. A session that is stored into again goes on.
    ///
    /// - Throws: `.invalidArgument` where there is no such session.
    package func endSession(_ id: SessionID) async throws {
        let id = try id.validated()
        let now = clock.now()
        try await write { transaction in
            try transaction.connection.run(
                "UPDATE sessions SET ended_at = coalesce(ended_at, ?2) WHERE session_id = ?1",
                id.rawValue,
                now.rawValue
            )
            guard transaction.connection.changes > 0 else {
                throw MemoryError.invalidArgument("There is no session \(id).")
            }
            _ = transaction.sequence
        }
    }
}

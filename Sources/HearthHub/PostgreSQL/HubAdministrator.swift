internal import HearthModel

/// What only the hub's administrator may do: make the hub, its spaces and the roles of devices.
///
/// Its role owns the hub and may make roles (`CREATEROLE`); it need not be a superuser.
package struct HubAdministrator: Sendable {
    private let hub: PostgreSQLHub

    /// Takes the administrator's connection.
    package init(_ settings: ConnectionSettings) throws {
        hub = try PostgreSQLHub(settings)
    }

    /// The hub for messages.
    package var name: String { hub.name }

    /// Makes the hub in the database, or brings it to the present schema. Doing it again changes nothing.
    ///
    /// - Returns: The versions of the schema before and after; 0 before: there was none.
    /// - Throws: `.schemaTooNew` if a newer build made it; `.accessDenied` if the role may not.
    package func prepare() async throws -> (before: Int, after: Int) {
        let limit = hub.work.limit
        return try await hub.work.run { link in
            do {
                try link.runScript("BEGIN;" + HubSchema.prepare, within: limit)
                let result = try link.run(
                    "SELECT coalesce(max(version), 0) FROM hearth.migrations",
                    within: limit
                )
                let before = Int(try result.integer(0, 0))
                let after = HubSchema.migrations.count
                guard before <= after else { throw HubSchema.tooNew(before, at: link.settings.name) }
                for (index, script) in HubSchema.migrations.enumerated().dropFirst(before) {
                    try link.runScript(script, within: limit)
                    try link.run(
                        "INSERT INTO hearth.migrations (version) VALUES ($1)",
                        [.integer(Int64(index + 1))],
                        within: limit
                    )
                }
                try link.runScript("COMMIT", within: limit)
                return (before, after)
            } catch {
                link.drop()
                throw error
            }
        }
    }

    /// Makes the place of a space. One that is there stays as it is.
    package func makePlace(for space: SpaceID) async throws {
        let limit = hub.work.limit
        _ = try await hub.work.run { link in
            try link.run(
                "INSERT INTO hearth.spaces (space) VALUES ($1) ON CONFLICT DO NOTHING",
                [.bytes(space.bytes)],
                within: limit
            )
            return true
        }
    }

    /// Whether a role may reach a space.
    func hasAccess(_ role: String, to space: SpaceID) async throws -> Bool {
        let limit = hub.work.limit
        return try await hub.work.run { link in
            let result = try link.run(
                "SELECT count(*) FROM hearth.access WHERE role = $1 AND space = $2",
                [.text(role), .bytes(space.bytes)],
                within: limit
            )
            return try result.integer(0, 0) > 0
        }
    }

    /// A role that was made for a device, and how the device reaches the hub under it.
    package struct Role: Sendable {
        package var name: String
        package var password: String
        /// The administrator's settings with the role in the place of the administrator's.
        package var settings: ConnectionSettings
    }

    /// Makes a role for a device, with a random password. The server gets only a verifier of it (SCRAM-SHA-256), so that
    /// its log has none.
    package func admit(to space: SpaceID) async throws -> Role {
        let limit = hub.work.limit
        let name = "hearth_" + Self.word(of: 12)
        let password = Self.word(of: 32)
        _ = try await hub.work.run { link in
            let handle = try link.connected(within: limit)
            guard let verifier = link.library.encryptPassword(handle, password, name, "scram-sha-256") else {
                throw link.unreachable("libpq can't make a verifier of a password: \(link.message)")
            }
            defer { link.library.freeMemory(verifier) }
            // Asked again after a broken connection, it may be there already, and with another salt.
            try link.run(
                "SELECT hearth.admit($1, $2, $3) WHERE NOT EXISTS (SELECT FROM hearth.access WHERE role = $1)",
                [.text(name), .text(String(cString: verifier)), .bytes(space.bytes)],
                within: limit
            )
            return true
        }
        let settings = hub.settings.setting("user", to: name).setting("password", to: password)
            .setting("passfile", to: nil)
        return Role(name: name, password: password, settings: settings)
    }

    /// Takes a role its space, and the role away if it has no other.
    ///
    /// - Returns: Whether it had the space.
    package func dismiss(_ role: String, from space: SpaceID) async throws -> Bool {
        let limit = hub.work.limit
        return try await hub.work.run { link in
            let result = try link.run(
                "SELECT hearth.dismiss($1, $2)",
                [.text(role), .bytes(space.bytes)],
                within: limit
            )
            return try result.bytes(0, 0) == [1]
        }
    }

    /// Takes a space away with all its rows, and the roles that have no other space. Its devices exchange no more.
    package func remove(_ space: SpaceID) async throws {
        let limit = hub.work.limit
        _ = try await hub.work.run { link in
            do {
                try link.runScript("BEGIN", within: limit)
                let statements: [StaticString] = [
                    "SELECT hearth.dismiss(a.role, a.space) FROM (SELECT role, space FROM hearth.access WHERE space = $1 FOR UPDATE) a",
                    "DELETE FROM hearth.rows WHERE space = $1", "DELETE FROM hearth.spaces WHERE space = $1",
                ]
                for statement in statements {
                    try link.run(statement, [.bytes(space.bytes)], within: limit)
                }
                try link.runScript("COMMIT", within: limit)
                return true
            } catch {
                link.drop()
                throw error
            }
        }
    }

    /// Ends the connection.
    package func close() async { await hub.close() }

    private static func word(of count: Int) -> String {
        let letters = Array("abcdefghjkmnpqrstvwxyz0123456789")
        return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count)] })
    }
}

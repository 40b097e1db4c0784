internal import HearthModel

/// What only the hub's administrator may do: make the hub, its spaces and the roles of devices.
///
/// Its role owns the hub and may make roles (`CREATEROLE`); it need not be a superuser.
package struct HubAdministrator: Sendable {
    let hub: PostgreSQLHub

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
                try link.runScript(HubSchema.closing, within: limit)
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

    /// Takes a space away with all its rows, and the roles that have no other space. Its devices exchange no more.
    package func remove(_ space: SpaceID) async throws {
        for role in try await roles(of: space) { _ = try await dismiss(role, from: space) }
        let limit = hub.work.limit
        _ = try await hub.work.run { link in
            do {
                try link.runScript("BEGIN", within: limit)
                let statements: [StaticString] = [
                    "DELETE FROM hearth.access WHERE space = $1", "DELETE FROM hearth.rows WHERE space = $1",
                    "DELETE FROM hearth.spaces WHERE space = $1",
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
}

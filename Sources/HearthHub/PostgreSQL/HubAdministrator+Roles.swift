internal import HearthModel

extension HubAdministrator {
    /// A role that was made for a device, and how the device reaches the hub under it.
    package struct Role: Sendable {
        package var name: String
        package var password: String
        /// The administrator's address of the hub, under this role. Nothing else of the administrator's is in it.
        package var settings: ConnectionSettings
    }

    /// What became of a role that was dismissed.
    package enum Dismissal: Hashable, Sendable {
        /// The hub does not let it into the space, and did not.
        case unknown
        /// It has another space, and keeps that.
        case keepsOtherSpaces
        /// It has no space any more. It was there before the hub let it in, so it was left.
        case isAnothers
        /// It can't sign in and sees nothing, but it is still there, for the reason that the server gave.
        case shutOut(because: String)
        /// It is gone.
        case dropped
    }

    /// What the names of roles that are made here begin with.
    private static let prefix = "hearth_"
    private static let letters = Array("abcdefghjkmnpqrstvwxyz0123456789")
    private static let nameLength = 12
    private static let passwordLength = 32

    /// Whether a role was made by ``admit(to:)``, as its name says.
    static func isMade(_ role: String) -> Bool {
        guard role.hasPrefix(prefix) else { return false }
        let rest = role.dropFirst(prefix.count)
        return rest.count == nameLength && rest.allSatisfy(letters.contains)
    }

    /// Makes a role for a device, with a random password. The server gets only a verifier of it (SCRAM-SHA-256), so that
    /// its log has none.
    package func admit(to space: SpaceID) async throws -> Role {
        let role = role(named: Self.prefix + Self.word(of: Self.nameLength))
        _ = try await admit(role, to: space)
        return role
    }

    /// Makes a role again that a space knows a device by, or lets it in again where it is still there.
    ///
    /// - Returns: The role with a new password; nil if the role was there and is somebody's: it keeps its password.
    func admitAgain(_ name: String, to space: SpaceID) async throws -> Role? {
        let role = role(named: name)
        return try await admit(role, to: space) ? role : nil
    }

    private func role(named name: String) -> Role {
        let password = Self.word(of: Self.passwordLength)
        let settings = hub.settings.address.setting("user", to: name).setting("password", to: password)
        return Role(name: name, password: password, settings: settings)
    }

    /// Lets a role in, and makes it where there is none.
    ///
    /// - Returns: Whether it has the password.
    private func admit(_ role: Role, to space: SpaceID) async throws -> Bool {
        let limit = hub.work.limit
        return try await hub.work.run { link in
            try Self.requirePresentSchema(link, within: limit)
            let handle = try link.connected(within: limit)
            let made = link.library.encryptPassword(handle, role.password, role.name, "scram-sha-256")
            guard let verifier = made else {
                throw link.unreachable("libpq can't make a verifier of a password: \(link.message)")
            }
            defer { link.library.freeMemory(verifier) }
            let result = try link.run(
                "SELECT hearth.admit($1, $2, $3)",
                [.text(role.name), .text(String(cString: verifier)), .bytes(space.bytes)],
                within: limit
            )
            return try result.bytes(0, 0) == [1]
        }
    }

    /// Whether a role may reach a space.
    func hasAccess(_ role: String, to space: SpaceID) async throws -> Bool {
        try await roles(of: space).contains(role)
    }

    /// The roles that may reach a space.
    package func roles(of space: SpaceID) async throws -> [String] {
        try await names("SELECT role FROM hearth.access WHERE space = $1 ORDER BY role", [.bytes(space.bytes)])
    }

    /// The roles that may do nothing any more and could not be dropped yet, of all spaces of the hub.
    package func dismissedRoles() async throws -> [String] {
        try await names("SELECT role FROM hearth.dismissed ORDER BY role", [])
    }

    private func names(_ statement: StaticString, _ parameters: [PostgreSQLValue]) async throws -> [String] {
        let limit = hub.work.limit
        return try await hub.work.run { link in
            try Self.requirePresentSchema(link, within: limit)
            let result = try link.run(statement, parameters, within: limit)
            return try result.rows.indices.map { try result.text($0, 0) }
        }
    }

    /// Takes a role its space. If it has no other, it can't sign in any more, its sessions end, and it is dropped with
    /// what it owns.
    ///
    /// That it reaches nothing is durable before it is dropped, so what it has made can't keep it in. What was dismissed
    /// and could not be dropped may be dismissed again.
    package func dismiss(_ role: String, from space: SpaceID) async throws -> Dismissal {
        let limit = hub.work.limit
        let answer = try await hub.work.run { link in
            try Self.requirePresentSchema(link, within: limit)
            return
                try link.run(
                    "SELECT hearth.dismiss($1, $2)",
                    [.text(role), .bytes(space.bytes)],
                    within: limit
                )
                .text(0, 0)
        }
        switch answer {
        case "unknown": return .unknown
        case "kept": return .keepsOtherSpaces
        case "guest": return .isAnothers
        default: return await drop(role)
        }
    }

    private func drop(_ role: String) async -> Dismissal {
        let limit = hub.work.limit
        do {
            let reason = try await hub.work.run { link in
                try link.run("SELECT hearth.drop_dismissed($1)", [.text(role)], within: limit).text(0, 0)
            }
            return reason.isEmpty ? .dropped : .shutOut(because: reason)
        } catch {
            return .shutOut(because: (error as? MemoryError)?.message ?? "\(error)")
        }
    }

    /// What is asked of a hub's administration is as this build knows it.
    private static func requirePresentSchema(_ link: PostgreSQLLink, within limit: Duration) throws {
        let result = try link.run("SELECT coalesce(max(version), 0) FROM hearth.migrations", within: limit)
        let version = Int(try result.integer(0, 0))
        guard version <= HubSchema.migrations.count else { throw HubSchema.tooNew(version, at: link.settings.name) }
        guard version == HubSchema.migrations.count else {
            throw MemoryError.invalidArgument(
                "An earlier version of hearth made the hub at \(link.settings.name). Bring it to the present schema: hearth hub init with --admin-file. Devices with that version are to be brought to this one then."
            )
        }
    }

    private static func word(of count: Int) -> String {
        String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count)] })
    }
}

import Foundation
import TestSupport
import Testing

extension Tool {
    /// Writes a file that its owner alone may read.
    func writePrivate(_ name: String, _ text: String) throws -> String {
        let path = try sandbox.write(name, text)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return path
    }

    /// A new database for a hub, and a file that says how its administrator reaches it.
    func administratorFile() async throws -> (database: HubDatabase, path: String) {
        let server = try await PostgreSQLServer.shared()
        let database = try await blocking { try server.makeDatabase() }
        return (database, try writePrivate("admin.hub", database.administratorText + "\n"))
    }

    /// Lets another tool's store join the space of this one.
    func pair(with other: Tool, as name: String, admin: String) async throws {
        let invitation = try await json("devices", "invite", "--admin-file", admin, "--with-password")
        _ = try await other.json("devices", "join", "--name", name, input: invitation["code"]?.string ?? "")
    }
}

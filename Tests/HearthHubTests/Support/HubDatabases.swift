import HearthModel
import TestSupport

@testable import HearthHub

extension HubDatabase {
    func administrator() throws -> HubAdministrator {
        try HubAdministrator(ConnectionSettings(administratorText))
    }

    /// A hub, and a space with a role.
    func hub(
        for space: SpaceID = .testing(),
        limits: PostgreSQLHub.Limits = .init()
    ) async throws -> (hub: PostgreSQLHub, role: HubAdministrator.Role) {
        let administrator = try administrator()
        _ = try await administrator.prepare()
        try await administrator.makePlace(for: space)
        let role = try await administrator.admit(to: space)
        await administrator.close()
        return (try PostgreSQLHub(role.settings, limits: limits), role)
    }

    /// Ends every session of the database again and again, until the task is cancelled.
    ///
    /// Each pause is longer than the one before: on a slow machine too something gets through in the end.
    ///
    /// - Returns: How many sessions were ended.
    func endSessions() async throws -> Int {
        var ended = 0
        var pause = Duration.milliseconds(5)
        while !Task.isCancelled {
            ended += try await blocking {
                try psql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                .split(separator: "\n").count
            }
            try? await Task.sleep(for: pause)
            pause = pause * 1.5
        }
        return ended
    }
}

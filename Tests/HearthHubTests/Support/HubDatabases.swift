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
}

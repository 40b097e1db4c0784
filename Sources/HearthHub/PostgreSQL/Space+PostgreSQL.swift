package import HearthModel

extension Space {
    /// Opens the door of the device whose file is beside a store.
    ///
    /// - Parameters:
    ///   - settings: Laid over the connection string that the file has.
    /// - Returns: nil if the store's device belongs to no space; it then costs one look for the file.
    /// - Throws: `.keyUnavailable` if the file can't be read, or others may read it; `.invalidArgument` if nothing says how
    ///   the hub is reached; `.hubUnavailable` without libpq.
    package static func open(
        besideStore store: String,
        connection settings: ConnectionSettings? = nil,
        clock: StoreClock = .system
    ) throws -> Space? {
        let file = DeviceFile(besideStore: store)
        guard let state = try file.load() else { return nil }
        let kept = try state.connection.map { try ConnectionSettings($0) }
        guard let reached = kept.map({ kept in settings.map(kept.merging) ?? kept }) ?? settings else {
            throw MemoryError.invalidArgument(
                "Nothing says how this device's hub is reached. Give the connection string with --hub-file or HEARTH_HUB."
            )
        }
        return try Space(hub: try PostgreSQLHub(reached), storage: file, clock: clock)
    }

    /// Joins by an invitation, and keeps beside the store how the hub is reached.
    ///
    /// - Parameters:
    ///   - settings: Laid over the address in the code, such as a password that came by another way.
    package static func join(
        _ code: InvitationCode,
        name: String,
        connection settings: ConnectionSettings? = nil,
        storage: any DeviceStorage,
        clock: StoreClock = .system
    ) async throws -> Space {
        let address = code.address.isEmpty ? nil : try ConnectionSettings(code.address)
        guard let reached = address.map({ address in settings.map(address.merging) ?? address }) ?? settings else {
            throw MemoryError.invalidArgument(
                "The invitation does not say how the hub is reached. Give the connection string with --hub-file or HEARTH_HUB."
            )
        }
        let hub = try PostgreSQLHub(reached)
        do {
            return try await join(
                code,
                name: name,
                role: reached["user"] ?? "",
                connection: reached.text,
                hub: hub,
                storage: storage,
                clock: clock
            )
        } catch {
            await hub.close()
            throw error
        }
    }
}

extension Space {
    /// The hub for messages: host and database; nil for a hub that is in no database.
    package var hubName: String? { (hub as? PostgreSQLHub)?.name }

    /// How this device reaches its hub, with other settings laid over.
    ///
    /// - Throws: `.invalidArgument` if nothing says how.
    package func ownSettings(under settings: ConnectionSettings?) throws -> ConnectionSettings {
        let kept = try state.connection.map { try ConnectionSettings($0) }
        guard let reached = kept.map({ kept in settings.map(kept.merging) ?? kept }) ?? settings else {
            throw MemoryError.invalidArgument("Nothing says how this device's hub is reached. Name it with --hub-file.")
        }
        return reached
    }
}

extension HubAdministrator {
    /// Makes the hub if there is none, and in it a new space whose first device this one is, with a role of its own.
    package func found(
        name: String,
        storage: any DeviceStorage,
        clock: StoreClock = .system
    ) async throws -> Space {
        _ = try await prepare()
        return try await Space.found(name: name, storage: storage, clock: clock) { space in
            try await makePlace(for: space)
            let role = try await admit(to: space)
            return Space.Place(
                hub: try PostgreSQLHub(role.settings),
                role: role.name,
                connection: role.settings.text
            )
        }
    }

    /// Makes the place of a space that a hub does not have any more, and the role of this device, where they are missing.
    ///
    /// - Returns: Whether a role was made.
    package func renew(_ storage: any DeviceStorage) async throws -> Bool {
        _ = try await prepare()
        guard let state = try storage.load() else { return false }
        try await makePlace(for: state.space)
        let kept = try state.connection.map { try ConnectionSettings($0)["user"] ?? "" } ?? ""
        guard try await !hasAccess(kept, to: state.space) else { return false }
        let role = try await admit(to: state.space)
        _ = try storage.update { $0.connection = role.settings.text }
        return true
    }
}

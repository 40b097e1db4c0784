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

extension Space {
    /// Keeps another way to the hub, with which this space was opened, once it is known to lead there; durable on return.
    ///
    /// - Returns: The hub that was reached before, by host and database; nil if nothing was kept.
    /// - Throws: `.hubUnavailable`; `.accessDenied` if the space is not there.
    package func keep(_ settings: ConnectionSettings) async throws -> String? {
        _ = try await hub.end(of: state.space)
        let before = try state.connection.map { try ConnectionSettings($0) }
        let text = (before?.merging(settings) ?? settings).text
        state = try storage.update { $0.connection = text }
        return before?.name
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

    /// What was made of a device's place on the hub.
    package struct Renewal: Hashable, Sendable {
        /// Whether the device got a role, or a new password for its own.
        package var madeRole: Bool
        /// The hub that the device reached before, by host and database, if it is another one now.
        package var movedFrom: String?

        package init(madeRole: Bool = false) {
            self.madeRole = madeRole
        }
    }

    /// Makes the place of a space that a hub does not have any more, and the role of this device, where they are missing.
    /// If the device reached the hub at another address, it reaches it at the administrator's from now on.
    ///
    /// The role keeps its name: it is the one that the other devices know, and take away when they remove this one.
    package func renew(_ storage: any DeviceStorage) async throws -> Renewal {
        _ = try await prepare()
        var renewal = Renewal()
        guard let state = try storage.load() else { return renewal }
        try await makePlace(for: state.space)
        let kept = try state.connection.map { try ConnectionSettings($0) }
        if let kept, !kept.reachesSamePlace(as: hub.settings) { renewal.movedFrom = kept.name }
        let used = kept?["user"] ?? ""
        let name = state.role.isEmpty ? used : state.role
        let hasOwn = try await hasAccess(name, to: state.space)
        guard !hasOwn || used != name || renewal.movedFrom != nil else { return renewal }
        let role = name.isEmpty ? try await admit(to: state.space) : try await admitAgain(name, to: state.space)
        let text = (role?.settings ?? kept?.merging(hub.settings.address).setting("user", to: name))?.text
        _ = try storage.update { $0.connection = text ?? $0.connection }
        renewal.madeRole = role != nil
        // An earlier release gave it a role that the space does not know.
        if used != name, Self.isMade(used) { _ = try await dismiss(used, from: state.space) }
        return renewal
    }
}

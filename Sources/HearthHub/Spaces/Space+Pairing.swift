internal import Crypto
package import HearthModel

extension Space {
    /// How long an invitation may be taken if nothing else is said.
    package static let usualInvitation = Duration.days(1)

    /// Where a new space is to be: its hub, and how this device reaches it.
    package struct Place: Sendable {
        var hub: any Hub
        /// The role under which the device reaches the hub; empty where the hub has none.
        var role: String
        /// The connection string; nil where that is told otherwise.
        var connection: String?

        package init(hub: any Hub, role: String = "", connection: String? = nil) {
            self.hub = hub
            self.role = role
            self.connection = connection
        }
    }

    /// Makes a new space with this device as its first, and keeps its state.
    ///
    /// - Parameters:
    ///   - place: Makes the place of the space on a hub, before anything is kept.
    /// - Throws: `.invalidArgument` if the device belongs to a space already, or the name is empty, longer than 256 bytes
    ///   or has control characters.
    package static func found(
        name: String,
        storage: any DeviceStorage,
        clock: StoreClock = .system,
        at place: (SpaceID) async throws -> Place
    ) async throws -> Space {
        try check(name: name)
        guard try storage.load() == nil else { throw hasState() }
        let signingKey = Curve25519.Signing.PrivateKey()
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        let id = SpaceID(founder: Array(signingKey.publicKey.rawRepresentation), salt: salt)
        let place = try await place(id)
        var state = DeviceState(
            space: id,
            name: name,
            role: place.role,
            root: SymmetricKey(size: .bits256),
            secret: nil,
            signingKey: signingKey,
            connection: place.connection
        )
        let founding = try MembershipEvent(
            .founding(state.device, salt: salt),
            at: HybridTime.zero.next(at: clock.now()),
            by: signingKey,
            in: id
        )
        state.learn([DeviceState.SeenEvent(seq: nil, bytes: founding.bytes)])
        // On the hub first: what was not kept here is a place that nobody uses.
        let keys = SpaceKeys(space: id, root: state.root)
        _ = try await place.hub.publish([try entry(founding, keys: keys)], erasing: [], in: id)
        guard try storage.create(state) else { throw hasState() }
        return try Space(hub: place.hub, storage: storage, clock: clock)
    }

    /// The same on a hub that needs no place made.
    package static func found(
        name: String,
        hub: any Hub,
        storage: any DeviceStorage,
        clock: StoreClock = .system
    ) async throws -> Space {
        try await found(name: name, storage: storage, clock: clock) { _ in Place(hub: hub) }
    }

    /// Asks another device to join, and gives the code for it.
    ///
    /// - Parameter address: How the other device reaches the hub: a connection string, or nothing.
    /// - Throws: `.deviceRemoved`, `.hubUnavailable`, `.invalidArgument` for a time that is not positive.
    package func invite(address: String, for duration: Duration = usualInvitation) async throws -> InvitationCode {
        try requireMember()
        guard duration > .zero else { throw MemoryError.invalidArgument("An invitation must be open for some time.") }
        try await catchUpOnMembership()
        try requireMember()
        _ = try await sealingEpoch()
        let secret = OneTimeSecret()
        let later = keys.held.filter { $0 != .first }.sorted()
        let enclosed = try later.compactMap { epoch in
            try keys.key(of: epoch)
                .map { key in
                    MembershipEvent.EnclosedKey(
                        epoch: epoch,
                        sealed: try EpochKeys.enclose(key, of: epoch, with: secret, in: state.space)
                    )
                }
        }
        let oneTimeKey = Array(try secret.signingKey(in: state.space).publicKey.rawRepresentation)
        let expires = max(clock.now(), membership.latest.timestamp).advanced(by: duration)
        try await append([.invitation(oneTimeKey: oneTimeKey, expires: expires, keys: enclosed)])
        return InvitationCode(space: state.space, root: state.root, secret: secret, address: address)
    }

    /// Joins a space by an invitation, and keeps the device's state.
    ///
    /// If the answer of the hub was lost, the same call with the same code goes on where it ended.
    ///
    /// - Throws: `.invalidArgument` if the invitation is not on the hub, was taken or is over, or the device belongs to
    ///   another space already.
    package static func join(
        _ code: InvitationCode,
        name: String,
        role: String = "",
        connection: String? = nil,
        hub: any Hub,
        storage: any DeviceStorage,
        clock: StoreClock = .system
    ) async throws -> Space {
        try check(name: name)
        if let state = try storage.load() {
            guard state.space == code.space, state.secret?.bytes == code.secret.bytes else { throw hasState() }
            let opened = try Space(hub: hub, storage: storage, clock: clock)
            try await opened.publishOwnJoining()
            return opened
        }
        let state = DeviceState(
            space: code.space,
            name: name,
            role: role,
            root: code.root,
            secret: code.secret,
            connection: connection
        )
        // Looks before anything is kept: a code that is over leaves nothing.
        let rehearsal = MemoryDeviceStorage()
        _ = rehearsal.create(state)
        let looking = try Space(hub: hub, storage: rehearsal, clock: clock)
        try await looking.catchUpOnMembership()
        try await looking.requireOpenInvitation(code.secret)
        var joined = await looking.state
        joined.learn([DeviceState.SeenEvent(seq: nil, bytes: try await looking.joining(code.secret).bytes)])
        guard try storage.create(joined) else { throw hasState() }
        let opened = try Space(hub: hub, storage: storage, clock: clock)
        try await opened.publishOwnJoining()
        return opened
    }

    /// Removes a device, and begins an epoch whose key it does not get. What it has it keeps; what comes is closed to it.
    ///
    /// - Throws: `.invalidArgument` if no such device belongs to the space.
    package func remove(_ device: DeviceID) async throws {
        try await catchUpOnMembership()
        try requireMember()
        guard membership.isActive(device) else {
            throw MemoryError.invalidArgument(
                "No device \(device) belongs to the space now; `hearth devices list` names those that do."
            )
        }
        // A device that leaves must not know the key of what comes: another one begins the epoch, before it next sends.
        let leaves = device == state.device.id
        try await append([.removal(device)] + (leaves ? [] : [try newEpoch(without: [device])]))
    }

    private func publishOwnJoining() async throws {
        try await publishOwnArrival()
        guard membership.members[state.device.id] != nil else {
            // It would be taken for a device of the space, and what it sends would be lost.
            storage.remove()
            throw MemoryError.invalidArgument(
                "Another device took this invitation first. Ask for a new one: hearth devices invite"
            )
        }
        try requireMember()
    }

    /// Publishes by which events this device came into the space.
    private func publishOwnArrival() async throws {
        let own = events.filter { placed in
            guard placed.event.author == state.device.id else { return false }
            switch placed.event.deed {
            case .founding, .joining: return true
            case .invitation, .removal, .epoch: return false
            }
        }
        guard !own.isEmpty else { return }
        _ = try await hub.publish(try own.map { try entry($0.event) }, erasing: [], in: state.space)
        try await catchUpOnMembership()
    }

    /// Publishes in their order the events that may be missing on the hub, as after it went back: for a joining counts only
    /// behind its invitation.
    func publishUnplaced() async throws {
        let unplaced = events.filter { $0.seq == nil }
        guard !unplaced.isEmpty else { return }
        _ = try await hub.publish(try unplaced.map { try entry($0.event) }, erasing: [], in: state.space)
        try await catchUpOnMembership()
    }

    private func requireOpenInvitation(_ secret: OneTimeSecret) throws {
        let key = Array(try secret.signingKey(in: state.space).publicKey.rawRepresentation)
        guard let invitation = membership.invitations[key] else {
            throw MemoryError.invalidArgument(
                "The hub knows no such invitation. Is it the hub of the device that invited?"
            )
        }
        guard invitation.taker == nil else {
            throw MemoryError.invalidArgument(
                "This invitation was taken already. Ask for a new one: hearth devices invite"
            )
        }
        guard membership.isActive(invitation.author), clock.now() <= invitation.expires else {
            throw MemoryError.invalidArgument("This invitation is over. Ask for a new one: hearth devices invite")
        }
    }

    private func joining(_ secret: OneTimeSecret) throws -> MembershipEvent {
        let key = try secret.signingKey(in: state.space)
        let proof = try key.signature(for: MembershipEvent.proofText(state.device, in: state.space))
        return try event(
            .joining(state.device, oneTimeKey: Array(key.publicKey.rawRepresentation), proof: Array(proof))
        )
    }

    private static func check(name: String) throws(MemoryError) {
        let length = name.utf8.count
        guard (1...MembershipEvent.longestName).contains(length),
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw .invalidArgument(
                "The name of a device has 1 to \(MembershipEvent.longestName) bytes and no control characters."
            )
        }
    }

    private static func hasState() -> MemoryError {
        .invalidArgument("This store belongs to a space already; `hearth devices list` shows its devices.")
    }
}

internal import Crypto
internal import HearthKeys
package import HearthModel

/// One device's door to a space: what goes out is signed, padded and sealed, what comes in is opened and checked.
///
/// The hub sees ids that are HMACs, kinds, lengths in steps, and when which role wrote. Everything else is between the
/// devices. A space keeps the device's state and its ledger by itself; the cursor is its caller's.
package actor Space {
    let hub: any Hub
    let storage: any DeviceStorage
    let clock: StoreClock

    /// How many bytes of records go in one transaction: so many that what came through is soon kept.
    let portion = HubPortion(most: 2 << 20)

    var state: DeviceState
    /// The events of the membership, in the order in which they count.
    var events: [PlacedEvent] = []
    var membership: Membership
    var keys: SpaceKeys
    /// What the hub has shown, as it was when ``changeLedger(_:)`` was last called.
    var ledger: SpaceLedger
    /// The last row on the membership that this process has read for its own sake.
    var membershipCursor: Int64 = 0
    /// The bytes of the ledger that this process last read or kept.
    private var keptLedger: [UInt8]?
    /// What the ledger said of the word of another device last, for rows of one batch have one word.
    var lastJudged: (seen: SeenRows, agrees: Bool)?

    /// Opens a device's door.
    ///
    /// - Throws: `.invalidArgument` if the device belongs to no space.
    package init(hub: any Hub, storage: any DeviceStorage, clock: StoreClock = .system) throws {
        guard let state = try storage.load() else {
            throw MemoryError.invalidArgument(
                "This store exchanges with no other device yet. Run `hearth hub init` here, or `hearth devices invite` on another device and `hearth devices join` here."
            )
        }
        self.hub = hub
        self.storage = storage
        self.clock = clock
        self.state = state
        keptLedger = storage.loadLedger()
        ledger = keptLedger.flatMap(SpaceLedger.init) ?? SpaceLedger()
        membership = Membership(space: state.space, events: [])
        keys = SpaceKeys(space: state.space, root: state.root)
        (events, membership, keys) = Self.view(of: state)
    }

    /// The space.
    package nonisolated var id: SpaceID { get async { await state.space } }

    /// This device.
    package var device: Device { state.device }

    /// Who belongs to the space, as far as this device knows.
    package var members: Membership { membership }

    /// Whether this device was removed, or never came to belong to the space.
    package var isRemoved: Bool { !membership.isActive(state.device.id) }

    /// Whether no store has exchanged as this device yet.
    var isUnused: Bool { state.isUnused }

    /// Keeps that a store exchanges as this device.
    func noteUse() throws { state = try storage.update { $0.isUnused = false } }

    /// What a record is called on the hub.
    package func hubID(of record: [UInt8]) -> [UInt8] { keys.hubID(of: record) }

    /// Ends the connections to the hub.
    package func close() async { await hub.close() }

    func requireMember() throws {
        guard isRemoved else { return }
        let isKnown = membership.members[state.device.id] != nil
        let reason = isKnown ? "was removed from its space" : "does not belong to its space"
        throw MemoryError(
            code: .deviceRemoved,
            message:
                "The device \(state.name) \(reason), so it neither sends nor receives. Its memories stay. To join again, delete its .device file and take a new invitation."
        )
    }
}

// MARK: - What the hub has shown

extension Space {
    /// Changes the ledger as it is kept now, for another process of the same store may have changed it meanwhile.
    @discardableResult
    func changeLedger<R: Sendable>(_ change: (inout SpaceLedger) -> R) -> R {
        var result: R?
        var (before, after): ([UInt8]?, [UInt8]) = (nil, [])
        let isKept = storage.changeLedger { bytes in
            before = bytes
            if bytes != keptLedger, let other = bytes.flatMap(SpaceLedger.init) {
                ledger = other
                lastJudged = nil
            }
            result = change(&ledger)
            after = ledger.bytes
            return after
        }
        keptLedger = isKept ? after : before
        return result ?? change(&ledger)
    }

    /// Takes over what another process of the same store has noted.
    func reloadLedger() { changeLedger { _ in } }

    /// Takes over what another process of the same store has learnt of the membership: the cursor, which all share, may be
    /// behind it.
    func reloadState() throws {
        guard let kept = try storage.load(), kept.events != state.events else { return }
        state = kept
        (events, membership, keys) = Self.view(of: state)
        // That process may have found that the hub went back.
        membershipCursor = 0
    }
}

// MARK: - What follows from the state

extension Space {
    /// Takes over events, keeps them, and works out what follows.
    func learn(_ learnt: [DeviceState.SeenEvent]) throws {
        guard !learnt.isEmpty else { return }
        state = try storage.update { $0.learn(learnt) }
        (events, membership, keys) = Self.view(of: state)
    }

    /// The membership that follows from a state, and the keys that the device can have of it.
    static func view(
        of state: DeviceState
    ) -> (events: [PlacedEvent], membership: Membership, keys: SpaceKeys) {
        let events = state.events
            .compactMap { seen in (try? MembershipEvent(seen.bytes)).map { PlacedEvent(seq: seen.seq, event: $0) } }
            .sorted()
        let membership = Membership(space: state.space, events: events)
        return (events, membership, keys(of: state, events: events))
    }

    private static func keys(of state: DeviceState, events: [PlacedEvent]) -> SpaceKeys {
        let device = state.device.id
        var keys = SpaceKeys(space: state.space, root: state.root)
        for placed in events {
            switch placed.event.deed {
            case .epoch(let epoch, let wrapped) where !keys.held.contains(epoch):
                for key in wrapped where key.device == device {
                    let key = EpochKeys.unwrap(
                        key.wrapped,
                        of: epoch,
                        for: device,
                        with: state.agreementKey,
                        in: state.space
                    )
                    if let key { keys.add(key, of: epoch) }
                }
            case .invitation(_, _, let enclosed):
                guard let secret = state.secret else { continue }
                for key in enclosed where !keys.held.contains(key.epoch) {
                    if let opened = EpochKeys.disclose(key.sealed, of: key.epoch, with: secret, in: state.space) {
                        keys.add(opened, of: key.epoch)
                    }
                }
            default: continue
            }
        }
        return keys
    }

    /// The place on the hub of the event that removed a device; nil if that is not known to be there.
    func placeOfRemoval(_ device: DeviceID) -> Int64? {
        guard let member = membership.members[device], let removed = member.removed else { return nil }
        let placed = events.first { placed in
            placed.event.author == member.removedBy && placed.event.time == removed
                && placed.event.deed == .removal(device)
        }
        return placed?.seq
    }

    /// The next event of this device.
    func event(_ deed: MembershipEvent.Deed) throws -> MembershipEvent {
        try MembershipEvent(deed, at: membership.latest.next(at: clock.now()), by: state.signingKey, in: state.space)
    }

    /// An event as the hub gets it. It is sealed with the space's own key, which every device has: so one that was away
    /// for long can always read who belongs to the space, and find the keys that were wrapped for it.
    func entry(_ event: MembershipEvent) throws -> HubEntry {
        try Self.entry(event, keys: keys)
    }

    static func entry(_ event: MembershipEvent, keys: SpaceKeys) throws -> HubEntry {
        let id = keys.hubID(of: event.id)
        guard let sealed = try keys.seal(event.bytes, id: id, kind: .membership, epoch: .first) else {
            throw MemoryError(code: .keyUnavailable, message: "The space's own key is missing.")
        }
        return HubEntry(id: id, kind: .membership, ciphertext: sealed)
    }
}

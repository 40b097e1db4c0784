internal import Crypto
package import HearthModel

/// Who belongs to a space, as follows from the set of its events with their places on the hub: the same set, however it
/// came together, gives the same.
///
/// Events count in the order of their places, which is one for all devices; those that have none yet come behind, by
/// (hybrid time, id). One whose author does not belong to the space at its place counts for nothing. So removals of
/// different devices at once both count, and of two devices that remove each other the one that reached the hub first
/// stays. An order by time alone would let a device that was removed undo it, by an event from before.
package struct Membership: Sendable {
    /// A device, and since when it belongs and belonged to the space.
    package struct Member: Hashable, Sendable {
        package var device: Device
        package var since: HybridTime
        /// When it was removed, and by whom.
        package var removed: HybridTime?
        package var removedBy: DeviceID?

        package var isRemoved: Bool { removed != nil }
    }

    /// An invitation.
    struct Invitation: Hashable, Sendable {
        var author: DeviceID
        var expires: Timestamp
        var keys: [MembershipEvent.EnclosedKey]
        /// The device that joined by it.
        var taker: DeviceID?
    }

    /// An epoch, and which devices were given its key.
    struct Epoch: Hashable, Sendable {
        var id: EpochID
        var began: HybridTime
        var firstEvent: [UInt8]
        var recipients: Set<DeviceID>
    }

    package let space: SpaceID
    package private(set) var members: [DeviceID: Member] = [:]
    private(set) var invitations: [[UInt8]: Invitation] = [:]
    private(set) var epochs: [EpochID: Epoch] = [:]
    /// The time of the latest event, which the next one is later than.
    private(set) var latest = HybridTime.zero

    init(space: SpaceID, events: some Sequence<PlacedEvent>) {
        self.space = space
        var counted: Set<[UInt8]> = []
        for placed in events.sorted() where counted.insert(placed.event.id).inserted { count(placed.event) }
    }

    /// The devices that belong to the space now.
    package var active: [Device] { members.values.filter { !$0.isRemoved }.map(\.device).sorted { $0.id < $1.id } }

    /// Whether a device was the first of the space.
    func isFirst(_ device: DeviceID) -> Bool {
        members.values.min { ($0.since, $0.device.id) < ($1.since, $1.device.id) }?.device.id == device
    }

    package func isActive(_ device: DeviceID) -> Bool { members[device].map { !$0.isRemoved } ?? false }

    private mutating func count(_ event: MembershipEvent) {
        latest = max(latest, event.time)
        switch event.deed {
        case .founding(let device, let salt):
            guard members.isEmpty, SpaceID(founder: device.signingKey, salt: salt) == space, device.id == event.author
            else { return }
            members[device.id] = Member(device: device, since: event.time)
            epochs[.first] = Epoch(id: .first, began: event.time, firstEvent: event.id, recipients: [device.id])
        case .joining(let device, let key, _):
            join(device, by: key, event)
        default:
            guard isActive(event.author) else { return }
            countDeedOfMember(event)
        }
    }

    private mutating func join(_ device: Device, by key: [UInt8], _ event: MembershipEvent) {
        guard let invitation = invitations[key], invitation.taker == nil, isActive(invitation.author),
            event.time.timestamp <= invitation.expires, members[device.id] == nil, device.id == event.author
        else { return }
        invitations[key]?.taker = device.id
        members[device.id] = Member(device: device, since: event.time)
        // Every device has the space's own key, and the invitation had those of later epochs.
        for epoch in [.first] + invitation.keys.map(\.epoch) { epochs[epoch]?.recipients.insert(device.id) }
    }

    private mutating func countDeedOfMember(_ event: MembershipEvent) {
        switch event.deed {
        case .invitation(let key, let expires, let keys):
            guard invitations[key] == nil else { return }
            invitations[key] = Invitation(author: event.author, expires: expires, keys: keys)
        case .removal(let device):
            guard isActive(device) else { return }
            members[device]?.removed = event.time
            members[device]?.removedBy = event.author
        case .epoch(let id, let keys):
            var epoch =
                epochs[id] ?? Epoch(id: id, began: event.time, firstEvent: event.id, recipients: [])
            epoch.recipients.formUnion(keys.map(\.device))
            epochs[id] = epoch
        case .founding, .joining: break
        }
    }
}

// MARK: - Epochs

extension Membership {
    /// The epoch that a device seals with: the latest whose key it has and that no removed device was given; nil if
    /// there is none, so that a new one is needed.
    func sealingEpoch(amongHeld held: Set<EpochID>) -> EpochID? {
        let removed = Set(members.values.filter(\.isRemoved).map(\.device.id))
        return epochs.values
            .filter { held.contains($0.id) && $0.recipients.isDisjoint(with: removed) }
            .max { ($0.began, $0.firstEvent) < ($1.began, $1.firstEvent) }?
            .id
    }

    /// The devices that belong to the space and were not given the key of an epoch.
    func lacking(_ epoch: EpochID) -> [Device] {
        guard let recipients = epochs[epoch]?.recipients else { return [] }
        return active.filter { !recipients.contains($0.id) }
    }
}

// MARK: - What is checked before an event is taken into the set

extension Membership {
    /// Whether an event is signed by a device that belongs, or ever belonged, to the space; and if it founds or joins,
    /// whether it may.
    func vouches(for event: MembershipEvent) -> Bool {
        switch event.deed {
        case .founding(let device, let salt):
            return SpaceID(founder: device.signingKey, salt: salt) == space
                && event.isSigned(by: device.signingKey, in: space)
        case .joining(let device, let key, let proof):
            guard invitations[key] != nil, let oneTime = try? Curve25519.Signing.PublicKey(rawRepresentation: key)
            else {
                return false
            }
            return oneTime.isValidSignature(proof, for: MembershipEvent.proofText(device, in: space))
                && event.isSigned(by: device.signingKey, in: space)
        case .invitation, .removal, .epoch:
            guard let author = members[event.author]?.device else { return false }
            return event.isSigned(by: author.signingKey, in: space)
        }
    }
}

private func < (left: (HybridTime, [UInt8]), right: (HybridTime, [UInt8])) -> Bool {
    left.0 == right.0 ? left.1.lexicographicallyPrecedes(right.1) : left.0 < right.0
}

/// An event, and its place on the hub; nil while it is not known to be there.
struct PlacedEvent: Comparable, Sendable {
    var seq: Int64?
    var event: MembershipEvent

    static func < (left: PlacedEvent, right: PlacedEvent) -> Bool {
        let (first, second) = (left.seq ?? .max, right.seq ?? .max)
        return first == second
            ? (left.event.time, left.event.id) < (right.event.time, right.event.id) : first < second
    }
}

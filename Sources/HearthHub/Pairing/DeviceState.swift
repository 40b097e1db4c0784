internal import Crypto
internal import Foundation
internal import HearthModel

/// What one device keeps of a space: its own secrets, and the events of the membership that it has seen.
package struct DeviceState: Sendable {
    /// An event, and its place on the hub; nil while it is not known to be there.
    struct SeenEvent: Hashable, Sendable {
        var seq: Int64?
        var bytes: [UInt8]
    }

    package let space: SpaceID
    package let name: String
    /// The role under which it reaches the hub; empty where there is none.
    package let role: String
    let signingKey: Curve25519.Signing.PrivateKey
    let agreementKey: Curve25519.KeyAgreement.PrivateKey
    /// The space's own key: that of the first epoch.
    let root: SymmetricKey
    /// The secret of the invitation by which the device joined; nil for the founder.
    let secret: OneTimeSecret?
    /// How the hub is reached: a connection string of libpq, with or without the password; nil where that is told
    /// otherwise.
    package var connection: String?
    /// Whether its store has begun the space: what it held then was the space's.
    var hasFounded = false
    var events: [SeenEvent] = []
    /// Whether no store has exchanged as this device yet. One that did so as another begins anew: what that one sent may
    /// count for nothing.
    var isUnused = true

    init(
        space: SpaceID,
        name: String,
        role: String,
        root: SymmetricKey,
        secret: OneTimeSecret?,
        signingKey: Curve25519.Signing.PrivateKey = Curve25519.Signing.PrivateKey(),
        connection: String?
    ) {
        self.space = space
        self.name = name
        self.role = role
        self.root = root
        self.secret = secret
        self.signingKey = signingKey
        self.connection = connection
        agreementKey = Curve25519.KeyAgreement.PrivateKey()
    }

    /// The device as others know it.
    package var device: Device {
        Device(
            name: name,
            role: role,
            signingKey: Array(signingKey.publicKey.rawRepresentation),
            agreementKey: Array(agreementKey.publicKey.rawRepresentation)
        )
    }

    /// Takes over what is new among some events, and where they are now.
    mutating func learn(_ learnt: [SeenEvent]) {
        for event in learnt {
            // Where another event was, the hub has this one now: it went back, and that one is somewhere else, or gone.
            if let seq = event.seq {
                for index in events.indices where events[index].seq == seq && events[index].bytes != event.bytes {
                    events[index].seq = nil
                }
            }
            if let index = events.firstIndex(where: { $0.bytes == event.bytes }) {
                events[index].seq = event.seq ?? events[index].seq
            } else {
                events.append(event)
            }
        }
    }
}

// MARK: - As a file

extension DeviceState {
    /// The layout of the file.
    private static let version = 1

    private struct Layout: Codable {
        struct Event: Codable {
            var seq: Int64?
            var event: Data
        }

        var version: Int
        var space: String
        var name: String
        var role: String
        var signingKey: Data
        var agreementKey: Data
        var root: Data
        var secret: Data?
        var connection: String?
        var founded: Bool?
        var membership: [Event]
        var unused: Bool?
    }

    /// The state as JSON.
    var bytes: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return Array(
                try encoder.encode(
                    Layout(
                        version: Self.version,
                        space: space.description,
                        name: name,
                        role: role,
                        signingKey: signingKey.rawRepresentation,
                        agreementKey: agreementKey.rawRepresentation,
                        root: root.withUnsafeBytes { Data($0) },
                        secret: secret.map { Data($0.bytes) },
                        connection: connection,
                        founded: hasFounded ? true : nil,
                        membership: events.map { Layout.Event(seq: $0.seq, event: Data($0.bytes)) },
                        unused: isUnused ? true : nil
                    )
                )
            ) + [UInt8(ascii: "\n")]
        }
    }

    /// Reads JSON.
    ///
    /// - Returns: nil if it is anything else.
    init?(_ bytes: [UInt8]) {
        guard let layout = try? JSONDecoder().decode(Layout.self, from: Data(bytes)), layout.version == Self.version,
            let space = SpaceID(layout.space), layout.root.count == 32,
            let signingKey = try? Curve25519.Signing.PrivateKey(rawRepresentation: layout.signingKey),
            let agreementKey = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: layout.agreementKey)
        else { return nil }
        self.space = space
        name = layout.name
        role = layout.role
        self.signingKey = signingKey
        self.agreementKey = agreementKey
        root = SymmetricKey(data: layout.root)
        secret = layout.secret.flatMap { OneTimeSecret(bytes: Array($0)) }
        connection = layout.connection
        hasFounded = layout.founded ?? false
        isUnused = layout.unused ?? false
        events = layout.membership.map { SeenEvent(seq: $0.seq, bytes: Array($0.event)) }
    }
}

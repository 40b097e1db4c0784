import Crypto
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// What a set of events comes to, whatever order they came in.
@Suite struct Memberships {
    /// The events of a space whose devices come and go at random, as its log has them.
    private func events(_ generator: inout SeededGenerator) async throws -> (SpaceID, [PlacedEvent]) {
        var devices = try await Devices(2)
        for _ in 0..<10 {
            let active = await devices[0].members.active.map(\.id)
            var present: [Int] = []
            for (index, space) in devices.spaces.enumerated() where active.contains(await space.device.id) {
                present.append(index)
            }
            let actor = present.randomElement(using: &generator) ?? 0
            devices.clock.jumpWallClock(by: .seconds(Int.random(in: -100...100, using: &generator)))
            if active.count > 2, Bool.random(using: &generator) {
                let target = present.filter { $0 != 0 && $0 != actor }.randomElement(using: &generator)
                if let target { try await devices[actor].remove(devices[target].device.id) }
            } else {
                try await devices.add(invitedBy: actor)
            }
            try await devices[0].catchUpOnMembership()
        }
        return (await devices[0].members.space, await devices[0].events)
    }

    @Test func `any order and any repetition of the same events gives the same`() async throws {
        var generator = SeededGenerator()
        let (space, events) = try await events(&generator)
        let membership = Membership(space: space, events: events)
        for _ in 0..<50 {
            let other = Membership(space: space, events: (events + events.prefix(5)).shuffled(using: &generator))
            #expect(other.members == membership.members, "seed \(generator.seed)")
            #expect(other.invitations == membership.invitations && other.epochs == membership.epochs)
        }
    }

    @Test func `no epoch to seal with was given to a device that is removed`() async throws {
        var generator = SeededGenerator()
        let (space, events) = try await events(&generator)
        for count in 1...events.count {
            let membership = Membership(space: space, events: events.prefix(count))
            guard let epoch = membership.sealingEpoch(amongHeld: Set(membership.epochs.keys)) else { continue }
            let recipients = membership.epochs[epoch]?.recipients ?? []
            #expect(recipients.allSatisfy { membership.isActive($0) }, "seed \(generator.seed)")
        }
    }

    @Test func `events come back from their bytes, and nothing else does`() async throws {
        var generator = SeededGenerator()
        let (space, events) = try await events(&generator)
        let membership = Membership(space: space, events: events)
        for event in events {
            let event = event.event
            #expect(try MembershipEvent(event.bytes) == event)
            #expect(membership.vouches(for: event))
            for _ in 0..<200 {
                var bytes = event.bytes
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^=
                    1 << UInt8.random(in: 0...7, using: &generator)
                if let changed = try? MembershipEvent(bytes) {
                    #expect(!membership.vouches(for: changed), "seed \(generator.seed)")
                }
                #expect(
                    (try? MembershipEvent(Array(bytes.prefix(.random(in: 0..<bytes.count, using: &generator))))) == nil
                )
            }
        }
    }

    @Test func `nobody founds a space again`() async throws {
        let devices = try await Devices(1)
        let space = await devices[0].members.space
        let key = Curve25519.Signing.PrivateKey()
        let state = DeviceState(
            space: space,
            name: "x",
            role: "",
            root: SymmetricKey(size: .bits256),
            secret: nil,
            signingKey: key,
            connection: nil
        )
        let salt = [UInt8](repeating: 0, count: 16)
        let event = try MembershipEvent(.founding(state.device, salt: salt), at: .zero, by: key, in: space)
        #expect(await !devices[0].members.vouches(for: event))
        let events = await devices[0].events
        #expect(
            Membership(space: space, events: [PlacedEvent(seq: 0, event: event)] + events).active.map(\.name) == [
                "device 0"
            ]
        )
    }
}

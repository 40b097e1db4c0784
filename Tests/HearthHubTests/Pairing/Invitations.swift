import Crypto
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// How one device asks another to join.
@Suite struct Invitations {
    private let hub = MemoryHub()

    @Test func `a code comes back from its lines, in capitals, with blanks and with letters taken for digits`()
        async throws
    {
        let devices = try await Devices(1, over: hub)
        let address = "host='hub.example.org' dbname='hearth' sslmode='verify-full'"
        let code = try await devices[0].invite(address: address)
        let text = code.text
        #expect(text.hasPrefix("hearth1-") && text.split(separator: "\n").allSatisfy { $0.count <= 70 })
        let spelled = text.uppercased().replacing("-", with: " ").replacing("0", with: "O")
        for typed in [text, spelled, "  " + text.replacing("\n", with: "\r\n\t")] {
            let read = try InvitationCode(typed)
            #expect(read.space == code.space && read.address == address && read.secret.bytes == code.secret.bytes)
            #expect(read.root == code.root)
        }
    }

    @Test func `a code with a wrong or missing character is refused, and so is anything else`() async throws {
        let devices = try await Devices(1, over: hub)
        let text = try await devices[0].invite(address: "host=a").text
        let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")
        for (index, character) in text.enumerated() where index > 7 && digits.contains(character) {
            var changed = Array(text)
            changed[index] = character == "7" ? "8" : "7"
            #expect(throws: MemoryError.self) { try InvitationCode(String(changed)) }
            changed.remove(at: index)
            #expect(throws: MemoryError.self) { try InvitationCode(String(changed)) }
        }
        for other in [
            "", "hearth1", "hearth2-xyz", "tea", "hearth1-é", "hearth1-\u{0}", String(repeating: "z", count: 9_999),
        ] {
            #expect(throws: MemoryError.self) { try InvitationCode(other) }
        }
    }

    @Test func `an invitation works once, for a time, and on its own hub`() async throws {
        let devices = try await Devices(1, over: hub)
        let clock = devices.clock.storeClock
        func join(_ code: InvitationCode, _ storage: MemoryDeviceStorage, _ other: any Hub) async throws -> Space {
            try await Space.join(code, name: "new", hub: other, storage: storage, clock: clock)
        }
        let code = try await devices[0].invite(address: "", for: .seconds(60))
        let nothing = MemoryDeviceStorage()
        await expect(.invalidArgument) { try await join(code, nothing, MemoryHub()) }
        #expect(nothing.load() == nil)
        let storage = MemoryDeviceStorage()
        let joined = try await join(code, storage, hub)
        #expect(await joined.members.active.count == 2)
        await expect(.invalidArgument) { try await join(code, nothing, hub) }
        // The same device with the same code is there already.
        #expect(try await join(code, storage, hub).members.active.count == 2)
        let late = try await devices[0].invite(address: "", for: .seconds(60))
        devices.clock.advance(by: .seconds(61))
        await expect(.invalidArgument) { try await join(late, nothing, hub) }
        await expect(.invalidArgument) { try await devices[0].invite(address: "", for: .zero) }
    }

    @Test func `a joining whose answer was lost goes on with the same code`() async throws {
        let devices = try await Devices(1, over: hub)
        let clock = devices.clock.storeClock
        for fault in [MemoryHub.Fault.loseAnswer, .loseBatch] {
            let code = try await devices[0].invite(address: "")
            let storage = MemoryDeviceStorage()
            hub.ask(for: fault)
            await expect(.hubUnavailable) {
                try await Space.join(code, name: "new", hub: hub, storage: storage, clock: clock)
            }
            let joined = try await Space.join(code, name: "new", hub: hub, storage: storage, clock: clock)
            #expect(await joined.members.isActive(joined.device.id))
        }
        try await devices[0].catchUpOnMembership()
        #expect(await devices[0].members.active.count == 3)
    }

    @Test func `of two devices that take one invitation one is told that it was too late`() async throws {
        let devices = try await Devices(1, over: hub)
        let clock = devices.clock.storeClock
        let code = try await devices[0].invite(address: "")
        let common = hub.snapshot()
        let space = code.space
        _ = try await Space.join(code, name: "first", hub: hub, storage: MemoryDeviceStorage(), clock: clock)
        let first = hub.rows(of: space).suffix(1).map { HubEntry(id: $0.id, kind: $0.kind, ciphertext: $0.ciphertext) }
        hub.restore(common)
        devices.clock.advance(by: .seconds(1))
        let storage = MemoryDeviceStorage()
        hub.ask(for: .loseBatch)
        _ = try? await Space.join(code, name: "second", hub: hub, storage: storage, clock: clock)
        _ = try await hub.publish(first, erasing: [], in: space)
        await expect(.invalidArgument) {
            try await Space.join(code, name: "second", hub: hub, storage: storage, clock: clock)
        }
        // Nothing is left that would take it for a device of the space, and it may take another invitation.
        #expect(storage.load() == nil)
        let other = try await devices[0].invite(address: "")
        let joined = try await Space.join(other, name: "second", hub: hub, storage: storage, clock: clock)
        #expect(await joined.members.active.map(\.name).sorted() == ["device 0", "first", "second"])
        try await devices[0].catchUpOnMembership()
        #expect(await devices[0].members.active.map(\.name).contains("first"))
    }

    @Test func `a device whose joining does not count neither reads nor sends`() async throws {
        let devices = try await Devices(1, over: hub)
        let clock = devices.clock.storeClock
        let code = try await devices[0].invite(address: "")
        let before = hub.snapshot()
        let storage = MemoryDeviceStorage()
        _ = try await Space.join(code, name: "late", hub: hub, storage: storage, clock: clock)
        hub.restore(before)
        _ = try await Space.join(code, name: "early", hub: hub, storage: MemoryDeviceStorage(), clock: clock)
        let late = try Space(hub: hub, storage: storage, clock: clock)
        await expect(.deviceRemoved) { try await late.publish([ExchangeRecord("tea")]) }
        await expect(.deviceRemoved) { try await late.fetch(after: 0, limit: 10) }
        #expect(hub.rows(of: code.space).allSatisfy { $0.kind == .membership })
    }

    @Test func `names of devices are checked, and a device belongs to one space`() async throws {
        let devices = try await Devices(1, over: hub)
        let clock = devices.clock.storeClock
        for name in ["", "a\nb", "\u{0}", String(repeating: "é", count: 129)] {
            await expect(.invalidArgument) {
                try await Space.found(name: name, hub: hub, storage: MemoryDeviceStorage(), clock: clock)
            }
        }
        await expect(.invalidArgument) {
            try await Space.found(name: "x", hub: hub, storage: devices.storages[0], clock: clock)
        }
        let code = try await devices[0].invite(address: "")
        await expect(.invalidArgument) {
            try await Space.join(code, name: "x", hub: hub, storage: devices.storages[0], clock: clock)
        }
        _ = try await Space.found(name: "Küche 👩‍👩‍👧 مطبخ", hub: hub, storage: MemoryDeviceStorage(), clock: clock)
    }
}

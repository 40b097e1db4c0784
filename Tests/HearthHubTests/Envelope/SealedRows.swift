import Crypto
import Foundation
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// What is on the hub, and what a device makes of it when it was changed.
@Suite struct SealedRows {
    private let hub = MemoryHub()
    private let devices: Devices
    private let space: SpaceID

    init() async throws {
        devices = try await Devices(2, over: hub)
        space = await devices[0].members.space
    }

    @Test func `a record comes to the other device as it went, with who signed it`() async throws {
        let record = ExchangeRecord("tea at seven")
        try await devices[0].publish([record])
        let received = try #require(try await devices[1].everything().last)
        #expect(received.content == .record(record))
        #expect(await received.device == devices[0].device.id)
    }

    @Test func `neither text nor id nor name of a device is on the hub`() async throws {
        let record = ExchangeRecord("The canary sings at nine.")
        try await devices[0].publish([record, ExchangeRecord("no more", erasing: [record])])
        for row in hub.rows(of: space) {
            #expect(row.id != record.id)
            for needle in [record.payload, record.id, Array("device 1".utf8), Array("canary".utf8)] {
                #expect(Data(row.ciphertext).range(of: Data(needle)) == nil)
            }
        }
    }

    @Test func `one fact has one row, whoever publishes it, and two ciphertexts of one text differ`() async throws {
        let record = ExchangeRecord("tea at seven")
        #expect(try await devices[0].publish([record, record]).added == 1)
        #expect(try await devices[1].publish([record]).added == 0)
        #expect(try await devices[1].everything().compactMap(\.record) == [record])
        let other = try await Devices(1)
        try await other[0].publish([record])
        #expect(await devices[0].hubID(of: record.id) != other[0].hubID(of: record.id))
    }

    @Test func `lengths are steps`() async throws {
        try await devices[0].publish([1, 20, 60].map { ExchangeRecord(String(repeating: "x", count: $0)) })
        let lengths = Set(hub.rows(of: space).filter { $0.kind == .record }.map(\.ciphertext.count))
        #expect(lengths.count == 1)
    }

    @Test func `whichever bit of a row is flipped, it is refused or kept shut`() async throws {
        let record = ExchangeRecord("tea at seven")
        try await devices[0].publish([record])
        let row = try #require(hub.rows(of: space).last)
        for bit in 0..<row.ciphertext.count * 8 {
            var changed = row
            changed.ciphertext[bit / 8] ^= 1 << UInt8(bit % 8)
            let received = try #require(try await devices[1].open(changed))
            // The first bytes are the format and the epoch: rows of other builds and other keys look so.
            let isHead = bit / 8 < 17
            #expect(isHead ? received.opaqueRow != nil : received.refusal == .notAuthentic, "bit \(bit)")
        }
        for bit in 0..<256 {
            var changed = row
            changed.id[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try await devices[1].open(changed)?.refusal == .notAuthentic)
        }
        var erasure = row
        erasure.kind = .erasure
        #expect(try await devices[1].open(erasure)?.refusal == .notAuthentic)
    }

    @Test func `a row moved to another id, cut, or made of anything is refused`() async throws {
        try await devices[0].publish([ExchangeRecord("one"), ExchangeRecord("two")])
        let rows = hub.rows(of: space).suffix(2).map { $0 }
        var moved = rows[0]
        moved.ciphertext = rows[1].ciphertext
        #expect(try await devices[1].open(moved)?.refusal == .notAuthentic)
        for count in 1..<rows[0].ciphertext.count {
            var cut = rows[0]
            cut.ciphertext = Array(cut.ciphertext.prefix(count))
            #expect(try await devices[1].open(cut)?.refusal == .notAuthentic)
        }
        var generator = SeededGenerator()
        for _ in 0..<2_000 {
            var wild = rows[0]
            wild.ciphertext = (0..<Int.random(in: 1...400, using: &generator))
                .map { _ in .random(in: 0...255, using: &generator) }
            wild.kind = HubRow.Kind(rawValue: .random(in: -1...5, using: &generator))
            let received = try #require(try await devices[1].open(wild))
            #expect(received.record == nil && !received.isErased, "seed \(generator.seed)")
        }
    }

    @Test func `what is sealed with the key and says nothing sensible is refused`() async throws {
        let keys = await devices[1].keys
        let record = ExchangeRecord("tea")
        let id = keys.hubID(of: record.id)
        var generator = SeededGenerator()
        let good = try SignedRecord(record, seen: .nothing, by: await devices[0].state.signingKey, in: space).bytes
        for _ in 0..<2_000 {
            var text = good
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                text[Int.random(in: 1..<text.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) {
                text = Array(text.prefix(.random(in: 1...text.count, using: &generator)))
            }
            guard text != good else { continue }
            for kind in [HubRow.Kind.record, .erasure, .membership] {
                let sealed = try #require(try keys.seal(text, id: id, kind: kind, epoch: .first))
                let row = HubRow(seq: 9, id: id, kind: kind, ciphertext: sealed)
                let received = try #require(try await devices[1].open(row))
                #expect(received.refusal != nil || received.opaqueRow != nil, "seed \(generator.seed)")
            }
        }
    }

    @Test func `a signature of another device, of nobody, and for another space is refused`() async throws {
        let keys = await devices[1].keys
        let record = ExchangeRecord("tea")
        let id = keys.hubID(of: record.id)
        func refusal(_ change: (inout SignedRecord) -> Void, space: SpaceID? = nil) async throws -> Received.Refusal? {
            let key = await devices[0].state.signingKey
            var signed = try SignedRecord(record, seen: .nothing, by: key, in: space ?? self.space)
            change(&signed)
            let sealed = try #require(try keys.seal(signed.bytes, id: id, kind: .record, epoch: .first))
            return try await devices[1].open(HubRow(seq: 9, id: id, kind: .record, ciphertext: sealed))?.refusal
        }
        let other = await devices[1].device.id
        #expect(try await refusal { _ in } == nil)
        #expect(try await refusal { $0.signer = other } == .wrongSignature)
        #expect(try await refusal { $0.signer = DeviceID(bytes: [UInt8](repeating: 7, count: 16))! } == .unknownDevice)
        #expect(try await refusal { $0.record.payload += [1] } == .wrongSignature)
        #expect(try await refusal { $0.record.schema = 2 } == .wrongSignature)
        #expect(try await refusal { $0.seen.blocks = 1 } == .wrongSignature)
        #expect(try await refusal { $0.record.id[0] ^= 1 } == .wrongID)
        #expect(try await refusal({ _ in }, space: SpaceID(bytes: [UInt8](repeating: 1, count: 16))) == .wrongSignature)
    }

    @Test func `a kind and a format that this build does not know stay shut, and open after an upgrade`() async throws {
        let record = ExchangeRecord("tea")
        try await devices[0].publish([record])
        let seq = Int64(hub.rows(of: space).count)
        hub.tamper(space, at: seq) { $0.kind = HubRow.Kind(rawValue: 77) }
        let received = try #require(try await devices[1].everything().last)
        var row = try #require(received.opaqueRow)
        #expect(row.kind.rawValue == 77 && row.seq == seq)
        row.kind = .record
        #expect(try await devices[1].open(row)?.record == record)
    }

    @Test func `ids of a wrong length and payloads that are too long are refused before anything is sent`() async throws
    {
        var short = ExchangeRecord("tea")
        short.id.removeLast()
        await expect(.invalidArgument) { try await devices[0].publish([ExchangeRecord("other"), short]) }
        #expect(try await devices[1].texts().isEmpty)
    }
}

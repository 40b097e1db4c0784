import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// What every hub promises. The suites of the hubs run these.
enum HubContract {
    static func entry(_ number: Int, kind: HubRow.Kind = .record) -> HubEntry {
        let id = ExchangeRecord("row \(number)").id
        return HubEntry(id: id, kind: kind, ciphertext: Array("sealed \(number)".utf8))
    }

    static func checkNumbering(_ hub: any Hub, _ space: SpaceID) async throws {
        #expect(try await hub.end(of: space) == 0)
        #expect(try await hub.publish([], erasing: [], in: space) == PublishedRows(added: 0, end: 0))
        #expect(try await hub.publish([entry(1), entry(2)], erasing: [], in: space) == PublishedRows(added: 2, end: 2))
        // One that is there, one that comes twice, one that is new: no number is left out.
        let again = [entry(2), entry(3), entry(3), entry(1), entry(4)]
        #expect(try await hub.publish(again, erasing: [], in: space) == PublishedRows(added: 2, end: 4))
        let page = try await hub.fetch(in: space, after: 0, limit: 100, kind: nil)
        #expect(page.end == 4)
        #expect(page.rows.map(\.seq) == [1, 2, 3, 4])
        #expect(page.rows.map(\.id) == (1...4).map { entry($0).id })
        #expect(page.rows.map(\.ciphertext) == (1...4).map { entry($0).ciphertext })
        #expect(try await hub.fetch(in: space, after: 1, limit: 2, kind: nil).rows.map(\.seq) == [2, 3])
        #expect(try await hub.fetch(in: space, after: 4, limit: 2, kind: nil).rows.isEmpty)
        #expect(try await hub.fetch(in: space, after: .max, limit: 2, kind: nil).rows.isEmpty)
    }

    static func checkErasing(_ hub: any Hub, _ space: SpaceID) async throws {
        _ = try await hub.publish([entry(1), entry(2), entry(3, kind: .membership)], erasing: [], in: space)
        await expectFailure { try await hub.publish([entry(4)], erasing: [entry(1).id], in: space) }
        let erasure = entry(9, kind: .erasure)
        let named = [entry(1).id, entry(3).id, entry(7).id]
        _ = try await hub.publish([erasure], erasing: named, in: space)
        var rows = try await hub.fetch(in: space, after: 0, limit: 100, kind: nil).rows
        // The record is empty, the membership is not, and the one that was not there can't come any more.
        #expect(rows.map(\.ciphertext.isEmpty) == [true, false, false, true, false])
        #expect(rows[3].id == entry(7).id && rows[4].id == erasure.id)
        #expect(try await hub.publish([entry(1), entry(7)], erasing: [], in: space).added == 0)
        // Asked again, because the answer was lost, it empties what has come since.
        _ = try await hub.publish([entry(8)], erasing: [], in: space)
        _ = try await hub.publish([erasure], erasing: named + [entry(8).id], in: space)
        rows = try await hub.fetch(in: space, after: 0, limit: 100, kind: nil).rows
        #expect(rows.count == 6 && rows[5].ciphertext.isEmpty)
    }

    static func checkKindsAndFingerprints(_ hub: any Hub, _ space: SpaceID) async throws {
        let entries = (1...40).map { entry($0, kind: $0 % 10 == 0 ? .membership : .record) }
        _ = try await hub.publish(entries, erasing: [], in: space)
        let members = try await hub.fetch(in: space, after: 10, limit: 2, kind: .membership)
        #expect(members.rows.map(\.seq) == [20, 30])
        let rows = try await hub.fetch(in: space, after: 0, limit: 100, kind: nil).rows
        let ranges: [ClosedRange<Int64>] = [1...40, 7...7, 35...60, 41...50]
        let expected = ranges.map { range in
            HubFingerprint(of: rows.filter { range.contains($0.seq) }.map { ($0.seq, $0.id, $0.kind) })
        }
        #expect(try await hub.fingerprints(in: space, of: ranges) == expected)
        #expect(expected.map(\.count) == [40, 1, 6, 0])
        #expect(try await hub.fingerprints(in: space, of: []).isEmpty)
    }

    static func checkNews(_ hub: any Hub, _ space: SpaceID) async throws {
        #expect(try await hub.waitForNews(in: space, after: 0, timeout: .zero) == false)
        async let news = hub.waitForNews(in: space, after: 0, timeout: .seconds(3_600))
        _ = try await hub.publish([entry(1)], erasing: [], in: space)
        #expect(try await news)
        #expect(try await hub.waitForNews(in: space, after: 0, timeout: .zero))
        // A wait that is cancelled ends, though nothing comes.
        let waiting = Task { try await hub.waitForNews(in: space, after: 1, timeout: .seconds(3_600)) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    private static func expectFailure(_ body: () async throws -> some Any) async {
        await #expect(throws: (any Error).self) { _ = try await body() }
    }
}

extension SpaceID {
    /// A space for tests of hubs alone.
    static func testing(_ number: UInt8 = 1) -> SpaceID {
        SpaceID(bytes: [UInt8](repeating: number, count: 16)) ?? SpaceID(founder: [], salt: [])
    }
}

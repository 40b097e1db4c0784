import Foundation
import Glibc
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// What a real PostgreSQL keeps of rows that are published while it, the way to it, or the device comes to an end.
@Suite(.enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy), .timeLimit(.minutes(60)))
struct HubTroubles {
    private let space = SpaceID.testing()

    private func database() async throws -> HubDatabase {
        let server = try await PostgreSQLServer.shared()
        return try await blocking { try server.makeDatabase() }
    }

    private func entry(_ device: Int, _ number: Int) -> HubEntry {
        let id = ExchangeRecord("\(device).\(number)").id
        return HubEntry(id: id, kind: .record, ciphertext: Array("sealed \(device).\(number)".utf8))
    }

    /// Publishes rows in batches, and each batch again until it is acknowledged.
    private func publish(_ count: Int, by device: Int, over hub: PostgreSQLHub, batch: Int = 100) async throws {
        for start in stride(from: 0, to: count, by: batch) {
            let rows = (start..<start + batch).map { entry(device, $0) }
            try await untilReached { _ = try await hub.publish(rows, erasing: [], in: space) }
        }
    }

    /// Follows the space as it grows, until it has so many rows, and gives their ids in the order they were seen in.
    private func follow(_ hub: PostgreSQLHub, until count: Int) async throws -> [HubRow] {
        var rows: [HubRow] = []
        while rows.count < count {
            let cursor = rows.last?.seq ?? 0
            try await untilReached {
                _ = try await hub.waitForNews(in: space, after: cursor, timeout: .seconds(3_600))
                rows += try await hub.fetch(in: space, after: cursor, limit: 700, kind: nil).rows
            }
        }
        return rows
    }

    private func expectComplete(_ rows: [HubRow], _ devices: Int, _ count: Int) {
        #expect(rows.map(\.seq) == (1...Int64(devices * count)).map { $0 })
        let expected = (0..<devices).flatMap { device in (0..<count).map { entry(device, $0).id } }
        #expect(Set(rows.map(\.id)) == Set(expected) && rows.count == expected.count)
    }

    @Test
    func
        `two devices that publish 10,000 rows each at once lose none and double none, and a reader sees each in order`()
        async throws
    {
        let database = try await database()
        let (first, role) = try await database.hub()
        let second = try PostgreSQLHub(role.settings)
        let reader = try PostgreSQLHub(role.settings)
        async let seen = follow(reader, until: 20_000)
        async let one: Void = publish(10_000, by: 0, over: first)
        async let other: Void = publish(10_000, by: 1, over: second)
        _ = try await (one, other)
        expectComplete(try await seen, 2, 10_000)
    }

    @Test func `sessions that the server ends in mid-batch lose nothing`() async throws {
        let database = try await database()
        let (first, role) = try await database.hub()
        let second = try PostgreSQLHub(role.settings)
        let reader = try PostgreSQLHub(role.settings)
        async let seen = follow(reader, until: 4_000)
        let killing = Task { try await database.endSessions() }
        async let one: Void = publish(2_000, by: 0, over: first, batch: 50)
        async let other: Void = publish(2_000, by: 1, over: second, batch: 50)
        _ = try await (one, other)
        let complete = try await seen
        killing.cancel()
        #expect(try await killing.value > 0)
        expectComplete(complete, 2, 2_000)
    }

    @Test func `a server that is restarted while devices publish loses nothing`() async throws {
        // A server of its own: the others' tests go on.
        let server = try await blocking { try PostgreSQLServer() }
        let database = try await blocking { try server.makeDatabase() }
        let (hub, role) = try await database.hub()
        let reader = try PostgreSQLHub(role.settings)
        async let seen = follow(reader, until: 3_000)
        async let publishing: Void = publish(3_000, by: 0, over: hub, batch: 50)
        for mode in ["fast", "immediate"] {
            try await blocking {
                try server.stop(mode)
                try server.start()
            }
        }
        try await publishing
        expectComplete(try await seen, 1, 3_000)
        try await blocking { try server.stop("immediate") }
    }

    @Test func `a way to the server that is cut, wherever in a batch, loses nothing`() async throws {
        let database = try await database()
        let (_, role) = try await database.hub()
        let proxy = try TCPProxy(to: database.server.port)
        let hub = try PostgreSQLHub(role.settings.setting("port", to: "\(proxy.port)"))
        var generator = SeededGenerator()
        for start in stride(from: 0, to: 1_000, by: 100) {
            let rows = (start..<start + 100).map { entry(0, $0) }
            // From the first byte of the handshake to beyond the last of the batch.
            proxy.cut(after: .random(in: 0...14_000, using: &generator))
            _ = try? await hub.publish(rows, erasing: [], in: space)
            proxy.cut()
            await expect(.hubUnavailable) { try await hub.end(of: space) }
            proxy.mend()
            _ = try await hub.publish(rows, erasing: [], in: space)
        }
        expectComplete(try await follow(hub, until: 1_000), 1, 1_000)
        let waiting = Task { try await hub.waitForNews(in: space, after: 1_000, timeout: .seconds(3_600)) }
        proxy.cut()
        await expect(.hubUnavailable) { try await waiting.value }
    }

    @Test func `a device that is killed in mid-publish leaves whole batches, and those that it was told of`()
        async throws
    {
        let database = try await database()
        let (reader, role) = try await database.hub()
        let directory = try TemporaryDirectory()
        let log = directory.file("acknowledged")
        let connection = role.settings.text
        await #expect(processExitsWith: .signal(SIGKILL)) { [connection = connection as String, log = log as String] in
            try await HubTroubles.publishUntilKilled(connection, acknowledging: log)
        }
        let acknowledged = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
            .compactMap { Int($0) }
        #expect(acknowledged.count >= 20)
        let rows = try await reader.fetch(in: space, after: 0, limit: 10_000, kind: nil).rows
        #expect(rows.map(\.seq) == rows.indices.map { Int64($0 + 1) })
        let ids = Set(rows.map(\.id))
        for batch in 0..<60 {
            let present = (0..<50).filter { ids.contains(ExchangeRecord("\(batch).\($0)").id) }.count
            #expect(present == 50 || present == 0 && !acknowledged.contains(batch), "batch \(batch): \(present)")
        }
    }

    /// Publishes batches side by side, writes down those that are acknowledged, and is killed amid them.
    private static func publishUntilKilled(_ connection: String, acknowledging log: String) async throws {
        let hub = try PostgreSQLHub(ConnectionSettings(connection))
        let descriptor = creat(log, 0o600)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for batch in 0..<60 {
                group.addTask {
                    let rows = (0..<50)
                        .map { number in
                            let id = ExchangeRecord("\(batch).\(number)").id
                            return HubEntry(id: id, kind: .record, ciphertext: [1, 2, 3])
                        }
                    _ = try await hub.publish(rows, erasing: [], in: .testing())
                    let line = Array("\(batch)\n".utf8)
                    _ = write(descriptor, line, line.count)
                }
            }
            for _ in 0..<20 { _ = try await group.next() }
            kill(getpid(), SIGKILL)
        }
    }

    @Test func `a call that is cancelled ends while the server is still busy, and the next one works`() async throws {
        let database = try await database()
        let (hub, _) = try await database.hub()
        _ = try await hub.publish([entry(0, 0)], erasing: [], in: space)
        // Somebody holds the row of the space, so a publication waits for it.
        let holder = try PostgreSQLHub(ConnectionSettings(database.administratorText))
        let limit = Duration.seconds(900)
        _ = try await holder.work.run { link in
            try link.runScript("BEGIN; SELECT * FROM hearth.spaces FOR UPDATE", within: limit)
            return true
        }
        let publishing = Task { try await hub.publish([entry(0, 1)], erasing: [], in: space) }
        var isWaiting = false
        while !isWaiting {
            isWaiting = try await blocking {
                try database.psql(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                ) == "1"
            }
        }
        publishing.cancel()
        await #expect(throws: CancellationError.self) { try await publishing.value }
        #expect(try await hub.end(of: space) == 1)
        _ = try await holder.work.run { link in
            try link.runScript("COMMIT", within: limit)
            return true
        }
        #expect(try await hub.publish([entry(0, 1)], erasing: [], in: space).end == 2)
    }

    @Test func `a way that is slower than an answer may take costs time, and no failure`() async throws {
        let database = try await database()
        let (_, role) = try await database.hub()
        let proxy = try TCPProxy(to: database.server.port, buffer: 8_192)
        var limits = PostgreSQLHub.Limits()
        limits.answer = .seconds(2)
        let hub = try PostgreSQLHub(role.settings.setting("port", to: "\(proxy.port)"), limits: limits)
        _ = try await hub.end(of: space)
        proxy.slowDown()
        // Up and down, each takes longer than the time of one answer.
        let row = HubEntry(
            id: entry(0, 0).id,
            kind: .record,
            ciphertext: (0..<3 << 20).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        )
        #expect(try await hub.publish([row], erasing: [], in: space).added == 1)
        let rows = try await hub.fetch(in: space, after: 0, limit: 10, kind: nil).rows
        #expect(rows.map(\.ciphertext) == [row.ciphertext])
    }

    @Test func `a server that says nothing costs the time of one answer`() async throws {
        let database = try await database()
        var limits = PostgreSQLHub.Limits()
        limits.answer = .milliseconds(300)
        let (_, role) = try await database.hub()
        let holder = try PostgreSQLHub(ConnectionSettings(database.administratorText))
        _ = try await holder.work.run { link in
            try link.runScript("BEGIN; SELECT * FROM hearth.spaces FOR UPDATE", within: .seconds(900))
            return true
        }
        let hub = try PostgreSQLHub(role.settings, limits: limits)
        await expect(.hubUnavailable) { try await hub.publish([entry(0, 0)], erasing: [], in: space) }
        await holder.close()
    }
}

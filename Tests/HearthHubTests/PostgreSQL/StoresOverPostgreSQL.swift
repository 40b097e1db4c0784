import Foundation
import HearthMemory
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// Whole stores that exchange through a real PostgreSQL, in fair weather and in foul.
@Suite(.enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy), .timeLimit(.minutes(60)))
struct StoresOverPostgreSQL {
    private func database() async throws -> HubDatabase {
        let server = try await PostgreSQLServer.shared()
        return try await blocking { try server.makeDatabase() }
    }

    private let agent = JoinedStores.agent
    private let user = JoinedStores.user

    @Test func `what is stored, edited apart and erased comes to the same on both, and the hub has none of it`()
        async throws
    {
        // A server of its own, whose log is read as a whole.
        let server = try await blocking { try PostgreSQLServer() }
        let database = try await blocking { try server.makeDatabase() }
        let joined = try await JoinedStores(over: database)
        let (one, other) = (joined.stores[0], joined.stores[1])
        let shop = try await one.storeAgentMemory(
            agentID: agent,
            userID: user,
            content: "Canaryshop opens at nine. Canaryshop shuts at six."
        )
        let secret = try await one.storeAgentMemory(agentID: agent, userID: user, content: "The canaryvault is open.")
        try await joined.settle()
        let found = try await other.searchAgentMemories(agentID: agent, userID: user, query: "canaryvault")
        #expect(found.first?.memory.content == "The canaryvault is open.")

        for (store, content) in [
            (one, "Canaryshop opens at ten. Canaryshop shuts at six."),
            (other, "Canaryshop opens at nine. Canaryshop shuts at eight."),
        ] {
            _ = try await store.publishMemory(
                shop,
                agentID: agent,
                change: MemoryChange(content: content),
                userID: user
            )
        }
        try await joined.settle()
        let met = try await one.memory(shop, agentID: agent, userID: user)
        #expect(try await other.memory(shop, agentID: agent, userID: user).versionID == met.versionID)
        #expect(met.content.contains("ten") || met.content.contains("eight"))

        let emptied = "SELECT count(*) FROM hearth.rows WHERE ciphertext = ''"
        #expect(try await blocking { try database.psql(emptied) } == "0")
        try await other.eraseMemory(secret, agentID: agent, userID: user)
        try await joined.settle()
        #expect(try await blocking { try Int(database.psql(emptied)) } ?? 0 > 0)
        await expect(.memoryNotFound) { try await one.memory(secret, agentID: agent, userID: user) }
        try await joined.expectAlike(1)
        try await joined.close()
        try await expectNoWord(["canary", "vault", "shop"], of: database)
        try await blocking { try server.stop("immediate") }
    }

    /// Looks at every table of the hub, and at the server's log, in plain and in hexadecimal digits.
    private func expectNoWord(_ words: [String], of database: HubDatabase) async throws {
        let tables = try await blocking {
            try ["spaces", "rows", "access", "migrations"]
                .map { try database.psql("COPY hearth.\($0) TO STDOUT") }.joined()
        }
        #expect(tables.utf8.count > 2_000)
        for (place, bytes) in [("a table", Data(tables.utf8)), ("the log", database.server.log)] {
            for word in words {
                for spelling in [word, word.capitalized, word.utf8.map { String($0, radix: 16) }.joined()] {
                    #expect(bytes.range(of: Data(spelling.utf8)) == nil, "\(spelling) is in \(place)")
                }
            }
        }
        // The search finds what is there.
        #expect(database.server.log.range(of: Data("hearth.publish($1".utf8)) != nil)
    }

    @Test func `sessions that the server ends in mid-exchange lose nothing and double nothing`() async throws {
        let database = try await database()
        let joined = try await JoinedStores(over: database)
        for index in 0...1 { try await joined.fill(index, 300) }
        let killing = Task { try await database.endSessions() }
        for _ in 0..<2 {
            async let one = joined.syncThroughTroubles(0)
            async let other = joined.syncThroughTroubles(1)
            _ = try await (one, other)
        }
        killing.cancel()
        #expect(try await killing.value > 0)
        try await joined.settle()
        try await joined.expectAlike(600)
        try await joined.close()
    }

    @Test func `a server that is restarted in mid-exchange loses nothing and doubles nothing`() async throws {
        let server = try await blocking { try PostgreSQLServer() }
        let database = try await blocking { try server.makeDatabase() }
        let joined = try await JoinedStores(over: database)
        for index in 0...1 { try await joined.fill(index, 300) }
        async let one = joined.syncThroughTroubles(0)
        async let other = joined.syncThroughTroubles(1)
        for mode in ["fast", "immediate"] {
            try await blocking {
                try server.stop(mode)
                try server.start()
            }
        }
        _ = try await (one, other)
        try await joined.settle()
        try await joined.expectAlike(600)
        try await joined.close()
        try await blocking { try server.stop("immediate") }
    }

    @Test func `a network that is cut, wherever in an exchange, loses nothing and doubles nothing`() async throws {
        let database = try await database()
        var joined = try await JoinedStores(over: database)
        let proxy = try TCPProxy(to: database.server.port)
        try await joined.reroute(0) { $0.setting("port", to: "\(proxy.port)") }
        var generator = SeededGenerator()
        for round in 1...8 {
            for index in 0...1 { try await joined.fill(index, 20, "round \(round)") }
            try await joined.syncs[1].sync()
            // From the first byte of the handshake to beyond the last of the batch.
            proxy.cut(after: .random(in: 0...40_000, using: &generator))
            _ = try? await joined.syncs[0].sync()
            proxy.cut()
            await expect(.hubUnavailable) { try await joined.syncs[0].sync() }
            proxy.mend()
        }
        try await joined.settle()
        try await joined.expectAlike(320)
        try await joined.close()
    }

    @Test func `a hub that is restored from an older backup is filled up again, and nothing is lost or doubled`()
        async throws
    {
        let database = try await database()
        let joined = try await JoinedStores(over: database)
        try await joined.fill(0, 50)
        let secret = try await joined.stores[0]
            .storeAgentMemory(agentID: agent, userID: user, content: "The vault is open.")
        try await joined.settle()
        let backup = "/tmp/\(database.name).sql"
        defer { unlink(backup) }
        try await blocking { try database.server.dump(database.name, to: backup) }
        for index in 0...1 { try await joined.fill(index, 50, "later note") }
        try await joined.stores[1].eraseMemory(secret, agentID: agent, userID: user)
        try await joined.settle()
        let before = try await blocking { try database.psql("SELECT count(*) FROM hearth.rows") }
        try await blocking { try database.server.restore(backup, into: database.name) }
        try await joined.fill(1, 10, "last note")
        try await joined.settle()
        try await joined.settle()
        try await joined.expectAlike(160)
        // What was erased since the backup is emptied again.
        let emptied = try await blocking {
            try Int(database.psql("SELECT count(*) FROM hearth.rows WHERE ciphertext = ''"))
        }
        #expect(emptied ?? 0 > 0)
        let rows = try await blocking { try Int(database.psql("SELECT count(*) FROM hearth.rows")) }
        #expect(rows ?? 0 > Int(before) ?? .max)
        let told = try await joined.stores[0].pendingNotifications().map(\.kind)
        #expect(told == [.hubChanged])
        // A device that joins now finds all of it.
        let fresh = try Space.open(besideStore: joined.path(0))
        #expect(try await fresh?.audit().isClean == true)
        await fresh?.close()
        try await joined.close()
    }

    @Test func `a removed device gets nothing any more, and keeps what it has`() async throws {
        let database = try await database()
        let joined = try await JoinedStores(3, over: database)
        try await joined.fill(0, 5)
        try await joined.settle()
        let space = try #require(try Space.open(besideStore: joined.path(0)))
        let leaving = try #require(try joined.file(2).load()).device.id
        try await space.remove(leaving)
        await space.close()
        try await joined.fill(0, 5, "secret")
        for _ in 0..<2 { for index in 0...1 { try await joined.syncs[index].sync() } }
        #expect(try await joined.memories(1).count == 10)
        await expect(.deviceRemoved) {
            for _ in 0..<2 { try await joined.syncs[2].sync() }
        }
        #expect(try await joined.memories(2).count == 5)
        // Nor by reading the hub as it pleases: its rows are closed to the keys that it has.
        let door = try #require(try Space.open(besideStore: joined.path(2)))
        let rows = try await door.hub.fetch(in: door.members.space, after: 0, limit: 1_000, kind: .record).rows
        var opened = 0
        for row in rows { if case .record? = try await door.open(row)?.content { opened += 1 } }
        #expect(opened > 0 && opened < rows.count)
        await door.close()
        try await joined.close()
    }

    @Test func `over TLS the server's certificate is checked, and a wrong root is refused and named`() async throws {
        let server = try await blocking { try PostgreSQLServer() }
        let (root, other) = try await blocking { try server.requireTLS() }
        let database = try await blocking { try server.makeDatabase() }
        func settings(_ root: String, host: String = "localhost") throws -> ConnectionSettings {
            try ConnectionSettings(database.administratorText).setting("host", to: host)
                .setting("hostaddr", to: "127.0.0.1").setting("sslmode", to: "verify-full")
                .setting("sslrootcert", to: root)
        }
        let administrator = try HubAdministrator(try settings(root))
        let storage = MemoryDeviceStorage()
        let space = try await administrator.found(name: "desk", storage: storage)
        try await space.publish([ExchangeRecord("tea")])
        #expect(try await space.texts() == ["tea"])
        let isEncrypted =
            "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename LIKE 'hearth%'"
        #expect(try await blocking { try database.psql(isEncrypted) } == "t")
        await space.close()
        await administrator.close()
        for (wrong, word) in [
            (try settings(other), "certificate verify failed"),
            (try settings(root, host: "hub.example.org"), "does not match host name"),
            (try settings(root + ".gone"), "does not exist"),
        ] {
            do {
                _ = try await HubAdministrator(wrong).prepare()
                Issue.record("It was let in.")
            } catch let error as MemoryError {
                #expect(error.code == .hubUnavailable && error.message.contains(word), "\(error)")
                #expect(!error.message.contains("sesame"), "\(error)")
            }
        }
        // And without TLS nobody comes in.
        let plain = try HubAdministrator(try settings(root).setting("sslmode", to: "disable"))
        await expect(.hubUnavailable) { try await plain.prepare() }
        try await blocking { try server.stop("immediate") }
    }
}

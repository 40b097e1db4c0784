import Foundation
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// What the server's people and a stolen device's credentials come to.
@Suite(.enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy), .timeLimit(.minutes(60)))
struct HubSecrecy {
    private func database() async throws -> HubDatabase {
        let server = try await PostgreSQLServer.shared()
        return try await blocking { try server.makeDatabase() }
    }

    @Test func `a device's role reads its own space, and can't rewrite, delete, forge or reach another`() async throws {
        let database = try await database()
        let (own, role) = try await database.hub(for: .testing(1))
        let (other, otherRole) = try await database.hub(for: .testing(2))
        _ = try await own.publish([HubContract.entry(1)], erasing: [], in: .testing(1))
        _ = try await other.publish([HubContract.entry(1), HubContract.entry(2)], erasing: [], in: .testing(2))
        let before = try await blocking { try database.psql("SELECT * FROM hearth.rows ORDER BY 1, 2") }

        func psql(_ statement: String, as role: HubAdministrator.Role = role) async throws -> (
            status: Int32, text: String
        ) {
            let connection = role.settings.text
            return try await blocking { try database.server.psql(statement, connection: connection) }
        }
        #expect(try await psql("SELECT count(*) FROM hearth.rows").text == "1")
        #expect(try await psql("SELECT count(*) FROM hearth.spaces").text == "1")
        #expect(try await psql("SELECT count(*) FROM hearth.rows", as: otherRole).text == "2")
        let space = "decode(repeat('02', 16), 'hex')"
        #expect(try await psql("SELECT count(*) FROM hearth.rows WHERE space = \(space)").text == "0")
        let id = "decode(repeat('aa', 32), 'hex')"
        for statement in [
            "UPDATE hearth.rows SET ciphertext = 'x'", "DELETE FROM hearth.rows", "TRUNCATE hearth.rows",
            "INSERT INTO hearth.rows SELECT space, 99, \(id), 1, 'x' FROM hearth.spaces",
            "UPDATE hearth.spaces SET next = 1", "DELETE FROM hearth.spaces", "SELECT * FROM hearth.spaces FOR UPDATE",
            "SELECT * FROM hearth.access", "INSERT INTO hearth.access VALUES ('\(role.name)', \(space))",
            "SELECT hearth.publish(\(space), ARRAY[\(id)], ARRAY[1], ARRAY['x'::bytea], '{}')",
            "SELECT hearth.publish(\(space), ARRAY[\(id)], ARRAY[2], ARRAY['x'::bytea], (SELECT array_agg(id) FROM hearth.rows))",
            "SELECT hearth.publish(decode(repeat('01', 16), 'hex'), '{}', '{}', '{}', ARRAY[\(id)])",
            "SELECT hearth.publish(decode(repeat('01', 16), 'hex'), ARRAY[\(id)], ARRAY[1], ARRAY[''::bytea], '{}')",
            "SELECT hearth.admit('x', 'y', \(space))", "SELECT hearth.dismiss('\(otherRole.name)', \(space))",
            "CREATE TABLE hearth.mine (a int)",
            "CREATE FUNCTION hearth.my_spaces() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "SELECT hearth.drop_dismissed('\(otherRole.name)')", "SELECT hearth.revoke_all('\(otherRole.name)')",
            "SELECT * FROM hearth.dismissed", "SELECT * FROM hearth.guests",
            "ALTER TABLE hearth.rows DISABLE ROW LEVEL SECURITY", "SET SESSION AUTHORIZATION \(otherRole.name)",
            "SET ROLE \(otherRole.name)", "DROP SCHEMA hearth CASCADE", "SELECT pg_read_file('/etc/passwd')",
            "COPY hearth.rows TO PROGRAM 'cat'", "CREATE ROLE intruder",
        ] {
            let outcome = try await psql(statement)
            #expect(outcome.status != 0, "\(statement): \(outcome.text)")
        }
        // A search path and temporary objects of one's own, where they can be had, lead the function astray no more.
        _ = try await blocking { try database.psql("GRANT TEMPORARY ON DATABASE \(database.name) TO \(role.name)") }
        let astray = try await psql(
            """
            CREATE TEMP TABLE access (role text, space bytea); INSERT INTO access VALUES ('\(role.name)', \(space));
            SET search_path = pg_temp, hearth;
            SELECT hearth.publish(\(space), ARRAY[\(id)], ARRAY[1], ARRAY['x'::bytea], '{}')
            """
        )
        #expect(astray.status != 0)
        #expect(try await blocking { try database.psql("SELECT * FROM hearth.rows ORDER BY 1, 2") } == before)
    }

    @Test func `a role that was dismissed reaches nothing, with a session that was open too`() async throws {
        let database = try await database()
        let (hub, role) = try await database.hub()
        _ = try await hub.publish([HubContract.entry(1)], erasing: [], in: .testing())
        let administrator = try database.administrator()
        #expect(try await administrator.dismiss(role.name, from: .testing(2)) == .unknown)
        #expect(try await administrator.dismiss(role.name, from: .testing()) == .dropped)
        #expect(try await administrator.dismiss(role.name, from: .testing()) == .unknown)
        do {
            _ = try await hub.publish([HubContract.entry(2)], erasing: [], in: .testing())
            Issue.record("It was published.")
        } catch let error as MemoryError {
            #expect([.accessDenied, .hubUnavailable].contains(error.code), "\(error)")
        }
        let fresh = try PostgreSQLHub(role.settings)
        await expect(.hubUnavailable) { try await fresh.end(of: .testing()) }
        #expect(try await blocking { try database.psql("SELECT count(*) FROM hearth.rows") } == "1")
    }

    @Test func `no table, no file of the server and no line of its log holds a word of a memory, or a password`()
        async throws
    {
        // A server of its own, so that its files can be read as a whole.
        let server = try await blocking { try PostgreSQLServer() }
        let database = try await blocking { try server.makeDatabase() }
        let administrator = try database.administrator()
        let storages = (0..<2).map { _ in MemoryDeviceStorage() }
        let desk = try await administrator.found(name: "canary-desk", storage: storages[0])
        let role = try await administrator.admit(to: desk.members.space)
        let code = try await desk.invite(address: "host=canary-address")
        let laptop = try await Space.join(
            code,
            name: "canary-laptop",
            hub: PostgreSQLHub(role.settings),
            storage: storages[1]
        )
        let records = (0..<50).map { ExchangeRecord("canary-memory \($0): the vault opens at nine") }
        try await desk.publish(records)
        try await laptop.publish([ExchangeRecord("canary-erasure", erasing: [records[0]])])
        #expect(try await laptop.texts().count == 50)
        try await laptop.remove(desk.device.id)
        try await laptop.publish([ExchangeRecord("canary-after")])
        let ids = records.map(\.id)
        let kept = try #require(storages[0].load()?.connection)
        let passwords = [role.password, try #require(try ConnectionSettings(kept)["password"])]

        try await blocking { _ = try server.psql("CHECKPOINT", database: database.name) }
        let copied = try await blocking {
            try ["spaces", "rows", "access", "migrations"]
                .map { try database.psql("COPY hearth.\($0) TO STDOUT") }.joined()
        }
        #expect(copied.utf8.count > 10_000)
        try await blocking { try server.stop() }
        var searched = 0
        let files = try #require(FileManager.default.subpaths(atPath: server.directory))
        let words = ["canary-", "vault opens"] + passwords
        let digits = words.map { word in word.utf8.map { String($0, radix: 16) }.joined() }
        let needles = (words + digits).map { Data($0.utf8) } + ids.prefix(3).map { Data($0) }
        for file in files {
            guard let bytes = FileManager.default.contents(atPath: server.directory + "/" + file) else { continue }
            searched += bytes.count
            for needle in needles where bytes.range(of: needle) != nil {
                Issue.record("\(String(decoding: needle, as: UTF8.self)) is in \(file)")
            }
        }
        #expect(searched > 10 << 20)
        // The search finds what is there: the statements were logged.
        #expect(server.log.range(of: Data("hearth.publish($1".utf8)) != nil)
        #expect(server.log.range(of: Data("hearth.admit($1".utf8)) != nil)
    }
}

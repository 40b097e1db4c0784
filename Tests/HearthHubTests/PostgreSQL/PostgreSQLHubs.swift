import Foundation
import Glibc
import HearthModel
import Synchronization
import TestSupport
import Testing

@testable import HearthHub

/// The hub in a real PostgreSQL.
@Suite(.enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy), .timeLimit(.minutes(60)))
struct PostgreSQLHubs {
    private let space = SpaceID.testing()

    private func database() async throws -> HubDatabase {
        let server = try await PostgreSQLServer.shared()
        return try await blocking { try server.makeDatabase() }
    }

    @Test func `numbers are given in order, without gaps, once for an id`() async throws {
        try await HubContract.checkNumbering(database().hub().hub, space)
    }

    @Test func `an erasure empties records, and keeps a place for those that have not come`() async throws {
        try await HubContract.checkErasing(database().hub().hub, space)
    }

    @Test func `rows of a kind and fingerprints of ranges can be had`() async throws {
        try await HubContract.checkKindsAndFingerprints(database().hub().hub, space)
    }

    @Test func `who waits is woken by a publication, and by being cancelled`() async throws {
        try await HubContract.checkNews(database().hub().hub, space)
    }

    @Test func `without notifications a look now and then finds the news`() async throws {
        let database = try await database()
        var limits = PostgreSQLHub.Limits()
        limits.poll = .milliseconds(20)
        let (hub, _) = try await database.hub(limits: limits)
        async let news = hub.waitForNews(in: space, after: 0, timeout: .seconds(3_600))
        // As the owner of the cluster, past the function that notifies.
        try await blocking {
            _ = try database.psql(
                "INSERT INTO hearth.rows SELECT space, 1, decode(repeat('01', 32), 'hex'), 1, 'x' FROM hearth.spaces; UPDATE hearth.spaces SET next = 2"
            )
        }
        #expect(try await news)
    }

    @Test func `making the hub again changes nothing, and a newer one is left alone`() async throws {
        let database = try await database()
        let administrator = try database.administrator()
        #expect(try await administrator.prepare() == (0, HubSchema.migrations.count))
        let made = try await blocking { try database.psql("SELECT * FROM hearth.migrations") }
        #expect(try await administrator.prepare() == (HubSchema.migrations.count, HubSchema.migrations.count))
        #expect(try await blocking { try database.psql("SELECT * FROM hearth.migrations") } == made)
        _ = try await blocking { try database.psql("INSERT INTO hearth.migrations (version) VALUES (99)") }
        await expect(.schemaTooNew) { try await administrator.prepare() }
    }

    @Test func `a device leaves a hub of a newer schema alone`() async throws {
        let database = try await database()
        let (hub, role) = try await database.hub()
        _ = try await hub.publish([HubContract.entry(1)], erasing: [], in: space)
        _ = try await blocking { try database.psql("INSERT INTO hearth.migrations (version) VALUES (99)") }
        let later = try PostgreSQLHub(role.settings)
        await expect(.schemaTooNew) { try await later.publish([HubContract.entry(2)], erasing: [], in: space) }
        await expect(.schemaTooNew) { try await later.fetch(in: space, after: 0, limit: 9, kind: nil) }
        #expect(try await blocking { try database.psql("SELECT count(*) FROM hearth.rows") } == "1")
    }

    @Test func `what can't be reached says what to do`() async throws {
        let database = try await database()
        for (change, remedy) in [
            (("port", "1"), "Check host and port"), (("hostaddr", "nowhere"), "Check host and port"),
            (("password", "wrong"), "Give the right role and password"), (("user", "nobody"), "Give the right role"),
            (("dbname", "none"), "Check dbname"), (("sslmode", "require"), "Check sslmode"),
        ] {
            let settings = try ConnectionSettings(database.administratorText).setting(change.0, to: change.1)
            do {
                _ = try await PostgreSQLHub(settings).end(of: space)
                Issue.record("It was reached: \(change)")
            } catch let error as MemoryError {
                #expect(error.code == .hubUnavailable && error.message.contains(remedy), "\(error)")
            }
        }
    }

    @Test func `where there is no hub, and where the space is another's, it is said`() async throws {
        let database = try await database()
        let empty = try PostgreSQLHub(ConnectionSettings(database.administratorText))
        await expect(.invalidArgument) { try await empty.end(of: space) }
        let (hub, _) = try await database.hub()
        await expect(.accessDenied) { try await hub.end(of: .testing(2)) }
        await expect(.accessDenied) { try await hub.publish([HubContract.entry(1)], erasing: [], in: .testing(2)) }
        await expect(.hubUnavailable) {
            try await hub.publish([HubContract.entry(1)], erasing: [HubContract.entry(2).id], in: space)
        }
    }

    @Test func `rows of many bytes come in several pages, and a huge one alone`() async throws {
        let (hub, _) = try await database().hub()
        for number in 1...5 {
            var entry = HubContract.entry(number)
            entry.ciphertext = [UInt8](repeating: UInt8(number), count: number == 3 ? 20 << 20 : 6 << 20)
            _ = try await hub.publish([entry], erasing: [], in: space)
        }
        var cursor: Int64 = 0
        var pages: [[Int64]] = []
        while cursor < 5 {
            let rows = try await hub.fetch(in: space, after: cursor, limit: 100, kind: nil).rows
            pages.append(rows.map(\.seq))
            cursor = rows.last?.seq ?? 5
        }
        #expect(pages == [[1, 2], [3], [4, 5]])
    }

    @Test func `a row that is too long is not taken by the hub, and of one that is there only a byte is fetched`()
        async throws
    {
        let database = try await database()
        let (hub, _) = try await database.hub()
        var long = HubContract.entry(1)
        long.ciphertext = [UInt8](repeating: 1, count: 64 << 20)
        _ = try await hub.publish([long], erasing: [], in: space)
        var tooLong = HubContract.entry(2)
        tooLong.ciphertext = [UInt8](repeating: 2, count: 64 << 20 + 1)
        await #expect(throws: MemoryError.self) { try await hub.publish([tooLong], erasing: [], in: space) }
        // A hub that was made anew by somebody else may hold anything.
        _ = try await blocking {
            try database.psql(
                """
                ALTER TABLE hearth.rows DROP CONSTRAINT row_is_too_long;
                INSERT INTO hearth.rows SELECT space, 2, decode(repeat('07', 32), 'hex'), 1, ciphertext || '\\x00'
                FROM hearth.rows WHERE seq = 1;
                UPDATE hearth.spaces SET next = 3;
                """
            )
        }
        #expect(
            try await hub.fetch(in: space, after: 0, limit: 9, kind: nil).rows.map(\.ciphertext.count) == [64 << 20]
        )
        #expect(try await hub.fetch(in: space, after: 1, limit: 9, kind: nil).rows.map(\.ciphertext) == [[1]])
        #expect(try await hub.fetch(in: space, after: 1, limit: 9, kind: .record).rows.map(\.ciphertext) == [[1]])
    }

    @Test func `without libpq it is said which package is missing`() {
        do {
            _ = try LibPQ.load("libpq-that-is-nowhere.so.5")
            Issue.record("It was loaded.")
        } catch {
            #expect(error.code == .hubUnavailable && error.message.contains("apt-get install libpq5"))
        }
    }

    @Test func `what can't be reached or read is said without a word of the connection string`() async throws {
        let secret = "canary-password"
        for text in [
            "host=127.0.0.1 port=1 dbname=nowhere user=canary-user password=\(secret)",
            "host=/nowhere dbname=nowhere user=canary-user password=\(secret)",
            "passwort=\(secret)", "host=x \(secret)", "postgresql://canary-user:\(secret)@[::1", "\(secret)", "",
        ] {
            do {
                let hub = try PostgreSQLHub(ConnectionSettings(text))
                _ = try await hub.end(of: space)
                Issue.record("It was reached: \(text)")
            } catch let error as MemoryError {
                #expect([.hubUnavailable, .invalidArgument].contains(error.code))
                #expect(!"\(error)".contains("canary"), "\(error)")
            }
        }
        let database = try await database()
        _ = try await database.hub()
        let wrong = database.administratorText
            .replacing("password=sesame-of-the-admin", with: "password=canary-wrong")
        do {
            _ = try await PostgreSQLHub(ConnectionSettings(wrong)).end(of: space)
            Issue.record("It was let in.")
        } catch let error as MemoryError {
            #expect(error.code == .hubUnavailable && error.message.contains(database.name))
            #expect(!error.message.contains("canary") && !error.message.contains("hearth_admin"), "\(error)")
        }
    }

    @Test func `connection strings of both forms are read, laid over each other and written again`() throws {
        let settings = try ConnectionSettings(" postgresql://u:p%20w@h:7/d?sslmode=require\n")
        #expect(settings["user"] == "u" && settings["password"] == "p w" && settings["port"] == "7")
        let merged = settings.merging(try ConnectionSettings("password='it\\'s' user=v")).setting("port", to: nil)
        let again = try ConnectionSettings(merged.text)
        #expect(again["user"] == "v" && again["host"] == "h" && again["sslmode"] == "require" && again["port"] == nil)
        #expect(again["password"] == merged["password"])
        #expect(again.name == "h, database d")
        let moved = try ConnectionSettings("host=h hostaddr=10.0.0.1 user=u").merging(ConnectionSettings("host=new"))
        #expect(moved["hostaddr"] == nil && moved["host"] == "new" && moved["user"] == "u")
        #expect(try ConnectionSettings("host=h user=u password=p").address.text == "host='h' dbname='u'")
    }

    @Test func `a closed hub says so, also to whoever waits`() async throws {
        let (hub, _) = try await database().hub()
        let waiting = Task { try await hub.waitForNews(in: space, after: 0, timeout: .seconds(3_600)) }
        _ = try await hub.end(of: space)
        await hub.close()
        await expect(.closed) { try await waiting.value }
        await expect(.closed) { try await hub.end(of: space) }
    }
}

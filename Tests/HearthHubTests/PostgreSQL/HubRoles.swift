import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// Letting roles in, and shutting them out whatever they have made.
@Suite(.enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy), .timeLimit(.minutes(60)))
struct HubRoles {
    private let space = SpaceID.testing()

    private func database() async throws -> HubDatabase {
        let server = try await PostgreSQLServer.shared()
        return try await blocking { try server.makeDatabase() }
    }

    /// Runs a statement in a session of its own.
    private func psql(_ statement: String, as settings: ConnectionSettings, in database: HubDatabase) async throws -> (
        status: Int32, text: String
    ) {
        let connection = settings.text
        return try await blocking { try database.server.psql(statement, connection: connection) }
    }

    private func exists(_ role: String, in database: HubDatabase) async throws -> Bool {
        try await blocking { try database.psql("SELECT count(*) FROM pg_roles WHERE rolname = '\(role)'") } == "1"
    }

    @Test func `what a device has made in the hub's database goes with its role`() async throws {
        let database = try await database()
        let (hub, role) = try await database.hub()
        #expect(try await psql("SELECT lo_create(0)", as: role.settings, in: database).status == 0)
        _ = try await hub.end(of: space)
        let administrator = try database.administrator()
        #expect(try await administrator.dismiss(role.name, from: space) == .dropped)
        #expect(try await !exists(role.name, in: database))
        #expect(try await blocking { try database.psql("SELECT count(*) FROM pg_largeobject_metadata") } == "0")
    }

    @Test func `a role that can't be dropped is shut out all the same, and is dropped when it is dismissed again`()
        async throws
    {
        let database = try await database()
        let (hub, role) = try await database.hub()
        _ = try await hub.publish([HubContract.entry(1)], erasing: [], in: space)
        let elsewhere = role.settings.setting("dbname", to: "postgres")
        let made = try await psql("SELECT lo_create(0)", as: elsewhere, in: database)
        #expect(made.status == 0, "\(made.text)")
        let administrator = try database.administrator()
        let first = try await administrator.dismiss(role.name, from: space)
        guard case .shutOut(let reason) = first else {
            Issue.record("\(first)")
            return
        }
        #expect(reason.contains("depend") && reason.contains("postgres"))
        #expect(try await administrator.roles(of: space) == [])
        #expect(try await administrator.dismissedRoles().contains(role.name))
        #expect(try await psql("SELECT 1", as: elsewhere, in: database).status != 0)
        // The session that was open is over, and a new one is refused.
        do {
            _ = try await hub.fetch(in: space, after: 0, limit: 9, kind: nil)
            Issue.record("It was read.")
        } catch let error as MemoryError {
            #expect([.accessDenied, .hubUnavailable].contains(error.code), "\(error)")
        }
        #expect(try await administrator.dismiss(role.name, from: space) == first)
        _ = try await blocking { try database.server.psql("SELECT lo_unlink(\(made.text))") }
        #expect(try await administrator.dismiss(role.name, from: space) == .dropped)
        #expect(try await administrator.dismiss(role.name, from: space) == .unknown)
        #expect(try await administrator.dismissedRoles().contains(role.name) == false)
    }

    @Test func `no lock of a device keeps the hub from being made, renewed or left`() async throws {
        let database = try await database()
        let (hub, role) = try await database.hub()
        let limit = Duration.seconds(60)
        try await hub.work.run { link in
            try link.run("SELECT pg_advisory_lock(114784820327528)", within: limit)
            try link.runScript(
                "BEGIN; SELECT FROM hearth.rows; LOCK hearth.migrations IN ACCESS SHARE MODE",
                within: limit
            )
        }
        await #expect(throws: MemoryError.self) {
            try await hub.news.run { link in
                try link.runScript("BEGIN; LOCK hearth.migrations IN ROW SHARE MODE", within: limit)
            }
        }
        let administrator = try database.administrator()
        #expect(try await administrator.prepare() == (HubSchema.migrations.count, HubSchema.migrations.count))
        #expect(try await administrator.dismiss(role.name, from: space) == .dropped)
    }

    @Test func `two that make a hub at once make one`() async throws {
        let database = try await database()
        let administrators = try (0..<4).map { _ in try database.administrator() }
        let before = try await withThrowingTaskGroup(of: Int.self) { group in
            for administrator in administrators { group.addTask { try await administrator.prepare().before } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(before.sorted() == [0] + [Int](repeating: HubSchema.migrations.count, count: 3))
    }

    @Test
    func `a device makes nothing in the hub's database, and where a superuser made the hub no large object either`()
        async throws
    {
        let database = try await database()
        let (_, role) = try await database.hub()
        for statement in ["CREATE TEMP TABLE mine (a int)", "CREATE TABLE public.mine (a int)", "CREATE SCHEMA mine"] {
            let outcome = try await psql(statement, as: role.settings, in: database)
            #expect(outcome.status != 0 && outcome.text.contains("permission denied"), "\(outcome.text)")
        }
        let owner = "host=\(database.server.directory) port=\(database.server.port) user=owner dbname=\(database.name)"
        let superuser = try HubAdministrator(ConnectionSettings(owner))
        _ = try await superuser.prepare()
        for statement in [
            "SELECT lo_create(0)", "SELECT lo_creat(-1)", "SELECT lo_from_bytea(0, 'x')", "SELECT pg_advisory_lock(1)",
            "SELECT pg_try_advisory_lock_shared(1, 2)",
        ] {
            let outcome = try await psql(statement, as: role.settings, in: database)
            #expect(outcome.status != 0 && outcome.text.contains("permission denied"), "\(outcome.text)")
        }
        // The hub needs none of it.
        let hub = try PostgreSQLHub(role.settings)
        #expect(try await hub.publish([HubContract.entry(1)], erasing: [], in: space).added == 1)
    }

    @Test func `a database that others use too stays as open as it is`() async throws {
        let database = try await database()
        _ = try await blocking { try database.psql("CREATE TABLE public.shopping (item text)") }
        let (_, role) = try await database.hub()
        #expect(try await psql("CREATE TEMP TABLE mine (a int)", as: role.settings, in: database).status == 0)
    }

    @Test func `a hub of the first schema is brought to the present one, and its roles are dismissed as any`()
        async throws
    {
        let database = try await database()
        let administrator = try database.administrator()
        let limit = Duration.seconds(60)
        let space = space
        let first = """
            BEGIN; \(HubSchema.prepare); \(HubSchema.migrations[0]);
            INSERT INTO hearth.migrations (version) VALUES (1);
            INSERT INTO hearth.spaces (space) VALUES ('\\x\(space)');
            SELECT hearth.admit('hearth_old\(database.name)', 'sesame', '\\x\(space)'); COMMIT;
            """
        try await administrator.hub.work.run { try $0.runScript(first, within: limit) }
        let role = "hearth_old\(database.name)"
        let settings = try ConnectionSettings(database.administratorText).address
            .setting("user", to: role).setting("password", to: "sesame")
        let device = try PostgreSQLHub(settings)
        _ = try await device.publish([HubContract.entry(1)], erasing: [], in: space)
        #expect(try await psql("SELECT lo_create(0)", as: settings, in: database).status == 0)
        do {
            _ = try await administrator.dismiss(role, from: space)
            Issue.record("It was dismissed.")
        } catch let error as MemoryError {
            #expect(error.message.contains("hearth hub init"))
        }
        #expect(try await administrator.prepare() == (1, HubSchema.migrations.count))
        #expect(try await device.fetch(in: space, after: 0, limit: 9, kind: nil).rows.count == 1)
        #expect(try await administrator.dismiss(role, from: space) == .dropped)
    }

    @Test func `a role that was there before keeps its password, and stays when it is dismissed`() async throws {
        let database = try await database()
        let administrator = try database.administrator()
        _ = try await administrator.prepare()
        try await administrator.makePlace(for: space)
        let name = "ana_\(database.name)"
        _ = try await blocking { try database.psql("CREATE ROLE \(name) LOGIN PASSWORD 'her own'") }
        #expect(try await administrator.admitAgain(name, to: space) == nil)
        let settings = try ConnectionSettings(database.administratorText).address
            .setting("user", to: name).setting("password", to: "her own")
        #expect(try await PostgreSQLHub(settings).end(of: space) == 0)
        #expect(try await administrator.dismiss(name, from: space) == .isAnothers)
        #expect(try await exists(name, in: database))
        await #expect(throws: MemoryError.self) { try await PostgreSQLHub(settings).end(of: space) }
    }

    @Test func `a hub that is made anew has the role of a device under its old name`() async throws {
        let database = try await database()
        let administrator = try database.administrator()
        let storage = MemoryDeviceStorage()
        await (try await administrator.found(name: "desk", storage: storage)).close()
        let state = try #require(storage.load())
        #expect(try await administrator.renew(storage) == HubAdministrator.Renewal())
        // With its schema alone, and with the role too, as on another server.
        for lost in [
            "DROP SCHEMA hearth CASCADE",
            "DROP SCHEMA hearth CASCADE; DROP OWNED BY \(state.role); DROP ROLE \(state.role)",
        ] {
            _ = try await blocking { try database.psql(lost) }
            #expect(try await administrator.renew(storage) == HubAdministrator.Renewal(madeRole: true))
            let settings = try ConnectionSettings(try #require(storage.load()?.connection))
            #expect(settings["user"] == state.role)
            #expect(try await PostgreSQLHub(settings).end(of: state.space) == 0)
            #expect(try await administrator.roles(of: state.space) == [state.role])
        }
        // An earlier release gave the device another role, of which the space does not know.
        let other = try await administrator.admit(to: state.space)
        _ = try storage.update { $0.connection = other.settings.text }
        #expect(try await administrator.dismiss(state.role, from: state.space) == .dropped)
        #expect(try await administrator.renew(storage) == HubAdministrator.Renewal(madeRole: true))
        #expect(try await administrator.roles(of: state.space) == [state.role])
        #expect(try await !exists(other.name, in: database))
    }

    @Test func `a device goes by the address at which its administrator reaches the hub`() async throws {
        let (before, after) = try await (database(), database())
        let storage = MemoryDeviceStorage()
        let first = try before.administrator()
        await (try await first.found(name: "desk", storage: storage)).close()
        let state = try #require(storage.load())
        let renewal = try await after.administrator().renew(storage)
        #expect(renewal.madeRole && renewal.movedFrom == "127.0.0.1, database \(before.name)")
        let settings = try ConnectionSettings(try #require(storage.load()?.connection))
        #expect(settings["dbname"] == after.name && settings["user"] == state.role)
        #expect(try await PostgreSQLHub(settings).end(of: state.space) == 0)
        #expect(try await after.administrator().renew(storage) == HubAdministrator.Renewal())
    }

    @Test func `a device gets nothing of the administrator's but the way to the hub`() async throws {
        let database = try await database()
        let text =
            database.administratorText
            + " sslmode=prefer sslpassword=canary-one sslcert=/canary-two sslkey=/canary-three passfile=/canary-four options='-c work_mem=8MB'"
        let administrator = try HubAdministrator(ConnectionSettings(text))
        let storage = MemoryDeviceStorage()
        let space = try await administrator.found(name: "desk", storage: storage)
        let kept = try #require(storage.load()?.connection)
        #expect(!kept.contains("canary") && !kept.contains("sesame") && !kept.contains("work_mem"))
        let settings = try ConnectionSettings(kept)
        #expect(settings["sslmode"] == "prefer" && settings["dbname"] == database.name)
        #expect(try await space.hub.end(of: space.members.space) == 1)
    }
}

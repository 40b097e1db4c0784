import Foundation
import TestSupport
import Testing

/// What an administrator does with the hub and its roles, by the commands.
@Suite(.enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy), .timeLimit(.minutes(60)))
struct HubUpkeep {
    private let desk: Tool
    private let laptop: Tool

    init() throws {
        desk = try Tool()
        laptop = try Tool()
    }

    private func found() async throws -> (database: HubDatabase, admin: String) {
        let (database, admin) = try await desk.administratorFile()
        _ = try await desk.json("hub", "init", "--admin-file", admin, "--name", "desk")
        return (database, admin)
    }

    private func connection(of tool: Tool) throws -> String {
        try #require(try JSON(tool.sandbox.bytes("store.db.device"))["connection"]?.string)
    }

    private func role(of name: String) async throws -> String {
        let devices = try await desk.json("devices", "list")["devices"]?.array ?? []
        return try #require(devices.first { $0["name"]?.string == name }?["role"]?.string)
    }

    @Test func `a removal is repeated until the role is gone, whatever the device has made`() async throws {
        let (database, admin) = try await found()
        try await desk.pair(with: laptop, as: "laptop", admin: admin)
        let stolen = try connection(of: laptop)
        let elsewhere = stolen.replacing("dbname='\(database.name)'", with: "dbname='postgres'")
        for connection in [stolen, elsewhere] {
            let made = try await blocking { try database.server.psql("SELECT lo_create(4711)", connection: connection) }
            #expect(made.status == 0, "\(made.text)")
        }
        let forgotten = try await desk.json("devices", "remove", "laptop")
        #expect(forgotten["role_dropped"] == nil)
        try await desk.expectRefusal("devices", "remove", "laptop", saying: "removed already", "--admin-file")

        let first = try await desk.json("devices", "remove", "laptop", "--admin-file", admin)
        #expect(first["role_dropped"]?.bool == false)
        #expect(first["role_problem"]?.string?.contains("run the same command again") == true)
        #expect(try await laptop.run("hub", "status").status == 1)
        let role = try #require(first["role"]?.string)
        #expect(
            try await desk.json("devices", "list", "--admin-file", admin)["dismissed_roles"]?.array
                .contains(.string(role)) == true
        )
        _ = try await blocking { try database.server.psql("SELECT lo_unlink(4711)") }
        #expect(try await desk.json("devices", "remove", "laptop", "--admin-file", admin)["role_dropped"]?.bool == true)
        let unknown = try await desk.run("devices", "remove", "laptop", "--admin-file", admin)
        #expect(unknown.status == 0 && unknown.text.contains("no role \(role)"))
    }

    @Test func `after the hub was made anew a removal takes away the role that the device has`() async throws {
        let (database, admin) = try await found()
        try await desk.pair(with: laptop, as: "laptop", admin: admin)
        for tool in [desk, laptop, desk] { _ = try await tool.json("hub", "sync") }
        try await blocking { _ = try database.psql("DROP SCHEMA hearth CASCADE") }
        for tool in [desk, laptop] {
            #expect(try await tool.json("hub", "init", "--admin-file", admin)["made_role"]?.bool == true)
            _ = try await tool.json("hub", "sync")
        }
        #expect(try await desk.json("devices", "list", "--admin-file", admin)["unused_roles"]?.array == [])
        #expect(try await desk.json("devices", "remove", "laptop", "--admin-file", admin)["role_dropped"]?.bool == true)
        #expect(try await laptop.run("hub", "status").status == 1)
    }

    @Test func `the role of an invitation that nobody took is named, and taken away by its name`() async throws {
        let (_, admin) = try await found()
        let invitation = try await desk.json("devices", "invite", "--admin-file", admin, "--with-password")
        let role = try #require(invitation["role"]?.string)
        #expect(try await desk.json("devices", "list", "--admin-file", admin)["unused_roles"]?.array == [.string(role)])
        #expect(try await desk.run("devices", "list", "--admin-file", admin).text.contains(role))
        try await desk.expectRefusal("devices", "remove", role, saying: "hearth devices list")
        let own = try await self.role(of: "desk")
        try await desk.expectRefusal("devices", "remove", own, "--admin-file", admin, saying: "hearth devices list")
        let removed = try await desk.json("devices", "remove", role, "--admin-file", admin)
        #expect(removed["role_dropped"]?.bool == true && removed["device"] == nil)
        #expect(try await desk.json("devices", "list", "--admin-file", admin)["unused_roles"]?.array == [])
        #expect(try await laptop.run("devices", "join", input: invitation["code"]?.string).status == 1)
    }

    @Test func `a role that another device has too is left`() async throws {
        let (_, admin) = try await found()
        let invitation = try await desk.json("devices", "invite", "--admin-file", admin)
        // It joins under the role of the device that invited it.
        let hub = try laptop.writePrivate("own.hub", try connection(of: desk))
        _ = try await laptop.json(
            "devices",
            "join",
            "--name",
            "laptop",
            "--hub-file",
            hub,
            input: invitation["code"]?.string ?? ""
        )
        let removed = try await desk.json("devices", "remove", "laptop", "--admin-file", admin)
        #expect(removed["role_dropped"]?.bool == false)
        #expect(removed["role_problem"]?.string?.contains("desk has it too") == true)
        #expect(try await desk.json("hub", "status")["reachable"]?.bool == true)
    }

    @Test func `the last device is removed only if that is said`() async throws {
        let (_, admin) = try await found()
        try await desk.expectRefusal("devices", "remove", "desk", "--admin-file", admin, saying: "--end-space")
        #expect(try await desk.json("hub", "status")["removed"]?.bool == false)
        #expect(
            try await desk.json("devices", "remove", "desk", "--end-space", "--admin-file", admin)["role_dropped"]?.bool
                == true
        )
    }

    @Test func `a hub that has moved is reached at its new address by each device`() async throws {
        let (before, admin) = try await found()
        try await desk.pair(with: laptop, as: "laptop", admin: admin)
        let after = try await blocking { () throws -> HubDatabase in
            let database = try before.server.makeDatabase()
            let path = desk.sandbox.file("hub.sql")
            try before.server.dump(before.name, to: path)
            try before.server.restore(path, into: database.name)
            return database
        }
        let moved = try desk.writePrivate("moved.hub", after.administratorText)
        let made = try await desk.json("hub", "init", "--admin-file", moved)
        #expect(made["moved_from"]?.string == "127.0.0.1, database \(before.name)")
        #expect(try await desk.json("hub", "status")["hub"]?.string == "127.0.0.1, database \(after.name)")
        let address = try laptop.writePrivate("new.hub", "dbname=\(after.name)")
        let kept = try await laptop.json("hub", "move", "--hub-file", address)
        #expect(kept["moved_from"]?.string == "127.0.0.1, database \(before.name)")
        #expect(kept["hub"]?.string == "127.0.0.1, database \(after.name)")
        try await blocking { _ = try before.psql("DROP SCHEMA hearth CASCADE") }
        for tool in [desk, laptop] { #expect(try await tool.json("hub", "status")["reachable"]?.bool == true) }
        // Where the hub is not, nothing is kept.
        let wrong = try laptop.writePrivate("wrong.hub", "dbname=\(before.name)")
        #expect(try await laptop.run("hub", "move", "--hub-file", wrong).status == 1)
        #expect(try await laptop.json("hub", "status")["reachable"]?.bool == true)
    }

    @Test func `an invitation carries nothing of the administrator's but the way to the hub`() async throws {
        let (database, admin) = try await found()
        let secrets = "\(database.administratorText) sslpassword=canary-word sslkey=/canary-key"
        let file = try desk.writePrivate("secrets.hub", secrets)
        _ = try await desk.json("hub", "init", "--admin-file", file)
        let own = try connection(of: desk)
        #expect(!own.contains("canary"))
        // What the device itself was given stays with it.
        let given = try desk.writePrivate("given.hub", "\(own) sslpassword=canary-word sslkey=/canary-key")
        let invitation = try await desk.json(
            "devices",
            "invite",
            "--with-password",
            "--admin-file",
            admin,
            "--hub-file",
            given
        )
        _ = try await laptop.json("devices", "join", input: invitation["code"]?.string ?? "")
        #expect(!(try connection(of: laptop)).contains("canary"))
    }

    @Test func `a store of another space joins only after it has left, and the code is good still`() async throws {
        let (_, admin) = try await found()
        let other = try await laptop.administratorFile()
        _ = try await laptop.json("hub", "init", "--admin-file", other.path, "--name", "laptop")
        _ = try await laptop.json("hub", "sync")
        let invitation = try await desk.json("devices", "invite", "--admin-file", admin, "--with-password")
        let code = try #require(invitation["code"]?.string)
        func refused() async throws {
            let outcome = try await laptop.run("devices", "join", input: code)
            #expect(outcome.status == 1 && outcome.errors.contains("hearth devices leave"), "\(outcome.errors)")
        }
        try await refused()
        // Also where the file with the keys is gone: the store says what it belongs to.
        let keys = laptop.sandbox.file("store.db.device")
        try FileManager.default.moveItem(atPath: keys, toPath: keys + ".away")
        try await refused()
        try await laptop.expectRefusal("hub", "init", "--admin-file", other.path, saying: "hearth devices leave")
        try FileManager.default.moveItem(atPath: keys + ".away", toPath: keys)

        try await laptop.expectRefusal("devices", "leave", saying: "--yes")
        #expect(try await laptop.json("devices", "leave", "--yes")["name"]?.string == "laptop")
        #expect(!laptop.sandbox.exists("store.db.device"))
        try await laptop.expectRefusal("devices", "leave", "--yes", saying: "exchanges with no other device")
        #expect(try await laptop.json("devices", "join", "--name", "laptop", input: code)["devices"]?.int == 2)
        _ = try await laptop.json("hub", "sync")
    }

    @Test func `status says how the space settles conflicts, whatever the setting of the program is`() async throws {
        _ = try await found()
        _ = try await desk.json("hub", "sync")
        var later = desk
        later.environment["CONFLICT_RESOLUTION_STRATEGY"] = "merge_content"
        let status = try await later.json("hub", "status")
        #expect(status["conflict_resolution"]?.string == "latest_wins")
        #expect(try await later.run("hub", "status").text.contains("whatever CONFLICT_RESOLUTION_STRATEGY says"))
        #expect(try await !desk.run("hub", "status").text.contains("CONFLICT_RESOLUTION_STRATEGY"))
    }
}

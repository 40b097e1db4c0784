import Foundation
import TestSupport
import Testing

/// `hearth hub` and `hearth devices`, with a real PostgreSQL.
@Suite struct DeviceCommands {
    private let tool: Tool

    init() throws {
        tool = try Tool()
    }

    @Test(.enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy))
    func `a hub is made, a device joins by a code, is listed and is removed`() async throws {
        let (database, admin) = try await tool.administratorFile()
        let made = try await tool.json("hub", "init", "--admin-file", admin, "--name", "desk")
        #expect(made["before"]?.int == 0 && made["schema"]?.int == 3 && made["name"]?.string == "desk")
        #expect(made["hub"]?.string == "127.0.0.1, database \(database.name)")
        let file = tool.sandbox.file("store.db.device")
        #expect(made["file"]?.string == file)
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        let again = try await tool.json("hub", "init", "--admin-file", admin)
        #expect(again["before"]?.int == 3 && again["space"] == made["space"] && again["name"]?.string == "desk")

        let invitation = try await tool.json(
            "devices",
            "invite",
            "--admin-file",
            admin,
            "--with-password",
            "--hours",
            "2"
        )
        let code = try #require(invitation["code"]?.string)
        #expect(invitation["password"] == nil && invitation["expires_hours"]?.int == 2)
        let other = try Tool()
        let joined = try await other.json("devices", "join", "--name", "laptop", input: code)
        #expect(joined["devices"]?.int == 2 && joined["space"] == made["space"])

        // Another way: the code without the password, which stands in a file.
        let bare = try await tool.json("devices", "invite", "--admin-file", admin)
        let password = try #require(bare["password"]?.string)
        let third = try Tool()
        let passwordFile = try third.sandbox.write("password.hub", "password=\(password)")
        let codeFile = try third.sandbox.write("code.txt", bare["code"]?.string ?? "")
        let loose = try await third.run("devices", "join", codeFile, "--hub-file", passwordFile)
        #expect(loose.status == 1 && loose.errors.contains("chmod 600 \(passwordFile)"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passwordFile)
        #expect(try await third.json("devices", "join", codeFile, "--hub-file", passwordFile)["devices"]?.int == 3)

        let devices = try await tool.json("devices", "list")["devices"]?.array ?? []
        #expect(devices.count == 3 && devices.map { $0["this"]?.bool } == [true, false, false])
        #expect(try await tool.run("devices", "list").text.contains("laptop"))
        let status = try await other.json("hub", "status")
        #expect(status["devices"]?.int == 3 && status["went_back"]?.bool == false && status["reachable"]?.bool == true)

        // Nothing is exchanged yet, and nothing says that it should be.
        #expect(status["exchange"] == nil && made["exchange"] == nil)
        // A device that has joined gets its store by the first exchange.
        #expect(!tool.sandbox.exists("store.db"))
        _ = try await tool.json("hub", "sync")
        let exchange = try await tool.json("hub", "status")["exchange"]
        #expect(exchange?["last_success_at"] != nil && exchange?["outgoing"]?.int == 0)
        #expect(try await tool.json("status")["devices"]?["behind"]?.int == 0)
        #expect(try await tool.run("status").text.contains("exchanged with the hub"))
        #expect(try await tool.run("metrics").text.contains("\nhearth_hub_consecutive_failures 0\n"))
        #expect(try await tool.json("doctor", "--quick")["checked"]?.array.contains(.string("devices")) == true)

        let removed = try await tool.json("devices", "remove", "laptop", "--admin-file", admin)
        #expect(removed["role_dropped"]?.bool == true && removed["name"]?.string == "laptop")
        #expect(try await tool.json("hub", "status")["devices"]?.int == 2)
        let cut = try await other.run("hub", "status", "--json")
        #expect(try cut.status == 1 && cut.json["reachable"]?.bool == false)
        #expect(!cut.text.contains("hearth_") && cut.text.contains(database.name))
        try await tool.expectRefusal("devices", "remove", "laptop", saying: "hearth devices list")
    }

    @Test(.enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy))
    func `no output has a password or a connection string, and a hub that is lost is made anew`() async throws {
        let (database, admin) = try await tool.administratorFile()
        var tool = tool
        tool.environment["HEARTH_HUB_ADMIN"] = database.administratorText
        var said = try await tool.run("hub", "init", "--name", "desk").text
        for command in [
            ["devices", "list"], ["hub", "status"], ["hub", "status", "--json"], ["devices", "list", "--json"],
        ] {
            let outcome = try await tool.run(command + ["--db", tool.store])
            #expect(outcome.status == 0, "\(outcome.errors)")
            said += outcome.text + outcome.errors
        }
        try await blocking { _ = try database.psql("DROP SCHEMA hearth CASCADE") }
        let lost = try await tool.run("hub", "status")
        #expect(lost.status == 1)
        said += lost.text + lost.errors
        let renewed = try await tool.run("hub", "init", "--admin-file", admin)
        #expect(renewed.status == 0, "\(renewed.errors)")
        #expect(try await tool.run("hub", "status", "--json").json["reachable"]?.bool == true)
        said += renewed.text + renewed.errors
        #expect(!said.contains("sesame") && !said.contains("hearth_admin") && !said.contains("host="))
    }

    @Test func `without a hub each command says what to do`() async throws {
        try await tool.expectRefusal("devices", "list", saying: "hearth hub init", "hearth devices join")
        try await tool.expectRefusal("hub", "status", saying: "hearth hub init")
        try await tool.expectRefusal("devices", "invite", saying: "hearth hub init")
        try await tool.expectRefusal("hub", "init", saying: "--admin-file")
        try await tool.expectRefusal("hub", "init", "--admin-file", tool.sandbox.file("none"), saying: "is not there")
        try await tool.expectRefusal("devices", "invite", "--hours", "0", saying: "--hours", status: 64)
        for code in ["", "tea", "hearth1-abc"] {
            let outcome = try await tool.run("devices", "join", input: code)
            #expect(outcome.status == 1 && outcome.errors.contains("Copy all of its lines"), "\(outcome.errors)")
        }
        #expect(!tool.sandbox.exists("store.db.device"))
    }
}

import Testing

@testable import hearth

@Suite struct StorePlaces {
    private let home = ["HOME": "/home/iris"]

    @Test func `the option goes before the environment, and the environment before the default`() throws {
        let environment = ["HEARTH_DB": "/data/env.db", "XDG_DATA_HOME": "/data", "HOME": "/home/iris"]
        #expect(try StorePath(option: "given.db", environment: environment).file == "given.db")
        #expect(try StorePath(option: nil, environment: environment).file == "/data/env.db")
    }

    @Test func `the default is in the XDG data directory`() throws {
        let given = try StorePath(option: nil, environment: home.merging(["XDG_DATA_HOME": "/data"]) { $1 })
        #expect(given.file == "/data/hearth/hearth.db")
        #expect(given.ownedDirectory == "/data/hearth")
        #expect(try StorePath(option: nil, environment: home).file == "/home/iris/.local/share/hearth/hearth.db")
    }

    @Test func `empty variables and relative data directories are as good as none`() throws {
        let environment = home.merging(["HEARTH_DB": "", "XDG_DATA_HOME": "data"]) { $1 }
        #expect(try StorePath(option: nil, environment: environment).file == "/home/iris/.local/share/hearth/hearth.db")
    }

    @Test func `without any place there is a reason and a remedy`() {
        #expect { try StorePath(option: nil, environment: [:]) } throws: { error in
            (error as? CommandFailure)?.message.contains("--db") ?? false
        }
    }
}

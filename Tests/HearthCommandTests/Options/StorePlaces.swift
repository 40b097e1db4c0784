import Glibc
import HearthMemory
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

    @Test func `the home directory is written as a tilde, and another user's is refused by name`() throws {
        // The process has a home of its own, which a shell would have put there.
        let own = try #require(getenv("HOME").map { String(cString: $0) })
        #expect(try StorePath(option: "~/notes/store.db", environment: [:]).file == own + "/notes/store.db")
        #expect(try StorePath(option: nil, environment: ["HEARTH_DB": "~/store.db"]).file == own + "/store.db")
        #expect(try StorePath(option: "./~/store.db", environment: [:]).file == "./~/store.db")
        #expect(try StorePath(option: "notes~", environment: [:]).file == "notes~")
        #expect { try StorePath(option: "~ana/store.db", environment: [:]) } throws: { error in
            (error as? MemoryError)?.message.contains("~ana") ?? false
        }
    }

    @Test func `without any place there is a reason and a remedy`() {
        #expect { try StorePath(option: nil, environment: [:]) } throws: { error in
            (error as? CommandFailure)?.message.contains("--db") ?? false
        }
    }
}

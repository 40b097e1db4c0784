import Foundation
import HearthMemory
import TestSupport
import Testing

/// What a person reads of an error.
@Suite struct ErrorMessages {
    private func message(of body: () async throws -> some Any) async -> String? {
        let error = await #expect(throws: MemoryError.self) { _ = try await body() }
        return error?.message
    }

    @Test func `an error is described by its message wherever a host shows errors`() {
        let error: any Error = MemoryError(code: .locked, message: "The door is shut.")
        #expect(error.localizedDescription == "The door is shut.")
        #expect((error as? any LocalizedError)?.errorDescription == "The door is shut.")
        #expect("\(error)" == "The door is shut. [locked]")
    }

    @Test func `an error of an embedder is described by its message, and its kind by its name`() {
        let error: any Error = EmbeddingError(.serverUnreachable, "Nobody answers.")
        #expect(error.localizedDescription == "Nobody answers.")
        #expect((error as? any LocalizedError)?.errorDescription == "Nobody answers.")
        #expect("\(EmbeddingError.Code.serverUnreachable)" == "serverUnreachable")
        #expect("\(error)" == "serverUnreachable: Nobody answers.")
    }

    @Test func `a category describes itself by its name`() {
        #expect("\(MemoryCategory.userPreferences)" == "user_preferences")
        #expect(String(describing: MemoryCategory(rawValue: "旅行")) == "旅行")
        #expect("\([MemoryCategory.task, .general])" == "[task, general]")
    }

    @Test func `a directory that isn't there is named, with what makes it`() async throws {
        let directory = try TemporaryDirectory()
        for (name, quoted) in [("no where", true), ("nowhere", false), ("it's", true)] {
            let missing = directory.file(name)
            let said = await message { try await MultiAgentMemoryCoordinator.open(.file(missing + "/store.db")) }
            let shown = quoted ? "'" + missing.replacing("'", with: #"'\''"#) + "'" : missing
            #expect(said?.contains("`mkdir -p \(shown)`") == true, "\(said ?? "")")
            #expect(!FileManager.default.fileExists(atPath: missing))
        }
    }

    @Test func `a tilde is the home directory, and another user's is refused by name`() async throws {
        let said = await message { try await MultiAgentMemoryCoordinator.open("~ana/memory.db") }
        #expect(said?.contains("~ana") == true)
        let home = try #require(ProcessInfo.processInfo.environment["HOME"])
        #expect(try StoreLocation.expandingHome(in: "~/a~/~b") == home + "/a~/~b")
        #expect(try StoreLocation.expandingHome(in: "~") == home)
        #expect(try StoreLocation.expandingHome(in: "a/~/b") == "a/~/b")
        let missing = await message { try await MultiAgentMemoryCoordinator.open("~/no such directory/memory.db") }
        #expect(missing?.contains("\(home)/no such directory") == true)
        // What a path says is what a link to it says, too.
        await expect(.invalidArgument) { try await MultiAgentMemoryCoordinator.open(.file("~ana/memory.db")) }
    }

    @Test func `a sensitive memory without a key is refused with what to do`() async throws {
        let coordinator = try await household()
        let said = await message {
            try await coordinator.storeAgentMemory(agentID: "alden", userID: "iris", content: "x", isSensitive: true)
        }
        #expect(said?.contains("key provider") == true && said?.contains("isSensitive") == true)
        try await coordinator.close()
    }

    @Test func `a refused parent is named as one, with its user and its place in the call`() async throws {
        let coordinator = try await household()
        let theirs = try await coordinator.storeAgentMemory(agentID: "alden", userID: "joss", content: "theirs")
        var drafts = (0..<3).map { MemoryDraft(content: "memory \($0)") }
        drafts[2].parentID = theirs
        let said = await message {
            try await coordinator.storeAgentMemories(agentID: "alden", userID: "iris", drafts)
        }
        #expect(said?.hasPrefix("Memory 3 of the call names the parent \(theirs)") == true, "\(said ?? "")")
        #expect(said?.contains("of user iris that agent alden may see") == true)
        #expect(try await coordinator.memories(agentID: "alden", userID: "iris").memories.isEmpty)

        let imports = drafts.enumerated()
            .map { index, draft in
                MemoryImport(id: MemoryID(rawValue: "note \(index)"), userID: "iris", agentID: "alden", draft: draft)
            }
        _ = try await coordinator.importMemories([imports[0]])
        // The first is there already, and the place is that in the call all the same.
        let imported = await message { try await coordinator.importMemories(imports) }
        #expect(imported?.hasPrefix("Memory 3 of the call names the parent") == true, "\(imported ?? "")")
        try await coordinator.close()
    }
}

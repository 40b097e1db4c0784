import Crypto
import Foundation
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A store of sensitive memories in a directory of its own, and a look at the bytes of its files.
struct SealedStore {
    let directory: TemporaryDirectory
    let provider: MemoryKeyProvider
    let shared: SharedStore

    var store: MemoryStore { shared.store }
    var user: UserID { shared.user }
    var path: String { directory.file("store.db") }

    init(
        provider: MemoryKeyProvider = MemoryKeyProvider(),
        embeds: Bool = true,
        configure: @Sendable (inout StoreOptions) -> Void = { _ in }
    ) async throws {
        let directory = try TemporaryDirectory()
        self.directory = directory
        self.provider = provider
        shared = try await SharedStore(.file(directory.file("store.db")), embeds: embeds) { options in
            options.keyProvider = provider
            configure(&options)
        }
    }

    /// Opens the file once more, as another process would.
    func reopened(provider: MemoryKeyProvider?, isReadOnly: Bool = false) async throws -> MemoryStore {
        var options = StoreOptions()
        options.keyProvider = provider
        options.clock = shared.clock.storeClock
        options.isReadOnly = isReadOnly
        return try await MemoryStore.open(.file(path), options: options)
    }

    /// Stores a sensitive memory.
    func memory(
        _ content: String,
        tags: [String] = [],
        metadata: [String: String] = [:],
        category: MemoryCategory = .general,
        of owner: AgentID = "alden",
        shareWith others: [AgentID] = []
    ) async throws -> MemoryID {
        let draft = MemoryDraft(
            content: content,
            category: category,
            tags: tags,
            metadata: metadata,
            isSensitive: true
        )
        return try await store.store([draft], agentID: owner, userID: user, shareWith: others)[0]
    }

    /// Which of some words are in the bytes of the store's files, as seen by another process.
    func found(_ words: [String]) async throws -> [String] {
        var found: [String] = []
        for word in words {
            let isThere = try await blocking {
                let process = Process()
                process.executableURL = URL(filePath: "/bin/grep")
                process.arguments = ["-r", "-a", "-i", "-q", "-F", "--", word, directory.path]
                try process.run()
                process.waitUntilExit()
                return process.terminationStatus == 0
            }
            if isThere { found.append(word) }
        }
        return found
    }
}

import FoundationEssentials
import HearthMemory

extension DemoStory {
    /// A sensitive memory is found by its owner, hidden from others, unreadable in the file, and erased for good.
    ///
    /// It has a store of its own, in a file whose bytes are looked at while nobody has it open.
    func sealing() async throws -> DemoChapter {
        var chapter = DemoChapter(
            "What is sensitive is sealed, and erased for good",
            "Sentry notes where the spare key is. The text is encrypted in the file; whoever has the key of the store finds it by its words."
        )
        let directory = FileManager.default.temporaryDirectory.appending(path: "hearth-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { removeQuietly(directory) }
        let store = SealedStore(path: directory.appending(path: "sealed.db").path, user: user)

        let id = try await store.withCoordinator { coordinator in
            let id = try await coordinator.storeAgentMemory(
                agentID: "sentry",
                userID: user,
                content: SealedStore.text,
                tags: [SealedStore.tag],
                isSensitive: true
            )
            let own = try await store.search(coordinator, as: "sentry")
            chapter.check("Sentry finds it by one of its words", own, is: [id])
            chapter.check("Alden does not", try await store.search(coordinator, as: "alden"), is: [])
            let refusal = try await refusal {
                _ = try await coordinator.memory(id, agentID: "alden", userID: user)
            }
            chapter.check("and can't tell that it exists", refusal, is: .memoryNotFound)
            return id
        }
        chapter.check("no word of it is in the bytes of the file", try store.traces(of: SealedStore.words), is: [])

        let withoutKey = try await store.withCoordinator(hasKey: false) { coordinator in
            try await refusal { _ = try await store.search(coordinator, as: "sentry") }
        }
        chapter.check("without the key Sentry herself is refused", withoutKey, is: .keyUnavailable)

        try await store.withCoordinator { coordinator in
            try await coordinator.eraseMemory(id, agentID: "sentry", userID: user)
            let gone = try await refusal { _ = try await coordinator.memory(id, agentID: "sentry", userID: user) }
            chapter.check("once it is erased nobody finds it", gone, is: .memoryNotFound)
            chapter.check(
                "the audit says that something was, and no longer what",
                try await coordinator.verify().isSound
            )
        }
        let digits = String(id.rawValue.dropFirst("mem_".count))
        let traces = try store.traces(of: SealedStore.words + [digits], bytes: store.bytes(ofDigits: digits))
        chapter.check("and not even its identifier is left in the file", traces, is: [])
        return chapter
    }

    /// What is left behind in the directory of temporary files does no harm.
    private func removeQuietly(_ directory: URL) {
        do { try FileManager.default.removeItem(at: directory) } catch {
            Console.error.complain("\(directory.path) could not be removed: \(error)")
        }
    }
}

/// The store that the chapter opens, closes and looks into.
private struct SealedStore {
    let path: String
    let user: UserID
    private let key = DemoKey()

    init(path: String, user: UserID) {
        (self.path, self.user) = (path, user)
    }

    static let text = "The spare key hangs behind the Vermeer print; the alarm wants 7319-quince."
    static let tag = "burglary"
    static let words = ["spare key", "Vermeer", "vermeer", "7319", "quince", tag]

    func withCoordinator<Result>(
        hasKey: Bool = true,
        _ body: (MultiAgentMemoryCoordinator) async throws -> Result
    ) async throws -> Result {
        let key = self.key
        return try await withOpenStore(
            at: .file(path),
            as: ["alden", "sentry"],
            configure: { configuration in
                configuration.keyProvider = hasKey ? key : nil
                configuration.retention = [:]
            },
            body: body
        )
    }

    func search(_ coordinator: MultiAgentMemoryCoordinator, as agent: AgentID) async throws -> [MemoryID] {
        try await coordinator.searchAgentMemories(agentID: agent, userID: user, query: "Vermeer", searchType: .keyword)
            .map(\.memory.id)
    }

    /// The 16 bytes that the digits of an identifier stand for.
    func bytes(ofDigits digits: String) -> Data {
        Data(
            stride(from: 0, to: digits.count, by: 2)
                .compactMap { offset in
                    let start = digits.index(digits.startIndex, offsetBy: offset)
                    return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)
                }
        )
    }

    /// Which of some words the bytes of the closed file hold, and of its log if there is one.
    func traces(of words: [String], bytes: Data? = nil) throws -> [String] {
        var found: [String] = []
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            let content = try Data(contentsOf: URL(filePath: path + suffix))
            found += words.filter { content.firstRange(of: Data($0.utf8)) != nil }
            if let bytes, content.firstRange(of: bytes) != nil { found.append("the identifier's bytes") }
        }
        return found
    }
}

/// A key for as long as the demo runs.
private struct DemoKey: KeyProvider {
    private let key = SymmetricKey(size: .bits256)

    func key(for identifier: String?) async throws -> (identifier: String, key: SymmetricKey) { ("demo", key) }
}

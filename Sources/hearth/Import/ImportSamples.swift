import HearthMemory

/// The first memories of an import, for people to look at before anything is stored.
struct ImportSamples: Encodable {
    private(set) var memories: [MemoryImport] = []

    /// How many are shown.
    private static let most = 3

    /// Keeps a memory, if there are not enough yet.
    mutating func note(_ memory: MemoryImport) {
        if memories.count < Self.most { memories.append(memory) }
    }

    func encode(to encoder: any Encoder) throws {
        try memories.map(Sample.init).encode(to: encoder)
    }

    /// Shows them, and says that nothing was stored.
    func render(on page: inout Page) {
        for memory in memories {
            page.line("")
            page.line(
                "\(memory.id)\(memory.draft.tags.isEmpty ? "" : "  " + memory.draft.tags.joined(separator: ", "))"
            )
            page.line(Styled(Self.start(of: memory.draft.content)))
        }
        page.line("")
        page.line("Nothing was stored: this was a dry run.")
    }

    /// So much of a memory as fits on a few lines.
    private static func start(of text: String) -> String {
        text.count > 240 ? text.prefix(239) + "…" : text
    }

    /// A memory as it would be stored.
    private struct Sample: Encodable {
        var id: MemoryID
        var user: UserID
        var session: SessionID?
        var text: String
        var tags: [String]
        var createdAt: String?

        private enum CodingKeys: String, CodingKey {
            case id, user, session, text, tags
            case createdAt = "created_at"
        }

        init(_ memory: MemoryImport) {
            (id, user, session) = (memory.id, memory.userID, memory.sessionID)
            (text, tags) = (memory.draft.content, memory.draft.tags)
            createdAt = memory.draft.createdAt.map(RFC3339.string)
        }
    }
}

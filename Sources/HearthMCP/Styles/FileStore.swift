import HearthMemory

/// The memories that are files: each keeps its path in its metadata.
struct FileStore: Sendable {
    let memory: AgentMemory

    /// The key of the metadata under which a memory keeps its path.
    static let pathKey = "path"
    /// All files have this tag, by which they are found.
    static let tag = "file"
    private static let pageSize = 1_000

    struct File: Sendable {
        var path: FilePath
        var memory: Memory
    }

    /// All files that the agent owns, by their paths. Of two with one path the older counts, which two clients can only make at once.
    func files() async throws -> [File] {
        var files: [FilePath: Memory] = [:]
        var cursor: SliceCursor?
        repeat {
            let page = try await memory.coordinator.memories(
                agentID: memory.agent,
                userID: memory.user,
                filter: SearchFilter(tags: [Self.tag]),
                includeSharedMemories: false,
                limit: Self.pageSize,
                after: cursor
            )
            for memory in page.memories {
                guard let path = FilePath(key: memory.metadata[Self.pathKey]) else { continue }
                files[path] = memory
            }
            cursor = page.next
        } while cursor != nil
        return files.map { File(path: $0.key, memory: $0.value) }.sorted { $0.path < $1.path }
    }

    func file(at path: FilePath) async throws -> File? {
        try await files().first { $0.path == path }
    }

    /// The file at a path that a model says is there.
    func existing(_ path: FilePath) async throws -> File {
        let files = try await files()
        if let file = files.first(where: { $0.path == path }) { return file }
        guard !path.isRoot, !files.contains(where: { $0.path.isInside(path) }) else {
            throw ToolFailure("The path \(path.text) is not a file.")
        }
        throw ToolFailure("The path \(path.text) does not exist. Please provide a valid path.")
    }

    func create(_ path: FilePath, _ text: String, _ provenance: Provenance) async throws {
        try await memory.coordinator.storeAgentMemory(
            agentID: memory.agent,
            userID: memory.user,
            content: text,
            memoryType: .semantic,
            tags: [Self.tag],
            metadata: [Self.pathKey: path.key],
            provenance: provenance
        )
    }

    /// Replaces the text of a file by what is made of it, whatever others edit meanwhile.
    func edit(_ path: FilePath, _ provenance: Provenance, _ edit: @Sendable (String) throws -> String) async throws
        -> String
    {
        let (memory, _) = try await memory.edit(existing(path).memory.id) { memory in
            MemoryChange(content: try edit(memory.content), provenance: provenance)
        }
        return memory.content
    }
}

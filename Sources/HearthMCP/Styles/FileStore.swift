import HearthMemory

/// The memories that are files: each keeps its path in its metadata.
struct FileStore: Sendable {
    let memory: AgentMemory

    /// The key of the metadata under which a memory keeps its path.
    static let pathKey = "path"
    /// All files have this tag, by which they are found.
    static let tag = "file"

    struct File: Sendable {
        var path: FilePath
        var memory: Memory
        /// Further memories of the same path, which only two clients can make, at once: they go where the file goes.
        var others: [MemoryID] = []

        var memories: [MemoryID] { [memory.id] + others }
    }

    /// All files that the agent owns, by their paths. Of two with one path the older counts.
    func files() async throws -> [File] { try await readableFiles().value }

    /// The same, and whether there may be others that can't be read.
    func readableFiles() async throws -> Readable<[File]> {
        try await memory.all(SearchFilter(tags: [Self.tag]), own: true)
            .map { newestFirst in
                var files: [FilePath: File] = [:]
                for memory in newestFirst {
                    guard let path = FilePath(key: memory.metadata[Self.pathKey]) else { continue }
                    files[path] = File(path: path, memory: memory, others: files[path]?.memories ?? [])
                }
                return files.values.sorted { $0.path < $1.path }
            }
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

    /// Makes a file.
    ///
    /// Clients of several servers may make one of the same path at once. None knows whose commit came first, so each looks once its own
    /// is there: whoever then sees another's takes its own back and begins anew, after a while of its own. Whoever sees none has made
    /// the file, and everybody later finds it.
    ///
    /// - Throws: A failure where there is a file of that path, or one inside it or above it.
    func create(_ path: FilePath, _ text: String, _ provenance: Provenance) async throws {
        var pause = Duration.milliseconds(1)
        while true {
            try await check(path)
            let id = try await memory.coordinator.storeAgentMemory(
                agentID: memory.agent,
                userID: memory.user,
                content: FileText.plain(text),
                memoryType: .semantic,
                tags: [Self.tag],
                metadata: [Self.pathKey: path.key],
                provenance: provenance
            )
            guard let file = try await files().first(where: { $0.path == path }), file.memories != [id] else { return }
            try await memory.delete(all: [id])
            try await Task.sleep(for: pause * Double.random(in: 0...1))
            pause = min(pause * 2, .milliseconds(100))
        }
    }

    /// Refuses a path at which no file can be made.
    private func check(_ path: FilePath) async throws {
        let files = try await files()
        guard !path.isRoot, !files.contains(where: { $0.path == path || $0.path.isInside(path) }) else {
            throw ToolFailure("File \(path.text) already exists")
        }
        if let above = files.first(where: { path.isInside($0.path) }) {
            throw ToolFailure("\(above.path.text) is a file, so nothing can be inside it.")
        }
    }

    /// Replaces the text of a file by what is made of it, whatever others edit meanwhile.
    func edit(
        _ path: FilePath,
        _ provenance: Provenance,
        _ edit: @escaping @Sendable (String) throws -> FileText.Edit
    ) async throws -> FileText.Edit {
        try await memory.edit(
            existing(path).memory.id,
            noting: { memory in
                let edit = try edit(memory.content)
                return (MemoryChange(content: edit.text, provenance: provenance), edit)
            }
        )
        .2
    }
}

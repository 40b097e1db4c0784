import Foundation
import HearthMemory

/// A directory for the files of one benchmark, removed with the value.
final class Workplace: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "hearth-bench-\(UUID().uuidString)")
        path = url.path
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// The size of a file in bytes.
    func size(of name: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: file(name))[.size] as? Int ?? 0
    }
}

extension MultiAgentMemoryCoordinator {
    /// A store with the agent at work that the benchmarks act as.
    static func benchmark(_ path: String) async throws -> MultiAgentMemoryCoordinator {
        let coordinator = try await open(.file(path))
        try await coordinator.registerAgent("alden")
        return coordinator
    }

    /// Fills a store with a corpus of one user.
    func fill(_ drafts: [MemoryDraft], user: UserID, batch: Int = 1_000) async throws -> [MemoryID] {
        var ids: [MemoryID] = []
        for start in stride(from: 0, to: drafts.count, by: batch) {
            let slice = Array(drafts[start..<min(start + batch, drafts.count)])
            ids += try await storeAgentMemories(agentID: "alden", userID: user, slice)
        }
        return ids
    }
}

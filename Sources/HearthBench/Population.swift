import ArgumentParser
import Foundation
import HearthMemory

/// The memories of ten users in one file, the first of which is searched.
struct Population: Sendable {
    /// Memories in the file.
    var total: Int
    /// Memories of the user that is searched; the other nine share the rest evenly.
    var ofUser: Int

    /// The user that is searched.
    static let user: UserID = "user-0"

    private static let others = 9
    /// Memories to a session: what a conversation of an evening leaves.
    private static let sessionLength = 20
    /// Memories to a commit.
    private static let batch = 1_000

    /// Calls a closure with every memory; those of the users come in turns, as they would in use.
    func forEach(_ body: (_ user: Int, _ number: Int, _ draft: MemoryDraft) async throws -> Void) async throws {
        var corpus = Corpus()
        let perOther = (total - ofUser) / Self.others
        var next = [Int](repeating: 0, count: Self.others + 1)
        // Of each user, the same share should be done as of all.
        for place in 0..<total {
            let user =
                (0...Self.others)
                .max { left, right in lag(left, next, place, perOther) < lag(right, next, place, perOther) } ?? 0
            let number = next[user]
            next[user] += 1
            var draft = MemoryDraft(content: corpus.sentence(), category: .conversation)
            draft.createdAt = Date(timeIntervalSince1970: 1_700_000_000 + Double(place) * 30)
            try await body(user, number, draft)
        }
    }

    /// How many memories a user is behind its even share.
    private func lag(_ user: Int, _ next: [Int], _ place: Int, _ perOther: Int) -> Double {
        let count = user == 0 ? ofUser : perOther
        guard next[user] < count else { return -.infinity }
        return Double(count) * Double(place + 1) / Double(total) - Double(next[user])
    }

    /// Fills a store.
    func fill(_ coordinator: MultiAgentMemoryCoordinator) async throws {
        var batch: [MemoryImport] = []
        try await forEach { user, number, draft in
            batch.append(
                MemoryImport(
                    id: MemoryID(rawValue: "mem-\(user)-\(number)"),
                    userID: UserID(rawValue: "user-\(user)"),
                    agentID: "alden",
                    sessionID: SessionID(rawValue: "session-\(user)-\(number / Self.sessionLength)"),
                    draft: draft
                )
            )
            guard batch.count == Self.batch else { return }
            _ = try await coordinator.importMemories(batch)
            batch.removeAll(keepingCapacity: true)
        }
        if !batch.isEmpty { _ = try await coordinator.importMemories(batch) }
    }

    /// Its texts, and whose they are.
    func texts() async throws -> [(scope: String, content: String)] {
        var texts: [(scope: String, content: String)] = []
        try await forEach { user, _, draft in texts.append(("user-\(user)", draft.content)) }
        return texts
    }
}

/// Makes the file that the search benchmarks read, to look at or to profile with.
struct Populate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "populate", shouldDisplay: false)

    @Argument var path: String
    @Option var total: Int
    @Option var ofUser: Int

    func run() async throws {
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(path)
        try await Population(total: total, ofUser: ofUser).fill(coordinator)
        try await coordinator.close()
    }
}

import Synchronization
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Preparations {
    private struct Unfit: Error, Equatable {
        var index: Int
    }

    private static func memory(_ index: Int) throws -> NewMemory {
        try NewMemory(
            id: MemoryID(rawValue: "\(index)"),
            agentID: "alden",
            userID: "iris",
            sessionID: nil,
            draft: MemoryDraft(content: "memory \(index)"),
            keys: nil,
            now: Timestamp(rawValue: 0)
        )
    }

    private func order(of preparation: MemoryPreparation) throws -> [Int] {
        var order: [Int] = []
        try preparation.visit { index, memory in
            order.append(try #require(Int(memory.id.rawValue)))
            #expect(order.count == index + 1)
        }
        return order
    }

    private static let sizes = [0, 1, 63, 64, 65, 128, 1_000]

    @Test(arguments: sizes) func `memories come in order without any task to help`(count: Int) throws {
        let preparation = MemoryPreparation(count) { try Self.memory($0) }
        #expect(try order(of: preparation) == Array(0..<count))
        // This is as when a transaction has to begin again.
        #expect(try order(of: preparation) == Array(0..<count))
    }

    @Test(arguments: sizes) func `memories that are ready come in order`(count: Int) throws {
        #expect(try order(of: MemoryPreparation(try (0..<count).map(Self.memory))) == Array(0..<count))
    }

    @Test func `tasks and the writer together make each memory once, and it sees them in order`() async throws {
        let count = 5_000
        let made = Mutex([Int](repeating: 0, count: count))
        let preparation = MemoryPreparation(count) { index in
            made.withLock { $0[index] += 1 }
            return try Self.memory(index)
        }
        let order = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await preparation.work()
                    return []
                }
            }
            group.addTask { try self.order(of: preparation) }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(order == Array(0..<count))
        #expect(made.withLock { $0.allSatisfy { $0 == 1 } })
    }

    @Test(arguments: [0, 63, 64, 500, 999])
    func `the first memory that can't be made ends the visit when its turn comes`(bad: Int) async throws {
        let preparation = MemoryPreparation(1_000) { index in
            guard index < bad else { throw Unfit(index: index) }
            return try Self.memory(index)
        }
        await withTaskGroup { group in group.addTask { await preparation.work() } }
        var seen = 0
        #expect(throws: Unfit(index: bad)) { try preparation.visit { _, _ in seen += 1 } }
        // Its chunk is not begun.
        #expect(seen == bad / MemoryPreparation.chunkLength * MemoryPreparation.chunkLength)
    }

    @Test func `a cancelled task leaves the rest to the writer`() async throws {
        let made = Mutex(0)
        let preparation = MemoryPreparation(10_000) { index in
            made.withLock { $0 += 1 }
            if index == 0 { withUnsafeCurrentTask { $0?.cancel() } }
            return try Self.memory(index)
        }
        await Task { await preparation.work() }.value
        #expect(made.withLock { $0 } == MemoryPreparation.chunkLength)
        #expect(try order(of: preparation) == Array(0..<10_000))
    }
}

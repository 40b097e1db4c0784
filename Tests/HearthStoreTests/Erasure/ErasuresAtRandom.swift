import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Rows move from page to page while a file grows and shrinks, and copies of them may stay where they were.
@Suite struct ErasuresAtRandom {
    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func `whatever lived beside them and wherever they moved, erased memories leave no text and no id`(
        seed: UInt64
    ) async throws {
        var generator = SeededGenerator(seed: seed)
        let sealed = try await SealedStore(embeds: seed % 2 == 0)
        let shared = sealed.shared
        var live: [(id: MemoryID, number: Int)] = []
        var erased: [(id: MemoryID, number: Int)] = []
        var next = 0
        for _ in 0..<10 {
            var drafts: [MemoryDraft] = []
            for _ in 0..<Int.random(in: 1...25, using: &generator) {
                // Some take a row in a page, some a chain of pages.
                let length = [3, 20, 200, 2_000].randomElement(using: &generator) ?? 3
                let filler = (0..<length).map { _ in "w\(Int.random(in: 0..<5_000, using: &generator))" }
                let words = ["canary\(next + drafts.count)x"] + filler + ["canary\(next + drafts.count)x"]
                drafts.append(
                    MemoryDraft(content: words.joined(separator: " "), isSensitive: seed % 2 == 0 && length > 100)
                )
            }
            let ids = try await sealed.store.store(drafts, agentID: "alden", userID: sealed.user)
            for (offset, id) in ids.enumerated() { live.append((id, next + offset)) }
            next += drafts.count
            for memory in live.shuffled(using: &generator).prefix(4) {
                let length = Int.random(in: 1...300, using: &generator)
                let filler = (0..<length).map { _ in "e\(Int.random(in: 0..<5_000, using: &generator))" }
                let text = (["canary\(memory.number)x"] + filler).joined(separator: " ")
                try await shared.edit(memory.id, as: "alden", content: text)
            }
            try await shared.sync("alden")
            for _ in 0..<1 where !live.isEmpty {
                let gone = live.remove(at: Int.random(in: 0..<live.count, using: &generator))
                #expect(try await sealed.store.eraseMemory(gone.id, as: "alden").isComplete, "seed \(seed)")
                erased.append(gone)
            }
        }
        #expect(try await sealed.store.verify().findings == [], "seed \(seed)")
        try await sealed.store.close()
        let bytes = try Data(contentsOf: URL(filePath: sealed.path))
        for memory in erased {
            let needles = ["canary\(memory.number)x", memory.id.rawValue].map { Data($0.utf8) }
            let digits = memory.id.rawValue.dropFirst(4)
            let id = Data(Hexadecimal.bytes(digits, count: 16) ?? [])
            for needle in needles + [id] {
                #expect(bytes.range(of: needle) == nil, "seed \(seed), memory \(memory.number)")
            }
        }
    }
}

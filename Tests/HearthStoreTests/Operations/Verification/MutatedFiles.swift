import Foundation
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthSQLite
@testable import HearthStore

/// Whatever a disk, a copy or a person has done to the bytes of a file: every call answers or throws, what a digest covers
/// is as it was written or refused, and verification does not call sound what is not.
///
/// A trap ends the whole run of tests; the last line that it prints names the mutant.
/// `HEARTH_MUTANTS` says how many are made of each file, and `HEARTH_TEST_SEED` which.
@Suite(.timeLimit(.minutes(240))) struct MutatedFiles {
    private static let count = ProcessInfo.processInfo.environment["HEARTH_MUTANTS"].flatMap { Int($0) } ?? 150

    @Test(arguments: ["file", "log"])
    func `a mutated file gives what was written, or an error`(of part: String) async throws {
        var generator = SeededGenerator(for: "mutants of the \(part)")
        let damageable = try await DamageableStore(keepsLog: part == "log")
        let path = damageable.directory.file("mutant.db")
        try DamageableStore.copy(damageable.original, to: path)
        let truth = try Self.protectedRows(path)
        var outcomes: [String: Int] = [:]
        for number in 0..<Self.count {
            try DamageableStore.copy(damageable.original, to: path)
            let mutated = part == "file" ? path : path + "-wal"
            var bytes = try #require(FileManager.default.contents(atPath: mutated))
            let mutation = Mutation.any(of: bytes.count, using: &generator)
            mutation.apply(to: &bytes)
            try bytes.write(to: URL(filePath: mutated))
            print("MutatedFiles: \(part) \(number) \(mutation)")
            let rows = try? Self.protectedRows(path)
            let outcome = await Self.outcome(path, damageable) {
                Issue.record("\(part), \(mutation), seed \(generator.seed): \($0)")
            }
            outcomes[outcome, default: 0] += 1
            // The log may end early: what it then lacks was never there. Of the file itself nothing may be missing.
            // An empty file is a new one.
            if part == "file", outcome == "sound", !bytes.isEmpty {
                #expect(rows == truth, "\(mutation), seed \(generator.seed): verification found nothing")
            }
        }
        print("MutatedFiles: \(part): \(outcomes.sorted { $0.key < $1.key })")
        #expect(outcomes.values.reduce(0, +) == Self.count)
    }

    /// Uses a mutant, and says what became of it.
    private static func outcome(
        _ path: String,
        _ damageable: DamageableStore,
        complaining complain: (String) -> Void
    ) async -> String {
        let clock = TestClock()
        clock.advance(by: .seconds(60))
        let shared: SharedStore
        do {
            shared = try await SharedStore(.file(path), clock: clock, embeds: false)
        } catch let error as MemoryError {
            return "refused at opening: \(reason(error))"
        } catch {
            complain("opening threw \(error)")
            return "wrong error"
        }
        let store = shared.store
        var outcome = "sound"
        func trying(_ name: String, _ call: () async throws -> Void) async {
            do {
                try await call()
            } catch let error as MemoryError {
                if name == "verify" { outcome = "verification stopped: \(Self.reason(error))" }
            } catch {
                complain("\(name) threw \(error)")
            }
        }
        await trying("verify") { if try await !store.verify().isSound { outcome = "named by verification" } }
        for id in damageable.ids {
            for agent: AgentID in ["alden", "alice", "sentry"] {
                await trying("memory") {
                    let fields = DamageableStore.Fields(try await store.memory(id, as: agent, userID: damageable.user))
                    if !damageable.known.contains(fields) {
                        complain("\(agent) read what was never written: \(fields)")
                    }
                }
            }
            await trying("history") { _ = try await store.history(of: id, as: "alden") }
        }
        await trying("search") { _ = try await store.search("door tea 7 May", as: "alden", userID: damageable.user) }
        await trying("slice") { _ = try await store.slice(of: "alice", userID: damageable.user) }
        await trying("browse") { _ = try await store.browse(as: "alden", userID: damageable.user) }
        await trying("health") { _ = try await store.healthCheck() }
        await trying("store") { _ = try await shared.memory("Another.") }
        await trying("sync") { try await shared.sync("alice", force: true) }
        await trying("conflicts") { _ = try await store.pendingConflicts() }
        await trying("close") { try await store.close() }
        return outcome
    }

    /// The code; of what none is made for, the message too.
    private static func reason(_ error: MemoryError) -> String {
        error.code == .storeUnavailable ? "\(error.code.rawValue), \(error.message)" : error.code.rawValue
    }

    /// What digests and hashes cover, as SQLite reads it.
    private static func protectedRows(_ path: String) throws -> [String] {
        let file = try Connection(opening: path, flags: Connection.readWriteCreate)
        return try protectedColumns.flatMap { statement in
            try file.rowsDynamic(statement) { row in
                (0..<row.columnCount)
                    .map { row.isNull($0) ? "NULL" : Hexadecimal.string(row.bytes($0)) }
                    .joined(separator: "|")
            }
        }
    }

    private static let protectedColumns = [
        """
        SELECT memory_key, number, version_id, parents, author_key, node, time, category, tags, metadata, importance, confidence,
            expires_at, is_deleted, is_head FROM all_versions ORDER BY memory_key, version_id
        """,
        "SELECT memory_key, content FROM memories ORDER BY memory_key",
        """
        SELECT memory_key, agent_key, base, base_number, time, changed_fields, content, category, tags, importance, confidence,
            metadata, expires_at FROM drafts ORDER BY draft_key
        """,
        "SELECT position, at, action, agent_key, user_key, memories, detail, hash FROM audit ORDER BY position",
    ]
}

/// One way in which bytes go wrong.
private enum Mutation: CustomStringConvertible {
    /// Single bits, by their places.
    case bits([Int])
    /// A run of bytes becomes one byte over and over.
    case fill(Range<Int>, UInt8)
    /// A run of bytes becomes any bytes.
    case noise(Range<Int>, UInt64)
    /// A run of bytes stands in another place too.
    case copy(Range<Int>, to: Int)
    /// What comes after is missing.
    case truncate(Int)

    private static let page = 4_096
    /// The header of the file or its log: hit more often than its size would have it.
    private static let header = 128

    static func any(of size: Int, using generator: inout SeededGenerator) -> Mutation {
        func place() -> Int {
            Int.random(in: 0..<5, using: &generator) == 0
                ? Int.random(in: 0..<min(header, size), using: &generator)
                : Int.random(in: 0..<size, using: &generator)
        }
        func run() -> Range<Int> {
            let start = place()
            return start..<min(size, start + Int.random(in: 1...64, using: &generator))
        }
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<5:
            return .bits(
                (0..<Int.random(in: 1...4, using: &generator))
                    .map { _ in
                        place() * 8 + Int.random(in: 0..<8, using: &generator)
                    }
            )
        case 5: return .fill(run(), [0x00, 0xFF, 0x7F, 0x80].randomElement(using: &generator) ?? 0)
        case 6, 7: return .noise(run(), generator.next())
        case 8:
            let start = Int.random(in: 0..<size, using: &generator) / page * page
            let target = Int.random(in: 0..<size, using: &generator) / page * page
            return .copy(start..<min(size, start + page), to: target)
        default: return .truncate(place())
        }
    }

    func apply(to bytes: inout Data) {
        switch self {
        case .bits(let places): for place in places { bytes[place / 8] ^= 1 << UInt8(place % 8) }
        case .fill(let range, let byte): for place in range { bytes[place] = byte }
        case .noise(let range, let seed):
            var generator = SeededGenerator(seed: seed)
            for place in range { bytes[place] = UInt8.random(in: 0...255, using: &generator) }
        case .copy(let range, let target):
            let run = [UInt8](bytes[range])
            for (offset, byte) in run.enumerated() where target + offset < bytes.count { bytes[target + offset] = byte }
        case .truncate(let size): bytes = bytes.prefix(size)
        }
    }

    var description: String {
        switch self {
        case .bits(let places): "bits \(places)"
        case .fill(let range, let byte): "\(range) all \(byte)"
        case .noise(let range, let seed): "\(range) noise \(seed)"
        case .copy(let range, let target): "\(range) copied to \(target)"
        case .truncate(let size): "cut to \(size)"
        }
    }
}

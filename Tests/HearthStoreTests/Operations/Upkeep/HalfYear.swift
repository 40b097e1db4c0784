import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Half a year of four agents: memories arrive and age, are edited, synced and deleted, the process dies now and then,
/// and upkeep runs every day. A model says what must be there.
///
/// `HEARTH_HALF_YEAR=200000` takes so many memories instead of 5,000.
@Suite struct HalfYear {
    private static let count = ProcessInfo.processInfo.environment["HEARTH_HALF_YEAR"].flatMap(Int.init) ?? 5_000
    private static let days = 182

    @Test(arguments: [UInt64(20_261_129)])
    func `after half a year exactly what is retained is there, and nothing has leaked`(seed: UInt64) async throws {
        var year = try await SimulatedHalfYear(seed: seed)
        for day in 0..<Self.days {
            try await year.spend(day: day, arriving: Self.count / Self.days)
            if day % 20 == 19 { try await year.crash() }
        }
        try await year.finish()
        try year.checkMemories()
        try await year.checkStatistics()
        try year.checkLeases()
        try await year.checkSize()
        #expect(try await year.upkeep.store.verify().findings == [])
        try await year.upkeep.store.close()
    }
}

/// The store of a simulated half year, and the model of what it must hold.
struct SimulatedHalfYear {
    struct Kept {
        var id: MemoryID
        var owner: AgentID
        var user: UserID
        var type: MemoryType
        var importance: Double
        var since: Timestamp
        var expiresAt: Timestamp?
        var deletedAt: Timestamp?
    }

    private static let users: [UserID] = ["iris", "jonas"]
    private static let words = """
        boiler window garden letter doctor train ticket violin kitchen passport meeting budget sister holiday engine parcel \
        recipe museum bicycle lesson concert harbour mirror carpet
        """
        .split(separator: " ")

    let directory: TemporaryDirectory
    let seed: UInt64
    let clock = TestClock()
    let profiles = Dictionary(uniqueKeysWithValues: AgentProfile.hearthlink.map { ($0.id, $0) })
    var path: String
    var upkeep: UpkeepStore
    var random: SeededGenerator
    var memories: [MemoryID: Kept] = [:]
    var purged = 0
    var generation = 0
    var written = 0

    init(seed: UInt64) async throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        directory = try TemporaryDirectory()
        path = directory.file("store-0.db")
        upkeep = try await Self.open(path, clock)
    }

    private static func open(_ path: String, _ clock: TestClock) async throws -> UpkeepStore {
        try await UpkeepStore(.file(path), clock: clock, embeds: true) { options in
            options.maintenance.timePerCycle = .seconds(3_600)
            options.maintenance.folding = .exact
        }
    }

    var now: Timestamp { clock.storeClock.now() }
    private var live: [Kept] { memories.values.filter { $0.deletedAt == nil }.sorted { $0.id < $1.id } }

    // MARK: One day

    mutating func spend(day: Int, arriving count: Int) async throws {
        for owner in AgentProfile.hearthlink.map(\.id) {
            try await store(count / 4 + (day % 4 == 0 ? count % 4 : 0), of: owner)
            clock.advance(by: .seconds(600))
        }
        try await edit()
        try await delete()
        try await lease()
        clock.advance(by: .seconds(86_400 - 2_400))
        try await maintain()
    }

    private mutating func store(_ count: Int, of owner: AgentID) async throws {
        guard count > 0, let user = Self.users.randomElement(using: &random) else { return }
        var drafts: [MemoryDraft] = []
        for _ in 0..<count {
            written += 1
            let text = (0..<12).compactMap { _ in Self.words.randomElement(using: &random) }.joined(separator: " ")
            drafts.append(
                MemoryDraft(
                    content: "\(written) \(text)",
                    type: Int.random(in: 0..<8, using: &random) == 0 ? .working : .episodic,
                    tags: ["tag\(Int.random(in: 0..<9, using: &random))"],
                    importance: Double(Int.random(in: 0...20, using: &random)) / 20,
                    expiresAt: Int.random(in: 0..<10, using: &random) == 0
                        ? now.advanced(by: UpkeepStore.days(Double.random(in: 0.5...60, using: &random))).date : nil
                )
            )
        }
        let ids = try await upkeep.store.store(drafts, agentID: owner, userID: user, shareWith: [])
        for (number, (id, draft)) in zip(ids, drafts).enumerated() {
            memories[id] = Kept(
                id: id,
                owner: owner,
                user: user,
                type: draft.type,
                importance: draft.importance,
                // Those of one call come a microsecond after another.
                since: now.advanced(by: .microseconds(number)),
                expiresAt: try draft.expiresAt.map { try Timestamp($0, name: "expiresAt") }
            )
        }
    }

    /// Some memories are edited and synced; a few of them become less important.
    private mutating func edit() async throws {
        let now = self.now
        for memory in live.filter({ !$0.isExpired(at: now) }).shuffled(using: &random).prefix(4) {
            let importance = Double(Int.random(in: 0...20, using: &random)) / 20
            written += 1
            let change = MemoryChange(content: "\(written) was edited", importance: importance)
            _ = try await upkeep.store.update(memory.id, as: memory.owner, change: change)
            _ = try await upkeep.store.sync(memory.owner, userID: memory.user)
            memories[memory.id]?.importance = importance
            memories[memory.id]?.since = now
        }
    }

    private mutating func delete() async throws {
        let now = self.now
        guard let memory = live.filter({ !$0.isExpired(at: now) }).randomElement(using: &random) else { return }
        try await upkeep.store.delete(memory.id, as: memory.owner)
        _ = try await upkeep.store.sync(memory.owner, userID: memory.user)
        memories[memory.id]?.deletedAt = now
    }

    /// A lease that nobody releases: it has run out by the end of the day.
    private mutating func lease() async throws {
        guard let memory = live.filter({ !$0.isExpired(at: now) }).randomElement(using: &random) else { return }
        _ = try await upkeep.store.acquireLease(
            on: memory.id,
            as: memory.owner,
            for: .seconds(300),
            waitingAtMost: .zero
        )
    }

    // MARK: Upkeep

    private mutating func maintain() async throws {
        let now = self.now
        let report = try await upkeep.maintain()
        #expect(report.clockTrouble == nil && !report.isCutShort, "seed \(seed)")
        for (id, memory) in memories {
            if let deletedAt = memory.deletedAt {
                guard deletedAt.advanced(by: MaintenancePolicy().deletedMemoriesKept) <= now else { continue }
                memories[id] = nil
                purged += 1
            } else if memory.isExpired(at: now) || isPastItsDays(memory) {
                memories[id]?.deletedAt = now
            }
        }
        try trimWorkingMemories()
    }

    private func isPastItsDays(_ memory: Kept) -> Bool {
        guard let retention = profiles[memory.owner]?.retention else { return false }
        return memory.importance < 0.8 && memory.since.advanced(by: retention) <= now
    }

    /// The store decides which working memories go; the model says how many stay.
    private mutating func trimWorkingMemories() throws {
        let now = self.now
        let held = try liveInStore()
        let groups = Dictionary(grouping: live.filter { $0.type == .working }) { "\($0.owner) \($0.user)" }
        for group in groups.values {
            guard let owner = group.first?.owner, let limit = profiles[owner]?.workingMemoryLimit else { continue }
            let left = group.filter { held.contains($0.id) }
            #expect(left.count == min(limit, group.count), "seed \(seed)")
            for memory in group where !held.contains(memory.id) { memories[memory.id]?.deletedAt = now }
        }
    }

    /// The process dies: what is on the disk goes on under another name.
    mutating func crash() async throws {
        generation += 1
        let next = directory.file("store-\(generation).db")
        for suffix in ["", "-wal"] {
            let (end, _) = try ChildProcess.run(["cp", path + suffix, next + suffix], collecting: 1)
            try #require(end.status == 0 && !end.wasKilled)
        }
        try await upkeep.store.close()
        unlink(path)
        path = next
        upkeep = try await Self.open(path, clock)
    }

    /// Two days without arrivals, so that storage is optimised of all that went.
    mutating func finish() async throws {
        for _ in 0..<2 {
            clock.advance(by: UpkeepStore.days(1))
            try await maintain()
        }
    }

    // MARK: Checks

    private func liveInStore() throws -> Set<MemoryID> {
        Set(
            try upkeep.store.read {
                try $0.connection.rows("SELECT identifier FROM memories WHERE ended IS NULL", as: { $0.memoryID(0) })
            }
        )
    }

    func checkMemories() throws {
        #expect(try liveInStore() == Set(live.map(\.id)), "seed \(seed)")
        let deleted = try upkeep.store.read {
            try $0.connection.rows("SELECT identifier FROM memories WHERE ended = 1", as: { $0.memoryID(0) })
        }
        #expect(Set(deleted) == Set(memories.values.filter { $0.deletedAt != nil }.map(\.id)), "seed \(seed)")
        #expect(try upkeep.count("SELECT count(*) FROM tombstones") == purged, "seed \(seed)")
        #expect(try upkeep.count("SELECT count(*) FROM ages") <= 2 * memories.count, "seed \(seed)")
        let leaked = try upkeep.count(
            "SELECT count(*) FROM upkeep_changes WHERE memory_key NOT IN (SELECT memory_key FROM memories)"
        )
        #expect(leaked == 0, "seed \(seed)")
    }

    func checkStatistics() async throws {
        for agent in profiles.keys {
            for user in Self.users {
                let own = live.filter { $0.owner == agent && $0.user == user }
                let slice = try await upkeep.store.slice(of: agent, userID: user).statistics
                #expect(slice.ownMemories == own.count, "seed \(seed)")
                #expect(slice.totalMemories == slice.memoryTypes.values.reduce(0, +), "seed \(seed)")
            }
        }
        let statistics = try await upkeep.store.syncStatistics()
        #expect(statistics.service.locksAcquired == HalfYearCounts.leases, "seed \(seed)")
        #expect(statistics.pendingConflicts.count == 0 && statistics.activeLocks.count == 0)
        let recent = try upkeep.count("SELECT count(*) FROM operations WHERE started_at >= 0")
        #expect(statistics.recentOperations.last24h <= recent)
        let documents = try upkeep.count("SELECT count(*) FROM documents WHERE flags & 1 = 0")
        #expect(upkeep.store.catalogs.entryCount <= documents + 4_096, "seed \(seed)")
    }

    func checkLeases() throws {
        #expect(try upkeep.count("SELECT count(*) FROM leases WHERE is_released = 0") == 0, "seed \(seed)")
        #expect(try upkeep.count("SELECT count(*) FROM lease_waiters") == 0, "seed \(seed)")
    }

    /// The file is not much larger than a new one with the same memories.
    func checkSize() async throws {
        let fresh = try await Self.open(directory.file("fresh.db"), clock)
        for owner in profiles.keys {
            let drafts = try upkeep.store.read { snapshot in
                try memories.values.filter { $0.owner == owner }
                    .compactMap { try MemoryRecord.find($0.id, includingDeleted: true, in: snapshot)?.fields }
                    .map { MemoryDraft(content: $0.content, tags: $0.tags, importance: $0.importance) }
            }
            for start in stride(from: 0, to: drafts.count, by: 500) {
                _ = try await fresh.store.store(
                    Array(drafts[start..<min(start + 500, drafts.count)]),
                    agentID: owner,
                    userID: "iris",
                    shareWith: []
                )
            }
        }
        let pages: StaticString = "SELECT page_count FROM pragma_page_count()"
        let (size, least) = (try upkeep.count(pages), try fresh.count(pages))
        print("half year: \(memories.count) memories of \(written) texts, \(size) pages, fresh \(least)")
        #expect(size <= least * 2 + 128, "seed \(seed): \(size) pages, fresh \(least)")
        try await fresh.store.close()
    }
}

/// Counts that the half year reaches.
private enum HalfYearCounts {
    /// One lease a day.
    static let leases = 182
}

extension SimulatedHalfYear.Kept {
    func isExpired(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }
}

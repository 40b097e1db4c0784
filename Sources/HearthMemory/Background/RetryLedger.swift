import HearthModel
import HearthRules
import HearthStore

/// Whose drafts failed in background sync, how often in a row, and when they are tried again. One agent's failures hold up
/// no other.
struct RetryLedger {
    private struct Entry {
        var failures: Int
        var codes: Set<MemoryError.Code>
        var notBefore: BootInstant
    }

    /// What an outcome means for an agent.
    enum Change: Equatable {
        /// It failed so often in a row; the code is one of the latest failure.
        case failing(count: Int, code: MemoryError.Code)
        /// It failed before, for these reasons, and does no more.
        case recovered([MemoryError.Code])
    }

    private let schedule: RetrySchedule
    private var entries: [AutomaticSync: Entry] = [:]

    init(schedule: RetrySchedule = .backgroundSync) {
        self.schedule = schedule
    }

    /// When the next of them is tried again; nil if none failed.
    var earliest: BootInstant? { entries.values.map(\.notBefore).min() }

    /// Those that may be tried now.
    func due(of waiting: [AutomaticSync], at now: BootInstant) -> [AutomaticSync] {
        waiting.filter { entries[$0]?.notBefore.hasPassed(at: now) ?? true }
    }

    /// How many of them failed before.
    func failed(among syncs: [AutomaticSync]) -> Int { syncs.count { entries[$0] != nil } }

    /// Drops those that have no drafts left.
    ///
    /// - Returns: Them, with the codes of their failures.
    mutating func drop(allBut waiting: [AutomaticSync]) -> [(sync: AutomaticSync, codes: [MemoryError.Code])] {
        let gone = Set(entries.keys).subtracting(waiting)
        return gone.compactMap { sync in
            entries.removeValue(forKey: sync).map { (sync, $0.codes.sorted { $0.rawValue < $1.rawValue }) }
        }
    }

    /// Notes an outcome.
    ///
    /// - Returns: What it changes; nil if all is as before and well.
    mutating func note(
        _ outcome: AutomaticSyncResult,
        at now: BootInstant,
        using generator: inout some RandomNumberGenerator
    ) -> Change? {
        guard let code = outcome.failures.keys.min(by: { $0.rawValue < $1.rawValue }) else {
            guard let entry = entries.removeValue(forKey: outcome.sync) else { return nil }
            return .recovered(entry.codes.sorted { $0.rawValue < $1.rawValue })
        }
        var entry = entries[outcome.sync] ?? Entry(failures: 0, codes: [], notBefore: now)
        entry.failures += 1
        entry.codes.formUnion(outcome.failures.keys)
        entry.notBefore = now.advanced(by: schedule.pause(afterFailures: entry.failures, using: &generator))
        entries[outcome.sync] = entry
        return .failing(count: entry.failures, code: code)
    }
}

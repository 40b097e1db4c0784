internal import Foundation
internal import HearthModel
internal import Synchronization

/// A hub in memory, for simulations and tests, which goes wrong where it is asked to.
package final class MemoryHub: Hub {
    /// What goes wrong at the next call that it concerns.
    package enum Fault: Hashable, Sendable {
        /// A publication fails and leaves nothing.
        case loseBatch
        /// A publication is done, and its answer is lost.
        case loseAnswer
        /// A publication is done twice.
        case doubleBatch
        /// A publication fails, and arrives before the one that comes after it.
        case delayBatch
        /// Rows are given in another order.
        case reorderFetch(seed: UInt64)
        /// Fewer rows are given than there are.
        case shortenFetch(to: Int)
        /// Rows are given twice.
        case doubleFetch
        /// A fetch fails.
        case loseFetch
    }

    /// Everything a hub had at some time.
    package struct Snapshot: Sendable {
        fileprivate var spaces: [SpaceID: Log]
    }

    fileprivate struct Log: Sendable {
        var rows: [HubRow] = []
        var places: [[UInt8]: Int] = [:]
    }

    fileprivate struct Batch {
        var rows: [HubEntry]
        var erased: [[UInt8]]
        var space: SpaceID
    }

    fileprivate struct State {
        var spaces: [SpaceID: Log] = [:]
        var faults: [Fault] = []
        var delayed: [Batch] = []
        var withheld: Set<Int64> = []
        var isReachable = true
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())

    package init() {}

    package func publish(
        _ rows: [HubEntry],
        erasing erased: [[UInt8]],
        in space: SpaceID,
        knowing membership: Int64?
    ) async throws -> PublishedRows {
        let batch = Batch(rows: rows, erased: erased, space: space)
        let (result, waiting) = try state.withLock { state in
            try Self.requireReachable(state)
            let late = state.delayed
            state.delayed = []
            for batch in late { _ = try state.append(batch) }
            if let membership, let last = state.spaces[space]?.rows.last(where: { $0.kind == .membership }),
                last.seq > membership
            {
                throw MembershipMoved()
            }
            let result: Result<PublishedRows, any Error>
            switch state.takeFault(where: \.concernsPublication) {
            case .loseBatch: result = .failure(Self.lost("The batch"))
            case .delayBatch:
                state.delayed.append(batch)
                result = .failure(Self.lost("The batch"))
            case .loseAnswer:
                _ = try state.append(batch)
                result = .failure(Self.lost("The answer"))
            case .doubleBatch:
                let first = try state.append(batch)
                _ = try state.append(batch)
                result = .success(first)
            default: result = .success(try state.append(batch))
            }
            let waiting = state.waiting
            state.waiting = [:]
            return (result, waiting.values)
        }
        for waiter in waiting { waiter.resume() }
        return try result.get()
    }

    package func fetch(in space: SpaceID, after cursor: Int64, limit: Int, kind: HubRow.Kind?) async throws -> HubPage {
        try state.withLock { state in
            try Self.requireReachable(state)
            let log = state.spaces[space] ?? Log()
            var page = HubPage(rows: [], end: Int64(log.rows.count))
            let behind = log.rows.dropFirst(Int(clamping: max(0, cursor)))
            for row in behind where kind == nil || row.kind == kind {
                if page.rows.count == limit { break }
                if !state.withheld.contains(row.seq) { page.rows.append(row) }
            }
            switch state.takeFault(where: { !$0.concernsPublication }) {
            case .reorderFetch(let seed):
                var generator = SplitMix(state: seed)
                page.rows.shuffle(using: &generator)
            case .shortenFetch(let count): page.rows = Array(page.rows.prefix(max(1, count)))
            case .doubleFetch: page.rows += page.rows
            case .loseFetch: throw Self.lost("The answer")
            default: break
            }
            return page
        }
    }

    package func rows(of ids: [[UInt8]], in space: SpaceID) async throws -> [HubRow] {
        try state.withLock { state in
            try Self.requireReachable(state)
            guard let log = state.spaces[space] else { return [] }
            return Set(ids).compactMap { log.places[$0] }.sorted().map { log.rows[$0] }
        }
    }

    package func waitForNews(in space: SpaceID, after cursor: Int64, timeout: Duration) async throws -> Bool {
        if try await end(of: space) > cursor { return true }
        guard timeout > .zero else { return false }
        let number = state.withLock { state in
            defer { state.nextWaiter += 1 }
            return state.nextWaiter
        }
        let alarm = Task {
            try? await Task.sleep(for: timeout)
            wake(number)
        }
        defer { alarm.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || (state.spaces[space]?.rows.count ?? 0) > cursor { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            wake(number)
        }
        try Task.checkCancellation()
        return try await end(of: space) > cursor
    }

    private func wake(_ number: Int) {
        state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
    }

    package func fingerprints(in space: SpaceID, of ranges: [ClosedRange<Int64>]) async throws -> [HubFingerprint] {
        try state.withLock { state in
            try Self.requireReachable(state)
            let rows = state.spaces[space]?.rows ?? []
            return ranges.map { range in
                HubFingerprint(of: rows.lazy.filter { range.contains($0.seq) }.map { ($0.seq, $0.id, $0.kind) })
            }
        }
    }

    package func end(of space: SpaceID) async throws -> Int64 {
        try state.withLock { state in
            try Self.requireReachable(state)
            return Int64(state.spaces[space]?.rows.count ?? 0)
        }
    }

    package func close() async {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for waiter in waiting { waiter.resume() }
    }

    private static func requireReachable(_ state: State) throws {
        guard state.isReachable else { throw MemoryError.hubUnavailable("The hub in memory is out of reach.") }
    }

    private static func lost(_ what: String) -> MemoryError {
        .hubUnavailable("\(what) was lost on the way to the hub in memory.")
    }
}

// MARK: - What tests ask for

extension MemoryHub {
    /// Lets something go wrong at the next call that it concerns, once; faults of one kind come one after another.
    package func ask(for fault: Fault) {
        state.withLock { $0.faults.append(fault) }
    }

    /// Whether calls reach it.
    package func setReachable(_ isReachable: Bool) {
        state.withLock { $0.isReachable = isReachable }
    }

    /// Keeps rows back from whoever fetches, and says nothing of it.
    package func withhold(_ numbers: Set<Int64>) {
        state.withLock { $0.withheld = numbers }
    }

    /// Lets a batch arrive that was delayed.
    package func deliverDelayed() throws {
        try state.withLock { state in
            let late = state.delayed
            state.delayed = []
            for batch in late { _ = try state.append(batch) }
        }
    }

    /// What it has now.
    package func snapshot() -> Snapshot { Snapshot(spaces: state.withLock { $0.spaces }) }

    /// Goes back to what it had, as from a backup.
    package func restore(_ snapshot: Snapshot) {
        state.withLock { $0.spaces = snapshot.spaces }
    }

    /// Every row of a space.
    package func rows(of space: SpaceID) -> [HubRow] { state.withLock { $0.spaces[space]?.rows ?? [] } }

    /// Puts other bytes in the place of a row, as a hub might that means harm.
    package func tamper(_ space: SpaceID, at seq: Int64, _ change: (inout HubRow) -> Void) {
        state.withLock { state in
            guard var row = state.spaces[space]?.rows[Int(seq) - 1] else { return }
            change(&row)
            state.spaces[space]?.rows[Int(seq) - 1] = row
        }
    }
}

extension MemoryHub.Fault {
    fileprivate var concernsPublication: Bool {
        switch self {
        case .loseBatch, .loseAnswer, .doubleBatch, .delayBatch: true
        case .reorderFetch, .shortenFetch, .doubleFetch, .loseFetch: false
        }
    }
}

extension MemoryHub.State {
    fileprivate mutating func takeFault(where condition: (MemoryHub.Fault) -> Bool) -> MemoryHub.Fault? {
        faults.firstIndex(where: condition).map { faults.remove(at: $0) }
    }

    fileprivate mutating func append(_ batch: MemoryHub.Batch) throws -> PublishedRows {
        guard batch.erased.isEmpty || batch.rows.contains(where: { $0.kind == .erasure }) else {
            throw MemoryError.invalidArgument("Rows are emptied only together with a row of kind erasure.")
        }
        let added = spaces[batch.space, default: MemoryHub.Log()].append(batch.rows, erasing: batch.erased)
        return PublishedRows(added: added, end: Int64(spaces[batch.space]?.rows.count ?? 0))
    }
}

extension MemoryHub.Log {
    /// - Returns: How many rows of the batch were new.
    fileprivate mutating func append(_ batch: [HubEntry], erasing erased: [[UInt8]]) -> Int {
        for id in erased {
            if let place = places[id] {
                if rows[place].kind == .record { rows[place].ciphertext = [] }
            } else {
                insert(HubEntry(id: id, kind: .record, ciphertext: []))
            }
        }
        let fresh = batch.filter { insert($0) }.count
        return fresh
    }

    @discardableResult
    private mutating func insert(_ entry: HubEntry) -> Bool {
        guard places[entry.id] == nil else { return false }
        places[entry.id] = rows.count
        rows.append(HubRow(seq: Int64(rows.count + 1), id: entry.id, kind: entry.kind, ciphertext: entry.ciphertext))
        return true
    }
}

/// SplitMix64: an order that follows from a seed (Steele, Lea and Flood, OOPSLA 2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

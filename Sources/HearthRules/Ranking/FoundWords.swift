/// Where the clauses of a query occur: for each clause the slots that hold it, ascending, and how often each does.
///
/// Flat, and used again by the next search: a common word may be in a hundred thousand slots.
package struct FoundWords: Sendable {
    /// The slots of each clause, one clause after the other.
    package private(set) var slots: [Int32] = []
    /// How often a clause occurs in each of its slots.
    package private(set) var counts: [UInt16] = []
    /// Where the slots of each clause end.
    private var ends: [Int] = []

    package init() {}

    /// What it takes, in bytes, but for small things.
    package var size: Int { slots.capacity * 4 + counts.capacity * 2 }

    /// Gets ready for a query, in the memory of the one before.
    package mutating func removeAll() {
        slots.removeAll(keepingCapacity: true)
        counts.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Adds the next clause.
    ///
    /// - Parameters:
    ///   - limit: How many slots it has at most.
    ///   - fill: Writes its slots and their counts, and returns how many there are.
    package mutating func addClause(
        ofAtMost limit: Int,
        _ fill: (_ slots: UnsafeMutableBufferPointer<Int32>, _ counts: UnsafeMutableBufferPointer<UInt16>) -> Int
    ) {
        let start = slots.count
        slots.resize(to: start + limit)
        counts.resize(to: start + limit)
        let count = slots.withUnsafeMutableBufferPointer { slots in
            counts.withUnsafeMutableBufferPointer { counts in
                fill(
                    UnsafeMutableBufferPointer(rebasing: slots[start...]),
                    UnsafeMutableBufferPointer(rebasing: counts[start...])
                )
            }
        }
        slots.resize(to: start + count)
        counts.resize(to: start + count)
        ends.append(slots.count)
    }

    /// Takes in where the same clauses occur in other slots.
    package mutating func interleave(_ other: FoundWords) {
        if other.slots.isEmpty { return }
        if slots.isEmpty {
            self = other
            return
        }
        replace(by: ends.indices.map { Self.greatest(list(of: $0), other.list(of: $0)) })
    }

    /// Counts the slots that hold any of some clauses as holding others too, as often.
    package mutating func count(_ readings: [(any: [Int], held: [Int])]) {
        guard !readings.isEmpty else { return }
        var lists = ends.indices.map(list(of:))
        for reading in readings {
            let any = reading.any.reduce(([], [])) { Self.greatest($0, lists[$1]) }
            for clause in reading.held { lists[clause] = Self.greatest(lists[clause], any) }
        }
        replace(by: lists)
    }

    /// The slots of a clause, ascending, and how often it occurs in each.
    private typealias List = (slots: [Int32], counts: [UInt16])

    private func list(of clause: Int) -> List {
        let range = range(of: clause)
        return (Array(slots[range]), Array(counts[range]))
    }

    private mutating func replace(by lists: [List]) {
        removeAll()
        for list in lists {
            addClause(ofAtMost: list.slots.count) { slots, counts in
                _ = slots.update(from: list.slots)
                _ = counts.update(from: list.counts)
                return list.slots.count
            }
        }
    }

    /// The slots of either list, each with the greater of its counts.
    private static func greatest(_ left: List, _ right: List) -> List {
        if right.slots.isEmpty { return left }
        if left.slots.isEmpty { return right }
        var slots: [Int32] = []
        var counts: [UInt16] = []
        slots.reserveCapacity(left.slots.count + right.slots.count)
        counts.reserveCapacity(left.slots.count + right.slots.count)
        var (place, next) = (0, 0)
        while place < left.slots.count || next < right.slots.count {
            let slot = min(
                place < left.slots.count ? left.slots[place] : .max,
                next < right.slots.count ? right.slots[next] : .max
            )
            var count: UInt16 = 0
            if place < left.slots.count, left.slots[place] == slot {
                count = left.counts[place]
                place += 1
            }
            if next < right.slots.count, right.slots[next] == slot {
                count = max(count, right.counts[next])
                next += 1
            }
            slots.append(slot)
            counts.append(count)
        }
        return (slots, counts)
    }

    /// Where the slots of a clause are.
    package func range(of clause: Int) -> Range<Int> { (clause == 0 ? 0 : ends[clause - 1])..<ends[clause] }

    /// Whether any of some clauses occurs in a slot of a kind.
    package func contains(anyOf clauses: [Int], where isWanted: (_ slot: Int) -> Bool) -> Bool {
        clauses.contains { range(of: $0).contains { isWanted(Int(slots[$0])) } }
    }

    /// Whether a slot holds all of some clauses.
    package func slot(_ slot: Int, holds clauses: [Int]) -> Bool {
        clauses.allSatisfy { self.slot(slot, holds: $0) }
    }

    /// The clause that the fewest slots hold: who looks for those that hold all need look at no others.
    private func rarest(of clauses: [Int]) -> Int? {
        clauses.min { range(of: $0).count < range(of: $1).count }
    }

    /// Whether any slot holds all of some clauses; true where there are none.
    package func isAnySlot(holding clauses: [Int]) -> Bool {
        guard let rarest = rarest(of: clauses) else { return true }
        return range(of: rarest).contains { slot(Int(slots[$0]), holds: clauses) }
    }

    /// Whether a slot holds a clause.
    package func slot(_ slot: Int, holds clause: Int) -> Bool {
        let range = range(of: clause)
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if slots[middle] < slot { low = middle + 1 } else { high = middle }
        }
        return low < range.upperBound && slots[low] == slot
    }
}

// MARK: - What the agent can find

extension FoundWords {
    /// In how many slots a clause occurs. `lengths` has the tokens of each slot, 0 for one that the agent can't find.
    func frequency(of clause: Int, lengths: [UInt32]) -> Int {
        var frequency = 0
        forEach(of: clause, lengths: lengths) { _, _, _ in frequency += 1 }
        return frequency
    }

    /// Calls `body` with each slot that holds a clause, in ascending order, with its length and how often it does.
    @inline(__always)
    func forEach(of clause: Int, lengths: [UInt32], _ body: (_ slot: Int, _ length: UInt32, _ count: UInt16) -> Void) {
        let range = range(of: clause)
        slots.withUnsafeBufferPointer { slots in
            counts.withUnsafeBufferPointer { counts in
                lengths.withUnsafeBufferPointer { lengths in
                    for place in range {
                        let slot = Int(slots[place])
                        let length = lengths[slot]
                        if length > 0 { body(slot, length, counts[place]) }
                    }
                }
            }
        }
    }

    /// Calls `body` with each slot that holds all of some clauses, in ascending order.
    func forEach(holding clauses: [Int], lengths: [UInt32], _ body: (_ slot: Int) -> Void) {
        guard let rarest = rarest(of: clauses) else { return }
        forEach(of: rarest, lengths: lengths) { slot, _, _ in
            if self.slot(slot, holds: clauses) { body(slot) }
        }
    }
}

/// Which memories of a session stand next to each other in time, among those that one agent can find.
struct SessionOrder: Sendable {
    /// No neighbour.
    static let none: Int32 = -1

    /// The slot before each slot in its session.
    let previous: [Int32]
    /// The slot after it.
    let next: [Int32]

    init(previous: [Int32], next: [Int32]) {
        self.previous = previous
        self.next = next
    }

    init(roster: Roster, visibility: Visibility) {
        let entries = roster.entries
        func isBefore(_ left: Int32, _ right: Int32) -> Bool {
            let (left, right) = (entries[Int(left)], entries[Int(right)])
            return left.createdAt != right.createdAt ? left.createdAt < right.createdAt : left.memory < right.memory
        }
        var bySession: [Int64: [Int32]] = [:]
        for (slot, entry) in entries.enumerated() where entry.session != 0 && visibility.canFind(slot) {
            bySession[entry.session, default: []].append(Int32(slot))
        }
        var previous = [Int32](repeating: Self.none, count: entries.count)
        var next = previous
        for slots in bySession.values {
            // Mostly they are in order already: memories are stored as they come.
            let isSorted = zip(slots, slots.dropFirst()).allSatisfy { !isBefore($1, $0) }
            let sorted = isSorted ? slots : slots.sorted(by: isBefore)
            for (left, right) in zip(sorted, sorted.dropFirst()) {
                next[Int(left)] = right
                previous[Int(right)] = left
            }
        }
        self.previous = previous
        self.next = next
    }
}

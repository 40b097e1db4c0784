/// Which memories of a session stand next to each other in time, among those that one agent can find.
package struct SessionOrder: Sendable {
    /// No neighbour.
    static let none: Int32 = -1

    /// The slot before each slot in its session.
    package let previous: [Int32]
    /// The slot after it.
    package let next: [Int32]
}

extension SessionOrder {
    /// Links the memories of each session.
    ///
    /// Most sessions are in order already, because memories are stored as they come. So one pass links each slot to the
    /// one before it in its session, and only the sessions that turn out to be out of order are sorted.
    package init(entries: [DocumentEntry], visibility: Visibility) {
        func isBefore(_ left: Int32, _ right: Int32) -> Bool {
            let (left, right) = (entries[Int(left)], entries[Int(right)])
            return left.createdAt != right.createdAt ? left.createdAt < right.createdAt : left.memory < right.memory
        }
        var previous = [Int32](repeating: Self.none, count: entries.count)
        var next = previous
        var latest: [Int64: Int32] = [:]
        var run: (session: Int64, slot: Int32) = (0, Self.none)
        var disordered: [Int64: [Int32]] = [:]
        for slot in entries.indices where entries[slot].session != 0 && visibility.canFind(slot) {
            let session = entries[slot].session
            let slot = Int32(slot)
            if run.session != session {
                if run.session != 0 { latest[run.session] = run.slot }
                run = (session, latest[session] ?? Self.none)
            }
            let before = run.slot
            run.slot = slot
            guard before != Self.none else { continue }
            if isBefore(slot, before) { disordered[session] = [] }
            next[Int(before)] = slot
            previous[Int(slot)] = before
        }
        if !disordered.isEmpty {
            for slot in entries.indices where visibility.canFind(slot) {
                disordered[entries[slot].session]?.append(Int32(slot))
            }
        }
        for slots in disordered.values {
            let sorted = slots.sorted(by: isBefore)
            for (place, slot) in sorted.enumerated() {
                previous[Int(slot)] = place == 0 ? Self.none : sorted[place - 1]
                next[Int(slot)] = place == sorted.count - 1 ? Self.none : sorted[place + 1]
            }
        }
        self.init(previous: previous, next: next)
    }
}

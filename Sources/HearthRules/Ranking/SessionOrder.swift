/// Which memories of a session stand next to each other in time, among those that one agent can find.
package struct SessionOrder: Sendable {
    /// No neighbour.
    static let none: Int32 = -1

    /// The slot before each slot in its session.
    package private(set) var previous: [Int32]
    /// The slot after it.
    package private(set) var next: [Int32]
    /// The last slot of each session.
    private var last: [Int64: Int32] = [:]
}

extension SessionOrder {
    /// An order that is known already.
    init(previous: [Int32], next: [Int32]) {
        self.previous = previous
        self.next = next
    }

    /// Links the memories of each session.
    ///
    /// Most sessions are in order already, because memories are stored as they come. So one pass links each slot to the
    /// one before it in its session, and only the sessions that turn out to be out of order are sorted.
    package init(entries: [DocumentEntry], visibility: Visibility) {
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
            if Self.isBefore(slot, before, in: entries) { disordered[session] = [] }
            next[Int(before)] = slot
            previous[Int(slot)] = before
        }
        if run.session != 0 { latest[run.session] = run.slot }
        if !disordered.isEmpty {
            for slot in entries.indices where visibility.canFind(slot) {
                disordered[entries[slot].session]?.append(Int32(slot))
            }
        }
        for (session, slots) in disordered {
            let sorted = slots.sorted { Self.isBefore($0, $1, in: entries) }
            for (place, slot) in sorted.enumerated() {
                previous[Int(slot)] = place == 0 ? Self.none : sorted[place - 1]
                next[Int(slot)] = place == sorted.count - 1 ? Self.none : sorted[place + 1]
            }
            latest[session] = sorted.last
        }
        self.init(previous: previous, next: next, last: latest)
    }

    private static func isBefore(_ left: Int32, _ right: Int32, in entries: [DocumentEntry]) -> Bool {
        let (left, right) = (entries[Int(left)], entries[Int(right)])
        return left.createdAt != right.createdAt ? left.createdAt < right.createdAt : left.memory < right.memory
    }
}

// MARK: - Changes

extension SessionOrder {
    /// Takes the slots out that can't be found any more or stand elsewhere, and puts those in that can be found now.
    package mutating func update(_ slots: [Reconsidered], entries: [DocumentEntry], visibility: Visibility) {
        if entries.count > previous.count {
            previous.append(contentsOf: repeatElement(Self.none, count: entries.count - previous.count))
            next.append(contentsOf: repeatElement(Self.none, count: entries.count - next.count))
        }
        let moved = slots.filter { slot in
            let entry = entries[Int(slot.slot)]
            guard slot.couldFind, visibility.canFind(Int(slot.slot)), let former = slot.former else { return true }
            return former.session != entry.session || former.createdAt != entry.createdAt
                || former.memory != entry.memory
        }
        // Where something was taken out, something else of the same session is mostly put in: a draft for its head.
        var hints: [Int64: Int32] = [:]
        for slot in moved where slot.couldFind {
            guard let session = slot.former?.session, session != 0 else { continue }
            hints[session] = remove(slot.slot, from: session)
        }
        for slot in moved where visibility.canFind(Int(slot.slot)) {
            let session = entries[Int(slot.slot)].session
            guard session != 0 else { continue }
            insert(slot.slot, into: session, near: hints[session], entries: entries)
            hints[session] = slot.slot
        }
    }

    /// - Returns: A slot that stood next to it; nil if the session is empty now.
    private mutating func remove(_ slot: Int32, from session: Int64) -> Int32? {
        let (before, after) = (previous[Int(slot)], next[Int(slot)])
        if before != Self.none { next[Int(before)] = after }
        if after != Self.none { previous[Int(after)] = before }
        if last[session] == slot { last[session] = before == Self.none ? nil : before }
        previous[Int(slot)] = Self.none
        next[Int(slot)] = Self.none
        return after != Self.none ? after : last[session]
    }

    /// Puts a slot in its place, which is looked for from `hint`, or else from the end: what is new comes last.
    private mutating func insert(_ slot: Int32, into session: Int64, near hint: Int32?, entries: [DocumentEntry]) {
        guard var place = hint ?? last[session] else {
            last[session] = slot
            return
        }
        while Self.isBefore(slot, place, in: entries), previous[Int(place)] != Self.none {
            place = previous[Int(place)]
        }
        var (before, after) = (Self.none, place)
        if !Self.isBefore(slot, place, in: entries) {
            (before, after) = (place, next[Int(place)])
            while after != Self.none, Self.isBefore(after, slot, in: entries) {
                (before, after) = (after, next[Int(after)])
            }
        }
        previous[Int(slot)] = before
        next[Int(slot)] = after
        if before != Self.none { next[Int(before)] = slot }
        if after != Self.none { previous[Int(after)] = slot } else { last[session] = slot }
    }
}

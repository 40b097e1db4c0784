import HeapModule

/// Chooses a page of a catalog, newest first.
package enum SlicePage {
    /// Where the last page ended.
    package struct Position: Hashable {
        var createdAt: Int64
        /// The memory's key; nil where it is gone. Then the memories of the same instant come again.
        var memory: Int64?

        package init(createdAt: Int64, memory: Int64? = nil) {
            self.createdAt = createdAt
            self.memory = memory
        }
    }

    /// The slots of the page in order, and whether more follow.
    ///
    /// Memories of the same instant go in the order in which they were stored.
    package static func slots(
        of entries: [DocumentEntry],
        where isWanted: (Int) -> Bool,
        after position: Position?,
        limit: Int
    ) -> (slots: [Int], hasMore: Bool) {
        func isPast(_ slot: Int) -> Bool {
            guard let position else { return true }
            let entry = entries[slot]
            if entry.createdAt != position.createdAt { return entry.createdAt < position.createdAt }
            return position.memory.map { entry.memory > $0 } ?? true
        }
        // The first limit + 1 of everything.
        var first = Heap<Place>()
        for slot in entries.indices where isWanted(slot) && isPast(slot) {
            first.insert(Place(slot, entries[slot]), keepingLeast: limit + 1)
        }
        let slots = first.unordered.sorted().map(\.slot)
        return (Array(slots.prefix(limit)), slots.count > limit)
    }

    /// Where a document stands on its way from the newest to the oldest.
    private struct Place: Comparable {
        let createdAt: Int64
        let memory: Int64
        let slot: Int

        init(_ slot: Int, _ entry: DocumentEntry) {
            createdAt = entry.createdAt
            memory = entry.memory
            self.slot = slot
        }

        static func < (left: Place, right: Place) -> Bool {
            left.createdAt != right.createdAt ? left.createdAt > right.createdAt : left.memory < right.memory
        }
    }
}

extension Heap {
    /// Inserts an element where it is among the `limit` least; the greatest of those makes way.
    mutating func insert(_ element: Element, keepingLeast limit: Int) {
        guard count >= limit else { return insert(element) }
        if let last = max, element < last { replaceMax(with: element) }
    }
}

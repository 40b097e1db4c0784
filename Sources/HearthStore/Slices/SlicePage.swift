/// Chooses a page of a roster, newest first; pure.
enum SlicePage {
    /// Where the last page ended.
    struct Position: Hashable {
        var createdAt: Int64
        /// The memory's key; nil where it is gone, and then the memories of the same instant come again.
        var memory: Int64?
    }

    /// The slots of the page in order, and whether more follow.
    ///
    /// Memories of the same instant go in the order in which they were stored.
    static func slots(
        of roster: Roster,
        where isWanted: (Int) -> Bool,
        after position: Position?,
        limit: Int
    ) -> (slots: [Int], hasMore: Bool) {
        let entries = roster.entries
        func isBefore(_ left: Int, _ right: Int) -> Bool {
            let (left, right) = (entries[left], entries[right])
            return left.createdAt != right.createdAt ? left.createdAt > right.createdAt : left.memory < right.memory
        }
        func isPast(_ slot: Int) -> Bool {
            guard let position else { return true }
            let entry = entries[slot]
            if entry.createdAt != position.createdAt { return entry.createdAt < position.createdAt }
            return position.memory.map { entry.memory > $0 } ?? true
        }
        // The limit + 1 first of everything, in a heap whose top is the last of them.
        var best = BoundedHeap<Int>(capacity: limit + 1, isBefore: isBefore)
        for slot in entries.indices where isWanted(slot) && isPast(slot) { best.insert(slot) }
        let sorted = best.sorted()
        return (Array(sorted.prefix(limit)), sorted.count > limit)
    }
}

/// Keeps the first few of many elements: a binary heap with the last of them on top (Williams, 1964).
struct BoundedHeap<Element> {
    private var elements: [Element] = []
    private let capacity: Int
    private let isBefore: (Element, Element) -> Bool

    init(capacity: Int, isBefore: @escaping (Element, Element) -> Bool) {
        self.capacity = capacity
        self.isBefore = isBefore
    }

    /// The last of the elements kept, once there are as many as can be: what comes after it is not kept.
    var last: Element? { elements.count < capacity ? nil : elements.first }

    mutating func insert(_ element: Element) {
        if elements.count < capacity {
            elements.append(element)
            siftUp(elements.count - 1)
        } else if let last = elements.first, isBefore(element, last) {
            elements[0] = element
            siftDown()
        }
    }

    /// The elements kept, first to last.
    func sorted() -> [Element] { elements.sorted(by: isBefore) }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard isBefore(elements[parent], elements[child]) else { return }
            elements.swapAt(parent, child)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var last = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < elements.count && isBefore(elements[last], elements[child]) {
                last = child
            }
            guard last != parent else { return }
            elements.swapAt(parent, last)
            parent = last
        }
    }
}

/// First in, first out, in constant time at both ends.
struct Fifo<Element> {
    private var elements: [Element?]
    private var head = 0

    init(_ elements: [Element] = []) {
        self.elements = elements
    }

    /// What is left, in order.
    var rest: [Element] { elements[head...].compactMap { $0 } }

    var isEmpty: Bool { head == elements.count }

    var count: Int { elements.count - head }

    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        defer { drop() }
        return elements[head].take()
    }

    /// Removes the first element that a closure picks, wherever it stands.
    mutating func removeFirst(where isWanted: (Element) -> Bool) -> Element? {
        guard let index = elements[head...].firstIndex(where: { $0.map(isWanted) ?? false }) else { return nil }
        return elements.remove(at: index)
    }

    /// Moves past a taken element; once as many are taken as are left, the array moves up.
    private mutating func drop() {
        head += 1
        guard head * 2 >= elements.count else { return }
        elements.removeFirst(head)
        head = 0
    }
}

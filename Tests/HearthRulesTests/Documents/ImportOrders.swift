import HearthModel
import HearthRules
import TestSupport
import Testing

@Suite struct ImportOrders {
    private func batch(_ parents: [Int?]) -> [MemoryImport] {
        parents.enumerated()
            .map { place, parent in
                let parentID = parent.map { MemoryID(rawValue: "m\($0)") }
                return MemoryImport(
                    id: MemoryID(rawValue: "m\(place)"),
                    userID: "user_123",
                    agentID: "alden",
                    draft: MemoryDraft(content: "", parentID: parentID)
                )
            }
    }

    @Test func `without parents the order stays, and so it does with parents that come first`() {
        for parents in [[nil, nil, nil], [nil, 0, 0], [nil, 0, 1], []] as [[Int?]] {
            let (order, circular) = ImportOrder.parentsFirst(batch(parents))
            #expect(order == Array(parents.indices))
            #expect(circular.isEmpty)
        }
    }

    @Test func `a parent of another agent or user is none of this import`() {
        var memories = batch([1, 0])
        memories[0].agentID = "alice"
        #expect(ImportOrder.parentsFirst(memories).order == [0, 1])
        #expect(ImportOrder.parentsFirst(memories).circular.isEmpty)
    }

    @Test func `a long chain backwards takes no deep stack`() {
        let count = 20_000
        let (order, circular) = ImportOrder.parentsFirst(batch((0..<count).map { $0 + 1 < count ? $0 + 1 : nil }))
        #expect(order == (0..<count).reversed())
        #expect(circular.isEmpty)
    }

    @Test func `at random, each comes once, behind its parent, unless it is its own ancestor`() {
        var random = SeededGenerator()
        for _ in 0..<300 {
            let count = Int.random(in: 1...12, using: &random)
            let parents = (0..<count)
                .map { _ in Bool.random(using: &random) ? Int.random(in: 0..<count, using: &random) : nil }
            let (order, circular) = ImportOrder.parentsFirst(batch(parents))
            for place in 0..<count {
                var ancestor = parents[place]
                var steps = 0
                while let next = ancestor, next != place, steps <= count {
                    (ancestor, steps) = (parents[next], steps + 1)
                }
                #expect(circular.contains(place) == (ancestor == place), "\(parents), seed \(random.seed)")
            }
            #expect(Set(order).union(circular) == Set(0..<count) && order.count + circular.count == count)
            for (position, place) in order.enumerated() {
                guard let parent = parents[place], !circular.contains(parent) else { continue }
                #expect(order[..<position].contains(parent), "\(parents), seed \(random.seed)")
            }
        }
    }
}

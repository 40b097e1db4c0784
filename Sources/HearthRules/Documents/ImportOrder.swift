package import HearthModel

/// The order in which the memories of an import are stored: each behind its parent, and otherwise as they came.
package enum ImportOrder {
    /// What an identifier names a memory among.
    private struct Name: Hashable {
        var id: MemoryID
        var user: UserID
        var agent: AgentID
    }

    private enum State {
        case waiting
        /// It is on the way from a memory to its parent, the parent of that, and so on.
        case onTheWay
        case placed
    }

    /// - Returns: The places of the memories in order, and the places of those whose parents lead back to themselves.
    package static func parentsFirst(_ batch: [MemoryImport]) -> (order: [Int], circular: Set<Int>) {
        guard batch.contains(where: { $0.draft.parentID != nil }) else { return (Array(batch.indices), []) }
        var places: [Name: Int] = [:]
        for (place, item) in batch.enumerated() {
            let name = Name(id: item.id, user: item.userID, agent: item.agentID)
            // Of several of one identifier the first is stored.
            if places[name] == nil { places[name] = place }
        }
        let parents = batch.map { item in
            item.draft.parentID.flatMap { places[Name(id: $0, user: item.userID, agent: item.agentID)] }
        }
        var states = [State](repeating: .waiting, count: batch.count)
        var order: [Int] = []
        var circular: Set<Int> = []
        for start in batch.indices {
            var way: [Int] = []
            var next: Int? = start
            while let place = next, states[place] == .waiting {
                states[place] = .onTheWay
                way.append(place)
                next = parents[place]
            }
            if let place = next, states[place] == .onTheWay, let first = way.firstIndex(of: place) {
                circular.formUnion(way[first...])
            }
            for place in way.reversed() {
                states[place] = .placed
                if !circular.contains(place) { order.append(place) }
            }
        }
        return (order, circular)
    }
}

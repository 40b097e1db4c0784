import HearthModel

/// Decides which working memories go when an agent keeps more than its limit.
package enum WorkingMemoryRules {
    /// The working memories of one agent and user in the order in which they go: oldest and least important first.
    ///
    /// Each has a place by age and a place by importance, and the one whose places add up to the least goes first. Among
    /// equals the older one does. So a memory stays for being new or for being important, and neither alone is enough.
    package static func order(_ memories: [AgedMemory]) -> [AgedMemory] {
        let byAge = places(memories.map { $0.since.rawValue })
        let byImportance = places(memories.map(\.importance))
        return memories.indices
            .sorted { left, right in
                let sums = (byAge[left] + byImportance[left], byAge[right] + byImportance[right])
                if sums.0 != sums.1 { return sums.0 < sums.1 }
                return (memories[left].since, memories[left].key) < (memories[right].since, memories[right].key)
            }
            .map { memories[$0] }
    }

    /// The place of each value among all: how many different values are less.
    private static func places<Value: Comparable & Hashable>(_ values: [Value]) -> [Int] {
        let distinct = Set(values).sorted()
        let places = Dictionary(uniqueKeysWithValues: zip(distinct, distinct.indices))
        return values.map { places[$0] ?? 0 }
    }
}

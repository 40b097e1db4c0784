/// Who waits for whom: the leases that are held and the queues for them.
///
/// The nodes are agents, because an agent that waits keeps what it holds. A wait that would close a cycle is refused
/// when it begins. A grant only turns an agent that was ahead in the queue into the holder, so no cycle arises later.
/// Source: Holt, "Some Deadlock Properties of Computer Systems", ACM Computing Surveys 4 (1972).
package struct WaitGraph: Sendable {
    /// The holders of live leases, by memory.
    private let holders: [Int64: Int64]
    /// The waits, in the order of their queues.
    private let waits: [Wait]

    package init(holders: [Int64: Int64], waits: [Wait]) {
        self.holders = holders
        self.waits = waits
    }

    /// An agent's place in the queue for a memory.
    package struct Wait: Hashable, Sendable {
        /// Gives the order: lower goes first.
        let number: Int64
        let memory: Int64
        let agent: Int64

        package init(number: Int64, memory: Int64, agent: Int64) {
            self.number = number
            self.memory = memory
            self.agent = agent
        }
    }

    /// One edge of a cycle: an agent waits for a memory that another holds, or is to get before it.
    package struct Step: Hashable, Sendable {
        package var waiter: Int64
        package var memory: Int64
        package var blocker: Int64
    }

    /// The cycle that an agent would close by waiting for a memory, with that wait first; nil where it would close
    /// none.
    ///
    /// An agent that waits for a memory that it holds itself closes no cycle: another of its tasks may release it.
    package func cycle(closedBy agent: Int64, waitingFor memory: Int64) -> [Step]? {
        var search = Search(graph: self, start: agent)
        return search.path(from: agent, waitingFor: memory, before: .max)
    }

    private func blockers(of memory: Int64, before number: Int64) -> [Int64] {
        let ahead = waits.lazy.filter { $0.memory == memory && $0.number < number }.map(\.agent)
        return (holders[memory].map { [$0] } ?? []) + ahead
    }

    /// A depth-first search that follows every wait once.
    private struct Search {
        let graph: WaitGraph
        let start: Int64
        var path: [Step] = []
        var taken: Set<Int64> = []

        init(graph: WaitGraph, start: Int64) {
            self.graph = graph
            self.start = start
        }

        /// Follows one wait to the agent that the search started from.
        mutating func path(from waiter: Int64, waitingFor memory: Int64, before number: Int64) -> [Step]? {
            for blocker in graph.blockers(of: memory, before: number) {
                path.append(Step(waiter: waiter, memory: memory, blocker: blocker))
                defer { path.removeLast() }
                if blocker == start {
                    // A wait for a memory that it holds itself leads nowhere, and neither does a path that comes back
                    // to that memory.
                    if memory == path[0].memory { continue }
                    return path
                }
                // A wait for the memory that it holds itself does not count: another of its tasks releases that one.
                for wait in graph.waits where wait.agent == blocker && wait.memory != memory {
                    guard taken.insert(wait.number).inserted else { continue }
                    if let cycle = path(from: blocker, waitingFor: wait.memory, before: wait.number) {
                        return cycle
                    }
                }
            }
            return nil
        }
    }
}

/// Who waits for whom: the leases that are held and the queues for them. Pure.
///
/// Agents are its nodes, as an agent that waits holds on to what it has. A wait that would close a cycle is refused when it begins; a
/// grant only turns one who is ahead into the holder, so that no cycle comes up later. Source: Holt, "Some Deadlock Properties of
/// Computer Systems", ACM Computing Surveys 4 (1972).
package struct WaitGraph: Sendable {
    /// The holders of live leases, by memory.
    private let holders: [Int64: Int64]
    /// Those who wait, in order.
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

    /// One edge of a cycle: an agent waits for a memory that another has, or is to have before it.
    package struct Step: Hashable, Sendable {
        package var waiter: Int64
        package var memory: Int64
        package var blocker: Int64
    }

    /// The cycle that would come of an agent's waiting for a memory, its own wait first; nil where there would be none.
    ///
    /// That an agent waits for a memory that another of its acquisitions holds is not a cycle: its tasks may well release it.
    package func cycle(closedBy agent: Int64, waitingFor memory: Int64) -> [Step]? {
        var search = Search(graph: self, start: agent)
        return search.path(from: agent, waitingFor: memory, before: .max)
    }

    private func blockers(of memory: Int64, before number: Int64) -> [Int64] {
        let ahead = waits.lazy.filter { $0.memory == memory && $0.number < number }.map(\.agent)
        return (holders[memory].map { [$0] } ?? []) + ahead
    }

    /// A depth-first search that takes every wait once.
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
                    // Its first wait, for what it has already, leads nowhere; nor does one that comes back to that memory.
                    if memory == path[0].memory { continue }
                    return path
                }
                // What it has it releases by another task than the one that waits for the same again.
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

import TestSupport
import Testing

@testable import HearthModel
@testable import HearthRules

@Suite struct WaitCycles {
    /// Agents and memories by number; a wait is an agent and a memory, in the order of the queue.
    private func graph(holders: [Int64: Int64], waits: [(agent: Int64, memory: Int64)]) -> WaitGraph {
        let queue = waits.enumerated()
            .map { number, wait in WaitGraph.Wait(number: Int64(number + 1), memory: wait.memory, agent: wait.agent) }
        return WaitGraph(holders: holders, waits: queue)
    }

    @Test func `two agents that wait for each other close a cycle`() {
        let graph = graph(holders: [101: 1, 102: 2], waits: [(2, 101)])
        #expect(
            graph.cycle(closedBy: 1, waitingFor: 102)
                == [
                    WaitGraph.Step(waiter: 1, memory: 102, blocker: 2),
                    WaitGraph.Step(waiter: 2, memory: 101, blocker: 1),
                ]
        )
    }

    @Test(arguments: 3...8)
    func `a cycle of any length is found`(length: Int64) {
        // Everybody holds one memory, and waits for the next one's.
        let holders = Dictionary(uniqueKeysWithValues: (1...length).map { (100 + $0, $0) })
        let graph = graph(holders: holders, waits: (2...length).map { ($0, 100 + $0 % length + 1) })
        #expect(graph.cycle(closedBy: 1, waitingFor: 102)?.count == Int(length))
        #expect(graph.cycle(closedBy: 99, waitingFor: 102) == nil)
    }

    @Test func `waiting for what nobody holds closes nothing`() {
        #expect(graph(holders: [:], waits: []).cycle(closedBy: 1, waitingFor: 101) == nil)
        #expect(graph(holders: [101: 1], waits: [(2, 101)]).cycle(closedBy: 2, waitingFor: 102) == nil)
    }

    @Test func `an agent that waits for its own lease closes nothing`() {
        #expect(graph(holders: [101: 1], waits: []).cycle(closedBy: 1, waitingFor: 101) == nil)
        #expect(
            graph(holders: [101: 1], waits: [(2, 101), (1, 101), (3, 101)]).cycle(closedBy: 2, waitingFor: 101) == nil
        )
    }

    @Test func `who is ahead in the queue will hold the lease, and counts`() {
        // 2 is before 1 in the queue for 102, and wants what 1 holds: once it has 102, neither goes on.
        let graph = graph(holders: [101: 1, 102: 3], waits: [(2, 102), (1, 102)])
        #expect(
            graph.cycle(closedBy: 2, waitingFor: 101)
                == [
                    WaitGraph.Step(waiter: 2, memory: 101, blocker: 1),
                    WaitGraph.Step(waiter: 1, memory: 102, blocker: 2),
                ]
        )
    }

    @Test func `who is behind in the queue doesn't count`() {
        #expect(
            graph(holders: [101: 1, 102: 3], waits: [(1, 102), (2, 102)]).cycle(closedBy: 2, waitingFor: 101) == nil
        )
    }

    @Test func `a system in which every wait was checked never stands still`() {
        // Agents of one task each, which wait for one memory at a time: some of those that wait must always be able to
        // go on, and whatever was refused would have stood still.
        var generator = SeededGenerator()
        for _ in 0..<2_000 {
            var world = World()
            for _ in 0..<40 { world.step(using: &generator) }
            #expect(!world.standsStill)
            #expect(world.falseRefusals == 0)
        }
    }
}

/// Agents that acquire and release at random, each with one wait at a time.
private struct World {
    private var holders: [Int64: Int64] = [:]
    private var tickets: [WaitGraph.Wait] = []
    private var nextTicket: Int64 = 1
    private(set) var falseRefusals = 0

    private static let agents: ClosedRange<Int64> = 1...5
    private static let memories: ClosedRange<Int64> = 101...105

    private func isWaiting(_ agent: Int64) -> Bool { tickets.contains { $0.agent == agent } }

    /// Whether agents wait, and none of them ever gets what it waits for though all others release whatever they have.
    var standsStill: Bool {
        var holders = holders
        var tickets = tickets
        var didMove = true
        while didMove {
            didMove = false
            let waiting = Set(tickets.map(\.agent))
            for (memory, holder) in holders where !waiting.contains(holder) { holders[memory] = nil }
            for ticket in tickets where holders[ticket.memory] == nil {
                guard tickets.first(where: { $0.memory == ticket.memory }) == ticket else { continue }
                tickets.removeAll { $0 == ticket }
                holders[ticket.memory] = ticket.agent
                didMove = true
            }
        }
        return !tickets.isEmpty
    }

    mutating func step(using generator: inout SeededGenerator) {
        let agent = Int64.random(in: Self.agents, using: &generator)
        guard !isWaiting(agent) else { return }
        let memory = Int64.random(in: Self.memories, using: &generator)
        if holders[memory] == agent {
            holders[memory] = nil
            if let next = tickets.first(where: { $0.memory == memory }) {
                tickets.removeAll { $0 == next }
                holders[memory] = next.agent
            }
        } else if holders[memory] == nil {
            holders[memory] = agent
        } else {
            let isRefused =
                WaitGraph(holders: holders, waits: tickets).cycle(closedBy: agent, waitingFor: memory) != nil
            let ticket = WaitGraph.Wait(number: nextTicket, memory: memory, agent: agent)
            nextTicket += 1
            tickets.append(ticket)
            if isRefused {
                if !standsStill { falseRefusals += 1 }
                tickets.removeLast()
            }
        }
    }
}

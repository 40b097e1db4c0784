import Foundation
import Glibc
import HearthMemory
import TestSupport
import Testing

@Suite struct StoreProcesses {
    /// How many memories each process stores: 1,000, or what `HEARTH_TEST_MEMORIES` says.
    private static let count = ProcessInfo.processInfo.environment["HEARTH_TEST_MEMORIES"].flatMap(Int.init) ?? 1_000

    @Test func `two processes that store at once lose nothing and get no error`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        // Neither finds a file, so they also race to make it.
        async let first: Void = expectProcess(storing: Self.count, as: "alden", in: path)
        async let second: Void = expectProcess(storing: Self.count, as: "alice", in: path)
        _ = await (first, second)

        let coordinator = try await household(.file(path))
        for agent: AgentID in ["alden", "alice"] {
            var contents: Set<String> = []
            var cursor: SliceCursor?
            repeat {
                let page = try await coordinator.memories(
                    agentID: agent,
                    userID: "iris",
                    includeSharedMemories: false,
                    limit: 10_000,
                    after: cursor
                )
                contents.formUnion(page.memories.map(\.content))
                cursor = page.next
            } while cursor != nil
            #expect(contents == Set((0..<Self.count).map { "\(agent) noticed \($0)" }))
        }
        #expect(try await coordinator.verify().isSound)
        try await coordinator.close()
    }

    private func expectProcess(storing count: Int, as agent: String, in path: String) async {
        await #expect(processExitsWith: .success) { [count, agent, path] in
            let agent = AgentID(rawValue: agent)
            let coordinator = try await MultiAgentMemoryCoordinator.open(.file(path))
            try await coordinator.registerAgent(agent)
            // A few callers at once, each with one memory after another: groups of several sizes.
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for caller in 0..<4 {
                    tasks.addTask {
                        for number in stride(from: caller, to: count, by: 4) {
                            try await coordinator.storeAgentMemory(
                                agentID: agent,
                                userID: "iris",
                                content: "\(agent) noticed \(number)"
                            )
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            try await coordinator.close()
        }
    }

    @Test func `what a killed process was told is stored is there`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let log = directory.file("acknowledged")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, log = log as String] in
            let coordinator = try await household(.file(path))
            let descriptor = creat(log, 0o600)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<200 {
                    tasks.addTask {
                        let id = try await coordinator.storeAgentMemory(
                            agentID: "alden",
                            userID: "iris",
                            content: "memory \(number)",
                            shareWithAgents: ["alice"]
                        )
                        let line = Array("\(id)\n".utf8)
                        write(descriptor, line, line.count)
                    }
                }
                for _ in 0..<100 { try await tasks.next() }
                // In the middle of the others' commits.
                kill(getpid(), SIGKILL)
            }
        }
        let acknowledged = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
            .map { MemoryID(rawValue: String($0)) }
        #expect(acknowledged.count >= 100)
        let coordinator = try await household(.file(path))
        for agent: AgentID in ["alden", "alice"] {
            #expect(try await coordinator.memories(acknowledged, agentID: agent).map(\.id) == acknowledged)
        }
        #expect(try await coordinator.verify().isSound)
        try await coordinator.close()
    }
}

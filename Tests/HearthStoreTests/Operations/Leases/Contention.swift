import FoundationEssentials
import Glibc
import HearthRules
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Several processes and one lease. Everything here uses the real clock, so a duration is only asserted as "not
/// before".
@Suite(.timeLimit(.minutes(60))) struct Contention {
    @Test func `two processes that contend for one lease never hold it at once, and lose no edit`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let rounds = environment["HEARTH_CONTENTION_ROUNDS"].flatMap { Int($0) } ?? 500
        let contended = try await ContendedStore()
        let (path, memory) = (contended.path, contended.memory.rawValue)
        async let alden: Void = count(rounds / 2, as: "alden", of: memory, in: path)
        async let alice: Void = count(rounds / 2, as: "alice", of: memory, in: path)
        _ = await (alden, alice)

        // Each has read the number inside its lease and published the next one: none is missing and none is there
        // twice.
        let history = try await contended.store.history(of: contended.memory, as: "alice")
        let counted = rounds / 2 * 2
        #expect(history.map(\.content) == (0...counted).map(String.init))
        let tokens = history.dropFirst().compactMap { $0.metadata["token"].flatMap { Int($0) } }
        #expect(tokens.count == counted)
        #expect(zip(tokens, tokens.dropFirst()).allSatisfy { $0 < $1 })
        #expect(Set(history.dropFirst().map(\.author)) == ["alden", "alice"])
        #expect(try await contended.store.verify().findings == [])
        print("contention: \(counted) rounds of two processes, last token \(tokens.last ?? 0)")
        try await contended.store.close()
    }

    private func count(_ rounds: Int, as agent: String, of memory: String, in path: String) async {
        _ = await Turnstile.children.pass {
            await #expect(processExitsWith: .success) {
                [rounds, agent, memory, path] in
                let store = try await ContendedStore.open(path)
                let (id, agent) = (MemoryID(rawValue: memory), AgentID(rawValue: agent))
                for _ in 0..<rounds {
                    try await store.withLease(on: id, as: agent, for: .seconds(60), waitingAtMost: .seconds(600)) {
                        lock in
                        let content = try await store.memory(id, as: agent).content
                        let number = try #require(Int(content))
                        let change = MemoryChange(
                            content: "\(number + 1)",
                            metadata: ["token": "\(lock.fencingToken)"]
                        )
                        try await store.update(id, as: agent, change: change, lock: lock)
                    }
                }
                try await store.close()
            }
        }
    }

    @Test func `a process that was stopped past its deadline and goes on can't publish`() async throws {
        let contended = try await ContendedStore()
        let (path, memory, signs) = (contended.path, contended.memory.rawValue, contended.directory.path)
        async let child: Void = Turnstile.children.pass {
            await #expect(processExitsWith: .success) {
                [path = path as String, memory = memory as String, signs = signs as String] in
                let store = try await ContendedStore.open(path)
                let id = MemoryID(rawValue: memory)
                let earliest = StoreClock.system.bootTime() + 500_000_000
                let lock = try await store.acquireLease(
                    on: id,
                    as: "alden",
                    for: .milliseconds(500),
                    waitingAtMost: .zero
                )
                let held = try #require(lock)
                try Sign("held", in: signs).post("\(getpid()) \(earliest)")
                try await until { Sign("taken", in: signs).isPosted }
                await expect(.lockLost) {
                    try await store.update(id, as: "alden", change: MemoryChange(content: "late"), lock: held)
                }
                await expect(.lockLost) { try await store.renewLease(held, for: .seconds(60)) }
                try await store.close()
            }
        }
        let (process, earliest) = try await Sign("held", in: signs).numbers()
        kill(pid_t(process), SIGSTOP)
        let lock = try await contended.acquire()
        #expect(StoreClock.system.bootTime() >= earliest)
        #expect(lock?.fencingToken == 2)
        try await contended.publish("in time", lock)
        try Sign("taken", in: signs).post("")
        kill(pid_t(process), SIGCONT)
        await child
        #expect(
            try await contended.store.history(of: contended.memory, as: "alice").map(\.content) == ["0", "in time"]
        )
        try await contended.store.close()
    }

    @Test func `a holder that was killed holds others up until its deadline and no longer`() async throws {
        let contended = try await ContendedStore()
        let (path, memory, signs) = (contended.path, contended.memory.rawValue, contended.directory.path)
        _ = await Turnstile.children.pass {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, memory = memory as String, signs = signs as String] in
                let store = try await ContendedStore.open(path)
                let earliest = StoreClock.system.bootTime() + 1_000_000_000
                let lock = try await store.acquireLease(
                    on: MemoryID(rawValue: memory),
                    as: "alden",
                    for: .seconds(1),
                    waitingAtMost: .zero
                )
                _ = try #require(lock)
                try Sign("held", in: signs).post("\(getpid()) \(earliest)")
                kill(getpid(), SIGKILL)
            }
        }
        let earliest = try await Sign("held", in: signs).numbers().1
        let lock = try await contended.acquire()
        #expect(StoreClock.system.bootTime() >= earliest)
        #expect(lock?.fencingToken == 2)
        try await contended.publish("after it", lock)
        try await contended.store.close()
    }

    @Test func `processes that wait are served in the order in which they came`() async throws {
        let contended = try await ContendedStore()
        let held = try #require(try await contended.acquire())
        async let first: Void = append("first", to: contended)
        try await until { try contended.queueLength() == 1 }
        // The second waits in this process.
        async let second = contended.acquire()
        try await until { try contended.queueLength() == 2 }
        async let third: Void = append("third", to: contended)
        try await until { try contended.queueLength() == 3 }
        try await contended.store.releaseLease(held)

        let lock = try await second
        let content = try await contended.store.memory(contended.memory, as: "alice").content
        try await contended.publish(content + " second", lock)
        try await contended.store.releaseLease(#require(lock))
        _ = await (first, third)
        #expect(lock?.fencingToken == 3)
        #expect(try await contended.store.memory(contended.memory, as: "alice").content == "0 first second third")
        #expect(try contended.queueLength() == 0)
        try await contended.store.close()
    }

    /// A process that waits for the lease, and then adds a word to the memory.
    private func append(_ word: String, to contended: ContendedStore) async {
        let (path, memory) = (contended.path, contended.memory.rawValue)
        _ = await Turnstile.children.pass {
            await #expect(processExitsWith: .success) {
                [word = word as String, path = path as String, memory = memory as String] in
                let store = try await ContendedStore.open(path)
                let id = MemoryID(rawValue: memory)
                try await store.withLease(on: id, as: "alden", for: .seconds(600), waitingAtMost: .seconds(600)) {
                    lock in
                    let content = try await store.memory(id, as: "alden").content
                    let change = MemoryChange(content: content + " " + word)
                    try await store.update(id, as: "alden", change: change, lock: lock)
                }
                try await store.close()
            }
        }
    }

    @Test(arguments: [SIGKILL, SIGSTOP])
    func `a waiter that was killed or stopped holds others up until its time-out and no longer`(
        signal: Int32
    ) async throws {
        let contended = try await ContendedStore()
        let (path, memory, signs) = (contended.path, contended.memory.rawValue, contended.directory.path)
        let held = try #require(try await contended.acquire())
        // A killed process is known to be gone. A stopped process cannot be told from one that waits, until its time is
        // over.
        let seconds = signal == SIGKILL ? 600 : 10
        async let child: Void = Turnstile.children.pass {
            await #expect(processExitsWith: signal == SIGKILL ? .signal(SIGKILL) : .success) {
                [path = path as String, memory = memory as String, signs = signs as String, seconds = seconds as Int] in
                let store = try await ContendedStore.open(path)
                try Sign("waiting", in: signs).post("\(getpid()) 0")
                // A wait that was over before the signal came begins again: on a busy machine nobody may have looked in
                // that time.
                repeat {
                    let lock = try await store.acquireLease(
                        on: MemoryID(rawValue: memory),
                        as: "alden",
                        for: .seconds(60),
                        waitingAtMost: .seconds(seconds)
                    )
                    #expect(lock == nil)
                } while !Sign("struck", in: signs).isPosted
                try await store.close()
            }
        }
        let process = try await Sign("waiting", in: signs).numbers().0
        try await contended.strike(process, with: signal, holding: held)
        try Sign("struck", in: signs).post("")
        async let next = contended.acquire()
        try await until { try contended.waiters().contains("alice") }
        try await contended.store.releaseLease(held)
        let lock = try await next
        #expect(lock?.fencingToken == 2)
        try await contended.publish("next", lock)
        kill(pid_t(process), SIGCONT)
        await child
        try await contended.store.close()
    }
}

/// A memory that says "0", in a file that several processes open.
private struct ContendedStore {
    let directory: TemporaryDirectory
    let store: MemoryStore
    let memory: MemoryID

    var path: String { directory.file("store.db") }

    init() async throws {
        directory = try TemporaryDirectory()
        store = try await Self.open(directory.file("store.db"))
        memory =
            try await
            store.store(
                [MemoryDraft(content: "0")],
                agentID: "alice",
                userID: "user_123",
                shareWith: ["alden"]
            )[0]
    }

    static func open(_ path: String) async throws -> MemoryStore {
        var options = StoreOptions()
        options.durability = .normal
        options.embedder = nil
        options.busyTimeout = .seconds(60)
        return try await MemoryStore.open(.file(path), options: options)
    }

    /// Waits for the lease longer than any test lasts.
    func acquire() async throws -> MemoryLock? {
        try await store.acquireLease(on: memory, as: "alice", for: .seconds(600), waitingAtMost: .seconds(600))
    }

    func publish(_ content: String, _ lock: MemoryLock?) async throws {
        let lock = try #require(lock)
        try await store.update(memory, as: "alice", change: MemoryChange(content: content), lock: lock)
    }

    /// Stops or kills a process of Alden's that waits for the lease, while it waits and does not write.
    func strike(_ process: Int64, with signal: Int32, holding held: MemoryLock) async throws {
        while true {
            try await until { try waiters().contains("alden") }
            // Once this is written, the other process has finished writing, so it is not stopped in the middle of a
            // write.
            _ = try await store.renewLease(held, for: .seconds(600))
            kill(pid_t(process), signal)
            if try waiters().contains("alden") { return }
            // Its wait ended between the two looks. It goes on, and begins another.
            kill(pid_t(process), SIGCONT)
        }
    }

    /// How many places in the queue are taken.
    func queueLength() throws -> Int {
        try store.read { try LeaseQueue.all(in: $0.connection).count }
    }

    /// Who has a place in the queue, whether the wait is over or not.
    func waiters() throws -> Set<AgentID> {
        try store.read { snapshot in
            Set(try LeaseQueue.all(in: snapshot.connection).map { try snapshot.directory.agent(key: $0.agent).id })
        }
    }
}

/// A file by which one process tells another that it has reached a point.
private struct Sign {
    let path: String

    init(_ name: String, in directory: String) {
        path = directory + "/" + name
    }

    /// Writes the file whole: nobody sees half of it.
    func post(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    }

    var isPosted: Bool { FileManager.default.fileExists(atPath: path) }

    /// Waits for the file, and reads the two numbers in it.
    func numbers() async throws -> (Int64, Int64) {
        try await until { isPosted }
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        let numbers = text.split(separator: " ").compactMap { Int64($0) }
        try #require(numbers.count == 2)
        return (numbers[0], numbers[1])
    }
}

import FoundationEssentials
package import HearthModel
import HearthRules
import Synchronization

extension MemoryStore {
    /// How often a listener looks at the file. A look at a file that has not changed takes some tens of microseconds.
    private static let pause = Duration.milliseconds(50)

    /// What becomes different for an agent from now on, in this process and in others, until the listener or the store
    /// goes.
    ///
    /// Nothing is kept for a listener that does not ask: when it asks, it gets the difference between what the agent
    /// sees now and what it saw before. The stream ends where the agent may no longer act and where the file can't be read.
    package func changes(as agentID: AgentID, userID: UserID) -> AsyncStream<MemoryEvent> {
        let listener = ChangeListener(store: self, agent: agentID, user: userID)
        // What changes after this call is told, so the first look is now.
        listener.begin()
        return AsyncStream { await listener.next(after: Self.pause) }
    }
}

/// One stream of events.
private final class ChangeListener: Sendable {
    private struct State {
        var reader: ChangeReader
        /// What was noticed and not told yet.
        var pending: ArraySlice<MemoryEvent> = []
        var hasEnded = false
    }

    private let store: MemoryStore
    private let user: UserID
    private let state: Mutex<State>

    init(store: MemoryStore, agent: AgentID, user: UserID) {
        self.store = store
        self.user = user
        state = Mutex(State(reader: ChangeReader(agent: agent, user: user)))
    }

    /// Takes the first look.
    func begin() {
        do {
            try look()
        } catch {
            end(because: error)
        }
    }

    /// The next event; nil at the end.
    func next(after pause: Duration) async -> MemoryEvent? {
        do {
            while true {
                if let event = state.withLock({ $0.pending.popFirst() }) { return event }
                guard !state.withLock({ $0.hasEnded }) else { return nil }
                try Task.checkCancellation()
                try look()
                if state.withLock({ $0.pending.isEmpty }) {
                    try await store.clock.sleep(store.clock.bootInstant.advanced(by: pause).nanoseconds)
                }
            }
        } catch {
            end(because: error)
            return nil
        }
    }

    private func look() throws {
        let now = store.clock.now()
        try state.withLock { state in
            let reader = state.reader
            let (after, events) = try store.read { snapshot in
                // A read may begin anew, and then the reader does too.
                var reader = reader
                let events = try reader.look(at: snapshot, catalogs: store.catalogs, now: now)
                return (reader, events)
            }
            state.reader = after
            state.pending += events.map { event in
                MemoryEvent(
                    kind: event.kind,
                    memoryID: event.seen.id,
                    agentID: event.seen.owner,
                    userID: user,
                    holder: event.kind == .locked ? event.seen.lease?.holder : nil,
                    noticedAt: now.date
                )
            }
        }
    }

    private func end(because error: any Error) {
        state.withLock { $0.hasEnded = true }
        if !(error is CancellationError) { store.log.note(error, "A stream of changes has ended.") }
    }
}

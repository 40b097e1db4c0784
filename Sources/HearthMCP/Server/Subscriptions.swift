import HearthMemory
import HearthText
import Synchronization

/// What the client wants to be told of, and the task that tells it.
final class Subscriptions: Sendable {
    /// One `subscriptions/listen`.
    private struct Listener {
        var wantsList: Bool
        var uris: Set<String>
    }

    private struct State {
        /// The session's own.
        var uris: Set<String> = []
        var wantsList = false
        /// Of the stateless revision, by the ids of their requests.
        var listeners: [JSONValue: Listener] = [:]
        var task: Task<Void, Never>?
        var isClosed = false
    }

    private let memory: AgentMemory
    private let outbox: Outbox
    private let state = Mutex(State())

    init(memory: AgentMemory, outbox: Outbox) {
        self.memory = memory
        self.outbox = outbox
    }

    func subscribe(to uri: String) {
        state.withLock { _ = $0.uris.insert(uri) }
        begin()
    }

    func unsubscribe(from uri: String) {
        state.withLock { _ = $0.uris.remove(uri) }
    }

    /// Opens a stream of the stateless revision: it is acknowledged first.
    func listen(_ request: IncomingMessage.Request) throws(RPCError) {
        guard let wanted = request.params["notifications"]?.object else {
            throw .invalidParams("notifications must be an object that says what to listen for.")
        }
        let uris = wanted["resourceSubscriptions"]?.array?.compactMap(\.string)
        let listener = Listener(wantsList: wanted["resourcesListChanged"]?.bool ?? false, uris: Set(uris ?? []))
        let isKnown = state.withLock { state in state.listeners[request.id] != nil }
        guard !isKnown else { throw .invalidRequest("A stream of the id \(request.id.text) is open already.") }
        begin()
        var honored = JSONObject()
        if listener.wantsList { honored["resourcesListChanged"] = true }
        if let uris { honored["resourceSubscriptions"] = JSONValue(uris) }
        state.withLock { state in
            // No event may come between the two, or before the first.
            outbox.notify(
                "notifications/subscriptions/acknowledged",
                ["_meta": Self.meta(request.id), "notifications": .object(honored)]
            )
            state.listeners[request.id] = listener
        }
    }

    /// Closes a stream that the client doesn't want any more.
    ///
    /// - Returns: Whether there was one of that id.
    func stop(_ id: JSONValue) -> Bool {
        state.withLock { $0.listeners.removeValue(forKey: id) != nil }
    }

    /// Closes all of them, each with its answer.
    func end() {
        let (task, open) = state.withLock { state in
            state.isClosed = true
            defer {
                state.listeners = [:]
                state.task = nil
            }
            return (state.task, Array(state.listeners.keys))
        }
        task?.cancel()
        for id in open { outbox.answer(id, ["resultType": "complete", "_meta": Self.meta(id)]) }
    }

    /// Begins to watch the memory, if nobody does yet. What changes after this is told.
    ///
    /// - Parameter listing: Whether the session is to hear of lists that changed.
    func begin(listing: Bool = false) {
        state.withLock { state in
            if listing { state.wantsList = true }
            guard state.task == nil, !state.isClosed else { return }
            let changes = memory.coordinator.changes(agentID: memory.agent, userID: memory.user)
            state.task = Task { [weak self] in
                for await event in changes { self?.tell(event) }
            }
        }
    }

    private static func meta(_ id: JSONValue) -> JSONValue { ["io.modelcontextprotocol/subscriptionId": id] }

    private func tell(_ event: MemoryEvent) {
        let changed = ResourceURI.changed(by: event)
        let changesList = [.stored, .deleted, .restored, .shared, .revoked].contains(event.kind)
        let (session, wantsList, listeners) = state.withLock { ($0.uris, $0.wantsList, $0.listeners) }
        for uri in changed where session.contains(uri) {
            outbox.notify("notifications/resources/updated", ["uri": .string(uri)])
        }
        if changesList, wantsList { outbox.notify("notifications/resources/list_changed", [:]) }
        for (id, listener) in listeners {
            for uri in changed where listener.uris.contains(uri) {
                outbox.notify("notifications/resources/updated", ["_meta": Self.meta(id), "uri": .string(uri)])
            }
            if changesList, listener.wantsList {
                outbox.notify("notifications/resources/list_changed", ["_meta": Self.meta(id)])
            }
        }
    }
}

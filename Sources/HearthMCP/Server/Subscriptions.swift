import HearthMemory
import HearthText
import Synchronization

/// What the client wants to be told of, and the task that tells it.
final class Subscriptions: Sendable {
    /// One `subscriptions/listen`.
    private struct Listener {
        var wantsList: Bool
        var uris: [String: ResourceURI]
    }

    private struct State {
        /// The session's own.
        var uris: [String: ResourceURI] = [:]
        /// How the listings that are subscribed to read last, as far as that is known.
        var readings: [String: Int] = [:]
        var wantsList = false
        /// Of the stateless revision, by the ids of their requests.
        var listeners: [JSONValue: Listener] = [:]
        var task: Task<Void, Never>?
        var isClosed = false

        func isSubscribed(_ uri: String) -> Bool {
            uris[uri] != nil || listeners.values.contains { $0.uris[uri] != nil }
        }

        /// Lets go of how listings read that nobody is subscribed to any more.
        mutating func forgetReadings(_ left: some Sequence<String>) {
            for uri in left where !isSubscribed(uri) { readings[uri] = nil }
        }
    }

    private let memory: AgentMemory
    private let outbox: Outbox
    private let state = Mutex(State())

    init(memory: AgentMemory, outbox: Outbox) {
        self.memory = memory
        self.outbox = outbox
    }

    func subscribe(to resource: ResourceURI, as uri: String) async {
        begin()
        if resource.isListing, !state.withLock({ $0.isSubscribed(uri) }) {
            // Before the client is answered, so that no later change is missed.
            let reading = await reading(resource)
            state.withLock { if !$0.isSubscribed(uri) { $0.readings[uri] = reading } }
        }
        state.withLock { $0.uris[uri] = resource }
    }

    func unsubscribe(from uri: String) {
        state.withLock { state in
            state.uris[uri] = nil
            state.forgetReadings([uri])
        }
    }

    /// A hash of what a listing says; nil where that can't be read now.
    private func reading(_ resource: ResourceURI) async -> Int? {
        do {
            return try await Resources(memory).contents(of: resource, "").hashValue
        } catch {
            // An event that might have changed it is told of, and whoever then reads it is told why it can't be read.
            return nil
        }
    }

    /// Opens a stream of the stateless revision: it is acknowledged first.
    func listen(_ request: IncomingMessage.Request) throws(RPCError) {
        guard let wanted = request.params["notifications"]?.object else {
            throw .invalidParams("notifications must be an object that says what to listen for.")
        }
        if let uris = wanted["resourceSubscriptions"], uris != .null, uris.array == nil {
            throw .invalidParams("resourceSubscriptions must be a list of addresses, not \(uris.kind).")
        }
        // What is no address of this server's is not acknowledged.
        let uris = wanted["resourceSubscriptions"]?.array?.compactMap(\.string).filter { ResourceURI($0) != nil }
        var known: [String: ResourceURI] = [:]
        for uri in uris ?? [] { known[uri] = ResourceURI(uri) }
        let listener = Listener(wantsList: wanted["resourcesListChanged"]?.bool ?? false, uris: known)
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
        state.withLock { state in
            guard let listener = state.listeners.removeValue(forKey: id) else { return false }
            state.forgetReadings(listener.uris.keys)
            return true
        }
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
                for await event in changes { await self?.tell(event) }
            }
        }
    }

    private static func meta(_ id: JSONValue) -> JSONValue { ["io.modelcontextprotocol/subscriptionId": id] }

    private func tell(_ event: MemoryEvent) async {
        let changesList = [.stored, .deleted, .restored, .shared, .revoked].contains(event.kind)
        let (session, wantsList, listeners) = state.withLock { ($0.uris, $0.wantsList, $0.listeners) }
        var changed = Set<String>()
        let subscribed = listeners.values.reduce(into: session) { all, listener in
            all.merge(listener.uris) { known, _ in known }
        }
        for (uri, resource) in subscribed {
            switch resource.effect(of: event) {
            case .changed: changed.insert(uri)
            case .unknown: if await readsDifferently(resource, uri) { changed.insert(uri) }
            case .none: continue
            }
        }
        for uri in session.keys.sorted() where changed.contains(uri) {
            outbox.notify("notifications/resources/updated", ["uri": .string(uri)])
        }
        if changesList, wantsList { outbox.notify("notifications/resources/list_changed", [:]) }
        for (id, listener) in listeners {
            for uri in listener.uris.keys.sorted() where changed.contains(uri) {
                outbox.notify("notifications/resources/updated", ["_meta": Self.meta(id), "uri": .string(uri)])
            }
            if changesList, listener.wantsList {
                outbox.notify("notifications/resources/list_changed", ["_meta": Self.meta(id)])
            }
        }
    }

    /// Whether a listing reads differently than it did last; also where that is not known.
    private func readsDifferently(_ resource: ResourceURI, _ uri: String) async -> Bool {
        let reading = await reading(resource)
        return state.withLock { state in
            defer { state.readings[uri] = reading }
            return reading == nil || state.readings[uri] != reading
        }
    }
}

internal import Glibc

/// The connections that read.
///
/// A reader borrows a connection on its own thread, and nobody else touches that connection until it is given back. The
/// number of connections is limited; when all are lent, further readers wait. The pool can be drained, so that the
/// write-ahead log can be copied completely: new readers wait and the present ones finish.
///
/// A reader that reads again inside its own read gets the connection it already has, and so the same snapshot: waiting
/// for another could be waiting for itself.
final class ReaderPool: Sendable {
    private struct State {
        var idle: [Connection] = []
        /// How many connections are open or being opened.
        var count = 0
        var borrowed: [pthread_t: Connection] = [:]
        var isDraining = false
        var isClosed = false

        var isQuiet: Bool { idle.count == count }
    }

    private let monitor: Monitor<State>
    private let maximum: Int
    private let open: @Sendable () throws -> Connection
    /// Whether the writer uses the connection too, in turn with the readers.
    private let isShared: Bool

    /// A pool that opens connections as it needs them.
    init(maximum: Int, open: @escaping @Sendable () throws -> Connection) {
        self.monitor = Monitor(State())
        self.maximum = max(maximum, 1)
        self.open = open
        self.isShared = false
    }

    /// A pool of the one connection of a database in memory, from which the writer borrows too.
    init(sharing connection: Connection) {
        self.monitor = Monitor(State(idle: [connection], count: 1))
        self.maximum = 1
        self.open = { throw StoreFileError.closed }
        self.isShared = true
    }

    /// Calls a closure inside a read transaction.
    ///
    /// - Parameter beginsLate: Whether the transaction begins with the first statement.
    func read<R>(
        interruptedBy interrupter: ReadInterrupter? = nil,
        beginningLate beginsLate: Bool = false,
        _ body: (Connection) throws -> R
    ) throws -> R {
        try borrow { connection, isNested in
            guard !isNested else { return try body(connection) }
            func read() throws -> R {
                try connection.reading(beginningLate: beginsLate) { connection in
                    // Inside the transaction, whose end is not to be stopped.
                    guard let interrupter else { return try body(connection) }
                    return try interrupter.watch(connection) { try body(connection) }
                }
            }
            return try isShared ? connection.withoutWriting(read) : read()
        }
    }

    /// Whether the calling thread has a connection.
    var isLendingToThisThread: Bool {
        let thread = pthread_self()
        return monitor.withLock { $0.borrowed[thread] != nil }
    }

    /// Lends a connection to the calling thread.
    ///
    /// - Parameter body: Its second argument says whether this thread has the connection already.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws, and why there is no connection.
    func borrow<R>(_ body: (_ connection: Connection, _ isNested: Bool) throws -> R) throws -> R {
        let thread = pthread_self()
        if let connection = monitor.withLock({ $0.borrowed[thread] }) { return try body(connection, true) }
        let connection = try acquire(for: thread)
        defer {
            monitor.change { state in
                state.borrowed[thread] = nil
                state.idle.append(connection)
            }
        }
        return try body(connection, false)
    }

    private func acquire(for thread: pthread_t) throws -> Connection {
        let idle: Connection?? = try monitor.wait { state in
            guard !state.isClosed else { throw StoreFileError.closed }
            guard !state.isDraining else { return nil }
            if let connection = state.idle.popLast() {
                state.borrowed[thread] = connection
                return .some(connection)
            }
            guard state.count < maximum else { return nil }
            state.count += 1
            return .some(nil)
        }
        if let idle, let connection = idle { return connection }
        do {
            let connection = try open()
            monitor.withLock { $0.borrowed[thread] = connection }
            return connection
        } catch {
            monitor.change { $0.count -= 1 }
            throw error
        }
    }

    /// Calls a closure while nobody reads, or once the present readers have had `limit` to finish.
    func whileDrained<R>(atMost limit: Duration, _ body: () throws -> R) rethrows -> R {
        monitor.withLock { $0.isDraining = true }
        defer { monitor.change { $0.isDraining = false } }
        _ = monitor.wait(atMost: limit) { $0.isQuiet ? true : nil }
        return try body()
    }

    /// Refuses new readers, waits for the present ones and closes the connections.
    func close() {
        monitor.change { $0.isClosed = true }
        let connections = monitor.wait { state -> [Connection]? in
            guard state.isQuiet else { return nil }
            defer {
                state.idle = []
                state.count = 0
            }
            return state.idle
        }
        _ = consume connections
    }
}

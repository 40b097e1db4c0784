internal import CSQLite
internal import Synchronization

/// Lets a cancelled task stop the read that it runs.
///
/// `sqlite3_interrupt` stops what runs at that moment, and has no effect on a statement that is about to begin. So the
/// cancellation is noted here, and the read asks for it: before each statement, and after every so many steps inside
/// one.
final class ReadInterrupter: Sendable {
    /// How many steps of SQLite's virtual machine lie between two looks: some microseconds of work.
    private static let steps: Int32 = 1_000

    private let cancelled = Atomic(false)

    /// Whether the read is to stop.
    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Stops the statement that runs, and any that would come after it.
    func cancel() {
        cancelled.store(true, ordering: .relaxed)
    }

    /// Makes the statements of a connection look here while a closure runs.
    func watch<R>(_ connection: Connection, _ body: () throws -> R) throws -> R {
        try check()
        connection.interrupter = self
        sqlite3_progress_handler(
            connection.handle,
            Self.steps,
            { context in
                guard let context else { return 0 }
                return Unmanaged<ReadInterrupter>.fromOpaque(context).takeUnretainedValue().isCancelled ? 1 : 0
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        defer {
            connection.interrupter = nil
            sqlite3_progress_handler(connection.handle, 0, nil, nil)
        }
        do {
            return try body()
        } catch ResultCode.interrupted where isCancelled {
            throw CancellationError()
        }
    }

    /// Throws if the read is to stop.
    func check() throws {
        guard !isCancelled else { throw CancellationError() }
    }
}

internal import Glibc
internal import HearthModel

extension PostgreSQLLink {
    /// Runs one statement with its parameters.
    ///
    /// - Throws: ``Lost``, a `MemoryError` for what the server refuses, `CancellationError`.
    @discardableResult
    func run(
        _ statement: StaticString,
        _ parameters: [PostgreSQLValue] = [],
        within limit: Duration
    ) throws -> PostgreSQLRows {
        try run(text: statement.description, parameters, within: limit)
    }

    /// The same for a statement that is put together from names that are known to be names.
    @discardableResult
    func run(text: String, _ parameters: [PostgreSQLValue] = [], within limit: Duration) throws -> PostgreSQLRows {
        let handle = try connected(within: limit)
        guard send(text, parameters, on: handle) else { throw Lost(message: message) }
        return try result(on: handle, within: limit)
    }

    /// Runs several statements at once, without parameters.
    func runScript(_ script: String, within limit: Duration) throws {
        let handle = try connected(within: limit)
        guard library.sendQuery(handle, script) == 1 else { throw Lost(message: message) }
        _ = try result(on: handle, within: limit)
    }

    private func send(_ statement: String, _ parameters: [PostgreSQLValue], on handle: LibPQ.Handle) -> Bool {
        var writer = ByteWriter()
        var starts: [Int] = []
        var lengths: [Int32] = []
        for parameter in parameters {
            starts.append(writer.bytes.count)
            parameter.write(to: &writer)
            lengths.append(Int32(clamping: writer.bytes.count - (starts.last ?? 0)))
            // So that an empty value has an address too; without one it would be NULL.
            writer.append(0 as UInt8)
        }
        let types = parameters.map(\.type)
        let formats = [Int32](repeating: 1, count: parameters.count)
        return writer.bytes.withUnsafeBytes { bytes in
            let values = starts.map {
                bytes.baseAddress.map { $0 }?.advanced(by: $0).assumingMemoryBound(to: CChar.self)
            }
            return library.sendQueryParams(
                handle,
                statement,
                Int32(parameters.count),
                types,
                values,
                lengths,
                formats,
                1
            ) == 1
        }
    }

    /// Waits for the answer to what was sent, and takes the last result of it.
    private func result(on handle: LibPQ.Handle, within limit: Duration) throws -> PostgreSQLRows {
        var patience = Patience(limit: limit, unsent: unsent(on: handle))
        do {
            try flush(handle, patience: &patience)
            var rows = PostgreSQLRows()
            var failure: (any Error)?
            while true {
                while library.isBusy(handle) == 1 {
                    try wait(for: Int16(POLLIN), on: handle, patience: &patience)
                    guard library.consumeInput(handle) == 1 else { throw Lost(message: message) }
                }
                guard let result = library.getResult(handle) else { break }
                defer { library.clear(result) }
                let status = library.resultStatus(result)
                if status == LibPQ.ResultStatus.tuplesOK || status == LibPQ.ResultStatus.commandOK {
                    rows = Self.rows(of: result, library)
                } else {
                    failure = failure ?? error(of: result)
                }
            }
            if let failure { throw failure }
            guard library.status(handle) == LibPQ.Status.ok else { throw Lost(message: message) }
            return rows
        } catch let error as MemoryError where library.status(handle) == LibPQ.Status.ok && !error.isOutOfTime {
            // The server refused, and the connection is at the end of the answer.
            throw error
        } catch {
            // What the connection would say next belongs to nobody.
            if !(error is Lost) { requestCancellation() }
            drop()
            throw error
        }
    }

    /// How long the answer is waited for: a time from the last byte that moved, in either direction. So a slow way costs
    /// time and no failure, and one that is dead costs that time.
    private struct Patience {
        let limit: Duration
        var deadline: ContinuousClock.Instant
        /// What the kernel still had to send when a byte last moved.
        var unsent: Int32

        init(limit: Duration, unsent: Int32) {
            self.limit = limit
            self.unsent = unsent
            deadline = ContinuousClock.now + limit
        }

        mutating func renew(unsent: Int32) { self = Patience(limit: limit, unsent: unsent) }
    }

    /// How many bytes the kernel has taken for the connection that have not arrived on the other side.
    private func unsent(on handle: LibPQ.Handle) -> Int32 {
        var count: Int32 = 0
        return ioctl(library.socket(handle), UInt(TIOCOUTQ), &count) == 0 ? count : 0
    }

    /// Waits until the connection has something to read, or room to write.
    ///
    /// - Throws: `.hubUnavailable` if no byte has moved for so long; what stops the work.
    private func wait(for events: Int16, on handle: LibPQ.Handle, patience: inout Patience) throws {
        while try !wait(for: events, until: patience.deadline) {
            let unsent = unsent(on: handle)
            guard unsent < patience.unsent else {
                throw MemoryError.hubUnavailable(
                    "The hub at \(settings.name) did not answer in time.",
                    because: HubOutOfTime()
                )
            }
            patience.renew(unsent: unsent)
        }
        patience.renew(unsent: unsent(on: handle))
    }

    private func flush(_ handle: LibPQ.Handle, patience: inout Patience) throws {
        while true {
            switch library.flush(handle) {
            case 0: return
            case 1:
                // The server may want to be rid of something before it takes more.
                try wait(for: Int16(POLLIN | POLLOUT), on: handle, patience: &patience)
                guard library.consumeInput(handle) == 1 else { throw Lost(message: message) }
            default: throw Lost(message: message)
            }
        }
    }

    private static func rows(of result: LibPQ.Handle, _ library: LibPQ) -> PostgreSQLRows {
        var rows = PostgreSQLRows()
        let columns = library.columnCount(result)
        for row in 0..<library.tupleCount(result) {
            rows.rows.append(
                (0..<columns)
                    .map { column in
                        let bytes = library.value(result, row, column)
                        return Array(UnsafeBufferPointer(start: bytes, count: Int(library.length(result, row, column))))
                    }
            )
        }
        return rows
    }

    // MARK: News

    /// Waits for a notification of any channel that is listened to.
    ///
    /// - Returns: Whether one came; false when the time was up.
    func waitForNotification(until deadline: ContinuousClock.Instant) throws -> Bool {
        guard let handle else { throw Lost(message: "the connection broke") }
        while true {
            var isThere = false
            while let notification = library.notifies(handle) {
                library.freeMemory(notification)
                isThere = true
            }
            if isThere { return true }
            guard try wait(for: Int16(POLLIN), until: deadline) else { return false }
            guard library.consumeInput(handle) == 1 else { throw Lost(message: message) }
        }
    }
}

// MARK: - Errors

extension PostgreSQLLink {
    /// What a server's refusal is for a caller, by its SQLSTATE (appendix A of PostgreSQL's manual).
    private func error(of result: LibPQ.Handle) -> any Error {
        let state = library.resultErrorField(result, LibPQ.Field.state).map { String(cString: $0) } ?? ""
        let said = library.resultErrorField(result, LibPQ.Field.primaryMessage).map { String(cString: $0) } ?? message
        let text = settings.redacted(said)
        switch state {
        // Connections that end, a server that stops or starts, and what is worth another try at once.
        case "57P01", "57P02", "57P03", "40001", "40P01",
            _ where state.isEmpty || state.hasPrefix("08"):
            return Lost(message: text)
        case "42501":
            return MemoryError(
                code: .accessDenied,
                message: "The hub at \(settings.name) refuses this role: \(text). Was its device removed?"
            )
        case "3F000", "42P01", "42883":
            return MemoryError.invalidArgument("There is no hub at \(settings.name) yet. Make one: hearth hub init")
        default:
            return MemoryError.hubUnavailable("The hub at \(settings.name) says: \(text) (SQLSTATE \(state)).")
        }
    }
}

public import HearthMemory
public import HearthModel
package import Logging

/// Exchanges a store's memories with other devices through a hub.
///
/// ```swift
/// if let devices = try await HubSync.open(coordinator, store: path) {
///     try await devices.sync()
/// }
/// ```
///
/// Versions and shares travel, and what says who may see them. Drafts, leases and the audit stay on their
/// device. The article *Devices* says what converges and why. One exchange runs at a time. A host that wants it to go on
/// by itself runs this as a service beside its coordinator.
public actor HubSync {
    let coordinator: MultiAgentMemoryCoordinator
    let space: Space
    let clock: StoreClock
    let logger: Logger
    /// The last change of this file that was looked at: sent, or of a sensitive memory whose key can't be had.
    var lastNote: Int64 = 0
    /// How many changes are looked at, and sent, at once.
    var sending = HubSync.batch
    /// Where the changes begin that were kept back because a key could not be had; nil if none were.
    var firstKeptBack: Int64?
    /// The number of the hub's last row in the present exchange; nil: it has not said yet.
    var end: Int64?
    /// Rows that the hub has not shown, though it has shown later ones.
    var withheld: [ClosedRange<Int64>] = []
    /// Devices to which the hub has shown other rows than to this one.
    var disagreeing: Set<String> = []
    /// Rows that are never used.
    var refused: Set<Int64> = []
    /// The ids of rows kept in part that can't be read as a whole either: they are asked for once.
    var opaqueWholly: Set<[UInt8]> = []
    /// How many changes could not be sent in the present exchange; nil: it has not come to that.
    var keptBack: Int?
    /// How many bytes of rows that can't be read are kept; nil: it was not asked in the present exchange.
    var keptOpaque: Int?
    /// When the rows that wait were last looked at; nil: never by this process.
    var lastLookAtHeld: BootInstant?
    /// When an exchange that failed is tried again.
    var nextAttempt: Timestamp?
    private var isExchanging = false
    private var waiting: [(number: Int, turn: CheckedContinuation<Void, any Error>)] = []
    private var lastNumber = 0

    package init(
        _ coordinator: MultiAgentMemoryCoordinator,
        space: Space,
        clock: StoreClock = .system,
        logger: Logger = Logger(label: "hearth")
    ) async throws {
        self.coordinator = coordinator
        self.space = space
        self.clock = clock
        self.logger = logger
        let members = await space.members
        let isUnused = await space.isUnused
        if try await coordinator.deviceSpace()?.space != members.space.description {
            try await coordinator.joinSpace(members.space.description, isFounding: await space.isToFound())
        } else if isUnused {
            // What the store sent as another device may count for nothing, and what the hub showed that one is not known.
            try await coordinator.restartExchange()
        }
        try await space.noteFounded()
        if isUnused { try await space.noteUse() }
    }

    /// Opens the exchange of a store whose device belongs to a space.
    ///
    /// - Parameters:
    ///   - coordinator: The store's.
    ///   - path: The store's file, beside which the device's keys are.
    /// - Returns: Nil if the store's device belongs to no space: then this costs a look for a file.
    /// - Throws: `.keyUnavailable` if the device's file can't be read; `.hubUnavailable` without libpq.
    public static func open(_ coordinator: MultiAgentMemoryCoordinator, store path: String) async throws -> HubSync? {
        try await open(coordinator, store: path, connection: nil)
    }

    /// Opens the exchange as ``open(_:store:)`` does, with settings laid over the connection string of the device.
    package static func open(
        _ coordinator: MultiAgentMemoryCoordinator,
        store path: String,
        connection settings: ConnectionSettings?
    ) async throws -> HubSync? {
        guard let space = try Space.open(besideStore: path, connection: settings) else { return nil }
        do {
            return try await HubSync(coordinator, space: space)
        } catch {
            await space.close()
            throw error
        }
    }

    /// Ends the connections to the hub.
    public func close() async { await space.close() }

    /// Takes over what is new on the hub, and sends what is new here.
    ///
    /// What was sent is durable on the hub on return, and what was taken over in the store. After a failure or a kill the
    /// next call goes on. A call that is cancelled while another exchange runs stops waiting for it.
    ///
    /// - Throws: `.hubUnavailable`; `.deviceRemoved`; any error that keeps the store from being written;
    ///   `CancellationError`.
    @discardableResult
    public func sync() async throws -> HubSyncReport {
        try await exchangeAll(looksAtHeld: true)
    }

    /// Exchanges as ``sync()`` does.
    ///
    /// - Parameter looksAtHeld: Whether all rows that wait are looked at, however short ago that was.
    func exchangeAll(looksAtHeld: Bool) async throws -> HubSyncReport {
        try await exchange { report in
            // What was sent is received too: so a hub that loses it afterwards is found out.
            var sent = -1
            while report.sent > sent {
                let isFirst = sent < 0
                sent = report.sent
                try await pull(into: &report, looksAtHeld: looksAtHeld && isFirst)
                try await push(into: &report)
            }
        }
    }

    /// Takes over what is new on the hub.
    @discardableResult
    public func pull() async throws -> HubSyncReport {
        try await exchange { try await pull(into: &$0, looksAtHeld: true) }
    }

    /// Sends what is new here.
    @discardableResult
    public func push() async throws -> HubSyncReport {
        try await exchange { try await push(into: &$0) }
    }

    /// How the exchange stands. The hub is not asked.
    ///
    /// - Throws: `.invalidArgument` if the file has left its space meanwhile.
    public func status() async throws -> HubSyncStatus {
        guard var status = try await coordinator.hubSyncStatus() else {
            throw MemoryError.invalidArgument("This file exchanges with no other device any more.")
        }
        status.hub = await space.hubName ?? status.hub
        status.nextAttemptAt = nextAttempt?.date
        return status
    }
}

// MARK: - One exchange at a time

extension HubSync {
    /// Runs an exchange when the one before has ended, and notes what it came to.
    private func exchange(_ body: (inout HubSyncReport) async throws -> Void) async throws -> HubSyncReport {
        try await takeTurn()
        defer { endTurn() }
        try Task.checkCancellation()
        let began = clock.bootInstant
        var report = HubSyncReport()
        let notes = try await coordinator.exchangeNotes()
        (withheld, disagreeing, refused) = (notes.withheld, notes.disagreeing, notes.refused)
        (end, keptBack, keptOpaque) = (nil, nil, nil)
        do {
            try await body(&report)
        } catch let error as CancellationError {
            throw error
        } catch {
            let error = error as? MemoryError ?? .hubUnavailable("The exchange failed: \(error)", because: error)
            await note(report, error: error, since: began)
            throw error
        }
        await note(report, error: nil, since: began)
        return report
    }

    private func takeTurn() async throws {
        guard isExchanging else {
            isExchanging = true
            return
        }
        lastNumber += 1
        let number = lastNumber
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (turn: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return turn.resume(throwing: CancellationError()) }
                waiting.append((number, turn))
            }
        } onCancel: {
            Task { await self.stopWaiting(number) }
        }
    }

    private func stopWaiting(_ number: Int) {
        guard let place = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: place).turn.resume(throwing: CancellationError())
    }

    private func endTurn() {
        guard waiting.isEmpty else { return waiting.removeFirst().turn.resume() }
        isExchanging = false
    }

    private func note(_ report: HubSyncReport, error: MemoryError?, since began: BootInstant) async {
        await coordinator.note(
            ExchangeOutcome(
                hub: await space.hubName,
                report: report,
                error: error,
                end: end,
                withheld: withheld,
                emptied: await space.emptiedRows,
                disagreeing: disagreeing,
                refused: refused,
                keptBack: keptBack,
                duration: clock.bootInstant.duration(since: began)
            )
        )
    }
}

public import HearthMemory
public import HearthModel
internal import HearthRules
package import Logging
public import ServiceLifecycle

/// Exchanges a store's memories with other devices through a hub.
///
/// ```swift
/// if let devices = try await HubSync.open(coordinator, store: path) {
///     try await devices.sync()
/// }
/// ```
///
/// Versions and shares travel, and what says who may see them. Drafts, leases and the audit stay on their device. The article *Devices* says what converges and why. One exchange runs at a time. A host that wants it to go on
/// by itself runs this as a service beside its coordinator.
public actor HubSync {
    /// How many records go in one question to the hub, and in one transaction of the store.
    private static let batch = 500
    /// How long the hub is asked for news at once.
    private static let wait = Duration.seconds(30)
    /// How often this file is looked at for changes while the hub has no news.
    private static let look = Duration.milliseconds(200)
    private static let retries = RetrySchedule(first: .seconds(1), longest: .seconds(300))

    private let coordinator: MultiAgentMemoryCoordinator
    private let space: Space
    private let clock: StoreClock
    private let logger: Logger
    /// The last change of this file that was looked at: sent, or of a sensitive memory whose key can't be had.
    private var lastNote: Int64 = 0
    private var lastSuccess: Timestamp?
    private var problem: String?

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
        guard try await coordinator.deviceSpace() == nil else { return }
        let members = await space.members
        let isFounding = members.isFirst(await space.device.id)
        try await coordinator.joinSpace(members.space.description, isFounding: isFounding)
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
    /// next call goes on.
    ///
    /// - Throws: `.hubUnavailable`; `.deviceRemoved`; any error that keeps the store from being written.
    @discardableResult
    public func sync() async throws -> HubSyncReport {
        var report = HubSyncReport()
        do {
            // What was sent is received too: so a hub that loses it afterwards is found out.
            var sent = -1
            while report.sent > sent {
                sent = report.sent
                try await pull(into: &report)
                try await push(into: &report)
            }
            lastSuccess = clock.now()
            problem = nil
        } catch {
            problem = "\(error)"
            throw error
        }
        return report
    }

    /// Takes over what is new on the hub.
    @discardableResult
    public func pull() async throws -> HubSyncReport {
        var report = HubSyncReport()
        try await pull(into: &report)
        return report
    }

    /// Sends what is new here.
    @discardableResult
    public func push() async throws -> HubSyncReport {
        var report = HubSyncReport()
        try await push(into: &report)
        return report
    }

    /// How the exchange stands. The hub is not asked.
    public func status() async throws -> HubSyncStatus {
        let here = try await coordinator.deviceSpace()
        return HubSyncStatus(
            hub: await space.hubName,
            cursor: here?.cursor ?? 0,
            outgoing: here?.outgoing ?? 0,
            incomplete: here?.incomplete ?? 0,
            future: here?.future ?? 0,
            opaque: here?.opaque ?? 0,
            lastSuccessAt: lastSuccess?.date,
            problem: problem
        )
    }
}

// MARK: - Exchanging

extension HubSync {
    private func push(into report: inout HubSyncReport) async throws {
        while true {
            try Task.checkCancellation()
            let outgoing = try await coordinator.outgoingRecords(after: lastNote, atMost: Self.batch)
            guard outgoing.last > lastNote else { return }
            if !outgoing.records.isEmpty { try await space.publish(outgoing.records) }
            try await coordinator.markSent(outgoing)
            lastNote = outgoing.last
            report.sent += outgoing.records.count
        }
    }

    private func pull(into report: inout HubSyncReport) async throws {
        try await takeOverHeld(into: &report)
        while true {
            try Task.checkCancellation()
            let cursor = try await coordinator.deviceCursor()
            let page = try await space.fetch(after: cursor, limit: Self.batch)
            if page.wentBack {
                guard !report.wasRestarted else {
                    throw MemoryError(
                        code: .hubUnavailable,
                        message: "The hub went back to an earlier state again while everything was exchanged anew."
                    )
                }
                try await restart()
                report.wasRestarted = true
                continue
            }
            guard page.cursor > cursor else {
                // Devices that lack a key get it from whoever has it.
                _ = try await space.tend()
                return
            }
            try await takeOver(page.records, cursor: page.cursor, into: &report)
        }
    }

    /// What waited may have got what it waited for.
    private func takeOverHeld(into report: inout HubSyncReport) async throws {
        var position: Int64 = 0
        while true {
            let held = try await coordinator.heldRows(after: position, atMost: Self.batch)
            guard let last = held.last else { return }
            position = last.position
            var opened: [ReceivedRecord] = []
            for row in held {
                let record = try await record(of: KeptRow(bytes: row.sealed))
                opened.append(ReceivedRecord(position: row.position, sealed: row.sealed, record: record))
            }
            note(try await coordinator.takeOver(opened, cursor: nil), in: &report)
        }
    }

    private func record(of kept: KeptRow?) async throws -> ExchangeRecord? {
        guard let kept, case .record(let record)? = try await space.open(kept.row)?.content else { return nil }
        return record
    }

    private func takeOver(_ page: [Received], cursor: Int64, into report: inout HubSyncReport) async throws {
        var records: [ReceivedRecord] = []
        for received in page {
            let kept = KeptRow(received.row).bytes
            switch received.content {
            case .record(let record):
                records.append(ReceivedRecord(position: received.seq, sealed: kept, record: record))
            case .opaque:
                records.append(ReceivedRecord(position: received.seq, sealed: kept, record: nil))
            case .erased:
                continue
            case .refused(let refusal):
                note(["row \(received.seq): \(refusal.rawValue)"], in: &report)
            }
        }
        note(try await coordinator.takeOver(records, cursor: cursor), in: &report)
    }

    private func note(_ done: TakeoverReport, in report: inout HubSyncReport) {
        report.applied += done.applied
        report.known += done.known
        note(done.refusals, in: &report)
    }

    private func note(_ refusals: [String], in report: inout HubSyncReport) {
        report.refused += refusals.count
        for refusal in refusals {
            logger.warning("A row of the hub is not used.", metadata: ["reason": "\(refusal)"])
        }
    }

    /// Exchanges everything anew with a hub that went back to an earlier state.
    private func restart() async throws {
        let audit = try await space.audit()
        logger.warning("The hub went back to an earlier state. Everything is exchanged anew.")
        _ = try await space.rewind(to: audit.agreed)
        try await coordinator.restartExchange()
    }
}

// MARK: - Going on by itself

extension HubSync: Service {
    /// Exchanges until the group shuts down or the task is cancelled: whenever something is new here or on the hub, and
    /// after failures again and again, with growing pauses.
    ///
    /// - Throws: `CancellationError`; `.deviceRemoved`.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.watch() }
    }

    /// Exchanges until the task is cancelled.
    ///
    /// - Parameter each: Gets what each exchange did.
    public func watch(_ each: @Sendable (HubSyncReport) -> Void = { _ in }) async throws {
        var generator = SystemRandomNumberGenerator()
        var failures = 0
        while true {
            try Task.checkCancellation()
            do {
                each(try await sync())
                failures = 0
                try await waitForWork()
            } catch let error as MemoryError where error.code != .deviceRemoved && error.code != .closed {
                failures += 1
                problem = "\(error)"
                logger.warning(
                    "The exchange with other devices failed; it is tried again.",
                    metadata: ["error": "\(error)"]
                )
                let pause = Self.retries.pause(afterFailures: failures, using: &generator)
                try await clock.sleep(clock.bootInstant.advanced(by: pause).nanoseconds)
            }
        }
    }

    /// Returns when the hub has something new, or this file.
    private func waitForWork() async throws {
        let cursor = try await coordinator.deviceCursor()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [space] in try await space.waitForNews(after: cursor, timeout: Self.wait) }
            group.addTask { [coordinator, clock, lastNote] in
                while try await coordinator.latestDeviceNote() <= lastNote {
                    try await clock.sleep(clock.bootInstant.advanced(by: Self.look).nanoseconds)
                }
                return true
            }
            _ = try await group.next()
            group.cancelAll()
        }
    }
}

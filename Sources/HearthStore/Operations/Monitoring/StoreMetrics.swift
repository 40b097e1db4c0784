import CoreMetrics
import FoundationEssentials
package import HearthModel
import Synchronization

/// What the engine counts and measures, given to the host's backend.
///
/// It exists only where the host has one, so that nothing is paid elsewhere: no time is read and nothing is counted.
package final class StoreMetrics: Sendable {
    private let factory: any MetricsFactory
    private let searches: [SearchType: CoreMetrics.Timer]
    private let commitSize: Recorder
    private let commits: CoreMetrics.Timer
    private let syncTime: CoreMetrics.Timer
    private let leaseWaits: CoreMetrics.Timer
    let stored: CoreMetrics.Counter
    let checkpointFailures: CoreMetrics.Counter
    let leaseTimeouts: CoreMetrics.Counter
    let leasesExpired: CoreMetrics.Counter
    /// The counters whose labels are known only when there is something to count.
    private let counters = Mutex<[Series: CoreMetrics.Counter]>([:])
    private let meters = Mutex<[Series: Meter]>([:])
    /// What the counters of the file were when they were last read.
    private let totals = Mutex<[Series: Int]>([:])

    /// A metric with the values of its labels.
    private struct Series: Hashable {
        var definition: MetricDefinition
        var values: [String]

        var dimensions: [(String, String)] { Array(zip(definition.labels, values)) }
    }

    private init(_ factory: any MetricsFactory) {
        self.factory = factory
        func timer(_ definition: MetricDefinition, _ values: String...) -> CoreMetrics.Timer {
            CoreMetrics.Timer(
                label: definition.name,
                dimensions: Array(zip(definition.labels, values)),
                factory: factory
            )
        }
        func counter(_ definition: MetricDefinition) -> CoreMetrics.Counter {
            CoreMetrics.Counter(label: definition.name, factory: factory)
        }
        searches = Dictionary(uniqueKeysWithValues: SearchType.allCases.map { ($0, timer(.searches, $0.rawValue)) })
        commitSize = Recorder(label: MetricDefinition.commitSize.name, factory: factory)
        commits = timer(.commits)
        syncTime = timer(.syncTime)
        leaseWaits = timer(.leaseWaits)
        stored = counter(.stored)
        checkpointFailures = counter(.checkpointFailures)
        leaseTimeouts = counter(.leaseTimeouts)
        leasesExpired = counter(.leasesExpired)
    }

    /// The metrics of a host's backend; nil where it has none.
    static func ofHost() -> StoreMetrics? {
        let factory = MetricsSystem.factory
        return factory is NOOPMetricsHandler ? nil : StoreMetrics(factory)
    }

    /// Adds to a counter.
    package func count(_ definition: MetricDefinition, _ values: String..., by amount: Int = 1) {
        add(amount, to: Series(definition: definition, values: values))
    }

    private func add(_ amount: Int, to series: Series) {
        let counter = counters.withLock { counters in
            if let known = counters[series] { return known }
            let new = CoreMetrics.Counter(
                label: series.definition.name,
                dimensions: series.dimensions,
                factory: factory
            )
            counters[series] = new
            return new
        }
        counter.increment(by: amount)
    }

    /// Measures a step of work that is named by a label.
    package func time(_ definition: MetricDefinition, _ values: String..., as duration: Duration) {
        let dimensions = Array(zip(definition.labels, values))
        CoreMetrics.Timer(label: definition.name, dimensions: dimensions, factory: factory)
            .recordNanoseconds(duration.clampedNanoseconds)
    }

    /// Counts a call that threw.
    package func failed(_ error: any Error) {
        guard !(error is CancellationError) else { return }
        count(.failures, (error as? MemoryError)?.code.rawValue ?? "other")
    }
}

extension StoreMetrics {
    func searched(_ type: SearchType, in duration: Duration) {
        searches[type]?.recordNanoseconds(duration.clampedNanoseconds)
    }

    func committed(operations: Int, in duration: Duration) {
        commitSize.record(operations)
        commits.recordNanoseconds(duration.clampedNanoseconds)
    }

    func found(_ conflicts: [WriteContext.FoundConflict]) {
        for conflict in conflicts { count(.conflicts, conflict.kind.rawValue, conflict.strategy.rawValue) }
    }

    func settled(_ settlements: [DraftSettlement]) {
        for settlement in settlements {
            let outcome =
                switch settlement {
                case .settled: "settled"
                case .waiting: "conflict"
                case .behindLease: "leased"
                case .refused: "refused"
                case .failed: "failed"
                case .gone: nil as String?
                }
            if let outcome { count(.drafts, outcome) }
        }
    }

    func synced(_ result: AgentSyncResult) {
        count(.syncs, result.errors.isEmpty ? "success" : "failure")
        syncTime.recordNanoseconds(result.duration.clampedNanoseconds)
    }

    func leased(waited: Bool) {
        count(.leases, waited ? "yes" : "no")
    }

    func waitedForLease(_ duration: Duration, isGranted: Bool) {
        leaseWaits.recordNanoseconds(duration.clampedNanoseconds)
        if isGranted { leased(waited: true) } else { leaseTimeouts.increment() }
    }
}

/// The work that nobody calls for.
extension StoreMetrics {
    /// How a cycle of background sync ended.
    package enum CycleOutcome: String, CaseIterable, Sendable {
        /// Every step was done.
        case success
        /// It was stopped by an error, or left drafts with one.
        case failure
        /// It was paused or stopped between two steps.
        case interrupted
    }

    /// Counts a cycle of background sync. Every outcome has a series from the first cycle on, so that rates are right.
    package func cycled(_ outcome: CycleOutcome, _ cycle: BackgroundSyncStatus.Cycle, in duration: Duration) {
        for each in CycleOutcome.allCases { count(.backgroundCycles, each.rawValue, by: each == outcome ? 1 : 0) }
        count(.backgroundRetries, by: 0)
        count(.backgroundDrafts, "settled", by: cycle.successfulSyncs)
        count(.backgroundDrafts, "conflict", by: cycle.conflictsPending)
        count(.backgroundDrafts, "leased", by: cycle.draftsBehindLeases)
        count(.backgroundDrafts, "failed", by: cycle.draftsFailed)
        time(.backgroundTime, as: duration)
        guard outcome == .success else { return }
        let meter = Meter(label: MetricDefinition.lastBackgroundSuccess.name, factory: factory)
        meter.set(cycle.endedAt.timeIntervalSince1970)
    }

    /// Counts attempts of background sync that follow a failure.
    package func retried(_ attempts: Int) {
        count(.backgroundRetries, by: attempts)
    }

    func upkept(_ report: MaintenanceReport) {
        for step in report.steps { count(.upkeepItems, step.step.rawValue, by: step.affected) }
        time(.upkeepTime, as: report.duration)
    }
}

/// The exchange with other devices.
extension StoreMetrics {
    /// Counts an exchange. Every outcome has a series from the first one on, so that rates are right.
    func exchanged(_ outcome: ExchangeOutcome) {
        count(.hubExchanges, "success", by: outcome.error == nil ? 1 : 0)
        count(.hubExchanges, "failure", by: outcome.error == nil ? 0 : 1)
        count(.hubRecords, "sent", by: outcome.report.sent)
        count(.hubRecords, "applied", by: outcome.report.applied)
        count(.hubRecords, "known", by: outcome.report.known)
        count(.hubRecords, "refused", by: outcome.report.refused)
        time(.hubExchangeTime, as: outcome.duration)
    }
}

extension StoreMetrics {
    /// One value that was read from the file.
    struct Reading {
        var definition: MetricDefinition
        var values: [String] = []
        var number: Double

        /// The number as a total, which is never below zero.
        var total: Int { Int(min(max(number, 0), Double(Int.max).nextDown)) }
    }

    /// Gives what was read from the file to the backend. A series that was there before and is not now becomes 0.
    func record(_ readings: [Reading]) {
        var absent = meters.withLock { Set($0.keys) }
        for reading in readings {
            let series = Series(definition: reading.definition, values: reading.values)
            if reading.definition.kind == .counter {
                record(total: reading.total, of: series)
            } else {
                absent.remove(series)
                meter(series).set(reading.number)
            }
        }
        for series in absent { meter(series).set(0) }
    }

    private func meter(_ series: Series) -> Meter {
        meters.withLock { meters in
            if let known = meters[series] { return known }
            let new = Meter(label: series.definition.name, dimensions: series.dimensions, factory: factory)
            meters[series] = new
            return new
        }
    }

    /// Brings a counter up to a total of the file.
    private func record(total: Int, of series: Series) {
        let growth = totals.withLock { totals in
            defer { totals[series] = total }
            return total - (totals[series] ?? 0)
        }
        add(max(growth, 0), to: series)
    }
}

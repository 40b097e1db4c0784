import CoreMetrics
import HearthModel
import HearthSQLite
import Synchronization

/// Tells the host's log and metrics what the database does.
final class StoreObserver: DatabaseObserver {
    private let log: StoreLog
    private let metrics: StoreMetrics?
    /// Whether the latest checkpoint failed: the log hears of the first failure and of the end of it.
    private let isFailing = Atomic(false)

    init(log: StoreLog, metrics: StoreMetrics?) {
        self.log = log
        self.metrics = metrics
    }

    func didOpen(_ opening: DatabaseOpening) {
        log.sayOpened(opening)
    }

    func didCommit(operations: Int, in duration: Duration) {
        metrics?.committed(operations: operations, in: duration)
    }

    func didKeepLogSmall(_ result: Result<Void, any Error>) {
        switch result {
        case .success:
            guard isFailing.load(ordering: .relaxed) else { return }
            isFailing.store(false, ordering: .relaxed)
            log.inform("The write-ahead log is copied into the file again.")
        case .failure(let error):
            metrics?.checkpointFailures.increment()
            guard !isFailing.exchange(true, ordering: .relaxed) else { return }
            log.warn(error, "The write-ahead log could not be copied into the file. Nothing is lost; see to the disk.")
        }
    }
}

extension MemoryStore {
    /// Waits for a lease, and measures how long.
    func measuringWait<Lock>(_ wait: () async throws -> Lock?) async throws -> Lock? {
        guard let metrics else { return try await wait() }
        let began = clock.bootInstant
        var isGranted = false
        defer { metrics.waitedForLease(clock.bootInstant.duration(since: began), isGranted: isGranted) }
        let lock = try await wait()
        isGranted = lock != nil
        return lock
    }
}

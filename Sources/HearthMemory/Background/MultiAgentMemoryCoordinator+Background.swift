public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Starts background work on a task of its own: every ``CoordinatorConfiguration/syncInterval``, the first time after
    /// one interval, it sweeps expired leases, publishes the drafts of agents that are active in this process and sync
    /// automatically, for all users, looks after the file, and does the upkeep.
    ///
    /// Callers never wait for it longer than for one batch. Of several processes that have the file open, each publishes
    /// the drafts of its agents, and one does the upkeep. Starting again is no error. Where the interval is zero, the store
    /// is read-only or the coordinator is closed, nothing is started. Without this call no task and no timer runs.
    public func start() {
        background.start()
    }

    /// Lets background work begin now and not at the end of the interval, as before a machine goes to sleep. Where it is
    /// not started, nothing happens.
    public func requestBackgroundSync() {
        background.request()
    }

    /// Keeps background work from going on until ``resumeBackgroundSync()``. On return no step of it is running.
    ///
    /// Pauses are counted: each needs a resumption of its own.
    public func pauseBackgroundSync() async {
        await background.pause()
    }

    /// Ends one pause. After the last one, what the pause held up is done at once. Without a pause, nothing happens.
    public func resumeBackgroundSync() {
        background.resume()
    }

    /// What background work does, and how it fares.
    public var backgroundSyncStatus: BackgroundSyncStatus { background.status }
}

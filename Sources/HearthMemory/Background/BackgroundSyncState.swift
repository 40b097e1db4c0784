import HearthModel
import HearthRules

/// Where background sync stands: a state machine as a value. It decides when a cycle begins; ``BackgroundSync`` acts.
struct BackgroundSyncState {
    /// What the background task does next.
    enum Step: Equatable {
        /// Run a cycle.
        case cycle
        /// Rest until a time, or until something changes.
        case rest(until: BootInstant)
        /// Rest until something changes.
        case wait
        /// End.
        case stop
    }

    /// What a cycle leaves behind.
    struct Ending {
        var cycle: BackgroundSyncStatus.Cycle
        /// The code of what stopped the cycle as a whole: then the next one comes after a pause that grows.
        var failure: String?
        /// When something of it is to be tried again, if that is before the next cycle.
        var retry: BootInstant?
        var doesUpkeep = false
    }

    private let interval: Duration
    private let schedule: RetrySchedule

    private(set) var isRunning = false
    /// Whether the task is to end: after the present step.
    private(set) var isStopping = false
    private(set) var pauses = 0
    private(set) var isInCycle = false
    private var wasStarted = false
    private var isRequested = false
    private var next: BootInstant?
    private var ended = BackgroundSyncStatus()

    init(interval: Duration, schedule: RetrySchedule = .backgroundSync) {
        self.interval = interval
        self.schedule = schedule
    }

    /// Whether a cycle that runs may begin its next step.
    var mayGoOn: Bool { !isStopping && pauses == 0 }

    /// - Returns: Whether a task is to be started.
    mutating func start(at now: BootInstant) -> Bool {
        guard !isRunning, interval > .zero else { return false }
        (isRunning, wasStarted, isStopping) = (true, true, false)
        next = now.advanced(by: interval)
        return true
    }

    mutating func stop() { isStopping = true }

    mutating func pause() { pauses += 1 }

    mutating func resume() { pauses = max(0, pauses - 1) }

    /// Lets the next cycle begin at once, if there is to be one.
    mutating func request() { isRequested = isRunning }

    /// What to do now; a cycle has begun with the answer.
    mutating func step(at now: BootInstant) -> Step {
        guard !isStopping else {
            (isRunning, isInCycle, isRequested, next) = (false, false, false, nil)
            return .stop
        }
        guard pauses == 0 else { return .wait }
        if let next, !isRequested, !next.hasPassed(at: now) { return .rest(until: next) }
        (isRequested, isInCycle) = (false, true)
        return .cycle
    }

    /// Notes the end of a cycle.
    mutating func end(_ ending: Ending, at now: BootInstant, using generator: inout some RandomNumberGenerator) {
        isInCycle = false
        ended.cycles += 1
        ended.lastCycle = ending.cycle
        ended.doesUpkeep = ending.doesUpkeep
        if let code = ending.cycle.errorCode {
            ended.lastErrorCode = code
            ended.consecutiveFailures += 1
        } else {
            ended.consecutiveFailures = 0
        }
        var pause = interval
        if ending.failure != nil {
            pause = schedule.pause(afterFailures: ended.consecutiveFailures, using: &generator)
        }
        let regular = now.advanced(by: pause)
        next = ending.failure == nil ? min(regular, ending.retry ?? regular) : regular
    }

    /// Notes that a cycle stopped between two steps, because of a pause or the end. It comes again after a pause.
    mutating func interrupt() {
        isInCycle = false
        isRequested = true
    }

    /// The status as a host sees it.
    ///
    /// - Parameters:
    ///   - now: The present moment on the clock that never jumps, and on the wall.
    func status(at now: BootInstant, wallClock: Timestamp) -> BackgroundSyncStatus {
        var status = ended
        status.state =
            if !isRunning { wasStarted ? .stopped : .notStarted } else { pauses > 0 ? .paused : .running }
        status.doesUpkeep = ended.doesUpkeep && isRunning
        if isRunning, pauses == 0, let next {
            let rest = isRequested ? .zero : max(.zero, next.duration(since: now))
            status.nextAttemptAt = wallClock.advanced(by: rest).date
        }
        return status
    }
}

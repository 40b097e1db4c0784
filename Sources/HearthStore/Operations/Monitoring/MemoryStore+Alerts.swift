package import HearthModel
import HearthRules
import HearthSQLite
import Logging
import Synchronization

extension MemoryStore {
    /// Raises an alert: notifies an administrator, and says it in the log if it is news.
    ///
    /// It throws nothing, because whoever raises it has no one to tell. If the file can't take it, those who listen get it
    /// without a number.
    package func raise(_ alert: Alert) async {
        let notification = AdministratorNotification(
            id: 0,
            severity: alert.severity,
            kind: alert.kind,
            message: alert.message,
            createdAt: clock.now().date
        )
        do {
            let news = try await writeOnce(noticingFullDisk: false) { transaction in
                try NotificationTable.raise(notification, because: alert.cause, in: transaction)
            }
            guard let news else { return }
            log.say(alert.message, kind: alert.kind.rawValue, level: alert.severity.logLevel)
            notifications.publish([news])
        } catch {
            log.say(alert.message, kind: alert.kind.rawValue, level: alert.severity.logLevel)
            log.warn(error, "A notification could not be stored; only those who listen now are told.")
            notifications.publish([notification])
        }
    }

    /// Notes that what an alert was raised because of is over. An administrator who acknowledged it is told if it comes
    /// again.
    package func forget(cause: String) async {
        do {
            try await write { try NotificationTable.forget(cause: cause, in: $0) }
        } catch {
            log.note(error, "If it comes again within a day, no administrator is told.")
        }
    }

    /// The space that is left where the file is, in bytes; nil in memory, and where the system does not tell.
    package var freeBytes: Int? { diskHealth.freeBytes }

    /// Raises an alert if less space is left than a bound.
    ///
    /// - Returns: Whether it is.
    @discardableResult
    package func raiseIfDiskIsNearlyFull(below bound: Int) async -> Bool {
        guard let freeBytes, freeBytes < bound else { return false }
        await raise(.diskNearlyFull(freeBytes: freeBytes, bound: bound))
        return true
    }

    /// Raises an alert if a verification found something, and notes that it is over if it did not. A store that was opened
    /// read-only is left as it is.
    package func raiseAlert(of report: VerificationReport) async {
        guard !isReadOnly else { return }
        guard !report.isSound else { return await forget(cause: Alert.integrityCause) }
        await raise(.damaged(report))
    }

    /// Raises an alert because a write failed for want of space, at most once in ten minutes: every other write fails too.
    func raiseThatDiskIsFull() async {
        let now = clock.bootInstant
        let isDue = lastFullDisk.withLock { last in
            if let last, !last.advanced(by: .seconds(600)).hasPassed(at: now) { return false }
            last = now
            return true
        }
        guard isDue else { return }
        await raise(
            Alert(
                .diskNearlyFull,
                severity: .critical,
                message: """
                    A write failed because the disk, the quota or the limit on the size of files is reached. Make room where the \
                    file is; nothing that was acknowledged is lost.
                    """
            )
        )
    }
}

extension Alert {
    fileprivate static let integrityCause = "integrity"

    /// Says where the damage is, and nothing of what is stored there.
    fileprivate static func damaged(_ report: VerificationReport) -> Alert {
        let components = Set(report.findings.map(\.component)).sorted().joined(separator: ", ")
        let count = report.findings.count
        return Alert(
            .integrityProblem,
            severity: .critical,
            cause: integrityCause,
            message: """
                A verification found \(count) \(count == 1 ? "problem" : "problems") (\(components)). `hearth verify` names \
                \(count == 1 ? "it" : "them"). Restore a backup with `hearth restore`, or export what still reads.
                """
        )
    }

    fileprivate static func diskNearlyFull(freeBytes: Int, bound: Int) -> Alert {
        Alert(
            .diskNearlyFull,
            severity: .warning,
            message: """
                Only \(freeBytes >> 20) MiB are free where the file is, less than \(bound >> 20) MiB. Make room before writes fail, or \
                keep memories for fewer days.
                """
        )
    }
}

extension AdministratorNotification.Severity {
    fileprivate var logLevel: Logger.Level {
        switch self {
        case .information: .notice
        case .warning: .warning
        case .critical: .error
        }
    }
}

import HearthModel
import HearthRules
import HearthSQLite

extension StoreTransaction {
    /// Lets the file's hybrid time go back to the wall clock if this device's clock was ahead once and is right now. Otherwise
    /// the others would take over nothing of this device for as long as it was ahead.
    ///
    /// What tells which of the two is wrong is what the other devices made: it was near the clock when it was taken over. If
    /// that is ahead of the clock too, the clock is behind now, and hybrid time counts on.
    ///
    /// A version stays later than those that it was made from, and a change later than what it replaces: so what was edited
    /// meanwhile waits on the other devices, and with it what is made of it. An administrator is told.
    ///
    /// - Returns: What those who listen should be told; nil if nothing was to be done.
    @discardableResult
    func returnToClock(at now: Timestamp) throws -> AdministratorNotification? {
        guard state.exchanges, ClockBound.isTooFarAhead(state.clock, of: now) else { return nil }
        let heard = try DeviceRegisters.heard(in: connection)
        guard !ClockBound.isTooFarAhead(heard, of: now) else { return nil }
        let ahead = state.clock
        setClock(to: heard)
        let end = nextTime(at: now)
        let erased = try RemovedMemories.shortenErasures(to: end, at: now, in: self)
        note(erased)
        let memories = try connection.first(
            "SELECT count(DISTINCT memory_key) FROM all_versions WHERE time > ?1",
            max(end, erased).rawValue,
            as: { $0.int(0) }
        )
        let alert = Alert.clockWasSetRight(
            lead: .milliseconds((ahead.timestamp.rawValue - now.rawValue) / 1_000),
            memories: memories ?? 0
        )
        let notification = AdministratorNotification(
            id: 0,
            severity: alert.severity,
            kind: alert.kind,
            message: alert.message,
            createdAt: now.date
        )
        // It may have been wrong before, too.
        try NotificationTable.forget(cause: alert.cause, in: self)
        return try NotificationTable.raise(notification, because: alert.cause, in: self)
    }
}

extension Alert {
    /// - Parameters:
    ///   - lead: How far the file's times were ahead of the clock.
    ///   - memories: How many memories have a version that other devices take over only when their clocks have come near it.
    fileprivate static func clockWasSetRight(lead: Duration, memories: Int) -> Alert {
        Alert(
            .clockDisagreement,
            severity: .warning,
            cause: "clock of this device",
            message: """
                The clock of this device was \(lead.components.seconds / 60) minutes ahead, and is right now. What is stored from now on \
                reaches the other devices at once. What was edited meanwhile, \(memories == 1 ? "1 memory" : "\(memories) memories"), \
                waits there for as long. To have it there now, store its text anew and erase the old memory.
                """
        )
    }
}

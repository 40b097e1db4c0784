import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Compares the clocks with what they showed when they last agreed. If they disagree, administrators are told, once.
    ///
    /// - Returns: What is wrong; nil if nothing is, or if a person vouches for the wall clock.
    func checkClock(_ request: MaintenanceRequest) async throws -> MaintenanceReport.ClockTrouble? {
        let reading = ClockCheck.Reading(wall: clock.now(), boot: clock.bootInstant)
        let tolerance = maintenancePolicy.clockTolerance
        let last = try read { try UpkeepState.reading(in: $0.connection) }
        let ahead = last.flatMap { ClockCheck.trouble(since: $0, now: reading, tolerance: tolerance) }
        guard let ahead, !request.acceptsClock else {
            if !request.isDryRun { try await trust(reading) }
            return nil
        }
        let trouble = MaintenanceReport.ClockTrouble(ahead: ahead)
        if !request.isDryRun { try await report(trouble) }
        return trouble
    }

    private func trust(_ reading: ClockCheck.Reading) async throws {
        try await writeOnce { transaction in
            try UpkeepState.set(reading, in: transaction.connection)
            try UpkeepState.remove(.clockTrouble, in: transaction.connection)
        }
    }

    private func report(_ trouble: MaintenanceReport.ClockTrouble) async throws {
        let isNew = try await writeOnce { transaction in
            let connection = transaction.connection
            guard try UpkeepState.integer(.clockTrouble, in: connection) == nil else { return false }
            try UpkeepState.set(.clockTrouble, to: 1, in: connection)
            return true
        }
        if isNew { await raise(Alert(.clockDisagreement, severity: .warning, message: trouble.message)) }
    }
}

extension MaintenanceReport.ClockTrouble {
    /// - Parameter ahead: How far the wall clock is ahead; negative: behind.
    fileprivate init(ahead: Duration) {
        let seconds = abs(ahead.components.seconds)
        self.init(
            ahead: ahead,
            message: """
                The wall clock is \(seconds) s \(ahead < .zero ? "behind" : "ahead of") where it should be since the last upkeep, so \
                nothing is deleted. Set the clock right; or, if it is right now, run `hearth maintain --accept-clock`.
                """
        )
    }
}

package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Runs one cycle of upkeep, or says what it would do.
    ///
    /// Every step goes in transactions of a few memories, so that a process that dies leaves nothing half done, and the
    /// next cycle goes on. While the wall clock is in doubt nothing is deleted.
    ///
    /// - Throws: `.storeReadOnly` unless it is a dry run; `.storeBusy`, `.storeFull`.
    package func maintain(_ request: MaintenanceRequest = MaintenanceRequest()) async throws -> MaintenanceReport {
        let began = clock.bootInstant
        var report = MaintenanceReport(isDryRun: request.isDryRun, startedAt: clock.now().date)
        let steps = MaintenanceStep.all.filter { request.steps?.contains($0) ?? true }
        if steps.contains(where: \.deletes) {
            report.clockTrouble = try await checkClock(request)
            await loadKeysForUpkeep()
        }
        if request.isDryRun {
            report.steps = try await dryRun(steps)
        } else {
            await writeUnansweredSearches()
            let cycle = MaintenanceCycle(self)
            if steps.contains(where: \.deletes), report.clockTrouble == nil { try await cycle.noteAges() }
            for step in steps {
                let start = clock.bootInstant
                var done = MaintenanceReport.Step(step)
                if step.deletes, report.clockTrouble != nil {
                    done.skipped = "the clock is in doubt"
                } else {
                    done = try await cycle.run(step)
                }
                done.duration = clock.bootInstant.duration(since: start)
                report.steps.append(done)
            }
            try await noteCycle(report, request)
        }
        report.duration = clock.bootInstant.duration(since: began)
        if !request.isDryRun { metrics?.upkept(report) }
        return report
    }

    /// When upkeep last ended, and when it is to begin again; nil where that is not known.
    package func upkeepTimes() throws -> (last: Timestamp?, next: Timestamp?) {
        try read { snapshot in
            (
                try UpkeepState.integer(.last, in: snapshot.connection).map(Timestamp.init(rawValue:)),
                try UpkeepState.integer(.next, in: snapshot.connection).map(Timestamp.init(rawValue:))
            )
        }
    }

    /// How many cycles of upkeep have freed something since the file was made.
    package func resourceOptimizations() throws -> Int {
        try read { try Counter.all($0.connection)[.resourceOptimizations] ?? 0 }
    }

    /// Loads the keys of users who have sensitive memories, so that those are deleted as others are.
    private func loadKeysForUpkeep() async {
        await loadAllKeys()
    }

    private func noteCycle(_ report: MaintenanceReport, _ request: MaintenanceRequest) async throws {
        let now = clock.now()
        let hasFreed = report.steps.contains { $0.affected > 0 }
        try await writeOnce { transaction in
            let connection = transaction.connection
            if hasFreed { try Counter.resourceOptimizations.add(1, in: transaction) }
            guard report.clockTrouble == nil else { return }
            try UpkeepState.set(.last, to: now.rawValue, in: connection)
            if let interval = request.interval {
                try UpkeepState.set(.next, to: now.advanced(by: interval).rawValue, in: connection)
            } else {
                try UpkeepState.remove(.next, in: connection)
            }
        }
    }
}

extension MaintenanceCycle {
    fileprivate func run(_ step: MaintenanceStep) async throws -> MaintenanceReport.Step {
        switch step {
        case .leases: try await sweepLeases()
        case .expiry: try await expire()
        case .retention: try await retire()
        case .workingMemory: try await trimWorkingMemory()
        case .duplicates: try await foldDuplicates()
        case .purge: try await purge()
        case .storage: try await optimiseStorage()
        default: MaintenanceReport.Step(step)
        }
    }
}

/// How the exchange with other devices has fared, as the file keeps it for whoever asks.
package struct ExchangeNotes: Hashable, Sendable, Codable {
    /// The hub: host and database.
    package var hub: String?
    package var lastSuccess: Timestamp?
    package var failingSince: Timestamp?
    package var lastFailure: Timestamp?
    /// How many exchanges have failed in a row.
    package var failures = 0
    /// The error of the last exchange; nil: it ended well.
    package var code: String?
    package var problem: String?
    /// The number of the hub's last row, as it was last seen.
    package var end: Int64 = 0
    /// Rows that the hub has not shown, though it has shown later ones.
    package var withheld: [ClosedRange<Int64>] = []
    /// How many rows were emptied without an erasure.
    package var emptied = 0
    /// Devices to which the hub has shown other rows than to this one.
    package var disagreeing: Set<String> = []
    /// Rows that are never to be used.
    package var refused: Set<Int64> = []
    /// How many changes could not be sent: their keys can't be had, or their memory is damaged.
    package var keptBack = 0
    /// How often the hub was found to have gone back to an earlier state.
    package var restarts = 0
    /// What administrators were told of and is not over: how much it was, by cause.
    package var told: [String: Int] = [:]

    package init() {}

    /// What an earlier release did not note is nothing.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        hub = try values.decodeIfPresent(String.self, forKey: .hub)
        lastSuccess = try values.decodeIfPresent(Timestamp.self, forKey: .lastSuccess)
        failingSince = try values.decodeIfPresent(Timestamp.self, forKey: .failingSince)
        lastFailure = try values.decodeIfPresent(Timestamp.self, forKey: .lastFailure)
        failures = try values.decodeIfPresent(Int.self, forKey: .failures) ?? 0
        code = try values.decodeIfPresent(String.self, forKey: .code)
        problem = try values.decodeIfPresent(String.self, forKey: .problem)
        end = try values.decodeIfPresent(Int64.self, forKey: .end) ?? 0
        withheld = try values.decodeIfPresent([ClosedRange<Int64>].self, forKey: .withheld) ?? []
        emptied = try values.decodeIfPresent(Int.self, forKey: .emptied) ?? 0
        disagreeing = try values.decodeIfPresent(Set<String>.self, forKey: .disagreeing) ?? []
        refused = try values.decodeIfPresent(Set<Int64>.self, forKey: .refused) ?? []
        keptBack = try values.decodeIfPresent(Int.self, forKey: .keptBack) ?? 0
        restarts = try values.decodeIfPresent(Int.self, forKey: .restarts) ?? 0
        told = try values.decodeIfPresent([String: Int].self, forKey: .told) ?? [:]
    }

    /// How many rows the hub keeps back.
    package var withheldCount: Int { withheld.reduce(0) { $0 + $1.count } }
}

/// What an exchange came to.
package struct ExchangeOutcome: Sendable {
    package var hub: String?
    package var report: HubSyncReport
    /// Why it failed; nil: it did not.
    package var error: MemoryError?
    /// The number of the hub's last row; nil: it did not say.
    package var end: Int64?
    /// What the hub keeps back; nil: the exchange did not come to that.
    package var withheld: [ClosedRange<Int64>]?
    /// How many rows were emptied without an erasure; nil: as before.
    package var emptied: Int?
    /// Devices to which the hub has shown other rows than to this one; nil: as before.
    package var disagreeing: Set<String>?
    /// Rows that are never to be used; nil: as before.
    package var refused: Set<Int64>?
    /// How many changes could not be sent; nil: the exchange did not come to that.
    package var keptBack: Int?
    package var duration: Duration

    package init(
        hub: String?,
        report: HubSyncReport = HubSyncReport(),
        error: MemoryError? = nil,
        end: Int64? = nil,
        withheld: [ClosedRange<Int64>]? = nil,
        emptied: Int? = nil,
        disagreeing: Set<String>? = nil,
        refused: Set<Int64>? = nil,
        keptBack: Int? = nil,
        duration: Duration = .zero
    ) {
        self.hub = hub
        self.report = report
        self.error = error
        self.end = end
        self.withheld = withheld
        self.emptied = emptied
        self.disagreeing = disagreeing
        self.refused = refused
        self.keptBack = keptBack
        self.duration = duration
    }
}

extension ExchangeNotes {
    /// The notes after an exchange.
    package func noting(_ outcome: ExchangeOutcome, at now: Timestamp) -> ExchangeNotes {
        var notes = self
        notes.hub = outcome.hub ?? hub
        notes.end = outcome.end ?? end
        notes.withheld = outcome.withheld ?? withheld
        notes.emptied = outcome.emptied ?? emptied
        notes.disagreeing = outcome.disagreeing ?? disagreeing
        notes.keptBack = outcome.keptBack ?? keptBack
        notes.refused = outcome.refused ?? refused
        if outcome.report.wasRestarted { notes.restarts += 1 }
        if let error = outcome.error {
            notes.failingSince = failingSince ?? now
            notes.lastFailure = now
            notes.failures += 1
            notes.code = error.code.rawValue
            notes.problem = error.message
        } else {
            notes.lastSuccess = now
            (notes.failingSince, notes.lastFailure, notes.failures) = (nil, nil, 0)
            (notes.code, notes.problem) = (nil, nil)
        }
        return notes
    }
}

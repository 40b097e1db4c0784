internal import HearthModel

extension Space {
    /// How many ranges one question to the hub has.
    private static let rangesInQuestion = 1_000

    /// How many rows that this device has seen were emptied, though no signed erasure of them has come.
    package var emptiedRows: Int { ledger.unexplained.count }

    /// Compares what the hub has now with what it showed this device before.
    ///
    /// A hub that went back to an earlier state, lost rows, or put others in their places, is found out. One that keeps
    /// the newest rows back looks like one that has no news, until another device's row tells.
    ///
    /// - Throws: `.hubUnavailable`.
    package func audit() async throws -> HubAudit {
        reloadLedger()
        let expected = ledger.expected
        var audit = HubAudit(end: try await hub.end(of: state.space), seen: ledger.end, agreed: ledger.end)
        for start in stride(from: 0, to: expected.count, by: Self.rangesInQuestion) {
            let asked = expected[start..<min(start + Self.rangesInQuestion, expected.count)]
            let answers = try await hub.fingerprints(in: state.space, of: asked.map(\.range))
            for (index, question) in asked.enumerated() {
                let answer = answers.indices.contains(index) ? answers[index] : nil
                if answer?.digest != question.digest { audit.differing.append(question.range) }
            }
        }
        audit.agreed = min(audit.differing.first.map { $0.lowerBound - 1 } ?? ledger.end, audit.end)
        audit.unexplained = ledger.unexplained.sorted { $0.lexicographicallyPrecedes($1) }
        return audit
    }

    /// Forgets what the hub showed behind a number, after it went back: from there on it is read anew.
    ///
    /// The membership is published again, in its order and in one transaction, for without it no device can tell whose
    /// rows count. What else the hub lost is for the caller to publish: all that it has, for what is there already is no
    /// error.
    ///
    /// - Returns: The cursor to go on from.
    package func rewind(to agreed: Int64) async throws -> Int64 {
        let ordered = events.map(\.event)
        let belongs = !isRemoved
        state = try storage.update { state in
            for index in state.events.indices where state.events[index].seq.map({ $0 > agreed }) ?? false {
                state.events[index].seq = nil
            }
        }
        (events, membership, keys) = Self.view(of: state)
        if belongs {
            _ = try await hub.publish(try ordered.map(entry), erasing: [], in: state.space)
            try await catchUpOnMembership()
        }
        // Last of all: as long as the ledger knows more than the hub has, a rewind that was interrupted is begun anew.
        changeLedger { $0.forget(behind: agreed) }
        lastJudged = nil
        return min(agreed, ledger.end)
    }
}

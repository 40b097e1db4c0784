package import HearthModel
import HearthStore

/// What the exchange with other devices needs of a file. HearthHub carries it to the hub and back.
extension MultiAgentMemoryCoordinator {
    /// Lets the file exchange with other devices through a space; durable on return.
    ///
    /// Everything that it holds is noted to be sent, but for sensitive memories, which stay on their device.
    ///
    /// - Parameter isFounding: Whether it is the first device: then its profiles and its policy hold. Those of a device that
    ///   joins yield to what the space has.
    /// - Throws: `.invalidArgument` if the file is in another space.
    package func joinSpace(_ space: String, isFounding: Bool) async throws {
        try await operations.administer { try await $0.joinSpace(space, isFounding: isFounding) }
    }

    /// Ends the exchange with other devices; durable on return. What came stays.
    package func leaveSpace() async throws {
        try await operations.administer { try await $0.leaveSpace() }
    }

    /// How the file stands with its space; nil if it exchanges with no other device.
    package func deviceSpace() async throws -> DeviceSpace? {
        try await operations.administer { try $0.deviceSpace() }
    }

    /// The last row of the hub that was taken over or is held.
    ///
    /// - Throws: `.invalidArgument` if the file exchanges with no other device.
    package func deviceCursor() async throws -> Int64 {
        try await operations.administer { try $0.deviceCursor() }
    }

    /// The number of the latest change that waits to be sent; 0 if none does.
    package func latestDeviceNote() async throws -> Int64 {
        try await operations.administer { try $0.latestDeviceNote() }
    }

    /// The records that other devices have to get, oldest first. Nothing is changed.
    ///
    /// - Parameter position: The last note of an earlier call, to go on behind it.
    package func outgoingRecords(after position: Int64 = 0, atMost count: Int = 256) async throws -> OutgoingRecords {
        try await operations.administer { try await $0.outgoingRecords(after: position, atMost: count) }
    }

    /// Notes that records are on the hub; durable on return.
    package func markSent(_ sent: OutgoingRecords) async throws {
        try await operations.administer { try await $0.markSent(sent) }
    }

    /// Takes over what other devices say, in one transaction with the new cursor; durable on return.
    package func finishTakeover() async throws {
        try await operations.administer { await $0.finishTakeover() }
    }

    package func takeOver(
        _ received: [ReceivedRecord],
        cursor: Int64?,
        after position: Int64? = nil
    ) async throws -> TakeoverReport {
        try await operations.administer { try await $0.takeOver(received, cursor: cursor, after: position) }
    }

    /// Rows of the hub that wait for something.
    package func heldRows(after position: Int64, atMost count: Int, afterNews: Bool) async throws -> [HeldRow] {
        try await operations.administer { try $0.heldRows(after: position, atMost: count, afterNews: afterNews) }
    }

    /// Begins the exchange anew, with a hub that was put back to an earlier state: everything is sent that it does not
    /// have, and everything is received again.
    package func restartExchange() async throws {
        try await operations.administer { try await $0.restartExchange() }
    }

    /// How the exchange stands, as far as the file says; nil if it exchanges with no other device.
    package func hubSyncStatus() async throws -> HubSyncStatus? {
        try await operations.administer { try $0.hubSyncStatus() }
    }

    /// How the exchange has fared.
    package func exchangeNotes() async throws -> ExchangeNotes {
        try await operations.administer { try $0.exchangeNotes() }
    }

    /// Notes which rows the hub keeps back.
    package func noteHub(
        withheld: [ClosedRange<Int64>],
        disagreeing: Set<String>,
        refused: Set<Int64>
    ) async throws {
        try await operations.administer {
            try await $0.noteHub(withheld: withheld, disagreeing: disagreeing, refused: refused)
        }
    }

    /// Notes what an exchange came to, for health, metrics and administrators.
    package func note(_ outcome: ExchangeOutcome) async { await store.note(outcome) }
}

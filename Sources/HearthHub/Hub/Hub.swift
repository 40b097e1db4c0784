package import HearthModel

/// A place that passes sealed rows on between the devices of a space.
///
/// A hub can't read what it keeps. It gives every row the next number of its space, in the order of commits and without
/// gaps, and it keeps one row for an id: publishing the same id again changes nothing.
package protocol Hub: Sendable {
    /// Adds rows to a space, all or none of them, in their order. Durable on return.
    ///
    /// A row whose id is there already is left out. Then what `erased` names is emptied: the ciphertext of a record of
    /// that id is overwritten, and where there is no such record, an empty row takes its id, in front of the batch, so
    /// that it can't come later. Ids are erased only together with a row of kind erasure in the same batch, be it new or
    /// there already.
    ///
    /// - Parameter membership: The last row on the membership that the caller knows; nil where that is no matter.
    /// - Throws: `.hubUnavailable` if the hub can't be reached: the batch may have arrived nevertheless, so publish it again;
    ///   ``MembershipMoved`` if the hub has a later row on the membership: then nothing was published.
    func publish(
        _ rows: [HubEntry],
        erasing erased: [[UInt8]],
        in space: SpaceID,
        knowing membership: Int64?
    ) async throws -> PublishedRows

    /// The rows that have some ids, in ascending order of their numbers; ids that no row has are left out.
    func rows(of ids: [[UInt8]], in space: SpaceID) async throws -> [HubRow]

    /// The rows behind a number, in ascending order.
    ///
    /// - Parameters:
    ///   - kind: Which rows; nil: all.
    ///   - limit: How many at most, from 1 on. A hub may give fewer; it gives at least one if there is any.
    func fetch(in space: SpaceID, after cursor: Int64, limit: Int, kind: HubRow.Kind?) async throws -> HubPage

    /// Waits until a space has a row behind a number.
    ///
    /// - Returns: Whether there is one; false when the time was up.
    func waitForNews(in space: SpaceID, after cursor: Int64, timeout: Duration) async throws -> Bool

    /// What the hub has in some ranges of numbers, one answer for each range, in their order.
    func fingerprints(in space: SpaceID, of ranges: [ClosedRange<Int64>]) async throws -> [HubFingerprint]

    /// The number of the space's last row; 0 while it has none.
    func end(of space: SpaceID) async throws -> Int64

    /// Ends its connections. Calls that wait end with an error.
    func close() async
}

extension Hub {
    /// Adds rows to a space, whatever its membership.
    package func publish(
        _ rows: [HubEntry],
        erasing erased: [[UInt8]],
        in space: SpaceID
    ) async throws -> PublishedRows {
        try await publish(rows, erasing: erased, in: space, knowing: nil)
    }
}

/// The hub has a row on the membership that the caller has not read.
package struct MembershipMoved: Error {}

/// What came of a publication.
package struct PublishedRows: Hashable, Sendable {
    /// How many of the rows were new.
    package var added: Int
    /// The number of the space's last row then.
    package var end: Int64

    package init(added: Int, end: Int64) {
        self.added = added
        self.end = end
    }
}

/// Rows that were fetched.
package struct HubPage: Hashable, Sendable {
    package var rows: [HubRow]
    /// The number of the space's last row, which may be one that is not among these.
    package var end: Int64

    package init(rows: [HubRow], end: Int64) {
        self.rows = rows
        self.end = end
    }
}

/// No byte has come from the hub, or gone to it, for as long as is waited.
struct HubOutOfTime: Error {}

extension MemoryError {
    /// Whether the hub did not answer in time, so that less at once may get through.
    var isOutOfTime: Bool { underlyingError is HubOutOfTime }

    /// The hub can't be reached, or doesn't answer.
    package static func hubUnavailable(_ message: String, because cause: (any Error)? = nil) -> MemoryError {
        MemoryError(code: .hubUnavailable, message: message, underlyingError: cause)
    }
}

import HearthModel

@testable import HearthHub

/// A hub in memory whose rows come once a test lets them.
final class GatedHub: Hub {
    private let hub: MemoryHub
    private let asked = AsyncStream<Void>.makeStream()
    private let gate = AsyncStream<Void>.makeStream()

    init(_ hub: MemoryHub) { self.hub = hub }

    /// Returns when rows were asked for.
    func isAsked() async {
        for await _ in asked.stream { return }
    }

    func open() { gate.continuation.finish() }

    func fetch(in space: SpaceID, after cursor: Int64, limit: Int, kind: HubRow.Kind?) async throws -> HubPage {
        asked.continuation.yield()
        for await _ in gate.stream {}
        return try await hub.fetch(in: space, after: cursor, limit: limit, kind: kind)
    }

    func publish(
        _ rows: [HubEntry],
        erasing erased: [[UInt8]],
        in space: SpaceID,
        knowing membership: Int64?
    ) async throws -> PublishedRows {
        try await hub.publish(rows, erasing: erased, in: space, knowing: membership)
    }

    func rows(of ids: [[UInt8]], in space: SpaceID) async throws -> [HubRow] {
        try await hub.rows(of: ids, in: space)
    }

    func waitForNews(in space: SpaceID, after cursor: Int64, timeout: Duration) async throws -> Bool {
        try await hub.waitForNews(in: space, after: cursor, timeout: timeout)
    }

    func fingerprints(in space: SpaceID, of ranges: [ClosedRange<Int64>]) async throws -> [HubFingerprint] {
        try await hub.fingerprints(in: space, of: ranges)
    }

    func end(of space: SpaceID) async throws -> Int64 { try await hub.end(of: space) }

    func close() async { await hub.close() }
}

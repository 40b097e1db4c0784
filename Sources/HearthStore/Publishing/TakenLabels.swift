import HearthModel

/// The plain ids of the sensitive memories that a batch of records is about, each memory read once.
final class TakenLabels {
    private var known: [Int64: PlainLabels] = [:]

    func of(_ record: MemoryRecord, in snapshot: Snapshot) throws -> PlainLabels {
        if let labels = known[record.key] { return labels }
        let labels = PlainLabels(try VersionReader(of: record, in: snapshot).all().map(\.version))
        known[record.key] = labels
        return labels
    }

    /// Adds a version under its plain id.
    func add(_ version: Version, as stored: VersionID, of record: MemoryRecord) {
        known[record.key]?.add(version, as: stored)
    }

    func forget(_ record: MemoryRecord) { known[record.key] = nil }
}

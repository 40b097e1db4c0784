import HearthModel
import HearthRules
import HearthSQLite

/// The memories of one user that were found last, at the state of the user's catalog.
///
/// After another's commit their pages need not be read again. A sensitive memory is never kept: its text is not to stay
/// in memory.
struct KnownRecords: Sendable {
    /// A memory's record. It stays where it is when the dictionary changes.
    private final class Record: Sendable {
        let record: MemoryRecord
        /// The state of the file's counts that the record has.
        let accessesChanged: Int64

        init(_ record: MemoryRecord, in snapshot: Snapshot) {
            self.record = record
            accessesChanged = snapshot.state.accessesChanged
        }
    }

    private struct Entry {
        var known: Record
        var lastUse: UInt64
        var size: Int
    }

    /// The records by the keys of their memories.
    private var entries: [Int64: Entry] = [:]
    private var uses: UInt64 = 0
    /// What they take, in bytes.
    private(set) var size = 0

    /// How much they may take, in bytes: that is about a thousand memories of a sentence or two.
    static let maximumSize = 1 << 20

    /// What an entry takes besides its text, tags and metadata, in bytes: the record itself, its identifier and digests, and
    /// its place in the dictionary.
    private static let entrySize = 768

    /// The record of a memory, if it is known.
    mutating func record(of memory: Int64, in snapshot: Snapshot) throws -> MemoryRecord? {
        guard let place = entries.index(forKey: memory) else { return nil }
        var known = entries.values[place].known
        if known.accessesChanged != snapshot.state.accessesChanged {
            known = Record(try known.record.withPresentCounts(in: snapshot.connection), in: snapshot)
            entries.values[place].known = known
        }
        uses += 1
        entries.values[place].lastUse = uses
        return known.record
    }

    /// The published text of a memory, if it is known.
    func content(of memory: Int64) -> String? { entries[memory]?.known.record.fields.content }

    /// Keeps a record, which was read at the state of the catalog. If all take too much then, those go whose last use is
    /// oldest.
    mutating func keep(_ record: MemoryRecord, in snapshot: Snapshot) {
        guard !record.isSensitive else { return }
        let size = Self.size(of: record)
        guard size <= Self.maximumSize / 4 else { return }
        forget(record.key)
        uses += 1
        entries[record.key] = Entry(known: Record(record, in: snapshot), lastUse: uses, size: size)
        self.size += size
        guard self.size > Self.maximumSize else { return }
        for (oldest, _) in entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard self.size > Self.maximumSize / 4 * 3 else { return }
            forget(oldest)
        }
    }

    private mutating func forget(_ memory: Int64) {
        guard let entry = entries.removeValue(forKey: memory) else { return }
        size -= entry.size
    }

    private static func size(of record: MemoryRecord) -> Int {
        let tags = record.fields.tags.reduce(0) { $0 + $1.utf8.count + 16 }
        let metadata = record.fields.metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 32 }
        return entrySize + record.fields.content.utf8.count + tags + metadata
    }

    /// Takes in what has changed: a memory whose document changed is read anew. Where memories were erased, others have
    /// lost their parents.
    mutating func follow(_ changes: CatalogChanges, in catalog: DocumentCatalog) {
        guard !entries.isEmpty else { return }
        guard !changes.hasErased, !changes.hasNewLayout else {
            self = KnownRecords()
            return
        }
        for change in changes.entries.slots { forget(catalog.entries[Int(change.slot)].memory) }
    }
}

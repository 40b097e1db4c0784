import HearthModel
import HearthRules
import HearthSQLite
import HearthText

/// Where the words stand that were looked for last among the documents of one user, or all of them, at the state of the
/// user's catalog.
///
/// The word index need not be asked for them again, and its pages need not be read again after another's commit.
struct KnownWords: Sendable {
    /// A word as the index has it. Two words are the same only if their bytes are.
    struct Word: Hashable, Sendable {
        let text: String

        static func == (left: Word, right: Word) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    /// The slots of one word, as they are now.
    struct Slots: Sendable {
        fileprivate var packed: PackedSlots
        /// What is to be said of the slots whose text has changed since, in ascending order.
        fileprivate var amendments: [(slot: Int32, count: UInt16)]

        func unpack(into found: inout FoundWords) { packed.unpack(into: &found, amendedBy: amendments) }
    }

    private struct Entry {
        var slots: PackedSlots
        var lastUse: UInt64
    }

    private var entries: [Word: Entry] = [:]
    /// The words of the slots whose text has changed since some entry was made.
    private var rewritten: [Int32: [Word: UInt16]] = [:]
    private var uses: UInt64 = 0
    /// What the entries take, in bytes.
    private var entriesSize = 0

    /// Every word, as of some state before.
    private var all: PackedWords?
    /// The words of the documents that are new since then.
    private var added: [Word: PackedSlots] = [:]
    private var addedDocuments = 0
    /// How many words the index was asked for since all were to be read last, and how many are needed for that.
    private var misses = 0
    private var missesBeforeReading = Self.missesBeforeFirstReading
    private var reading = Reading.notBegun

    private enum Reading {
        case notBegun
        case begun
        /// They take more than may be kept.
        case tooMuch
    }

    /// What everything takes, in bytes.
    var size: Int { entriesSize + (all?.size ?? 0) + added.count * Self.entrySize }

    /// What an entry takes besides its packed slots, in bytes: its place in the dictionary, and the word.
    private static let entrySize = 128
    /// How much the entries may take, in bytes, and how much all words besides: so much for each of the user's documents, of
    /// which the catalog takes eight times that, and in any case as much as some three thousand entries take.
    private static let sizePerDocument = 12
    private static let leastMaximum = 512 << 10
    /// Texts that change are analysed anew up to this many in one commit and among all entries; with more, looking the
    /// words up in the index again costs less.
    private static let mostRewritten = 64
    /// With more new documents, all words are read anew.
    private static let mostAdded = 1_024
    /// Some eight searches show that a user searches more than once. Where commits keep coming between, each attempt waits for
    /// eight times as many: reading thousands of words for nothing takes longer than looking up a few.
    private static let missesBeforeFirstReading = 24
    private static let growthOfMisses = 8

    private static func maximumSize(documents: Int) -> Int { max(leastMaximum, documents * sizePerDocument) }

    /// The slots of a word, if they are known.
    mutating func slots(of word: String) -> Slots? {
        let word = Word(text: word)
        guard let packed = entries[word]?.slots ?? slotsAmongAll(of: word) else { return nil }
        uses += 1
        entries[word]?.lastUse = uses
        let amendments = rewritten.map { (slot: $0.key, count: $0.value[word] ?? 0) }.sorted { $0.slot < $1.slot }
        return Slots(packed: packed, amendments: amendments)
    }

    private func slotsAmongAll(of word: Word) -> PackedSlots? {
        guard let all else { return nil }
        var slots = all[word.text]
        if let added = added[word] { slots.append(added) }
        return slots
    }

    /// Keeps the slots of a word, which were found at the state of the catalog. If all entries take too much then, those
    /// go whose last use is oldest.
    mutating func keep(_ slots: PackedSlots, of word: String, documents: Int) {
        misses += 1
        let word = Word(text: word)
        let limit = Self.maximumSize(documents: documents)
        let size = slots.size + Self.entrySize
        guard entries[word] == nil, size <= limit / 4 else { return }
        uses += 1
        entries[word] = Entry(slots: slots, lastUse: uses)
        entriesSize += size
        guard entriesSize > limit else { return }
        for (oldest, entry) in entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard entriesSize > limit / 4 * 3 else { return }
            entries[oldest] = nil
            entriesSize -= entry.slots.size + Self.entrySize
        }
    }
}

// MARK: - All words

extension KnownWords {
    /// Begins to read all words if they are worth it now: some had to be looked up in the index, and all may be little enough.
    ///
    /// - Returns: Whether the caller is to read them. It ends that with ``keep(all:)`` or ``readingEnded(tooMuch:)``.
    mutating func beginReading(all catalog: DocumentCatalog) -> Bool {
        guard all == nil, reading == .notBegun, misses >= missesBeforeReading else { return false }
        // A place takes a byte at least.
        let places = catalog.entries.reduce(0) { $0 + ($1.isGone ? 0 : Int($1.length)) }
        reading = places <= Self.maximumSize(documents: catalog.entries.count) ? .begun : .tooMuch
        return reading == .begun
    }

    /// All words of a user's documents, at the state of the catalog; nil if they take more than may be kept.
    static func read(all catalog: DocumentCatalog, of user: Int64, in connection: Connection) throws -> PackedWords? {
        let limit = maximumSize(documents: catalog.entries.count)
        return try PackedWords(of: catalog, user: user, in: connection, limit: limit)
    }

    /// Keeps all words, which were read at the state of the catalog.
    mutating func keep(all words: PackedWords) {
        self = KnownWords()
        all = words
    }

    /// Notes that all words are not kept: they take too much, or else something was committed while they were read, or that
    /// failed. The next attempt comes after many more that had to be looked up.
    mutating func readingEnded(tooMuch: Bool) {
        reading = tooMuch ? .tooMuch : .notBegun
        misses = 0
        missesBeforeReading = min(missesBeforeReading, .max / Self.growthOfMisses) * Self.growthOfMisses
    }
}

// MARK: - Changes

extension KnownWords {
    /// Takes in what has changed in a catalog whose slots are numbered as before.
    ///
    /// - Parameter analysis: The words of the text that a plain document has now; nil if only the index says so.
    mutating func follow(
        _ changes: [(slot: Int32, former: DocumentEntry?)],
        in catalog: DocumentCatalog,
        _ analysis: (DocumentEntry) throws -> AnalyzedDocument?
    ) rethrows {
        guard !entries.isEmpty || all != nil, !changes.isEmpty else { return }
        guard changes.count + rewritten.count <= Self.mostRewritten else {
            self = KnownWords()
            return
        }
        guard addedDocuments <= Self.mostAdded else {
            self = KnownWords()
            return
        }
        for change in changes {
            let entry = catalog.entries[Int(change.slot)]
            if entry.flags.contains(.sensitive), let former = change.former, !former.flags.contains(.sensitive) {
                // Its words are not to stay in memory.
                self = KnownWords()
                return
            }
            guard let words = try Self.words(of: entry, analysis) else {
                self = KnownWords()
                return
            }
            if change.former == nil {
                append(words, at: change.slot)
            } else {
                rewritten[change.slot] = words
            }
        }
    }

    /// Forgets tokens of sensitive memories where one of these has changed: which tokens it has now, only the index says.
    mutating func forget(after changes: [(slot: Int32, former: DocumentEntry?)], in catalog: DocumentCatalog) {
        guard !entries.isEmpty else { return }
        let isSensitive = changes.contains { change in
            catalog.entries[Int(change.slot)].flags.contains(.sensitive)
                || change.former?.flags.contains(.sensitive) == true
        }
        if isSensitive { self = KnownWords() }
    }

    private mutating func append(_ words: [Word: UInt16], at slot: Int32) {
        for (word, count) in words {
            if all != nil { added[word, default: PackedSlots()].append(slot, count: count) }
            guard !entries.isEmpty, let before = entries[word]?.slots.size else { continue }
            entries[word]?.slots.append(slot, count: count)
            entriesSize += (entries[word]?.slots.size ?? before) - before
        }
        addedDocuments += 1
    }

    /// The words that the index has of a document, and how often; nil if only the index says so.
    private static func words(
        of entry: DocumentEntry,
        _ analysis: (DocumentEntry) throws -> AnalyzedDocument?
    ) rethrows -> [Word: UInt16]? {
        // The index has only tokens for the words of sensitive memories.
        guard !entry.isGone, !entry.flags.contains(.deleted), !entry.flags.contains(.sensitive) else { return [:] }
        guard let terms = try analysis(entry)?.indexedTerms else { return nil }
        var counts: [Word: UInt16] = [:]
        counts.reserveCapacity(terms.content.count + terms.tags.count)
        func count(_ count: inout UInt16) { if count < .max { count += 1 } }
        for term in terms.content { count(&counts[Word(text: term), default: 0]) }
        for term in terms.tags { count(&counts[Word(text: term), default: 0]) }
        return counts
    }
}

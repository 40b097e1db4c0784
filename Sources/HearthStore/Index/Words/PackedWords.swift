import HearthSQLite
import HearthText

/// Where every word stands in the documents of one user, at one state of the user's catalog: one to two bytes for each place,
/// and about twenty-four for each word.
struct PackedWords: Sendable {
    /// The words one behind the other, by ascending bytes.
    private var text: [UInt8] = []
    /// The slots of each word one behind the other, as ``PackedSlots`` writes them.
    private var slots: [UInt8] = []
    private var words: [Word] = []

    private struct Word {
        /// Where it ends in the text, and its slots among all.
        var textEnd: UInt32
        var slotsEnd: UInt32
        var count: UInt32
        var last: Int32
    }

    /// What it takes, in bytes.
    var size: Int { text.count + slots.count + words.count * MemoryLayout<Word>.stride }

    /// Reads where every word stands; nil if that takes more than `limit` bytes.
    ///
    /// - Parameters:
    ///   - catalog: The user's catalog, at the state of the connection.
    ///   - user: The user.
    ///   - connection: Where to read.
    ///   - limit: What they may take, in bytes.
    init?(of catalog: DocumentCatalog, user: Int64, in connection: Connection, limit: Int) throws {
        let prefix = UserKey(user).termPrefix
        var word = PlacesOfWord()
        try connection.forEach(
            "SELECT term, doc FROM memory_words WHERE term >= ?1 AND term <= ?2",
            prefix,
            // Behind the colon that ends the prefix comes the semicolon.
            prefix.dropLast() + ";",
            do: { row in
                let term = row.bytes(0).dropFirst(prefix.utf8.count)
                // What begins with another colon stands for a word of a sensitive memory.
                guard size <= limit, term.first != UInt8(ascii: ":"), let slot = catalog.slot(of: row.int64(1)) else {
                    return
                }
                if !term.elementsEqual(word.term) {
                    append(word)
                    word = PlacesOfWord(term: Array(term))
                }
                word.add(Int32(slot))
            }
        )
        append(word)
        guard size <= limit else { return nil }
    }

    private mutating func append(_ word: consuming PlacesOfWord) {
        let packed = word.packed
        guard packed.count > 0 else { return }
        text += word.term
        slots += packed.bytes
        words.append(
            Word(
                textEnd: UInt32(text.count),
                slotsEnd: UInt32(slots.count),
                count: UInt32(packed.count),
                last: packed.last
            )
        )
    }

    /// The slots of a word; none if it stands nowhere.
    subscript(word: String) -> PackedSlots {
        let wanted = word.utf8
        var (low, high) = (0, words.count)
        while low < high {
            let middle = (low + high) / 2
            if text(of: middle).lexicographicallyPrecedes(wanted) { low = middle + 1 } else { high = middle }
        }
        guard low < words.count, text(of: low).elementsEqual(wanted) else { return PackedSlots() }
        let start = low == 0 ? 0 : Int(words[low - 1].slotsEnd)
        return PackedSlots(
            slots[start..<Int(words[low].slotsEnd)],
            count: Int(words[low].count),
            last: words[low].last
        )
    }

    private func text(of index: Int) -> ArraySlice<UInt8> {
        text[(index == 0 ? 0 : Int(words[index - 1].textEnd))..<Int(words[index].textEnd)]
    }
}

/// The slots of a word while they are read, place by place.
private struct PlacesOfWord {
    var term: [UInt8] = []
    private var slots = PackedSlots()
    private var last: (slot: Int32, count: UInt16)?

    init(term: [UInt8] = []) {
        self.term = term
    }

    mutating func add(_ slot: Int32) {
        if let (known, count) = last, known == slot {
            last = (known, count == .max ? count : count + 1)
        } else {
            if let last { slots.append(last.slot, count: last.count) }
            last = (slot, 1)
        }
    }

    /// All of them.
    var packed: PackedSlots {
        var slots = slots
        if let last { slots.append(last.slot, count: last.count) }
        return slots
    }
}
